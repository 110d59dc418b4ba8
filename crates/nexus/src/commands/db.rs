//! `nexus migrate` and `nexus db copy`

use std::sync::Arc;

use nexus_store::{DatabaseUrl, Store, copy_database};

use crate::{
    cli::{DbCommand, Global},
    clock::SystemClock,
    config::Config,
    sharing, show,
};

/// Brings the tables of the configured database up to date, as every start does.
pub(crate) async fn migrate(config: &Config) -> anyhow::Result<()> {
    let (store, _) = sharing::store(config).await?;
    show::line(&format!("The tables of {} are up to date.", store.database()));
    Ok(())
}

/// Runs the command.
pub(crate) async fn run(command: DbCommand, config: &Config, global: &Global) -> anyhow::Result<()> {
    let DbCommand::Copy { from, to } = command;
    let (from, to) = (DatabaseUrl::parse(&from)?, DatabaseUrl::parse(&to)?);
    let tell = |table: &nexus_store::CopiedTable| {
        if !global.json && table.rows > 0 {
            show::line(&format!("{:>9}  {}", table.rows, table.table));
        }
    };
    // What somebody else accepted meanwhile would stay behind.
    let _alone = match &from {
        DatabaseUrl::Sqlite => Some(Store::open(&config.data, Arc::new(SystemClock)).await?.hold_alone().await?),
        DatabaseUrl::Postgres(_) => None,
    };
    let copied = copy_database(&from, &to, &config.data, tell).await?;
    let rows: u64 = copied.iter().map(|table| table.rows).sum();
    if global.json {
        return show::json(&serde_json::json!({ "tables": copied.len(), "rows": rows }));
    }
    show::result(&format!("{rows} rows of {} tables were copied; set store.url to the new address.", copied.len()));
    Ok(())
}
