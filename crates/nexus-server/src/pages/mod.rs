//! Pages for people, rendered here, usable on a phone and without scripts (uploading aside).

pub(crate) mod approve;
pub(crate) mod home;
pub(crate) mod portal;
pub(crate) mod style;
pub(crate) mod watch;

use axum::{
    body::Body,
    http::{HeaderValue, Request, StatusCode, header},
    response::{IntoResponse, Response},
};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use nexus_core::blob::BlobRef;
use tower::ServiceExt as _;
use tower_http::services::ServeFile;

use crate::{App, Problem};

/// A whole page.
pub(crate) fn page(title: &str, class: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="stylesheet" href="/style.css";
            }
            body class=(class) { (body) }
        }
    }
}

/// A page that says one thing, with a status.
pub(crate) fn message(status: StatusCode, title: &str, text: &str) -> Response {
    let body = html! { main.message { h1 { (title) } p { (text) } } };
    (status, page(title, "plain", &body)).into_response()
}

/// A problem as a page.
pub(crate) fn sorry(problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    message(status, problem.title, &problem.detail)
}

/// A stored object with ranges, so that players can seek.
pub(crate) async fn serve_blob(app: &App, blob: &BlobRef, request: Request<Body>) -> Response {
    let media_type = if blob.key.as_str().ends_with(".mp4") { "video/mp4" } else { "image/jpeg" };
    serve_file(app, blob, media_type, request).await
}

/// As [`serve_blob`], under a media type of the caller's choice.
pub(crate) async fn serve_file(app: &App, blob: &BlobRef, media_type: &str, request: Request<Body>) -> Response {
    match app.ports.blobs.local_file(blob).await {
        Ok(path) => {
            let mut response = ServeFile::new(path).oneshot(request).await.into_response();
            let media_type = HeaderValue::from_str(media_type)
                .unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream"));
            response.headers_mut().insert(header::CONTENT_TYPE, media_type);
            response
        }
        Err(error) => sorry(&error.into()),
    }
}

/// The product's mark.
pub(crate) fn mark() -> Markup {
    PreEscaped(
        "<svg class=\"mark\" viewBox=\"0 0 24 24\" width=\"24\" height=\"24\" aria-hidden=\"true\">\
         <rect x=\"3\" y=\"5\" width=\"18\" height=\"14\" rx=\"3\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.6\"/>\
         <path d=\"M12 2v20\" class=\"cut\" stroke-width=\"2\"/></svg>"
            .to_owned(),
    )
}
