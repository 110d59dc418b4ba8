//! Uploads in parts: which exist, and which parts of them have arrived.

use nexus_core::{
    Instant,
    blob::{BlobKey, BlobRef, Bucket},
};
use s3s::crypto::{Checksum as _, Md5};
use uuid::Uuid;

use crate::{Store, StoreError, database::Scope, event::Creation, objects::blocking};

const BEGIN: &str = "insert into multiparts (id, bucket, object_key, created) values ($1, $2, $3, $4)";
const ONE: &str = "select etag from multiparts where id = $1 and bucket = $2 and object_key = $3";
const ADD_PART: &str = "insert into multipart_parts (upload, number, size_bytes, etag, created) values ($1, $2, $3, $4, $5)
    on conflict (upload, number) do update set size_bytes = excluded.size_bytes, etag = excluded.etag, created = excluded.created";
const PARTS: &str = "select number, size_bytes, etag, created from multipart_parts where upload = $1 order by number";
const COMPLETE: &str = "update multiparts set etag = $2 where id = $1";
const END: &str = "delete from multiparts where id = $1";
const STALE: &str = "select id from multiparts where created < $1";
const STALE_AFTER_MS: i64 = 24 * 60 * 60 * 1000;

/// A part that has arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) number: i64,
    pub(crate) size: i64,
    pub(crate) etag: String,
    pub(crate) created: Instant,
}

/// Where an upload in parts stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Multipart {
    /// Parts may come.
    Open,
    /// It was completed; the object's entity tag. Kept for a day, so that a repeated completion finds it.
    Complete(String),
}

impl Store {
    /// Begins an upload in parts and returns its id.
    pub(crate) async fn begin_multipart(&self, bucket: Bucket, key: &BlobKey) -> Result<String, StoreError> {
        let id = Uuid::new_v4().simple().to_string();
        let (row, key, now) = (id.clone(), key.clone(), self.now());
        self.write(
            |()| false,
            move |connection| {
                Box::pin(async move {
                    let begin =
                        sqlx::query(BEGIN).bind(row).bind(bucket.name()).bind(key.as_str()).bind(now.unix_millis());
                    begin.execute(connection).await.map(drop).map_err(StoreError::database("begin an upload"))
                })
            },
        )
        .await?;
        Ok(id)
    }

    /// The upload with that id for that key.
    pub(crate) async fn multipart(
        &self,
        id: &str,
        bucket: Bucket,
        key: &BlobKey,
    ) -> Result<Option<Multipart>, StoreError> {
        let row: Option<Option<String>> = sqlx::query_scalar(ONE)
            .bind(id)
            .bind(bucket.name())
            .bind(key.as_str())
            .fetch_optional(&mut *self.read(key.business()).await?)
            .await
            .map_err(StoreError::database("look an upload up"))?;
        Ok(row.map(|etag| etag.map_or(Multipart::Open, Multipart::Complete)))
    }

    /// Records a part whose file is in its place.
    pub(crate) async fn add_part(&self, upload: &str, part: Part) -> Result<(), StoreError> {
        let upload = upload.to_owned();
        self.write(
            |()| false,
            move |connection| {
                Box::pin(async move {
                    let add = sqlx::query(ADD_PART).bind(upload).bind(part.number).bind(part.size).bind(part.etag);
                    let add = add.bind(part.created.unix_millis());
                    add.execute(connection).await.map(drop).map_err(StoreError::database("record a part"))
                })
            },
        )
        .await
    }

    /// The parts of an upload, by number.
    pub(crate) async fn parts(&self, upload: &str) -> Result<Vec<Part>, StoreError> {
        let rows: Vec<(i64, i64, String, i64)> = sqlx::query_as(PARTS)
            .bind(upload)
            .fetch_all(&mut *self.read(Scope::All).await?)
            .await
            .map_err(StoreError::database("list parts"))?;
        Ok(rows
            .into_iter()
            .map(|(number, size, etag, created)| Part {
                number,
                size,
                etag,
                created: Instant::from_unix_millis(created),
            })
            .collect())
    }

    /// Marks an upload as complete and drops its parts.
    pub(crate) async fn complete_multipart(&self, id: &str, etag: &str) -> Result<(), StoreError> {
        let (row, etag) = (id.to_owned(), etag.to_owned());
        self.write(
            |()| false,
            move |connection| {
                Box::pin(async move {
                    let complete = sqlx::query(COMPLETE).bind(row).bind(etag).execute(connection).await;
                    complete.map(drop).map_err(StoreError::database("complete an upload"))
                })
            },
        )
        .await?;
        self.drop_parts(id).await
    }

    /// Makes one object of the parts, in their order, and announces it.
    pub(crate) async fn join_multipart(
        &self,
        id: &str,
        bucket: Bucket,
        key: &BlobKey,
        parts: &[Part],
    ) -> Result<BlobRef, StoreError> {
        let etag = joined_etag(parts)?;
        let files = parts.iter().map(|part| self.disk().part(id, part.number)).collect::<Vec<_>>();
        let store = self.clone();
        let incoming = blocking(move || store.disk().gather(&files)).await?;
        let event = (bucket == Bucket::Raw).then_some(Creation::Multipart);
        let blob = self.publish(bucket, key, incoming, etag, event).await?;
        self.complete_multipart(id, &blob.etag).await?;
        Ok(blob)
    }

    /// Ends an upload and drops its parts.
    pub(crate) async fn end_multipart(&self, id: &str) -> Result<(), StoreError> {
        let row = id.to_owned();
        self.write(
            |()| false,
            move |connection| {
                Box::pin(async move {
                    let end = sqlx::query(END).bind(row).execute(connection).await;
                    end.map(drop).map_err(StoreError::database("end an upload"))
                })
            },
        )
        .await?;
        self.drop_parts(id).await
    }

    /// Ends uploads that began more than a day ago.
    pub(crate) async fn drop_stale_multiparts(&self) -> Result<(), StoreError> {
        let stale: Vec<String> = sqlx::query_scalar(STALE)
            .bind(self.now().unix_millis() - STALE_AFTER_MS)
            .fetch_all(&mut *self.read(Scope::All).await?)
            .await
            .map_err(StoreError::database("list uploads"))?;
        for id in stale {
            self.end_multipart(&id).await?;
        }
        Ok(())
    }

    async fn drop_parts(&self, id: &str) -> Result<(), StoreError> {
        let (store, id) = (self.clone(), id.to_owned());
        blocking(move || store.disk().remove_upload(&id)).await
    }
}

/// `<MD5 of the parts' MD5s>-<number of parts>`.
fn joined_etag(parts: &[Part]) -> Result<String, StoreError> {
    let mut md5 = Md5::new();
    for part in parts {
        let digest = hex::decode(&part.etag)
            .map_err(|error| StoreError::Corrupt { what: "part of an upload", detail: error.to_string() })?;
        md5.update(&digest);
    }
    Ok(format!("{}-{}", hex::encode(md5.finalize()), parts.len()))
}
