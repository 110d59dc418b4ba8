//! Changes of indexes and namespaces, each inside of one transaction.

use nexus_core::{
    IndexId,
    vectors::{Change, Changed, IndexInfo, Namespace, RecordId, VectorRecord, check_dimension},
};
use sqlx::AnyConnection;

use crate::{StoreError, journal::to_json, shots::to_bytes};

const ADD_INDEX: &str =
    "insert into vector_indexes (id, owner, name, dimension, metric, notes, created) values ($1, $2, $3, $4, $5, $6, $7)
    on conflict do nothing";
const FORGET_ALL: [&str; 2] =
    ["delete from vectors where index_id = $1", "delete from vector_namespaces where index_id = $1"];
const FORGET_INDEX: &str = "delete from vector_indexes where id = $1";
const DIMENSION: &str = "select dimension from vector_indexes where id = $1";
const FIX_DIMENSION: &str = "update vector_indexes set dimension = $2 where id = $1 and dimension is null";
const VERSION: &str = "select version from vector_namespaces where index_id = $1 and name = $2";
const TICK: &str = "update vector_clock set version = version + 1 where id = 1 returning version";
const GROW: &str = "insert into vector_namespaces (index_id, name, version) values ($1, $2, $3)
    on conflict (index_id, name) do update set version = excluded.version";
const FORGET_NAMESPACE: &str = "delete from vector_namespaces where index_id = $1 and name = $2";
const PUT: &str =
    "insert into vectors (index_id, namespace, id, data, sparse, metadata) values ($1, $2, $3, $4, $5, $6)
    on conflict (index_id, namespace, id)
    do update set data = excluded.data, sparse = excluded.sparse, metadata = excluded.metadata";
const REMOVE: &str = "delete from vectors where index_id = $1 and namespace = $2 and id = $3";
const CLEAR: &str = "delete from vectors where index_id = $1 and namespace = $2";

/// Adds an index, unless its owner has one of that name; whether it did.
pub(super) async fn add_index(connection: &mut AnyConnection, info: IndexInfo, now: i64) -> Result<bool, StoreError> {
    let added = sqlx::query(ADD_INDEX)
        .bind(info.id.to_string())
        .bind(info.owner.to_string())
        .bind(info.spec.name.as_str())
        .bind(info.spec.dimension.map(|dimension| dimension as i64))
        .bind(info.spec.metric.as_str())
        .bind(to_json("index", &info.spec.notes)?)
        .bind(now)
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(added.rows_affected() == 1)
}

/// Removes an index with everything in it; whether it was there.
pub(super) async fn remove_index(connection: &mut AnyConnection, index: IndexId) -> Result<bool, StoreError> {
    for statement in FORGET_ALL {
        sqlx::query(statement).bind(index.to_string()).execute(&mut *connection).await.map_err(failed)?;
    }
    let removed = sqlx::query(FORGET_INDEX).bind(index.to_string()).execute(connection).await.map_err(failed)?;
    Ok(removed.rows_affected() == 1)
}

/// Where a change happens.
struct Place<'c> {
    connection: &'c mut AnyConnection,
    index: String,
    namespace: Namespace,
}

/// Applies `change`, if the namespace still has the version `seen`.
pub(super) async fn apply(
    connection: &mut AnyConnection,
    index: IndexId,
    namespace: Namespace,
    change: Change,
    seen: Option<u64>,
) -> Result<Changed, StoreError> {
    let mut place = Place { connection, index: index.to_string(), namespace };
    // The clock's row is everybody's: from here on no other change is under way.
    let tick = place.tick().await?;
    let dimension = place.dimension().await?;
    let before = place.version().await?;
    if seen.is_some_and(|seen| seen != before) {
        return Err(StoreError::Conflict("the namespace was changed by somebody else meanwhile; try again".into()));
    }
    let is_drop = matches!(change, Change::Drop);
    let makes = matches!(change, Change::Put(_) | Change::Make);
    if before == 0 && !makes {
        return Ok(Changed { before, after: before });
    }
    let after = tick;
    if !is_drop {
        place.grow(after).await?;
    }
    match change {
        Change::Put(records) => place.put(dimension, &records).await?,
        Change::Remove(ids) => place.remove(&ids).await?,
        Change::Clear => place.run(CLEAR).await?,
        Change::Drop => {
            place.run(CLEAR).await?;
            place.run(FORGET_NAMESPACE).await?;
        }
        Change::Make => {}
    }
    Ok(Changed { before, after: if is_drop { 0 } else { after } })
}

impl Place<'_> {
    async fn dimension(&mut self) -> Result<Option<i64>, StoreError> {
        let dimension: Option<Option<i64>> = sqlx::query_scalar(DIMENSION)
            .bind(&self.index)
            .fetch_optional(&mut *self.connection)
            .await
            .map_err(failed)?;
        dimension.ok_or_else(|| StoreError::NotFound("this index was removed".into()))
    }

    async fn version(&mut self) -> Result<u64, StoreError> {
        let version: Option<i64> = sqlx::query_scalar(VERSION)
            .bind(&self.index)
            .bind(self.namespace.as_str())
            .fetch_optional(&mut *self.connection)
            .await
            .map_err(failed)?;
        Ok(version.map_or(0, i64::cast_unsigned))
    }

    async fn tick(&mut self) -> Result<u64, StoreError> {
        let version: i64 = sqlx::query_scalar(TICK).fetch_one(&mut *self.connection).await.map_err(failed)?;
        Ok(version.cast_unsigned())
    }

    async fn grow(&mut self, version: u64) -> Result<(), StoreError> {
        let grow = sqlx::query(GROW).bind(&self.index).bind(self.namespace.as_str()).bind(version.cast_signed());
        grow.execute(&mut *self.connection).await.map(drop).map_err(failed)
    }

    async fn run(&mut self, statement: &'static str) -> Result<(), StoreError> {
        let query = sqlx::query(statement).bind(&self.index).bind(self.namespace.as_str());
        query.execute(&mut *self.connection).await.map(drop).map_err(failed)
    }

    async fn put(&mut self, dimension: Option<i64>, records: &[VectorRecord]) -> Result<(), StoreError> {
        let Some(first) = records.first() else { return Ok(()) };
        let have = first.values.len();
        let want = dimension.map_or(have, |dimension| usize::try_from(dimension).unwrap_or(usize::MAX));
        if dimension.is_none() {
            let fix = sqlx::query(FIX_DIMENSION).bind(&self.index).bind(have as i64);
            fix.execute(&mut *self.connection).await.map_err(failed)?;
        }
        for record in records {
            check_dimension(record.values.len(), want)
                .map_err(|error| StoreError::Invalid(format!("record '{}': {error}", record.id)))?;
            sqlx::query(PUT)
                .bind(&self.index)
                .bind(self.namespace.as_str())
                .bind(record.id.as_str())
                .bind(to_bytes(&record.values))
                .bind(record.sparse.as_ref().map(|sparse| to_json("sparse vector", sparse)).transpose()?)
                .bind(record.metadata.to_json().to_string())
                .execute(&mut *self.connection)
                .await
                .map_err(failed)?;
        }
        Ok(())
    }

    async fn remove(&mut self, ids: &[RecordId]) -> Result<(), StoreError> {
        for id in ids {
            let remove = sqlx::query(REMOVE).bind(&self.index).bind(self.namespace.as_str()).bind(id.as_str());
            remove.execute(&mut *self.connection).await.map_err(failed)?;
        }
        Ok(())
    }
}

fn failed(error: sqlx::Error) -> StoreError {
    StoreError::database("change vectors")(error)
}
