//! Uploads that were announced, and the queue of objects that arrived.

use std::time::Duration;

use nexus_core::{
    BusinessId, Instant,
    blob::{Arrival, BlobKey, BlobRef, Bucket},
    journal::Arrived,
};
use serde_json::Value;

use crate::{
    Store, StoreError,
    database::{Scope, record},
    event::{Creation, object_created},
    journal::{json, to_json},
};

/// What is known of an upload before its first byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadRegistration {
    /// The tenant; the key must lie in its folder.
    pub business: BusinessId,
    /// Where the object will lie in the raw bucket.
    pub key: BlobKey,
    /// The name that the person gave the file; folders are cut off.
    pub file_name: String,
    /// Words that the person gave with it.
    pub user_tags: Vec<String>,
    /// The most bytes that will be accepted under this key.
    pub size: u64,
}

const REGISTER: &str = "insert into uploads (object_key, business, file_name, user_tags, size_bytes, created) values ($1, $2, $3, $4, $5, $6)
    on conflict (object_key) do update set file_name = excluded.file_name, user_tags = excluded.user_tags,
        size_bytes = excluded.size_bytes, created = excluded.created, completed = null";
const LIMIT: &str = "select size_bytes from uploads where object_key = $1";
const ARRIVALS: &str = "select e.seq, e.bucket, e.object_key, e.etag, e.size_bytes, e.event, u.file_name, u.user_tags, u.created, u.completed
    from object_events e left join uploads u on u.object_key = e.object_key and e.bucket = $2
    where e.acked is null order by e.seq limit $1";
const ACK: &str = "update object_events set acked = $2 where seq = $1 and acked is null";

record! {
    struct ArrivalRecord {
        seq: i64,
        bucket: String,
        object_key: String,
        etag: String,
        size_bytes: i64,
        event: String,
        file_name: Option<String>,
        user_tags: Option<String>,
        created: Option<i64>,
        completed: Option<i64>,
    }
}

const ARRIVED: &str =
    "insert into object_events (bucket, object_key, etag, size_bytes, event, created) values ($1, $2, $3, $4, $5, $6)
    on conflict (bucket, object_key, etag) do nothing";
const COMPLETED: &str = "update uploads set completed = $2 where object_key = $1 and completed is null";
const OPEN: &str = "select object_key from uploads where completed is null and created > $1 and object_key > $2
    order by object_key limit $3";

impl Store {
    /// Puts an object that arrived in S3 into the queue of arrivals, unless the same content was there before. Durable
    /// when it returns: then the message that told of it may be deleted. Without an event one is written.
    ///
    /// # Errors
    /// What the database says.
    pub async fn record_arrival(&self, object: &BlobRef, event: Option<&Value>) -> Result<Arrived, StoreError> {
        let now = self.now();
        let event =
            event.map_or_else(|| object_created(object, Creation::Put, now, 0, "FOUND").to_string(), Value::to_string);
        let object = object.clone();
        self.write_of(object.key.business(), first, move |connection| {
            Box::pin(async move {
                let failed = StoreError::database("record an arrival");
                let added = sqlx::query(ARRIVED)
                    .bind(object.bucket.name())
                    .bind(object.key.as_str())
                    .bind(&object.etag)
                    .bind(i64::try_from(object.size_bytes).unwrap_or(i64::MAX))
                    .bind(event)
                    .bind(now.unix_millis())
                    .execute(&mut *connection)
                    .await
                    .map_err(&failed)?;
                let complete = sqlx::query(COMPLETED).bind(object.key.as_str()).bind(now.unix_millis());
                complete.execute(connection).await.map_err(&failed)?;
                Ok(if added.rows_affected() == 1 { Arrived::First } else { Arrived::Again })
            })
        })
        .await
    }

    /// Uploads that were announced within `time` and of which nobody has told that they arrived, in order of their keys
    /// from `after` on.
    ///
    /// # Errors
    /// What the database says.
    pub async fn open_uploads(
        &self,
        time: Duration,
        after: Option<&BlobKey>,
        limit: u32,
    ) -> Result<Vec<BlobKey>, StoreError> {
        let since = self.now().unix_millis() - i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        let keys: Vec<String> = sqlx::query_scalar(OPEN)
            .bind(since)
            .bind(after.map_or("", BlobKey::as_str))
            .bind(i64::from(limit))
            .fetch_all(&mut *self.read(Scope::All).await?)
            .await
            .map_err(StoreError::database("list uploads"))?;
        let read = |key: String| {
            BlobKey::try_from(key).map_err(|error| StoreError::Corrupt { what: "upload", detail: error.to_string() })
        };
        keys.into_iter().map(read).collect()
    }

    /// Announces an upload: its name, words and size limit. Announcing a key again replaces them.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] when the key lies in another tenant's folder or the size is zero.
    pub async fn register_upload(&self, registration: UploadRegistration) -> Result<(), StoreError> {
        let UploadRegistration { business, key, file_name, user_tags, size } = registration;
        if key.business() != business {
            return Err(StoreError::Invalid(format!("the key {key} is not in the folder of {business}")));
        }
        if size == 0 {
            return Err(StoreError::Invalid(format!("the file {file_name} is empty; choose one with content")));
        }
        let file_name = base_name(&file_name).to_owned();
        let tags = to_json("upload", &user_tags)?;
        let now = self.now();
        self.write_of(
            business,
            |()| false,
            move |connection| {
                Box::pin(async move {
                    sqlx::query(REGISTER)
                        .bind(key.as_str())
                        .bind(business.to_string())
                        .bind(file_name)
                        .bind(tags)
                        .bind(i64::try_from(size).unwrap_or(i64::MAX))
                        .bind(now.unix_millis())
                        .execute(connection)
                        .await
                        .map(drop)
                        .map_err(StoreError::database("register an upload"))
                })
            },
        )
        .await
    }

    /// Objects that arrived and were not acknowledged, oldest first: sequence number and arrival.
    ///
    /// # Errors
    /// What the database says.
    pub async fn next_arrivals(&self, limit: u32) -> Result<Vec<(i64, Arrival)>, StoreError> {
        let records: Vec<ArrivalRecord> = sqlx::query_as(ARRIVALS)
            .bind(i64::from(limit))
            .bind(Bucket::Raw.name())
            .fetch_all(&mut *self.read(Scope::All).await?)
            .await
            .map_err(StoreError::database("read arrivals"))?;
        records.into_iter().map(arrival).collect()
    }

    /// Takes an arrival off the queue. Acknowledging it again changes nothing.
    ///
    /// # Errors
    /// What the database says.
    pub async fn ack_arrival(&self, seq: i64) -> Result<(), StoreError> {
        let now = self.now();
        self.write(
            |()| false,
            move |connection| {
                Box::pin(async move {
                    let ack = sqlx::query(ACK).bind(seq).bind(now.unix_millis()).execute(connection).await;
                    ack.map(drop).map_err(StoreError::database("acknowledge an arrival"))
                })
            },
        )
        .await
    }

    /// The most bytes that were announced for a key of the raw bucket, if it was announced.
    pub(crate) async fn upload_limit(&self, bucket: Bucket, key: &BlobKey) -> Result<Option<u64>, StoreError> {
        if bucket == Bucket::Raw { self.announced_bytes(key).await } else { Ok(None) }
    }

    /// The length that was announced for a key of the raw bucket, if it was announced.
    ///
    /// # Errors
    /// What the database says.
    pub async fn announced_bytes(&self, key: &BlobKey) -> Result<Option<u64>, StoreError> {
        let limit: Option<i64> = sqlx::query_scalar(LIMIT)
            .bind(key.as_str())
            .fetch_optional(&mut *self.read(key.business()).await?)
            .await
            .map_err(StoreError::database("read an upload"))?;
        Ok(limit.and_then(|bytes| u64::try_from(bytes).ok()))
    }
}

fn arrival(record: ArrivalRecord) -> Result<(i64, Arrival), StoreError> {
    let object = stored_object(&record.bucket, record.object_key, record.size_bytes, record.etag)?;
    let file_name = record.file_name.unwrap_or_else(|| base_name(object.key.as_str()).to_owned());
    let user_tags = record.user_tags.as_deref().map(|text| json("upload", text)).transpose()?.unwrap_or_default();
    let upload_ms = record.created.zip(record.completed).map(|(created, completed)| {
        Instant::from_unix_millis(completed).millis_since(Instant::from_unix_millis(created))
    });
    Ok((record.seq, Arrival { object, file_name, user_tags, upload_ms, event: json("event", &record.event)? }))
}

/// A reference read back from storage.
pub(crate) fn stored_object(bucket: &str, key: String, size_bytes: i64, etag: String) -> Result<BlobRef, StoreError> {
    let bucket = Bucket::from_name(bucket)
        .ok_or_else(|| StoreError::Corrupt { what: "object", detail: format!("unknown bucket {bucket}") })?;
    let key =
        BlobKey::try_from(key).map_err(|error| StoreError::Corrupt { what: "object", detail: error.to_string() })?;
    Ok(BlobRef { bucket, key, size_bytes: u64::try_from(size_bytes).unwrap_or(0), etag })
}

/// The part after the last slash of either kind.
fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

fn first(arrived: &Arrived) -> bool {
    *arrived == Arrived::First
}
