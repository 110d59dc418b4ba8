//! The mobile approval page. GET shows, POST decides: a link-preview bot that fetches the link changes nothing.

use std::time::Duration;

use axum::{
    Form,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, Request, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use maud::{Markup, html};
use nexus_core::delivery::{Post, Verdict};
use nexus_flows::deliver::undo_signal;
use nexus_store::{Answered, ApprovalState, ApprovalView};
use serde::Deserialize;

use super::{message, page, serve_blob, sorry};
use crate::{App, Problem};

/// Longest note of an owner, in characters.
const MOST_NOTE_CHARS: usize = 1000;

/// `GET /a/{token}`
pub(crate) async fn show(State(app): State<App>, Path(token): Path<String>) -> Response {
    match app.store.approval_by_token(&token).await {
        Ok(approval) => page("Your film", "approve", &body(&app, &approval, &token)).into_response(),
        Err(error) => sorry(&Problem::from(error)),
    }
}

fn body(app: &App, approval: &ApprovalView, token: &str) -> Markup {
    let notice = &approval.notice;
    html! {
        main {
            video.film src=(format!("/a/{token}/film.mp4")) poster=(format!("/a/{token}/poster.jpg")) controls muted playsinline loop autoplay {}
            div.body {
                h1 { (notice.headline) }
                p.meta.number { (length_words(approval)) }
                blockquote { (notice.quote) }
                @match &approval.state {
                    ApprovalState::Waiting => {
                        details { summary { "Change something" }
                            form method="post" action=(format!("/a/{token}")) {
                                input type="hidden" name="verdict" value="change";
                                label for="note" { "What should be different?" }
                                textarea #note name="note" rows="3" maxlength=(MOST_NOTE_CHARS) required placeholder="shorter, a different line, other shots …" {}
                                button type="submit" { "Make it again" }
                            }
                        }
                        details { summary { "Not this one" }
                            form method="post" action=(format!("/a/{token}")) {
                                input type="hidden" name="verdict" value="decline";
                                label for="reason" { "Why? (optional)" }
                                textarea #reason name="note" rows="2" maxlength=(MOST_NOTE_CHARS) {}
                                button type="submit" { "Decline" }
                            }
                        }
                        details { summary { "What will be posted, and where" }
                            div.inside { @for post in &notice.posts { (post_preview(post)) } }
                        }
                    }
                    ApprovalState::Answered { verdict, .. } => (decided(app, approval.notice.undo_s, verdict, token)),
                    ApprovalState::Superseded | ApprovalState::Expired => div.card { "This question is closed." },
                }
            }
            @if approval.state == ApprovalState::Waiting {
                div.actions {
                    form method="post" action=(format!("/a/{token}")) {
                        input type="hidden" name="verdict" value="approve";
                        button.primary type="submit" { "Approve & post" }
                    }
                    p.meta { "You can undo this for " (approval.notice.undo_s) " seconds; nothing leaves before." }
                }
            }
        }
    }
}

fn length_words(approval: &ApprovalView) -> String {
    let film = &approval.notice.film;
    let seconds = film.rate.start_of(film.length).0;
    format!("{seconds:.0} s · {}×{}", film.width_px, film.height_px)
}

fn post_preview(post: &Post) -> Markup {
    html! {
        strong { (post.network.slug()) }
        @if !post.title.is_empty() { p.meta { (post.title) } }
        pre.text { (post.text) }
    }
}

fn decided(app: &App, undo_s: u64, verdict: &Verdict, token: &str) -> Markup {
    match verdict {
        Verdict::Approve { at } => {
            let closes = at.after(Duration::from_secs(undo_s));
            let is_open = app.clock.now() < closes;
            html! {
                div.card role="status" {
                    @if is_open {
                        strong { "Approved. " } "It is posted when the undo time is over."
                        form method="post" action=(format!("/a/{token}/undo")) { button type="submit" { "Undo" } }
                    }
                    @else { strong { "Approved. " } "It has been handed over for posting." }
                }
            }
        }
        Verdict::Change { note } => {
            html! { div.card role="status" { strong { "A new version is being made. " } "You asked for: “" (note) "”" } }
        }
        Verdict::Decline { .. } => html! { div.card role="status" { strong { "Declined. " } "Nothing is posted." } },
    }
}

/// What the forms send.
#[derive(Debug, Deserialize)]
pub(crate) struct Decision {
    verdict: String,
    #[serde(default)]
    note: String,
}

/// `POST /a/{token}`: the first answer wins, every later one sees what was decided.
pub(crate) async fn decide(
    State(app): State<App>,
    Path(token): Path<String>,
    headers: HeaderMap,
    Form(decision): Form<Decision>,
) -> Response {
    if is_foreign(&headers) {
        return message(StatusCode::FORBIDDEN, "Not from here", "Open the link itself and decide on its page.");
    }
    let note: String = decision.note.trim().chars().take(MOST_NOTE_CHARS).collect();
    let verdict = match decision.verdict.as_str() {
        "approve" => Verdict::Approve { at: app.clock.now() },
        "change" if note.is_empty() => {
            return message(
                StatusCode::UNPROCESSABLE_ENTITY,
                "What should change?",
                "Go back and say it in a few words.",
            );
        }
        "change" => Verdict::Change { note },
        "decline" => Verdict::Decline { reason: note },
        _ => {
            return message(
                StatusCode::UNPROCESSABLE_ENTITY,
                "Unknown answer",
                "Open the link again and use its buttons.",
            );
        }
    };
    let approval = match app.store.approval_by_token(&token).await {
        Ok(approval) => approval,
        Err(error) => return sorry(&Problem::from(error)),
    };
    match app.store.answer_approval(approval.id, verdict).await {
        Ok(Answered::First) => Redirect::to(&format!("/a/{token}")).into_response(),
        Ok(Answered::Already(earlier)) => {
            let body = html! { main.message { h1 { "Already decided" } (decided(&app, approval.notice.undo_s, &earlier, &token)) p { a href=(format!("/a/{token}")) { "Back to the film" } } } };
            (StatusCode::CONFLICT, page("Already decided", "plain", &body)).into_response()
        }
        Err(error) => sorry(&Problem::from(error)),
    }
}

/// `POST /a/{token}/undo`
pub(crate) async fn undo(State(app): State<App>, Path(token): Path<String>, headers: HeaderMap) -> Response {
    if is_foreign(&headers) {
        return message(StatusCode::FORBIDDEN, "Not from here", "Open the link itself and undo on its page.");
    }
    match take_back(&app, &token).await {
        Ok(()) => message(StatusCode::OK, "Taken back", "Nothing was posted. You will be asked again in a moment."),
        Err(problem) => sorry(&problem),
    }
}

async fn take_back(app: &App, token: &str) -> Result<(), Problem> {
    let approval = app.store.approval_by_token(token).await?;
    let window = Duration::from_secs(approval.notice.undo_s);
    app.store.undo_publication(approval.id, &undo_signal(&approval.notice.signal), window).await?;
    Ok(())
}

/// A browser says when another site sent the form.
fn is_foreign(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
    if site.is_some_and(|site| site != "same-origin" && site != "none") {
        return true;
    }
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let origin = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok());
    // "null" is what browsers send under the no-referrer policy of this very page.
    origin.is_some_and(|origin| origin != "null" && origin.split_once("://").is_none_or(|(_, from)| from != host))
}

/// `GET /a/{token}/film.mp4`
pub(crate) async fn film(State(app): State<App>, Path(token): Path<String>, request: Request<Body>) -> Response {
    match app.store.approval_by_token(&token).await {
        Ok(approval) => serve_blob(&app, &approval.notice.film.blob, request).await,
        Err(error) => sorry(&Problem::from(error)),
    }
}

/// `GET /a/{token}/poster.jpg`
pub(crate) async fn poster(State(app): State<App>, Path(token): Path<String>, request: Request<Body>) -> Response {
    match app.store.approval_by_token(&token).await {
        Ok(approval) => serve_blob(&app, &approval.notice.film.poster, request).await,
        Err(error) => sorry(&Problem::from(error)),
    }
}
