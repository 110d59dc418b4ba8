//! `nexus review send FILE`

use anyhow::{Context as _, bail};
use nexus_core::{
    RunId,
    blob::BlobRef,
    journal::{Journal as _, NewRun, Priority, RunFilter, RunState},
};
use nexus_flows::ReelInput;

use crate::{
    cli::{Global, ReviewCommand},
    config::Config,
    installation::{Installation, Purpose},
    intake, show,
};

/// Runs the command.
pub(crate) async fn run(command: ReviewCommand, config: &Config, global: &Global) -> anyhow::Result<()> {
    let ReviewCommand::Send { file, business, music, wait } = command;
    let document = intake::read_review(&file)?;
    let mut installation =
        Installation::open(config, Purpose::Work { storage_listen: "127.0.0.1:0", outbox: None }).await?;
    let business = installation.business(business).await?;
    let review = document.accept(business.id)?;
    let music = match music {
        Some(file) => intake::store_music(&installation, business.id, &file).await?,
        None => last_music(&installation).await?.context("there is no track yet; name one with --music FILE")?,
    };
    let id = RunId::derived(&["reel", &review.id.to_string()]);
    let input = serde_json::json!(ReelInput { review: review.clone(), music, settings: installation.settings() });
    let run = NewRun { id, flow: "reel".into(), version: 1, priority: Priority::Urgent, business: business.id, input };
    installation.store.accept_review(&review, run).await?;
    let state = if wait {
        let workshop = installation.start()?;
        let run = workshop.engine.wait_run(id).await?;
        workshop.drain().await;
        if let (RunState::Failed | RunState::Cancelled, Some(error)) = (run.state, run.error) {
            bail!("{}", error.message);
        }
        run.state
    } else {
        RunState::Ready
    };
    if global.json {
        return show::json(&serde_json::json!({ "run": id, "state": state }));
    }
    show::result(&id.to_string());
    show::line(match state {
        RunState::Waiting => "The film is made and waits for approval: `nexus up` shows it.",
        RunState::Ready | RunState::Running => "Accepted. `nexus up` makes the film, or --wait makes it now.",
        RunState::Done | RunState::Failed | RunState::Cancelled => "This review has its film already.",
    });
    Ok(())
}

/// The track of the newest film.
pub(crate) async fn last_music(installation: &Installation) -> anyhow::Result<Option<BlobRef>> {
    let filter = RunFilter { flow: Some("reel".into()), limit: 1, ..RunFilter::default() };
    let newest = installation.store.runs(&filter).await?.pop();
    Ok(newest.and_then(|run| serde_json::from_value::<ReelInput>(run.input).ok()).map(|input| input.music))
}
