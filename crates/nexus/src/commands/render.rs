//! `nexus render EDIT.json`

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use nexus_core::{
    RunId,
    film::FilmTags,
    journal::{StepKey, StepName},
    port::{Progress, StepContext},
};
use nexus_render::{Explanation, Files, Job, Rendered, RendererConfig, Studio};
use serde_json::Value;

use crate::{
    cli::{Global, RenderArguments},
    config::Config,
    making, show, wire,
};

/// Runs the command.
pub(crate) async fn run(arguments: RenderArguments, config: &Config, global: &Global) -> anyhow::Result<()> {
    let document: Value = read_json(&arguments.edit).await?;
    let mut library = Files(match &arguments.assets {
        Some(map) => asset_map(map).await?,
        None => BTreeMap::new(),
    });
    let context = context(global);
    let (document, told) = making::make(document, &mut library, config, &context).await?;
    let cache = arguments.cache.clone().unwrap_or_else(|| config.data.join("cache/segments"));
    let studio = Studio::new(RendererConfig {
        workers: arguments.workers.map_or(config.render.workers, usize::from),
        encoder: wire::encoder(arguments.encoder.unwrap_or(config.render.encoder), config),
        ..RendererConfig::new(cache, config.data.join("scratch"))
    });
    let tags = FilmTags::default();
    let job = Job { document: &document, library: &library, tags: &tags };
    if arguments.explain {
        return explain(&studio.explain(&job).await?, global);
    }
    let out = arguments.out.context("say where the film goes with -o FILE, or use --explain")?;
    let mut film = match arguments.frame {
        Some(at_s) => studio.frame(&job, at_s, &out).await?,
        None => studio.render(&job, &out, &context).await?,
    };
    film.remarks.extend(told);
    if global.json {
        return show::json(&film);
    }
    film.remarks.iter().for_each(|remark| show::line(&format!("note: {remark}")));
    show::line(&facts(&film));
    show::result(&out.display().to_string());
    Ok(())
}

/// Progress goes to the terminal; nobody waits for this step but the user.
fn context(global: &Global) -> StepContext {
    let meter = std::sync::Mutex::new(show::Meter::new(global.json));
    let key = StepKey { run: RunId::derived(&["render"]), step: StepName::aside("render"), item: String::new() };
    let progress = move |Progress { done, total, what }: Progress| {
        let mut meter = meter.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        meter.tell(done, total, &what, "render");
        if done == total {
            meter.end();
        }
    };
    StepContext { key, progress: Arc::new(progress) }
}

fn facts(film: &Rendered) -> String {
    let size = if film.width_px == 0 { String::new() } else { format!("{}x{}, ", film.width_px, film.height_px) };
    let seconds = film.rate.start_of(nexus_core::Frames(film.frames)).0;
    let sound = film.loudness_lufs.map_or(String::new(), |lufs| format!(", {lufs:.1} LUFS"));
    format!("{size}{} frames, {seconds:.2} s{sound}", film.frames)
}

fn explain(plan: &Explanation, global: &Global) -> anyhow::Result<()> {
    if global.json {
        return show::json(plan);
    }
    let seconds = plan.frames as f64 / plan.fps;
    show::result(&format!(
        "{}x{} at {:.3} fps, {} frames, {seconds:.2} s",
        plan.width_px, plan.height_px, plan.fps, plan.frames
    ));
    show::result("layers, the top one first:");
    for layer in &plan.layers {
        let [x, y, width, height] = layer.target_px;
        let masked = if layer.is_masked { ", masked" } else { "" };
        show::result(&format!(
            "  {:7.2} to {:7.2} s  {:<38} {width:.0}x{height:.0} at {x:.0},{y:.0}  {}{masked}",
            layer.start_s, layer.end_s, layer.path, layer.shows
        ));
    }
    show::result("sounds:");
    for sound in &plan.sounds {
        show::result(&format!("  {:7.2} to {:7.2} s  {}", sound.start_s, sound.start_s + sound.length_s, sound.src));
    }
    let cached = plan.pieces.iter().filter(|piece| piece.is_cached).count();
    show::result(&format!("{} pieces, {cached} of them finished before", plan.pieces.len()));
    plan.remarks.iter().for_each(|remark| show::line(&format!("note: {remark}")));
    Ok(())
}

async fn read_json(file: &Path) -> anyhow::Result<Value> {
    let text = tokio::fs::read(file).await.with_context(|| format!("read {}", file.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{} is not JSON", file.display()))
}

/// `{"https://…/a.mp4": "clips/a.mp4"}`; paths are relative to the map's own folder.
async fn asset_map(file: &Path) -> anyhow::Result<BTreeMap<String, PathBuf>> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let map: BTreeMap<String, PathBuf> = serde_json::from_value(read_json(file).await?)
        .with_context(|| format!("{} must be an object from addresses to paths of files", file.display()))?;
    Ok(map.into_iter().map(|(src, path)| (src, folder.join(path))).collect())
}
