//! Which shot for which scene: one sentence why for each, and the honest word "missing" where nothing fits.

use nexus_core::{
    AssetId, BusinessId,
    footage::Shot,
    journal::StepName,
    memory::{Found, Hit, SearchQuery},
    port::Ports,
    script::{Part, Scene, Script},
};
use nexus_workflow::{FlowError, Run};
use serde::{Deserialize, Serialize};

/// Most shots that are generated for one film; further gaps are filled from what there is.
const MOST_GENERATED: usize = 2;

/// Least length of a clip that may carry a scene, in seconds.
const LEAST_CLIP_S: f64 = 1.2;

/// A shot for a scene.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pick {
    /// The shot.
    pub shot: Shot,
    /// How well it fits, 0 to 1.
    pub score: f64,
    /// One sentence for people.
    pub why: String,
}

/// What was chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// One per scene, in order; `None` where nothing shows what the scene must show.
    pub picks: Vec<Option<Pick>>,
    /// Unused shots, best first, for scenes that last several bars.
    pub spares: Vec<Pick>,
}

/// Chooses a shot for every scene of `script`.
pub async fn choose(run: &Run, ports: &Ports, business: BusinessId, script: &Script) -> Result<Choice, FlowError> {
    run.step(StepName::aside("choose-shots"), async |_| {
        let mut found = Vec::with_capacity(script.scenes.len());
        for scene in &script.scenes {
            found.push(ports.memory.search(business, &SearchQuery { text: scene.shows.clone(), limit: 24 }).await?);
        }
        let shots = ports.memory.all(business).await?;
        Ok(assign(&script.scenes, &found, &shots))
    })
    .await
}

/// Gives every scene its best unused shot. Scenes that must show a thing choose first; nobody shows one shot
/// twice; neighbours come from different clips where there are enough.
#[must_use]
pub fn assign(scenes: &[Scene], found: &[Found], shots: &[Shot]) -> Choice {
    let usable: Vec<&Shot> = shots.iter().filter(|shot| shot.info.duration_s >= LEAST_CLIP_S).collect();
    let mut picks: Vec<Option<Pick>> = vec![None; scenes.len()];
    let mut missing = 0;
    for index in order_of_choice(scenes, found) {
        let (scene, found) = (&scenes[index], &found[index]);
        if scene.must_show && found.best.is_empty() && missing < MOST_GENERATED {
            missing += 1;
            continue;
        }
        picks[index] = best_for(index, scenes, found, &usable, &picks);
    }
    let spares = spares(found, &usable, &picks);
    Choice { picks, spares }
}

/// Scenes that must show something first, the surest first; then in order of weight in the film.
fn order_of_choice(scenes: &[Scene], found: &[Found]) -> Vec<usize> {
    let top = |index: usize| found[index].best.first().map_or(0.0, |hit| hit.score);
    let weight = |part: Part| match part {
        Part::Hook => 0,
        Part::Praise => 1,
        Part::Place => 2,
        Part::Proof => 3,
        Part::Drop => 4,
        Part::End => 5,
    };
    let mut order: Vec<usize> = (0..scenes.len()).collect();
    order.sort_by(|&left, &right| {
        scenes[right]
            .must_show
            .cmp(&scenes[left].must_show)
            .then_with(|| if scenes[left].must_show { top(right).total_cmp(&top(left)) } else { std::cmp::Ordering::Equal })
            .then_with(|| weight(scenes[left].part).cmp(&weight(scenes[right].part)))
            .then(left.cmp(&right))
    });
    order
}

fn best_for(index: usize, scenes: &[Scene], found: &Found, shots: &[&Shot], picks: &[Option<Pick>]) -> Option<Pick> {
    let used = |shot: &Shot| picks.iter().flatten().any(|pick| same_shot(&pick.shot, shot));
    let asset_used = |asset: AssetId| picks.iter().flatten().any(|pick| pick.shot.asset == asset);
    let beside = |asset: AssetId| {
        let neighbours = [index.checked_sub(1), Some(index + 1)];
        neighbours.into_iter().flatten().any(|at| picks.get(at).and_then(Option::as_ref).is_some_and(|pick| pick.shot.asset == asset))
    };
    let value = |shot: &Shot| {
        let hit = hit_of(found, shot);
        let fit = hit.map_or(0.0, |hit| hit.score);
        let lively = if scenes[index].part == Part::Hook { 0.1 * (shot.motion.activity / 20.0).min(1.0) } else { 0.0 };
        fit + 0.35 * shot.quality + lively
            - if asset_used(shot.asset) { 0.3 } else { 0.0 }
            - if beside(shot.asset) { 0.6 } else { 0.0 }
            - if shot.quality < 0.2 { 0.5 } else { 0.0 }
            - if shot.end_s - shot.start_s < 1.8 { 0.2 } else { 0.0 }
    };
    let best = shots.iter().filter(|shot| !used(shot)).max_by(|left, right| {
        value(left).total_cmp(&value(right)).then_with(|| order_key(right).cmp(&order_key(left)))
    })?;
    Some(pick(best, found))
}

/// A stable order for shots of equal value.
fn order_key(shot: &Shot) -> (&str, u32) {
    (&shot.file_name, shot.index)
}

fn pick(shot: &Shot, found: &Found) -> Pick {
    match hit_of(found, shot) {
        Some(hit) => Pick { shot: shot.clone(), score: hit.score, why: hit.why.clone() },
        None => Pick {
            shot: shot.clone(),
            score: 0.0,
            why: format!("Nothing was asked for here that footage shows; chosen for its picture (quality {:.2}).", shot.quality),
        },
    }
}

fn hit_of<'a>(found: &'a Found, shot: &Shot) -> Option<&'a Hit> {
    found.best.iter().chain(&found.maybe).find(|hit| same_shot(&hit.shot, shot))
}

fn same_shot(left: &Shot, right: &Shot) -> bool {
    left.asset == right.asset && left.index == right.index
}

/// What is left, by how well it fits any scene, then by quality.
fn spares(found: &[Found], shots: &[&Shot], picks: &[Option<Pick>]) -> Vec<Pick> {
    let used = |shot: &Shot| picks.iter().flatten().any(|pick| same_shot(&pick.shot, shot));
    let best_hit = |shot: &Shot| {
        let hits = found.iter().filter_map(|found| hit_of(found, shot));
        hits.max_by(|left, right| left.score.total_cmp(&right.score))
    };
    let mut left: Vec<Pick> = shots
        .iter()
        .filter(|shot| !used(shot) && shot.quality >= 0.2)
        .map(|shot| match best_hit(shot) {
            Some(hit) => Pick { shot: (*shot).clone(), score: hit.score, why: hit.why.clone() },
            None => pick(shot, &Found::default()),
        })
        .collect();
    let value = |pick: &Pick| pick.score + 0.5 * pick.shot.quality;
    left.sort_by(|left, right| {
        value(right).total_cmp(&value(left)).then_with(|| order_key(&left.shot).cmp(&order_key(&right.shot)))
    });
    left
}
