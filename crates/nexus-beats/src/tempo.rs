//! The tempo along a track, and how one way to count it relates to another.

use nexus_core::music::{Level, Tempo};

use crate::bar::median_interval;

/// Beats on either side whose median is the tempo at a beat.
const REACH: usize = 8;
/// Relative change from which on a tempo is a new one.
const CHANGE: f64 = 0.02;

/// The tempo where it changes.
pub(crate) fn tempo_map(times: &[f64]) -> Vec<Tempo> {
    let mut map: Vec<Tempo> = Vec::new();
    if times.len() < 2 {
        return map;
    }
    for (index, &t) in times.iter().enumerate() {
        let part = &times[index.saturating_sub(REACH)..(index + REACH + 1).min(times.len())];
        let bpm = 60.0 / median_interval(part);
        if map.last().is_none_or(|last| (bpm / last.bpm - 1.0).abs() > CHANGE) {
            map.push(Tempo { t, bpm });
        }
    }
    map
}

/// How `other` relates to `chosen`; both are beats in seconds.
pub(crate) fn level(other: &[f64], chosen: &[f64]) -> Level {
    let ratio = median_interval(chosen) / median_interval(other);
    let is = |wanted: f64| (ratio / wanted - 1.0).abs() < 0.08;
    if is(1.0) {
        Level::OffBeat
    } else if is(0.5) {
        Level::Half
    } else if is(2.0) {
        Level::Double
    } else if is(1.0 / 3.0) {
        Level::Third
    } else if is(3.0) {
        Level::Triple
    } else {
        Level::Other
    }
}
