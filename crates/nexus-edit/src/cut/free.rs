//! Cuts by reading time, on phrases and attacks, for music without a grid.

use nexus_core::{FrameRate, Frames, Seconds, music::BeatGrid, script::Part};

use super::{CutConfig, CutPlan, LONGEST_SHOT_S, MusicPiece, SceneNeed, Slot};

/// Fade of music that has no bars, in seconds.
const FADE_S: f64 = 1.5;

/// A cut moves no nearer to the one before it, in seconds.
const SHORTEST_S: f64 = 0.5;
/// How far a cut moves to meet the beginning of a phrase, or an attack, in seconds.
const PHRASE_REACH_S: f64 = 0.6;
const ATTACK_REACH_S: f64 = 0.25;

pub(super) fn cuts(scenes: &[SceneNeed], grid: &BeatGrid, rate: FrameRate, config: &CutConfig) -> CutPlan {
    let mut slots = Vec::new();
    let mut at_s = 0.0;
    for (index, scene) in scenes.iter().enumerate() {
        let is_end = scene.part == Part::End;
        let least = if is_end { config.end_card_s } else { config.free_shot_s };
        let wanted = scene.min_s.max(least);
        // The end card keeps one shot, and no longer than a shot may last.
        let wanted = if is_end { wanted.min(config.max_shot_s) } else { wanted };
        let count = (wanted / config.max_shot_s).ceil().max(1.0) as usize;
        for _ in 0..count {
            let start = rate.nearest_frame(Seconds(at_s));
            let least_s = if is_end { wanted } else { scene.min_s / count as f64 };
            let room = at_s + least_s.max(SHORTEST_S)..at_s + LONGEST_SHOT_S;
            let plain_s = at_s + wanted / count as f64;
            at_s = Some(snapped(plain_s, grid)).filter(|at_s| room.contains(at_s)).unwrap_or(plain_s);
            let end = rate.nearest_frame(Seconds(at_s));
            slots.push(Slot { scene: index, start, length: Frames((end.0 - start.0).max(1)), ..Slot::default() });
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
    CutPlan { rate, slots, length, music, beats_s: Vec::new(), fade_s: FADE_S }
}

/// The moment near `at_s` of the film at which the music begins something, or `at_s` itself.
fn snapped(at_s: f64, grid: &BeatGrid) -> f64 {
    // Music that is too short begins again.
    let turn_s = (at_s / grid.duration_s).floor() * grid.duration_s;
    let in_track_s = at_s - turn_s;
    let nearest = |times: &mut dyn Iterator<Item = f64>, reach_s: f64| {
        let off = |time: &f64| (time - in_track_s).abs();
        times.filter(|time| off(time) <= reach_s).min_by(|a, b| off(a).total_cmp(&off(b)))
    };
    let phrase = nearest(&mut grid.sections.iter().map(|section| section.start), PHRASE_REACH_S);
    let found = phrase.or_else(|| nearest(&mut grid.onsets_s.iter().copied(), ATTACK_REACH_S));
    turn_s + found.unwrap_or(in_track_s)
}
