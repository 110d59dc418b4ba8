//! Where a whole track wants cuts: the best path over its beats.

use nexus_core::music::BeatGrid;
use serde::{Deserialize, Serialize};

use super::rhythm::{Counted, Place, Rhythm, section_at};

/// What a cut gains where a drop, a section or a bar begins.
const ON_DROP: f64 = 3.0;
const ON_SECTION: f64 = 2.0;
const ON_DOWNBEAT: f64 = 0.5;
/// Cost of a shot of twice or half the wanted length.
const OCTAVE: f64 = 2.0;
/// Cost of a number of beats or bars other than the one asked for, and of a cut within a bar where bars are counted.
const MISCOUNT: f64 = 1.0;
const OFF_BAR: f64 = 4.0;
/// Seconds before the first downbeat, or after the last cut, that are left alone in any case.
const LONGEST_LEAD_S: f64 = 2.0;
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

/// Every cut of a track; deterministic.
///
/// Each shot is as near to what the rhythm wants there as the beats allow, never shorter than the shortest, and longer
/// than the longest only where no cut between the limits exists; cuts favour drops and the beginnings of sections. Cuts
/// begin at the first downbeat. Before it, after the last beat, and in music without a trustworthy grid, cuts fall on
/// phrases and attacks. O(beats x beats in the longest shot).
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
    let path = path(grid, rhythm, &points);
    let (Some(first), Some(last)) = (path.first().copied(), path.last().copied()) else { return free(grid, rhythm) };
    let mut cuts = Vec::new();
    if first.t > rhythm.max_shot_s.max(LONGEST_LEAD_S) {
        cuts.push(phrase(0.0));
        fill(grid, rhythm, (0.0, first.t), &mut cuts);
    }
    cuts.extend(path);
    if grid.duration_s - last.t > rhythm.max_shot_s.max(LONGEST_LEAD_S) {
        fill(grid, rhythm, (last.t, grid.duration_s), &mut cuts);
    }
    cuts
}

/// The best path over the beats.
fn path(grid: &BeatGrid, rhythm: &Rhythm, points: &[CutPoint]) -> Vec<CutPoint> {
    let places = places(grid, points);
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
            let cost = best[from].0 + shot_cost(rhythm, points, &places, (from, to)) - gain(&points[to]);
            if cost < best[to].0 - 1e-12 {
                best[to] = (cost, from);
            }
        }
    }
    // The last shot runs to the end of the beats, and wants a good length too.
    let end_s = points.last().zip(places.last()).map_or(0.0, |(point, place)| point.t + place.beat_s);
    let left = |index: usize| end_s - points[index].t;
    let whole = |index: usize| best[index].0 + off(left(index), rhythm.wanted_s(&places[index]));
    let fits = |index: &usize| {
        let longest = rhythm.max_shot_s.max(rhythm.wanted_s(&places[*index]));
        (rhythm.min_shot_s - 1e-6..=longest + 1e-6).contains(&left(*index))
    };
    let reached = |index: &usize| best[*index].0.is_finite();
    let end = (0..points.len()).filter(reached).filter(fits).min_by(|a, b| whole(*a).total_cmp(&whole(*b)));
    // Limits that no path can keep at the end are kept as long as they can be.
    let roomy = |index: &usize| left(*index) >= rhythm.min_shot_s - 1e-6 || *index == 0;
    let end = end.or_else(|| (0..points.len()).rev().filter(roomy).find(reached));
    let mut path: Vec<usize> = std::iter::successors(end, |at| (*at > 0).then(|| best[*at].1)).collect();
    path.reverse();
    path.into_iter().map(|index| points[index]).collect()
}

/// What a shot from one beat to another costs.
fn shot_cost(rhythm: &Rhythm, points: &[CutPoint], places: &[Place], (from, to): (usize, usize)) -> f64 {
    let place = &places[from];
    match rhythm.counted(place) {
        // Counted beats and bars are counted, whatever the tempo does; another number costs as such.
        Some(Counted::Beats(count)) => miscount((to - from) as f64, count),
        Some(Counted::Bars(count)) => {
            let bars = f64::from(points[to].bar.saturating_sub(points[from].bar));
            let is_whole = points[from].pos == 1 && points[to].pos == 1;
            miscount(bars.max(0.25), count) + if is_whole { 0.0 } else { OFF_BAR }
        }
        None => off(points[to].t - points[from].t, rhythm.wanted_s(place)),
    }
}

fn miscount(found: f64, wanted: f64) -> f64 {
    if (found - wanted).abs() < 1e-9 {
        0.0
    } else if found < wanted {
        // What is left before a section costs the same whatever it is.
        MISCOUNT
    } else {
        MISCOUNT + 4.0 * off(found, wanted)
    }
}

/// Cost of a shot of another length than the wanted one.
fn off(length_s: f64, wanted_s: f64) -> f64 {
    OCTAVE * (length_s / wanted_s).log2().powi(2)
}

fn on(grid: &BeatGrid, at_s: f64, pos: u8) -> CutOn {
    let is_near = |other: f64| (other - at_s).abs() < 1e-3;
    if grid.drops_s.iter().any(|drop| is_near(*drop)) {
        CutOn::Drop
    } else if is_near(section_at(grid, at_s + 1e-3).0.map_or(f64::INFINITY, |(section, _)| section.start)) {
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

fn phrase(t: f64) -> CutPoint {
    CutPoint { t, bar: 0, pos: 0, on: CutOn::Phrase }
}

/// Cuts of music without beats: where phrases begin, and between them on attacks near the wanted length.
fn free(grid: &BeatGrid, rhythm: &Rhythm) -> Vec<CutPoint> {
    let mut cuts = vec![phrase(0.0)];
    let starts = grid.sections.iter().map(|section| section.start).filter(|start| *start > 0.0);
    for end in starts.chain([grid.duration_s]) {
        let from = cuts.last().map_or(0.0, |cut| cut.t);
        fill(grid, rhythm, (from, end), &mut cuts);
        let last = cuts.last().map_or(0.0, |cut| cut.t);
        let room = (end - last).min(grid.duration_s - end);
        if end < grid.duration_s && room >= rhythm.min_shot_s {
            cuts.push(phrase(end));
        }
    }
    cuts
}

/// Cuts after `from_s` and before `to_s`, on attacks near the wanted length, until what is left is no longer too long.
fn fill(grid: &BeatGrid, rhythm: &Rhythm, (from_s, to_s): (f64, f64), cuts: &mut Vec<CutPoint>) {
    let energy = section_energy(grid, from_s);
    // A bar of music that has none lasts two seconds.
    let wanted = rhythm.wanted_s(&Place { beat_s: 0.5, meter: 4.0, energy, section: None, since_s: 0.0 });
    let mut at_s = from_s;
    loop {
        let left_s = to_s - at_s;
        let is_long = left_s > rhythm.max_shot_s + 1e-6 || left_s > 1.5 * wanted;
        if !is_long || left_s < 2.0 * rhythm.min_shot_s {
            return;
        }
        let room = (at_s + rhythm.min_shot_s, (at_s + rhythm.max_shot_s).min(to_s - rhythm.min_shot_s));
        let aim = (at_s + wanted).clamp(room.0, room.1.max(room.0));
        at_s = attack_near(&grid.onsets_s, aim, (FREE_REACH * wanted, room));
        cuts.push(phrase(at_s));
    }
}

/// The attack nearest to a time, within a reach and a room, or the time itself.
fn attack_near(onsets_s: &[f64], aim_s: f64, (reach_s, room): (f64, (f64, f64))) -> f64 {
    let from = (aim_s - reach_s).max(room.0);
    let to = (aim_s + reach_s).min(room.1);
    let first = onsets_s.partition_point(|onset| *onset < from);
    let near = onsets_s[first..].iter().copied().take_while(|onset| *onset <= to);
    near.min_by(|a, b| (a - aim_s).abs().total_cmp(&(b - aim_s).abs())).unwrap_or(aim_s)
}

fn section_energy(grid: &BeatGrid, at_s: f64) -> f64 {
    let index = grid.sections.partition_point(|section| section.start <= at_s + 1e-6);
    index.checked_sub(1).map_or(0.5, |index| grid.sections[index].energy)
}
