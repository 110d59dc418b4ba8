//! Who wants to be told that a run has ended.

use nexus_core::{
    BusinessId, Instant, RunId,
    journal::{Arrived, NewRun},
};
use sqlx::AnyConnection;

use crate::{
    Store, StoreError,
    database::Scope,
    journal::{self, id as stored_id},
};

const AWAIT: &str = "insert into callbacks (run, url, created) values ($1, $2, $3) on conflict (run) do nothing";
const DUE: &str = "select c.run, c.url from callbacks c join runs r on r.id = c.run
    where c.handed is null and r.state in ('done', 'failed') order by c.created limit $1";
const HAND: &str = "update callbacks set handed = $2 where run = $1";
const UNFINISHED: &str =
    "select count(*) from runs where business = $1 and flow = $2 and state in ('ready', 'running', 'waiting')";

impl Store {
    /// Enqueues a run whose end `callback` is told, in one transaction.
    ///
    /// # Errors
    /// What the database says; then nothing was stored.
    pub async fn enqueue_telling(&self, run: NewRun, callback: Option<&str>) -> Result<Arrived, StoreError> {
        let (callback, now) = (callback.map(str::to_owned), self.now());
        self.write(
            |arrived| *arrived == Arrived::First,
            move |connection| {
                Box::pin(async move {
                    let arrived = journal::enqueue(connection, &run, now).await?;
                    if let Some(url) = callback {
                        await_end(connection, run.id, &url, now).await?;
                    }
                    Ok(arrived)
                })
            },
        )
        .await
    }

    /// Ended runs whose end has still to be told, and to whom; oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn callbacks_due(&self, limit: u32) -> Result<Vec<(RunId, String)>, StoreError> {
        let records: Vec<(String, String)> = sqlx::query_as(DUE)
            .bind(i64::from(limit))
            .fetch_all(&mut *self.read(Scope::All).await?)
            .await
            .map_err(StoreError::database("read callbacks"))?;
        records.into_iter().map(|(run, url)| Ok((stored_id("callback", &run)?, url))).collect()
    }

    /// Enqueues the run that tells the end of `ended`, and takes it off the list, in one transaction.
    ///
    /// # Errors
    /// What the database says; then nothing was changed.
    pub async fn hand_callback(&self, ended: RunId, telling: NewRun) -> Result<(), StoreError> {
        let now = self.now();
        self.write(
            |()| true,
            move |connection| {
                Box::pin(async move {
                    journal::enqueue(connection, &telling, now).await?;
                    let hand = sqlx::query(HAND).bind(ended.to_string()).bind(now.unix_millis());
                    hand.execute(connection).await.map(drop).map_err(StoreError::database("hand a callback over"))
                })
            },
        )
        .await
    }

    /// How many runs of a flow have not ended yet.
    ///
    /// # Errors
    /// What the database says.
    pub async fn unfinished(&self, business: BusinessId, flow: &str) -> Result<u64, StoreError> {
        let count: i64 = sqlx::query_scalar(UNFINISHED)
            .bind(business.to_string())
            .bind(flow)
            .fetch_one(&mut *self.read(business).await?)
            .await
            .map_err(StoreError::database("count runs"))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }
}

/// Notes that `url` is told when `run` has ended; the first address of a run stands.
pub(crate) async fn await_end(
    connection: &mut AnyConnection,
    run: RunId,
    url: &str,
    now: Instant,
) -> Result<(), StoreError> {
    sqlx::query(AWAIT)
        .bind(run.to_string())
        .bind(url)
        .bind(now.unix_millis())
        .execute(connection)
        .await
        .map(drop)
        .map_err(StoreError::database("note a callback"))
}
