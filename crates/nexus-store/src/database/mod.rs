//! The database under everything: SQLite in the data folder, or PostgreSQL that many machines share. One text of SQL
//! serves both; the few places where they differ ask [`Engine`].

mod clock;
mod copy;
mod listen;
mod migrate;
mod record;
mod scope;

use std::{path::Path, sync::Once, time::Duration};

use nexus_core::Secret;
use sqlx::{
    AnyConnection, AnyPool, Connection as _,
    any::{AnyConnectOptions, AnyPoolOptions},
};

pub use self::{
    clock::DatabaseClock,
    copy::{CopiedTable, copy_database},
};
pub(crate) use self::{
    listen::listen,
    migrate::{migrate, tables},
    record::record,
    scope::{Reader, Scope, set_scope},
};
use crate::{StoreError, error};

/// Connections for reading beside the writer.
const READERS: u32 = 4;

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    /// A file of this machine, one writer.
    Sqlite,
    /// A server that many machines share.
    Postgres,
}

impl Engine {
    /// The engine behind a connection.
    pub(crate) fn of(connection: &AnyConnection) -> Self {
        if connection.backend_name() == "SQLite" { Self::Sqlite } else { Self::Postgres }
    }

    /// Begins a transaction that sees one moment.
    pub(crate) fn moment(self) -> &'static str {
        self.pick("begin", "begin isolation level repeatable read read only")
    }

    /// The text that is this engine's.
    pub(crate) fn pick<T>(self, sqlite: T, postgres: T) -> T {
        match self {
            Self::Sqlite => sqlite,
            Self::Postgres => postgres,
        }
    }
}

/// Where the database is.
#[derive(Debug, Clone)]
pub enum DatabaseUrl {
    /// `nexus.db` in the data folder.
    Sqlite,
    /// A PostgreSQL database, 15 or newer.
    Postgres(Secret<String>),
}

impl DatabaseUrl {
    /// Reads `sqlite:` (or nothing) and `postgres://user:password@host/database`.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] for anything else; what may be a password is not repeated.
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        let is_postgres = text.starts_with("postgres://") || text.starts_with("postgresql://");
        match text {
            "" | "sqlite:" => Ok(Self::Sqlite),
            _ if is_postgres && text.parse::<sqlx::postgres::PgConnectOptions>().is_ok() => {
                Ok(Self::Postgres(Secret::new(text.to_owned())))
            }
            _ => Err(StoreError::Invalid(
                "store.url is neither 'sqlite:' nor an address of the form postgres://user:password@host/database"
                    .into(),
            )),
        }
    }

    pub(crate) fn engine(&self) -> Engine {
        match self {
            Self::Sqlite => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }
}

/// How to reach one database, again and again.
#[derive(Clone)]
pub(crate) struct Database {
    pub(crate) engine: Engine,
    options: AnyConnectOptions,
    /// For error messages: the file, or host and name without password.
    name: String,
}

impl Database {
    /// The database at `url`, its file in `data_dir` when it is one.
    pub(crate) fn new(url: &DatabaseUrl, data_dir: &Path) -> Result<Self, StoreError> {
        static DRIVERS: Once = Once::new();
        DRIVERS.call_once(sqlx::any::install_default_drivers);
        let (address, name) = match url {
            DatabaseUrl::Sqlite => {
                let file = std::path::absolute(data_dir.join("nexus.db")).map_err(StoreError::disk(data_dir))?;
                (format!("sqlite://{}?mode=rwc", escaped(&file)), file.display().to_string())
            }
            DatabaseUrl::Postgres(url) => (url.expose().clone(), place(url.expose())),
        };
        let options = address.parse::<AnyConnectOptions>().map_err(StoreError::database("read its address"))?;
        Ok(Self { engine: url.engine(), options, name })
    }

    /// Host and name, or the file.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// A connection to write with.
    pub(crate) async fn connect(&self) -> Result<AnyConnection, StoreError> {
        let mut connection = AnyConnection::connect_with(&self.options).await.map_err(|error| self.opening(error))?;
        let setup = self.engine.pick(
            // A log of 16 MB, four times the usual: a page that many commits change is moved over once for all of them.
            "pragma busy_timeout = 10000; pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;
            pragma wal_autocheckpoint = 4000",
            // The writer asks for single rows by their indexes. Without these words the planner, which knows nothing yet of
            // tables that fill faster than it counts them, sorts whole queues to find their first row.
            "set synchronous_commit = on; set enable_bitmapscan = off; set enable_seqscan = off; set enable_sort = off",
        );
        run(&mut connection, setup).await.map_err(|error| self.opening(error))?;
        Ok(connection)
    }

    /// Connections that read; SQLite's cannot do anything else.
    pub(crate) fn readers(&self) -> AnyPool {
        let setup = self.engine.pick("pragma busy_timeout = 10000; pragma query_only = on", "");
        let options = AnyPoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(Duration::from_secs(10))
            .after_connect(move |connection, _| Box::pin(async move { run(connection, setup).await }));
        options.connect_lazy_with(self.options.clone())
    }

    /// SQLite finds out only at the first read that a file is something else: code 26.
    pub(crate) fn opening(&self, error: sqlx::Error) -> StoreError {
        match error::primary_code(&error) {
            Some(26) => StoreError::NotADatabase(self.name.clone().into()),
            _ => StoreError::database("be opened")(error),
        }
    }
}

/// Runs statements of our own that take no values; several in one go.
pub(crate) async fn run(connection: &mut AnyConnection, statements: &'static str) -> Result<(), sqlx::Error> {
    if statements.is_empty() {
        return Ok(());
    }
    sqlx::raw_sql(statements).execute(connection).await.map(drop)
}

/// A path inside of an URL.
fn escaped(path: &Path) -> String {
    path.display().to_string().replace('%', "%25").replace('?', "%3F").replace('#', "%23")
}

/// Host and name of a database, without what is secret.
fn place(url: &str) -> String {
    url.parse::<url::Url>().map_or_else(
        |_| "the database".into(),
        |url| format!("{}{}", url.host_str().unwrap_or("localhost"), url.path()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_apart_and_secrets_are_not_repeated() {
        assert!(matches!(DatabaseUrl::parse(""), Ok(DatabaseUrl::Sqlite)));
        assert!(matches!(DatabaseUrl::parse("sqlite:"), Ok(DatabaseUrl::Sqlite)));
        assert!(matches!(DatabaseUrl::parse("postgres://u:p@db/nexus"), Ok(DatabaseUrl::Postgres(_))));
        for wrong in ["mysql://u:secret@db/nexus", "postgres:", "secret"] {
            let error = DatabaseUrl::parse(wrong).expect_err("no address").to_string();
            assert!(!error.contains("secret"), "{error}");
        }
        assert_eq!(place("postgres://u:secret@db:5433/nexus"), "db/nexus");
    }
}
