//! The contract of Potassium (0.5), which Banana's clients speak: a worker that sees, on a machine of its own.
//!
//! `POST /` looks at pictures or at a clip, `POST /_k/warmup` answers when the worker is there, `GET /__status__` is for a
//! load balancer. One request is looked at at a time; others wait, as they do with Potassium.

mod asked;
mod status;
mod worker;

use std::{path::PathBuf, sync::Arc};

use axum::{
    Json, Router,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use futures::future::BoxFuture;
use nexus_core::{
    ErrorKind, PortError, PortResult, Secret,
    port::{Media, Tagger},
    time::Clock,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use tempfile::TempPath;

use self::{asked::Asked, status::Status};

/// Largest request, in bytes: a dozen photos.
const MOST_BODY_BYTES: usize = 32 << 20;

/// Fetches what stands behind an address that a stranger named into a file of this machine.
pub type Download = Arc<dyn Fn(String) -> BoxFuture<'static, PortResult<TempPath>> + Send + Sync>;

/// What a worker needs.
pub struct VisionWorker {
    /// Reads pictures and clips.
    pub media: Arc<dyn Media>,
    /// Says what is in them.
    pub tagger: Arc<dyn Tagger>,
    /// Fetches clips.
    pub download: Download,
    /// A folder for pictures while they are looked at; it must be there.
    pub scratch: PathBuf,
    /// The key that clients have to send; `None` lets everybody in.
    pub key: Option<Secret<String>>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

struct Served {
    worker: VisionWorker,
    status: Status,
    /// One at a time.
    turn: Arc<tokio::sync::Semaphore>,
}

/// The routes of a worker.
pub fn vision_router(worker: VisionWorker) -> Router {
    let status = Status::new(Arc::clone(&worker.clock));
    let served = Arc::new(Served { worker, status, turn: Arc::new(tokio::sync::Semaphore::new(1)) });
    Router::new()
        .route("/", post(infer))
        .route("/_k/warmup", post(warm))
        .layer(from_fn_with_state(Arc::clone(&served), admit))
        .route("/__status__", get(status_now))
        .route("/_k/status", get(status_now))
        .layer(from_fn(nexus_store::linger))
        .with_state(served)
}

impl Served {
    fn admits(&self, headers: &HeaderMap) -> bool {
        let Some(key) = &self.worker.key else { return true };
        let given = headers.get("x-banana-api-key").map(|key| key.as_bytes()).unwrap_or_default();
        bool::from(Sha256::digest(given).ct_eq(&Sha256::digest(key.expose().as_bytes())))
    }
}

async fn infer(State(served): State<Arc<Served>>, request: Request) -> Response {
    let Some(place) = served.status.enter() else {
        return refused(StatusCode::LOCKED, "too many requests wait already; try again");
    };
    let Ok(body) = axum::body::to_bytes(request.into_body(), MOST_BODY_BYTES).await else {
        return refused(StatusCode::PAYLOAD_TOO_LARGE, "the body broke off, or is larger than 32 MiB");
    };
    // As Potassium has it: 400 is for what is no JSON alone, because Banana's clients repeat it.
    let Ok(body) = serde_json::from_slice::<Value>(&body) else {
        return refused(StatusCode::BAD_REQUEST, "the body is no JSON");
    };
    let asked = match Asked::read(&body) {
        Ok(asked) => asked,
        Err(what) => return refused(StatusCode::UNPROCESSABLE_ENTITY, &what),
    };
    drop(body);
    // A slow server elsewhere must not hold the turn.
    let material = match served.worker.fetch(asked).await {
        Ok(material) => material,
        Err(error) => return refused(status_of(&error), &error.message),
    };
    // Nothing ever closes the semaphore.
    let turn = Arc::clone(&served.turn).acquire_owned().await;
    place.start();
    let working = Arc::clone(&served);
    // On its own, so that the turn is held until the work ends, also when the client goes away.
    let told = tokio::spawn(async move {
        let _turn = turn;
        working.worker.look(material).await
    });
    match told.await {
        Ok(Ok(told)) => Json(told).into_response(),
        Ok(Err(error)) => refused(status_of(&error), &error.message),
        Err(_) => refused(StatusCode::INTERNAL_SERVER_ERROR, "looking at it failed"),
    }
}

/// Lets a request pass that has the key.
async fn admit(State(served): State<Arc<Served>>, request: Request, next: Next) -> Response {
    if served.admits(request.headers()) {
        return next.run(request).await;
    }
    refused(StatusCode::UNAUTHORIZED, "the key in X-BANANA-API-KEY is missing or wrong")
}

async fn warm(State(served): State<Arc<Served>>) -> Response {
    served.status.touched();
    Json(json!({ "warm": true })).into_response()
}

async fn status_now(State(served): State<Arc<Served>>) -> Response {
    let headers = [(header::CACHE_CONTROL, "no-store")];
    (headers, Json(served.status.told())).into_response()
}

fn refused(status: StatusCode, what: &str) -> Response {
    (status, Json(json!({ "message": what }))).into_response()
}

fn status_of(error: &PortError) -> StatusCode {
    match error.kind {
        ErrorKind::Invalid | ErrorKind::NotFound | ErrorKind::Refused | ErrorKind::Unsupported => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        ErrorKind::RateLimited | ErrorKind::Unavailable | ErrorKind::Timeout => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::Unauthorized | ErrorKind::Conflict | ErrorKind::UnknownOutcome | ErrorKind::Bug => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}
