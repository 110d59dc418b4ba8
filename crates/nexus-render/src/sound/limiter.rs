//! A look-ahead limiter for true peaks: peaks between samples are found at four times the rate.

use std::collections::VecDeque;

/// Samples that the gain sinks before a peak: 2 ms at 48 kHz.
const LOOK_AHEAD: usize = 96;
/// Seconds in which the gain recovers two thirds of its way.
const RELEASE_S: f64 = 0.08;
/// Neighbours on each side that an interpolated value is made of.
const REACH: usize = 12;

/// Holds the true peak of interleaved stereo at 48 kHz below `ceiling`, a linear level. Length and time stay.
pub(super) fn limit(samples: &mut [f32], ceiling: f64) {
    let needed: Vec<f32> = peaks(samples).iter().map(|peak| (ceiling as f32 / peak.max(1e-9)).min(1.0)).collect();
    if needed.iter().all(|gain| *gain >= 1.0) {
        return;
    }
    let mut lowest = sliding_minimum(&needed, LOOK_AHEAD);
    let recovery = (1.0 - (-1.0 / (RELEASE_S * 48_000.0)).exp()) as f32;
    let mut held = 1.0_f32;
    for gain in &mut lowest {
        held = gain.min(held + (1.0 - held) * recovery);
        *gain = held;
    }
    // The mean over the look-ahead never rises above what any sample in it needs.
    let mut sum: f64 = f64::from(lowest[0]) * LOOK_AHEAD as f64;
    for index in 0..lowest.len() {
        let entering = f64::from(lowest[index]);
        let leaving = f64::from(lowest[index.saturating_sub(LOOK_AHEAD)]);
        sum += entering - leaving;
        let gain = (sum / LOOK_AHEAD as f64) as f32;
        samples[index * 2] *= gain;
        samples[index * 2 + 1] *= gain;
    }
}

/// The largest true peak of interleaved stereo, linear.
pub(super) fn true_peak(samples: &[f32]) -> f64 {
    peaks(samples).into_iter().fold(0.0_f32, f32::max).into()
}

/// For each sample, the largest level of either channel between it and the next one.
fn peaks(samples: &[f32]) -> Vec<f32> {
    let frames = samples.len() / 2;
    let phases = [0.25, 0.5, 0.75].map(interpolator);
    let mut peaks = vec![0.0_f32; frames];
    for channel in 0..2 {
        // Silence around the sound, so that every neighbour exists.
        let mut padded = vec![0.0_f32; frames + 2 * REACH];
        for (place, value) in padded[REACH..].iter_mut().zip(samples.iter().skip(channel).step_by(2)) {
            *place = *value;
        }
        for (index, peak) in peaks.iter_mut().enumerate() {
            let window = &padded[index + 1..index + 1 + 2 * REACH];
            let mut highest = padded[index + REACH].abs();
            // Between samples a peak rises at most about twofold above its neighbours: quiet places need no search.
            let near = window[REACH - 2..REACH + 2].iter().fold(0.0_f32, |most, value| most.max(value.abs()));
            if near > 0.25 {
                for phase in &phases {
                    let value: f32 = window.iter().zip(phase).map(|(value, weight)| value * weight).sum();
                    highest = highest.max(value.abs());
                }
            }
            *peak = peak.max(highest);
        }
    }
    peaks
}

/// Weights of the neighbours for the value `share` of a sample later: a sinc under a Hann window.
fn interpolator(share: f64) -> [f32; 2 * REACH] {
    let mut weights = [0.0_f64; 2 * REACH];
    for (index, weight) in weights.iter_mut().enumerate() {
        let distance = index as f64 - (REACH as f64 - 1.0) - share;
        let angle = std::f64::consts::PI * distance;
        *weight = angle.sin() / angle * (angle / (2.0 * REACH as f64)).cos().powi(2);
    }
    let sum: f64 = weights.iter().sum();
    weights.map(|weight| (weight / sum) as f32)
}

/// For each value the smallest of it and the `ahead` values after it.
fn sliding_minimum(values: &[f32], ahead: usize) -> Vec<f32> {
    let mut candidates: VecDeque<usize> = VecDeque::new();
    let mut lowest = vec![1.0; values.len()];
    for index in (0..values.len()).rev() {
        while candidates.front().is_some_and(|candidate| values[*candidate] >= values[index]) {
            candidates.pop_front();
        }
        candidates.push_front(index);
        while candidates.back().is_some_and(|candidate| *candidate > index + ahead) {
            candidates.pop_back();
        }
        lowest[index] = candidates.back().map_or(1.0, |candidate| values[*candidate]);
    }
    lowest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peak_between_samples_is_seen_and_held() {
        // A sine at a quarter of the rate, sampled 45 degrees off its crests: samples at 0.707, crests at 1.
        let mut samples: Vec<f32> = (0..48_000)
            .flat_map(|index| {
                [(std::f64::consts::FRAC_PI_2 * index as f64 + std::f64::consts::FRAC_PI_4).sin() as f32; 2]
            })
            .collect();
        let steady = |samples: &[f32]| true_peak(&samples[200..samples.len() - 200]);
        assert!((steady(&samples) - 1.0).abs() < 0.02, "{}", steady(&samples));
        limit(&mut samples, 0.5);
        assert!(true_peak(&samples) < 0.5 * 1.03, "{}", true_peak(&samples));
        assert!(steady(&samples) > 0.45);
    }

    #[test]
    fn quiet_sound_passes_untouched_and_a_click_is_caught_before_it_comes() {
        let quiet = vec![0.1_f32; 2000];
        let mut same = quiet.clone();
        limit(&mut same, 0.8);
        assert_eq!(same, quiet);
        let mut click = quiet;
        click[1000] = 4.0;
        limit(&mut click, 0.8);
        assert!(click.iter().all(|value| value.abs() <= 0.85));
        assert!(click[960] < 0.1, "the gain sinks ahead of the peak");
    }
}
