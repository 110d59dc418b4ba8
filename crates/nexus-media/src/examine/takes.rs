//! Shots from decided frames: long takes cut into windows at troughs, three frames each, movement, sharpness.

use std::collections::VecDeque;

use nexus_core::{
    FrameRate, Frames,
    footage::{Begins, Motion, ShotView, SmallFrame},
};

use super::{
    flow::{Flow, flow},
    look::Look,
};

/// Shortest window of a long take, in seconds.
const LEAST_WINDOW_S: f64 = 2.0;

/// Longest window of a long take, in seconds.
const MOST_WINDOW_S: f64 = 4.0;

/// Time between the frames whose difference is movement, in seconds.
const STEP_S: f64 = 0.125;

/// Where representative frames are looked for, as shares of the shot.
const PLACES: [f64; 3] = [0.2, 0.5, 0.8];

/// How far from its place a frame may be taken for its sharpness, as a share of the shot.
const REACH: f64 = 0.1;

/// Collects frames of the open take and gives out shots.
pub(crate) struct Takes {
    rate: FrameRate,
    step: usize,
    /// First frame of the window that is open.
    from: u64,
    /// How that window begins.
    begins: Begins,
    /// One past the last frame seen.
    to: u64,
    recent: VecDeque<(u64, Vec<u8>)>,
    sharpness: VecDeque<(u64, f64)>,
    steps: VecDeque<Step>,
    buckets: VecDeque<Look>,
    shots: Vec<ShotView>,
}

/// Movement over one step.
#[derive(Debug, Clone, Copy)]
struct Step {
    /// The frame in the middle.
    middle: u64,
    /// The last frame.
    end: u64,
    activity: f64,
    sharpness: f64,
    flow: Flow,
}

impl Takes {
    /// For frames at `rate`.
    pub(crate) fn new(rate: FrameRate) -> Self {
        let step = ((STEP_S * rate.as_f64()).round() as usize).max(1);
        Self {
            rate,
            step,
            from: 0,
            begins: Begins::Start,
            to: 0,
            recent: VecDeque::new(),
            sharpness: VecDeque::new(),
            steps: VecDeque::new(),
            buckets: VecDeque::new(),
            shots: Vec::new(),
        }
    }

    /// Takes the next frame; `starts_shot` when a cut lies before it.
    pub(crate) fn push(&mut self, look: Look, starts_shot: bool) {
        if starts_shot && self.to > self.from {
            self.close_take();
            self.begins = Begins::Cut;
        }
        if self.to == self.from {
            self.from = look.index;
        }
        self.to = look.index + 1;
        self.sharpness.push_back((look.index, look.sharpness()));
        self.observe(&look);
        self.remember(look);
        if self.length_s() >= MOST_WINDOW_S + LEAST_WINDOW_S {
            let at = self.trough(LEAST_WINDOW_S, MOST_WINDOW_S);
            self.close_window(at);
        }
    }

    /// A shot began at frame `at`, a moment ago: what was before it is closed.
    pub(crate) fn cut_back(&mut self, at: u64, begins: Begins) {
        let near = 4 * self.step as u64;
        if at >= self.to || at < self.from.saturating_sub(near) {
            return;
        }
        // The window before was closed within the transition: what is open begins the new shot.
        if at < self.from + near {
            if self.from > 0 {
                self.begins = begins;
            }
            return;
        }
        let to = self.to;
        self.to = at;
        self.close_take();
        (self.to, self.begins) = (to, begins);
    }

    /// The last take is closed; all shots.
    pub(crate) fn finish(mut self) -> Vec<ShotView> {
        if self.to > self.from {
            self.close_take();
        }
        self.shots
    }

    fn length_s(&self) -> f64 {
        (self.to - self.from) as f64 / self.rate.as_f64()
    }

    /// Compares with the frame one step earlier, once per step.
    fn observe(&mut self, look: &Look) {
        self.recent.push_back((look.index, look.luma().to_vec()));
        if self.recent.len() <= self.step {
            return;
        }
        let (index, before) = &self.recent[0];
        let (width, height) = look.size();
        self.steps.push_back(Step {
            middle: (index + look.index) / 2,
            end: look.index,
            activity: look.activity(before),
            sharpness: look.sharpness(),
            flow: flow(before, look.luma(), width, height),
        });
        self.recent.drain(..self.step);
    }

    /// Keeps the sharpest frame of every step.
    fn remember(&mut self, look: Look) {
        let bucket = |index: u64| (index - self.from) / self.step as u64;
        match self.buckets.back_mut() {
            Some(best) if best.index >= self.from && bucket(best.index) == bucket(look.index) => {
                if look.sharpness() > best.sharpness() {
                    *best = look;
                }
            }
            _ => self.buckets.push_back(look),
        }
    }

    /// Closes what is open at a cut; what is too long for one window becomes two.
    fn close_take(&mut self) {
        let length_s = self.length_s();
        if length_s > MOST_WINDOW_S {
            let at = self.trough(LEAST_WINDOW_S, (length_s - LEAST_WINDOW_S).min(MOST_WINDOW_S));
            self.close_window(at);
        }
        self.close_window(self.to);
        self.recent.clear();
    }

    /// The frame between `least_s` and `most_s` of the window at which least is lost: little moves, or it
    /// is blurred.
    fn trough(&self, least_s: f64, most_s: f64) -> u64 {
        let frame = |seconds: f64| self.from + (seconds * self.rate.as_f64()).round() as u64;
        let (least, most) = (frame(least_s), frame(most_s));
        let mean = |of: fn(&Step) -> f64| self.steps.iter().map(of).sum::<f64>() / self.steps.len().max(1) as f64;
        let (activity, sharpness) = (mean(|step| step.activity).max(0.1), mean(|step| step.sharpness).max(0.1));
        let cost = |step: &Step| step.activity / activity + 0.5 * step.sharpness / sharpness;
        self.steps
            .iter()
            .filter(|step| (least..=most).contains(&step.end))
            .min_by(|a, b| cost(a).total_cmp(&cost(b)))
            .map_or(most.min(self.to), |step| step.end)
    }

    /// Makes a shot of `from..at`; what is older is forgotten.
    fn close_window(&mut self, at: u64) {
        let shot = ShotView {
            start_s: self.time(self.from),
            end_s: self.time(at),
            begins: self.begins,
            frames: self.representatives(at),
            motion: self.motion(at),
            sharpness: self.mean_sharpness(at),
            sound: None,
            words: Vec::new(),
        };
        self.shots.push(shot);
        self.from = at;
        self.begins = Begins::Window;
        while self.sharpness.front().is_some_and(|(index, _)| *index < at) {
            self.sharpness.pop_front();
        }
        while self.steps.front().is_some_and(|step| step.middle < at) {
            self.steps.pop_front();
        }
        while self.buckets.front().is_some_and(|look| look.index < at) {
            self.buckets.pop_front();
        }
    }

    fn time(&self, frame: u64) -> f64 {
        self.rate.start_of(Frames(frame)).0
    }

    /// The sharpest frame near each place, in order; the same one thrice in a shot of one frame.
    fn representatives(&self, at: u64) -> Vec<SmallFrame> {
        let length = (at - self.from) as f64;
        let inside: Vec<&Look> = self.buckets.iter().filter(|look| look.index < at).collect();
        let pick = |place: f64| {
            let target = self.from as f64 + place * length;
            let away = |look: &&&Look| (look.index as f64 - target).abs();
            let near = inside
                .iter()
                .filter(|look| away(look) <= REACH * length)
                .max_by(|a, b| a.sharpness().total_cmp(&b.sharpness()));
            near.or_else(|| inside.iter().min_by(|a, b| away(a).total_cmp(&away(b))))
        };
        PLACES
            .iter()
            .filter_map(|place| pick(*place))
            .map(|look| (*look).clone().into_small_frame(self.time(look.index)))
            .collect()
    }

    fn mean_sharpness(&self, at: u64) -> f64 {
        let inside: Vec<f64> =
            self.sharpness.iter().filter(|(index, _)| *index < at).map(|(_, value)| *value).collect();
        inside.iter().sum::<f64>() / inside.len().max(1) as f64
    }

    fn motion(&self, at: u64) -> Motion {
        let inside: Vec<&Step> = self.steps.iter().filter(|step| step.middle < at).collect();
        let middle_s = (self.time(self.from) + self.time(at)) / 2.0;
        if inside.is_empty() {
            return Motion { peak_s: middle_s, ..Motion::default() };
        }
        let count = inside.len() as f64;
        let per_second = self.rate.as_f64() / self.step as f64;
        let mean = |of: fn(&Flow) -> f64| inside.iter().map(|step| of(&step.flow)).sum::<f64>() / count * per_second;
        let (pan, tilt, zoom) = (mean(|flow| flow.pan), mean(|flow| flow.tilt), mean(|flow| flow.zoom));
        let variance = inside
            .iter()
            .map(|step| (step.flow.pan * per_second - pan).powi(2) + (step.flow.tilt * per_second - tilt).powi(2))
            .sum::<f64>()
            / count;
        Motion {
            activity: inside.iter().map(|step| step.activity).sum::<f64>() / count,
            pan,
            tilt,
            zoom,
            shake: variance.sqrt(),
            peak_s: self.peak(&inside).clamp(self.time(self.from), self.time(at)),
        }
    }

    /// The step of most activity, smoothed over its neighbours.
    fn peak(&self, steps: &[&Step]) -> f64 {
        let smooth = |at: usize| {
            let part = &steps[at.saturating_sub(1)..(at + 2).min(steps.len())];
            part.iter().map(|step| step.activity).sum::<f64>() / part.len() as f64
        };
        let mut best = 0;
        for at in 1..steps.len() {
            if smooth(at) > smooth(best) {
                best = at;
            }
        }
        self.time(steps[best].middle)
    }
}
