//! The front end of Beat This!: a mel spectrum every 20 ms.
//!
//! Source: Foscarin, Schlüter and Widmer, "Beat This! Accurate beat tracking without DBN postprocessing", ISMIR 2024,
//! whose published networks expect exactly this: 22,050 Hz, windows of 1,024 samples, 128 bands from 30 to 11,000 Hz on
//! Slaney's scale without area normalisation, magnitudes over the square root of the window, `ln(1 + 1000 x)`.

use crate::{
    spectrum::{RATE_HZ, dot},
    transform::Transform,
};

/// Bands of a frame.
pub(crate) const MELS: usize = 128;

const WINDOW: usize = 1024;
const HOP: usize = 441;
const LOWEST_HZ: f64 = 30.0;
const HIGHEST_HZ: f64 = 11_000.0;
const COMPRESSION: f32 = 1000.0;

/// Hears samples at [`RATE_HZ`] in pieces of any length.
pub(crate) struct MelSpectrum {
    /// First bin and weights of each band.
    bands: Vec<(usize, Vec<f32>)>,
    transform: Transform,
    waiting: Vec<f32>,
    is_begun: bool,
    frames: Vec<f32>,
}

impl MelSpectrum {
    pub(crate) fn new() -> Self {
        // A periodic Hann window, as torch has it.
        let transform = Transform::new(WINDOW, 0.0);
        Self { bands: bank(), transform, waiting: Vec::new(), is_begun: false, frames: Vec::new() }
    }

    pub(crate) fn push(&mut self, samples: &[f32]) {
        self.waiting.extend_from_slice(samples);
        if !self.is_begun && self.waiting.len() > WINDOW / 2 {
            // The beginning is mirrored, so that the first frame is centred at 0.
            let mirrored: Vec<f32> = self.waiting[1..=WINDOW / 2].iter().rev().copied().collect();
            self.waiting.splice(0..0, mirrored);
            self.is_begun = true;
        }
        let mut first = 0;
        while self.is_begun && self.waiting.len() - first >= WINDOW {
            self.hear(first);
            first += HOP;
        }
        self.waiting.drain(..first);
    }

    /// [`MELS`] values per frame.
    pub(crate) fn finish(mut self) -> Vec<f32> {
        let end = self.waiting.len();
        let mirrored: Vec<f32> =
            self.waiting[end.saturating_sub(WINDOW / 2 + 1)..end.saturating_sub(1)].iter().rev().copied().collect();
        self.push(&mirrored);
        self.frames
    }

    fn hear(&mut self, first: usize) {
        let scale = 1.0 / (WINDOW as f32).sqrt();
        let magnitudes = self.transform.magnitudes(&self.waiting[first..first + WINDOW], scale);
        for (from, weights) in &self.bands {
            let sum = dot(&magnitudes[*from..*from + weights.len()], weights);
            self.frames.push((COMPRESSION * sum).ln_1p());
        }
    }
}

/// Triangles between neighbouring points of Slaney's mel scale, with a height of 1.
fn bank() -> Vec<(usize, Vec<f32>)> {
    let (low, high) = (mel(LOWEST_HZ), mel(HIGHEST_HZ));
    let points: Vec<f64> =
        (0..MELS + 2).map(|index| hertz(low + (high - low) * index as f64 / (MELS + 1) as f64)).collect();
    let hz_of = |bin: usize| bin as f64 * f64::from(RATE_HZ) / WINDOW as f64;
    points
        .windows(3)
        .map(|triple| {
            let weight = |bin: usize| {
                let up = (hz_of(bin) - triple[0]) / (triple[1] - triple[0]);
                let down = (triple[2] - hz_of(bin)) / (triple[2] - triple[1]);
                up.min(down).max(0.0) as f32
            };
            let from = (0..=WINDOW / 2).find(|bin| weight(*bin) > 0.0).unwrap_or(0);
            (from, (from..=WINDOW / 2).map(weight).take_while(|weight| *weight > 0.0).collect())
        })
        .collect()
}

/// Slaney's scale: even below 1,000 Hz, logarithmic above.
fn mel(hz: f64) -> f64 {
    if hz < 1000.0 { hz * 3.0 / 200.0 } else { 15.0 + (hz / 1000.0).ln() / (6.4_f64.ln() / 27.0) }
}

fn hertz(mel: f64) -> f64 {
    if mel < 15.0 { mel * 200.0 / 3.0 } else { 1000.0 * ((mel - 15.0) * (6.4_f64.ln() / 27.0)).exp() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_librosa() {
        let text = include_str!("../tests/it/data/mel.json");
        let wanted: Vec<Vec<f32>> = serde_json::from_str(text).expect("rows of numbers");
        let glide = |index: usize| {
            let time = index as f64 / f64::from(RATE_HZ);
            (0.5 * (std::f64::consts::TAU * (100.0 * time + 4000.0 * time * time)).sin()) as f32
        };
        let sound: Vec<f32> = (0..11_025).map(glide).collect();
        let mut mels = MelSpectrum::new();
        sound.chunks(700).for_each(|piece| mels.push(piece));
        let found = mels.finish();
        assert_eq!(found.len() / MELS, 26);
        for (row, wanted) in wanted.iter().enumerate() {
            for (mel, value) in wanted.iter().enumerate() {
                let found = found[row * 5 * MELS + mel];
                assert!((found - value).abs() < 2e-3, "frame {}, band {mel}: {found} instead of {value}", row * 5);
            }
        }
    }
}
