//! Runs: what was done, what waits, what failed, and again from any arrow.

use axum::{
    Json,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::StatusCode,
};
use nexus_core::{
    Arrow, RunId,
    journal::{RunFilter, RunRow, RunState, StepRow},
};
use serde::{Deserialize, Serialize};

use super::Answer;
use crate::{App, Problem};

#[derive(Deserialize)]
pub(crate) struct ListParameters {
    state: Option<RunState>,
    flow: Option<String>,
    limit: Option<u32>,
}

/// Runs, newest first.
pub(crate) async fn list(
    State(app): State<App>,
    parameters: Result<Query<ListParameters>, QueryRejection>,
) -> Answer<Json<Vec<RunRow>>> {
    let Query(ListParameters { state, flow, limit }) = parameters?;
    let filter = RunFilter { business: None, state, flow, limit: limit.unwrap_or(50).clamp(1, 500) };
    Ok(Json(app.journal().runs(&filter).await?))
}

/// A run with its finished steps.
#[derive(Serialize)]
pub(crate) struct RunDetail {
    #[serde(flatten)]
    run: RunRow,
    steps: Vec<StepRow>,
}

/// One run, whole.
pub(crate) async fn show(State(app): State<App>, Path(run): Path<String>) -> Answer<Json<RunDetail>> {
    let id = parse(&run)?;
    let run = app.journal().run(id).await?.ok_or_else(|| unknown(id))?;
    let steps = app.journal().steps(id).await?;
    Ok(Json(RunDetail { run, steps }))
}

#[derive(Deserialize)]
pub(crate) struct RetryParameters {
    from: Option<u8>,
}

/// Makes a failed run ready again, on request from an arrow on.
pub(crate) async fn retry(
    State(app): State<App>,
    Path(run): Path<String>,
    parameters: Result<Query<RetryParameters>, QueryRejection>,
) -> Answer<StatusCode> {
    let id = parse(&run)?;
    let Query(RetryParameters { from }) = parameters?;
    let from = from.map(Arrow::try_from).transpose().map_err(Problem::invalid)?;
    app.journal().retry(id, from).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Ends a run and everything below it; a retry takes it up again.
pub(crate) async fn cancel(State(app): State<App>, Path(run): Path<String>) -> Answer<StatusCode> {
    app.journal().cancel(parse(&run)?).await?;
    Ok(StatusCode::ACCEPTED)
}

fn parse(run: &str) -> Answer<RunId> {
    run.parse().map_err(|error: nexus_core::id::IdError| Problem::not_found(error.to_string()))
}

fn unknown(id: RunId) -> Problem {
    Problem::not_found(format!("there is no run {id}; GET /v1/runs lists them"))
}
