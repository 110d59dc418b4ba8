//! Rows of PostgreSQL and what they become.

use nexus_core::{
    ErrorKind, PortError, PortResult,
    vectors::{Metadata, Namespace, RecordId, SparseValues, VectorError, VectorRecord},
};
use serde_json::Value;

use super::PROVIDER;

/// id, values, sparse, metadata
pub(super) type Row = (String, Vec<f32>, Option<String>, String);

/// The columns of [`Row`].
pub(super) const COLUMNS: &str = "id, embedding::real[], sparse::text, metadata::text";

/// The record of a row.
pub(super) fn record((id, values, sparse, metadata): Row) -> PortResult<VectorRecord> {
    let metadata: Value = serde_json::from_str(&metadata).map_err(|error| odd(error.to_string()))?;
    let sparse = sparse.map(|sparse| serde_json::from_str::<SparseValues>(&sparse)).transpose();
    Ok(VectorRecord {
        id: record_id(&id)?,
        values,
        sparse: sparse.map_err(|error| odd(error.to_string()))?,
        metadata: Metadata::read(&metadata).map_err(strange)?,
    })
}

/// A record id of a row.
pub(super) fn record_id(text: &str) -> PortResult<RecordId> {
    RecordId::new(text).map_err(strange)
}

/// A namespace of a row.
pub(super) fn namespace(text: &str) -> PortResult<Namespace> {
    Namespace::new(text).map_err(strange)
}

fn strange(error: VectorError) -> PortError {
    odd(error.to_string())
}

fn odd(detail: String) -> PortError {
    let message = format!("a row cannot be read ({detail}); it was changed outside of this program");
    PortError::new(ErrorKind::Bug, PROVIDER, "read the vectors", message)
}
