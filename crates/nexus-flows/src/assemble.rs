//! Flow 4, arrows 12 to 15: shots are laid on the music's downbeats and rendered.

use std::collections::{BTreeMap, BTreeSet};

use nexus_core::{
    Arrow, FrameRate,
    blob::BlobRef,
    film::{Film, RenderRequest},
    journal::StepName,
    music::BeatGrid,
    port::Ports,
};
use nexus_edit::{
    CutPlan, Edit, FilmPlan, compose,
    cut::{SceneNeed, off_median},
    joins, lay_cuts,
    look::{Frame, Look},
};
use nexus_workflow::{FlowError, Run};
use serde::{Deserialize, Serialize};

use crate::{
    choose::Choice,
    fill::{Placed, fill, pictures},
    parts,
    posts::film_tags,
    reel::FilmSettings,
    script::Draft,
};

/// A film and how it came about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assembled {
    /// The film.
    pub film: Film,
    /// Every shot in its place.
    pub placed: Vec<Placed>,
    /// Every cut.
    pub cuts: CutPlan,
}

/// Arrows 12 to 15.
pub async fn assemble(
    run: &Run,
    ports: &Ports,
    draft: &Draft,
    choice: &Choice,
    music: &BlobRef,
    settings: &FilmSettings,
) -> Result<Assembled, FlowError> {
    run.by(ports.blobs.adapter()).step(Arrow::SendAudio, async |_| hand_over(ports, choice, music).await).await?;
    let grid: BeatGrid = run
        .by(ports.beats.adapter())
        .step(Arrow::TrackBeats, async |step| ports.beats.track(music, &step).await)
        .await?;
    let (cuts, placed) = lay(draft, choice, &grid, settings)
        .map_err(|message| FlowError::refused(StepName::aside("lay-cuts"), message))?;
    let (cuts, placed) = run.note(StepName::aside("lay-cuts"), (cuts, placed)).await?;
    let edit: Edit = run.note(Arrow::SendEdit, edit(draft, &cuts, &placed, music, settings)).await?;
    let request = render_request(draft, &edit, &placed, music);
    let film = parts::render(run, ports, Arrow::Render, &request, |film| name_shots(film, &placed)).await?;
    Ok(Assembled { film, placed, cuts })
}

/// Makes sure that everything the analyser and the renderer need is there.
async fn hand_over(ports: &Ports, choice: &Choice, music: &BlobRef) -> nexus_core::PortResult<Vec<BlobRef>> {
    let clips = choice.picks.iter().flatten().map(|pick| pick.shot.blob.clone());
    let mut seen = BTreeSet::new();
    let mut ready = Vec::new();
    for blob in std::iter::once(music.clone()).chain(clips).filter(|blob| seen.insert(blob.url())) {
        ports.blobs.local_file(&blob).await?;
        ready.push(blob);
    }
    Ok(ready)
}

fn lay(
    draft: &Draft,
    choice: &Choice,
    grid: &BeatGrid,
    settings: &FilmSettings,
) -> Result<(CutPlan, Vec<Placed>), String> {
    let needs: Vec<SceneNeed> =
        draft.script.scenes.iter().map(|scene| SceneNeed { part: scene.part, min_s: scene.min_s }).collect();
    let plans = lay_cuts(&needs, grid, FrameRate::FPS_30, &settings.cut).map_err(|error| error.to_string())?;
    let mut best: Option<(f64, CutPlan, Vec<Placed>)> = None;
    for plan in plans {
        let placed = fill(&plan, choice, &draft.script.scenes).map_err(|error| error.to_string())?;
        let (followed, _) = pictures(&plan, &placed);
        // Where footage is scarce some cuts fall away, and another pace comes nearer to what was wanted.
        let quick = |cuts: &CutPlan| cuts.slots.iter().filter(|slot| slot.is_quick).count();
        let off = off_median(followed.median_s(), settings.cut.preset) + quick(&plan).abs_diff(quick(&followed)) as f64;
        if best.as_ref().is_none_or(|(least, ..)| off < *least) {
            best = Some((off, plan, placed));
        }
    }
    let (_, cuts, mut placed) = best.ok_or("the script has no scenes")?;
    let (mut cuts, footage) = pictures(&cuts, &placed);
    let look = Look::of(&draft.context.business.kit);
    let joins = joins(&draft.script.scenes, &cuts, &footage, &look);
    for ((placed, slot), join) in placed.iter_mut().zip(&mut cuts.slots).zip(joins) {
        (placed.slot.join, slot.join) = (join, join);
    }
    Ok((cuts, placed))
}

fn edit(draft: &Draft, cuts: &CutPlan, placed: &[Placed], music: &BlobRef, settings: &FilmSettings) -> Edit {
    let (width_px, height_px) = settings.aspect.size_px(settings.resolution);
    let (cuts, footage) = pictures(cuts, placed);
    compose(&FilmPlan {
        business: &draft.context.business,
        script: &draft.script,
        cuts: &cuts,
        footage: &footage,
        music_src: &music.url(),
        frame: Frame { width_px, height_px },
    })
}

/// Remarks speak of files as their owner knows them.
fn name_shots(film: &mut Film, placed: &[Placed]) {
    for shot in placed.iter().map(|placed| &placed.pick.shot) {
        let stored_name = shot.blob.key.as_str().rsplit('/').next().unwrap_or_default();
        for remark in &mut film.remarks {
            *remark = remark.replace(stored_name, &shot.file_name);
        }
    }
}

fn render_request(draft: &Draft, edit: &Edit, placed: &[Placed], music: &BlobRef) -> RenderRequest {
    let clips = placed.iter().map(|placed| &placed.pick.shot.blob);
    let assets: BTreeMap<String, BlobRef> =
        std::iter::once(music).chain(clips).map(|blob| (blob.url(), blob.clone())).collect();
    let contains_generated = placed.iter().any(|placed| placed.pick.shot.generated);
    RenderRequest {
        business: draft.context.business.id,
        edit: serde_json::json!(edit),
        assets,
        tags: film_tags(&draft.context.business, &draft.script, contains_generated),
    }
}
