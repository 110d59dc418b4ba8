//! The parts of a track: where they begin, and what each does.

use std::collections::BTreeSet;

use nexus_core::music::{Section, SectionLabel};

use super::novelty::novelty;
use crate::ear::Heard;

/// Fewest stretches of a section.
const SHORTEST: usize = 4;
/// Most stretches of a part that only leads to a drop.
const LONGEST_BUILD: usize = 8;
/// Novelty from which on a section may begin.
const LEAST: f64 = 0.5;
/// What a boundary gains when it stands a multiple of four stretches after the last one: phrases are built so.
const IN_FOURS: f64 = 0.4;
/// What a boundary gains on a drop.
const ON_DROP: f64 = 1.5;
/// Difference of energy that is heard as one.
const STEP: f64 = 0.12;
/// Seconds between the points at which a phrase may begin where there are no bars.
const FREE_STEP_S: f64 = 1.5;

/// Sections that begin on downbeats; `energies` holds one value per downbeat.
pub(crate) fn sections(
    heard: &Heard,
    downbeats: &[f64],
    energies: &[f64],
    drops: &[f64],
    duration_s: f64,
) -> Vec<Section> {
    let is_drop = |start: f64| drops.iter().any(|drop| (drop - start).abs() < 1e-6);
    let curve: Vec<f64> = novelty(heard, downbeats, duration_s)
        .into_iter()
        .zip(downbeats)
        .map(|(value, start)| value + if is_drop(*start) { ON_DROP } else { 0.0 })
        .collect();
    let firsts = boundaries(&curve);
    let mean = |from: usize, to: usize| {
        let part = &energies[from.min(energies.len())..to.min(energies.len())];
        part.iter().sum::<f64>() / part.len().max(1) as f64
    };
    let energy: Vec<f64> =
        (0..firsts.len()).map(|i| mean(firsts[i], firsts.get(i + 1).copied().unwrap_or(downbeats.len()))).collect();
    (0..firsts.len())
        .map(|index| {
            let (from, to) = (firsts[index], firsts.get(index + 1).copied().unwrap_or(downbeats.len()));
            let quarter = ((to - from) / 3).max(1);
            let grows = mean(to - quarter, to) - mean(from, from + quarter) > STEP;
            // A short part that is louder than the one before it and ends in a drop leads there.
            let ends_in_drop = firsts.get(index + 1).is_some_and(|next| is_drop(downbeats[*next]));
            let leads = ends_in_drop && to - from <= LONGEST_BUILD && index > 0 && energy[index] > energy[index - 1];
            let around = Around {
                before: index.checked_sub(1).map(|before| energy[before]),
                own: energy[index],
                after: energy.get(index + 1).copied(),
            };
            Section {
                start: if index == 0 { 0.0 } else { downbeats[from] },
                end: if index + 1 == firsts.len() { duration_s } else { downbeats[to] },
                energy: energy[index],
                label: if leads { SectionLabel::Build } else { around.label(is_drop(downbeats[from]), grows) },
            }
        })
        .collect()
}

/// Phrases of music without bars: they begin at the attack nearest to where the music changes.
pub(crate) fn phrases(heard: &Heard, onsets: &[f64], duration_s: f64) -> Vec<Section> {
    let count = (duration_s / FREE_STEP_S) as usize;
    let starts: Vec<f64> = (0..count.max(1)).map(|index| index as f64 * FREE_STEP_S).collect();
    let energies = super::bar_energy(&heard.frames, &starts, duration_s);
    let firsts = boundaries(&novelty(heard, &starts, duration_s));
    let snapped: Vec<f64> = firsts
        .iter()
        .map(|first| {
            let at = starts[*first];
            let near = onsets.iter().copied().min_by(|a, b| (a - at).abs().total_cmp(&(b - at).abs()));
            near.filter(|onset| *first > 0 && (onset - at).abs() < FREE_STEP_S / 2.0).unwrap_or(at)
        })
        .collect();
    (0..firsts.len())
        .map(|index| {
            let to = firsts.get(index + 1).copied().unwrap_or(energies.len());
            let part = &energies[firsts[index]..to];
            Section {
                start: snapped[index],
                end: snapped.get(index + 1).copied().unwrap_or(duration_s),
                energy: part.iter().sum::<f64>() / part.len().max(1) as f64,
                label: SectionLabel::Verse,
            }
        })
        .collect()
}

/// Indices at which sections begin, 0 first.
fn boundaries(curve: &[f64]) -> Vec<usize> {
    let mut firsts = BTreeSet::from([0]);
    loop {
        let gain = |at: usize| {
            let last = firsts.range(..at).next_back().copied().unwrap_or(0);
            let next = firsts.range(at..).next().copied().unwrap_or(curve.len());
            let has_room = at - last >= SHORTEST && next - at >= SHORTEST;
            has_room.then(|| curve[at] + if (at - last).is_multiple_of(4) { IN_FOURS } else { 0.0 })
        };
        // The bonus alone makes no boundary, so most places need no second look.
        let places = (1..curve.len()).filter(|at| curve[*at] >= LEAST);
        let best = places.filter_map(|at| gain(at).map(|gain| (gain, at))).max_by(|a, b| a.0.total_cmp(&b.0));
        match best {
            Some((gain, at)) if gain >= LEAST + IN_FOURS => firsts.insert(at),
            _ => return firsts.into_iter().collect(),
        };
    }
}

/// Energy of a section and of its neighbours.
struct Around {
    before: Option<f64>,
    own: f64,
    after: Option<f64>,
}

impl Around {
    fn label(&self, is_drop: bool, grows: bool) -> SectionLabel {
        let Self { before, own, after } = *self;
        let quieter_than = |other: Option<f64>| other.is_some_and(|other| other - own > STEP);
        if is_drop {
            SectionLabel::Drop
        } else if before.is_none() && quieter_than(after) {
            SectionLabel::Intro
        } else if after.is_none() && quieter_than(before) {
            SectionLabel::Outro
        } else if grows && after.is_some_and(|after| after > own) {
            SectionLabel::Build
        } else if quieter_than(before) && after.is_some_and(|after| after >= own) {
            SectionLabel::Break
        } else if own >= 0.75 {
            SectionLabel::Chorus
        } else {
            SectionLabel::Verse
        }
    }
}
