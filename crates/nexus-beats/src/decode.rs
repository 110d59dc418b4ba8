//! Beats for a range of tempi: the bar-pointer model of Krebs, Böck and Widmer (2015) written as a
//! semi-Markov chain, in which the tempo may change only at a beat. Back-pointers are one byte per
//! tick and interval.

/// One part in so many of a beat period counts as "at the beat".
pub(crate) const BEAT_SHARE: usize = 16;
/// Cost of a relative change of the interval that allows a few percent per beat.
pub(crate) const STIFF: f32 = 100.0;
/// As [`STIFF`], for music whose tempo breathes.
pub(crate) const SUPPLE: f32 = 50.0;

/// No dearer change of the interval is considered: it never wins.
const DEAREST: f64 = 12.0;

/// The most likely beats, in ticks, with intervals of `shortest..=longest` ticks that change as `stiffness` lets them.
/// Empty when the curve is shorter than two intervals.
pub(crate) fn decode(curve: &Curve, shortest: usize, longest: usize, stiffness: f32) -> Vec<usize> {
    let intervals = intervals(shortest, longest);
    let len = curve.at.len() - 1;
    if intervals.is_empty() || len < 2 * longest {
        return vec![];
    }
    let changes: Vec<Changes> = intervals.iter().map(|to| Changes::new(&intervals, *to, stiffness)).collect();
    // `best[tick][k]`: the most likely past in which a beat with following interval k begins at `tick`.
    // Only the last `longest` rows are needed.
    let kinds = intervals.len();
    // A power of two, so that the row of a tick is a mask away.
    let rows = (longest + 1).next_power_of_two();
    let mut best = vec![f64::NEG_INFINITY; rows * kinds];
    let mut from = vec![0_u8; len * kinds];
    let mut arrivals = vec![f64::NEG_INFINITY; kinds];
    let mut live = Vec::with_capacity(kinds);
    let mut ends: Vec<(f64, usize, usize)> = Vec::new();
    for tick in 0..len {
        for (kind, interval) in intervals.iter().enumerate() {
            arrivals[kind] = match tick.checked_sub(*interval) {
                Some(start) => best[(start & (rows - 1)) * kinds + kind] + curve.span(start, *interval, tick),
                None => f64::NEG_INFINITY,
            };
        }
        // Arrivals far below the best one do not win, whatever the change costs.
        let top = arrivals.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        live.clear();
        live.extend((0..kinds).filter(|kind| arrivals[*kind] >= top - DEAREST));
        for (kind, interval) in intervals.iter().enumerate() {
            let slot = (tick & (rows - 1)) * kinds + kind;
            // A beat may be the first one when less than its interval has passed.
            let mut chosen =
                if tick < *interval { (curve.gap(0, tick), u8::MAX) } else { (f64::NEG_INFINITY, u8::MAX) };
            let consider = |chosen: (f64, u8), earlier: usize| {
                let value = arrivals[earlier] - changes[kind].cost(earlier);
                if value > chosen.0 { (value, earlier as u8) } else { chosen }
            };
            chosen = live.iter().copied().fold(chosen, consider);
            if chosen.0 == f64::NEG_INFINITY {
                chosen = (0..kinds).fold(chosen, consider);
            }
            best[slot] = chosen.0;
            from[tick * kinds + kind] = chosen.1;
            if tick + interval >= len {
                ends.push((chosen.0 + curve.span(tick, *interval, len), tick, kind));
            }
        }
    }
    let Some(last) = ends.into_iter().max_by(|a, b| a.0.total_cmp(&b.0)).filter(|end| end.0.is_finite()) else {
        return vec![];
    };
    let (_, mut tick, mut kind) = last;
    let mut ticks = vec![tick];
    loop {
        let earlier = from[tick * kinds + kind];
        if earlier == u8::MAX {
            break;
        }
        kind = usize::from(earlier);
        tick -= intervals[kind];
        ticks.push(tick);
    }
    ticks.reverse();
    ticks
}

/// What it costs to come to one interval from each.
struct Changes {
    /// Infinite for changes dearer than [`DEAREST`].
    costs: Vec<f64>,
}

impl Changes {
    fn new(intervals: &[usize], to: usize, stiffness: f32) -> Self {
        let cost = |from: &usize| f64::from(stiffness * (to as f32 / *from as f32 - 1.0).abs());
        let held = |cost: f64| if cost <= DEAREST { cost } else { f64::INFINITY };
        Self { costs: intervals.iter().map(cost).map(held).collect() }
    }

    fn cost(&self, from: usize) -> f64 {
        self.costs[from]
    }
}

/// At most 60 intervals between two bounds, spaced evenly in the logarithm.
fn intervals(shortest: usize, longest: usize) -> Vec<usize> {
    if shortest == 0 || longest < shortest {
        return vec![];
    }
    if longest - shortest < 60 {
        return (shortest..=longest).collect();
    }
    let ratio = longest as f64 / shortest as f64;
    let mut list: Vec<usize> =
        (0..60).map(|step| (shortest as f64 * ratio.powf(f64::from(step) / 59.0)).round() as usize).collect();
    list.dedup();
    list
}

/// Log likelihood of an activation at a beat or between beats.
pub(crate) fn log_likelihood(activation: f64, at_beat: bool) -> f64 {
    if at_beat { activation.ln() } else { ((1.0 - activation) / (BEAT_SHARE as f64 - 1.0)).ln() }
}

/// An activation, one value from 0.01 to 0.99 per tick, as prefix sums of its log likelihoods at and between beats.
pub(crate) struct Curve {
    at: Vec<f64>,
    between: Vec<f64>,
}

impl Curve {
    pub(crate) fn new(activation: &[f32]) -> Self {
        let sum = |value: &dyn Fn(f64) -> f64| {
            let mut sums = Vec::with_capacity(activation.len() + 1);
            let mut total = 0.0;
            sums.push(0.0);
            for a in activation {
                total += value(f64::from(*a));
                sums.push(total);
            }
            sums
        };
        Self { at: sum(&|a| log_likelihood(a, true)), between: sum(&|a| log_likelihood(a, false)) }
    }

    /// From a beat at `start` with `interval` up to `end`.
    fn span(&self, start: usize, interval: usize, end: usize) -> f64 {
        let beat_end = (start + (interval / BEAT_SHARE).max(1)).min(end);
        self.at[beat_end] - self.at[start] + self.gap(beat_end, end)
    }

    fn gap(&self, start: usize, end: usize) -> f64 {
        self.between[end] - self.between[start]
    }
}
