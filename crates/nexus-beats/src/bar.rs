//! Which beats are downbeats: a logistic model over features around each beat, then a hidden Markov
//! model that walks through bars of 2, 3, 4 or 6 beats.

use crate::{
    ear::Heard,
    means::Summary,
    onset::Onsets,
    spectrum::{BANDS, Frame, TIMBRE},
    weights::{DOWNBEAT_BIAS, DOWNBEAT_WEIGHTS},
};

/// Features of one beat before its neighbours are added.
pub(crate) const LOCAL_FEATURES: usize = 19;
/// Beats on either side that the model sees.
pub(crate) const CONTEXT: usize = 3;
/// Inputs of the model of the arrangement.
const ARRANGEMENT_INPUTS: usize = LOCAL_FEATURES * (2 * CONTEXT + 1);

/// Bars that are tried, with the log of how common they are.
const METERS: [(usize, f64); 4] = [(4, -0.05), (3, -3.0), (2, -6.0), (6, -8.0)];
/// Share of the mean power below which a frame is quiet.
const QUIET: f64 = 1e-3;
/// Least spread of loudness, in nepers of power, that is heard as accents.
const LEAST_ACCENT: f64 = 0.1;
/// Most beats in a bar.
const MOST_BEATS: usize = 12;
/// Log probability that a bar is cut short or drawn out by some beats.
const SLIP: f64 = -12.0;

/// Beats in bars.
#[derive(Debug, Clone)]
pub(crate) struct Bars {
    /// Beats per bar.
    pub(crate) meter: usize,
    /// Position of every beat in its bar, from 0.
    pub(crate) positions: Vec<usize>,
    /// Log likelihood per beat.
    pub(crate) likelihood: f64,
}

impl Bars {
    /// Bars of the usual length, counted anew from each given downbeat; beats before the first one count backwards.
    pub(crate) fn given(is_downbeat: &[bool]) -> Self {
        let firsts: Vec<usize> = (0..is_downbeat.len()).filter(|index| is_downbeat[*index]).collect();
        let mut lengths: Vec<usize> = firsts.windows(2).map(|pair| pair[1] - pair[0]).collect();
        lengths.sort_unstable();
        let usual = lengths.get(lengths.len() / 2).copied().unwrap_or(4).min(MOST_BEATS);
        let first = firsts.first().copied().unwrap_or(0);
        let mut positions = Vec::with_capacity(is_downbeat.len());
        for (index, down) in is_downbeat.iter().enumerate() {
            let steady = if index < first {
                (usual * is_downbeat.len() + index - first) % usual
            } else {
                positions.last().map_or(0, |last| (last + 1) % usual)
            };
            positions.push(if *down { 0 } else { steady });
        }
        Self { meter: usual, positions, likelihood: 0.0 }
    }
}

/// How likely each beat is a downbeat: a logistic model.
#[derive(Debug, Clone)]
pub(crate) struct DownbeatModel {
    pub(crate) weights: Vec<f64>,
    pub(crate) bias: f64,
}

impl DownbeatModel {
    /// The one that the program carries.
    pub(crate) fn shipped() -> Self {
        Self { weights: DOWNBEAT_WEIGHTS.to_vec(), bias: DOWNBEAT_BIAS }
    }

    fn chance(&self, inputs: &[f64]) -> f64 {
        let sum: f64 = inputs.iter().zip(&self.weights).map(|(value, weight)| value * weight).sum();
        1.0 / (1.0 + (-(sum + self.bias)).exp())
    }
}

/// The bars that explain the beats best.
pub(crate) fn find_bars(heard: &Heard, times: &[f64]) -> Bars {
    let chances: Vec<f64> = if is_bare(&heard.frames) {
        accents(heard, times)
    } else {
        bar_inputs(heard, times).iter().map(|inputs| heard.downbeats.chance(inputs)).collect()
    };
    bars_from_chances(&chances)
}

/// True for a metronome and the like: silence between attacks, and so no arrangement that could tell bars.
fn is_bare(frames: &[Frame]) -> bool {
    let mean = frames.iter().map(|frame| f64::from(frame.power)).sum::<f64>() / frames.len().max(1) as f64;
    let quiet = frames.iter().filter(|frame| f64::from(frame.power) < QUIET * mean).count();
    quiet * 2 > frames.len()
}

/// Probabilities of a downbeat by loudness alone.
fn accents(heard: &Heard, times: &[f64]) -> Vec<f64> {
    let loudness: Vec<f64> =
        times.iter().map(|t| (heard.summary.power.between(t - 0.02, t + 0.08)[0] + 1e-9).ln()).collect();
    let count = loudness.len().max(1) as f64;
    let mean = loudness.iter().sum::<f64>() / count;
    let spread = (loudness.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt().max(LEAST_ACCENT);
    loudness.iter().map(|value| 1.0 / (1.0 + (1.0 - 2.0 * (value - mean) / spread).exp())).collect()
}

/// The bars for given probabilities of a downbeat.
pub(crate) fn bars_from_chances(chances: &[f64]) -> Bars {
    let found = METERS.into_iter().map(|(meter, common)| {
        let mut bars = walk(chances, meter);
        bars.likelihood = (bars.likelihood + common) / chances.len().max(1) as f64;
        bars
    });
    found.max_by(|a, b| a.likelihood.total_cmp(&b.likelihood)).expect("there is at least one meter")
}

/// What the downbeat model knows of each beat: one value per weight, the network's logits of a downbeat and of a beat
/// first, then the arrangement around it.
pub(crate) fn bar_inputs(heard: &Heard, times: &[f64]) -> Vec<Vec<f64>> {
    let mut rows = arrangement(&heard.summary, &heard.onsets, times);
    for (row, time) in rows.iter_mut().zip(times) {
        row.splice(0..0, [logit(heard.chances.downbeat_at(*time)), logit(heard.chances.beat_at(*time))]);
    }
    rows
}

fn logit(chance: f32) -> f64 {
    let chance = f64::from(chance).clamp(1e-3, 1.0 - 1e-3);
    (chance / (1.0 - chance)).ln()
}

/// Viterbi over positions in the bar.
fn walk(chances: &[f64], meter: usize) -> Bars {
    let evidence = |chance: f64, position: usize| {
        let prior = 1.0 / meter as f64;
        let chance = chance.clamp(0.01, 0.99);
        if position == 0 { (chance / prior).ln() } else { ((1.0 - chance) / (1.0 - prior)).ln() }
    };
    let mut score = vec![0.0_f64; meter];
    let mut back: Vec<Vec<usize>> = Vec::with_capacity(chances.len());
    for (index, value) in chances.iter().enumerate() {
        let best = (0..meter).max_by(|a, b| score[*a].total_cmp(&score[*b])).unwrap_or(0);
        let mut next = vec![0.0; meter];
        let mut from = vec![0; meter];
        for position in 0..meter {
            let steady = (position + meter - 1) % meter;
            let slip = index > 0 && score[best] + SLIP > score[steady];
            from[position] = if slip { best } else { steady };
            let past = if slip { score[best] + SLIP } else { score[steady] };
            next[position] = past + evidence(*value, position);
        }
        score = next;
        back.push(from);
    }
    let mut position = (0..meter).max_by(|a, b| score[*a].total_cmp(&score[*b])).unwrap_or(0);
    let likelihood = score[position];
    let mut positions = vec![0; chances.len()];
    for index in (0..chances.len()).rev() {
        positions[index] = position;
        position = back[index][position];
    }
    Bars { meter, positions, likelihood }
}

/// Inputs of the model of the arrangement for every beat: the features of the beat and of its neighbours, each feature
/// with mean 0 and deviation 1 over the track.
fn arrangement(summary: &Summary, onsets: &Onsets, times: &[f64]) -> Vec<Vec<f64>> {
    let mut local = local_features(summary, onsets, times);
    standardise(&mut local);
    (0..local.len())
        .map(|index| {
            let mut inputs = Vec::with_capacity(ARRANGEMENT_INPUTS);
            for shift in 0..=2 * CONTEXT {
                match (index + shift).checked_sub(CONTEXT).and_then(|at| local.get(at)) {
                    Some(features) => inputs.extend_from_slice(features),
                    None => inputs.extend_from_slice(&[0.0; LOCAL_FEATURES]),
                }
            }
            inputs
        })
        .collect()
}

fn standardise(rows: &mut [[f64; LOCAL_FEATURES]]) {
    let count = rows.len().max(1) as f64;
    for column in 0..LOCAL_FEATURES {
        let mean = rows.iter().map(|row| row[column]).sum::<f64>() / count;
        let variance = rows.iter().map(|row| (row[column] - mean).powi(2)).sum::<f64>() / count;
        let scale = 1.0 / variance.sqrt().max(1e-6);
        for row in rows.iter_mut() {
            row[column] = ((row[column] - mean) * scale).clamp(-3.0, 3.0);
        }
    }
}

fn local_features(summary: &Summary, onsets: &Onsets, times: &[f64]) -> Vec<[f64; LOCAL_FEATURES]> {
    let period = median_interval(times);
    times
        .iter()
        .map(|&time| {
            let mut row = [0.0; LOCAL_FEATURES];
            for (band, slot) in row.iter_mut().take(BANDS).enumerate() {
                *slot = f64::from(onsets.band_at(band, time)).ln_1p();
            }
            let half = time + 0.5 * period;
            row[5] = f64::from(onsets.band_at(0, half)).ln_1p();
            row[6] = f64::from(onsets.band_at(2, half)).ln_1p();
            // A little after the beat, because the window of the spectrum already hears it before.
            let at = time + 0.02;
            for (index, beats) in [1.0, 2.0, 4.0].into_iter().enumerate() {
                let (before, after) = summary.chroma.around(at, beats * period);
                row[7 + index] = turn(&before, &after);
                let (before, after) = summary.bass.around(at, beats * period);
                row[10 + index] = turn(&before, &after);
                let (before, after) = summary.timbre.around(at, beats * period);
                row[13 + index] = distance(&before, &after);
            }
            let (before, after) = summary.power.around(at, period);
            row[16] = ((after[0] + 1e-6) / (before[0] + 1e-6)).ln();
            row[17] = ((after[1] + 1e-6) / (before[1] + 1e-6)).ln();
            let (before, after) = summary.power.around(at, 4.0 * period);
            row[18] = ((after[0] + 1e-6) / (before[0] + 1e-6)).ln();
            row
        })
        .collect()
}

/// One minus the cosine of the angle between two descriptions.
pub(crate) fn turn(a: &[f64], b: &[f64]) -> f64 {
    let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len().max(1) as f64;
    let (ma, mb) = (mean(a), mean(b));
    let dot: f64 = a.iter().zip(b).map(|(x, y)| (x - ma) * (y - mb)).sum();
    let norm = |v: &[f64], m: f64| v.iter().map(|x| (x - m).powi(2)).sum::<f64>().sqrt();
    let size = norm(a, ma) * norm(b, mb);
    if size > 1e-12 { 1.0 - dot / size } else { 0.0 }
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    let square: f64 = a.iter().zip(b).map(|(x, y)| (x - y).powi(2)).sum();
    (square / TIMBRE as f64).sqrt()
}

/// Median distance of neighbours; 0.5 when there are fewer than two.
pub(crate) fn median_interval(times: &[f64]) -> f64 {
    let mut gaps: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    if gaps.is_empty() {
        return 0.5;
    }
    gaps.sort_by(f64::total_cmp);
    gaps[gaps.len() / 2]
}
