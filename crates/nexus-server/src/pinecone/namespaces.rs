//! Namespaces of one index.

use axum::{
    Extension, Json,
    body::Bytes,
    extract::{
        Path, Query,
        rejection::{BytesRejection, QueryRejection},
    },
};
use nexus_core::vectors::{MOST_ITEMS, Namespace, NamespaceInfo};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Opened,
    bodies::{Pagination, paging, read, turned},
    data::ListQuery,
    refusal::Refusal,
};

#[derive(Serialize)]
pub(super) struct Described {
    name: String,
    record_count: u64,
}

impl From<NamespaceInfo> for Described {
    fn from(NamespaceInfo { name, records }: NamespaceInfo) -> Self {
        Self { name: name.to_string(), record_count: records }
    }
}

#[derive(Serialize)]
pub(super) struct Listed {
    namespaces: Vec<Described>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pagination: Option<Pagination>,
}

/// Namespaces, page by page.
pub(super) async fn list(
    Extension(Opened(index)): Extension<Opened>,
    asked: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Json<Listed>, Refusal> {
    let Query(asked) = asked?;
    let paging = paging(asked.prefix, asked.limit, asked.pagination_token, MOST_ITEMS)?;
    let (namespaces, pagination) = turned(index.namespaces(&paging).await?);
    Ok(Json(Listed { namespaces: namespaces.into_iter().map(Described::from).collect(), pagination }))
}

#[derive(Deserialize)]
struct CreateBody {
    name: String,
}

/// Makes one; every field can be filtered by, whatever its schema says.
pub(super) async fn create(
    Extension(Opened(index)): Extension<Opened>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Described>, Refusal> {
    let CreateBody { name } = read(&body?)?;
    Ok(Json(index.create_namespace(&Namespace::new(&name)?).await?.into()))
}

#[derive(Deserialize)]
pub(super) struct Named {
    namespace: String,
}

/// One namespace.
pub(super) async fn describe(
    Extension(Opened(index)): Extension<Opened>,
    Path(Named { namespace }): Path<Named>,
) -> Result<Json<Described>, Refusal> {
    Ok(Json(index.namespace(&Namespace::new(&namespace)?).await?.into()))
}

/// Removes one with everything in it.
pub(super) async fn delete(
    Extension(Opened(index)): Extension<Opened>,
    Path(Named { namespace }): Path<Named>,
) -> Result<Json<Value>, Refusal> {
    index.delete_namespace(&Namespace::new(&namespace)?).await?;
    Ok(Json(json!({})))
}
