//! Files that are offered for download.

use async_trait::async_trait;
use nexus_core::{
    BusinessId, HostedId, Instant, PortResult, RunId,
    blob::{BlobKey, Bucket},
    fetch::{HostedFile, HostedRole, HostedRow},
    port::{BlobStore, Hosting},
};
use sqlx::AnyConnection;

use crate::{
    Store, StoreError,
    database::{Scope, record},
    journal::id as stored_id,
    uploads::stored_object,
};

const HOST: &str = "insert into hosted_files (id, business, run, role, file_name, media_type, bucket, object_key, size_bytes, etag, created)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (id) do nothing";
const ONE: &str =
    "select id, business, run, role, file_name, media_type, bucket, object_key, size_bytes, etag, created, deleted
    from hosted_files where id = $1";
const OF_RUN: &str =
    "select id, business, run, role, file_name, media_type, bucket, object_key, size_bytes, etag, created, deleted
    from hosted_files where run = $1 and business = $2 order by role, id";
const TAKE_DOWN: &str = "update hosted_files set deleted = $3 where id = $1 and business = $2 and deleted is null returning bucket, object_key";
const STILL_OFFERED: &str =
    "select count(*) from hosted_files where bucket = $1 and object_key = $2 and deleted is null";

record! {
    struct HostedRecord {
        id: String,
        business: String,
        run: String,
        role: String,
        file_name: String,
        media_type: String,
        bucket: String,
        object_key: String,
        size_bytes: i64,
        etag: String,
        created: i64,
        deleted: Option<i64>,
    }
}

#[async_trait]
impl Hosting for Store {
    async fn host(&self, files: &[HostedFile]) -> PortResult<()> {
        let (files, now) = (files.to_vec(), self.now());
        let hosted = self.write(
            |()| false,
            move |connection| {
                Box::pin(async move {
                    for file in &files {
                        host(connection, file, now).await?;
                    }
                    Ok(())
                })
            },
        );
        hosted.await.map_err(|error| error.port("offer files"))
    }
}

async fn host(connection: &mut AnyConnection, file: &HostedFile, now: Instant) -> Result<(), StoreError> {
    sqlx::query(HOST)
        .bind(file.id.to_string())
        .bind(file.business.to_string())
        .bind(file.run.to_string())
        .bind(file.role.as_str())
        .bind(&file.file_name)
        .bind(&file.media_type)
        .bind(file.blob.bucket.name())
        .bind(file.blob.key.as_str())
        .bind(i64::try_from(file.blob.size_bytes).unwrap_or(i64::MAX))
        .bind(&file.blob.etag)
        .bind(now.unix_millis())
        .execute(connection)
        .await
        .map(drop)
        .map_err(StoreError::database("offer a file"))
}

impl Store {
    /// A hosted file, also one that was taken down.
    ///
    /// # Errors
    /// What the database says.
    pub async fn hosted(&self, id: HostedId) -> Result<Option<HostedRow>, StoreError> {
        let record: Option<HostedRecord> = sqlx::query_as(ONE)
            .bind(id.to_string())
            .fetch_optional(&mut *self.read(Scope::All).await?)
            .await
            .map_err(StoreError::database("look a file up"))?;
        record.map(row).transpose()
    }

    /// The hosted files of a run of a business, by role, also those that were taken down.
    ///
    /// # Errors
    /// What the database says.
    pub async fn hosted_by(&self, run: RunId, business: BusinessId) -> Result<Vec<HostedRow>, StoreError> {
        let records: Vec<HostedRecord> = sqlx::query_as(OF_RUN)
            .bind(run.to_string())
            .bind(business.to_string())
            .fetch_all(&mut *self.read(business).await?)
            .await
            .map_err(StoreError::database("list files"))?;
        records.into_iter().map(row).collect()
    }

    /// Takes a hosted file of a business down, and removes its object unless another file still offers it. False
    /// when there was nothing to take down.
    ///
    /// # Errors
    /// What the database or the disk says.
    pub async fn take_down(
        &self,
        id: HostedId,
        business: BusinessId,
        blobs: &dyn BlobStore,
    ) -> Result<bool, StoreError> {
        let now = self.now();
        let unused = self
            .write_of(
                business,
                |_| false,
                move |connection| Box::pin(async move { take_down(connection, id, business, now).await }),
            )
            .await?;
        let Some(unused) = unused else { return Ok(false) };
        if let Some((bucket, key)) = unused {
            blobs.delete(bucket, &key).await.map_err(|error| StoreError::Conflict(error.message))?;
        }
        Ok(true)
    }
}

/// `None` when there was nothing to take down; the object inside, when nobody offers it any more.
async fn take_down(
    connection: &mut AnyConnection,
    id: HostedId,
    business: BusinessId,
    now: Instant,
) -> Result<Option<Option<(Bucket, BlobKey)>>, StoreError> {
    let failed = StoreError::database("take a file down");
    let place: Option<(String, String)> = sqlx::query_as(TAKE_DOWN)
        .bind(id.to_string())
        .bind(business.to_string())
        .bind(now.unix_millis())
        .fetch_optional(&mut *connection)
        .await
        .map_err(&failed)?;
    let Some((bucket, key)) = place else { return Ok(None) };
    let offered: i64 =
        sqlx::query_scalar(STILL_OFFERED).bind(&bucket).bind(&key).fetch_one(connection).await.map_err(&failed)?;
    let object = stored_object(&bucket, key, 0, String::new())?;
    Ok(Some((offered == 0).then_some((object.bucket, object.key))))
}

fn row(record: HostedRecord) -> Result<HostedRow, StoreError> {
    let role = HostedRole::parse(&record.role)
        .ok_or_else(|| StoreError::Corrupt { what: "hosted file", detail: format!("unknown role {}", record.role) })?;
    Ok(HostedRow {
        file: HostedFile {
            id: stored_id("hosted file", &record.id)?,
            business: stored_id("hosted file", &record.business)?,
            run: stored_id("hosted file", &record.run)?,
            role,
            file_name: record.file_name,
            media_type: record.media_type,
            blob: stored_object(&record.bucket, record.object_key, record.size_bytes, record.etag)?,
        },
        created: Instant::from_unix_millis(record.created),
        deleted: record.deleted.map(Instant::from_unix_millis),
    })
}
