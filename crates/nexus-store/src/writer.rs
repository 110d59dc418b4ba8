//! The one writer: operations from a queue, many in one transaction, answered only after its commit.
//!
//! Each operation runs in a savepoint, so that one that fails takes nothing with it but itself. An fsync is
//! paid once per batch: the longer a commit takes, the more operations wait for the next one.

use std::sync::Arc;

use futures::future::BoxFuture;
use sqlx::SqliteConnection;
use tokio::sync::{mpsc, oneshot, watch};

use crate::StoreError;

/// What an operation does inside the transaction.
pub(crate) type Work<T> =
    Box<dyn for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StoreError>> + Send>;

/// Says of a committed result whether readers that wait for changes should look again.
pub(crate) type Wakes<T> = fn(&T) -> bool;

/// The sending side of the queue.
#[derive(Clone)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Box<dyn Job>>,
}

impl Writer {
    /// Starts the writer task on `connection`. `generation` grows by one with every batch that wakes.
    pub(crate) fn start(connection: SqliteConnection, generation: Arc<watch::Sender<u64>>) -> Self {
        let (queue, jobs) = mpsc::channel(1024);
        tokio::spawn(serve(connection, jobs, generation));
        Self { queue }
    }

    /// Runs `work` in the next transaction; resolves when it is on disk, or was undone.
    pub(crate) async fn run<T: Send + 'static>(&self, wakes: Wakes<T>, work: Work<T>) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let operation = Operation { work: Some(work), result: None, wakes, reply };
        self.queue.send(Box::new(operation)).await.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }
}

const BATCH: usize = 256;

trait Job: Send {
    /// Runs the operation and keeps its result.
    fn execute<'c>(&'c mut self, connection: &'c mut SqliteConnection) -> BoxFuture<'c, Result<(), StoreError>>;
    /// Answers the caller; `fate` is that of the transaction. True when waiting readers should look again.
    fn settle(self: Box<Self>, fate: Result<(), StoreError>) -> bool;
}

struct Operation<T> {
    work: Option<Work<T>>,
    result: Option<Result<T, StoreError>>,
    wakes: Wakes<T>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T: Send + 'static> Job for Operation<T> {
    fn execute<'c>(&'c mut self, connection: &'c mut SqliteConnection) -> BoxFuture<'c, Result<(), StoreError>> {
        Box::pin(async move {
            let work = self.work.take().expect("an operation is executed once");
            let result = work(connection).await;
            let answer = result.as_ref().map(|_| ()).map_err(Clone::clone);
            self.result = Some(result);
            answer
        })
    }

    fn settle(self: Box<Self>, fate: Result<(), StoreError>) -> bool {
        let result = match (fate, self.result) {
            (Err(error), _) => Err(error),
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => Err(StoreError::Closed),
        };
        let wakes = result.as_ref().is_ok_and(self.wakes);
        // A caller that has gone away does not undo what it asked for.
        drop(self.reply.send(result));
        wakes
    }
}

async fn serve(
    mut connection: SqliteConnection,
    mut jobs: mpsc::Receiver<Box<dyn Job>>,
    generation: Arc<watch::Sender<u64>>,
) {
    while let Some(first) = jobs.recv().await {
        let mut batch = vec![first];
        while batch.len() < BATCH {
            match jobs.try_recv() {
                Ok(job) => batch.push(job),
                Err(_) => break,
            }
        }
        let fate = commit(&mut connection, &mut batch).await;
        tracing::trace!(batch = batch.len(), committed = fate.is_ok(), "group commit");
        let mut wakes = false;
        for job in batch {
            wakes |= job.settle(fate.clone());
        }
        if wakes {
            generation.send_modify(|generation| *generation += 1);
        }
    }
}

async fn commit(connection: &mut SqliteConnection, batch: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
    let fate = attempt(connection, batch).await;
    if fate.is_err() {
        // Fails when SQLite has already rolled back by itself, which is what is wanted.
        drop(statement(connection, "rollback").await);
    }
    fate
}

async fn attempt(connection: &mut SqliteConnection, batch: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
    statement(connection, "begin immediate").await?;
    // An operation that is alone needs no savepoint: when it fails, the whole transaction may go.
    let alone = batch.len() == 1;
    if !alone {
        statement(connection, "savepoint operation").await?;
    }
    for job in batch {
        match job.execute(connection).await {
            Ok(()) if alone => {}
            Ok(()) => statement(connection, "release operation; savepoint operation").await?,
            Err(error) if alone || error.ends_transaction() => return Err(error),
            Err(_) => statement(connection, "rollback to operation").await?,
        }
    }
    statement(connection, "commit").await
}

async fn statement(connection: &mut SqliteConnection, sql: &'static str) -> Result<(), StoreError> {
    sqlx::query(sql).execute(connection).await.map(drop).map_err(StoreError::database("commit"))
}
