//! Tells whoever asked for it that a render or a source has ended. A run of its own: it starts whatever way the
//! other one ended, and the engine repeats it until the other side has taken it, or the tries are used up.

use std::sync::Arc;

use async_trait::async_trait;
use nexus_core::{
    RunId,
    fetch::HostedRole,
    journal::{NewRun, Priority, Role, RunRow, RunState, StepName},
    port::Ports,
};
use nexus_workflow::{Flow, FlowError, Run};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{EditInput, EditOutput, SourceInput, SourceOutput};

/// Who is told what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallbackInput {
    /// The address.
    pub url: String,
    /// The document.
    pub body: Value,
}

/// The flow that an ended run with a callback starts.
pub struct CallbackFlow {
    /// The ports.
    pub ports: Arc<Ports>,
}

#[async_trait]
impl Flow for CallbackFlow {
    fn name(&self) -> &str {
        "callback"
    }

    fn version(&self) -> u32 {
        1
    }

    fn role(&self) -> Role {
        Role::Publish
    }

    async fn run(&self, run: &Run) -> Result<Value, FlowError> {
        let CallbackInput { url, body } = run.input()?;
        let fetcher = &self.ports.fetcher;
        run.by(fetcher.adapter()).step(StepName::aside("tell"), async |_| fetcher.post(&url, &body).await).await?;
        Ok(Value::Null)
    }
}

/// The run that tells `url` how `ended` ended.
#[must_use]
pub fn callback_run(ended: &RunRow, url: &str) -> NewRun {
    NewRun {
        id: RunId::derived(&["callback", &ended.id.to_string()]),
        flow: "callback".into(),
        version: 1,
        priority: Priority::Normal,
        business: ended.business,
        input: json!(CallbackInput { url: url.to_owned(), body: callback_body(ended) }),
    }
}

/// The document that Shotstack sends.
fn callback_body(ended: &RunRow) -> Value {
    let (kind, action, good) =
        if ended.flow == "source" { ("ingest", "source", "ready") } else { ("edit", "render", "done") };
    let is_good = ended.state == RunState::Done;
    json!({
        "type": kind,
        "action": action,
        "id": ended.id.uuid(),
        "owner": ended.business,
        "status": if is_good { good } else { "failed" },
        "url": address(ended),
        "error": ended.error.as_ref().filter(|_| !is_good).map(|failure| &failure.message),
        "completed": ended.updated.rfc3339(),
    })
}

/// Where the result can be downloaded.
fn address(ended: &RunRow) -> Option<String> {
    let output = ended.output.clone()?;
    let (base_url, path) = if ended.flow == "source" {
        let input: SourceInput = serde_json::from_value(ended.input.clone()).ok()?;
        let output: SourceOutput = serde_json::from_value(output).ok()?;
        (input.base_url, output.file.path())
    } else {
        let input: EditInput = serde_json::from_value(ended.input.clone()).ok()?;
        let output: EditOutput = serde_json::from_value(output).ok()?;
        (input.base_url, output.file(HostedRole::Film)?.path())
    };
    Some(format!("{base_url}{path}"))
}
