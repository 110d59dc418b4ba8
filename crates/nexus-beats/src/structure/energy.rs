//! How loud the music is from beat to beat and from bar to bar, and where the bass comes back.

use crate::spectrum::{FRAMES_PER_S, Frame};

/// Least rise of the low band at a drop, against one and against two bars before, in dB.
const JUMP_DB: [f64; 2] = [6.0, 4.5];
/// Least rise of the low band, and of the whole, against one bar before, in dB.
const BACK_DB: [f64; 2] = [3.0, 1.5];
/// Bars for which the bass stays.
const STAYS: usize = 3;
/// What a drop gains when the bar before it was emptied for it, in dB.
const AFTER_GAP: f64 = 6.0;
/// Largest number of drops that are reported.
const MOST_DROPS: usize = 8;

/// Energy of every bar, 0 to 1: loudness in dB between the quiet and the loud bars, which are taken to lie
/// 12 to 24 dB apart so that even music stays even and a silent bar does not flatten the rest.
pub(crate) fn bar_energy(frames: &[Frame], downbeats: &[f64], duration_s: f64) -> Vec<f64> {
    energy(frames, downbeats, downbeats, duration_s)
}

/// Energy of every beat on the scale of the bars; on its own scale where there are none.
pub(crate) fn beat_energy(frames: &[Frame], beats: &[f64], downbeats: &[f64], duration_s: f64) -> Vec<f64> {
    energy(frames, beats, if downbeats.len() < 2 { beats } else { downbeats }, duration_s)
}

fn energy(frames: &[Frame], starts: &[f64], scale: &[f64], duration_s: f64) -> Vec<f64> {
    let levels = |starts: &[f64]| -> Vec<f64> {
        let end = |index: usize| starts.get(index + 1).copied().unwrap_or(duration_s);
        (0..starts.len()).map(|index| decibels(frames, starts[index], end(index), |frame| frame.power)).collect()
    };
    let mut sorted = levels(scale);
    sorted.sort_by(f64::total_cmp);
    let Some(high) = sorted.get(sorted.len().saturating_sub(1) * 19 / 20).copied() else { return vec![] };
    let low = sorted[sorted.len() / 10].clamp(high - 24.0, high - 12.0);
    levels(starts).iter().map(|level| ((level - low) / (high - low)).clamp(0.0, 1.0)).collect()
}

/// Downbeats on which the music drops, strongest first: the bass comes back there and stays, and the music is as loud
/// as it gets. It was gone for two bars, or for one bar that the others stand out from.
pub(crate) fn drops(frames: &[Frame], downbeats: &[f64], duration_s: f64) -> Vec<f64> {
    let levels = |pick: fn(&Frame) -> f32| -> Vec<f64> {
        // Frames hear 46 ms ahead; the next bar's first attack stays out.
        let end = |index: usize| downbeats.get(index + 1).copied().unwrap_or(duration_s) - 0.05;
        (0..downbeats.len()).map(|index| decibels(frames, downbeats[index], end(index), pick)).collect()
    };
    let (low, all) = (levels(|frame| frame.low_power), levels(|frame| frame.power));
    let (loud_low, loud) = (ninth_tenth(&low), ninth_tenth(&all));
    let mut found: Vec<(f64, usize)> = Vec::new();
    for index in 2..downbeats.len().saturating_sub(1) {
        let after = index..(index + STAYS).min(downbeats.len());
        let stays = |levels: &[f64], least: f64| levels[after.clone()].iter().all(|level| *level >= least);
        if !stays(&low, loud_low - 4.0) || !stays(&all, loud - 3.0) {
            continue;
        }
        let bass = [low[index] - low[index - 1], low[index] - low[index - 2]];
        let louder = all[index] - all[index - 1];
        let was_gone = bass.iter().zip(JUMP_DB).all(|(jump, least)| *jump >= least) && louder > -1.0;
        let is_back = bass[0] >= BACK_DB[0] && louder >= BACK_DB[1];
        let gap = low[index - 2] - low[index - 1] >= BACK_DB[0];
        if was_gone || is_back {
            found.push((bass[0].min(30.0) + louder.clamp(0.0, 12.0) + if gap { AFTER_GAP } else { 0.0 }, index));
        }
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut kept: Vec<usize> = Vec::new();
    for (_, index) in found {
        if kept.len() < MOST_DROPS && kept.iter().all(|other| other.abs_diff(index) >= 4) {
            kept.push(index);
        }
    }
    kept.into_iter().map(|index| downbeats[index]).collect()
}

/// The level that a tenth of the bars exceeds.
fn ninth_tenth(levels: &[f64]) -> f64 {
    let mut sorted = levels.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() * 9 / 10).copied().unwrap_or(0.0)
}

fn decibels(frames: &[Frame], from_s: f64, to_s: f64, pick: impl Fn(&Frame) -> f32) -> f64 {
    let from = ((from_s * FRAMES_PER_S).round().max(0.0) as usize).min(frames.len().saturating_sub(1));
    let to = ((to_s * FRAMES_PER_S).round().max(0.0) as usize).clamp(from + 1, frames.len().max(from + 1));
    let part = &frames[from.min(frames.len())..to.min(frames.len())];
    let mean = part.iter().map(|frame| f64::from(pick(frame))).sum::<f64>() / part.len().max(1) as f64;
    10.0 * (mean + 1e-9).log10()
}
