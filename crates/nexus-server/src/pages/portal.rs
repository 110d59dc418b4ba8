//! The upload portal: files go straight from the browser into storage by presigned URL.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use maud::html;

use super::{home::bar, page};

/// `GET /upload`
pub(crate) async fn show() -> Response {
    let body = html! {
        (bar())
        main {
            h1 { "Add footage" }
            p.quiet { "Clips of 3 seconds to 10 minutes, up to 4K. They go straight into storage; one bad file never stops the others." }
            div #drop .drop {
                label for="files" { "Drop clips here, or choose them" }
                input #files type="file" accept="video/*" multiple;
            }
            ul #list {}
            noscript { p { "Uploading from this page needs scripts; the command `nexus ingest FILE` works without." } }
            script src="/portal.js" defer {}
        }
    };
    page("Add footage", "plain", &body).into_response()
}

/// `GET /portal.js`
pub(crate) async fn script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("portal.js"))
}
