//! What the engine runs, and what it tells those who watch.

use async_trait::async_trait;
use nexus_core::{
    RunId,
    journal::{Role, StepName},
};
use serde::{Deserialize, Serialize};

use crate::{FlowError, Run};

/// One kind of run: code that is repeated from its start after every wait and every crash, and meets its own
/// journaled steps on the way. Between steps it must be deterministic: no clock, no randomness, no IO.
#[async_trait]
pub trait Flow: Send + Sync {
    /// Name in the journal: `ingest`, `reel`.
    fn name(&self) -> &str;

    /// Grows when the names or the order of steps change; runs of other versions are left alone.
    fn version(&self) -> u32;

    /// Who begins its runs.
    fn role(&self) -> Role;

    /// Does the work. The value is the run's output.
    ///
    /// # Errors
    /// [`FlowError`], nearly always passed on with `?` from a step.
    async fn run(&self, run: &Run) -> Result<serde_json::Value, FlowError>;
}

/// How far a running step is; sent to those who listen, never stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunProgress {
    /// The run.
    pub run: RunId,
    /// The step.
    pub step: StepName,
    /// Its item with the scope, empty for one of a kind.
    pub item: String,
    /// Units done.
    pub done: u64,
    /// Units in all; 0 when unknown.
    pub total: u64,
    /// What is being done, for people.
    pub what: String,
}
