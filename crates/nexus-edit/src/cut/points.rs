//! Where a whole track wants cuts: the best path over its beats.

use nexus_core::music::BeatGrid;
use serde::{Deserialize, Serialize};

use super::rhythm::{Place, Rhythm, section_at};

/// What a cut gains where a drop, a section or a bar begins.
const ON_DROP: f64 = 3.0;
const ON_SECTION: f64 = 2.0;
const ON_DOWNBEAT: f64 = 0.5;
/// Cost of a shot of twice or half the wanted length.
const OCTAVE: f64 = 2.0;
/// Where there are no beats: how much of a wanted length a cut may move to meet an attack.
const FREE_REACH: f64 = 0.25;

/// One place to cut.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CutPoint {
    /// When, in seconds of the track.
    pub t: f64,
    /// Bar from 0; 0 where there are no bars.
    pub bar: u32,
    /// Position in the bar, 1 for the downbeat; 0 where there are no bars.
    pub pos: u8,
    /// What is there.
    pub on: CutOn,
}

/// What a cut falls on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CutOn {
    /// A drop.
    Drop,
    /// The first moment of a section.
    Section,
    /// The first beat of a bar.
    Downbeat,
    /// Another beat.
    Beat,
    /// An attack or a phrase of music without beats.
    Phrase,
}

/// Every cut of a track, the first at its first downbeat; deterministic.
///
/// Each shot is as near to the length that the rhythm wants there as the beats allow, never shorter than the shortest,
/// and longer than the longest only where two beats lie further apart; cuts favour drops and the beginnings of sections.
/// Without a trustworthy grid, cuts fall on phrases and attacks. O(beats x beats in the longest shot).
#[must_use]
pub fn cut_points(grid: &BeatGrid, rhythm: &Rhythm) -> Vec<CutPoint> {
    if !grid.is_trustworthy() {
        return free(grid, rhythm);
    }
    let points: Vec<CutPoint> = grid
        .beats
        .iter()
        .skip_while(|beat| beat.pos != 1)
        .map(|beat| CutPoint { t: beat.t, bar: beat.bar, pos: beat.pos, on: on(grid, beat.t, beat.pos) })
        .collect();
    let places = places(grid, &points);
    let gain = |point: &CutPoint| match point.on {
        CutOn::Drop => ON_DROP,
        CutOn::Section => ON_SECTION,
        CutOn::Downbeat if rhythm.favours_downbeats() => ON_DOWNBEAT,
        CutOn::Downbeat | CutOn::Beat | CutOn::Phrase => 0.0,
    };
    // `best[i]`: least cost of a path that cuts at beat i, and the cut before it.
    let mut best: Vec<(f64, usize)> = vec![(f64::INFINITY, 0); points.len()];
    if let Some(first) = best.first_mut() {
        first.0 = 0.0;
    }
    for from in 0..points.len() {
        if best[from].0.is_infinite() {
            continue;
        }
        let wanted = rhythm.wanted_s(&places[from]);
        let mut is_first_choice = true;
        for to in from + 1..points.len() {
            let length = points[to].t - points[from].t;
            if length < rhythm.min_shot_s - 1e-6 {
                continue;
            }
            if length > rhythm.max_shot_s + 1e-6 && !is_first_choice {
                break;
            }
            is_first_choice = false;
            let cost = best[from].0 + off(length, wanted) - gain(&points[to]);
            if cost < best[to].0 - 1e-12 {
                best[to] = (cost, from);
            }
        }
    }
    // The last shot runs to the end of the music, and wants a good length too.
    let end_s = points.last().zip(places.last()).map_or(0.0, |(point, place)| point.t + place.beat_s);
    let whole = |index: usize| best[index].0 + off(end_s - points[index].t, rhythm.wanted_s(&places[index]));
    let ends =
        |index: &usize| end_s - points[*index].t <= rhythm.max_shot_s.max(rhythm.wanted_s(&places[*index])) + 1e-6;
    let reached = |index: &usize| best[*index].0.is_finite();
    let end = (0..points.len()).filter(reached).filter(ends).min_by(|a, b| whole(*a).total_cmp(&whole(*b)));
    // Limits that no path can keep at the end are kept as long as they can be.
    let end = end.or_else(|| (0..points.len()).rev().find(reached));
    let mut path: Vec<usize> = std::iter::successors(end, |at| (*at > 0).then(|| best[*at].1)).collect();
    path.reverse();
    path.into_iter().map(|index| points[index]).collect()
}

/// Cost of a shot of another length than the wanted one.
fn off(length_s: f64, wanted_s: f64) -> f64 {
    OCTAVE * (length_s / wanted_s).log2().powi(2)
}

fn on(grid: &BeatGrid, at_s: f64, pos: u8) -> CutOn {
    let is_near = |other: f64| (other - at_s).abs() < 1e-3;
    if grid.drops_s.iter().any(|drop| is_near(*drop)) {
        CutOn::Drop
    } else if grid.sections.iter().any(|section| is_near(section.start)) {
        CutOn::Section
    } else if pos == 1 {
        CutOn::Downbeat
    } else {
        CutOn::Beat
    }
}

fn places(grid: &BeatGrid, points: &[CutPoint]) -> Vec<Place> {
    let energies: Vec<f64> = grid.beats.iter().skip_while(|beat| beat.pos != 1).map(|beat| beat.energy).collect();
    (0..points.len())
        .map(|index| {
            let next = points.get(index + 1).map(|next| next.t - points[index].t);
            let (section, since_s) = section_at(grid, points[index].t);
            Place {
                beat_s: next.unwrap_or(60.0 / grid.tempo_bpm.max(1.0)),
                meter: f64::from(grid.meter.max(1)),
                energy: energies[index],
                section,
                since_s,
            }
        })
        .collect()
}

/// Cuts of music without beats: where phrases begin, and between them on attacks near the wanted length.
fn free(grid: &BeatGrid, rhythm: &Rhythm) -> Vec<CutPoint> {
    // A bar of music that has none lasts two seconds.
    let place = |energy: f64| Place { beat_s: 0.5, meter: 4.0, energy, section: None, since_s: 0.0 };
    let phrase = |t: f64| CutPoint { t, bar: 0, pos: 0, on: CutOn::Phrase };
    let mut points = Vec::new();
    for section in &grid.sections {
        let wanted = rhythm.wanted_s(&place(section.energy)).max(rhythm.min_shot_s);
        let mut at_s = section.start;
        points.push(phrase(at_s));
        while section.end - at_s >= 2.0 * rhythm.min_shot_s && section.end - at_s > 1.5 * wanted {
            let aim = at_s + wanted;
            let reach = FREE_REACH * wanted;
            let near = grid.onsets_s.iter().copied().filter(|onset| (onset - aim).abs() <= reach);
            let nearest = near.min_by(|a, b| (a - aim).abs().total_cmp(&(b - aim).abs()));
            let next = nearest.unwrap_or(aim).max(at_s + rhythm.min_shot_s);
            if section.end - next < rhythm.min_shot_s {
                break;
            }
            points.push(phrase(next));
            at_s = next;
        }
    }
    points
}
