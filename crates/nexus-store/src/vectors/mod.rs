//! Where the embedded vector index keeps its rows: a row per record, a version per namespace.

mod change;
mod rows;

use async_trait::async_trait;
use nexus_core::{
    BusinessId, IndexId, PortResult,
    port::VectorStore,
    vectors::{Change, Changed, IndexInfo, Namespace, NamespaceInfo, Paging, RecordId, VectorRecord},
};

use sqlx::Connection as _;

use self::rows::{FromRow as _, IndexRow, VectorRow};
use crate::{Store, StoreError, database::Scope};

const INDEXES: &str =
    "select id, owner, name, dimension, metric, notes from vector_indexes where owner = $1 order by name";
const INDEX: &str = "select id, owner, name, dimension, metric, notes from vector_indexes where id = $1";
const LOAD: &str = "select id, data, sparse, metadata from vectors where index_id = $1 and namespace = $2 order by id";
const ONE: &str = "select id, data, sparse, metadata from vectors where index_id = $1 and namespace = $2 and id = $3";
const IDS: &str = "select id from vectors
    where index_id = $1 and namespace = $2 and id > $3 and id >= $4 and substr(id, 1, $5) = $4 order by id limit $6";
const VERSION: &str = "select version from vector_namespaces where index_id = $1 and name = $2";
const NAMESPACES: &str = "select n.name, count(v.id) from vector_namespaces n
    left join vectors v on v.index_id = n.index_id and v.namespace = n.name
    where n.index_id = $1 group by n.name order by n.name";

#[async_trait]
impl VectorStore for Store {
    async fn add_index(&self, info: &IndexInfo) -> PortResult<bool> {
        let (info, now) = (info.clone(), self.now().unix_millis());
        self.write(|_| false, move |connection| Box::pin(change::add_index(connection, info, now)))
            .await
            .map_err(|error| error.port("add the index"))
    }

    async fn indexes(&self, owner: BusinessId) -> PortResult<Vec<IndexInfo>> {
        let rows: Vec<IndexRow> = sqlx::query_as(INDEXES)
            .bind(owner.to_string())
            .fetch_all(&mut *self.read(owner).await?)
            .await
            .map_err(reading)?;
        Ok(rows.into_iter().map(IndexInfo::from_row).collect::<Result<_, _>>()?)
    }

    async fn index(&self, index: IndexId) -> PortResult<Option<IndexInfo>> {
        let row: Option<IndexRow> = sqlx::query_as(INDEX)
            .bind(index.to_string())
            .fetch_optional(&mut *self.read(Scope::All).await?)
            .await
            .map_err(reading)?;
        Ok(row.map(IndexInfo::from_row).transpose()?)
    }

    async fn remove_index(&self, index: IndexId) -> PortResult<bool> {
        self.write(|_| false, move |connection| Box::pin(change::remove_index(connection, index)))
            .await
            .map_err(|error| error.port("remove the index"))
    }

    async fn change(
        &self,
        index: IndexId,
        namespace: &Namespace,
        change: Change,
        seen: Option<u64>,
    ) -> PortResult<Changed> {
        let namespace = namespace.clone();
        self.write(|_| false, move |connection| Box::pin(change::apply(connection, index, namespace, change, seen)))
            .await
            .map_err(|error| error.port("change the vectors"))
    }

    async fn load_vectors(&self, index: IndexId, namespace: &Namespace) -> PortResult<(u64, Vec<VectorRecord>)> {
        // Version and rows are read in one transaction, so that they are of one moment.
        let mut reader = self.read(Scope::All).await?;
        let mut moment = reader.begin_with(self.engine().moment()).await.map_err(reading)?;
        let version: Option<i64> = sqlx::query_scalar(VERSION)
            .bind(index.to_string())
            .bind(namespace.as_str())
            .fetch_optional(&mut *moment)
            .await
            .map_err(reading)?;
        let rows: Vec<VectorRow> = sqlx::query_as(LOAD)
            .bind(index.to_string())
            .bind(namespace.as_str())
            .fetch_all(&mut *moment)
            .await
            .map_err(reading)?;
        moment.commit().await.map_err(reading)?;
        let records = rows.into_iter().map(VectorRecord::from_row).collect::<Result<_, _>>()?;
        Ok((version.map_or(0, i64::cast_unsigned), records))
    }

    async fn vectors(&self, index: IndexId, namespace: &Namespace, ids: &[RecordId]) -> PortResult<Vec<VectorRecord>> {
        let wanted: std::collections::BTreeSet<&RecordId> = ids.iter().collect();
        let mut reader = self.read(Scope::All).await?;
        let mut records = Vec::with_capacity(wanted.len());
        for id in wanted {
            let row: Option<VectorRow> = sqlx::query_as(ONE)
                .bind(index.to_string())
                .bind(namespace.as_str())
                .bind(id.as_str())
                .fetch_optional(&mut *reader)
                .await
                .map_err(reading)?;
            records.extend(row.map(VectorRecord::from_row).transpose()?);
        }
        Ok(records)
    }

    async fn vector_ids(&self, index: IndexId, namespace: &Namespace, paging: &Paging) -> PortResult<Vec<RecordId>> {
        let ids: Vec<String> = sqlx::query_scalar(IDS)
            .bind(index.to_string())
            .bind(namespace.as_str())
            .bind(paging.after.as_deref().unwrap_or_default())
            .bind(&paging.prefix)
            .bind(paging.prefix.chars().count() as i64)
            .bind(paging.limit as i64)
            .fetch_all(&mut *self.read(Scope::All).await?)
            .await
            .map_err(reading)?;
        Ok(ids.iter().map(|id| rows::record_id(id)).collect::<Result<_, _>>()?)
    }

    async fn vectors_version(&self, index: IndexId, namespace: &Namespace) -> PortResult<u64> {
        let version: Option<i64> = sqlx::query_scalar(VERSION)
            .bind(index.to_string())
            .bind(namespace.as_str())
            .fetch_optional(&mut *self.read(Scope::All).await?)
            .await
            .map_err(reading)?;
        Ok(version.map_or(0, i64::cast_unsigned))
    }

    async fn vector_namespaces(&self, index: IndexId) -> PortResult<Vec<NamespaceInfo>> {
        let rows: Vec<(String, i64)> = sqlx::query_as(NAMESPACES)
            .bind(index.to_string())
            .fetch_all(&mut *self.read(Scope::All).await?)
            .await
            .map_err(reading)?;
        let named = rows.into_iter().map(|(name, records)| {
            Ok(NamespaceInfo { name: rows::namespace(&name)?, records: records.cast_unsigned() })
        });
        Ok(named.collect::<Result<_, StoreError>>()?)
    }
}

fn reading(error: sqlx::Error) -> StoreError {
    StoreError::database("read vectors")(error)
}
