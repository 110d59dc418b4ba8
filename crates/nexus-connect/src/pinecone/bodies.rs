//! Bodies of the data plane, and what they become.

use std::collections::BTreeMap;

use nexus_core::{
    ErrorKind, PortError, PortResult,
    vectors::{
        Include, IndexStats, Match, Metadata, Metric, Namespace, NamespaceInfo, RecordId, SparseValues, VectorError,
        VectorRecord,
    },
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use super::client::PROVIDER;

/// Values as they are sent: each in its shortest form.
pub(super) fn values_json(values: &[f32]) -> Value {
    // Through text, because a value turned into 64 bits would be written with digits that it does not have.
    let shortest = |value: &f32| value.to_string().parse::<f64>().map_or(Value::Null, Value::from);
    Value::Array(values.iter().map(shortest).collect())
}

/// A record as it is sent.
pub(super) fn vector_json(record: &VectorRecord) -> Value {
    let VectorRecord { id, values, sparse, metadata } = record;
    let mut body = Map::from_iter([("id".to_owned(), json!(id.as_str())), ("values".to_owned(), values_json(values))]);
    if let Some(sparse) = sparse {
        body.insert("sparseValues".into(), json!(sparse));
    }
    if !metadata.is_empty() {
        body.insert("metadata".into(), metadata.to_json());
    }
    Value::Object(body)
}

/// The answer, unless it is an error that came as a good one: taken for an answer it would mean that nothing was found.
///
/// # Errors
/// `Unavailable`, in the other side's words.
pub(super) fn no_error(op: &'static str, answer: Value) -> PortResult<Value> {
    let error = answer.get("error").unwrap_or(&answer);
    let (code, message) = (error.get("code"), error.get("message").and_then(Value::as_str));
    match (code, message) {
        (Some(_), Some(message)) => {
            let said: String = message.chars().filter(|sign| !sign.is_control()).take(300).collect();
            Err(PortError::new(ErrorKind::Unavailable, PROVIDER, op, format!("{said} (told with HTTP 200)")))
        }
        _ => Ok(answer),
    }
}

/// An answer in the wanted form.
pub(super) fn read<T: DeserializeOwned>(op: &'static str, body: Value) -> PortResult<T> {
    serde_json::from_value(body).map_err(|error| {
        let message = "the answer has another form than version 2026-04 of its API says";
        PortError::new(ErrorKind::Unavailable, PROVIDER, op, message).caused_by(error)
    })
}

#[derive(Deserialize)]
pub(super) struct Pagination {
    next: Option<String>,
}

/// Where the next page begins.
pub(super) fn next(pagination: Option<Pagination>) -> Option<String> {
    pagination.and_then(|pagination| pagination.next).filter(|next| !next.is_empty())
}

#[derive(Deserialize)]
pub(super) struct Found {
    #[serde(default)]
    pub(super) matches: Vec<VectorBody>,
}

#[derive(Deserialize)]
pub(super) struct Fetched {
    #[serde(default)]
    pub(super) vectors: BTreeMap<String, VectorBody>,
    pub(super) pagination: Option<Pagination>,
}

/// A record or a match.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VectorBody {
    id: String,
    #[serde(default)]
    score: f32,
    #[serde(default)]
    values: Vec<f32>,
    sparse_values: Option<SparseValues>,
    metadata: Option<Value>,
}

impl VectorBody {
    pub(super) fn into_match(self, op: &'static str, include: Include) -> PortResult<Match> {
        let Self { id, score, values, sparse_values, metadata } = self;
        let metadata = include.metadata.then(|| metadata_of(op, metadata)).transpose()?;
        let values = include.values.then_some(values);
        let sparse = sparse_values.filter(|_| include.values);
        Ok(Match { id: record_id(op, &id)?, score, values, sparse, metadata })
    }

    pub(super) fn into_record(self, op: &'static str) -> PortResult<VectorRecord> {
        let Self { id, score: _, values, sparse_values, metadata } = self;
        Ok(VectorRecord {
            id: record_id(op, &id)?,
            values,
            sparse: sparse_values,
            metadata: metadata_of(op, metadata)?,
        })
    }
}

fn metadata_of(op: &'static str, metadata: Option<Value>) -> PortResult<Metadata> {
    Metadata::read(&metadata.unwrap_or(Value::Null)).map_err(odd(op))
}

/// A record id of an answer.
pub(super) fn record_id(op: &'static str, id: &str) -> PortResult<RecordId> {
    RecordId::new(id).map_err(odd(op))
}

fn odd(op: &'static str) -> impl Fn(VectorError) -> PortError {
    move |error| PortError::new(ErrorKind::Unavailable, PROVIDER, op, format!("its answer is odd: {error}"))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Updated {
    pub(super) matched_records: Option<u64>,
}

#[derive(Deserialize)]
pub(super) struct Item {
    pub(super) id: String,
}

#[derive(Deserialize)]
pub(super) struct Listed {
    #[serde(default)]
    pub(super) vectors: Vec<Item>,
    pub(super) pagination: Option<Pagination>,
}

#[derive(Deserialize)]
pub(super) struct Described {
    name: String,
    #[serde(default)]
    record_count: u64,
}

impl Described {
    pub(super) fn into_info(self, op: &'static str) -> PortResult<NamespaceInfo> {
        Ok(NamespaceInfo { name: Namespace::new(&self.name).map_err(odd(op))?, records: self.record_count })
    }
}

#[derive(Deserialize)]
pub(super) struct ListedNamespaces {
    #[serde(default)]
    pub(super) namespaces: Vec<Described>,
    pub(super) pagination: Option<Pagination>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    #[serde(default)]
    vector_count: u64,
}

#[derive(Deserialize)]
pub(super) struct Stats {
    #[serde(default)]
    namespaces: BTreeMap<String, Summary>,
    dimension: Option<usize>,
    metric: Option<Metric>,
}

impl Stats {
    pub(super) fn into_stats(self, op: &'static str) -> PortResult<IndexStats> {
        let count =
            |(name, summary): (String, Summary)| Ok((Namespace::new(&name).map_err(odd(op))?, summary.vector_count));
        Ok(IndexStats {
            dimension: self.dimension.filter(|dimension| *dimension > 0),
            metric: self.metric.unwrap_or_default(),
            namespaces: self.namespaces.into_iter().map(count).collect::<PortResult<_>>()?,
        })
    }
}
