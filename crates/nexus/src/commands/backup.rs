//! `nexus backup` and `nexus restore`

use nexus_store::{Manifest, back_up};

use crate::{
    cli::{BackupArguments, Global, RestoreArguments},
    config::Config,
    show::{self, Meter},
};

/// Saves the data folder, also while others work in it.
pub(crate) async fn save(arguments: &BackupArguments, config: &Config, global: &Global) -> anyhow::Result<()> {
    one_machine(config)?;
    let mut meter = Meter::new(global.json);
    let manifest =
        back_up(&config.data, &arguments.to, |done, total| meter.tell(done, total, "objects", "backup")).await?;
    meter.end();
    if global.json {
        return show::json(
            &serde_json::json!({ "objects": manifest.objects.len(), "size_bytes": manifest.size_bytes() }),
        );
    }
    show::result(&format!("{} in {}", said(&manifest), arguments.to.display()));
    Ok(())
}

/// Makes a data folder of a backup.
pub(crate) async fn restore(arguments: &RestoreArguments, config: &Config) -> anyhow::Result<()> {
    one_machine(config)?;
    let mut meter = Meter::new(false);
    let tell = |done, total| meter.tell(done, total, "objects", "restore");
    let manifest = nexus_store::restore(&arguments.from, &config.data, tell).await?;
    meter.end();
    show::result(&format!("{}, compared with their manifest, in {}", said(&manifest), config.data.display()));
    Ok(())
}

fn said(manifest: &Manifest) -> String {
    let megabytes = manifest.size_bytes() as f64 / 1e6;
    format!("The database and {} objects ({megabytes:.1} MB)", manifest.objects.len())
}

fn one_machine(config: &Config) -> anyhow::Result<()> {
    let buckets = config.blobs.buckets().map_err(anyhow::Error::msg)?;
    anyhow::ensure!(
        !config.store.is_shared() && buckets.is_none(),
        "this saves the data folder of one machine; PostgreSQL is saved with pg_dump, and S3 keeps versions of its \
         own: docs/deploy.md says how"
    );
    Ok(())
}
