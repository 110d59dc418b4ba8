//! What can go wrong with durable things, each with its remedy, and the kind that callers act on.

use std::{io, path::PathBuf, sync::Arc};

use nexus_core::{ErrorKind, PortError};
use sqlx::{error::DatabaseError as _, postgres::PgDatabaseError, sqlite::SqliteError};

/// A failed operation of the store. Cheap to clone: one failed commit answers many callers.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// Somebody else was first, or the lease was lost; nothing was changed.
    #[error("{0}")]
    Conflict(String),
    /// The thing named does not exist.
    #[error("{0}")]
    NotFound(String),
    /// The request is wrong and stays wrong.
    #[error("{0}")]
    Invalid(String),
    /// A link whose signature does not fit.
    #[error("this link is not valid; open the newest one from the inbox")]
    LinkInvalid,
    /// A link after its time, or for a film that was made again.
    #[error("this link has expired; open the newest one from the inbox")]
    LinkExpired,
    /// The file in the database's place is something else.
    #[error("{} is not a nexus database; choose another data folder, or move that file away and start again", .0.display())]
    NotADatabase(PathBuf),
    /// A newer program wrote this folder.
    #[error("{} was written by a newer version; start that version, or choose another data folder", path.display())]
    Newer {
        /// The database file.
        path: PathBuf,
        /// What the migration check said.
        source: Arc<sqlx::migrate::MigrateError>,
    },
    /// Another process works on the same folder.
    #[error("another process works in {}; stop it first, or choose another data folder", .0.display())]
    Locked(PathBuf),
    /// The operating system refused a file operation.
    #[error("{}: {}", path.display(), disk_remedy(source))]
    Disk {
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        source: Arc<io::Error>,
    },
    /// The database refused a statement.
    #[error("the database could not {what}: {}", database_remedy(source))]
    Database {
        /// The operation as a verb phrase.
        what: &'static str,
        /// The cause.
        source: Arc<sqlx::Error>,
    },
    /// A stored text that this version cannot read.
    #[error(
        "a stored {what} cannot be read ({detail}); it was changed outside this program or written by another version"
    )]
    Corrupt {
        /// The kind of thing.
        what: &'static str,
        /// What was expected.
        detail: String,
    },
    /// The writer has ended because its runtime is shutting down.
    #[error("the store is closing; start the program again, nothing accepted is lost")]
    Closed,
}

impl StoreError {
    /// What the caller can do.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Conflict(_) => ErrorKind::Conflict,
            Self::NotFound(_) => ErrorKind::NotFound,
            Self::Invalid(_) | Self::NotADatabase(_) | Self::Newer { .. } => ErrorKind::Invalid,
            Self::LinkInvalid | Self::LinkExpired => ErrorKind::Unauthorized,
            Self::Locked(_) | Self::Closed => ErrorKind::Unavailable,
            Self::Disk { source, .. } => match source.kind() {
                io::ErrorKind::NotFound => ErrorKind::NotFound,
                io::ErrorKind::PermissionDenied => ErrorKind::Unauthorized,
                _ => ErrorKind::Unavailable,
            },
            Self::Database { source, .. } => match (primary_code(source), server_code(source)) {
                (Some(code), _) if TRANSIENT.contains(&code) => ErrorKind::Unavailable,
                (Some(_), _) => ErrorKind::Bug,
                (None, Some(code)) => server_kind(code),
                (None, None) => ErrorKind::Unavailable,
            },
            Self::Corrupt { .. } => ErrorKind::Bug,
        }
    }

    /// The same error as a port's answer; `op` is a verb phrase.
    #[must_use]
    pub fn port(self, op: &'static str) -> PortError {
        PortError::new(self.kind(), PROVIDER, op, self.to_string()).caused_by(self)
    }

    /// True when the disk has no room left.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        match self {
            Self::Disk { source, .. } => is_full(source),
            Self::Database { source, .. } => primary_code(source) == Some(SQLITE_FULL),
            _ => false,
        }
    }

    pub(crate) fn database(what: &'static str) -> impl Fn(sqlx::Error) -> Self {
        move |source| Self::Database { what, source: Arc::new(source) }
    }

    pub(crate) fn disk(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Disk { path, source: Arc::new(source) }
    }

    pub(crate) fn corrupt(what: &'static str) -> impl Fn(serde_json::Error) -> Self {
        move |error| Self::Corrupt { what, detail: error.to_string() }
    }

    /// True when the whole transaction is lost, not only the statement.
    pub(crate) fn ends_transaction(&self) -> bool {
        match self {
            Self::Database { source, .. } => match server_code(source) {
                Some(_) => self.is_passing(),
                None => primary_code(source).map_or(is_io(source), |code| TRANSIENT.contains(&code)),
            },
            _ => false,
        }
    }

    /// True when the same again may well succeed: the server went away, or two transactions were in each other's way.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Database { source, .. } => match server_code(source) {
                Some(code) => PASSING.contains(&code) || matches!(&code[..2], "08" | "53" | "57" | "58"),
                None => is_io(source),
            },
            _ => false,
        }
    }

    /// True when no other statement can be sent over the same connection.
    pub(crate) fn is_broken_connection(&self) -> bool {
        match self {
            Self::Database { source, .. } => match server_code(source) {
                Some(code) => matches!(&code[..2], "08" | "57"),
                None => is_io(source),
            },
            _ => false,
        }
    }
}

impl From<StoreError> for PortError {
    fn from(error: StoreError) -> Self {
        error.port("finish the operation")
    }
}

/// True when the operating system says that there is no room.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge)
}

pub(crate) const DISK_FULL: &str = "the disk is full: free some space and try again, it goes on where it was";
const PROVIDER: &str = "local storage";
const SQLITE_FULL: i32 = 13;
/// Busy, locked, out of memory, interrupted, input or output, full, cannot open: nothing is wrong with the statement.
const TRANSIENT: [i32; 7] = [5, 6, 7, 9, 10, SQLITE_FULL, 14];

/// The primary SQLite result code, of which the extended one is a refinement.
pub(crate) fn primary_code(error: &sqlx::Error) -> Option<i32> {
    let error = error.as_database_error()?.try_downcast_ref::<SqliteError>()?;
    error.code()?.parse::<i32>().ok().map(|code| code & 0xff)
}

/// True when it was not a statement that failed but the way to the database.
fn is_io(error: &sqlx::Error) -> bool {
    use sqlx::Error::{Io, PoolClosed, PoolTimedOut, Protocol, Tls, WorkerCrashed};
    matches!(error, Io(_) | Tls(_) | Protocol(_) | PoolTimedOut | PoolClosed | WorkerCrashed)
}

/// The five characters by which PostgreSQL names an error (appendix A of its manual).
fn server_code(error: &sqlx::Error) -> Option<&str> {
    Some(error.as_database_error()?.try_downcast_ref::<PgDatabaseError>()?.code())
}

/// Serialization failure, deadlock, lock not available.
const PASSING: [&str; 3] = ["40001", "40P01", "55P03"];

fn server_kind(code: &str) -> ErrorKind {
    match code {
        // Somebody else added the same row meanwhile: the next try finds it.
        "23505" => ErrorKind::Unavailable,
        "42501" => ErrorKind::Unauthorized,
        "25006" => ErrorKind::Unavailable,
        _ => match &code[..2] {
            "08" | "40" | "53" | "55" | "57" | "58" => ErrorKind::Unavailable,
            "28" => ErrorKind::Unauthorized,
            _ => ErrorKind::Bug,
        },
    }
}

fn server_remedy(code: &str) -> &'static str {
    match code {
        "53100" => "the database server's disk is full: make room there, it goes on where it was",
        "53300" => "the database server has no connection left: raise max_connections, or run fewer workers",
        "25006" => "the database server only reads: connect to the primary",
        "42501" => "its role lacks rights on the tables: use the role that owns them",
        "3D000" => "there is no such database: create it, or mend store.url",
        _ => match &code[..2] {
            "28" => "user or password are wrong: mend store.url",
            "08" | "57" => "the database server is not reachable: start it, it goes on where it was",
            _ => "try again; if it persists, look at the database server's log",
        },
    }
}

fn disk_remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        _ if is_full(error) => DISK_FULL,
        io::ErrorKind::NotFound => "there is no such file",
        io::ErrorKind::PermissionDenied => "check the permissions of the folder",
        io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only: remount it or choose another data folder",
        _ => "try again; if it persists, check the disk",
    }
}

fn database_remedy(error: &sqlx::Error) -> &'static str {
    if let Some(code) = server_code(error) {
        return server_remedy(code);
    }
    match primary_code(error) {
        Some(SQLITE_FULL) => DISK_FULL,
        Some(8) => "the data folder is read-only: check its permissions",
        Some(11) => "the database file is damaged: restore the data folder from a backup",
        Some(14) => "its file cannot be opened: check the permissions of the data folder",
        Some(5 | 6) => "another process holds it: stop the other one and try again",
        None if matches!(error, sqlx::Error::Io(_)) => {
            "the database server is not reachable: start it, or mend store.url"
        }
        _ => "try again; if it persists, check the disk",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disk_errors_are_told_apart() {
        for (name, kind, want, words) in [
            ("full", io::ErrorKind::StorageFull, ErrorKind::Unavailable, "free some space"),
            ("quota", io::ErrorKind::QuotaExceeded, ErrorKind::Unavailable, "free some space"),
            ("absent", io::ErrorKind::NotFound, ErrorKind::NotFound, "no such file"),
            ("forbidden", io::ErrorKind::PermissionDenied, ErrorKind::Unauthorized, "permissions"),
        ] {
            let error = StoreError::disk("data")(io::Error::from(kind));
            assert_eq!(error.kind(), want, "{name}");
            assert!(error.to_string().contains(words), "{name}: {error}");
        }
    }
}
