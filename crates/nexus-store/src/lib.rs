//! Everything durable: SQL, blobs behind an S3-protocol endpoint, the queue of arrivals, the journal.
//!
//! One folder holds it all: `nexus.db` (SQLite, write-ahead log, `synchronous = full`), `blobs/` (objects as
//! plain files) and `secret.json`. Or many machines share a PostgreSQL database, and objects lie in S3. A call that
//! writes resolves when its fact is on disk.

mod approvals;
mod aws;
mod backup;
mod blobs;
mod brand;
mod businesses;
mod callbacks;
mod database;
mod disk;
mod error;
mod event;
mod hosted;
mod idempotency;
mod journal;
mod linger;
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
mod tls;
mod upload_client;
mod uploads;
mod vectors;
mod writer;

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use futures::future::BoxFuture;
use nexus_core::{
    Instant,
    blob::{BlobKey, Bucket},
    time::Clock,
};
use sqlx::{AnyConnection, AnyPool, Connection as _};
use tokio::sync::watch;

pub use approvals::{Answered, ApprovalState, ApprovalView};
pub use aws::{
    AwsConfig, Created, Heard, LambdaBeats, MovedObjects, S3Blobs, S3Config, SqsQueue, copy_objects, read_s3_event,
};
pub use backup::{BackedUp, Manifest, back_up, restore};
pub use blobs::LocalBlobs;
pub use database::{CopiedTable, DatabaseClock, DatabaseUrl, copy_database};
pub use error::StoreError;
pub use idempotency::{Recalled, RequestMark};
pub use linger::linger;
pub use notifier::{EmbeddedNotifier, Notification};
pub use pgvector::PgVectorIndex;
pub use reviews::{ReviewRow, ReviewState};
pub use s3::{S3Options, s3_router, serve_s3};
pub use sources::SourceRow;
pub use templates::TemplateRow;
pub use tls::use_ring;
pub use upload_client::upload_file;
pub use uploads::UploadRegistration;

use crate::{
    database::{Database, Engine, Reader, Scope},
    disk::Disk,
    journal::Together,
    secret::Secrets,
    writer::{Wakes, Writer},
};

/// How often ended leases are looked for while there is other work.
const LOOK_EVERY_MS: i64 = 200;

/// Longest silence of a server before a reader is given up.
const SILENCE: std::time::Duration = std::time::Duration::from_secs(8);

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
    engine: Engine,
    database: String,
    writer: Writer,
    together: Together,
    readers: AnyPool,
    generation: Arc<watch::Sender<u64>>,
    /// When ended leases were last looked for, in milliseconds since 1970.
    looked: AtomicI64,
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
        Self::open_at(&DatabaseUrl::Sqlite, data_dir, clock).await
    }

    /// Opens the database at `url`, with what belongs to this machine alone in the folder. The time is `clock`'s; for
    /// a database that machines share, [`Store::shared_clock`] gives one on which they agree.
    ///
    /// # Errors
    /// As [`Store::open`]; `Unavailable` when the server cannot be reached.
    pub async fn open_at(url: &DatabaseUrl, data_dir: &Path, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        if let DatabaseUrl::Sqlite = url {
            tokio::fs::create_dir_all(data_dir).await.map_err(StoreError::disk(data_dir))?;
        }
        let database = Database::new(url, data_dir)?;
        let mut connection = database.connect().await?;
        database::migrate(&database, &mut connection).await?;
        let secrets = match database.engine {
            Engine::Sqlite => secret::load(data_dir)?,
            Engine::Postgres => secret::load_shared(&mut connection).await?,
        };
        connection.close().await.map_err(StoreError::database("be opened"))?;
        // A machine that shares its database may keep its files elsewhere: then it has no folder of them.
        let disk = match database.engine {
            Engine::Sqlite => Disk::open(data_dir)?,
            Engine::Postgres => Disk::at(data_dir),
        };
        let generation = Arc::new(watch::Sender::new(1));
        let readers = database.readers();
        let writer = Writer::start(database.clone(), Arc::clone(&generation))?;
        if let DatabaseUrl::Postgres(url) = url {
            database::listen(url, &generation);
        }
        let inner = Inner {
            folder: data_dir.to_owned(),
            clock,
            engine: database.engine,
            database: database.name().to_owned(),
            together: Together::start(&writer),
            writer,
            readers,
            generation,
            looked: AtomicI64::new(0),
            secrets,
            disk,
            turns: std::array::from_fn(|_| tokio::sync::Mutex::new(())),
        };
        Ok(Self { inner: Arc::new(inner), seen: AtomicU64::new(0) })
    }

    /// The time of the database at `url`, as far from `local` as it is now; `local` itself for SQLite.
    ///
    /// # Errors
    /// `Unavailable` when the server cannot be reached.
    pub async fn shared_clock(
        url: &DatabaseUrl,
        data_dir: &Path,
        local: Arc<dyn Clock>,
    ) -> Result<Arc<dyn Clock>, StoreError> {
        match url {
            DatabaseUrl::Sqlite => Ok(local),
            DatabaseUrl::Postgres(_) => {
                Ok(Arc::new(DatabaseClock::start(&Database::new(url, data_dir)?, local).await?))
            }
        }
    }

    /// Where the database is, without what is secret.
    #[must_use]
    pub fn database(&self) -> &str {
        &self.inner.database
    }

    /// True when the database's role is one that row-level security does not hold; never for SQLite, whose rows are
    /// kept apart by the statements alone.
    ///
    /// # Errors
    /// What the database says.
    pub async fn sees_through_walls(&self) -> Result<bool, StoreError> {
        if self.inner.engine == Engine::Sqlite {
            return Ok(false);
        }
        let role =
            "select case when rolsuper or rolbypassrls then 1 else 0 end from pg_roles where rolname = current_user";
        let through: i64 = sqlx::query_scalar(role)
            .fetch_one(&mut *self.read(Scope::All).await?)
            .await
            .map_err(StoreError::database("look at its role"))?;
        Ok(through == 1)
    }

    /// True when other machines may work on the same rows.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.inner.engine == Engine::Postgres
    }

    /// Makes sure that no other process holds the folder, for as long as the lock lives, and clears away what
    /// a crash left half-uploaded. Call it at the start, before the endpoint is served and before
    /// [`nexus_core::journal::Journal::recover`], which is only right for the only process.
    ///
    /// # Errors
    /// [`StoreError::Locked`] when another process holds it.
    pub async fn hold_alone(&self) -> Result<FolderLock, StoreError> {
        self.disk().make()?;
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

    /// True once per [`LOOK_EVERY_MS`]: whoever asks then looks for ended leases.
    pub(crate) fn is_time_to_look(&self, now: Instant) -> bool {
        let (looked, now) = (self.inner.looked.load(Ordering::Acquire), now.unix_millis());
        // A clock that was set back is no reason to wait.
        let is_time = now - looked >= LOOK_EVERY_MS || now < looked;
        is_time && self.inner.looked.compare_exchange(looked, now, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    pub(crate) fn engine(&self) -> Engine {
        self.inner.engine
    }

    /// A connection that reads what `scope` may see.
    pub(crate) async fn read(&self, scope: impl Into<Scope>) -> Result<Reader, StoreError> {
        let mut reader = self.inner.readers.acquire().await.map_err(StoreError::database("be read"))?;
        let narrow = database::set_scope(self.inner.engine, &mut reader, scope.into(), false);
        match tokio::time::timeout(SILENCE, narrow).await {
            Ok(narrowed) => narrowed.map(|()| reader),
            Err(_) => {
                // Not given back to the pool: nobody knows what it would answer next.
                drop(reader.detach());
                let silent = std::io::Error::new(std::io::ErrorKind::TimedOut, "the database server does not answer");
                Err(StoreError::database("be read")(sqlx::Error::Io(silent)))
            }
        }
    }

    /// Where writes gather that are made for many runs at once.
    pub(crate) fn together(&self) -> &Together {
        &self.inner.together
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

    /// Runs `work` in the next transaction, for everybody. When it is committed, `wakes` says whether waiters look
    /// again. It may run more than once, when the transaction collides with another machine's.
    pub(crate) async fn write<T, F>(&self, wakes: Wakes<T>, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut AnyConnection) -> BoxFuture<'c, Result<T, StoreError>> + Clone + Send + 'static,
    {
        self.inner.writer.run(Scope::All, wakes, work).await
    }

    /// As [`Store::write`], with the rows of one tenant alone in reach.
    pub(crate) async fn write_of<T, F>(
        &self,
        scope: impl Into<Scope>,
        wakes: Wakes<T>,
        work: F,
    ) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut AnyConnection) -> BoxFuture<'c, Result<T, StoreError>> + Clone + Send + 'static,
    {
        self.inner.writer.run(scope.into(), wakes, work).await
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
