//! Where cuts fall: scenes laid on the downbeats of the best stretch of a track. Pure and deterministic.

use nexus_core::{FrameRate, Frames, Seconds, music::BeatGrid, script::Part};
use serde::{Deserialize, Serialize};

/// `[cut]`: how the edit follows the music.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CutConfig {
    /// Shortest shot, in seconds; faster bars are taken two or more at a time.
    pub min_shot_s: f64,
    /// Longest shot, in seconds; slower bars are cut at their middle beat.
    pub max_shot_s: f64,
    /// Least length of the end card, in seconds.
    pub end_card_s: f64,
    /// Length of a shot where the music has no grid to follow, in seconds.
    pub free_shot_s: f64,
}

impl Default for CutConfig {
    fn default() -> Self {
        Self { min_shot_s: 1.1, max_shot_s: 3.6, end_card_s: 2.0, free_shot_s: 2.2 }
    }
}

/// What a scene needs of the music.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SceneNeed {
    /// Its place in the film.
    pub part: Part,
    /// Least seconds on screen.
    pub min_s: f64,
}

/// One shot's place on the timeline.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Slot {
    /// Index of the scene it belongs to.
    pub scene: usize,
    /// First frame.
    pub start: Frames,
    /// Length in frames, at least 1.
    pub length: Frames,
    /// The downbeat at its start in exact film seconds; `None` where the music has no grid.
    pub downbeat_s: Option<f64>,
}

/// A stretch of the track on the film's timeline.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MusicPiece {
    /// Where it starts in the track, in seconds.
    pub source_s: f64,
    /// Where it starts in the film, in seconds.
    pub film_s: f64,
    /// Its length in seconds.
    pub length_s: f64,
}

/// Every cut of a film.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CutPlan {
    /// Frame rate of all counts.
    pub rate: FrameRate,
    /// Shots in order, without gaps, from frame 0.
    pub slots: Vec<Slot>,
    /// Length of the film.
    pub length: Frames,
    /// The music under it: one piece, or several where a short track repeats at bar lines.
    pub music: Vec<MusicPiece>,
    /// Beats in film seconds, for small movements such as stars.
    pub beats_s: Vec<f64>,
}

impl CutPlan {
    /// Start of a slot in seconds, as rendered.
    #[must_use]
    pub fn start_s(&self, slot: &Slot) -> f64 {
        self.rate.start_of(slot.start).0
    }

    /// Length of a slot in seconds, as rendered.
    #[must_use]
    pub fn length_s(&self, slot: &Slot) -> f64 {
        self.rate.start_of(slot.length).0
    }

    /// First frame and end frame of a scene.
    #[must_use]
    pub fn scene_span(&self, scene: usize) -> Option<(Frames, Frames)> {
        let mut of_scene = self.slots.iter().filter(|slot| slot.scene == scene);
        let first = of_scene.next()?;
        let last = of_scene.next_back().unwrap_or(first);
        Some((first.start, Frames(last.start.0 + last.length.0)))
    }
}

/// Scenes that cannot be laid on this track.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CutError {
    /// Nothing to lay.
    #[error("the script has no scenes")]
    NoScenes,
    /// Nothing to lay it on.
    #[error("the music is {seconds:.1} s long; a film needs at least 3 s of music, choose a longer track")]
    TooShort {
        /// Its length.
        seconds: f64,
    },
}

/// Lays `scenes` on the track that `grid` describes.
///
/// Every slot starts on a downbeat (the middle beat too, where bars last longer than
/// [`CutConfig::max_shot_s`]), rounded to the nearest frame, so the error is at most half a frame. A scene gets
/// as many bars as its text needs, one shot per bar. The stretch of the track is chosen so that its strongest
/// drop falls on the first scene after the praise; a track with too few bars repeats at a bar line. Without a
/// trustworthy grid, shots follow the reading time alone and carry no downbeat.
///
/// # Errors
/// [`CutError`] for an empty script or a track below 3 s.
pub fn lay_cuts(
    scenes: &[SceneNeed],
    grid: &BeatGrid,
    rate: FrameRate,
    config: &CutConfig,
) -> Result<CutPlan, CutError> {
    if scenes.is_empty() {
        return Err(CutError::NoScenes);
    }
    if grid.duration_s < 3.0 {
        return Err(CutError::TooShort { seconds: grid.duration_s });
    }
    let marks = cut_marks(grid, config);
    // Two marks hold one stretch of music, and a stretch can repeat.
    if marks.len() < 2 {
        Ok(free_cuts(scenes, grid, rate, config))
    } else {
        Ok(grid_cuts(scenes, grid, &marks, rate, config))
    }
}

/// Times in the track at which a shot may start, in order, spaced between the shortest and the longest shot.
fn cut_marks(grid: &BeatGrid, config: &CutConfig) -> Vec<f64> {
    if !grid.is_trustworthy() {
        return Vec::new();
    }
    let downbeats: Vec<f64> = grid.downbeats().collect();
    let bar_s = median_gap(&downbeats);
    if bar_s > config.max_shot_s {
        let middle = grid.meter / 2 + 1;
        return grid.beats.iter().filter(|beat| beat.pos == 1 || beat.pos == middle).map(|beat| beat.t).collect();
    }
    let every = (config.min_shot_s / bar_s).ceil().max(1.0) as usize;
    downbeats.into_iter().step_by(every).collect()
}

fn median_gap(times: &[f64]) -> f64 {
    let mut gaps: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    gaps.sort_by(f64::total_cmp);
    gaps.get(gaps.len() / 2).copied().unwrap_or(0.0).max(0.05)
}

fn grid_cuts(scenes: &[SceneNeed], grid: &BeatGrid, marks: &[f64], rate: FrameRate, config: &CutConfig) -> CutPlan {
    let unit_s = median_gap(marks);
    let units: Vec<usize> = scenes.iter().map(|scene| units_for(scene, unit_s, config)).collect();
    let total: usize = units.iter().sum();
    let start = choose_start(scenes, &units, grid, marks);

    let path = walk(marks, start, total);
    let film_at = |step: usize| path.steps[step];
    let mut slots = Vec::with_capacity(total);
    let mut step = 0;
    for (scene, &count) in units.iter().enumerate() {
        for _ in 0..count {
            let (from, to) =
                (rate.nearest_frame(Seconds(film_at(step))), rate.nearest_frame(Seconds(film_at(step + 1))));
            slots.push(Slot { scene, start: from, length: Frames(to.0 - from.0), downbeat_s: Some(film_at(step)) });
            step += 1;
        }
    }
    let length = rate.nearest_frame(Seconds(film_at(total)));
    let beats_s = beats_in_film(grid, &path.music);
    CutPlan { rate, slots, length, music: path.music, beats_s }
}

/// How many bars a scene needs so that its text can be read.
fn units_for(scene: &SceneNeed, unit_s: f64, config: &CutConfig) -> usize {
    let wanted = match scene.part {
        Part::End => scene.min_s.max(config.end_card_s),
        Part::Hook | Part::Place | Part::Praise | Part::Drop | Part::Proof => scene.min_s,
    };
    // A tenth of a bar too short is still readable; a whole bar more would drag.
    ((wanted / unit_s - 0.1).ceil().max(1.0)) as usize
}

/// The mark at which the film starts.
fn choose_start(scenes: &[SceneNeed], units: &[usize], grid: &BeatGrid, marks: &[f64]) -> usize {
    let total: usize = units.iter().sum();
    let last_start = (marks.len() - 1).saturating_sub(total);
    let until_drop: usize =
        scenes.iter().zip(units).take_while(|(scene, _)| scene.part < Part::Drop).map(|(_, count)| count).sum();
    let energies: Vec<f64> = marks.iter().map(|&mark| energy_at(grid, mark)).collect();
    let score = |start: usize| {
        let drop_mark = marks.get(start + until_drop).copied();
        let on_drop = drop_mark.is_some_and(|mark| grid.drops_s.iter().take(3).any(|drop| (drop - mark).abs() < 0.1));
        let window = &energies[start..(start + total).min(energies.len())];
        let mean = window.iter().sum::<f64>() / window.len().max(1) as f64;
        // A drop in the right place counts for more than any difference in loudness.
        mean + if on_drop { 2.0 } else { 0.0 }
    };
    (0..=last_start).fold(0, |best, start| if score(start) > score(best) + 1e-9 { start } else { best })
}

fn energy_at(grid: &BeatGrid, at_s: f64) -> f64 {
    let bar = grid.downbeats().take_while(|&downbeat| downbeat <= at_s + 1e-6).count();
    grid.bar_energy.get(bar.saturating_sub(1)).copied().unwrap_or(0.5)
}

struct Path {
    /// Film time of every mark passed, one more than slots.
    steps: Vec<f64>,
    music: Vec<MusicPiece>,
}

/// Walks `total` marks from `start`, back to the first mark wherever the track ends.
fn walk(marks: &[f64], start: usize, total: usize) -> Path {
    let mut steps = vec![0.0];
    let mut music = Vec::new();
    let (mut at, mut film_s) = (start, 0.0);
    while steps.len() <= total {
        let take = (marks.len() - 1 - at).min(total + 1 - steps.len());
        let length_s = marks[at + take] - marks[at];
        music.push(MusicPiece { source_s: marks[at], film_s, length_s });
        steps.extend((1..=take).map(|step| film_s + marks[at + step] - marks[at]));
        film_s += length_s;
        at = 0;
    }
    Path { steps, music }
}

fn beats_in_film(grid: &BeatGrid, music: &[MusicPiece]) -> Vec<f64> {
    let in_piece = |piece: &MusicPiece| {
        let (from, shift, to) = (piece.source_s, piece.film_s - piece.source_s, piece.source_s + piece.length_s);
        let inside = grid.beats.iter().filter(move |beat| beat.t >= from - 1e-6 && beat.t < to - 1e-6);
        inside.map(move |beat| beat.t + shift).collect::<Vec<f64>>()
    };
    music.iter().flat_map(in_piece).collect()
}

/// Cuts by reading time alone, for music without a grid.
fn free_cuts(scenes: &[SceneNeed], grid: &BeatGrid, rate: FrameRate, config: &CutConfig) -> CutPlan {
    let mut slots = Vec::new();
    let mut at_s = 0.0;
    for (index, scene) in scenes.iter().enumerate() {
        let least = if scene.part == Part::End { config.end_card_s } else { config.free_shot_s };
        let wanted = scene.min_s.max(least);
        let count = (wanted / config.max_shot_s).ceil().max(1.0) as usize;
        for _ in 0..count {
            let from = rate.nearest_frame(Seconds(at_s));
            at_s += wanted / count as f64;
            let to = rate.nearest_frame(Seconds(at_s));
            slots.push(Slot { scene: index, start: from, length: Frames((to.0 - from.0).max(1)), downbeat_s: None });
        }
    }
    let length = slots.last().map_or(Frames(0), |slot| Frames(slot.start.0 + slot.length.0));
    let mut music = Vec::new();
    let (mut film_s, film_length_s) = (0.0, rate.start_of(length).0);
    while film_s < film_length_s - 1e-6 {
        let length_s = grid.duration_s.min(film_length_s - film_s);
        music.push(MusicPiece { source_s: 0.0, film_s, length_s });
        film_s += length_s;
    }
    CutPlan { rate, slots, length, music, beats_s: Vec::new() }
}

#[cfg(test)]
mod tests {
    use nexus_core::music::Beat;
    use proptest::prelude::*;

    use super::*;

    fn steady(bpm: f64, bars: u32, lead_s: f64, drops_s: Vec<f64>) -> BeatGrid {
        let beat_s = 60.0 / bpm;
        let beat = |index: u32| Beat {
            t: lead_s + f64::from(index) * beat_s,
            bar: index / 4,
            pos: (index % 4) as u8 + 1,
            strength: 0.5,
        };
        BeatGrid {
            duration_s: lead_s + f64::from(bars * 4) * beat_s,
            tempo_bpm: bpm,
            meter: 4,
            beats: (0..bars * 4).map(beat).collect(),
            bar_energy: vec![0.5; bars as usize],
            drops_s,
            confidence: 0.9,
            engine: "test".into(),
        }
    }

    fn story() -> Vec<SceneNeed> {
        [
            (Part::Hook, 1.5),
            (Part::Place, 1.2),
            (Part::Praise, 2.8),
            (Part::Praise, 1.9),
            (Part::Drop, 0.0),
            (Part::Proof, 1.5),
            (Part::End, 2.5),
        ]
        .map(|(part, min_s)| SceneNeed { part, min_s })
        .to_vec()
    }

    #[test]
    fn the_drop_of_the_music_falls_on_the_drop_of_the_film() {
        let grid = steady(120.0, 40, 0.25, vec![0.25 + 2.0 * 16.0]);
        let plan = lay_cuts(&story(), &grid, FrameRate::FPS_30, &CutConfig::default()).expect("a plan");
        let drop = plan.slots.iter().find(|slot| slot.scene == 4).expect("the drop scene has a slot");
        let in_track = plan.music[0].source_s + plan.start_s(drop);
        assert!((in_track - 32.25).abs() < 0.02, "{in_track}");
    }

    #[test]
    fn bars_that_are_too_long_are_cut_at_their_middle() {
        let grid = steady(60.0, 20, 0.0, vec![]);
        let plan = lay_cuts(&story(), &grid, FrameRate::FPS_30, &CutConfig::default()).expect("a plan");
        assert!(plan.slots.iter().all(|slot| plan.length_s(slot) < 3.6), "{:?}", plan.slots);
    }

    #[test]
    fn music_without_a_grid_is_not_given_one() {
        let grid = BeatGrid { confidence: 0.1, ..steady(120.0, 40, 0.0, vec![]) };
        let plan = lay_cuts(&story(), &grid, FrameRate::FPS_30, &CutConfig::default()).expect("a plan");
        assert!(plan.slots.iter().all(|slot| slot.downbeat_s.is_none()));
        assert!(plan.music.iter().map(|piece| piece.length_s).sum::<f64>() >= plan.rate.start_of(plan.length).0 - 1e-6);
    }

    #[test]
    fn four_fast_bars_are_enough_for_a_grid() {
        let plan = lay_cuts(&story(), &steady(219.0, 4, 0.0, vec![]), FrameRate::FPS_30, &CutConfig::default());
        assert!(plan.expect("a plan").slots.iter().all(|slot| slot.downbeat_s.is_some()));
    }

    #[test]
    fn two_seconds_of_music_are_refused_with_words() {
        let grid = BeatGrid { duration_s: 2.0, ..steady(120.0, 1, 0.0, vec![]) };
        let error = lay_cuts(&story(), &grid, FrameRate::FPS_30, &CutConfig::default()).expect_err("too short");
        assert!(error.to_string().contains("longer track"));
    }

    proptest! {
        #[test]
        fn cuts_are_gapless_and_within_half_a_frame(bpm in 50.0_f64..220.0, bars in 4_u32..60, lead in 0.0_f64..2.0, fps in 0_usize..3) {
            let rate = [FrameRate::FPS_30, FrameRate::FPS_25, FrameRate { num: 30_000, den: 1001 }][fps];
            let plan = lay_cuts(&story(), &steady(bpm, bars, lead, vec![]), rate, &CutConfig::default()).expect("a plan");
            let mut next = Frames(0);
            for slot in &plan.slots {
                prop_assert_eq!(slot.start, next);
                prop_assert!(slot.length.0 > 0);
                let downbeat = slot.downbeat_s.expect("this music has a grid");
                prop_assert!((plan.start_s(slot) - downbeat).abs() <= 0.5 / rate.as_f64() + 1e-9);
                next = Frames(slot.start.0 + slot.length.0);
            }
            prop_assert_eq!(next, plan.length);
            let music: f64 = plan.music.iter().map(|piece| piece.length_s).sum();
            prop_assert!((music - plan.rate.start_of(plan.length).0).abs() < 0.05);
            for (index, scene) in story().iter().enumerate() {
                let (from, to) = plan.scene_span(index).expect("every scene has a slot");
                prop_assert!(rate.start_of(Frames(to.0 - from.0)).0 >= scene.min_s * 0.85 - 0.1);
            }
        }
    }
}
