//! Rows of vectors and what they become.

use nexus_core::vectors::{
    IndexInfo, IndexName, IndexSpec, Metadata, Namespace, RecordId, SparseValues, VectorError, VectorRecord,
};
use serde_json::Value;

use crate::{
    StoreError,
    journal::{id as stored_id, json},
    shots::from_bytes,
};

/// id, owner, name, dimension, metric, notes
pub(super) type IndexRow = (String, String, String, Option<i64>, String, String);
/// id, data, sparse, metadata
pub(super) type VectorRow = (String, Vec<u8>, Option<String>, String);

/// What became of a row that [`IndexInfo`] or [`VectorRecord`] were made of; the types are of another crate.
pub(super) trait FromRow<R>: Sized {
    fn from_row(row: R) -> Result<Self, StoreError>;
}

impl FromRow<IndexRow> for IndexInfo {
    fn from_row((id, owner, name, dimension, metric, notes): IndexRow) -> Result<Self, StoreError> {
        let spec = IndexSpec {
            name: IndexName::new(&name).map_err(corrupt("name of an index"))?,
            dimension: dimension.and_then(|dimension| usize::try_from(dimension).ok()),
            metric: metric.parse().map_err(corrupt("metric"))?,
            notes: json("index", &notes)?,
        };
        Ok(Self { id: stored_id("index id", &id)?, owner: stored_id("owner", &owner)?, spec })
    }
}

impl FromRow<VectorRow> for VectorRecord {
    fn from_row((id, data, sparse, metadata): VectorRow) -> Result<Self, StoreError> {
        let metadata: Value = json("metadata", &metadata)?;
        Ok(Self {
            id: record_id(&id)?,
            values: from_bytes(&data)?,
            sparse: sparse.map(|sparse| json::<SparseValues>("sparse vector", &sparse)).transpose()?,
            metadata: Metadata::read(&metadata).map_err(corrupt("metadata"))?,
        })
    }
}

/// A stored name of a record.
pub(super) fn record_id(text: &str) -> Result<RecordId, StoreError> {
    RecordId::new(text).map_err(corrupt("record id"))
}

/// A stored name of a namespace.
pub(super) fn namespace(text: &str) -> Result<Namespace, StoreError> {
    Namespace::new(text).map_err(corrupt("namespace"))
}

fn corrupt(what: &'static str) -> impl Fn(VectorError) -> StoreError {
    move |error| StoreError::Corrupt { what, detail: error.to_string() }
}
