//! Files that were announced as sources of later edits.

use nexus_core::{BusinessId, Instant, RunId, journal::NewRun};
use sqlx::AnyConnection;

use crate::{
    Store, StoreError,
    callbacks::await_end,
    journal::{self, id as stored_id},
};

/// A source as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRow {
    /// The run that brings it in, or will when the upload arrives.
    pub id: RunId,
    /// The tenant.
    pub business: BusinessId,
    /// Its address elsewhere; empty for an upload.
    pub input: String,
    /// When it was announced.
    pub created: Instant,
    /// When it was taken down.
    pub deleted: Option<Instant>,
}

const ADD: &str =
    "insert into sources (id, business, input, created) values ($1, $2, $3, $4) on conflict (id) do nothing";
const ONE: &str = "select id, business, input, created, deleted from sources where id = $1 and business = $2";
const LIST: &str = "select id, business, input, created, deleted from sources where business = $1 and deleted is null
    order by created desc, id desc limit $2";
const DELETE: &str = "update sources set deleted = $3 where id = $1 and business = $2 and deleted is null";

type SourceRecord = (String, String, String, i64, Option<i64>);

impl Store {
    /// Announces a source that will be uploaded.
    ///
    /// # Errors
    /// What the database says.
    pub async fn announce_source(&self, id: RunId, business: BusinessId) -> Result<(), StoreError> {
        let now = self.now();
        self.write_of(
            business,
            |()| false,
            move |connection| Box::pin(async move { add(connection, id, business, "", now).await }),
        )
        .await
    }

    /// Announces a source and enqueues the run that brings it in, in one transaction. `callback` is told its end.
    ///
    /// # Errors
    /// What the database says; then nothing was stored.
    pub async fn accept_source(&self, run: NewRun, input: &str, callback: Option<&str>) -> Result<(), StoreError> {
        let (input, callback, now) = (input.to_owned(), callback.map(str::to_owned), self.now());
        self.write_of(
            run.business,
            |()| true,
            move |connection| {
                Box::pin(async move {
                    journal::enqueue(connection, &run, now).await?;
                    if let Some(url) = callback {
                        await_end(connection, run.id, &url, now).await?;
                    }
                    add(connection, run.id, run.business, &input, now).await
                })
            },
        )
        .await
    }

    /// A source of a business, also one that was taken down.
    ///
    /// # Errors
    /// What the database says.
    pub async fn source(&self, id: RunId, business: BusinessId) -> Result<Option<SourceRow>, StoreError> {
        let record: Option<SourceRecord> = sqlx::query_as(ONE)
            .bind(id.to_string())
            .bind(business.to_string())
            .fetch_optional(&mut *self.read(business).await?)
            .await
            .map_err(StoreError::database("look a source up"))?;
        record.map(row).transpose()
    }

    /// Sources of a business that were not taken down, newest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn sources(&self, business: BusinessId, limit: u32) -> Result<Vec<SourceRow>, StoreError> {
        let records: Vec<SourceRecord> = sqlx::query_as(LIST)
            .bind(business.to_string())
            .bind(i64::from(limit))
            .fetch_all(&mut *self.read(business).await?)
            .await
            .map_err(StoreError::database("list sources"))?;
        records.into_iter().map(row).collect()
    }

    /// Takes a source of a business off the list. False when there was none.
    ///
    /// # Errors
    /// What the database says.
    pub async fn forget_source(&self, id: RunId, business: BusinessId) -> Result<bool, StoreError> {
        let now = self.now();
        self.write_of(
            business,
            |_| false,
            move |connection| {
                Box::pin(async move {
                    let delete =
                        sqlx::query(DELETE).bind(id.to_string()).bind(business.to_string()).bind(now.unix_millis());
                    let gone = delete.execute(connection).await.map_err(StoreError::database("forget a source"))?;
                    Ok(gone.rows_affected() == 1)
                })
            },
        )
        .await
    }
}

async fn add(
    connection: &mut AnyConnection,
    id: RunId,
    business: BusinessId,
    input: &str,
    now: Instant,
) -> Result<(), StoreError> {
    sqlx::query(ADD)
        .bind(id.to_string())
        .bind(business.to_string())
        .bind(input)
        .bind(now.unix_millis())
        .execute(connection)
        .await
        .map(drop)
        .map_err(StoreError::database("announce a source"))
}

fn row((id, business, input, created, deleted): SourceRecord) -> Result<SourceRow, StoreError> {
    Ok(SourceRow {
        id: stored_id("source", &id)?,
        business: stored_id("source", &business)?,
        input,
        created: Instant::from_unix_millis(created),
        deleted: deleted.map(Instant::from_unix_millis),
    })
}
