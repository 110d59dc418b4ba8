//! The table of stored objects: a file is an object only once it has a row here.

use std::path::{Path, PathBuf};

use nexus_core::{
    Instant,
    blob::{BlobKey, BlobRef, Bucket},
};
use sqlx::AnyConnection;
use uuid::Uuid;

use crate::{
    Store, StoreError,
    database::Scope,
    disk::Incoming,
    event::{Creation, object_created},
    uploads::stored_object,
};

const ONE: &str =
    "select bucket, object_key, size_bytes, etag, created from objects where bucket = $1 and object_key = $2";
const PUT: &str = "insert into objects (bucket, object_key, size_bytes, etag, created) values ($1, $2, $3, $4, $5)
    on conflict (bucket, object_key) do update set size_bytes = excluded.size_bytes, etag = excluded.etag, created = excluded.created";
const FORGET: &str = "delete from objects where bucket = $1 and object_key = $2";
const LIST: &str = "select bucket, object_key, size_bytes, etag, created from objects
    where bucket = $1 and object_key > $2 and substr(object_key, 1, length($3)) = $3 order by object_key limit $4";
const ADD_EVENT: &str =
    "insert into object_events (bucket, object_key, etag, size_bytes, event, created) values ($1, $2, $3, $4, '', $5)
    on conflict (bucket, object_key, etag) do nothing returning seq";
const SET_EVENT: &str = "update object_events set event = $2 where seq = $1";
const COMPLETE_UPLOAD: &str = "update uploads set completed = $2 where object_key = $1";
/// Lets content that was handled and deleted arrive again.
const FORGET_EVENTS: &str = "delete from object_events where bucket = $1 and object_key = $2 and acked is not null";

type ObjectRecord = (String, String, i64, String, i64);

/// A stored object and when it was stored.
pub(crate) struct StoredObject {
    pub(crate) blob: BlobRef,
    pub(crate) created: Instant,
}

impl Store {
    /// The object under a key.
    pub(crate) async fn object(&self, bucket: Bucket, key: &BlobKey) -> Result<Option<StoredObject>, StoreError> {
        let record: Option<ObjectRecord> = sqlx::query_as(ONE)
            .bind(bucket.name())
            .bind(key.as_str())
            .fetch_optional(&mut *self.read(key.business()).await?)
            .await
            .map_err(StoreError::database("look an object up"))?;
        record.map(stored).transpose()
    }

    /// Objects whose key begins with `prefix` and sorts after `after`.
    pub(crate) async fn objects(
        &self,
        bucket: Bucket,
        prefix: &str,
        after: &str,
        limit: i64,
    ) -> Result<Vec<StoredObject>, StoreError> {
        let records: Vec<ObjectRecord> = sqlx::query_as(LIST)
            .bind(bucket.name())
            .bind(after)
            .bind(prefix)
            .bind(limit)
            .fetch_all(&mut *self.read(Scope::All).await?)
            .await
            .map_err(StoreError::database("list objects"))?;
        records.into_iter().map(stored).collect()
    }

    /// Moves a complete file to its key and makes it an object. `event` announces it to the queue, unless the
    /// same content was announced before.
    pub(crate) async fn publish(
        &self,
        bucket: Bucket,
        key: &BlobKey,
        incoming: Incoming,
        etag: String,
        event: Option<Creation>,
    ) -> Result<BlobRef, StoreError> {
        let blob = BlobRef { bucket, key: key.clone(), size_bytes: incoming.size, etag };
        // Two writers of one key take turns, so that the file and its row always belong together.
        let _turn = self.disk_turn(bucket, key).await;
        if self.object(bucket, key).await?.is_some_and(|old| old.blob.etag != blob.etag) {
            // No moment may exist in which the old row describes the new file.
            self.forget_object(bucket, key, &[FORGET]).await?;
        }
        let target = self.disk().object(bucket, key);
        let store = self.clone();
        blocking(move || store.disk().publish(incoming, &target)).await?;
        let (row, now) = (blob.clone(), self.now());
        self.write(|()| true, move |connection| Box::pin(async move { put_row(connection, &row, now, event).await }))
            .await?;
        Ok(blob)
    }

    /// Removes an object and its file.
    pub(crate) async fn remove_object(&self, bucket: Bucket, key: &BlobKey) -> Result<(), StoreError> {
        let _turn = self.disk_turn(bucket, key).await;
        self.forget_object(bucket, key, &[FORGET, FORGET_EVENTS]).await?;
        let (store, file) = (self.clone(), self.disk().object(bucket, key));
        blocking(move || store.disk().remove(&file)).await
    }

    /// Copies a local file in as an object.
    pub(crate) async fn put_local(&self, bucket: Bucket, key: &BlobKey, file: &Path) -> Result<BlobRef, StoreError> {
        let (store, file): (Self, PathBuf) = (self.clone(), file.to_owned());
        let incoming = blocking(move || store.disk().copy_in(&file)).await?;
        let etag = hex::encode(incoming.md5);
        self.publish(bucket, key, incoming, etag, None).await
    }

    async fn forget_object(
        &self,
        bucket: Bucket,
        key: &BlobKey,
        statements: &'static [&'static str],
    ) -> Result<(), StoreError> {
        let key = key.clone();
        self.write(
            |()| false,
            move |connection| {
                Box::pin(async move {
                    for statement in statements {
                        let forget = sqlx::query(*statement).bind(bucket.name()).bind(key.as_str());
                        forget.execute(&mut *connection).await.map_err(StoreError::database("forget an object"))?;
                    }
                    Ok(())
                })
            },
        )
        .await
    }
}

/// Runs what blocks where it may.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(StoreError::Closed))
}

async fn put_row(
    connection: &mut AnyConnection,
    blob: &BlobRef,
    now: Instant,
    event: Option<Creation>,
) -> Result<(), StoreError> {
    let failed = StoreError::database("store an object");
    let size = i64::try_from(blob.size_bytes).unwrap_or(i64::MAX);
    sqlx::query(PUT)
        .bind(blob.bucket.name())
        .bind(blob.key.as_str())
        .bind(size)
        .bind(&blob.etag)
        .bind(now.unix_millis())
        .execute(&mut *connection)
        .await
        .map_err(&failed)?;
    let Some(creation) = event else { return Ok(()) };
    let seq: Option<i64> = sqlx::query_scalar(ADD_EVENT)
        .bind(blob.bucket.name())
        .bind(blob.key.as_str())
        .bind(&blob.etag)
        .bind(size)
        .bind(now.unix_millis())
        .fetch_optional(&mut *connection)
        .await
        .map_err(&failed)?;
    let Some(seq) = seq else { return Ok(()) };
    let request_id = hex::encode_upper(&Uuid::new_v4().as_bytes()[..8]);
    let document = object_created(blob, creation, now, seq, &request_id).to_string();
    sqlx::query(SET_EVENT).bind(seq).bind(document).execute(&mut *connection).await.map_err(&failed)?;
    let complete = sqlx::query(COMPLETE_UPLOAD).bind(blob.key.as_str()).bind(now.unix_millis());
    complete.execute(&mut *connection).await.map_err(&failed)?;
    Ok(())
}

fn stored((bucket, key, size_bytes, etag, created): ObjectRecord) -> Result<StoredObject, StoreError> {
    Ok(StoredObject {
        blob: stored_object(&bucket, key, size_bytes, etag)?,
        created: Instant::from_unix_millis(created),
    })
}
