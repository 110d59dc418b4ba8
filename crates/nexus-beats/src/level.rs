//! The metrical level: beats are decoded for many tempi, on the beat and off it, and the whole readings
//! compete. Most errors of beat trackers are made here (half, double, off-beat), so the choice weighs
//! evidence that a single reading cannot see.

use crate::{
    bar::{find_bars, median_interval, turn},
    decode::{BEAT_SHARE, Curve, STIFF, SUPPLE, decode, log_likelihood},
    ear::Heard,
    means::Means,
    onset::{TICKS_PER_S, autocorrelation},
    spectrum::{BANDS, FRAMES_PER_S},
    weights::LEVEL_WEIGHTS,
};

/// Numbers by which readings compete.
pub(crate) const LEVEL_FEATURES: usize = 27;

/// Fewest beats of a reading.
const FEWEST_BEATS: usize = 4;
const SLOWEST_BPM: f64 = 54.0;
const FASTEST_BPM: f64 = 216.0;
/// Pieces of evidence that say nothing by themselves, only beside the best of the track: the likelihood of the onsets,
/// their strength at the beats, and the likelihood of what the network heard.
const RELATIVE: [usize; 3] = [0, 3, 21];
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
        self.features.iter().zip(LEVEL_WEIGHTS).map(|(value, weight)| value * weight).sum()
    }
}

/// Every reading of the track, the likeliest first.
pub(crate) fn readings(heard: &Heard) -> Vec<Reading> {
    let network = heard.chances.beat_ticks();
    let both: Vec<f32> = heard.onsets.activation.iter().zip(&network).map(|(a, b)| 0.5 * (a + b)).collect();
    let (network, both) = (Curve::new(&network), Curve::new(&both));
    let mut ways: Vec<Vec<f64>> = Vec::new();
    let mut add = |times: Vec<f64>| {
        if times.len() >= FEWEST_BEATS && !ways.iter().any(|other| same(other, &times)) {
            ways.push(times);
        }
    };
    let seconds = |ticks: Vec<usize>| -> Vec<f64> { ticks.iter().map(|tick| *tick as f64 / TICKS_PER_S).collect() };
    let mut list = periods(&heard.onsets.strength, 5);
    for period in periods(&heard.chances.beat, 2) {
        if is_new(&list, period) {
            list.push(period);
        }
    }
    for period in list {
        let ticks = period * TICKS_PER_S;
        let times = seconds(decode(&both, (ticks * 0.93).floor() as usize, (ticks * 1.07).ceil() as usize, STIFF));
        add(between(&times));
        add(times);
    }
    // Where the tempo breathes, no period of the whole track is right.
    let ticks = |bpm: f64| 60.0 / bpm * TICKS_PER_S;
    let free = seconds(decode(&network, ticks(FASTEST_BPM) as usize, ticks(SLOWEST_BPM) as usize, SUPPLE));
    add(between(&free));
    add(free.iter().copied().step_by(2).collect());
    add(free.iter().copied().skip(1).step_by(2).collect());
    add(doubled(&free));
    add(free);
    let mut list: Vec<Reading> = ways.into_iter().map(|times| reading(heard, times)).collect();
    for index in RELATIVE {
        let top = list.iter().map(|reading| reading.features[index]).fold(f64::NEG_INFINITY, f64::max);
        for reading in &mut list {
            reading.features[index] -= top;
        }
    }
    list.sort_by(|a, b| b.score().total_cmp(&a.score()));
    list
}

/// The middle between each beat and the next.
fn between(times: &[f64]) -> Vec<f64> {
    times.windows(2).map(|pair| f64::midpoint(pair[0], pair[1])).collect()
}

/// Beats and the middles between them.
fn doubled(times: &[f64]) -> Vec<f64> {
    let mut all: Vec<f64> = times.iter().copied().chain(between(times)).collect();
    all.sort_by(f64::total_cmp);
    all
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

/// Periods worth a decoding, in seconds: the first `most` peaks of a comb over the autocorrelation of a curve, with one
/// value per frame, and their relatives.
fn periods(curve: &[f32], most: usize) -> Vec<f64> {
    let longest = 60.0 / SLOWEST_BPM;
    let shortest = 60.0 / FASTEST_BPM;
    let curve = autocorrelation(curve, (longest * 4.5 * FRAMES_PER_S) as usize);
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
    for (rank, (_, period)) in peaks.iter().take(most).enumerate() {
        let ratios = if rank < 2 { &RATIOS[..] } else { &RATIOS[..3] };
        for ratio in ratios {
            let relative = period * ratio;
            let fits = (shortest..=longest).contains(&relative);
            if fits && is_new(&list, relative) {
                list.push(relative);
            }
        }
    }
    list
}

/// True when no period of the list covers another one: a decoding allows 7 percent either way.
fn is_new(list: &[f64], period: f64) -> bool {
    !list.iter().any(|known| (known / period - 1.0).abs() < 0.035)
}

fn reading(heard: &Heard, times: Vec<f64>) -> Reading {
    let Heard { summary, onsets, chances, .. } = heard;
    let bars = find_bars(heard, &times);
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
    let onset_likelihood = likelihood(&onsets.activation, TICKS_PER_S, &times, period);
    let heard_on = mean(times.iter().map(|time| f64::from(chances.beat_at(*time))));
    let heard_half = mean(half.iter().map(|time| f64::from(chances.beat_at(*time))));
    let features = [
        onset_likelihood * 20.0,
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
        likelihood(&chances.beat, FRAMES_PER_S, &times, period) * 10.0,
        heard_on,
        ratio(heard_on, heard_half),
        heard_on * times.len() as f64 * 3.0 / f64::from(chances.beat.iter().sum::<f32>() + 1.0),
        mean(times.iter().map(|time| f64::from(chances.downbeat_at(*time)))),
        (times.len() as f64 / (heard.frames.len() as f64 / FRAMES_PER_S)).ln(),
    ];
    Reading { times, features }
}

/// Log likelihood per point of a curve, with `rate` points a second, that these beats made it.
fn likelihood(curve: &[f32], rate: f64, times: &[f64], period_s: f64) -> f64 {
    let length = ((period_s * rate) as usize / BEAT_SHARE).max(1);
    let mut at_beat = vec![false; curve.len()];
    for time in times {
        let point = (time * rate).round() as usize;
        for slot in at_beat.iter_mut().skip(point).take(length) {
            *slot = true;
        }
    }
    let chance = |value: f32| f64::from(value).clamp(0.01, 0.99);
    let sum: f64 = curve.iter().zip(at_beat).map(|(value, at)| log_likelihood(chance(*value), at)).sum();
    sum / curve.len().max(1) as f64
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
