//! Running sums over the frames, so that the mean description of any stretch costs nothing.

use crate::spectrum::{FRAMES_PER_S, Frame, TIMBRE};

/// Running sums of `W` values per frame.
pub(crate) struct Means<const W: usize> {
    sums: Vec<[f64; W]>,
}

/// The descriptions that bars and levels are judged by.
pub(crate) struct Summary {
    /// Pitch classes of the middle.
    pub(crate) chroma: Means<12>,
    /// Pitch classes of the bass.
    pub(crate) bass: Means<12>,
    /// Level of wide bands.
    pub(crate) timbre: Means<TIMBRE>,
    /// Power of the whole and of the bass.
    pub(crate) power: Means<2>,
}

impl Summary {
    /// Sums all frames once.
    pub(crate) fn new(frames: &[Frame]) -> Self {
        Self {
            chroma: Means::new(frames, |frame| frame.chroma),
            bass: Means::new(frames, |frame| frame.bass),
            timbre: Means::new(frames, |frame| frame.timbre),
            power: Means::new(frames, |frame| [frame.power, frame.low_power]),
        }
    }
}

impl<const W: usize> Means<W> {
    fn new(frames: &[Frame], pick: impl Fn(&Frame) -> [f32; W]) -> Self {
        let mut sums = Vec::with_capacity(frames.len() + 1);
        let mut total = [0.0; W];
        sums.push(total);
        for frame in frames {
            for (sum, value) in total.iter_mut().zip(pick(frame)) {
                *sum += f64::from(value);
            }
            sums.push(total);
        }
        Self { sums }
    }

    /// The mean between two times; at least one frame is read, and times outside the track are drawn in.
    pub(crate) fn between(&self, from_s: f64, to_s: f64) -> [f64; W] {
        let last = self.sums.len() - 1;
        let from = ((from_s * FRAMES_PER_S).round().max(0.0) as usize).min(last.saturating_sub(1));
        let to = ((to_s * FRAMES_PER_S).round().max(0.0) as usize).max(from + 1).min(last);
        let count = (to - from).max(1) as f64;
        std::array::from_fn(|index| (self.sums[to][index] - self.sums[from][index]) / count)
    }

    /// The means of a stretch before and of a stretch after a time.
    pub(crate) fn around(&self, at_s: f64, reach_s: f64) -> ([f64; W], [f64; W]) {
        (self.between(at_s - reach_s, at_s), self.between(at_s, at_s + reach_s))
    }
}
