//! Vectors with metadata.

use std::sync::Arc;

use async_trait::async_trait;

use super::Adapter;
use crate::{
    BusinessId, IndexId, PortResult,
    vectors::{
        Change, Changed, Deletion, Filter, IndexInfo, IndexName, IndexSpec, IndexStats, Match, Namespace,
        NamespaceInfo, Page, Paging, RecordId, VectorQuery, VectorRecord, VectorUpdate,
    },
};

/// One index of vectors, divided into namespaces. What one namespace holds is never seen through another.
#[async_trait]
pub trait VectorIndex: Adapter + Send + Sync {
    /// Adds or replaces records; how many. The first upsert decides the dimension where nobody did.
    ///
    /// # Errors
    /// `Invalid` for values that cannot be kept, and for another dimension than the index has, naming both.
    async fn upsert(&self, namespace: &Namespace, records: Vec<VectorRecord>) -> PortResult<usize>;

    /// The nearest records that pass, nearest first; equal scores in order of their ids.
    ///
    /// # Errors
    /// `Invalid` for another dimension; `NotFound` when the record to start from is not there.
    async fn query(&self, namespace: &Namespace, query: &VectorQuery) -> PortResult<Vec<Match>>;

    /// The records of these ids that are there, in order of their ids.
    async fn fetch(&self, namespace: &Namespace, ids: &[RecordId]) -> PortResult<Vec<VectorRecord>>;

    /// The records that pass, in order of their ids; `paging.prefix` is not looked at.
    async fn fetch_matching(
        &self,
        namespace: &Namespace,
        filter: &Filter,
        paging: &Paging,
    ) -> PortResult<Page<VectorRecord>>;

    /// Changes records; how many were there to change.
    ///
    /// # Errors
    /// As [`VectorIndex::upsert`].
    async fn update(&self, namespace: &Namespace, update: VectorUpdate) -> PortResult<u64>;

    /// Removes records; removing what is not there is no error.
    async fn delete(&self, namespace: &Namespace, deletion: &Deletion) -> PortResult<()>;

    /// Ids, in order.
    async fn list(&self, namespace: &Namespace, paging: &Paging) -> PortResult<Page<RecordId>>;

    /// How much there is, or how much of it passes.
    ///
    /// # Errors
    /// `Unsupported` for a filter where the other side cannot count by one.
    async fn stats(&self, filter: Option<&Filter>) -> PortResult<IndexStats>;

    /// Namespaces, in order of their names.
    async fn namespaces(&self, paging: &Paging) -> PortResult<Page<NamespaceInfo>>;

    /// One namespace.
    ///
    /// # Errors
    /// `NotFound` when it is not there.
    async fn namespace(&self, namespace: &Namespace) -> PortResult<NamespaceInfo>;

    /// Makes an empty namespace.
    ///
    /// # Errors
    /// `Conflict` when it is there.
    async fn create_namespace(&self, namespace: &Namespace) -> PortResult<NamespaceInfo>;

    /// Removes a namespace with everything in it; one that is not there is no error.
    async fn delete_namespace(&self, namespace: &Namespace) -> PortResult<()>;
}

/// The indexes of every owner; none sees another's.
#[async_trait]
pub trait VectorCatalog: Send + Sync {
    /// Makes an index.
    ///
    /// # Errors
    /// `Conflict` when the owner has one of that name.
    async fn create(&self, owner: BusinessId, spec: &IndexSpec) -> PortResult<IndexInfo>;

    /// The owner's indexes, by name.
    async fn list(&self, owner: BusinessId) -> PortResult<Vec<IndexInfo>>;

    /// One of them.
    ///
    /// # Errors
    /// `NotFound`
    async fn describe(&self, owner: BusinessId, name: &IndexName) -> PortResult<IndexInfo>;

    /// Removes an index with everything in it.
    ///
    /// # Errors
    /// `NotFound`
    async fn delete(&self, owner: BusinessId, name: &IndexName) -> PortResult<()>;

    /// An index to work with.
    ///
    /// # Errors
    /// `NotFound`
    async fn open(&self, owner: BusinessId, name: &IndexName) -> PortResult<Arc<dyn VectorIndex>>;
}

/// Where the embedded index keeps vectors: beside the product's other rows.
#[async_trait]
pub trait VectorStore: Send + Sync {
    /// Adds an index; `false` when the owner has one of that name, which stays as it is.
    async fn add_index(&self, info: &IndexInfo) -> PortResult<bool>;

    /// The owner's indexes, by name.
    async fn indexes(&self, owner: BusinessId) -> PortResult<Vec<IndexInfo>>;

    /// One index, by its id.
    async fn index(&self, index: IndexId) -> PortResult<Option<IndexInfo>>;

    /// Removes an index with everything in it; whether it was there.
    async fn remove_index(&self, index: IndexId) -> PortResult<bool>;

    /// Changes one namespace, in one transaction. With `seen`, only if the namespace still has that version.
    ///
    /// # Errors
    /// `Conflict` when it has another version; `NotFound` without the index; `Invalid` for another dimension than
    /// the index has, which the first records of all decide.
    async fn change(
        &self,
        index: IndexId,
        namespace: &Namespace,
        change: Change,
        seen: Option<u64>,
    ) -> PortResult<Changed>;

    /// Every record of a namespace by id, with the version that they are of; 0 when there is no such namespace.
    async fn load_vectors(&self, index: IndexId, namespace: &Namespace) -> PortResult<(u64, Vec<VectorRecord>)>;

    /// The records of these ids that are there, by id.
    async fn vectors(&self, index: IndexId, namespace: &Namespace, ids: &[RecordId]) -> PortResult<Vec<VectorRecord>>;

    /// Ids after `paging.after` that begin with `paging.prefix`, in order, at most `paging.limit`.
    async fn vector_ids(&self, index: IndexId, namespace: &Namespace, paging: &Paging) -> PortResult<Vec<RecordId>>;

    /// The version of a namespace; 0 when there is none.
    async fn vectors_version(&self, index: IndexId, namespace: &Namespace) -> PortResult<u64>;

    /// Every namespace of an index with its size, by name.
    async fn vector_namespaces(&self, index: IndexId) -> PortResult<Vec<NamespaceInfo>>;
}
