//! What those who run it ask a process: is it alive, is it ready, how much does it do.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use nexus_core::{
    journal::{Journal as _, RunState},
    time::Clock,
};
use nexus_store::Store;
use prometheus::{Encoder as _, TextEncoder};
use serde_json::json;

/// How long the database may take to answer before the process counts as not ready.
const PATIENCE: Duration = Duration::from_secs(3);

#[derive(Clone)]
struct Process {
    store: Store,
    clock: Arc<dyn Clock>,
}

/// `/readyz` and `/metrics`; `/healthz` is the server's own, or added by a worker.
pub(crate) fn router(store: Store, clock: Arc<dyn Clock>) -> Router {
    Router::new().route("/readyz", get(ready)).route("/metrics", get(metrics)).with_state(Process { store, clock })
}

/// Ready is who can reach the database; everything else waits there.
async fn ready(State(process): State<Process>) -> Response {
    let reason = match tokio::time::timeout(PATIENCE, process.store.depths()).await {
        Ok(Ok(_)) => return Json(json!({ "ready": true })).into_response(),
        Ok(Err(error)) => error.message,
        Err(_) => "the database does not answer".into(),
    };
    (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "ready": false, "reason": reason }))).into_response()
}

/// The default registry, and how much waits where.
async fn metrics(State(process): State<Process>) -> Response {
    let mut text = Vec::new();
    if let Err(error) = TextEncoder::new().encode(&prometheus::gather(), &mut text) {
        return (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response();
    }
    if let Ok(Ok(depths)) = tokio::time::timeout(PATIENCE, process.store.depths()).await {
        let mut runs = String::from(
            "# HELP nexus_runs Runs that have not ended well, by flow and state.\n# TYPE nexus_runs gauge\n",
        );
        let mut waits = String::from(
            "# HELP nexus_oldest_due_seconds How long the first ready run of a flow has been due.\n# TYPE nexus_oldest_due_seconds gauge\n",
        );
        for depth in depths {
            runs +=
                &format!("nexus_runs{{flow=\"{}\",state=\"{}\"}} {}\n", depth.flow, depth.state.as_str(), depth.runs);
            if let (RunState::Ready, Some(due)) = (depth.state, depth.oldest_due) {
                let seconds = process.clock.now().millis_since(due) as f64 / 1000.0;
                waits += &format!("nexus_oldest_due_seconds{{flow=\"{}\"}} {seconds}\n", depth.flow);
            }
        }
        text.extend_from_slice(runs.as_bytes());
        text.extend_from_slice(waits.as_bytes());
    }
    ([(header::CONTENT_TYPE, prometheus::TEXT_FORMAT)], text).into_response()
}
