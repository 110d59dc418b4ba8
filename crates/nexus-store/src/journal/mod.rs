//! The journal over SQL: writes go through the one writer, reads through the readers beside it.

mod changes;
mod claims;
mod merged;
mod rows;
mod sql;
mod together;

use async_trait::async_trait;
use nexus_core::{
    Arrow, Instant, PortResult, RunId,
    journal::{
        Arrived, Claim, Claimable, Depth, Epoch, IntentState, Journal, NewRun, Release, RunEvent, RunFilter, RunRow,
        StepKey, StepRow,
    },
};

pub(crate) use self::{
    changes::{enqueue, signal},
    rows::{id, json, to_json},
    together::Together,
};
use self::{
    rows::{DepthRecord, EventRecord, RunRecord, StepRecord},
    together::{Finished, LetGo, Wanted, Worker},
};
use crate::{Store, StoreError, database::Scope};

impl Store {
    /// The moment of the newest entry of the journal.
    ///
    /// # Errors
    /// [`StoreError::Database`] when it cannot be read.
    pub async fn newest_entry(&self) -> Result<Option<Instant>, StoreError> {
        let newest = sqlx::query_scalar(sql::NEWEST).fetch_optional(&mut *self.read(Scope::All).await?).await;
        let newest: Option<i64> = newest.map_err(StoreError::database("read the journal"))?;
        Ok(newest.map(Instant::from_unix_millis))
    }
}

#[async_trait]
impl Journal for Store {
    async fn enqueue(&self, run: NewRun) -> PortResult<Arrived> {
        let now = self.now();
        self.write(arrived, move |connection| Box::pin(async move { enqueue(connection, &run, now).await }))
            .await
            .map_err(|error| error.port("enqueue a run"))
    }

    async fn claim(&self, worker: &str, kinds: &[Claimable], lease_ms: u64) -> PortResult<Option<Claim>> {
        let at = self.now();
        let by = Worker { name: worker.to_owned(), kinds: kinds.to_owned(), lease_ms };
        let wanted = Wanted { by, at, look: self.is_time_to_look(at) };
        self.together().wanted.ask(wanted).await.map_err(|error| error.port("claim a run"))
    }

    async fn spawn(&self, parent: RunId, epoch: Epoch, children: Vec<NewRun>) -> PortResult<()> {
        let now = self.now();
        self.write(always, move |connection| {
            Box::pin(async move { changes::spawn(connection, parent, epoch, &children, now).await })
        })
        .await
        .map_err(|error| error.port("add child runs"))
    }

    async fn cancel(&self, run: RunId) -> PortResult<Arrived> {
        let now = self.now();
        self.write(arrived, move |connection| Box::pin(async move { changes::cancel(connection, run, now).await }))
            .await
            .map_err(|error| error.port("cancel a run"))
    }

    async fn renew(&self, run: RunId, epoch: Epoch, lease_ms: u64) -> PortResult<()> {
        let until = self.now().after(std::time::Duration::from_millis(lease_ms));
        self.write(never, move |connection| {
            Box::pin(async move { changes::renew(connection, run, epoch, until).await })
        })
        .await
        .map_err(|error| error.port("renew a lease"))
    }

    async fn record(&self, run: RunId, epoch: Epoch, step: StepRow) -> PortResult<()> {
        let finished = Finished { held: (run, epoch), step, at: self.now() };
        let recorded = self.together().finished.ask(finished).await.flatten();
        recorded.map_err(|error| error.port("record a step"))
    }

    async fn intend(&self, epoch: Epoch, key: &StepKey, request_hash: &str) -> PortResult<IntentState> {
        let (now, key, request_hash) = (self.now(), key.clone(), request_hash.to_owned());
        self.write(
            |_| false,
            move |connection| {
                Box::pin(async move { changes::intend(connection, epoch, &key, &request_hash, now).await })
            },
        )
        .await
        .map_err(|error| error.port("write an intent"))
    }

    async fn release(&self, run: RunId, epoch: Epoch, release: Release) -> PortResult<()> {
        let let_go = LetGo { held: (run, epoch), release, at: self.now() };
        let released = self.together().released.ask(let_go).await.flatten();
        released.map_err(|error| error.port("release a run"))
    }

    async fn signal(&self, run: RunId, name: &str, payload: serde_json::Value) -> PortResult<Arrived> {
        let (now, name) = (self.now(), name.to_owned());
        self.write(arrived, move |connection| {
            Box::pin(async move { signal(connection, run, &name, &payload, now).await })
        })
        .await
        .map_err(|error| error.port("deliver a signal"))
    }

    async fn recover(&self) -> PortResult<u64> {
        let now = self.now();
        self.write(
            |count| *count > 0,
            move |connection| Box::pin(async move { changes::recover(connection, now).await }),
        )
        .await
        .map_err(|error| error.port("recover runs"))
    }

    async fn retry(&self, run: RunId, from: Option<Arrow>) -> PortResult<()> {
        let now = self.now();
        self.write(always, move |connection| Box::pin(async move { changes::retry(connection, run, from, now).await }))
            .await
            .map_err(|error| error.port("retry a run"))
    }

    async fn run(&self, id: RunId) -> PortResult<Option<RunRow>> {
        let record: Option<RunRecord> = sqlx::query_as(sql::ONE)
            .bind(id.to_string())
            .fetch_optional(&mut *self.read(Scope::All).await?)
            .await
            .map_err(reading)?;
        Ok(record.map(TryInto::try_into).transpose()?)
    }

    async fn runs(&self, filter: &RunFilter) -> PortResult<Vec<RunRow>> {
        let records: Vec<RunRecord> = sqlx::query_as(sql::LIST)
            .bind(filter.business.map(|business| business.to_string()))
            .bind(filter.state.map(nexus_core::journal::RunState::as_str))
            .bind(&filter.flow)
            .bind(i64::from(filter.limit))
            .fetch_all(&mut *self.read(filter.business).await?)
            .await
            .map_err(reading)?;
        Ok(records.into_iter().map(TryInto::try_into).collect::<Result<_, StoreError>>()?)
    }

    async fn steps(&self, run: RunId) -> PortResult<Vec<StepRow>> {
        let records: Vec<StepRecord> = sqlx::query_as(sql::STEPS)
            .bind(run.to_string())
            .fetch_all(&mut *self.read(Scope::All).await?)
            .await
            .map_err(reading)?;
        Ok(records.into_iter().map(TryInto::try_into).collect::<Result<_, StoreError>>()?)
    }

    async fn events(&self, run: Option<RunId>, after: i64, limit: u32) -> PortResult<Vec<RunEvent>> {
        let statement = if run.is_some() { sql::EVENTS_OF_RUN } else { sql::EVENTS };
        let mut query = sqlx::query_as(statement.of(self.engine())).bind(after).bind(i64::from(limit));
        if let Some(run) = run {
            query = query.bind(run.to_string());
        }
        let records: Vec<EventRecord> = query.fetch_all(&mut *self.read(Scope::All).await?).await.map_err(reading)?;
        Ok(records.into_iter().map(TryInto::try_into).collect::<Result<_, StoreError>>()?)
    }

    async fn next_due(&self) -> PortResult<Option<Instant>> {
        let due: Option<i64> =
            sqlx::query_scalar(sql::NEXT_DUE).fetch_one(&mut *self.read(Scope::All).await?).await.map_err(reading)?;
        Ok(due.map(Instant::from_unix_millis))
    }

    async fn depths(&self) -> PortResult<Vec<Depth>> {
        let records: Vec<DepthRecord> =
            sqlx::query_as(sql::DEPTHS).fetch_all(&mut *self.read(Scope::All).await?).await.map_err(reading)?;
        Ok(records.into_iter().map(TryInto::try_into).collect::<Result<_, StoreError>>()?)
    }

    async fn changed(&self) {
        self.wait_for_change().await;
    }
}

fn reading(error: sqlx::Error) -> StoreError {
    StoreError::database("read runs")(error)
}

fn arrived(arrived: &Arrived) -> bool {
    *arrived == Arrived::First
}

fn always((): &()) -> bool {
    true
}

fn never((): &()) -> bool {
    false
}
