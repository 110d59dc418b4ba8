//! Why a flow stopped before its end.

use nexus_core::{
    ErrorKind, Instant, PortError, RunId,
    journal::{Role, RunFailure, StepName},
};

/// A flow that stopped. Propagate it with `?`: the engine decides what becomes of the run.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// The run waits for a signal. Not a failure: control flow that a flow passes on.
    #[error("waiting for the signal '{}'", .0.signal)]
    Parked(Park),
    /// The run goes on in another hand. Not a failure: control flow that a flow passes on.
    #[error("the run goes on in another hand")]
    Yielded(Option<Role>),
    /// A run that this one waits for did not end well.
    #[error("{child}, which this run waits for, failed")]
    Child {
        /// The step.
        step: StepName,
        /// The run that failed.
        child: RunId,
        /// Why.
        failure: RunFailure,
    },
    /// A port failed in this step. Retryable kinds are tried again, all others end the run.
    #[error("step {step} failed")]
    Port {
        /// The step.
        step: StepName,
        /// What the port said.
        source: PortError,
    },
    /// The flow gives up, in words for people.
    #[error("{message}")]
    Refused {
        /// The step.
        step: StepName,
        /// What is wrong and what to do.
        message: String,
    },
    /// The journal could not be read or written at this step, or holds something of another shape.
    #[error("the journal failed at step {step}")]
    Journal {
        /// The step.
        step: StepName,
        /// What the journal said.
        source: PortError,
    },
    /// Another worker owns the run now; this one must not write any more.
    #[error("another worker has taken over this run")]
    LostLease,
}

/// What a parked run waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Park {
    /// The signal.
    pub signal: String,
    /// When to go on without it; `None` waits for ever.
    pub until: Option<Instant>,
}

impl FlowError {
    /// The flow gives up at `step`, with one paragraph that says why and what to do.
    #[must_use]
    pub fn refused(step: impl Into<StepName>, message: impl Into<String>) -> Self {
        Self::Refused { step: step.into(), message: message.into() }
    }

    /// A failure of a port outside of any closure given to a step.
    #[must_use]
    pub fn port(step: impl Into<StepName>, source: PortError) -> Self {
        Self::Port { step: step.into(), source }
    }

    /// A failed journal write: a conflict means that the lease is lost.
    pub(crate) fn from_journal(step: &StepName, source: PortError) -> Self {
        match source.kind {
            ErrorKind::Conflict => Self::LostLease,
            _ => Self::Journal { step: step.clone(), source },
        }
    }

    /// What is journaled of it; `None` for control flow, which is no failure.
    pub(crate) fn failure(&self) -> Option<RunFailure> {
        match self {
            Self::Parked(_) | Self::Yielded(_) | Self::LostLease => None,
            Self::Child { step, child, failure } => Some(RunFailure {
                kind: failure.kind,
                step: format!("{step}/{}", failure.step),
                message: format!("{} (in {child})", failure.message),
            }),
            Self::Port { step, source } | Self::Journal { step, source } => {
                Some(RunFailure { kind: source.kind, step: step.to_string(), message: source.chain() })
            }
            Self::Refused { step, message } => {
                Some(RunFailure { kind: ErrorKind::Refused, step: step.to_string(), message: message.clone() })
            }
        }
    }

    /// True when the same may be tried again: not what a child has already tried as often as it may.
    pub(crate) fn is_retryable(&self) -> bool {
        match self {
            Self::Port { source, .. } | Self::Journal { source, .. } => source.kind.is_retryable(),
            Self::Parked(_) | Self::Yielded(_) | Self::Child { .. } | Self::Refused { .. } | Self::LostLease => false,
        }
    }

    /// How long the other side asked us to wait.
    pub(crate) fn retry_after(&self) -> Option<std::time::Duration> {
        match self {
            Self::Port { source, .. } | Self::Journal { source, .. } => source.retry_after,
            Self::Parked(_) | Self::Yielded(_) | Self::Child { .. } | Self::Refused { .. } | Self::LostLease => None,
        }
    }
}
