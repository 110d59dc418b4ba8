//! Brings tables up to date. One text of migrations serves both databases: PostgreSQL's is translated from SQLite's,
//! word for word, and then its rows are closed to everybody but their tenant.

use std::{
    borrow::Cow,
    sync::{Arc, LazyLock},
};

use sqlx::{
    AnyConnection, AssertSqlSafe, SqlSafeStr as _,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
};

use super::{Database, Engine, run};
use crate::StoreError;

/// Every migration, as `(what it brings, its text)`; numbered from 1.
const TEXTS: [(&str, &str); 6] = [
    ("init", include_str!("../../migrations/0001_init.sql")),
    ("hosting", include_str!("../../migrations/0002_hosting.sql")),
    ("views", include_str!("../../migrations/0003_views.sql")),
    ("vectors", include_str!("../../migrations/0004_vectors.sql")),
    ("brand", include_str!("../../migrations/0005_brand.sql")),
    ("spine", include_str!("../../migrations/0006_spine.sql")),
];

static MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| {
    let migrations = (1..).zip(TEXTS).map(|(version, (brings, text))| {
        Migration::new(version, brings.into(), MigrationType::Simple, text.into_sql_str(), false)
    });
    Migrator::with_migrations(migrations.collect())
});

/// Tables whose rows belong to a tenant, and the column that names it.
const TENANTS: [(&str, &str); 16] = [
    ("runs", "business"),
    ("businesses", "id"),
    ("quotes", "business"),
    ("shots", "business"),
    ("shot_versions", "business"),
    ("shot_vectors", "business"),
    ("uploads", "business"),
    ("approvals", "business"),
    ("notifications", "business"),
    ("reviews", "business"),
    ("templates", "business"),
    ("hosted_files", "business"),
    ("sources", "business"),
    ("vector_indexes", "owner"),
    ("brand_evidence", "business"),
    ("brand_amendments", "business"),
];

/// Tables whose rows belong to a run, and through it to a tenant.
const OF_RUNS: [&str; 5] = ["steps", "intents", "signals", "events", "callbacks"];

/// Tables of objects, whose key begins with their tenant's folder.
const OF_KEYS: [&str; 3] = ["objects", "object_events", "multiparts"];

/// Tables of an index of vectors, which belongs to a tenant.
const OF_INDEXES: [&str; 2] = ["vectors", "vector_namespaces"];

/// Runs what is missing. PostgreSQL holds a lock meanwhile, so that machines that start together take turns.
pub(crate) async fn migrate(database: &Database, connection: &mut AnyConnection) -> Result<(), StoreError> {
    let done = match database.engine {
        Engine::Sqlite => MIGRATIONS.run(&mut *connection).await,
        Engine::Postgres => translated().run(&mut *connection).await,
    };
    done.map_err(|error| match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => database.opening(error),
        other => StoreError::Newer { path: database.name().into(), source: Arc::new(other) },
    })?;
    if database.engine == Engine::Postgres {
        // Machines that start together take turns here too.
        run(connection, "begin; select pg_advisory_xact_lock(7238490113)")
            .await
            .map_err(|error| database.opening(error))?;
        let closed = close_rows(connection).await;
        let end = if closed.is_ok() { "commit" } else { "rollback" };
        closed.and(run(connection, end).await).map_err(|error| database.opening(error))?;
    }
    Ok(())
}

fn translated() -> Migrator {
    let migrations = MIGRATIONS.iter().map(|migration| {
        let Migration { version, description, migration_type, sql, no_tx, .. } = migration;
        let sql = AssertSqlSafe(postgres(sql.as_str())).into_sql_str();
        Migration::new(*version, description.clone(), *migration_type, sql, *no_tx)
    });
    Migrator::with_migrations(migrations.collect())
}

/// What PostgreSQL says differently: numbered rows, bytes, and text in order of its bytes.
fn postgres(sqlite: &str) -> String {
    sqlite
        .replace("integer primary key autoincrement", "bigint generated always as identity primary key")
        .replace(" blob", " bytea")
        .replace(" text", " text collate \"C\"")
}

/// Row-level security, forced on the owner of the tables too: without a tenant nothing is seen, `*` sees all.
async fn close_rows(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    // An event is shown only when none with a lower number can still appear: a reader resumes after the last it saw. Looked
    // for first, because altering waits for everybody who reads, a dump for instance.
    let there = "select 1 from information_schema.columns
        where table_schema = current_schema() and table_name = 'events' and column_name = 'tx'";
    let there: Option<i64> = sqlx::query_scalar(there).fetch_optional(&mut *connection).await?;
    if there.is_none() {
        run(
            connection,
            "alter table events add column tx bigint not null default (pg_current_xact_id()::text::bigint)",
        )
        .await?;
    }
    // A database that was restored into another cluster brings numbers of transactions that are still to come there.
    run(
        connection,
        "select set_config('app.tenant', '*', true); update events set tx = 0
        where (select tx from events order by seq desc limit 1) >= pg_current_xact_id()::text::bigint",
    )
    .await?;
    let tenant = "current_setting('app.tenant', true)";
    let direct = TENANTS.iter().map(|(table, column)| (*table, format!("{column} = {tenant}")));
    let of_runs =
        OF_RUNS.iter().map(|table| (*table, format!("exists (select 1 from runs where runs.id = {table}.run)")));
    let of_keys = OF_KEYS.iter().map(|table| (*table, format!("starts_with(object_key, 't/' || {tenant} || '/')")));
    let of_indexes = OF_INDEXES.iter().map(|table| {
        (*table, format!("exists (select 1 from vector_indexes where vector_indexes.id = {table}.index_id)"))
    });
    for (table, own) in direct.chain(of_runs).chain(of_keys).chain(of_indexes) {
        // Not `or`: the planner would take the engine, which sees all, for one who sees next to nothing, and sort whole
        // queues to find their first row.
        let everybody = "current_setting('app.tenant', true) = '*'";
        let policy = format!(
            "do $$ begin
                if not exists (select 1 from pg_policies where schemaname = current_schema() and tablename = '{table}' and policyname = 'tenant') then
                    alter table {table} enable row level security;
                    alter table {table} force row level security;
                    create policy tenant on {table} using (case when {everybody} then true else {own} end);
                end if;
            end $$"
        );
        sqlx::raw_sql(AssertSqlSafe(policy)).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Every table of ours, in the order in which rows may be copied.
pub(crate) fn tables() -> Vec<Cow<'static, str>> {
    let statements = MIGRATIONS.iter().flat_map(|migration| migration.sql.as_str().split(';'));
    let names = statements.filter_map(|statement| {
        let rest = statement.split("create table ").nth(1)?;
        Some(Cow::Owned(rest.split_whitespace().next()?.to_owned()))
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_a_migration_is_run_in_its_order() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
        let files = std::fs::read_dir(folder).expect("the folder").map(|file| file.expect("a file").file_name());
        let files: std::collections::BTreeSet<String> = files.map(|name| name.to_string_lossy().into_owned()).collect();
        let run = MIGRATIONS.iter().map(|one| format!("{:04}_{}.sql", one.version, one.description));
        assert_eq!(run.collect::<std::collections::BTreeSet<_>>(), files);
    }
}
