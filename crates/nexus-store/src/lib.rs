//! Everything durable: SQL, blobs behind an S3-protocol endpoint, the queue of arrivals, the journal.
//!
//! One folder holds it all: `nexus.db` (SQLite, write-ahead log, `synchronous = full`), `blobs/` (objects as
//! plain files) and `secret.json`. A call that writes resolves when its fact is on disk.

mod approvals;
mod blobs;
mod brand;
mod businesses;
mod callbacks;
mod disk;
mod error;
mod event;
mod hosted;
mod idempotency;
mod journal;
mod link;
mod multiparts;
mod notifier;
mod objects;
mod pgvector;
mod reviews;
mod s3;
mod secret;
mod shots;
mod sources;
mod templates;
mod upload_client;
mod uploads;
mod vectors;
mod writer;

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures::future::BoxFuture;
use nexus_core::{
    Instant,
    blob::{BlobKey, Bucket},
    time::Clock,
};
use sqlx::{
    ConnectOptions as _, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::watch;

pub use approvals::{Answered, ApprovalState, ApprovalView};
pub use blobs::LocalBlobs;
pub use error::StoreError;
pub use idempotency::{Recalled, RequestMark};
pub use notifier::{EmbeddedNotifier, Notification};
pub use pgvector::PgVectorIndex;
pub use reviews::{ReviewRow, ReviewState};
pub use s3::{S3Options, s3_router, serve_s3};
pub use sources::SourceRow;
pub use templates::TemplateRow;
pub use upload_client::upload_file;
pub use uploads::UploadRegistration;

use crate::{
    disk::Disk,
    secret::Secrets,
    writer::{Wakes, Writer},
};

/// The store of one data folder. Cheap to clone; every clone remembers by itself what it has seen of
/// [`nexus_core::journal::Journal::changed`].
pub struct Store {
    inner: Arc<Inner>,
    seen: AtomicU64,
}

impl Clone for Store {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), seen: AtomicU64::new(self.seen.load(Ordering::Acquire)) }
    }
}

struct Inner {
    folder: PathBuf,
    clock: Arc<dyn Clock>,
    writer: Writer,
    readers: SqlitePool,
    generation: Arc<watch::Sender<u64>>,
    secrets: Secrets,
    disk: Disk,
    /// Writers of one object key take turns; keys share the places by hash.
    turns: [tokio::sync::Mutex<()>; 64],
}

/// Held as long as this process alone may work in the folder; see [`Store::hold_alone`].
#[derive(Debug)]
pub struct FolderLock(#[expect(dead_code, reason = "dropping the file releases the lock")] std::fs::File);

impl Store {
    /// Opens the folder, creating what is missing, and brings its tables up to date.
    ///
    /// # Errors
    /// [`StoreError::NotADatabase`], [`StoreError::Newer`], or what the disk says, each with its remedy.
    pub async fn open(data_dir: &Path, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        tokio::fs::create_dir_all(data_dir).await.map_err(StoreError::disk(data_dir))?;
        let database = data_dir.join("nexus.db");
        let mut connection = connect(&database).await?;
        migrate(&mut connection, &database).await?;
        let secrets = secret::load(data_dir)?;
        let disk = Disk::open(data_dir)?;
        let reading = SqliteConnectOptions::new()
            .filename(&database)
            .busy_timeout(Duration::from_secs(10))
            .foreign_keys(true)
            .pragma("query_only", "on");
        let readers = SqlitePoolOptions::new().max_connections(4).connect_lazy_with(reading);
        let generation = Arc::new(watch::Sender::new(1));
        let writer = Writer::start(connection, Arc::clone(&generation));
        let inner = Inner {
            folder: data_dir.to_owned(),
            clock,
            writer,
            readers,
            generation,
            secrets,
            disk,
            turns: std::array::from_fn(|_| tokio::sync::Mutex::new(())),
        };
        Ok(Self { inner: Arc::new(inner), seen: AtomicU64::new(0) })
    }

    /// Makes sure that no other process holds the folder, for as long as the lock lives, and clears away what
    /// a crash left half-uploaded. Call it at the start, before the endpoint is served and before
    /// [`nexus_core::journal::Journal::recover`], which is only right for the only process.
    ///
    /// # Errors
    /// [`StoreError::Locked`] when another process holds it.
    pub async fn hold_alone(&self) -> Result<FolderLock, StoreError> {
        let path = self.inner.folder.join("lock");
        let file = std::fs::File::create(&path).map_err(StoreError::disk(&path))?;
        match file.try_lock() {
            Ok(()) => {
                self.disk().sweep()?;
                self.drop_stale_multiparts().await?;
                Ok(FolderLock(file))
            }
            Err(std::fs::TryLockError::WouldBlock) => Err(StoreError::Locked(self.inner.folder.clone())),
            Err(std::fs::TryLockError::Error(error)) => Err(StoreError::disk(&path)(error)),
        }
    }

    /// The folder that was opened.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.inner.folder
    }

    /// A counter that grows when something may have become claimable, an event was written, or an object
    /// arrived. Unlike `changed`, each receiver sees every growth by itself.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.inner.generation.subscribe()
    }

    pub(crate) fn now(&self) -> Instant {
        self.inner.clock.now()
    }

    pub(crate) fn readers(&self) -> &SqlitePool {
        &self.inner.readers
    }

    pub(crate) fn secrets(&self) -> &Secrets {
        &self.inner.secrets
    }

    pub(crate) fn disk(&self) -> &Disk {
        &self.inner.disk
    }

    /// Waits for the turn to change what lies under a key.
    pub(crate) async fn disk_turn(&self, bucket: Bucket, key: &BlobKey) -> tokio::sync::MutexGuard<'_, ()> {
        let hash = blake3::hash(format!("{}/{key}", bucket.name()).as_bytes());
        self.inner.turns[usize::from(hash.as_bytes()[0]) % self.inner.turns.len()].lock().await
    }

    /// Runs `work` in the next transaction. When it is committed, `wakes` says whether waiters look again.
    pub(crate) async fn write<T, F>(&self, wakes: Wakes<T>, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StoreError>> + Send + 'static,
    {
        self.inner.writer.run(wakes, Box::new(work)).await
    }

    /// Resolves when the generation is newer than the one that this handle saw last.
    pub(crate) async fn wait_for_change(&self) {
        let seen = self.seen.load(Ordering::Acquire);
        let mut receiver = self.inner.generation.subscribe();
        if let Ok(now) = receiver.wait_for(|generation| *generation > seen).await {
            self.seen.fetch_max(*now, Ordering::AcqRel);
        }
    }
}

async fn connect(database: &Path) -> Result<SqliteConnection, StoreError> {
    SqliteConnectOptions::new()
        .filename(database)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(10))
        .connect()
        .await
        .map_err(|error| opening(database, error))
}

async fn migrate(connection: &mut SqliteConnection, database: &Path) -> Result<(), StoreError> {
    use sqlx::migrate::MigrateError;
    sqlx::migrate!("./migrations").run(connection).await.map_err(|error| match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => opening(database, error),
        other => StoreError::Newer { path: database.to_owned(), source: Arc::new(other) },
    })
}

/// SQLite finds out only at the first read that a file is something else: code 26.
fn opening(database: &Path, error: sqlx::Error) -> StoreError {
    match error::primary_code(&error) {
        Some(26) => StoreError::NotADatabase(database.to_owned()),
        _ => StoreError::database("open its file")(error),
    }
}
