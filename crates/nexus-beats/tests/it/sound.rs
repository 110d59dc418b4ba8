//! Sound made by rule, with exactly known beats.

use std::f64::consts::TAU;

use nexus_core::port::Pcm;

pub(crate) const RATE: f64 = 22_050.0;

/// Silence to paint on.
pub(crate) fn canvas(length_s: f64) -> Vec<f32> {
    vec![0.0; (length_s * RATE) as usize]
}

pub(crate) fn pcm(samples: Vec<f32>) -> Pcm {
    Pcm { rate_hz: RATE as u32, samples }
}

/// A deterministic stream of numbers in 0..1 (SplitMix64).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// A decaying tone with a sharp attack; `shape` turns time since the attack into a value.
pub(crate) fn strike(canvas: &mut [f32], at_s: f64, length_s: f64, gain: f64, mut shape: impl FnMut(f64) -> f64) {
    let first = (at_s * RATE).round() as usize;
    for offset in 0..(length_s * RATE) as usize {
        let Some(slot) = canvas.get_mut(first + offset) else { return };
        *slot += (gain * shape(offset as f64 / RATE)) as f32;
    }
}

/// A metronome's click; the downbeat is higher and louder.
pub(crate) fn click(canvas: &mut [f32], at_s: f64, downbeat: bool) {
    let (hz, gain) = if downbeat { (1500.0, 0.8) } else { (1000.0, 0.5) };
    strike(canvas, at_s, 0.05, gain, |time| (TAU * hz * time).sin() * (-time * 90.0).exp());
}

pub(crate) fn kick(canvas: &mut [f32], at_s: f64) {
    strike(canvas, at_s, 0.25, 0.8, |time| {
        (TAU * (50.0 * time + 4.0 * (1.0 - (-time * 35.0).exp()))).sin() * (-time * 14.0).exp()
    });
}

pub(crate) fn snare(canvas: &mut [f32], at_s: f64, dice: &mut Dice) {
    strike(canvas, at_s, 0.18, 0.35, |time| {
        ((2.0 * dice.roll() - 1.0) + (TAU * 190.0 * time).sin()) * (-time * 22.0).exp()
    });
}

pub(crate) fn hat(canvas: &mut [f32], at_s: f64, dice: &mut Dice) {
    let mut last = 0.0;
    strike(canvas, at_s, 0.05, 0.1, |time| {
        let noise = 2.0 * dice.roll() - 1.0;
        let bright = noise - last;
        last = noise;
        bright * (-time * 70.0).exp()
    });
}

/// A note with overtones; `note` as in MIDI.
pub(crate) fn note(canvas: &mut [f32], note: f64, at_s: f64, length_s: f64, gain: f64) {
    let hz = 440.0 * 2.0_f64.powf((note - 69.0) / 12.0);
    strike(canvas, at_s, length_s, gain, |time| {
        let wave = (TAU * hz * time).sin() + 0.4 * (TAU * 2.0 * hz * time).sin();
        wave * (time / 0.005).min(1.0) * (1.0 - time / length_s)
    });
}
