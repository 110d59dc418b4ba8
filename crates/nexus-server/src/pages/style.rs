//! The one style sheet: warm paper by day, a dark edit suite by night.

use axum::{http::header, response::IntoResponse};

/// `GET /style.css`
pub(crate) async fn serve() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "max-age=300")],
        include_str!("style.css"),
    )
}
