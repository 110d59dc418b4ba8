//! Vectors with metadata, kept in indexes that are divided into namespaces: the vocabulary of the vector index.
//!
//! Limits and words are Pinecone's, so that one program can speak to any adapter of the port.

mod filter;
mod metadata;
mod name;
mod reader;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use filter::{Filter, Scalar, Test};
pub use metadata::{Metadata, MetadataValue};
pub use name::{IndexName, Namespace, RecordId};
pub use reader::FilterError;

use crate::{BusinessId, ErrorKind, IndexId, PortError};

/// Most dimensions of a vector.
pub const MOST_DIMENSIONS: usize = 20_000;
/// Most matches of one query.
pub const MOST_MATCHES: usize = 10_000;
/// Most records of one upsert, and most ids of one deletion.
pub const MOST_RECORDS: usize = 1000;
/// Most ids or namespaces of one page.
pub const MOST_ITEMS: usize = 100;
/// Most values of the sparse part of a record.
pub const MOST_SPARSE_VALUES: usize = 1000;

/// What is wrong with vectors, queries or names, against what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct VectorError(String);

impl VectorError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// The same as the answer of a port.
    #[must_use]
    pub fn port(self, provider: &'static str, op: &'static str) -> PortError {
        PortError::new(ErrorKind::Invalid, provider, op, self.0)
    }
}

/// How near two vectors are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Metric {
    /// Cosine of the angle, -1 to 1; the greater the nearer.
    #[default]
    Cosine,
    /// Inner product; the greater the nearer.
    DotProduct,
    /// Squared distance; the smaller the nearer.
    Euclidean,
}

impl Metric {
    /// The word that clients use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cosine => "cosine",
            Self::DotProduct => "dotproduct",
            Self::Euclidean => "euclidean",
        }
    }
}

impl std::str::FromStr for Metric {
    type Err = VectorError;

    fn from_str(text: &str) -> Result<Self, VectorError> {
        match text {
            "cosine" => Ok(Self::Cosine),
            "dotproduct" => Ok(Self::DotProduct),
            "euclidean" => Ok(Self::Euclidean),
            _ => Err(VectorError::new(format!("'{text}' is not a metric; expected cosine, dotproduct or euclidean"))),
        }
    }
}

/// The sparse part of a record: carried, returned, not scored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SparseValues {
    /// Dimensions that are not zero.
    pub indices: Vec<u32>,
    /// Their values, in the same order.
    pub values: Vec<f32>,
}

/// A vector with its name and what is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct VectorRecord {
    /// Its name, unique in its namespace.
    pub id: RecordId,
    /// Every record of an index has as many values.
    pub values: Vec<f32>,
    /// The sparse part, if any.
    pub sparse: Option<SparseValues>,
    /// What filters look at.
    pub metadata: Metadata,
}

impl VectorRecord {
    /// Whether its values are ones that an index can keep.
    ///
    /// # Errors
    /// Names the record and what is wrong with it.
    pub fn check(&self) -> Result<(), VectorError> {
        let of = |error: VectorError| VectorError::new(format!("record '{}': {error}", self.id));
        check_values(&self.values).map_err(of)?;
        if let Some(sparse) = &self.sparse {
            check_sparse(sparse).map_err(of)?;
        }
        self.metadata.check_size().map_err(of)
    }
}

/// Whether the values are finite numbers, neither none nor too many.
///
/// # Errors
/// Says which value is wrong.
pub fn check_values(values: &[f32]) -> Result<(), VectorError> {
    if values.is_empty() || values.len() > MOST_DIMENSIONS {
        let have = values.len();
        return Err(VectorError::new(format!("a vector has 1 to {MOST_DIMENSIONS} values, this one has {have}")));
    }
    match values.iter().position(|value| !value.is_finite()) {
        Some(at) => Err(VectorError::new(format!("value {at} of the vector is not a finite number"))),
        None => Ok(()),
    }
}

fn check_sparse(sparse: &SparseValues) -> Result<(), VectorError> {
    let (indices, values) = (sparse.indices.len(), sparse.values.len());
    if indices != values || indices == 0 || indices > MOST_SPARSE_VALUES {
        return Err(VectorError::new(format!(
            "sparse values need 1 to {MOST_SPARSE_VALUES} indices and as many values, these have {indices} and {values}"
        )));
    }
    if sparse.values.iter().all(|value| value.is_finite()) {
        Ok(())
    } else {
        Err(VectorError::new("sparse values must be finite numbers"))
    }
}

/// Whether a vector of `have` values fits an index of `want`.
///
/// # Errors
/// Names both numbers.
pub fn check_dimension(have: usize, want: usize) -> Result<(), VectorError> {
    if have == want {
        Ok(())
    } else {
        Err(VectorError::new(format!("the vector has {have} values, but the index has {want} dimensions")))
    }
}

/// What a query starts from.
#[derive(Debug, Clone, PartialEq)]
pub enum Near {
    /// These values.
    Values(Vec<f32>),
    /// The values of a record of the same namespace.
    Record(RecordId),
}

/// How many matches are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TopK(usize);

impl TopK {
    /// `wanted` matches, 1 to [`MOST_MATCHES`].
    ///
    /// # Errors
    /// Outside of that range.
    pub fn new(wanted: u64) -> Result<Self, VectorError> {
        match usize::try_from(wanted) {
            Ok(wanted @ 1..=MOST_MATCHES) => Ok(Self(wanted)),
            _ => Err(VectorError::new(format!("topK is {wanted}; expected 1 to {MOST_MATCHES}"))),
        }
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> usize {
        self.0
    }
}

/// What comes with a match besides id and score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Include {
    /// Values, and sparse values where there are some.
    pub values: bool,
    /// Metadata.
    pub metadata: bool,
}

/// A question to one namespace.
#[derive(Debug, Clone, PartialEq)]
pub struct VectorQuery {
    /// What is sought is near to this.
    pub near: Near,
    /// How many at most.
    pub top_k: TopK,
    /// Only records that pass; everything when `None`.
    pub filter: Option<Filter>,
    /// What comes with a match.
    pub include: Include,
}

/// A record that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// Its name.
    pub id: RecordId,
    /// By the metric of the index.
    pub score: f32,
    /// When asked for.
    pub values: Option<Vec<f32>>,
    /// When values were asked for and there are some.
    pub sparse: Option<SparseValues>,
    /// When asked for.
    pub metadata: Option<Metadata>,
}

/// A change to records that are there.
#[derive(Debug, Clone, PartialEq)]
pub enum VectorUpdate {
    /// One record: what is given replaces what was; metadata is merged by name.
    Record {
        /// Which.
        id: RecordId,
        /// New values.
        values: Option<Vec<f32>>,
        /// New sparse values.
        sparse: Option<SparseValues>,
        /// Metadata to set.
        metadata: Metadata,
    },
    /// Every record that passes: metadata is merged by name.
    Matching {
        /// Which.
        filter: Filter,
        /// Metadata to set.
        metadata: Metadata,
    },
}

/// What is removed.
#[derive(Debug, Clone, PartialEq)]
pub enum Deletion {
    /// These; unknown ones are no error.
    Ids(Vec<RecordId>),
    /// Everything in the namespace.
    All,
    /// Every record that passes.
    Matching(Filter),
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// In order of their names, byte by byte.
    pub items: Vec<T>,
    /// Where the next part begins; `None` at the end.
    pub next: Option<String>,
}

/// Which part of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Paging {
    /// Only names that begin so.
    pub prefix: String,
    /// How many at most, 1 to [`MOST_ITEMS`] in what clients ask for.
    pub limit: usize,
    /// `next` of the part before; the beginning when `None`.
    pub after: Option<String>,
}

/// A namespace and how much is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamespaceInfo {
    /// Its name.
    pub name: Namespace,
    /// Records in it.
    pub records: u64,
}

/// What an index holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexStats {
    /// `None` before the first upsert, when nobody chose it.
    pub dimension: Option<usize>,
    /// How near is measured.
    pub metric: Metric,
    /// Records per namespace; only those that pass, when there was a filter.
    pub namespaces: BTreeMap<Namespace, u64>,
}

impl IndexStats {
    /// Records of all namespaces.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.namespaces.values().sum()
    }
}

/// What somebody wants an index to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexSpec {
    /// Its name, unique for its owner.
    pub name: IndexName,
    /// Values per vector; the first upsert decides when `None`.
    pub dimension: Option<usize>,
    /// How near is measured.
    pub metric: Metric,
    /// What its owner noted about it: a JSON object that nobody here reads.
    pub notes: serde_json::Value,
}

/// An index that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexInfo {
    /// Follows from owner and name.
    pub id: IndexId,
    /// Whose it is.
    pub owner: BusinessId,
    /// As it was made; the dimension as the first upsert decided it.
    pub spec: IndexSpec,
}

impl IndexInfo {
    /// The id of the owner's index of that name.
    #[must_use]
    pub fn id_of(owner: BusinessId, name: &IndexName) -> IndexId {
        IndexId::derived(&[&owner.to_string(), name.as_str()])
    }
}

/// A change of one namespace as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Adds or replaces.
    Put(Vec<VectorRecord>),
    /// Removes; unknown ones are no error.
    Remove(Vec<RecordId>),
    /// Removes every record; the namespace stays.
    Clear,
    /// Removes the namespace with everything in it.
    Drop,
    /// Makes the namespace, empty, when it is not there.
    Make,
}

/// How a namespace's version moved. Versions grow and never come back, also when a namespace is made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changed {
    /// Before the change; 0 when the namespace was not there.
    pub before: u64,
    /// After it.
    pub after: u64,
}
