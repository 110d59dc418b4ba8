//! The grid of what was heard: the best reading at exact times, its bars, and everything that hangs on them.

use std::ops::Range;

use nexus_core::music::{Alternative, Beat, BeatGrid, TRUSTED};

use crate::{
    ENGINE,
    bar::{Bars, find_bars, median_interval},
    beat_this::peaks,
    confidence::confidence,
    ear::Heard,
    level::{Reading, readings},
    refine::refine,
    spectrum::{FRAMES_PER_S, Frame},
    structure::{bar_energy, beat_energy, drops, phrases, sections},
    tempo::{level, tempo_map},
};

/// Fewest beats of a grid.
const FEWEST_BEATS: usize = 4;
/// Most other ways to count that are told, and the least share of the belief that is worth telling.
const MOST_ALTERNATIVES: usize = 5;
const LEAST_SHARE: f64 = 0.005;

/// One way to count a track, and what it was preferred to.
pub(crate) struct Count {
    /// Beats in seconds.
    times: Vec<f64>,
    bars: Bars,
    alternatives: Vec<Alternative>,
}

impl Count {
    /// The beats and downbeats that a network gives by itself: the peaks of its chances.
    pub(crate) fn given(heard: &Heard, duration_s: f64) -> Self {
        let beats = peaks(&heard.chances);
        let times: Vec<f64> = beats.iter().map(|beat| beat.0).collect();
        let exact = if times.len() < FEWEST_BEATS { times } else { refine(&heard.envelope, &times) };
        let inside = inside(&heard.frames, duration_s);
        let kept: Vec<(f64, bool)> =
            exact.into_iter().zip(&beats).filter(|(t, _)| inside.contains(t)).map(|(t, beat)| (t, beat.1)).collect();
        let is_downbeat: Vec<bool> = kept.iter().map(|beat| beat.1).collect();
        Self { times: kept.iter().map(|beat| beat.0).collect(), bars: Bars::given(&is_downbeat), alternatives: vec![] }
    }
}

/// The best reading at exact times.
pub(crate) fn count(heard: &Heard, duration_s: f64) -> Count {
    let readings = readings(heard);
    let inside = inside(&heard.frames, duration_s);
    let mut times = readings.first().map_or_else(Vec::new, |best| refine(&heard.envelope, &best.times));
    times.retain(|time| inside.contains(time));
    Count { bars: find_bars(heard, &times), alternatives: alternatives(&readings), times }
}

/// The grid of a track that is not silent.
pub(crate) fn grid(heard: &Heard, count: &Count, duration_s: f64) -> BeatGrid {
    let Count { times, bars, alternatives } = count;
    let onsets_s = heard.onsets.attacks(&heard.envelope, duration_s);
    let mut grid = BeatGrid { duration_s, engine: ENGINE.into(), ..BeatGrid::default() };
    if times.len() >= FEWEST_BEATS {
        grid.tempo_bpm = 60.0 / median_interval(times);
        grid.meter = bars.meter as u8;
        grid.confidence = confidence(heard, times);
        grid.tempo_map = tempo_map(times);
        grid.alternatives.clone_from(alternatives);
        grid.beats = numbered(heard, times, bars, duration_s);
        let downbeats: Vec<f64> = grid.downbeats().collect();
        grid.bar_energy = bar_energy(&heard.frames, &downbeats, duration_s);
        grid.drops_s = drops(&heard.frames, &downbeats, duration_s);
        if grid.confidence >= TRUSTED && !downbeats.is_empty() {
            grid.sections = sections(heard, &downbeats, &grid.bar_energy, &grid.drops_s, duration_s);
        }
    }
    if grid.sections.is_empty() {
        grid.sections = phrases(heard, &onsets_s, duration_s);
    }
    grid.onsets_s = onsets_s;
    grid
}

/// Where beats may stand: inside the track, and not in the silence before its first and after its last sound.
fn inside(frames: &[Frame], duration_s: f64) -> Range<f64> {
    let mean = frames.iter().map(|frame| f64::from(frame.power)).sum::<f64>() / frames.len().max(1) as f64;
    let heard = |frame: &Frame| f64::from(frame.power) > 1e-4 * mean;
    let first = frames.iter().position(heard).unwrap_or(0) as f64 / FRAMES_PER_S - 0.02;
    let last = frames.iter().rposition(heard).unwrap_or(0) as f64 / FRAMES_PER_S - 0.04;
    first.max(0.0)..last.min(duration_s)
}

fn numbered(heard: &Heard, times: &[f64], bars: &Bars, duration_s: f64) -> Vec<Beat> {
    let strongest = times.iter().map(|time| heard.onsets.strength_at(*time)).fold(1e-9, f32::max);
    let downbeats: Vec<f64> =
        times.iter().zip(&bars.positions).filter(|(_, position)| **position == 0).map(|(time, _)| *time).collect();
    let energies = beat_energy(&heard.frames, times, &downbeats, duration_s);
    let mut bar = 0;
    let mut seen_downbeat = false;
    (0..times.len())
        .map(|index| {
            if bars.positions[index] == 0 {
                bar += u32::from(seen_downbeat);
                seen_downbeat = true;
            }
            Beat {
                t: times[index],
                bar,
                pos: bars.positions[index] as u8 + 1,
                strength: f64::from(heard.onsets.strength_at(times[index]) / strongest).clamp(0.0, 1.0),
                confidence: f64::from(heard.chances.beat_at(times[index])).clamp(0.0, 1.0),
                energy: energies[index],
            }
        })
        .collect()
}

/// The readings after the first, each with its share of the belief.
fn alternatives(readings: &[Reading]) -> Vec<Alternative> {
    let Some(best) = readings.first() else { return vec![] };
    let raised: Vec<f64> = readings.iter().map(|reading| (reading.score() - best.score()).exp()).collect();
    let sum: f64 = raised.iter().sum();
    readings
        .iter()
        .zip(raised)
        .skip(1)
        .map(|(reading, raised)| Alternative {
            tempo_bpm: 60.0 / median_interval(&reading.times),
            first_beat_s: reading.times[0].max(0.0),
            level: level(&reading.times, &best.times),
            confidence: raised / sum,
        })
        .filter(|alternative| alternative.confidence >= LEAST_SHARE)
        .take(MOST_ALTERNATIVES)
        .collect()
}
