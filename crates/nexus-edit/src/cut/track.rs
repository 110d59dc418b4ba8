//! A track as stretches between the beats at which a scene may start.

use nexus_core::music::BeatGrid;

use super::{CutConfig, MusicPiece};

/// What a stretch gains at either end where a section of the music begins or ends.
const ON_EDGE: f64 = 0.2;

/// Times in the track at which a scene may start, in order: downbeats, spaced so that a stretch makes a good shot.
/// Empty when the music has no grid.
pub(super) fn marks(grid: &BeatGrid, config: &CutConfig) -> Vec<f64> {
    if !grid.is_trustworthy() {
        return Vec::new();
    }
    let downbeats: Vec<f64> = grid.downbeats().collect();
    let bar_s = median_gap(&downbeats);
    if bar_s > config.max_shot_s {
        let middle = grid.meter / 2 + 1;
        let halves = grid.beats.iter().skip_while(|beat| beat.pos != 1);
        return halves.filter(|beat| beat.pos == 1 || beat.pos == middle).map(|beat| beat.t).collect();
    }
    let enough = (config.preset.median_s().0.max(config.min_shot_s) / bar_s).ceil().max(1.0);
    let every = if enough * bar_s > config.max_shot_s + 1e-6 { (enough - 1.0).max(1.0) } else { enough } as usize;
    downbeats.into_iter().step_by(every).collect()
}

pub(super) fn median_gap(times: &[f64]) -> f64 {
    let mut gaps: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    gaps.sort_by(f64::total_cmp);
    gaps.get(gaps.len() / 2).copied().unwrap_or(0.0).max(0.05)
}

/// Two moments this near, in seconds, are one.
const NEAR_S: f64 = 0.1;

/// True when one of some ordered times lies nearer than `reach_s`.
fn is_near(times: &[f64], at_s: f64, reach_s: f64) -> bool {
    let first = times.partition_point(|time| *time <= at_s - reach_s);
    times.get(first).is_some_and(|time| (time - at_s).abs() < reach_s)
}

/// The grid with its marks.
pub(super) struct Track<'a> {
    grid: &'a BeatGrid,
    marks: Vec<f64>,
    /// Downbeats, arrivals, and moments at which sections begin or end, in order.
    downbeats: Vec<f64>,
    arrivals: Vec<f64>,
    edges: Vec<f64>,
}

/// One stretch of music in the film, from a mark to the next.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Unit {
    /// Its beats in film seconds with their position in the bar; the first is its start.
    pub(super) beats: Vec<(f64, u8)>,
    /// Its end in film seconds.
    pub(super) end_s: f64,
    /// Energy of the music, 0 to 1.
    pub(super) energy: f64,
    /// True when the music arrives at its start.
    pub(super) arrives: bool,
}

impl<'a> Track<'a> {
    pub(super) fn new(grid: &'a BeatGrid, marks: Vec<f64>) -> Self {
        let sorted = |mut times: Vec<f64>| {
            times.sort_by(f64::total_cmp);
            times
        };
        Self {
            downbeats: grid.downbeats().collect(),
            arrivals: sorted(grid.arrivals()),
            edges: sorted(grid.sections.iter().flat_map(|section| [section.start, section.end]).collect()),
            grid,
            marks,
        }
    }

    /// The usual length of a stretch in seconds.
    pub(super) fn unit_s(&self) -> f64 {
        median_gap(&self.marks)
    }

    /// 2 where a stretch is half a bar; 1 where it is one or several.
    pub(super) fn units_per_bar(&self) -> usize {
        if self.unit_s() < 0.75 * self.bar_s() { 2 } else { 1 }
    }

    /// Length of a bar in seconds.
    pub(super) fn bar_s(&self) -> f64 {
        median_gap(&self.downbeats)
    }

    /// The mark at which a film of `total` stretches starts, whose arrival is wanted after `until_drop` of them.
    pub(super) fn best_start(&self, total: usize, until_drop: usize) -> usize {
        let last_start = (self.marks.len() - 1).saturating_sub(total);
        let energies: Vec<f64> = self.marks.iter().map(|&mark| self.energy_at(mark)).collect();
        let score = |start: usize| {
            let window = &energies[start..(start + total).min(energies.len())];
            let mean = window.iter().sum::<f64>() / window.len().max(1) as f64;
            // An arrival in the right place counts for more than any difference in loudness, a drop most of all.
            let at_drop = self.marks.get(start + until_drop);
            // A film that begins and ends with a section of the music is heard as a whole.
            let edges = [start, start + total].map(|at| self.marks.get(at).is_some_and(|mark| self.is_edge(*mark)));
            let whole: f64 = edges.into_iter().map(|is_edge| if is_edge { ON_EDGE } else { 0.0 }).sum();
            mean + whole + at_drop.map_or(0.0, |mark| self.arrival_at(*mark))
        };
        let starts = (0..=last_start).filter(|start| self.is_downbeat(self.marks[*start]));
        let mut best = (0, f64::NEG_INFINITY);
        for start in starts {
            let score = score(start);
            if score > best.1 + 1e-9 {
                best = (start, score);
            }
        }
        best.0
    }

    /// True where a section begins or the last one ends.
    fn is_edge(&self, at_s: f64) -> bool {
        is_near(&self.edges, at_s, NEAR_S)
    }

    /// 2 for one of the three strongest drops, 1 for another arrival, 0 elsewhere.
    fn arrival_at(&self, at_s: f64) -> f64 {
        if self.grid.drops_s.iter().take(3).any(|drop| (drop - at_s).abs() < NEAR_S) {
            2.0
        } else {
            f64::from(u8::from(is_near(&self.arrivals, at_s, NEAR_S)))
        }
    }

    fn is_downbeat(&self, at_s: f64) -> bool {
        is_near(&self.downbeats, at_s, 1e-6)
    }

    fn energy_at(&self, at_s: f64) -> f64 {
        let bar = self.downbeats.partition_point(|downbeat| *downbeat <= at_s + 1e-6);
        self.grid.bar_energy.get(bar.saturating_sub(1)).copied().unwrap_or(0.5)
    }

    /// Walks `total` stretches from mark `start`, back to the first mark wherever the track ends.
    pub(super) fn walk(&self, start: usize, total: usize) -> (Vec<Unit>, Vec<MusicPiece>) {
        let mut units = Vec::with_capacity(total);
        let mut music: Vec<MusicPiece> = Vec::new();
        let (mut at, mut film_s) = (start, 0.0);
        while units.len() < total {
            let take = (self.marks.len() - 1 - at).min(total - units.len());
            let source_s = self.marks[at];
            units.extend((at..at + take).map(|mark| self.unit(mark, film_s - source_s)));
            let length_s = self.marks[at + take] - source_s;
            if take > 0 {
                music.push(MusicPiece { source_s, film_s, length_s });
            }
            film_s += length_s;
            at = 0;
        }
        (units, music)
    }

    /// The stretch from a mark, `shift` seconds later in the film than in the track.
    fn unit(&self, mark: usize, shift: f64) -> Unit {
        let (from_s, to_s) = (self.marks[mark], self.marks[mark + 1]);
        let beats = &self.grid.beats;
        let before = |time: f64| beats.partition_point(|beat| beat.t < time - 1e-6);
        let inside = beats[before(from_s)..before(to_s)].iter();
        Unit {
            beats: inside.map(|beat| (beat.t + shift, beat.pos)).collect(),
            end_s: to_s + shift,
            energy: self.energy_at(from_s),
            arrives: self.arrival_at(from_s) > 0.0,
        }
    }
}

impl Unit {
    /// Its start in film seconds.
    pub(super) fn start_s(&self) -> f64 {
        self.beats.first().map_or(self.end_s, |(at_s, _)| *at_s)
    }

    /// The beat nearest to its middle, by index; `None` when there is none inside.
    pub(super) fn middle(&self) -> Option<usize> {
        let middle_s = f64::midpoint(self.start_s(), self.end_s);
        let off = |index: &usize| (self.beats[*index].0 - middle_s).abs();
        (1..self.beats.len()).min_by(|left, right| off(left).total_cmp(&off(right)))
    }

    /// First beats, by index, of as many moments of at least `least_s` as it holds.
    pub(super) fn moments(&self, least_s: f64) -> Vec<usize> {
        let mut firsts = vec![0];
        for (index, (at_s, _)) in self.beats.iter().enumerate().skip(1) {
            let last = firsts.last().map_or(0, |first| *first);
            if at_s - self.beats[last].0 >= least_s - 1e-6 && self.end_s - at_s >= least_s - 1e-6 {
                firsts.push(index);
            }
        }
        firsts
    }
}
