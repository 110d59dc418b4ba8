//! The OpenAPI document, from the types themselves.

use axum::Json;
use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(
    info(title = "Nexus Engine", description = "From raw footage and a review to an approved, published film."),
    paths(super::uploads::create, super::reviews::accept, super::search::search),
    components(schemas(crate::Problem))
)]
struct Document;

/// The document.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

/// `GET /openapi.json`
pub(crate) async fn serve() -> Json<utoipa::openapi::OpenApi> {
    Json(document())
}
