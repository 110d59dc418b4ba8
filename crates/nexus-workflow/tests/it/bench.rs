//! A bench for engine tests: journal, clock, and flows written as closures.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use futures::future::BoxFuture;
use nexus_core::{
    BusinessId, ErrorKind, PortError, RunId,
    journal::{Journal, NewRun, Priority, Role, RunRow, StepName},
};
use nexus_testkit::conformance::memory_journal::{MemoryJournal, TestClock};
use nexus_workflow::{Engine, EngineConfig, Flow, FlowError, Run};
use serde_json::{Value, json};

pub(crate) type Body = dyn for<'a> Fn(&'a Run) -> BoxFuture<'a, Result<Value, FlowError>> + Send + Sync;

/// A flow called `flow`, version 1, that is one closure.
pub(crate) struct ClosureFlow(pub(crate) Box<Body>);

#[async_trait]
impl Flow for ClosureFlow {
    fn name(&self) -> &str {
        "flow"
    }

    fn version(&self) -> u32 {
        1
    }

    fn role(&self) -> Role {
        Role::Render
    }

    async fn run(&self, run: &Run) -> Result<Value, FlowError> {
        (self.0)(run).await
    }
}

pub(crate) struct Bench {
    pub(crate) journal: Arc<MemoryJournal>,
    pub(crate) clock: Arc<TestClock>,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let clock = TestClock::at(1_000_000);
        Self { journal: MemoryJournal::new(clock.clone()), clock }
    }

    pub(crate) fn engine(
        &self,
        body: impl for<'a> Fn(&'a Run) -> BoxFuture<'a, Result<Value, FlowError>> + Send + Sync + 'static,
    ) -> Engine {
        self.engine_with(quick(), body)
    }

    pub(crate) fn engine_with(
        &self,
        config: EngineConfig,
        body: impl for<'a> Fn(&'a Run) -> BoxFuture<'a, Result<Value, FlowError>> + Send + Sync + 'static,
    ) -> Engine {
        let flow: Arc<dyn Flow> = Arc::new(ClosureFlow(Box::new(body)));
        Engine::new(self.journal.clone(), self.clock.clone(), vec![flow], config)
    }

    pub(crate) async fn enqueue(&self, name: &str) -> RunId {
        self.journal.enqueue(new_run(name)).await.unwrap();
        RunId::derived(&[name])
    }

    pub(crate) async fn row(&self, run: RunId) -> RunRow {
        self.journal.run(run).await.unwrap().unwrap()
    }

    /// Steps of a run as `name/item`, in their order.
    pub(crate) async fn trace(&self, run: RunId) -> Vec<String> {
        let text =
            |step: &StepName, item: &str| if item.is_empty() { step.to_string() } else { format!("{step}/{item}") };
        self.journal.steps(run).await.unwrap().iter().map(|row| text(&row.step, &row.item)).collect()
    }
}

pub(crate) fn new_run(name: &str) -> NewRun {
    NewRun {
        id: RunId::derived(&[name]),
        flow: "flow".into(),
        version: 1,
        priority: Priority::Normal,
        business: BusinessId::derived(&["quay-house"]),
        input: json!({ "name": name }),
    }
}

pub(crate) fn quick() -> EngineConfig {
    EngineConfig { poll: Duration::from_millis(5), ..EngineConfig::default() }
}

pub(crate) fn aside(name: &'static str) -> StepName {
    StepName::aside(name)
}

pub(crate) fn broken(kind: ErrorKind) -> PortError {
    PortError::new(kind, "the stub", "answer", "out of order: repair it")
}
