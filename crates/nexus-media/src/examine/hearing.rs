//! Level and likeness to speech, from 10 ms energies of the whole sound and of the band of speech.

use nexus_core::footage::ShotSound;

/// Samples per second that [`Heard::push`] expects.
pub(crate) const RATE_HZ: u32 = 16_000;

/// Samples per energy: 10 ms.
const HOP: usize = 160;

/// Energies per second.
const ENERGIES_HZ: f64 = 100.0;

/// Level of silence, in dBFS.
const SILENCE_DB: f64 = -90.0;

/// The sound of a file as two rows of energies; 1.6 KB per second.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    band: Band,
    open: (f64, f64, usize),
    /// Mean squares per 10 ms: of everything, and of 300 to 3400 Hz.
    energies: Vec<(f64, f64)>,
}

impl Heard {
    /// Takes the next samples.
    pub(crate) fn push(&mut self, samples: impl Iterator<Item = f32>) {
        for sample in samples.map(f64::from) {
            let sample = if sample.is_finite() { sample } else { 0.0 };
            let voice = self.band.pass(sample);
            let (all, part, count) = &mut self.open;
            *all += sample * sample;
            *part += voice * voice;
            *count += 1;
            if *count == HOP {
                self.energies.push((*all / HOP as f64, *part / HOP as f64));
                self.open = (0.0, 0.0, 0);
            }
        }
    }

    /// The sound between two moments; silence where there is none.
    pub(crate) fn between(&self, start_s: f64, end_s: f64) -> ShotSound {
        let place = |seconds: f64| ((seconds * ENERGIES_HZ).round().max(0.0) as usize).min(self.energies.len());
        let part = &self.energies[place(start_s)..place(end_s).max(place(start_s))];
        if part.is_empty() {
            return ShotSound { level_db: SILENCE_DB, speech: 0.0 };
        }
        let mean = part.iter().map(|(all, _)| all).sum::<f64>() / part.len() as f64;
        let level_db = (10.0 * mean.max(1e-12).log10()).clamp(SILENCE_DB, 0.0);
        ShotSound { level_db, speech: if level_db < -60.0 { 0.0 } else { speech(part, mean) } }
    }
}

/// How much energies resemble speech: the voice's band carries most of them, they swing deeply, and they
/// swing 2 to 8 times a second as syllables do, with no single steady beat among the swings.
///
/// Source of the cues: Scheirer & Slaney, "Construction and evaluation of a robust multifeature
/// speech/music discriminator", ICASSP 1997 (4 Hz modulation, low-energy frames).
fn speech(part: &[(f64, f64)], mean: f64) -> f64 {
    if part.len() < 50 {
        return 0.0;
    }
    let envelope: Vec<f64> = part.iter().map(|(_, voice)| voice.sqrt()).collect();
    let level = envelope.iter().sum::<f64>() / envelope.len() as f64;
    if level < 1e-6 {
        return 0.0;
    }
    let centred: Vec<f64> = envelope.iter().map(|value| value / level - 1.0).collect();
    let depth = (centred.iter().map(|value| value * value).sum::<f64>() / centred.len() as f64).sqrt();
    let quiet = envelope.iter().filter(|value| **value < 0.5 * level).count() as f64 / envelope.len() as f64;
    let powers: Vec<(f64, f64)> =
        (1..=80).map(|step| f64::from(step) * 0.25).map(|hz| (hz, power(&centred, hz))).collect();
    let total = powers.iter().map(|(_, power)| power).sum::<f64>().max(1e-12);
    let syllabic: Vec<f64> =
        powers.iter().filter(|(hz, _)| (2.0..=8.0).contains(hz)).map(|(_, power)| *power).collect();
    let syllables = syllabic.iter().sum::<f64>() / total;
    let steadiest = syllabic.iter().copied().fold(0.0, f64::max) / syllabic.iter().sum::<f64>().max(1e-12);
    let voice = part.iter().map(|(_, voice)| voice).sum::<f64>() / part.len() as f64 / mean.max(1e-12);
    rise(depth, 0.35, 0.7)
        * rise(quiet, 0.15, 0.35)
        * rise(syllables, 0.25, 0.45)
        * rise(voice, 0.25, 0.5)
        * (1.0 - rise(steadiest, 0.3, 0.5))
}

/// Power of `signal` at `hz`, Hann-windowed.
fn power(signal: &[f64], hz: f64) -> f64 {
    let (mut real, mut imaginary) = (0.0, 0.0);
    let turn = std::f64::consts::TAU / signal.len() as f64;
    for (index, value) in signal.iter().enumerate() {
        let windowed = value * (0.5 - 0.5 * (turn * index as f64).cos());
        let angle = std::f64::consts::TAU * hz * index as f64 / ENERGIES_HZ;
        real += windowed * angle.cos();
        imaginary += windowed * angle.sin();
    }
    (real * real + imaginary * imaginary) / (signal.len() as f64).powi(2)
}

/// 0 up to `from`, 1 beyond `to`, straight between.
fn rise(value: f64, from: f64, to: f64) -> f64 {
    ((value - from) / (to - from)).clamp(0.0, 1.0)
}

/// 300 to 3400 Hz: a high pass and a low pass of second order.
#[derive(Debug)]
struct Band {
    high: Biquad,
    low: Biquad,
}

impl Default for Band {
    fn default() -> Self {
        Self { high: Biquad::high_pass(300.0), low: Biquad::low_pass(3400.0) }
    }
}

impl Band {
    fn pass(&mut self, sample: f64) -> f64 {
        self.low.pass(self.high.pass(sample))
    }
}

/// A section of second order. Source: R. Bristow-Johnson, "Audio EQ Cookbook", Q = 1/sqrt(2).
#[derive(Debug)]
struct Biquad {
    ahead: [f64; 3],
    back: [f64; 2],
    state: [f64; 2],
}

impl Biquad {
    fn high_pass(hz: f64) -> Self {
        Self::of(hz, |cos| [(1.0 + cos) / 2.0, -(1.0 + cos), (1.0 + cos) / 2.0])
    }

    fn low_pass(hz: f64) -> Self {
        Self::of(hz, |cos| [(1.0 - cos) / 2.0, 1.0 - cos, (1.0 - cos) / 2.0])
    }

    fn of(hz: f64, ahead: impl Fn(f64) -> [f64; 3]) -> Self {
        let angle = std::f64::consts::TAU * hz / f64::from(RATE_HZ);
        let alpha = angle.sin() / std::f64::consts::SQRT_2;
        let norm = 1.0 + alpha;
        Self {
            ahead: ahead(angle.cos()).map(|value| value / norm),
            back: [-2.0 * angle.cos() / norm, (1.0 - alpha) / norm],
            state: [0.0; 2],
        }
    }

    /// Transposed direct form II.
    fn pass(&mut self, sample: f64) -> f64 {
        let out = self.ahead[0] * sample + self.state[0];
        self.state[0] = self.ahead[1] * sample - self.back[0] * out + self.state[1];
        self.state[1] = self.ahead[2] * sample - self.back[1] * out;
        out
    }
}
