//! From one database to another, row by row: how an installation that has grown moves to PostgreSQL, or back.

use std::path::Path;

use sqlx::{
    Any, AnyConnection, AssertSqlSafe, Column as _, Connection as _, Row as _, TypeInfo as _,
    any::{AnyArguments, AnyRow, AnyTypeInfoKind},
    query::Query,
};

use super::{Database, DatabaseUrl, Engine, Scope, migrate, run, set_scope, tables};
use crate::{StoreError, secret};

/// A table that was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedTable {
    /// Its name.
    pub table: String,
    /// How many rows.
    pub rows: u64,
}

/// Copies every row of `from` into the empty database `to`, and the keys that sign links, as of one moment. What is in
/// files, of SQLite, lies in `data_dir`. No row of `from` is changed, though its tables are brought up to date; `to` stays
/// empty when it fails. Stop whoever works on `from` first: what they accept later is not in the copy.
///
/// # Errors
/// [`StoreError::Conflict`] when `to` is not empty or both are the same; what the databases say.
pub async fn copy_database(
    from: &DatabaseUrl,
    to: &DatabaseUrl,
    data_dir: &Path,
    mut told: impl FnMut(&CopiedTable),
) -> Result<Vec<CopiedTable>, StoreError> {
    let (source, target) = (Database::new(from, data_dir)?, Database::new(to, data_dir)?);
    if source.name() == target.name() {
        return Err(StoreError::Conflict(format!("both databases are {}; name two", source.name())));
    }
    let (mut reader, mut writer) = (source.connect().await?, target.connect().await?);
    // Both know the same tables then.
    migrate(&source, &mut reader).await?;
    migrate(&target, &mut writer).await?;
    let (source, target) = (source.engine, target.engine);
    let failed = StoreError::database("copy rows");
    let mut reading = reader.begin_with(source.moment()).await.map_err(&failed)?;
    set_scope(source, &mut reading, Scope::All, true).await?;
    let mut writing = writer.begin().await.map_err(&failed)?;
    set_scope(target, &mut writing, Scope::All, true).await?;
    for table in ["runs", "businesses", "uploads", "templates"] {
        let count = format!("select count(*) from {table}");
        let rows: i64 = sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(&mut *writing).await.map_err(&failed)?;
        if rows > 0 {
            return Err(StoreError::Conflict(format!(
                "the database that is copied to is not empty: {table} has {rows} rows; choose an empty one"
            )));
        }
    }
    run(&mut writing, "delete from vector_clock").await.map_err(&failed)?;
    let mut copied = Vec::new();
    for table in tables() {
        // The keys have a place of their own in each form.
        if table == "installation" {
            continue;
        }
        let rows = copy_table(&table, &mut reading, target, &mut writing).await?;
        let done = CopiedTable { table: table.into_owned(), rows };
        told(&done);
        copied.push(done);
    }
    let keys = match source {
        Engine::Sqlite => secret::text(data_dir)?,
        Engine::Postgres => secret::shared_text(&mut reading).await?,
    };
    match target {
        Engine::Postgres => secret::share_instead(&mut writing, &keys).await?,
        Engine::Sqlite => {}
    }
    writing.commit().await.map_err(&failed)?;
    if target == Engine::Sqlite {
        secret::replace(data_dir, &keys)?;
    }
    Ok(copied)
}

async fn copy_table(
    table: &str,
    reading: &mut AnyConnection,
    target: Engine,
    writing: &mut AnyConnection,
) -> Result<u64, StoreError> {
    let failed = StoreError::database("copy rows");
    let select = format!("select * from {table}");
    let rows: Vec<AnyRow> = sqlx::query(AssertSqlSafe(select)).fetch_all(reading).await.map_err(&failed)?;
    let Some(first) = rows.first() else { return Ok(0) };
    // Which transaction wrote an event is a matter of one PostgreSQL.
    let columns: Vec<(usize, String)> = first
        .columns()
        .iter()
        .map(|column| (column.ordinal(), column.name().to_owned()))
        .filter(|(_, name)| (table, name.as_str()) != ("events", "tx"))
        .collect();
    let names = columns.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(", ");
    let places = (1..=columns.len()).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ");
    let is_numbered = columns.iter().any(|(_, name)| name == "seq");
    let overriding = if is_numbered { target.pick("", "overriding system value ") } else { "" };
    let insert = format!("insert into {table} ({names}) {overriding}values ({places})");
    for row in &rows {
        let mut query = sqlx::query(AssertSqlSafe(insert.clone()));
        for (ordinal, _) in &columns {
            query = bind(query, row, *ordinal).map_err(&failed)?;
        }
        query.execute(&mut *writing).await.map_err(&failed)?;
    }
    if is_numbered && target == Engine::Postgres {
        let next = format!("select setval(pg_get_serial_sequence('{table}', 'seq'), (select max(seq) from {table}))");
        sqlx::query(AssertSqlSafe(next)).execute(&mut *writing).await.map_err(&failed)?;
    }
    Ok(rows.len() as u64)
}

type Insert<'q> = Query<'q, Any, AnyArguments>;

/// Adds one value, or the null of its column's type.
fn bind<'q>(query: Insert<'q>, row: &AnyRow, ordinal: usize) -> Result<Insert<'q>, sqlx::Error> {
    Ok(match row.column(ordinal).type_info().kind() {
        AnyTypeInfoKind::Text => query.bind(row.try_get::<Option<String>, _>(ordinal)?),
        AnyTypeInfoKind::Blob => query.bind(row.try_get::<Option<Vec<u8>>, _>(ordinal)?),
        AnyTypeInfoKind::SmallInt | AnyTypeInfoKind::Integer | AnyTypeInfoKind::BigInt => {
            query.bind(row.try_get::<Option<i64>, _>(ordinal)?)
        }
        other => {
            let name = row.column(ordinal).type_info().name().to_owned();
            return Err(sqlx::Error::Protocol(format!("a column of type {name} ({other:?}) is not copied")));
        }
    })
}
