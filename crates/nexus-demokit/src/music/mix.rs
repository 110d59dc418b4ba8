//! The mixing desk: pumping, echo, reverb, loudness after ITU-R BS.1770, and a limiter that keeps peaks down.

use super::score::Score;
use super::stems::{Bus, Stems};
use super::synth::{Filter, RATE};

/// Integrated loudness of the finished tracks.
const TARGET_LUFS: f64 = -14.5;
/// Highest sample of the finished tracks, -1.9 dBFS, so that peaks between samples stay under -1.
const CEILING: f32 = 0.80;

/// Mixes the band to finished stereo, interleaved.
pub(crate) fn mix(score: &Score, stems: &Stems) -> Vec<f32> {
    let samples = stems.kick.left.len();
    let duck = ducking(&stems.kicks, samples);
    let mut out = Bus::silent(samples);
    let mut send = Bus::silent(samples);
    let mut echoed = Bus::silent(samples);
    for (k, &pump) in duck.iter().enumerate() {
        let half = 0.45 + 0.55 * pump;
        for (bus, dry, wet, echo) in [
            (&stems.kick, 0.60, 0.0, 0.0),
            (&stems.drums, 0.62, 0.10, 0.0),
            (&stems.bass, 0.72 * pump, 0.0, 0.0),
            (&stems.pads, 1.10 * pump, 0.35, 0.0),
            (&stems.stabs, 1.05 * half, 0.30, 0.22),
            (&stems.lead, 0.95 * half, 0.26, 0.34),
            (&stems.rise, 0.9, 0.25, 0.0),
        ] {
            let (l, r) = (bus.left[k], bus.right[k]);
            out.left[k] += l * dry;
            out.right[k] += r * dry;
            send.left[k] += l * wet;
            send.right[k] += r * wet;
            echoed.left[k] += l * echo;
            echoed.right[k] += r * echo;
        }
    }
    echo(&echoed, (score.beat_s() * 0.75) as f32, &mut out, &mut send);
    reverb(&send, &mut out);
    let (mut left_low, mut right_low) = (Filter::default(), Filter::default());
    for k in 0..samples {
        out.left[k] = left_low.next(out.left[k], 28.0, 0.7).high;
        out.right[k] = right_low.next(out.right[k], 28.0, 0.7).high;
    }
    let mut sound: Vec<f32> = out.left.iter().zip(&out.right).flat_map(|(l, r)| [*l, *r]).collect();
    // Limiting costs a little loudness, so the gain is found in a few rounds.
    let raw = sound.clone();
    let mut gain_db = TARGET_LUFS - loudness(&raw);
    for _ in 0..3 {
        let gain = 10f64.powf(gain_db / 20.0) as f32;
        sound = raw.iter().map(|v| soften(v * gain)).collect();
        limit(&mut sound);
        gain_db += TARGET_LUFS - loudness(&sound);
    }
    fade_ends(&mut sound);
    sound
}

/// How far the others step back at each kick, per sample.
fn ducking(kicks: &[f64], samples: usize) -> Vec<f32> {
    let mut duck = vec![1.0f32; samples];
    for &at in kicks {
        let first = (at * f64::from(RATE)) as usize;
        let length = (0.30 * RATE) as usize;
        for k in 0..length {
            if let Some(value) = duck.get_mut(first + k) {
                let s = k as f32 / length as f32;
                let attack = (k as f32 / (0.004 * RATE)).min(1.0);
                let depth = 0.62 * (1.0 - s * s * (3.0 - 2.0 * s)) * attack;
                *value = value.min(1.0 - depth);
            }
        }
    }
    duck
}

/// An echo that crosses from side to side, three sixteenths apart.
fn echo(input: &Bus, delay_s: f32, out: &mut Bus, send: &mut Bus) {
    let delay = (delay_s * RATE) as usize;
    let samples = input.left.len();
    let (mut left, mut right) = (vec![0.0f32; samples], vec![0.0f32; samples]);
    let (mut dull_left, mut dull_right) = (Filter::default(), Filter::default());
    for k in 0..samples {
        let (from_left, from_right) = if k >= delay { (left[k - delay], right[k - delay]) } else { (0.0, 0.0) };
        let mono = 0.5 * (input.left[k] + input.right[k]);
        left[k] = mono + dull_left.next(from_right, 3200.0, 0.7).low * 0.46;
        right[k] = dull_right.next(from_left, 3200.0, 0.7).low * 0.92;
        if k >= delay {
            out.left[k] += left[k - delay];
            out.right[k] += right[k - delay];
            send.left[k] += left[k - delay] * 0.2;
            send.right[k] += right[k - delay] * 0.2;
        }
    }
}

/// Schroeder's reverb in Freeverb's tuning, a small room; left and right differ by a few samples.
fn reverb(input: &Bus, out: &mut Bus) {
    for (side, (source, target)) in
        [(&input.left, &mut out.left), (&input.right, &mut out.right)].into_iter().enumerate()
    {
        let spread = side * 25;
        let mut wet = vec![0.0f32; source.len()];
        for comb in [1214usize, 1293, 1389, 1475, 1547, 1622, 1694, 1760] {
            let length = comb + spread;
            let mut line = vec![0.0f32; length];
            let mut dull = 0.0f32;
            for (k, value) in source.iter().enumerate() {
                let slot = k % length;
                let tap = line[slot];
                dull = tap * 0.72 + dull * 0.28;
                line[slot] = value + dull * 0.80;
                wet[k] += tap * 0.11;
            }
        }
        for pass in [605usize, 480, 371, 245] {
            let length = pass + spread;
            let mut line = vec![0.0f32; length];
            for (k, value) in wet.iter_mut().enumerate() {
                let slot = k % length;
                let tap = line[slot];
                line[slot] = *value + tap * 0.5;
                *value = tap - *value * 0.5;
            }
        }
        let mut thin = Filter::default();
        for (sample, value) in target.iter_mut().zip(wet) {
            *sample += thin.next(value, 180.0, 0.7).high;
        }
    }
}

/// A gentle curve: straight up to 0.6, then rounding.
fn soften(v: f32) -> f32 {
    let a = v.abs();
    if a <= 0.6 { v } else { v.signum() * (0.6 + 0.5 * ((a - 0.6) / 0.5).tanh()) }
}

/// A look-ahead limiter, 4 ms: gain follows the lowest need in the window, smoothed.
fn limit(sound: &mut [f32]) {
    let window = (0.004 * RATE) as usize;
    let frames = sound.len() / 2;
    let need: Vec<f32> = (0..frames)
        .map(|k| {
            let peak = sound[2 * k].abs().max(sound[2 * k + 1].abs());
            if peak > CEILING { CEILING / peak } else { 1.0 }
        })
        .collect();
    let mut lowest = need.clone();
    let mut queue = std::collections::VecDeque::new();
    for k in (0..frames).rev() {
        while queue.back().is_some_and(|&j: &usize| need[j] >= need[k]) {
            queue.pop_back();
        }
        queue.push_back(k);
        while queue.front().is_some_and(|&j| j > k + window) {
            queue.pop_front();
        }
        lowest[k] = queue.front().map_or(1.0, |&j| need[j]);
    }
    // The mean of the lowest over the past window reaches each need exactly when its peak comes.
    let mut sum = window as f64 + 1.0;
    let mut release = 1.0f32;
    for k in 0..frames {
        sum += f64::from(lowest[k]) - if k > window { f64::from(lowest[k - window - 1]) } else { 1.0 };
        let smooth = (sum / (window as f64 + 1.0)) as f32;
        release = smooth.min(release + (1.0 - release) * (1.0 / (0.06 * RATE)));
        let gain = release.min(need[k]);
        sound[2 * k] *= gain;
        sound[2 * k + 1] *= gain;
    }
}

fn fade_ends(sound: &mut [f32]) {
    let frames = sound.len() / 2;
    let (rise, fall) = ((0.003 * RATE) as usize, (0.25 * RATE) as usize);
    for k in 0..frames {
        let level = (k as f32 / rise as f32).min(1.0) * ((frames - 1 - k) as f32 / fall as f32).min(1.0);
        sound[2 * k] *= level;
        sound[2 * k + 1] *= level;
    }
}

/// Integrated loudness of interleaved stereo at 48 kHz in LUFS: K-weighting, 400 ms blocks, both gates.
/// Source of the coefficients and gates: ITU-R BS.1770-4.
pub(crate) fn loudness(sound: &[f32]) -> f64 {
    let weigh = |side: usize| {
        let mut value: Vec<f64> = sound.iter().skip(side).step_by(2).map(|v| f64::from(*v)).collect();
        biquad(
            &mut value,
            [1.535_124_859_586_97, -2.691_696_189_406_38, 1.198_392_810_852_85],
            [-1.690_659_293_182_41, 0.732_480_774_215_85],
        );
        biquad(&mut value, [1.0, -2.0, 1.0], [-1.990_047_454_833_98, 0.990_072_250_366_21]);
        value
    };
    let (left, right) = (weigh(0), weigh(1));
    let (block, hop) = (19_200, 4_800);
    let powers: Vec<f64> = (0..left.len().saturating_sub(block) / hop + 1)
        .filter_map(|k| {
            let range = k * hop..k * hop + block;
            let l = left.get(range.clone())?;
            let r = right.get(range)?;
            Some((l.iter().map(|v| v * v).sum::<f64>() + r.iter().map(|v| v * v).sum::<f64>()) / block as f64)
        })
        .collect();
    let level = |power: f64| -0.691 + 10.0 * power.max(1e-12).log10();
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
    let loud: Vec<f64> = powers.into_iter().filter(|p| level(*p) > -70.0).collect();
    let gate = level(mean(&loud)) - 10.0;
    let kept: Vec<f64> = loud.into_iter().filter(|p| level(*p) > gate).collect();
    level(mean(&kept))
}

fn biquad(signal: &mut [f64], b: [f64; 3], a: [f64; 2]) {
    let (mut x1, mut x2, mut y1, mut y2) = (0.0, 0.0, 0.0, 0.0);
    for value in signal {
        let x = *value;
        let y = b[0] * x + b[1] * x1 + b[2] * x2 - a[0] * y1 - a[1] * y2;
        (x2, x1, y2, y1) = (x1, x, y1, y);
        *value = y;
    }
}
