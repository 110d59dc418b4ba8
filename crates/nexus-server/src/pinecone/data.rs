//! The data plane of one index: records and what is near to them.

use std::collections::BTreeMap;

use axum::{
    Extension, Json,
    body::Bytes,
    extract::{
        Query,
        rejection::{BytesRejection, QueryRejection},
    },
};
use nexus_core::vectors::{
    Deletion, Include, IndexStats, MOST_ITEMS, MOST_RECORDS, Metadata, Near, RecordId, SparseValues, TopK, VectorQuery,
    VectorUpdate,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Opened,
    bodies::{Pagination, USAGE, Usage, VectorBody, VectorReply, by_id, filter, namespace, paging, read, turned},
    refusal::Refusal,
};

type Body = Result<Bytes, BytesRejection>;

#[derive(Deserialize)]
struct UpsertBody {
    vectors: Vec<VectorBody>,
    namespace: Option<String>,
}

/// Adds or replaces records.
pub(super) async fn upsert(Extension(Opened(index)): Extension<Opened>, body: Body) -> Result<Json<Value>, Refusal> {
    let UpsertBody { vectors, namespace: name } = read(&body?)?;
    if vectors.is_empty() || vectors.len() > MOST_RECORDS {
        let have = vectors.len();
        return Err(Refusal::invalid(format!("an upsert takes 1 to {MOST_RECORDS} vectors, not {have}")));
    }
    let records = vectors.into_iter().map(VectorBody::record).collect::<Result<_, _>>()?;
    let count = index.upsert(&namespace(name.as_deref())?, records).await?;
    Ok(Json(json!({ "upsertedCount": count })))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct QueryBody {
    namespace: Option<String>,
    top_k: u64,
    vector: Option<Vec<f32>>,
    id: Option<String>,
    filter: Option<Value>,
    include_values: Option<bool>,
    include_metadata: Option<bool>,
    sparse_vector: Option<Value>,
    queries: Option<Value>,
}

#[derive(Serialize)]
pub(super) struct Matches {
    matches: Vec<VectorReply>,
    namespace: String,
    usage: Usage,
}

/// What is near to a vector or to a record.
pub(super) async fn query(Extension(Opened(index)): Extension<Opened>, body: Body) -> Result<Json<Matches>, Refusal> {
    let body: QueryBody = read(&body?)?;
    if body.sparse_vector.is_some() || body.queries.is_some() {
        return Err(Refusal::unsupported("sparse vectors and several queries at once are not served here"));
    }
    let near = match (body.vector.filter(|vector| !vector.is_empty()), body.id.filter(|id| !id.is_empty())) {
        (Some(vector), None) => Near::Values(vector),
        (None, Some(id)) => Near::Record(RecordId::new(&id)?),
        (None, None) | (Some(_), Some(_)) => return Err(Refusal::invalid("expected either vector or id")),
    };
    let include =
        Include { values: body.include_values.unwrap_or(false), metadata: body.include_metadata.unwrap_or(false) };
    let query = VectorQuery { near, top_k: TopK::new(body.top_k)?, filter: filter(body.filter.as_ref())?, include };
    let found = index.query(&namespace(body.namespace.as_deref())?, &query).await?;
    let matches = found.into_iter().map(VectorReply::from).collect();
    Ok(Json(Matches { matches, namespace: body.namespace.unwrap_or_default(), usage: USAGE }))
}

#[derive(Serialize)]
pub(super) struct Fetched {
    vectors: BTreeMap<String, VectorReply>,
    namespace: String,
    usage: Usage,
    #[serde(skip_serializing_if = "Option::is_none")]
    pagination: Option<Pagination>,
}

/// Records by their ids, each as `ids=`.
pub(super) async fn fetch(
    Extension(Opened(index)): Extension<Opened>,
    asked: Result<Query<Vec<(String, String)>>, QueryRejection>,
) -> Result<Json<Fetched>, Refusal> {
    let Query(pairs) = asked?;
    let mut ids = Vec::new();
    let mut name = String::new();
    for (key, value) in pairs {
        match key.as_str() {
            "ids" => ids.push(RecordId::new(&value)?),
            "namespace" => name = value,
            _ => {}
        }
    }
    if ids.is_empty() || ids.len() > MOST_RECORDS {
        return Err(Refusal::invalid(format!("a fetch takes 1 to {MOST_RECORDS} ids, not {}", ids.len())));
    }
    let records = index.fetch(&namespace(Some(&name))?, &ids).await?;
    Ok(Json(Fetched { vectors: by_id(records), namespace: name, usage: USAGE, pagination: None }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FetchByMetadataBody {
    namespace: Option<String>,
    filter: Option<Value>,
    limit: Option<u64>,
    pagination_token: Option<String>,
}

/// Records that pass a filter.
pub(super) async fn fetch_by_metadata(
    Extension(Opened(index)): Extension<Opened>,
    body: Body,
) -> Result<Json<Fetched>, Refusal> {
    let body: FetchByMetadataBody = read(&body?)?;
    let paging = paging(None, body.limit, body.pagination_token, MOST_RECORDS)?;
    let wanted = filter(body.filter.as_ref())?.ok_or_else(|| Refusal::invalid("a fetch by metadata needs a filter"))?;
    let page = index.fetch_matching(&namespace(body.namespace.as_deref())?, &wanted, &paging).await?;
    let (records, pagination) = turned(page);
    Ok(Json(Fetched {
        vectors: by_id(records),
        namespace: body.namespace.unwrap_or_default(),
        usage: USAGE,
        pagination,
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UpdateBody {
    id: Option<String>,
    values: Option<Vec<f32>>,
    sparse_values: Option<SparseValues>,
    set_metadata: Option<Value>,
    namespace: Option<String>,
    filter: Option<Value>,
    dry_run: Option<bool>,
}

/// Changes one record, or the metadata of all that pass a filter.
pub(super) async fn update(Extension(Opened(index)): Extension<Opened>, body: Body) -> Result<Json<Value>, Refusal> {
    let body: UpdateBody = read(&body?)?;
    let space = namespace(body.namespace.as_deref())?;
    let metadata = body.set_metadata.as_ref().map(Metadata::read).transpose()?.unwrap_or_default();
    let values = body.values.filter(|values| !values.is_empty());
    let update = match (body.id.filter(|id| !id.is_empty()), filter(body.filter.as_ref())?) {
        (Some(id), None) => {
            VectorUpdate::Record { id: RecordId::new(&id)?, values, sparse: body.sparse_values, metadata }
        }
        (None, Some(_)) if values.is_some() || body.sparse_values.is_some() => {
            return Err(Refusal::invalid("a filter sets metadata alone; values are set by id"));
        }
        (None, Some(wanted)) if body.dry_run == Some(true) => {
            let stats = index.stats(Some(&wanted)).await?;
            return Ok(Json(json!({ "matchedRecords": stats.namespaces.get(&space).copied().unwrap_or(0) })));
        }
        (None, Some(filter)) => VectorUpdate::Matching { filter, metadata },
        (None, None) | (Some(_), Some(_)) => return Err(Refusal::invalid("expected either id or filter")),
    };
    Ok(Json(json!({ "matchedRecords": index.update(&space, update).await? })))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeleteBody {
    ids: Option<Vec<String>>,
    delete_all: Option<bool>,
    namespace: Option<String>,
    filter: Option<Value>,
}

/// Removes records.
pub(super) async fn delete(Extension(Opened(index)): Extension<Opened>, body: Body) -> Result<Json<Value>, Refusal> {
    let body: DeleteBody = read(&body?)?;
    let ids = body.ids.filter(|ids| !ids.is_empty());
    let deletion = match (ids, body.delete_all.unwrap_or(false), filter(body.filter.as_ref())?) {
        (Some(ids), false, None) if ids.len() <= MOST_RECORDS => {
            Deletion::Ids(ids.iter().map(|id| RecordId::new(id)).collect::<Result<_, _>>()?)
        }
        (Some(ids), false, None) => {
            let have = ids.len();
            return Err(Refusal::invalid(format!("a deletion takes at most {MOST_RECORDS} ids, not {have}")));
        }
        (None, true, None) => Deletion::All,
        (None, false, Some(filter)) => Deletion::Matching(filter),
        _ => return Err(Refusal::invalid("expected one of ids, deleteAll and filter")),
    };
    index.delete(&namespace(body.namespace.as_deref())?, &deletion).await?;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListQuery {
    pub(super) prefix: Option<String>,
    pub(super) limit: Option<u64>,
    pub(super) pagination_token: Option<String>,
    namespace: Option<String>,
}

#[derive(Serialize)]
struct ListItem {
    id: String,
}

#[derive(Serialize)]
pub(super) struct Listed {
    vectors: Vec<ListItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pagination: Option<Pagination>,
    namespace: String,
    usage: Usage,
}

/// Ids, page by page.
pub(super) async fn list(
    Extension(Opened(index)): Extension<Opened>,
    asked: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Json<Listed>, Refusal> {
    let Query(ListQuery { prefix, limit, pagination_token, namespace: name }) = asked?;
    let paging = paging(prefix, limit, pagination_token, MOST_ITEMS)?;
    let (ids, pagination) = turned(index.list(&namespace(name.as_deref())?, &paging).await?);
    let vectors = ids.iter().map(|id| ListItem { id: id.as_str().to_owned() }).collect();
    Ok(Json(Listed { vectors, pagination, namespace: name.unwrap_or_default(), usage: USAGE }))
}

#[derive(Default, Deserialize)]
struct StatsBody {
    filter: Option<Value>,
}

/// How much there is, of what passes a filter.
pub(super) async fn stats(opened: Extension<Opened>, body: Body) -> Result<Json<Value>, Refusal> {
    let body = body?;
    let StatsBody { filter: wanted } = if body.is_empty() { StatsBody::default() } else { read(&body)? };
    counted(opened, wanted.as_ref()).await
}

/// How much there is.
pub(super) async fn stats_of_all(opened: Extension<Opened>) -> Result<Json<Value>, Refusal> {
    counted(opened, None).await
}

async fn counted(Extension(Opened(index)): Extension<Opened>, wanted: Option<&Value>) -> Result<Json<Value>, Refusal> {
    let wanted = filter(wanted)?.filter(|filter| *filter != nexus_core::vectors::Filter::All(Vec::new()));
    let all = index.stats(None).await?;
    let total = all.total();
    let IndexStats { dimension, metric, namespaces } = match &wanted {
        Some(_) => index.stats(wanted.as_ref()).await?,
        None => all,
    };
    let namespaces: BTreeMap<String, Value> =
        namespaces.into_iter().map(|(name, count)| (name.to_string(), json!({ "vectorCount": count }))).collect();
    Ok(Json(json!({
        "namespaces": namespaces,
        "dimension": dimension,
        "indexFullness": 0.0,
        "totalVectorCount": total,
        "metric": metric.as_str(),
        "vectorType": "dense",
    })))
}
