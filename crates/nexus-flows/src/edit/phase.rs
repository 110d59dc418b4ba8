//! Where a render stands, in the six words that clients of Shotstack know.

use nexus_core::{
    Arrow,
    journal::{RunRow, RunState, StepName, StepRow},
};

/// Where a render stands. Official clients know these and no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Nothing was done yet.
    Queued,
    /// Sources are brought in.
    Fetching,
    /// The film is made.
    Rendering,
    /// It is made available.
    Saving,
    /// It can be downloaded.
    Done,
    /// It will not come.
    Failed,
}

/// Journaled when every source is there.
pub(super) fn fetched() -> StepName {
    StepName::aside("fetched")
}

impl Phase {
    /// The phase of a run of the flow `edit`.
    #[must_use]
    pub fn of(run: &RunRow, steps: &[StepRow]) -> Self {
        let has = |step: &StepName| steps.iter().any(|row| row.step == *step);
        match run.state {
            RunState::Done => Self::Done,
            RunState::Failed | RunState::Cancelled => Self::Failed,
            RunState::Ready | RunState::Running | RunState::Waiting => {
                if has(&StepName::of_arrow(Arrow::Render)) {
                    Self::Saving
                } else if has(&fetched()) {
                    Self::Rendering
                } else if steps.is_empty() && run.state == RunState::Ready {
                    Self::Queued
                } else {
                    Self::Fetching
                }
            }
        }
    }

    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Fetching => "fetching",
            Self::Rendering => "rendering",
            Self::Saving => "saving",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// How long the renderer took, in milliseconds, once it has.
#[must_use]
pub fn render_ms(steps: &[StepRow]) -> Option<u64> {
    let render = StepName::of_arrow(Arrow::Render);
    steps.iter().find(|row| row.step == render).map(|row| row.ms)
}
