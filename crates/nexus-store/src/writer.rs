//! The one writer of a process: operations from a queue, many in one transaction, answered only after its commit.
//!
//! An fsync is paid once per batch: the longer a commit takes, the more operations wait for the next one. When one of a
//! batch fails, all are undone and run again, each in a savepoint, so that one that fails takes nothing with it but
//! itself. In PostgreSQL a batch that collides with another machine's, or whose connection breaks, is run again as well:
//! every operation may be repeated.

use std::{sync::Arc, time::Duration};

use futures::future::BoxFuture;
use sqlx::AnyConnection;
use tokio::sync::{mpsc, oneshot, watch};

use crate::{
    StoreError,
    database::{self, Database, Engine, Scope},
};

/// What an operation does inside the transaction.
type Work<T> = Box<dyn for<'c> FnOnce(&'c mut AnyConnection) -> BoxFuture<'c, Result<T, StoreError>> + Send>;

/// Says of a result whether readers that wait for changes should look again once it is committed.
pub(crate) type Wakes<T> = fn(&T) -> bool;

/// Most operations of one transaction.
const BATCH: usize = 256;

/// Longest silence of a server before its connection is given up.
const PATIENCE: Duration = Duration::from_secs(8);

/// The same for one operation, which may be a thousand rows.
const LONG_PATIENCE: Duration = Duration::from_secs(30);

/// How often a batch is run before its callers are told that it failed; pauses grow to two seconds, so that a server
/// may be started anew meanwhile.
const TRIES: u32 = 20;

/// The sending side of the queue.
#[derive(Clone)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Box<dyn Job>>,
}

impl Writer {
    /// Starts the writer of `database`. `generation` grows by one with every batch that wakes.
    ///
    /// It has a thread of its own: a batch waits for the database dozens of times, and among the tasks of a server that is
    /// asked too much each of these waits would end a whole round later.
    ///
    /// # Errors
    /// What the system says when it has no thread to give.
    pub(crate) fn start(database: Database, generation: Arc<watch::Sender<u64>>) -> Result<Self, StoreError> {
        let no_thread = |error| StoreError::disk("the thread that writes")(error);
        let (queue, jobs) = mpsc::channel(1024);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(no_thread)?;
        let serving = Serving { database, connection: None, generation };
        let thread = std::thread::Builder::new().name("nexus-writer".into());
        thread.spawn(move || runtime.block_on(serving.serve(jobs))).map_err(no_thread)?;
        Ok(Self { queue })
    }

    /// Runs `work` in the next transaction; resolves when it is on disk, or was undone.
    pub(crate) async fn run<T, F>(&self, scope: Scope, wakes: Wakes<T>, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut AnyConnection) -> BoxFuture<'c, Result<T, StoreError>> + Clone + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let again: Box<dyn Fn() -> Work<T> + Send> = Box::new(move || Box::new(work.clone()));
        let operation = Operation { again, scope, result: None, wakes, reply };
        self.queue.send(Box::new(operation)).await.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }
}

trait Job: Send {
    fn scope(&self) -> Scope;
    /// Runs the operation and keeps its result.
    fn execute<'c>(&'c mut self, connection: &'c mut AnyConnection) -> BoxFuture<'c, Result<(), StoreError>>;
    /// True when the kept result is one after which waiting readers should look again.
    fn wakes(&self) -> bool;
    /// Answers the caller; `fate` is that of the transaction.
    fn settle(self: Box<Self>, fate: Result<(), StoreError>);
}

struct Operation<T> {
    again: Box<dyn Fn() -> Work<T> + Send>,
    scope: Scope,
    result: Option<Result<T, StoreError>>,
    wakes: Wakes<T>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T: Send + 'static> Job for Operation<T> {
    fn scope(&self) -> Scope {
        self.scope
    }

    fn execute<'c>(&'c mut self, connection: &'c mut AnyConnection) -> BoxFuture<'c, Result<(), StoreError>> {
        let work = (self.again)();
        Box::pin(async move {
            let result = work(connection).await;
            let answer = result.as_ref().map(|_| ()).map_err(Clone::clone);
            self.result = Some(result);
            answer
        })
    }

    fn wakes(&self) -> bool {
        matches!(&self.result, Some(Ok(result)) if (self.wakes)(result))
    }

    fn settle(self: Box<Self>, fate: Result<(), StoreError>) {
        let result = match (fate, self.result) {
            (Err(error), _) => Err(error),
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => Err(StoreError::Closed),
        };
        // A caller that has gone away does not undo what it asked for.
        drop(self.reply.send(result));
    }
}

/// Why a batch was not committed.
struct Failure {
    error: StoreError,
    /// One operation failed by itself; the others may well succeed.
    of_one: bool,
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self { error, of_one: false }
    }
}

struct Serving {
    database: Database,
    /// None before the first batch, and when it broke or was given up in the middle of something.
    connection: Option<AnyConnection>,
    generation: Arc<watch::Sender<u64>>,
}

impl Serving {
    async fn serve(mut self, mut jobs: mpsc::Receiver<Box<dyn Job>>) {
        while let Some(first) = jobs.recv().await {
            let mut batch = vec![first];
            while batch.len() < BATCH {
                match jobs.try_recv() {
                    Ok(job) => batch.push(job),
                    Err(_) => break,
                }
            }
            let fate = self.commit(&mut batch).await;
            tracing::trace!(batch = batch.len(), committed = fate.is_ok(), "group commit");
            // Before the answers: whoever has one finds the change already told.
            if fate.is_ok() && batch.iter().any(|job| job.wakes()) {
                self.generation.send_modify(|generation| *generation += 1);
            }
            for job in batch {
                job.settle(fate.clone());
            }
        }
    }

    async fn commit(&mut self, batch: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
        let engine = self.database.engine;
        let (mut tried, mut apart) = (0, false);
        loop {
            tried += 1;
            let attempted = match self.connection().await {
                Ok(connection) => attempt(engine, connection, batch, apart).await,
                Err(error) => Err(error.into()),
            };
            let Err(failure) = attempted else { return Ok(()) };
            if engine == Engine::Postgres && failure.error.is_broken_connection() {
                // Never used again: nobody knows what it is in the middle of.
                self.connection = None;
            }
            if let Some(connection) = &mut self.connection {
                // Fails when the database has already rolled back by itself, which is what is wanted.
                drop(statement(engine, connection, "rollback").await);
            }
            if failure.of_one && batch.len() > 1 {
                apart = true;
                continue;
            }
            let error = failure.error;
            if engine == Engine::Sqlite || !error.is_passing() || tried >= TRIES {
                return Err(error);
            }
            tracing::debug!(tried, %error, "a batch is run again");
            tokio::time::sleep(Duration::from_millis(5 << tried.min(9)).min(Duration::from_secs(2))).await;
        }
    }

    async fn connection(&mut self) -> Result<&mut AnyConnection, StoreError> {
        match &mut self.connection {
            Some(connection) => Ok(connection),
            none => Ok(none.insert(in_time(self.database.engine, PATIENCE, self.database.connect()).await?)),
        }
    }
}

/// Runs the batch in one transaction; with each operation in a savepoint when they are kept `apart`.
async fn attempt(
    engine: Engine,
    connection: &mut AnyConnection,
    batch: &mut [Box<dyn Job>],
    apart: bool,
) -> Result<(), Failure> {
    statement(engine, connection, engine.pick("begin immediate", "begin")).await?;
    if apart {
        statement(engine, connection, "savepoint operation").await?;
    }
    let mut narrowed = None;
    for job in batch.iter_mut() {
        if narrowed != Some(job.scope()) {
            in_time(engine, PATIENCE, database::set_scope(engine, connection, job.scope(), true)).await?;
            narrowed = Some(job.scope());
        }
        match in_time(engine, LONG_PATIENCE, job.execute(connection)).await {
            Ok(()) if apart => {
                statement(engine, connection, "release savepoint operation; savepoint operation").await?;
            }
            Ok(()) => {}
            Err(error) if error.ends_transaction() => return Err(error.into()),
            Err(error) if !apart => return Err(Failure { error, of_one: true }),
            Err(_) => {
                statement(engine, connection, "rollback to savepoint operation").await?;
                // What was set since the savepoint is undone with it.
                narrowed = None;
            }
        }
    }
    let wakes = engine == Engine::Postgres && batch.iter().any(|job| job.wakes());
    Ok(statement(engine, connection, if wakes { "notify nexus; commit" } else { "commit" }).await?)
}

async fn statement(engine: Engine, connection: &mut AnyConnection, sql: &'static str) -> Result<(), StoreError> {
    // One statement is prepared once and found again; several go as they are.
    let work = async {
        let done = if sql.contains(';') {
            database::run(connection, sql).await
        } else {
            sqlx::query(sql).execute(connection).await.map(drop)
        };
        done.map_err(StoreError::database("commit"))
    };
    in_time(engine, PATIENCE, work).await
}

/// A network that swallows everything answers never: then the connection counts as broken.
async fn in_time<T>(
    engine: Engine,
    patience: Duration,
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    if engine == Engine::Sqlite {
        return work.await;
    }
    tokio::time::timeout(patience, work).await.unwrap_or_else(|_| {
        let silent = std::io::Error::new(std::io::ErrorKind::TimedOut, "the database server does not answer");
        Err(StoreError::database("commit")(sqlx::Error::Io(silent)))
    })
}
