//! The webhook: a review comes in, a run begins, 202 with its place.

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use nexus_core::{
    BusinessId, RunId,
    journal::{NewRun, Priority},
    review::{Review, ReviewDocument, ReviewError},
};
use nexus_flows::ReelInput;
use nexus_store::{Recalled, RequestMark, ReviewRow};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::{Answer, business_or_default};
use crate::{App, Problem};

/// A review as sources send it; further keys are ignored.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[expect(dead_code, reason = "the documented form of the body; the fields are read through ReviewDocument")]
pub(crate) struct ReviewBody {
    /// The source's id: the same id makes one film.
    id: String,
    /// 1 to 5.
    rating: u8,
    /// The shown name.
    author: Option<String>,
    /// The words.
    text: Option<String>,
    /// RFC 3339.
    created_at: Option<String>,
    /// BCP 47.
    language: Option<String>,
    /// Whose guest; may be left out when there is one business.
    business: Option<String>,
}

#[derive(Deserialize)]
struct Addressed {
    business: Option<BusinessId>,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ReviewAnswer {
    /// The run that makes the film; absent when the review was kept without one.
    #[schema(value_type = Option<String>)]
    run: Option<RunId>,
    /// `accepted`, `known` (the same review again) or `kept` (no text to quote).
    status: &'static str,
    /// For people.
    detail: String,
}

/// Takes a review. Durable before the answer; the same review, or the same `Idempotency-Key`, makes one film.
#[utoipa::path(post, path = "/v1/reviews", request_body = ReviewBody, responses((status = 202, body = ReviewAnswer), (status = 422, body = Problem)))]
pub(crate) async fn accept(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Answer<Response> {
    let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok());
    let Some(key) = key else { return Ok(take(&app, &body).await?.into_response()) };
    let mark = RequestMark { key: key.to_owned(), route: "POST /v1/reviews".into(), request_hash: hash_of(&body) };
    match app.store.begin_request(&mark).await? {
        Recalled::Answered { status, body } => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::ACCEPTED);
            let kind = [
                (header::CONTENT_TYPE, "application/json"),
                (header::HeaderName::from_static("idempotency-replayed"), "true"),
            ];
            Ok((status, kind, body).into_response())
        }
        Recalled::Mismatch => Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "idempotency-mismatch",
            "The key was used for another request",
            format!("Idempotency-Key '{key}' came before with another body; use a new key for a new review"),
        )),
        Recalled::New | Recalled::Unanswered => {
            let (status, location, Json(answer)) = take(&app, &body).await?;
            let text = serde_json::to_string(&answer).unwrap_or_default();
            app.store.remember_response(&mark, status.as_u16(), text).await?;
            Ok((status, location, Json(answer)).into_response())
        }
    }
}

/// SHA-256 of a body, hexadecimal.
fn hash_of(body: &[u8]) -> String {
    hex::encode(Sha256::digest(body))
}

type Taken = (StatusCode, [(header::HeaderName, String); 1], Json<ReviewAnswer>);

async fn take(app: &App, body: &[u8]) -> Answer<Taken> {
    let explain = |error: serde_json::Error| {
        Problem::invalid(format!("the review is not valid JSON of the documented form: {error}"))
    };
    let Addressed { business } = serde_json::from_slice(body).map_err(explain)?;
    let document: ReviewDocument = serde_json::from_slice(body).map_err(explain)?;
    let business = business_or_default(app, business)?;
    let (run, status, detail) = match document.clone().accept(business) {
        Ok(review) => start(app, &review).await?,
        Err(error @ ReviewError::NoText(_)) => {
            app.store.keep_review(business, document).await?;
            (None, "kept", error.to_string())
        }
        Err(error) => return Err(error.into()),
    };
    let location = run.map_or_else(|| "/v1/reviews".to_owned(), |run| format!("/v1/runs/{run}"));
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, location)], Json(ReviewAnswer { run, status, detail })))
}

/// Enqueues the run of a review.
async fn start(app: &App, review: &Review) -> Answer<(Option<RunId>, &'static str, String)> {
    let music = app.defaults.music.clone().ok_or_else(|| {
        Problem::invalid(
            "there is no music yet: start with `nexus up --music FILE`, or run `nexus demo` once to make a demo track",
        )
    })?;
    let run = RunId::derived(&["reel", &review.id.to_string()]);
    let input = ReelInput { review: review.clone(), music, settings: app.defaults.settings.clone() };
    let new = NewRun {
        id: run,
        flow: "reel".into(),
        version: 1,
        priority: Priority::Urgent,
        business: review.business,
        input: serde_json::json!(input),
    };
    match app.store.accept_review(review, new).await? {
        nexus_core::journal::Arrived::First => Ok((Some(run), "accepted", "the film is being made".into())),
        nexus_core::journal::Arrived::Again => {
            Ok((Some(run), "known", "this review has been sent before; its run goes on".into()))
        }
    }
}

/// A review as it is listed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct ListedReview {
    review: Review,
    run: Option<RunId>,
    created_ms: i64,
}

/// Reviews, newest first.
pub(crate) async fn list(State(app): State<App>) -> Answer<Json<Vec<ListedReview>>> {
    let listed =
        |row: ReviewRow| ListedReview { review: row.review, run: row.run, created_ms: row.created.unix_millis() };
    let rows = app.store.list_reviews(app.defaults.business, 100).await?;
    Ok(Json(rows.into_iter().map(listed).collect()))
}
