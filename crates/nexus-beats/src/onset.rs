//! From flux to one curve between 0 and 1 that says how much each hundredth of a second looks like a beat.

use crate::{
    refine::FineEnvelope,
    spectrum::{BANDS, FRAMES_PER_S, Frame, frames_around},
};

/// Ticks per second of the curve that the decoder walks over; twice the frame rate.
pub(crate) const TICKS_PER_S: f64 = FRAMES_PER_S * 2.0;

/// Weight of each band in the sum.
const WEIGHTS: [f32; BANDS] = [1.2, 1.0, 0.9, 0.8, 0.6];
/// Frames on either side that a peak stands above.
const PEAK: usize = 2;
/// Least strength of a peak that counts as an attack.
const LEAST_PEAK: f32 = 0.35;
/// How far the rise of the wave may lie from the peak, and the least distance of attacks, in seconds.
const ATTACK_REACH_S: f64 = 0.04;
const LEAST_GAP_S: f64 = 0.05;
/// Half length of the window for local level, in frames (3 s).
const LOCAL: usize = 150;

/// Onset strength: per band and summed.
pub(crate) struct Onsets {
    /// Flux of each band over its local level, one value per frame; 1 is an ordinary strong onset.
    pub(crate) bands: Vec<[f32; BANDS]>,
    /// Weighted sum, one value per frame.
    pub(crate) strength: Vec<f32>,
    /// Likeness to a beat, 0.01 to 0.99, one value per tick.
    pub(crate) activation: Vec<f32>,
}

impl Onsets {
    /// Levels each band against its surroundings and sums them.
    pub(crate) fn new(frames: &[Frame]) -> Self {
        let mut bands = vec![[0.0_f32; BANDS]; frames.len()];
        for band in 0..BANDS {
            let curve: Vec<f32> = frames.iter().map(|frame| frame.flux[band]).collect();
            for (slot, value) in bands.iter_mut().zip(levelled(&curve)) {
                slot[band] = value;
            }
        }
        let sum: Vec<f32> =
            bands.iter().map(|frame| frame.iter().zip(WEIGHTS).map(|(value, weight)| value * weight).sum()).collect();
        let strength = levelled(&sum);
        let activation = activation(&strength);
        Self { bands, strength, activation }
    }

    /// Attacks in seconds, in order: peaks of the strength, moved to where the wave itself rises.
    pub(crate) fn attacks(&self, envelope: &FineEnvelope, duration_s: f64) -> Vec<f64> {
        let mut attacks: Vec<f64> = Vec::new();
        for frame in 0..self.strength.len() {
            let near = &self.strength[frame.saturating_sub(PEAK)..(frame + PEAK + 1).min(self.strength.len())];
            let value = self.strength[frame];
            if value < LEAST_PEAK || near.iter().any(|other| *other > value) {
                continue;
            }
            let at = envelope.attack(frame as f64 / FRAMES_PER_S, ATTACK_REACH_S).0.clamp(0.0, duration_s);
            if attacks.last().is_none_or(|last| at - last >= LEAST_GAP_S) {
                attacks.push(at);
            }
        }
        attacks
    }

    /// Largest value of a band within one frame of a time.
    pub(crate) fn band_at(&self, band: usize, time_s: f64) -> f32 {
        frames_around(time_s, self.bands.len()).map(|frame| self.bands[frame][band]).fold(0.0, f32::max)
    }

    /// Largest sum within one frame of a time.
    pub(crate) fn strength_at(&self, time_s: f64) -> f32 {
        frames_around(time_s, self.strength.len()).map(|frame| self.strength[frame]).fold(0.0, f32::max)
    }
}

/// Divides a curve by its local root mean square, held up by the global one so that quiet passages do
/// not turn noise into onsets.
fn levelled(curve: &[f32]) -> Vec<f32> {
    let mut sums = Vec::with_capacity(curve.len() + 1);
    sums.push(0.0_f64);
    for value in curve {
        let last = sums[sums.len() - 1];
        sums.push(last + f64::from(*value) * f64::from(*value));
    }
    let global = (sums[curve.len()] / curve.len().max(1) as f64).sqrt();
    (0..curve.len())
        .map(|index| {
            let (from, to) = (index.saturating_sub(LOCAL), (index + LOCAL).min(curve.len()));
            let local = ((sums[to] - sums[from]) / (to - from) as f64).sqrt();
            let level = local.max(0.3 * global);
            if level > 1e-9 { (f64::from(curve[index]) / (2.0 * level)) as f32 } else { 0.0 }
        })
        .collect()
}

/// Emphasises local maxima, compresses, and doubles the rate by interpolation.
fn activation(strength: &[f32]) -> Vec<f32> {
    let peaky: Vec<f32> = (0..strength.len())
        .map(|index| {
            let (from, to) = (index.saturating_sub(5), (index + 6).min(strength.len()));
            let mean = strength[from..to].iter().sum::<f32>() / (to - from) as f32;
            (strength[index] - 0.8 * mean).max(0.0)
        })
        .collect();
    let likeness = |value: f32| (1.0 - (-1.6 * value).exp()).clamp(0.01, 0.99);
    let mut ticks = Vec::with_capacity(peaky.len() * 2);
    for (index, value) in peaky.iter().enumerate() {
        let next = peaky.get(index + 1).copied().unwrap_or(*value);
        ticks.push(likeness(*value));
        ticks.push(likeness(0.5 * (value + next)));
    }
    ticks
}

/// Autocorrelation of a mean-free curve for lags `0..lags`, divided by its value at lag 0.
pub(crate) fn autocorrelation(curve: &[f32], lags: usize) -> Vec<f32> {
    let mean = curve.iter().sum::<f32>() / curve.len().max(1) as f32;
    let centred: Vec<f32> = curve.iter().map(|value| value - mean).collect();
    let at = |lag: usize| -> f32 {
        let count = centred.len().saturating_sub(lag);
        if count == 0 {
            return 0.0;
        }
        centred[lag..].iter().zip(&centred[..count]).map(|(a, b)| a * b).sum::<f32>() / count as f32
    };
    let zero = at(0).max(1e-9);
    (0..lags).map(|lag| at(lag) / zero).collect()
}
