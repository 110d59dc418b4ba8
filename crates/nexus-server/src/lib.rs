//! HTTP: API, portal, webhooks, approval, watch pages, events.
//!
//! Handlers are thin: they read a request, call the store or a port, and shape the answer. A GET never changes
//! anything. Every error is a problem document (RFC 9457) on the API and a plain page for people.

mod api;
pub mod banana;
mod overload;
mod pages;
pub mod pinecone;
mod problem;
pub mod shotstack;
mod state;

use axum::{
    Router,
    extract::{DefaultBodyLimit, State},
    http::{HeaderName, HeaderValue, header},
    response::Response,
    routing::{get, patch, post},
};

pub use api::openapi::document as openapi_document;
pub use banana::{VisionWorker, vision_router};
pub use pinecone::Pinecone;
pub use problem::Problem;
pub use shotstack::Shotstack;
pub use state::{App, Defaults};

/// Largest JSON body, in bytes: a review of 10,000 characters fits many times.
const MOST_BODY_BYTES: usize = 256 * 1024;

/// Every route of the product.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/", get(pages::home::show))
        .route("/upload", get(pages::portal::show))
        .route("/style.css", get(pages::style::serve))
        .route("/portal.js", get(pages::portal::script))
        .route("/a/{token}", get(pages::approve::show).post(pages::approve::decide))
        .route("/a/{token}/undo", post(pages::approve::undo))
        .route("/a/{token}/film.mp4", get(pages::approve::film))
        .route("/a/{token}/poster.jpg", get(pages::approve::poster))
        .route("/watch/{film}", get(pages::watch::show))
        .route("/watch/{film}/film.mp4", get(pages::watch::film))
        .route("/watch/{film}/poster.jpg", get(pages::watch::poster))
        .route("/healthz", get(api::health))
        .route("/openapi.json", get(api::openapi::serve))
        .route("/v1/businesses", get(api::businesses::list).post(api::businesses::save))
        .route("/v1/uploads", post(api::uploads::create))
        .route("/v1/uploads/parts", post(api::parts::sign).get(api::parts::list).delete(api::parts::abort))
        .route("/v1/uploads/complete", post(api::parts::complete))
        .route("/v1/reviews", get(api::reviews::list).post(api::reviews::accept))
        .route("/v1/search", get(api::search::search))
        .route("/v1/memory", get(api::memory::list).post(api::memory::teach))
        .route("/v1/memory/{statement}", patch(api::memory::edit).delete(api::memory::forget))
        .route("/v1/runs", get(api::runs::list))
        .route("/v1/runs/{run}", get(api::runs::show))
        .route("/v1/runs/{run}/retry", post(api::runs::retry))
        .route("/v1/runs/{run}/cancel", post(api::runs::cancel))
        .route("/v1/events", get(api::events::stream))
        .merge(shotstack::router(&app))
        .merge(pinecone::router(&app))
        .layer(DefaultBodyLimit::max(MOST_BODY_BYTES))
        .layer(axum::middleware::from_fn_with_state(overload::Places::default(), overload::shed))
        .layer(axum::middleware::map_response_with_state(app.clone(), harden))
        .layer(axum::middleware::from_fn(nexus_store::linger))
        .with_state(app)
}

/// Headers that every answer carries.
async fn harden(State(app): State<App>, mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("x-frame-options"), "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // Browsers send uploads straight to where files lie.
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; \
         connect-src 'self' http://127.0.0.1:* http://localhost:* {}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        app.upload_origin
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}
