//! The public place of hosted files. The address is the permission: it cannot be guessed.

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderValue, Request, header},
    response::Response,
};
use nexus_core::HostedId;
use serde::Deserialize;

use crate::{
    App, Problem,
    pages::{serve_file, sorry},
};

#[derive(Debug, Deserialize)]
pub(crate) struct FilePath {
    id: String,
    name: String,
}

/// `GET /files/{id}/{name}`, with ranges.
pub(crate) async fn serve(
    State(app): State<App>,
    Path(FilePath { id, name }): Path<FilePath>,
    request: Request<Body>,
) -> Response {
    let row = match HostedId::from_uuid(&id) {
        Ok(id) => app.store.hosted(id).await,
        Err(_) => Ok(None),
    };
    match row {
        Ok(Some(row)) if row.deleted.is_none() && row.file.file_name == name => {
            let mut response = serve_file(&app, &row.file.blob, &row.file.media_type, request).await;
            // Players and editors on other sites may show what anybody may download.
            response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            response
        }
        Ok(_) => sorry(&Problem::not_found("there is no file at this address, or it was taken down")),
        Err(error) => sorry(&error.into()),
    }
}
