//! The handle of a claimed run: everything that a flow may do.

use std::sync::Arc;

use nexus_core::{
    BusinessId, ErrorKind, PortError, RunId,
    journal::{Role, StepName},
};
use serde::de::DeserializeOwned;

use crate::{FlowError, claimed::Claimed};

/// A claimed run, as its flow sees it. Cheap to clone; clones differ at most in scope and adapter.
#[derive(Clone)]
pub struct Run {
    pub(crate) claimed: Arc<Claimed>,
    pub(crate) adapter: &'static str,
    scope: Arc<str>,
}

impl Run {
    pub(crate) fn new(claimed: Arc<Claimed>) -> Self {
        Self { claimed, adapter: "embedded", scope: "".into() }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> RunId {
        self.claimed.row.id
    }

    /// The tenant.
    #[must_use]
    pub fn business(&self) -> BusinessId {
        self.claimed.row.business
    }

    /// What the run was enqueued with.
    ///
    /// # Errors
    /// [`FlowError::Journal`] when it has another shape; the run fails, nothing was done yet.
    pub fn input<T: DeserializeOwned>(&self) -> Result<T, FlowError> {
        let step = StepName::aside("input");
        serde_json::from_value(self.claimed.row.input.clone()).map_err(|error| unreadable(&step, "", error))
    }

    /// The same run with `scope` before every item, for instance a revision `r1`: items join with `/`.
    #[must_use]
    pub fn scoped(&self, scope: impl Into<String>) -> Self {
        Self { scope: self.item(&scope.into()).into(), ..self.clone() }
    }

    /// The same run, recording `adapter` as the one that does its steps: `embedded` or a vendor.
    #[must_use]
    pub fn by(&self, adapter: &'static str) -> Self {
        Self { adapter, ..self.clone() }
    }

    /// True when the step is journaled already.
    #[must_use]
    pub fn has(&self, step: impl Into<StepName>) -> bool {
        self.claimed.finished(&step.into(), &self.item("")).is_some()
    }

    /// Goes on only where `role` is served: elsewhere the run is let go, and a worker of that role takes it up. What was
    /// journaled before is met again on the way here.
    ///
    /// # Errors
    /// [`FlowError::Yielded`] when this worker does not serve the role: pass it on.
    pub async fn hand_over(&self, role: Role) -> Result<(), FlowError> {
        let step = StepName::aside("hand-over");
        if self.claimed.finished(&step, &self.item(role.as_str())).is_some() {
            return Ok(());
        }
        if self.claimed.row.role == Some(role) {
            // Whoever takes the run up after the next hand must not send it back here.
            return self.step_item(step, role.as_str(), async |_| Ok(())).await;
        }
        if self.claimed.config.hands.contains_key(&role) { Ok(()) } else { Err(FlowError::Yielded(Some(role))) }
    }

    /// `item` below the scope.
    pub(crate) fn item(&self, item: &str) -> String {
        match (self.scope.is_empty(), item.is_empty()) {
            (true, _) => item.to_owned(),
            (false, true) => self.scope.to_string(),
            (false, false) => format!("{}/{item}", self.scope),
        }
    }

    /// The journaled result of a step, if there is one.
    pub(crate) fn replayed<T: DeserializeOwned>(&self, step: &StepName, item: &str) -> Result<Option<T>, FlowError> {
        let Some(output) = self.claimed.finished(step, item) else { return Ok(None) };
        serde_json::from_value(output).map(Some).map_err(|error| unreadable(step, item, error))
    }
}

/// The journal holds something of another shape at `step`.
pub(crate) fn unreadable(step: &StepName, item: &str, error: serde_json::Error) -> FlowError {
    let of_item = if item.is_empty() { String::new() } else { format!(" (item {item})") };
    let message = format!(
        "what is journaled for step {step}{of_item} does not have the shape that this version of the flow expects: \
         retry the run from that step, or run it with the version that began it"
    );
    let source = PortError::new(ErrorKind::Bug, "the workflow engine", "read a journaled value", message);
    FlowError::Journal { step: step.clone(), source: source.caused_by(error) }
}
