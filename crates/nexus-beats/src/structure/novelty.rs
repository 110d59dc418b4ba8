//! Where music changes: the checkerboard novelty of its self-similarity.

use crate::{
    ear::Heard,
    means::Means,
    spectrum::{FRAMES_PER_S, TIMBRE},
};

/// What a stretch sounds like: pitch classes, timbre, loudness and density.
const WIDTH: usize = 12 + TIMBRE + 2;
/// Half sizes of the checkerboard, in stretches.
const SIZES: [usize; 3] = [4, 8, 16];

/// How much the music changes at the start of each stretch, in standard deviations above the mean; 0 at both ends.
///
/// Source: Foote, "Automatic audio segmentation using a measure of audio novelty", ICME 2000, at three scales.
pub(super) fn novelty(heard: &Heard, starts: &[f64], duration_s: f64) -> Vec<f64> {
    let sounds = sounds(heard, starts, duration_s);
    let likeness = |a: usize, b: usize| {
        let square: f64 = sounds[a].iter().zip(&sounds[b]).map(|(x, y)| (x - y).powi(2)).sum();
        (-square / WIDTH as f64).exp()
    };
    let count = starts.len();
    let mut sum = vec![0.0; count];
    for size in SIZES {
        let mut curve = vec![0.0; count];
        for (at, slot) in curve.iter_mut().enumerate().skip(2).take(count.saturating_sub(4)) {
            let reach = size.min(at).min(count - at);
            let (mut same, mut across, mut weights) = (0.0, 0.0, 0.0);
            for a in 0..reach {
                for b in 0..reach {
                    let far = ((a * a + b * b) as f64) / (size * size) as f64;
                    let weight = (-far).exp();
                    same += weight * (likeness(at - 1 - a, at - 1 - b) + likeness(at + a, at + b)) * 0.5;
                    across += weight * likeness(at - 1 - a, at + b);
                    weights += weight;
                }
            }
            *slot = (same - across) / weights;
        }
        let mean = curve.iter().sum::<f64>() / count.max(1) as f64;
        let spread = (curve.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count.max(1) as f64).sqrt();
        for (total, value) in sum.iter_mut().zip(curve) {
            *total += (value - mean) / spread.max(0.02) / SIZES.len() as f64;
        }
    }
    sum
}

fn sounds(heard: &Heard, starts: &[f64], duration_s: f64) -> Vec<[f64; WIDTH]> {
    let summary = &heard.summary;
    let mut rows: Vec<[f64; WIDTH]> = (0..starts.len())
        .map(|index| {
            // Windows hear 46 ms ahead: the next stretch's first attack stays out.
            let (from, to) = (starts[index], starts.get(index + 1).copied().unwrap_or(duration_s) - 0.05);
            let mut row = [0.0; WIDTH];
            row[..12].copy_from_slice(&direction(&summary.chroma, from, to));
            row[12..12 + TIMBRE].copy_from_slice(&summary.timbre.between(from, to));
            row[12 + TIMBRE] = (summary.power.between(from, to)[0] + 1e-9).ln();
            row[13 + TIMBRE] = density(heard, from, to);
            row
        })
        .collect();
    for column in 0..WIDTH {
        let count = rows.len().max(1) as f64;
        let mean = rows.iter().map(|row| row[column]).sum::<f64>() / count;
        let spread = (rows.iter().map(|row| (row[column] - mean).powi(2)).sum::<f64>() / count).sqrt().max(1e-6);
        for row in &mut rows {
            row[column] = ((row[column] - mean) / spread).clamp(-3.0, 3.0);
        }
    }
    rows
}

/// Mean pitch classes with length 1.
fn direction(chroma: &Means<12>, from_s: f64, to_s: f64) -> [f64; 12] {
    let mean = chroma.between(from_s, to_s);
    let length = mean.iter().map(|value| value * value).sum::<f64>().sqrt().max(1e-9);
    mean.map(|value| value / length)
}

fn density(heard: &Heard, from_s: f64, to_s: f64) -> f64 {
    let strength = &heard.onsets.strength;
    let from = ((from_s * FRAMES_PER_S) as usize).min(strength.len());
    let to = ((to_s * FRAMES_PER_S) as usize).clamp(from, strength.len());
    f64::from(strength[from..to].iter().sum::<f32>()) / (to - from).max(1) as f64
}
