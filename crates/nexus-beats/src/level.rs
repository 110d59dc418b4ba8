//! The metrical level: beats are decoded for many tempi, on the beat and off it, and the whole readings
//! compete. Most errors of beat trackers are made here (half, double, off-beat), so the choice weighs
//! evidence that a single reading cannot see.

use crate::{
    bar::{find_bars, median_interval, turn},
    decode::{BEAT_SHARE, decode, log_likelihood},
    means::{Means, Summary},
    onset::{Onsets, TICKS_PER_S, autocorrelation},
    spectrum::{BANDS, FRAMES_PER_S},
    weights::{LEVEL_SCALE, LEVEL_WEIGHTS},
};

/// Numbers by which readings compete.
pub(crate) const LEVEL_FEATURES: usize = 21;

const SLOWEST_BPM: f64 = 54.0;
const FASTEST_BPM: f64 = 216.0;
/// Reach of the comparison of pitches around a beat, in seconds.
const NOVELTY_S: f64 = 0.24;
/// Ratios at which the pulse is often misread.
const RATIOS: [f64; 7] = [1.0, 2.0, 0.5, 1.5, 2.0 / 3.0, 3.0, 1.0 / 3.0];

/// One way to read the track.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    /// Beats in seconds.
    pub(crate) times: Vec<f64>,
    /// Evidence, in the order of `weights::LEVEL_WEIGHTS`.
    pub(crate) features: [f64; LEVEL_FEATURES],
}

impl Reading {
    /// Weighted evidence; only differences between readings of one track mean anything.
    pub(crate) fn score(&self) -> f64 {
        let scaled = self.features.iter().zip(LEVEL_SCALE);
        scaled.zip(LEVEL_WEIGHTS).map(|((value, scale), weight)| value * scale * weight).sum()
    }
}

/// Every reading of the track, the likeliest first.
pub(crate) fn readings(summary: &Summary, onsets: &Onsets) -> Vec<Reading> {
    let mut list: Vec<Reading> = Vec::new();
    for period in periods(onsets) {
        let ticks = period * TICKS_PER_S;
        let (shortest, longest) = ((ticks * 0.93).floor() as usize, (ticks * 1.07).ceil() as usize);
        let decoded = decode(&onsets.activation, shortest, longest);
        if decoded.len() < 4 {
            continue;
        }
        let times: Vec<f64> = decoded.iter().map(|tick| *tick as f64 / TICKS_PER_S).collect();
        let off: Vec<f64> = times.windows(2).map(|pair| 0.5 * (pair[0] + pair[1])).collect();
        for times in [times, off] {
            let known = list.iter().any(|other| same(&other.times, &times));
            if !known && times.len() >= 4 {
                list.push(reading(summary, onsets, times));
            }
        }
    }
    let best = |index: usize, list: &[Reading]| {
        list.iter().map(|reading| reading.features[index]).fold(f64::NEG_INFINITY, f64::max)
    };
    for index in [0, 3] {
        let top = best(index, &list);
        for reading in &mut list {
            reading.features[index] -= top;
        }
    }
    list.sort_by(|a, b| b.score().total_cmp(&a.score()));
    list
}

/// True when most beats of the two lie within 30 ms.
fn same(a: &[f64], b: &[f64]) -> bool {
    if a.len().abs_diff(b.len()) > 2 {
        return false;
    }
    let mut hits = 0;
    let mut at = 0;
    for time in a {
        while at < b.len() && b[at] < time - 0.03 {
            at += 1;
        }
        if at < b.len() && b[at] <= time + 0.03 {
            hits += 1;
        }
    }
    hits * 10 > a.len() * 8
}

/// Periods worth a decoding, in seconds: peaks of a comb over the autocorrelation and their relatives.
fn periods(onsets: &Onsets) -> Vec<f64> {
    let longest = 60.0 / SLOWEST_BPM;
    let shortest = 60.0 / FASTEST_BPM;
    let curve = autocorrelation(&onsets.strength, (longest * 4.5 * FRAMES_PER_S) as usize);
    let at = |seconds: f64| -> f64 {
        let place = seconds * FRAMES_PER_S;
        let index = place.floor() as usize;
        let part = place - place.floor();
        match (curve.get(index), curve.get(index + 1)) {
            (Some(a), Some(b)) => f64::from(*a) * (1.0 - part) + f64::from(*b) * part,
            _ => 0.0,
        }
    };
    let comb = |period: f64| -> f64 {
        let sum = at(period) + 0.8 * at(2.0 * period) + 0.5 * at(3.0 * period) + 0.8 * at(4.0 * period);
        let octaves = (60.0 / period / 120.0).log2();
        (sum / 3.1).max(0.0) * (-0.5 * (octaves / 0.9).powi(2)).exp()
    };
    let steps = 240;
    let grid: Vec<(f64, f64)> = (0..=steps)
        .map(|step| shortest * (longest / shortest).powf(f64::from(step) / f64::from(steps)))
        .map(|period| (comb(period), period))
        .collect();
    let mut peaks: Vec<(f64, f64)> = (1..grid.len() - 1)
        .filter(|index| grid[*index].0 > grid[index - 1].0 && grid[*index].0 >= grid[index + 1].0)
        .map(|index| grid[index])
        .collect();
    peaks.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut list: Vec<f64> = Vec::new();
    for (rank, (_, period)) in peaks.iter().take(5).enumerate() {
        let ratios = if rank < 2 { &RATIOS[..] } else { &RATIOS[..3] };
        for ratio in ratios {
            let relative = period * ratio;
            let fits = (shortest..=longest).contains(&relative);
            if fits && !list.iter().any(|known| (known / relative - 1.0).abs() < 0.035) {
                list.push(relative);
            }
        }
    }
    list
}

fn reading(summary: &Summary, onsets: &Onsets, times: Vec<f64>) -> Reading {
    let bars = find_bars(summary, onsets, &times);
    let period = median_interval(&times);
    let at = |shift: f64| -> Vec<f64> { times.iter().map(|time| time + shift * period).collect() };
    let strength = |points: &[f64]| mean(points.iter().map(|time| f64::from(onsets.strength_at(*time))));
    let band = |points: &[f64], bands: std::ops::Range<usize>| {
        let count = bands.len() as f64;
        mean(
            points
                .iter()
                .map(|time| bands.clone().map(|band| f64::from(onsets.band_at(band, *time))).sum::<f64>() / count),
        )
    };
    let (half, on) = (at(0.5), at(0.0));
    let level = strength(&on);
    let ratio = |a: f64, b: f64| ((a + 0.05) / (b + 0.05)).ln();
    let curve = |bands: std::ops::Range<usize>| -> Vec<f64> {
        times.iter().map(|time| bands.clone().map(|band| f64::from(onsets.band_at(band, *time))).sum()).collect()
    };
    let (low, high) = (curve(0..1), curve(2..4));
    let octaves = (60.0 / period / 125.0).log2();
    let rise = |pitch: &Means<12>, points: &[f64]| {
        mean(points.iter().map(|time| {
            let (before, after) = pitch.around(*time, NOVELTY_S);
            turn(&before, &after)
        }))
    };
    let likelihood = likelihood(onsets, &times, period);
    let features = [
        likelihood * 20.0,
        octaves * octaves,
        octaves.abs(),
        level,
        ratio(strength(&half), level),
        ratio(band(&on, 0..1), band(&half, 0..1)),
        ratio(band(&on, 1..2), band(&half, 1..2)),
        ratio(band(&on, 2..4), band(&half, 2..4)),
        ratio(band(&on, 4..BANDS), band(&half, 4..BANDS)),
        pattern(&high, 2),
        pattern(&low, 2),
        against(&low, &high),
        pattern(&high, 4),
        pattern(&low, 4),
        pattern(&high, 3),
        ratio(strength(&at(1.0 / 3.0)).max(strength(&at(2.0 / 3.0))), level),
        ratio(strength(&at(0.25)).max(strength(&at(0.75))), level),
        ratio(rise(&summary.chroma, &on), rise(&summary.chroma, &half)),
        ratio(rise(&summary.bass, &on), rise(&summary.bass, &half)),
        octaves,
        bars.likelihood,
    ];
    Reading { times, features }
}

/// Log likelihood per tick that these beats made the curve.
fn likelihood(onsets: &Onsets, times: &[f64], period_s: f64) -> f64 {
    let length = ((period_s * TICKS_PER_S) as usize / BEAT_SHARE).max(1);
    let mut at_beat = vec![false; onsets.activation.len()];
    for time in times {
        let tick = (time * TICKS_PER_S).round() as usize;
        for slot in at_beat.iter_mut().skip(tick).take(length) {
            *slot = true;
        }
    }
    let sum: f64 = onsets.activation.iter().zip(at_beat).map(|(value, at)| log_likelihood(f64::from(*value), at)).sum();
    sum / onsets.activation.len().max(1) as f64
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    if count > 0.0 { sum / count } else { 0.0 }
}

/// How much a curve repeats with a period of some beats: the share of its variation that the
/// Fourier component explains, in windows of 24 beats.
fn pattern(curve: &[f64], beats: usize) -> f64 {
    mean(curve.chunks(24).filter(|chunk| chunk.len() >= 8).map(|chunk| {
        let centre = mean(chunk.iter().copied());
        let (mut re, mut im, mut all) = (0.0, 0.0, 0.0);
        for (index, value) in chunk.iter().enumerate() {
            let angle = std::f64::consts::TAU * index as f64 / beats as f64;
            re += (value - centre) * angle.cos();
            im += (value - centre) * angle.sin();
            all += (value - centre).powi(2);
        }
        let share = if beats == 2 { 1.0 } else { 2.0 };
        if all > 1e-9 { share * (re * re + im * im) / (all * chunk.len() as f64) } else { 0.0 }
    }))
}

/// How much two curves alternate against one another (kick on 1 and 3, snare on 2 and 4), -1 to 1.
fn against(low: &[f64], high: &[f64]) -> f64 {
    let alternation = |curve: &[f64]| {
        let centre = mean(curve.iter().copied());
        let signed: f64 = curve
            .iter()
            .enumerate()
            .map(|(index, value)| if index % 2 == 0 { value - centre } else { centre - value })
            .sum();
        let all: f64 = curve.iter().map(|value| (value - centre).abs()).sum();
        if all > 1e-9 { signed / all } else { 0.0 }
    };
    mean(
        low.chunks(16)
            .zip(high.chunks(16))
            .filter(|pair| pair.0.len() >= 8)
            .map(|(low, high)| -alternation(low) * alternation(high)),
    )
}
