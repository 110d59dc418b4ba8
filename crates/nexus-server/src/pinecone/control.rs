//! The control plane: indexes of one owner.

use std::sync::Arc;

use axum::{
    Extension, Json,
    body::Bytes,
    extract::{Path, rejection::BytesRejection},
    http::{HeaderMap, StatusCode},
};
use nexus_core::vectors::IndexName;
use serde_json::{Value, json};

use super::{OfIndex, Owner, Pinecone, bodies::read, dialect::Dialect, refusal::Refusal};

/// Most indexes of one owner.
const MOST_INDEXES: usize = 100;

/// Every index.
pub(super) async fn list(
    Extension(pinecone): Extension<Arc<Pinecone>>,
    Extension(Owner(owner)): Extension<Owner>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    let dialect = Dialect::of(&headers);
    let indexes = pinecone.catalog.list(owner).await?;
    let shown: Vec<Value> = indexes.iter().map(|info| dialect.show(&info.spec, &pinecone.base_url)).collect();
    Ok(Json(json!({ "indexes": shown })))
}

/// Makes an index.
pub(super) async fn create(
    Extension(pinecone): Extension<Arc<Pinecone>>,
    Extension(Owner(owner)): Extension<Owner>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let spec = Dialect::read(&read(&body?)?)?;
    if pinecone.catalog.list(owner).await?.len() >= MOST_INDEXES {
        return Err(Refusal::too_much(format!("an owner has at most {MOST_INDEXES} indexes; delete one first")));
    }
    let info = pinecone.catalog.create(owner, &spec).await?;
    Ok((StatusCode::CREATED, Json(Dialect::of(&headers).show(&info.spec, &pinecone.base_url))))
}

/// One index.
pub(super) async fn describe(
    Extension(pinecone): Extension<Arc<Pinecone>>,
    Extension(Owner(owner)): Extension<Owner>,
    Path(OfIndex { index }): Path<OfIndex>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    let info = pinecone.catalog.describe(owner, &IndexName::new(&index)?).await?;
    Ok(Json(Dialect::of(&headers).show(&info.spec, &pinecone.base_url)))
}

/// Removes an index with everything in it.
pub(super) async fn delete(
    Extension(pinecone): Extension<Arc<Pinecone>>,
    Extension(Owner(owner)): Extension<Owner>,
    Path(OfIndex { index }): Path<OfIndex>,
) -> Result<StatusCode, Refusal> {
    pinecone.catalog.delete(owner, &IndexName::new(&index)?).await?;
    Ok(StatusCode::ACCEPTED)
}
