//! Dissolves and fades: pictures that turn into others over many frames.
//!
//! Twin comparison (Zhang, Kankanhalli and Smoliar, "Automatic partitioning of full-motion video", 1993) looks for two
//! frames far apart in content with small steps between them. What tells a dissolve from movement is that it is a mixture:
//! the frames between are weighted means of the two at its ends, which no pan or zoom is.

use std::collections::VecDeque;

use nexus_core::{FrameRate, footage::Begins};

use super::look::{Look, away};

/// Lengths that are looked for, in seconds.
const LENGTHS_S: [f64; 6] = [0.3, 0.45, 0.65, 0.9, 1.2, 1.7];

/// Least difference between the ends, 0 to 255.
const LEAST_DIFFERENCE: f64 = 12.0;

/// Most that the frames between may be away from the mixture, as a share of the difference between the ends. Frames of a
/// pan are 0.5 to 0.9 away, those next to a hard cut 0.4.
const MOST_AWAY: f64 = 0.2;

/// More alike than this, the ends show the same thing in another light.
const SAME_THING: f64 = 0.5;

/// Before and after it, the picture changes by at most this share of the change inside, over a quarter of its length.
const MOST_AROUND: f64 = 0.22;

/// Darker and flatter than this is black: mean and mean deviation, 0 to 255.
const BLACK: (f64, f64) = (24.0, 6.0);

/// Time without a better candidate after which the best is taken, in seconds.
const SETTLES_S: f64 = 0.35;

/// A transition that ended: the frame in its middle begins the new shot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gradual {
    /// The first frame of the new shot.
    pub(crate) at: u64,
    /// Of which kind.
    pub(crate) kind: Begins,
}

/// Finds transitions in frames that come one by one.
pub(crate) struct GradualFinder {
    lengths: Vec<usize>,
    settles: u64,
    recent: VecDeque<(u64, Vec<i16>)>,
    best: Option<Candidate>,
    /// No transition begins before this frame.
    free_from: u64,
}

#[derive(Debug, Clone, Copy)]
struct Candidate {
    worth: f64,
    from: u64,
    to: u64,
    begins_black: bool,
    ends_black: bool,
}

impl GradualFinder {
    /// For frames at `rate`.
    pub(crate) fn new(rate: FrameRate) -> Self {
        let frames = |seconds: f64| (seconds * rate.as_f64()).round() as usize;
        let mut lengths: Vec<usize> = LENGTHS_S.iter().map(|length| frames(*length).max(4)).collect();
        lengths.dedup();
        Self { lengths, settles: frames(SETTLES_S).max(2) as u64, recent: VecDeque::new(), best: None, free_from: 0 }
    }

    /// Takes the next frame; `starts_shot` when a hard cut lies before it. A transition that is certain now.
    pub(crate) fn push(&mut self, look: &Look, starts_shot: bool) -> Option<Gradual> {
        let mut done = None;
        if starts_shot {
            done = self.settle();
            self.recent.clear();
            self.free_from = look.index;
        }
        self.recent.push_back((look.index, look.coarse().to_vec()));
        let most = self.lengths.iter().max().copied().unwrap_or(0) * 3 / 2 + 2;
        if self.recent.len() > most {
            self.recent.pop_front();
        }
        let here =
            self.lengths.iter().filter_map(|length| self.candidate(*length)).max_by(|a, b| a.worth.total_cmp(&b.worth));
        if let Some(found) = here.filter(|found| self.best.is_none_or(|best| found.worth > best.worth)) {
            self.best = Some(found);
        }
        if self.best.is_some_and(|best| look.index >= best.to + self.settles) {
            done = done.or(self.settle());
        }
        done
    }

    /// The transition that is open, at a cut or at the end of the file.
    pub(crate) fn settle(&mut self) -> Option<Gradual> {
        let best = self.best.take()?;
        self.free_from = best.to;
        match (best.begins_black, best.ends_black) {
            // Only the way out of black begins a shot; the way into it is told by what follows.
            (_, true) => None,
            (true, false) => Some(Gradual { at: best.from, kind: Begins::Fade }),
            (false, false) => Some(Gradual { at: best.from.midpoint(best.to), kind: Begins::Dissolve }),
        }
    }

    /// The transition of `length` frames that has just ended, a quarter of it ago, if there is one.
    fn candidate(&self, length: usize) -> Option<Candidate> {
        let around = (length / 4).max(2);
        let end = self.recent.len().checked_sub(1 + around)?;
        let start = end.checked_sub(length)?;
        let frame = |at: usize| self.recent[at].1.as_slice();
        if self.recent[start].0 < self.free_from {
            return None;
        }
        let (first, last) = (frame(start), frame(end));
        let difference = away(first, last);
        if difference < LEAST_DIFFERENCE {
            return None;
        }
        let off = |share: usize| mixture_error(frame(start + length * share / 4), first, last, share as f64 / 4.0);
        let error = (off(1) + off(2) + off(3)) / 3.0 / difference;
        if error > MOST_AWAY || alike(first, last) > SAME_THING {
            return None;
        }
        let before = if start >= around { away(frame(start - around), first) } else { 0.0 };
        let after = away(last, frame(end + around));
        if before.max(after) > MOST_AROUND * difference {
            return None;
        }
        Some(Candidate {
            worth: difference * (1.0 - error / MOST_AWAY) * (1.0 - before.max(after) / difference),
            from: self.recent[start].0,
            to: self.recent[end].0,
            begins_black: is_black(first),
            ends_black: is_black(last),
        })
    }
}

/// How far a frame is from the mixture of two others, 0 to 255.
fn mixture_error(frame: &[i16], first: &[i16], last: &[i16], share: f64) -> f64 {
    let sum: f64 = frame
        .iter()
        .zip(first.iter().zip(last))
        .map(|(value, (a, b))| (f64::from(*value) - (1.0 - share) * f64::from(*a) - share * f64::from(*b)).abs())
        .sum();
    sum / frame.len().max(1) as f64
}

/// Correlation, -1 to 1; 0 where one of them is flat.
fn alike(one: &[i16], other: &[i16]) -> f64 {
    let count = one.len().max(1) as f64;
    let mean = |values: &[i16]| values.iter().map(|value| f64::from(*value)).sum::<f64>() / count;
    let (left, right) = (mean(one), mean(other));
    let (mut both, mut lefts, mut rights) = (0.0, 0.0, 0.0);
    for (a, b) in one.iter().zip(other) {
        let (a, b) = (f64::from(*a) - left, f64::from(*b) - right);
        both += a * b;
        lefts += a * a;
        rights += b * b;
    }
    if lefts < count || rights < count { 0.0 } else { both / (lefts * rights).sqrt() }
}

fn is_black(frame: &[i16]) -> bool {
    let count = frame.len().max(1) as f64;
    let mean = frame.iter().map(|value| f64::from(*value)).sum::<f64>() / count;
    let deviation = frame.iter().map(|value| (f64::from(*value) - mean).abs()).sum::<f64>() / count;
    mean < BLACK.0 && deviation < BLACK.1
}
