//! The overview: what waits for the owner, what is being made, what went out.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use nexus_core::journal::{RunFilter, RunRow, RunState};
use nexus_store::ApprovalView;

use super::{mark, page, sorry};
use crate::{App, Problem};

/// `GET /`
pub(crate) async fn show(State(app): State<App>) -> Response {
    match overview(&app).await {
        Ok(body) => page("Nexus", "plain", &body).into_response(),
        Err(problem) => sorry(&problem),
    }
}

async fn overview(app: &App) -> Result<Markup, Problem> {
    let waiting = app.store.waiting_approvals(app.defaults.business).await?;
    let runs = app.journal().runs(&RunFilter { limit: 30, ..RunFilter::default() }).await?;
    Ok(html! {
        (bar())
        main {
            h1 { "Waiting for you" }
            @if waiting.is_empty() { p.quiet { "Nothing waits. A film appears here as soon as a review has come in and its film is made." } }
            @for approval in &waiting { (card(approval)) }
            h2 { "Runs" }
            @if runs.is_empty() { p.quiet { "No runs yet. Upload some clips first, then send a review to " code { "POST /v1/reviews" } "." } }
            @else { (table(&runs)) }
        }
    })
}

/// The bar on top of every page of the owner.
pub(crate) fn bar() -> Markup {
    html! {
        header.bar {
            (mark()) strong { "Nexus" }
            nav { a href="/" { "Overview" } a href="/upload" { "Upload" } a href="/openapi.json" { "API" } }
        }
    }
}

fn card(approval: &ApprovalView) -> Markup {
    let link = &approval.link_path;
    html! {
        a.card.row href=(link) {
            img src=(format!("{link}/poster.jpg")) alt="";
            div.grow {
                strong { (approval.notice.headline) }
                blockquote { (approval.notice.quote) }
                span.button { "Review & approve" }
            }
        }
    }
}

fn table(runs: &[RunRow]) -> Markup {
    html! {
        table {
            thead { tr { th { "What" } th { "State" } th { "Changed" } } }
            tbody { @for run in runs { tr {
                td { (run.flow) " " span.meta { (what(run)) } }
                td class=(format!("state-{}", run.state.as_str())) { (state_words(run)) }
                td.meta.number { (run.updated.rfc3339()) }
            } } }
        }
    }
}

/// The file of an ingest, the author of a reel.
fn what(run: &RunRow) -> String {
    let text = |pointer: &str| run.input.pointer(pointer).and_then(serde_json::Value::as_str).map(str::to_owned);
    text("/file_name").or_else(|| text("/review/author")).unwrap_or_default()
}

fn state_words(run: &RunRow) -> String {
    match (run.state, &run.error) {
        (RunState::Waiting, _) => "waits for you".into(),
        (RunState::Cancelled, _) => "cancelled".into(),
        (RunState::Failed, Some(error)) => format!("failed: {}", error.message),
        (RunState::Ready, Some(error)) => format!("will be tried again: {}", error.message),
        (state, _) => state.as_str().into(),
    }
}
