//! The embedded vector index: rows in the product's own database, one table per namespace in memory, exact scans.

mod columns;
mod embedded;
mod scan;
mod shelf;
mod sketch;
mod table;

use std::sync::Arc;

use async_trait::async_trait;
use nexus_core::{
    BusinessId, ErrorKind, PortError, PortResult,
    port::{VectorCatalog, VectorIndex, VectorStore},
    vectors::{IndexInfo, IndexName, IndexSpec},
};

pub use embedded::EmbeddedIndex;
pub use table::{Hit, Table};

use self::shelf::Shelf;

/// The adapter's name in errors.
const PROVIDER: &str = "vector index";

/// Most memory for tables, in bytes; the least recently used ones go first.
const MOST_TABLE_BYTES: usize = 1 << 30;

/// The indexes of every owner, over one store. Cheap to clone; clones share what they have in memory.
#[derive(Clone)]
pub struct EmbeddedVectors {
    store: Arc<dyn VectorStore>,
    shelf: Arc<Shelf>,
}

impl EmbeddedVectors {
    /// Indexes whose rows lie in `store`.
    #[must_use]
    pub fn new(store: Arc<dyn VectorStore>) -> Self {
        let shelf = Arc::new(Shelf::new(Arc::clone(&store), MOST_TABLE_BYTES));
        Self { store, shelf }
    }

    /// An index that is made when it is first used, unless it is there by then.
    #[must_use]
    pub fn lazy(&self, owner: BusinessId, spec: IndexSpec) -> EmbeddedIndex {
        EmbeddedIndex::lazy(Arc::clone(&self.store), Arc::clone(&self.shelf), owner, spec)
    }
}

#[async_trait]
impl VectorCatalog for EmbeddedVectors {
    async fn create(&self, owner: BusinessId, spec: &IndexSpec) -> PortResult<IndexInfo> {
        let info = IndexInfo { id: IndexInfo::id_of(owner, &spec.name), owner, spec: spec.clone() };
        if self.store.add_index(&info).await? {
            return Ok(info);
        }
        let message = format!("there is an index '{}' already; choose another name, or delete it first", spec.name);
        Err(PortError::new(ErrorKind::Conflict, PROVIDER, "create the index", message))
    }

    async fn list(&self, owner: BusinessId) -> PortResult<Vec<IndexInfo>> {
        self.store.indexes(owner).await
    }

    async fn describe(&self, owner: BusinessId, name: &IndexName) -> PortResult<IndexInfo> {
        self.store.index(IndexInfo::id_of(owner, name)).await?.ok_or_else(|| unknown(name))
    }

    async fn delete(&self, owner: BusinessId, name: &IndexName) -> PortResult<()> {
        let index = IndexInfo::id_of(owner, name);
        let was_there = self.store.remove_index(index).await?;
        self.shelf.forget(index);
        if was_there { Ok(()) } else { Err(unknown(name)) }
    }

    async fn open(&self, owner: BusinessId, name: &IndexName) -> PortResult<Arc<dyn VectorIndex>> {
        let info = self.describe(owner, name).await?;
        Ok(Arc::new(EmbeddedIndex::open(Arc::clone(&self.store), Arc::clone(&self.shelf), info)))
    }
}

fn unknown(name: &IndexName) -> PortError {
    PortError::new(ErrorKind::NotFound, PROVIDER, "find the index", format!("there is no index '{name}'"))
}
