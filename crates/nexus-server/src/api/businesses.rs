//! Businesses and their brands.

use axum::{
    Json,
    extract::{State, rejection::JsonRejection},
    http::StatusCode,
};
use nexus_core::business::Business;

use super::Answer;
use crate::App;

/// Every business, by name.
pub(crate) async fn list(State(app): State<App>) -> Answer<Json<Vec<Business>>> {
    Ok(Json(app.ports.business.list().await?))
}

/// Adds or replaces a business.
pub(crate) async fn save(
    State(app): State<App>,
    business: Result<Json<Business>, JsonRejection>,
) -> Answer<(StatusCode, Json<Business>)> {
    let Json(business) = business?;
    app.ports.business.save(&business).await?;
    Ok((StatusCode::OK, Json(business)))
}
