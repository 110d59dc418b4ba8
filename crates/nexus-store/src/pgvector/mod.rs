//! A vector index in PostgreSQL with pgvector (0.8 or newer): 16-bit values, one HNSW index over all namespaces,
//! iterative scans, so that a namespace or a filter that lets little through still finds enough.

mod filter;
mod index;
mod rows;

use nexus_core::{
    ErrorKind, PortError, PortResult, Secret,
    port::Adapter,
    vectors::{MOST_DIMENSIONS, Metric},
};
use sqlx::{
    AssertSqlSafe, Executor as _, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

/// The adapter's name in errors.
const PROVIDER: &str = "pgvector";

/// Most dimensions that an HNSW index of 16-bit values takes; longer vectors are scanned.
const MOST_INDEXED_DIMENSIONS: usize = 4000;

const SCHEMA: &str = "
create extension if not exists vector;
create table if not exists nexus_vector_index (
    one boolean primary key default true check (one),
    dimension bigint not null,
    metric text not null
);
create table if not exists nexus_vector_namespaces (name text collate \"C\" primary key);
create table if not exists nexus_vectors (
    namespace text collate \"C\" not null references nexus_vector_namespaces (name),
    id text collate \"C\" not null,
    embedding halfvec not null,
    sparse jsonb,
    metadata jsonb not null,
    primary key (namespace, id)
);";

/// One index in one database.
pub struct PgVectorIndex {
    pool: PgPool,
    metric: Metric,
    made: tokio::sync::OnceCell<()>,
    dimension: tokio::sync::OnceCell<usize>,
}

impl PgVectorIndex {
    /// The index in the database at `url`, which may hold a password. Nothing is connected before the first call.
    ///
    /// # Errors
    /// `Invalid` when `url` is no address of a PostgreSQL database.
    pub fn new(url: &Secret<String>, metric: Metric) -> PortResult<Self> {
        // What the parser says may repeat a part of the address.
        let options: PgConnectOptions = url.expose().parse().map_err(|_| {
            let message = "vectors.url is no address of the form postgres://user:password@host/database";
            PortError::new(ErrorKind::Invalid, PROVIDER, "be reached", message)
        })?;
        let pool = PgPoolOptions::new().max_connections(8).connect_lazy_with(options);
        Ok(Self { pool, metric, made: tokio::sync::OnceCell::new(), dimension: tokio::sync::OnceCell::new() })
    }

    /// The pool, once the tables are there.
    async fn ready(&self) -> PortResult<&PgPool> {
        let make = async || self.pool.execute(SCHEMA).await.map(drop);
        self.made.get_or_try_init(make).await.map_err(|error| failed("make the tables", error))?;
        Ok(&self.pool)
    }

    /// The dimension, when the first upsert has decided it.
    async fn known_dimension(&self) -> PortResult<Option<usize>> {
        if let Some(dimension) = self.dimension.get() {
            return Ok(Some(*dimension));
        }
        let pool = self.ready().await?;
        let found: Option<(i64, String)> = sqlx::query_as("select dimension, metric from nexus_vector_index")
            .fetch_optional(pool)
            .await
            .map_err(|error| failed("read the dimension", error))?;
        let Some((dimension, metric)) = found else { return Ok(None) };
        if metric != self.metric.as_str() {
            let message = format!("the index measures by {metric}, not by {}", self.metric.as_str());
            return Err(PortError::new(ErrorKind::Invalid, PROVIDER, "read the dimension", message));
        }
        let dimension = usize::try_from(dimension).unwrap_or(MOST_DIMENSIONS);
        Ok(Some(*self.dimension.get_or_init(async || dimension).await))
    }

    /// The dimension, which `wanted` decides when nothing has yet.
    async fn fix_dimension(&self, wanted: usize) -> PortResult<usize> {
        if let Some(dimension) = self.known_dimension().await? {
            return Ok(dimension);
        }
        let pool = self.ready().await?;
        let failed = |error| failed("fix the dimension", error);
        sqlx::query("insert into nexus_vector_index (dimension, metric) values ($1, $2) on conflict do nothing")
            .bind(wanted as i64)
            .bind(self.metric.as_str())
            .execute(pool)
            .await
            .map_err(failed)?;
        // Somebody else may have been first.
        let dimension = self.known_dimension().await?.unwrap_or(wanted);
        if dimension <= MOST_INDEXED_DIMENSIONS {
            let class = self.words().class;
            let make = format!(
                "create index if not exists nexus_vectors_near on nexus_vectors
                using hnsw ((embedding::halfvec({dimension})) {class})"
            );
            // A number and a word of ours.
            pool.execute(AssertSqlSafe(make)).await.map_err(failed)?;
        }
        Ok(dimension)
    }

    fn words(&self) -> Words {
        match self.metric {
            Metric::Cosine => Words { class: "halfvec_cosine_ops", operator: "<=>" },
            Metric::DotProduct => Words { class: "halfvec_ip_ops", operator: "<#>" },
            Metric::Euclidean => Words { class: "halfvec_l2_ops", operator: "<->" },
        }
    }

    /// The score of a distance as pgvector measures it.
    fn score(&self, distance: f64) -> f32 {
        // The angle with a vector of no length is no number.
        let distance = if distance.is_nan() { 1.0 } else { distance };
        let score = match self.metric {
            Metric::Cosine => 1.0 - distance,
            Metric::DotProduct => -distance,
            Metric::Euclidean => distance * distance,
        };
        score as f32
    }
}

/// How pgvector calls a metric.
struct Words {
    class: &'static str,
    operator: &'static str,
}

impl Adapter for PgVectorIndex {
    fn adapter(&self) -> &'static str {
        "pgvector"
    }
}

fn failed(op: &'static str, error: sqlx::Error) -> PortError {
    let class = match &error {
        sqlx::Error::Database(told) => told.code().map(|code| code.chars().take(2).collect::<String>()),
        _ => None,
    };
    let (kind, message) = match class.as_deref() {
        Some("22") => (ErrorKind::Invalid, "a value cannot be kept there"),
        Some("28") => (ErrorKind::Unauthorized, "it refuses this user or password; check vectors.url"),
        Some("3D") => (ErrorKind::NotFound, "it has no such database; check vectors.url"),
        Some("0A" | "58") => {
            (ErrorKind::Unsupported, "the extension pgvector (0.8 or newer) is not installed on its machine")
        }
        Some("40" | "53" | "55" | "57") => (ErrorKind::Unavailable, "it is not able just now; try again"),
        Some(_) => (ErrorKind::Bug, "it refuses a statement of ours"),
        None => (ErrorKind::Unavailable, "it cannot be reached; check that it runs, and vectors.url"),
    };
    PortError::new(kind, PROVIDER, op, message).caused_by(error)
}
