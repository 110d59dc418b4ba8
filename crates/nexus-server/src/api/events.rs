//! Live events of runs as server-sent events; resumes after `Last-Event-ID`.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::HeaderMap,
    response::sse::{Event, KeepAlive, Sse},
};
use futures::Stream;
use nexus_core::{RunId, journal::RunEvent};
use serde::Deserialize;

use super::Answer;
use crate::App;

#[derive(Deserialize)]
pub(crate) struct StreamParameters {
    run: Option<RunId>,
    after: Option<i64>,
}

/// Every event from `after` (or the header `Last-Event-ID`) on, then each new one as it becomes durable.
pub(crate) async fn stream(
    State(app): State<App>,
    headers: HeaderMap,
    parameters: Result<Query<StreamParameters>, QueryRejection>,
) -> Answer<Sse<impl Stream<Item = Result<Event, Infallible>>>> {
    let Query(StreamParameters { run, after }) = parameters?;
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok()).and_then(|text| text.parse().ok());
    let from = last.or(after).unwrap_or(0);
    let events =
        futures::stream::unfold((app, from, Vec::new()), move |(app, after, waiting)| next(app, run, after, waiting));
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}

type Cursor = (App, i64, Vec<RunEvent>);

/// The next event, read from the journal in pages; waits for a change when there is none.
async fn next(
    app: App,
    run: Option<RunId>,
    mut after: i64,
    mut waiting: Vec<RunEvent>,
) -> Option<(Result<Event, Infallible>, Cursor)> {
    while waiting.is_empty() {
        let page = app.journal().events(run, after, 100).await.ok()?;
        waiting = page.into_iter().rev().collect();
        if waiting.is_empty() {
            // A change between the read and this wait is caught by the time limit.
            let _ = tokio::time::timeout(Duration::from_secs(1), app.journal().changed()).await;
        }
    }
    let event = waiting.pop()?;
    after = after.max(event.seq);
    let json = serde_json::to_string(&event).ok()?;
    let sent = Event::default().id(event.seq.to_string()).event(event.kind.clone()).data(json);
    Some((Ok(sent), (app, after, waiting)))
}
