//! `nexus demo`: the whole line, from clips and a review to a published film, in one folder.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use nexus_core::{
    RunId,
    blob::BlobRef,
    business::Business,
    delivery::{Notified, Verdict},
    journal::{Journal as _, NewRun, Priority, Role, RunRow, RunState, StepRow},
    review::{Review, ReviewDocument},
};
use nexus_demokit::DemoKit;
use nexus_flows::{FilmSettings, ReelInput};
use tokio::sync::broadcast::error::RecvError;

use crate::{
    cli::{DemoArguments, Global},
    config::Config,
    installation::{Installation, Purpose, Workshop, format_name},
    intake::{self, Uploaded},
    report::{Made, Report},
    show::{self, Meter},
};

/// Seconds in which an approval of the demo can be taken back: nobody is there to change their mind.
const DEMO_UNDO_S: u64 = 1;

/// Runs the command.
pub(crate) async fn run(arguments: DemoArguments, config: &Config, global: &Global) -> anyhow::Result<()> {
    let out = &arguments.out;
    std::fs::create_dir_all(out)
        .with_context(|| format!("{} cannot be made; choose another folder with --out", out.display()))?;
    let mut meter = Meter::new(global.json);
    let material = Material::gather(&arguments, &mut meter).await?;

    let mut config = config.clone();
    config.data = global.data.clone().unwrap_or_else(|| out.join("data"));
    let outbox = config.outbox.dir_or(out.join("outbox"));
    let mut installation =
        Installation::open(&config, Purpose::Work { storage_listen: "127.0.0.1:0", outbox: Some(&outbox) }).await?;
    let roles = arguments.roles.clone().map_or_else(|| Role::ALL.to_vec(), |roles| roles.0);
    let workshop = installation.start_as(&roles, std::time::Duration::ZERO)?;
    watch_progress(&workshop, global.json);

    installation.ports.business.save(&material.business).await?;
    let music = intake::store_music(&installation, material.business.id, &material.music).await?;
    let review = material.review.clone().accept(material.business.id)?;
    let uploaded = bring_in(&installation, &workshop, &material, &mut meter).await?;
    let films = films(&film_settings(&installation, &arguments), &arguments);
    let mut reels = Vec::new();
    for settings in &films {
        reels.push(enqueue(&installation, &review, music.clone(), settings, &uploaded).await?);
    }
    // Every script is written before any film is approved: a published quote is not used a second time.
    for reel in &reels {
        make(&installation, &workshop, *reel, false).await?;
    }
    for (reel, settings) in reels.into_iter().zip(&films) {
        let run = make(&installation, &workshop, reel, arguments.approve).await?;
        meter.end();
        let report = write_report(&installation, &uploaded, &run, &Target::new(out, settings, films.len())).await?;
        tell(&report, &run, out, global)?;
    }
    workshop.drain().await;
    Ok(())
}

/// The settings of every film that is asked for: one, or one per style.
fn films(settings: &FilmSettings, arguments: &DemoArguments) -> Vec<FilmSettings> {
    let in_style = |style| FilmSettings { style: Some(style), ..settings.clone() };
    match arguments.style {
        Some(style) => style.styles().into_iter().map(in_style).collect(),
        None => vec![settings.clone()],
    }
}

/// Where a film and its report go.
struct Target {
    film: PathBuf,
    report: PathBuf,
}

impl Target {
    /// One of `count` films names its style, so that none takes another's place.
    fn new(out: &Path, settings: &FilmSettings, count: usize) -> Self {
        let style = settings.style.filter(|_| count > 1).map_or_else(String::new, |style| format!("-{}", style.name()));
        let format = format_name(settings.aspect, settings.resolution);
        Self { film: out.join(format!("film{style}-{format}.mp4")), report: out.join(format!("run{style}.json")) }
    }
}

/// What a demo is made from.
struct Material {
    clips: Vec<PathBuf>,
    music: PathBuf,
    review: ReviewDocument,
    business: Business,
}

impl Material {
    /// The files named, and demo material for whatever is not.
    async fn gather(arguments: &DemoArguments, meter: &mut Meter) -> anyhow::Result<Self> {
        let DemoArguments { footage, music, review, business, out, .. } = arguments;
        // Mistakes in what was given come before any long work.
        let clips = footage.as_ref().map(|folder| intake::find_clips(std::slice::from_ref(folder))).transpose()?;
        let own_review = review.as_deref().map(intake::read_review).transpose()?;
        let own_business = business.as_deref().map(intake::read_business).transpose()?;
        if let Some(track) = music {
            std::fs::metadata(track)
                .with_context(|| format!("{} cannot be read; check the path given with --music", track.display()))?;
        }
        if let (Some(clips), Some(music), Some(review), Some(business)) = (&clips, music, &own_review, &own_business) {
            return Ok(Self {
                clips: clips.clone(),
                music: music.clone(),
                review: review.clone(),
                business: business.clone(),
            });
        }
        let kit = make_kit(&out.join("material"), meter).await?;
        let track = kit.music.first().map(|track| track.path.clone()).context("the demo kit has a track")?;
        let words = kit.reviews.first().cloned().context("the demo kit has a review")?;
        Ok(Self {
            clips: clips.unwrap_or(kit.footage),
            music: music.clone().unwrap_or(track),
            review: own_review.unwrap_or(words),
            business: own_business.unwrap_or(kit.business),
        })
    }
}

async fn make_kit(folder: &Path, meter: &mut Meter) -> anyhow::Result<DemoKit> {
    let meter = std::sync::Mutex::new(meter);
    let progress = |done: usize, total: usize, what: &str| {
        if let Ok(mut meter) = meter.lock() {
            meter.tell(
                done as u64,
                total as u64,
                &format!("making demo material: {what}"),
                &format!("making demo material: {what}"),
            );
        }
    };
    Ok(nexus_demokit::make(folder, progress).await?)
}

/// Shows the progress of steps in the background until the engine is gone.
fn watch_progress(workshop: &Workshop, quiet: bool) {
    let mut progress = workshop.engine.progress();
    tokio::spawn(async move {
        let mut meter = Meter::new(quiet);
        loop {
            match progress.recv().await {
                Ok(step) => meter.step(&step),
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            }
        }
    });
}

/// Arrows 1 to 4 for every clip; a bad clip is named and left out, the rest goes on.
async fn bring_in(
    installation: &Installation,
    workshop: &Workshop,
    material: &Material,
    meter: &mut Meter,
) -> anyhow::Result<Vec<Uploaded>> {
    let mut uploaded = Vec::new();
    let mut reasons = Vec::new();
    for clip in &material.clips {
        match intake::upload(installation, material.business.id, clip, &[], meter).await {
            Ok(clip) => uploaded.push(clip),
            Err(error) => reasons.push(format!("{error:#}")),
        }
    }
    let failed = intake::wait_ingested(installation, &workshop.engine, &uploaded).await?;
    uploaded.retain(|clip| failed.iter().all(|(name, _)| *name != clip.file_name));
    reasons.extend(failed.into_iter().map(|(_, reason)| reason));
    for reason in &reasons {
        show::line(&format!("left out: {reason}"));
    }
    if uploaded.is_empty() {
        bail!("none of the clips can be used: {}; add clips that play, then run the command again", reasons.join("; "));
    }
    Ok(uploaded)
}

fn film_settings(installation: &Installation, arguments: &DemoArguments) -> FilmSettings {
    let mut settings = installation.settings();
    if arguments.approve {
        settings.undo_s = DEMO_UNDO_S;
    }
    if let Some(aspect) = arguments.aspect {
        settings.aspect = aspect.into();
    }
    if let Some(resolution) = arguments.resolution {
        settings.resolution = resolution.into();
    }
    if let Some(seed) = arguments.seed {
        settings.seed = seed;
    }
    settings
}

/// The run of this review with this material: the same arguments find the same run again.
async fn enqueue(
    installation: &Installation,
    review: &Review,
    music: BlobRef,
    settings: &FilmSettings,
    uploaded: &[Uploaded],
) -> anyhow::Result<RunId> {
    let mut footage: Vec<String> = uploaded.iter().map(|clip| clip.run.to_string()).collect();
    footage.sort();
    let input = ReelInput { review: review.clone(), music, settings: settings.clone() };
    // A film that waits is found again when --approve is added: the undo time is not part of what it is.
    let same_film = ReelInput { settings: FilmSettings { undo_s: 0, ..settings.clone() }, ..input.clone() };
    let id = RunId::derived(&["demo", &serde_json::json!(same_film).to_string(), &footage.join(" ")]);
    let run = NewRun {
        id,
        flow: "reel".into(),
        version: 1,
        priority: Priority::Urgent,
        business: review.business,
        input: serde_json::json!(input),
    };
    installation.store.accept_review(review, run).await?;
    if installation.store.run(id).await?.is_some_and(|run| matches!(run.state, RunState::Failed | RunState::Cancelled))
    {
        installation.store.retry(id, None).await?;
    }
    Ok(id)
}

/// Waits until the film is made and, when `approve`, published.
async fn make(installation: &Installation, workshop: &Workshop, reel: RunId, approve: bool) -> anyhow::Result<RunRow> {
    let mut changes = installation.store.subscribe();
    loop {
        changes.mark_unchanged();
        let run = workshop.engine.wait_run(reel).await?;
        match (run.state, &run.error) {
            (RunState::Failed | RunState::Cancelled, Some(error)) => bail!("{}", error.message),
            (RunState::Waiting, _) if approve => {
                let is_undo_window = run.awaits.as_deref().is_some_and(|signal| signal.ends_with("/undo"));
                if !is_undo_window {
                    approve_run(installation, &run).await?;
                }
                // The undo window closes by time; whatever happens to the run is a change.
                changes.changed().await?;
            }
            _ => return Ok(run),
        }
    }
}

/// The tap: the same answer that the approval page sends.
async fn approve_run(installation: &Installation, run: &RunRow) -> anyhow::Result<()> {
    let token =
        approval_token(&installation.store.steps(run.id).await?).context("the film waits but nobody was asked")?;
    let approval = installation.store.approval_by_token(&token).await?;
    let verdict = Verdict::Approve { at: installation.clock.now() };
    installation.store.answer_approval(approval.id, verdict).await?;
    Ok(())
}

fn approval_token(steps: &[StepRow]) -> Option<String> {
    let asked = steps.iter().rev().find(|step| step.step.arrow() == Some(nexus_core::Arrow::Notify))?;
    let notified: Notified = serde_json::from_value(asked.output.clone()).ok()?;
    notified.link_path.strip_prefix("/a/").map(str::to_owned)
}

async fn write_report(
    installation: &Installation,
    uploaded: &[Uploaded],
    run: &RunRow,
    Target { film, report: report_file }: &Target,
) -> anyhow::Result<Report> {
    let mut steps = Vec::new();
    for clip in uploaded {
        steps.extend(installation.store.steps(clip.run).await?);
    }
    let reel = installation.store.steps(run.id).await?;
    let made = Made::read(&reel).context("the run ended without a film")?;
    steps.extend(reel);
    let stored = installation.ports.blobs.local_file(&made.film.blob).await?;
    let fresh = film.with_extension("mp4.part");
    std::fs::copy(&stored, &fresh).with_context(|| format!("copy the film to {}", film.display()))?;
    std::fs::rename(&fresh, film).with_context(|| format!("name the film {}", film.display()))?;
    let report = Report::new(film, &steps, made);
    let json = serde_json::to_vec_pretty(&report)?;
    let part = report_file.with_extension("json.part");
    std::fs::write(&part, json).with_context(|| format!("write {}", part.display()))?;
    std::fs::rename(&part, report_file)?;
    Ok(report)
}

fn tell(report: &Report, run: &RunRow, out: &Path, global: &Global) -> anyhow::Result<()> {
    if global.json {
        return show::json(report);
    }
    show::line(&report.table());
    for remark in report.remarks() {
        show::line(&format!("note: {remark}"));
    }
    if run.state == RunState::Waiting {
        show::line(&format!(
            "The film waits for approval. Add --approve to the same command, or run `nexus up --data {}` and open its address.",
            out.join("data").display()
        ));
    }
    show::result(&report.film);
    Ok(())
}
