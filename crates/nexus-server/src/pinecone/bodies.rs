//! Bodies of the data plane, and what they become.

use std::collections::BTreeMap;

use axum::body::Bytes;
use nexus_core::vectors::{
    Filter, MOST_ITEMS, Match, Metadata, Namespace, Page, Paging, RecordId, SparseValues, VectorRecord,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::refusal::Refusal;

/// The body as JSON of the wanted form.
pub(super) fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal::unreadable(&error))
}

/// The namespace of a request, which may leave it out.
pub(super) fn namespace(text: Option<&str>) -> Result<Namespace, Refusal> {
    Ok(Namespace::new(text.unwrap_or_default())?)
}

/// A filter, which may be left out.
pub(super) fn filter(value: Option<&Value>) -> Result<Option<Filter>, Refusal> {
    Ok(value.filter(|value| !value.is_null()).map(Filter::read).transpose()?)
}

/// Which part of a list is asked for, of at most `most` items.
pub(super) fn paging(
    prefix: Option<String>,
    limit: Option<u64>,
    after: Option<String>,
    most: usize,
) -> Result<Paging, Refusal> {
    let limit = match limit {
        None => MOST_ITEMS,
        Some(limit) => usize::try_from(limit)
            .ok()
            .filter(|limit| (1..=most).contains(limit))
            .ok_or_else(|| Refusal::invalid(format!("limit is {limit}; expected 1 to {most}")))?,
    };
    Ok(Paging { prefix: prefix.unwrap_or_default(), limit, after: after.filter(|after| !after.is_empty()) })
}

/// A record as it is sent.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VectorBody {
    id: String,
    values: Option<Vec<f32>>,
    sparse_values: Option<SparseValues>,
    metadata: Option<Value>,
}

impl VectorBody {
    pub(super) fn record(self) -> Result<VectorRecord, Refusal> {
        let Self { id, values, sparse_values, metadata } = self;
        let id = RecordId::new(&id)?;
        let Some(values) = values.filter(|values| !values.is_empty()) else {
            return Err(Refusal::invalid(format!(
                "record '{id}' has no values; indexes of sparse values alone are not served here"
            )));
        };
        let metadata = metadata.as_ref().map(Metadata::read).transpose();
        let metadata = metadata.map_err(|error| Refusal::invalid(format!("record '{id}': {error}")))?;
        Ok(VectorRecord { id, values, sparse: sparse_values, metadata: metadata.unwrap_or_default() })
    }
}

/// A record, or a match with its score, as it is answered.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VectorReply {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f32>,
    // Clients read a missing list and an empty one alike.
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<Vec<f32>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sparse_values: Option<SparseValues>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Value>,
}

impl From<Match> for VectorReply {
    fn from(found: Match) -> Self {
        let Match { id, score, values, sparse, metadata } = found;
        let metadata = metadata.filter(|metadata| !metadata.is_empty()).map(|metadata| metadata.to_json());
        Self { id: id.as_str().to_owned(), score: Some(score), values, sparse_values: sparse, metadata }
    }
}

impl From<VectorRecord> for VectorReply {
    fn from(record: VectorRecord) -> Self {
        let VectorRecord { id, values, sparse, metadata } = record;
        let metadata = (!metadata.is_empty()).then(|| metadata.to_json());
        Self { id: id.as_str().to_owned(), score: None, values: Some(values), sparse_values: sparse, metadata }
    }
}

/// What a read cost: nothing here.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Usage {
    read_units: u32,
}

/// Reads are not counted.
pub(super) const USAGE: Usage = Usage { read_units: 0 };

/// Where the next page begins.
#[derive(Debug, Serialize)]
pub(super) struct Pagination {
    next: String,
}

/// The items of a page, and where the next one begins.
pub(super) fn turned<T>(page: Page<T>) -> (Vec<T>, Option<Pagination>) {
    (page.items, page.next.map(|next| Pagination { next }))
}

/// Records by id.
pub(super) fn by_id(records: Vec<VectorRecord>) -> BTreeMap<String, VectorReply> {
    records.into_iter().map(|record| (record.id.as_str().to_owned(), record.into())).collect()
}
