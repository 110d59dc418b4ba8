//! What an editor wants beyond beats: the energy of each bar and the places where the bass comes back.

use crate::spectrum::{FRAMES_PER_S, Frame};

/// Least rise of the low band at a drop, against one and against two bars before, in dB.
const JUMP_DB: [f64; 2] = [6.0, 4.5];
/// Largest number of drops that are reported.
const MOST_DROPS: usize = 8;

/// Energy of every bar, 0 to 1: loudness in dB between the quiet and the loud bars, which are taken to lie
/// 12 to 24 dB apart so that even music stays even and a silent bar does not flatten the rest.
pub(crate) fn bar_energy(frames: &[Frame], downbeats: &[f64], duration_s: f64) -> Vec<f64> {
    let levels: Vec<f64> = (0..downbeats.len())
        .map(|index| {
            let end = downbeats.get(index + 1).copied().unwrap_or(duration_s);
            decibels(frames, downbeats[index], end, |frame| frame.power)
        })
        .collect();
    let mut sorted = levels.clone();
    sorted.sort_by(f64::total_cmp);
    let Some(high) = sorted.get(sorted.len().saturating_sub(1) * 19 / 20).copied() else { return vec![] };
    let low = sorted[sorted.len() / 10].clamp(high - 24.0, high - 12.0);
    levels.iter().map(|level| ((level - low) / (high - low)).clamp(0.0, 1.0)).collect()
}

/// Downbeats at which the bass returns after bars without it, strongest first.
pub(crate) fn drops(frames: &[Frame], downbeats: &[f64], duration_s: f64) -> Vec<f64> {
    let mut found: Vec<(f64, usize)> = Vec::new();
    let low = |from: f64, to: f64| decibels(frames, from, to, |frame| frame.low_power);
    let all = |from: f64, to: f64| decibels(frames, from, to, |frame| frame.power);
    let usual = low(0.0, duration_s);
    for index in 2..downbeats.len() {
        let at = downbeats[index];
        // Frames hear 46 ms ahead; keep the new bar's first attack out of the old bar.
        let before_end = at - 0.05;
        let after_end = downbeats.get(index + 2).copied().unwrap_or(duration_s);
        if after_end - at < 1.0 {
            continue;
        }
        let after = low(at, after_end);
        let jumps = [after - low(downbeats[index - 1], before_end), after - low(downbeats[index - 2], before_end)];
        let louder = all(at, after_end) - all(downbeats[index - 1], before_end);
        let jumped = jumps.iter().zip(JUMP_DB).all(|(jump, least)| *jump >= least);
        if jumped && louder > -1.0 && after > usual - 3.0 {
            found.push((jumps[0].min(jumps[1]).min(30.0) + louder.clamp(0.0, 12.0), index));
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

fn decibels(frames: &[Frame], from_s: f64, to_s: f64, pick: impl Fn(&Frame) -> f32) -> f64 {
    let from = ((from_s * FRAMES_PER_S).round().max(0.0) as usize).min(frames.len().saturating_sub(1));
    let to = ((to_s * FRAMES_PER_S).round().max(0.0) as usize).clamp(from + 1, frames.len().max(from + 1));
    let part = &frames[from.min(frames.len())..to.min(frames.len())];
    let mean = part.iter().map(|frame| f64::from(pick(frame))).sum::<f64>() / part.len().max(1) as f64;
    10.0 * (mean + 1e-9).log10()
}
