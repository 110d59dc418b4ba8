//! Which shot for which scene: one sentence why for each, and the honest word "missing" where nothing fits.

use nexus_core::{
    AssetId,
    brand::{Leaning, Statement},
    footage::Shot,
    journal::StepName,
    memory::{Found, Hit, SearchQuery},
    port::Ports,
    review::Review,
    script::{Part, Scene},
};
use nexus_workflow::{FlowError, Run};
use serde::{Deserialize, Serialize};

use crate::script::Draft;

/// Most shots that are generated for one film; further gaps are filled from what there is.
const MOST_GENERATED: usize = 2;

/// What a scene's neighbours lend it: a shot that shows what is said before or after fits a little, too.
const NEIGHBOUR_SHARE: f64 = 0.6;

/// Shots that are considered for a scene: one long clip has dozens, and must not hide all the others.
const MOST_HITS: usize = 400;

/// Statements of the brand's memory that are asked about, and how much they count beside how well a shot fits.
const MOST_LIKINGS: usize = 12;
const LIKING_SHARE: f64 = 0.4;

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

/// Chooses a shot for every scene of the script in `draft`, which is made from `review`, for a film of `frame_px` (width, height).
pub async fn choose(
    run: &Run,
    ports: &Ports,
    review: &Review,
    draft: &Draft,
    frame_px: (u32, u32),
) -> Result<Choice, FlowError> {
    let business = review.business;
    let script = &draft.script;
    run.step(StepName::aside("choose-shots"), async |_| {
        let mut found = Vec::with_capacity(script.scenes.len());
        for scene in &script.scenes {
            let query = SearchQuery { text: scene.shows.clone(), limit: MOST_HITS };
            found.push(films_only(ports.memory.search(business, &query).await?));
        }
        let query = SearchQuery { text: review.text.clone(), limit: MOST_HITS };
        let subject = ports.memory.search(business, &query).await?;
        let mut likings = Vec::new();
        for statement in wanted(&draft.context.memory) {
            let query = SearchQuery { text: statement.topic.clone(), limit: MOST_HITS };
            likings.push(Liking { statement, found: ports.memory.search(business, &query).await? });
        }
        let shots = ports.memory.all(business).await?;
        let story = Story { scenes: &script.scenes, found: &found, subject: &subject, likings: &likings, frame_px };
        Ok(assign(&story, &shots))
    })
    .await
}

/// What the brand wants to see more or less of, the surest.
fn wanted(memory: &[Statement]) -> impl Iterator<Item = &Statement> {
    let is_seen = |statement: &&Statement| matches!(statement.leaning, Leaning::More | Leaning::Less);
    memory.iter().filter(is_seen).take(MOST_LIKINGS)
}

/// What the brand wants more or less of, and the shots that show it.
#[derive(Debug, Clone, PartialEq)]
pub struct Liking<'a> {
    /// What it wants.
    pub statement: &'a Statement,
    /// What was found for its topic.
    pub found: Found,
}

/// What was found without photos: no film is cut from them, so they must not hide that footage is missing.
fn films_only(mut found: Found) -> Found {
    let is_film = |hit: &Hit| hit.shot.info.duration_s >= LEAST_CLIP_S;
    found.best.retain(is_film);
    found.maybe.retain(is_film);
    found
}

/// Gives every scene its best unused shot. Scenes that must show a thing choose first; nobody shows one shot
/// twice; neighbours come from different clips where there are enough.
#[must_use]
pub fn assign(story: &Story<'_>, shots: &[Shot]) -> Choice {
    let Story { scenes, found, .. } = *story;
    let usable: Vec<&Shot> = shots.iter().filter(|shot| shot.info.duration_s >= LEAST_CLIP_S).collect();
    let mut picks: Vec<Option<Pick>> = vec![None; scenes.len()];
    let mut missing = 0;
    for index in order_of_choice(scenes, found) {
        if scenes[index].must_show && found[index].best.is_empty() && missing < MOST_GENERATED {
            missing += 1;
            continue;
        }
        picks[index] = story.best_for(index, &usable, &picks);
    }
    let spares = story.spares(&usable, &picks);
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
    let finds_nothing = |found: &Found| found.best.is_empty() && found.maybe.is_empty();
    let asks_in_vain = |index: usize| scenes[index].part != Part::Hook && finds_nothing(&found[index]);
    let mut order: Vec<usize> = (0..scenes.len()).collect();
    order.sort_by(|&left, &right| {
        scenes[right]
            .must_show
            .cmp(&scenes[left].must_show)
            .then_with(|| {
                if scenes[left].must_show { top(right).total_cmp(&top(left)) } else { std::cmp::Ordering::Equal }
            })
            // What has footage of its own goes before what takes anything, but the first shot is the strongest.
            .then_with(|| asks_in_vain(left).cmp(&asks_in_vain(right)))
            .then_with(|| weight(scenes[left].part).cmp(&weight(scenes[right].part)))
            .then(left.cmp(&right))
    });
    order
}

/// Least length of a clip that moves behind an end card until its end, in seconds.
const LEAST_END_CLIP_S: f64 = 2.7;

/// What shots are judged by.
#[derive(Debug, Clone, Copy)]
pub struct Story<'a> {
    /// The scenes in order.
    pub scenes: &'a [Scene],
    /// What was found for each of them.
    pub found: &'a [Found],
    /// What was found for the review as a whole: the subject of the film.
    pub subject: &'a Found,
    /// What the brand wants.
    pub likings: &'a [Liking<'a>],
    /// Width and height of the film in pixels.
    pub frame_px: (u32, u32),
}

impl Story<'_> {
    fn best_for(&self, index: usize, shots: &[&Shot], picks: &[Option<Pick>]) -> Option<Pick> {
        let found = &self.found[index];
        let used = |shot: &Shot| picks.iter().flatten().any(|pick| same_shot(&pick.shot, shot));
        let uses = |asset: AssetId| picks.iter().flatten().filter(|pick| pick.shot.asset == asset).count();
        let beside = |asset: AssetId| {
            let neighbours = [index.checked_sub(1), Some(index + 1)];
            neighbours
                .into_iter()
                .flatten()
                .any(|at| picks.get(at).and_then(Option::as_ref).is_some_and(|pick| pick.shot.asset == asset))
        };
        let nearby: Vec<&Found> = self.scenes_beside(index).map(|at| &self.found[at]).collect();
        // Only what surely shows a neighbour's subject may stand in for it.
        let lent = |shot: &Shot| nearby.iter().filter_map(|found| sure_hit(found, shot)).max_by(by_score);
        let value = |shot: &Shot| {
            let own = hit_of(found, shot).map_or(0.0, |hit| hit.score);
            let fit = own.max(NEIGHBOUR_SHARE * lent(shot).map_or(0.0, |hit| hit.score));
            let strength = if self.scenes[index].part == Part::Hook { self.strength(shot) } else { 0.0 };
            let is_short = self.scenes[index].part == Part::End && shot.info.duration_s < LEAST_END_CLIP_S;
            fit + self.worth(shot) + strength
                - if is_short { 0.8 } else { 0.0 }
                - 0.2 * uses(shot.asset).min(3) as f64
                - if beside(shot.asset) { 0.6 } else { 0.0 }
        };
        let best = shots.iter().filter(|shot| !used(shot)).max_by(|left, right| {
            value(left).total_cmp(&value(right)).then_with(|| order_key(right).cmp(&order_key(left)))
        })?;
        let mut pick = pick(best, hit_of(found, best).or_else(|| lent(best)).or_else(|| hit_of(self.subject, best)));
        pick.why.extend(self.wish_for(best));
        Some(pick)
    }

    /// What makes a first shot: it surely shows what the review speaks of, it moves, and it has a calm place for the
    /// words that stand in its first frame.
    fn strength(&self, shot: &Shot) -> f64 {
        let top = self.subject.best.first().map_or(1.0, |hit| hit.score.max(1e-6));
        sure_hit(self.subject, shot).map_or(0.0, |hit| 0.4 + 0.2 * hit.score / top)
            + 0.25 * (shot.motion.activity / 20.0).min(1.0)
            + room_for_words(shot)
    }

    /// The scenes before and after: "the sunset" beside "over the harbour".
    fn scenes_beside(&self, index: usize) -> impl Iterator<Item = usize> {
        let count = self.scenes.len();
        [index.checked_sub(1), Some(index + 1)].into_iter().flatten().filter(move |at| *at < count)
    }

    /// What a shot is worth to this film, whichever scene it stands in: how well it fits any of them, how good the
    /// picture is, and whether it has the pixels.
    fn worth(&self, shot: &Shot) -> f64 {
        let fits_film = self.best_hit(shot).map_or(0.0, |hit| hit.score);
        0.4 * fits_film + 0.35 * shot.quality + self.liked(shot)
            - 0.3 * (enlargement(shot, self.frame_px) / 1.3).log2().clamp(0.0, 2.5)
            - if shot.quality < 0.2 { 0.5 } else { 0.0 }
            - if shot.end_s - shot.start_s < 1.8 { 0.2 } else { 0.0 }
    }

    /// How much the brand wants to see this shot, below zero when it does not.
    fn liked(&self, shot: &Shot) -> f64 {
        let wants = |liking: &Liking<'_>| {
            let sign = if liking.statement.leaning == Leaning::More { 1.0 } else { -1.0 };
            sure_hit(&liking.found, shot).map_or(0.0, |hit| sign * liking.statement.weight * hit.score)
        };
        LIKING_SHARE * self.likings.iter().map(wants).sum::<f64>().clamp(-1.5, 1.0)
    }

    /// The statement that speaks most for this shot, in words.
    fn wish_for(&self, shot: &Shot) -> Option<String> {
        let speaks =
            |liking: &&Liking<'_>| liking.statement.leaning == Leaning::More && sure_hit(&liking.found, shot).is_some();
        self.likings.iter().find(speaks).map(|liking| format!(" You want to see this: {}", liking.statement.text))
    }

    fn best_hit(&self, shot: &Shot) -> Option<&Hit> {
        let of_scenes = self.found.iter().filter_map(|found| hit_of(found, shot));
        // Of the review as a whole only what surely fits says anything about a shot.
        of_scenes.chain(sure_hit(self.subject, shot)).max_by(by_score)
    }

    /// What is left, by its worth.
    fn spares(&self, shots: &[&Shot], picks: &[Option<Pick>]) -> Vec<Pick> {
        let used = |shot: &Shot| picks.iter().flatten().any(|pick| same_shot(&pick.shot, shot));
        let mut left: Vec<&Shot> = shots.iter().copied().filter(|shot| !used(shot) && shot.quality >= 0.2).collect();
        left.sort_by(|left, right| {
            self.worth(right).total_cmp(&self.worth(left)).then_with(|| order_key(left).cmp(&order_key(right)))
        });
        left.into_iter().map(|shot| pick(shot, self.best_hit(shot))).collect()
    }
}

/// How calm the calmer of the two places is where words stand most often, 0 to 1.
fn room_for_words(shot: &Shot) -> f64 {
    shot.calm[0].max(f64::midpoint(shot.calm[1], shot.calm[2]))
}

/// How many times its size a shot is shown when it fills the frame; 1 or less loses nothing.
fn enlargement(shot: &Shot, frame_px: (u32, u32)) -> f64 {
    let Some(video) = &shot.info.video else { return 1.0 };
    let across = f64::from(frame_px.0) / f64::from(video.width_px.max(1));
    let down = f64::from(frame_px.1) / f64::from(video.height_px.max(1));
    across.max(down)
}

/// A stable order for shots of equal value.
fn order_key(shot: &Shot) -> (&str, u32) {
    (&shot.file_name, shot.index)
}

fn by_score(left: &&Hit, right: &&Hit) -> std::cmp::Ordering {
    left.score.total_cmp(&right.score)
}

fn pick(shot: &Shot, hit: Option<&Hit>) -> Pick {
    match hit {
        Some(hit) => Pick { shot: shot.clone(), score: hit.score, why: hit.why.clone() },
        None => Pick {
            shot: shot.clone(),
            score: 0.0,
            why: format!(
                "Nothing was asked for here that footage shows; chosen for its picture (quality {:.2}).",
                shot.quality
            ),
        },
    }
}

fn hit_of<'a>(found: &'a Found, shot: &Shot) -> Option<&'a Hit> {
    found.best.iter().chain(&found.maybe).find(|hit| same_shot(&hit.shot, shot))
}

fn sure_hit<'a>(found: &'a Found, shot: &Shot) -> Option<&'a Hit> {
    found.best.iter().find(|hit| same_shot(&hit.shot, shot))
}

fn same_shot(left: &Shot, right: &Shot) -> bool {
    left.asset == right.asset && left.index == right.index
}
