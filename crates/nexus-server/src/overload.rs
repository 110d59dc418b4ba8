//! More than can be done is said at once, with a time to come back: what was accepted is never at stake.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use tokio::sync::Semaphore;

use crate::problem::Problem;

/// Requests whose answer has not begun; each holds a place in the writer's queue at most.
const MOST_AT_ONCE: usize = 256;

/// When to come back, in seconds.
const COME_BACK_S: &str = "1";

/// Places for requests.
#[derive(Clone)]
pub(crate) struct Places(Arc<Semaphore>);

impl Default for Places {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MOST_AT_ONCE)))
    }
}

/// Answers 503 when there is no place. Looking whether the server lives costs none.
pub(crate) async fn shed(State(places): State<Places>, request: Request, next: Next) -> Response {
    if request.uri().path() == "/healthz" {
        return next.run(request).await;
    }
    // Held until the answer begins; a film that is watched holds none.
    let Ok(_place) = places.0.try_acquire() else {
        let detail = format!("{MOST_AT_ONCE} requests are being answered; send this one again in {COME_BACK_S} s");
        let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "overloaded", "Too much at once", detail);
        let mut response = problem.into_response();
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(COME_BACK_S));
        return response;
    };
    next.run(request).await
}
