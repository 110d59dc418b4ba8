//! The OpenAPI document, from the types themselves.

use axum::Json;
use utoipa::OpenApi;

use crate::shotstack;

#[derive(OpenApi)]
#[openapi(
    info(title = "Nexus Engine", description = "From raw footage and a review to an approved, published film."),
    paths(
        super::uploads::create,
        super::parts::sign,
        super::parts::list,
        super::parts::complete,
        super::parts::abort,
        super::reviews::accept,
        super::search::search,
        super::memory::list,
        super::memory::teach,
        super::memory::edit,
        super::memory::forget,
        shotstack::renders::render,
        shotstack::renders::show,
        shotstack::templates::create,
        shotstack::templates::list,
        shotstack::templates::show,
        shotstack::templates::update,
        shotstack::templates::delete,
        shotstack::templates::render,
        shotstack::probe::probe,
        shotstack::serve::show,
        shotstack::serve::of_render,
        shotstack::serve::delete,
        shotstack::transfer::transfer,
        shotstack::ingest::create,
        shotstack::ingest::upload,
        shotstack::ingest::list,
        shotstack::ingest::show,
        shotstack::ingest::delete
    ),
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
