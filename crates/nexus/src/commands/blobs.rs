//! `nexus blobs copy`

use anyhow::Context as _;
use nexus_store::{S3Blobs, copy_objects};

use crate::{
    cli::{BlobsCommand, Global},
    config::Config,
    sharing, show,
};

/// Runs the command.
pub(crate) async fn run(command: &BlobsCommand, config: &Config, global: &Global) -> anyhow::Result<()> {
    let BlobsCommand::Copy = command;
    let buckets = sharing::s3(config)?
        .context("this copies the files of this machine into buckets: set blobs.raw and blobs.final to s3://… first")?;
    let (from, _) = sharing::store(config).await?;
    // What somebody else accepted meanwhile would stay behind; other machines have files of their own.
    let _alone = if from.is_shared() { None } else { Some(from.hold_alone().await?) };
    let to = S3Blobs::new(&buckets)?;
    let moved = copy_objects(&from, &to, |blob, moved| {
        if !global.json {
            show::line(&format!("{:>6}  {}", moved.sent + moved.there, blob.url()));
        }
    })
    .await?;
    if global.json {
        return show::json(&serde_json::json!({ "sent": moved.sent, "bytes": moved.bytes, "there": moved.there }));
    }
    let megabytes = moved.bytes.div_ceil(1_000_000);
    show::result(&format!(
        "{} objects ({megabytes} MB) were copied, {} were there already; those of this machine were left in place.",
        moved.sent, moved.there
    ));
    Ok(())
}
