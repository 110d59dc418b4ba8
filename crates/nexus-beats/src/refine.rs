//! Exact times: each beat is moved to the attack in a fine envelope of the wave itself, then the grid is
//! smoothed by robust straight lines, as long as the music allows, so that single attacks cannot make it
//! jitter.

use crate::spectrum::{RATE_HZ, dot};

/// Points of the fine envelope per second.
const FINE_PER_S: f64 = 350.0;
const SAMPLES_PER_POINT: usize = 63;
/// Upper edge of the low band, and samples that are taken together for it.
const LOW_HZ: f32 = 180.0;
const STEP: usize = 7;
/// Points averaged on each side of a rise (11 ms).
const SIDE: usize = 4;
/// How far from a decoded beat an attack may lie in the first and in the second pass, in seconds.
const REACH_S: [f64; 2] = [0.055, 0.022];
/// A line fits when the median distance of its attacks is at most this, in seconds.
const FIT_S: f64 = 0.006;
/// Half lengths of the stretches that are tried when one line does not fit the whole track, in beats.
const STRETCHES: [usize; 4] = [48, 24, 12, 6];

/// Energies of the wave in two bands, heard in pieces of any length.
pub(crate) struct EnvelopeEar {
    high: Vec<f32>,
    low: Vec<f32>,
    /// Sum of the squares of all samples.
    square: f64,
    /// Samples of the point under way.
    waiting: Vec<f32>,
    /// State of the two low passes, and the last sample.
    first: f32,
    second: f32,
    last: f32,
}

impl EnvelopeEar {
    pub(crate) fn new() -> Self {
        Self { high: vec![], low: vec![], square: 0.0, waiting: vec![], first: 0.0, second: 0.0, last: 0.0 }
    }

    /// The next samples at [`RATE_HZ`].
    pub(crate) fn push(&mut self, samples: &[f32]) {
        self.waiting.extend_from_slice(samples);
        let waiting = std::mem::take(&mut self.waiting);
        let (points, rest) = waiting.as_chunks::<SAMPLES_PER_POINT>();
        points.iter().for_each(|point| self.hear(point));
        self.waiting.extend_from_slice(rest);
    }

    fn hear(&mut self, point: &[f32; SAMPLES_PER_POINT]) {
        let mut rises = [0.0_f32; SAMPLES_PER_POINT];
        rises[0] = point[0] - 0.95 * self.last;
        for index in 1..SAMPLES_PER_POINT {
            rises[index] = point[index] - 0.95 * point[index - 1];
        }
        self.last = point[SAMPLES_PER_POINT - 1];
        self.high.push(dot(&rises, &rises));
        self.square += f64::from(dot(point, point));
        // The low band needs no more than every seventh sample, as a mean.
        let keep = (-std::f32::consts::TAU * LOW_HZ * STEP as f32 / RATE_HZ as f32).exp();
        let mut low = 0.0;
        for part in point.as_chunks::<STEP>().0 {
            let mean = part.iter().sum::<f32>() / STEP as f32;
            self.first = keep * self.first + (1.0 - keep) * mean;
            self.second = keep * self.second + (1.0 - keep) * self.first;
            low += self.second * self.second;
        }
        self.low.push(low);
    }

    /// Sum of the squares of all samples; the same for any pieces.
    pub(crate) fn square(&self) -> f64 {
        self.square
    }

    pub(crate) fn finish(self) -> FineEnvelope {
        let mut rise = rises(&self.high);
        for (slot, low) in rise.iter_mut().zip(rises(&self.low)) {
            *slot += 0.6 * low;
        }
        FineEnvelope { rise }
    }
}

/// Rise of the log energy of the wave, [`FINE_PER_S`] times a second.
pub(crate) struct FineEnvelope {
    rise: Vec<f32>,
}

impl FineEnvelope {
    /// The strongest attack near a time and its strength, favouring the middle.
    pub(crate) fn attack(&self, time_s: f64, reach_s: f64) -> (f64, f64) {
        let centre = time_s * FINE_PER_S;
        let reach = reach_s * FINE_PER_S;
        let from = (centre - reach).ceil().max(0.0) as usize;
        let to = ((centre + reach).floor().max(0.0) as usize + 1).min(self.rise.len());
        let mut best = (time_s, 0.0);
        for index in from..to {
            let away = (index as f64 - centre).abs() / reach;
            let value = f64::from(self.rise[index]) * (1.0 - 0.5 * away);
            if value > best.1 {
                best = ((index as f64) / FINE_PER_S, value);
            }
        }
        best
    }
}

fn rises(energy: &[f32]) -> Vec<f32> {
    let mean = energy.iter().sum::<f32>() / energy.len().max(1) as f32;
    let floor = (mean * 3e-3).max(1e-12);
    let logs: Vec<f32> = energy.iter().map(|value| ((value + floor) / floor).ln()).collect();
    (0..logs.len())
        .map(|index| {
            let before = &logs[index.saturating_sub(SIDE)..index];
            let after = &logs[index..(index + SIDE).min(logs.len())];
            let level = |part: &[f32]| if part.is_empty() { 0.0 } else { part.iter().sum::<f32>() / part.len() as f32 };
            (level(after) - level(before)).max(0.0)
        })
        .collect()
}

/// Moves decoded beats, in seconds, to the attacks they stand for; the result is strictly increasing.
pub(crate) fn refine(envelope: &FineEnvelope, times: &[f64]) -> Vec<f64> {
    let mut grid = times.to_vec();
    for reach in REACH_S {
        let points: Vec<(f64, f64)> = grid.iter().map(|time| envelope.attack(*time, reach)).collect();
        grid = smooth(&grid, &points);
    }
    for index in 1..grid.len() {
        grid[index] = grid[index].max(grid[index - 1] + 0.05);
    }
    grid
}

/// One line for the whole track when it fits, else the longest stretch around each beat that does.
fn smooth(grid: &[f64], points: &[(f64, f64)]) -> Vec<f64> {
    if grid.len() < 4 {
        return grid.to_vec();
    }
    let whole = Line::fit(grid, points, 0);
    if whole.spread <= FIT_S && whole.worst <= 0.02 {
        return (0..grid.len()).map(|index| whole.at(index)).collect();
    }
    (0..grid.len())
        .map(|index| {
            let mut line = None;
            for half in STRETCHES {
                let (from, to) = (index.saturating_sub(half), (index + half + 1).min(grid.len()));
                let candidate = Line::fit(&grid[from..to], &points[from..to], from);
                let fits = candidate.spread <= FIT_S && candidate.worst <= 0.03;
                line = Some(candidate);
                if fits {
                    break;
                }
            }
            line.map_or(grid[index], |line| line.at(index))
        })
        .collect()
}

/// `time = start + step * index`.
struct Line {
    start: f64,
    step: f64,
    /// Weighted median distance of the attacks.
    spread: f64,
    /// Largest median distance over any eighth of the stretch: a bend that the whole would hide.
    worst: f64,
}

impl Line {
    /// Weighted least squares, repeated with less weight for attacks far away.
    fn fit(grid: &[f64], points: &[(f64, f64)], first_index: usize) -> Self {
        let mut weights: Vec<f64> = points.iter().map(|point| point.1 + 1e-3).collect();
        let (mut start, mut step) = (0.0, 0.0);
        for _ in 0..6 {
            (start, step) = least_squares(points, &weights, first_index);
            for (offset, (weight, point)) in weights.iter_mut().zip(points).enumerate() {
                let away = (point.0 - start - step * (first_index + offset) as f64).abs();
                *weight = (point.1 + 1e-3) / (1.0 + (away / 0.008).powi(2));
            }
        }
        let line = |index: usize| start + step * (first_index + index) as f64;
        let away = |range: std::ops::Range<usize>| {
            weighted_median(range.map(|i| ((points[i].0 - line(i)).abs(), points[i].1 + 1e-3)).collect())
        };
        let spread = away(0..points.len());
        let part = (points.len() / 8).max(4);
        let worst =
            (0..points.len()).step_by(part).map(|from| away(from..(from + part).min(points.len()))).fold(0.0, f64::max);
        // A line that leaves the decoded beats altogether does not describe them.
        let strays = (0..grid.len()).filter(|index| (grid[*index] - line(*index)).abs() > 0.08).count();
        let worst = if strays * 10 > grid.len() { f64::INFINITY } else { worst };
        Self { start, step, spread, worst }
    }

    fn at(&self, index: usize) -> f64 {
        self.start + self.step * index as f64
    }
}

fn least_squares(points: &[(f64, f64)], weights: &[f64], first_index: usize) -> (f64, f64) {
    let total: f64 = weights.iter().sum();
    let index_of = |offset: usize| (first_index + offset) as f64;
    let mean_index = weights.iter().enumerate().map(|(i, w)| w * index_of(i)).sum::<f64>() / total;
    let mean_time = weights.iter().zip(points).map(|(w, p)| w * p.0).sum::<f64>() / total;
    let (mut cross, mut square) = (0.0, 0.0);
    for (offset, (weight, point)) in weights.iter().zip(points).enumerate() {
        let away = index_of(offset) - mean_index;
        cross += weight * away * (point.0 - mean_time);
        square += weight * away * away;
    }
    let step = if square > 0.0 { cross / square } else { 0.0 };
    (mean_time - step * mean_index, step)
}

fn weighted_median(mut values: Vec<(f64, f64)>) -> f64 {
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = values.iter().map(|value| value.1).sum::<f64>() / 2.0;
    let mut sum = 0.0;
    for (value, weight) in &values {
        sum += weight;
        if sum >= half {
            return *value;
        }
    }
    0.0
}
