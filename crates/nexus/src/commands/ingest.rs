//! `nexus ingest FILE|DIR…`

use crate::{
    cli::{Global, IngestArguments},
    config::Config,
    installation::{Installation, Purpose},
    intake, show,
    show::Meter,
};

/// Runs the command.
pub(crate) async fn run(arguments: IngestArguments, config: &Config, global: &Global) -> anyhow::Result<()> {
    let clips = intake::find_media(&arguments.paths)?;
    let mut installation =
        Installation::open(config, Purpose::Work { storage_listen: "127.0.0.1:0", outbox: None }).await?;
    let workshop = installation.start()?;
    let business = installation.business_or_first(arguments.business).await?;
    let mut meter = Meter::new(global.json);
    let mut uploaded = Vec::new();
    let mut failed: Vec<(String, String)> = Vec::new();
    for clip in &clips {
        match intake::upload(&installation, business.id, clip, &arguments.tags, &mut meter).await {
            Ok(clip) => uploaded.push(clip),
            Err(error) => failed.push((clip.display().to_string(), format!("{error:#}"))),
        }
    }
    if arguments.wait {
        failed.extend(intake::wait_ingested(&installation, &workshop.engine, &uploaded).await?);
    }
    meter.end();
    workshop.drain().await;
    let names: Vec<&str> = uploaded
        .iter()
        .map(|clip| clip.file_name.as_str())
        .filter(|name| failed.iter().all(|(bad, _)| bad != name))
        .collect();
    if global.json {
        let failed: Vec<_> =
            failed.iter().map(|(name, reason)| serde_json::json!({ "file": name, "reason": reason })).collect();
        show::json(&serde_json::json!({ "ingested": names, "failed": failed, "waited": arguments.wait }))?;
    } else {
        for name in &names {
            show::result(name);
        }
        for (_, reason) in &failed {
            show::line(&format!("left out: {reason}"));
        }
        if !arguments.wait {
            show::line("Stored. They are looked at by `nexus up`, or at once with --wait.");
        }
    }
    anyhow::ensure!(!names.is_empty(), "none of the clips can be used; the reasons stand above");
    Ok(())
}
