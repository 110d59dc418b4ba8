//! Where a shot is entered and how fast it runs, for a slot of a given length.

use nexus_core::footage::Shot;

/// Seconds before the liveliest moment at which a shot is entered.
const LEAD_S: f64 = 0.3;
/// Seconds at the end of a file that are never relied on.
const MARGIN_S: f64 = 0.05;
/// Ordinary footage is never slower than this.
pub(super) const SLOWEST: f64 = 0.8;
/// Seconds of a shot beyond its slot up to which they are left in one piece.
const MOST_REST_S: f64 = 1.0;
/// Seconds on either side of a stretch that are kept where there are as many: material for a dissolve.
const SIDE_S: f64 = 0.3;
/// Music below this energy is calm enough for slow motion.
const CALM: f64 = 0.45;
/// Frames per second from which footage may run at [`SLOW_MOTION`].
const HIGH_RATE: f64 = 50.0;
/// Source seconds per second of slow motion.
const SLOW_MOTION: f64 = 0.5;

/// A stretch of a shot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Moment {
    /// First second of the file.
    pub(super) in_s: f64,
    /// Source seconds per second.
    pub(super) speed: f64,
}

/// Where the seconds of a shot are left that its slot does not need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    /// In one piece when they are few, so that they make another moment.
    Whole,
    /// On both sides, for dissolves.
    Sides,
}

/// Seconds of its file that a shot has from its start on.
pub(super) fn room_s(shot: &Shot) -> f64 {
    (shot.info.duration_s - shot.start_s - MARGIN_S).max(0.0)
}

/// The best moment of `shot` for `length_s` seconds that avoids what was `shown` of its file (from, to): entered a
/// little before its liveliest moment, inside the shot where that is long enough. Footage of a high frame rate runs
/// slowly under calm music of this `energy`; ordinary footage only where it would be too short otherwise. `None` when
/// no such stretch is left.
pub(super) fn moment(shot: &Shot, (length_s, energy): (f64, f64), shown: &[(f64, f64)], rest: Rest) -> Option<Moment> {
    let rate = shot.info.video.as_ref().map_or(30.0, |video| video.rate.as_f64());
    let wanted = if energy < CALM && rate >= HIGH_RATE { SLOW_MOTION } else { 1.0 };
    // Only as slow as it has to be, in steps of a hundredth.
    let slower = (1..=20).map(|step| 1.0 - f64::from(step) / 100.0).filter(|speed| *speed >= SLOWEST - 1e-9);
    let at = |speed: f64| gap(shot, length_s * speed, shown, rest).map(|in_s| Moment { in_s, speed });
    std::iter::once(wanted).chain(slower).find_map(at)
}

/// The first second of a stretch of `length_s` source seconds that nothing of `shown` overlaps, nearest to the moment
/// that is wanted.
fn gap(shot: &Shot, length_s: f64, shown: &[(f64, f64)], rest: Rest) -> Option<f64> {
    let wanted = (shot.motion.peak_s - LEAD_S).max(shot.start_s);
    let latest_in_shot = shot.end_s - length_s - MARGIN_S;
    let latest_in_file = shot.info.duration_s - length_s - MARGIN_S;
    // A shot that is shorter than the slot starts at its own start and runs on into the same take.
    let (earliest, latest) =
        if latest_in_shot >= shot.start_s { (shot.start_s, latest_in_shot) } else { (0.0, latest_in_file) };
    if latest < earliest {
        return None;
    }
    let anchor = if latest_in_shot >= shot.start_s { wanted } else { shot.start_s };
    let slack = latest - earliest;
    let side = SIDE_S.min(slack / 2.0);
    let anchor = match rest {
        Rest::Sides => anchor.clamp(earliest + side, latest - side),
        Rest::Whole if slack > MOST_REST_S => anchor.clamp(earliest, latest),
        Rest::Whole if anchor - earliest <= latest - anchor => earliest,
        Rest::Whole => latest,
    };
    let is_free = |in_s: &f64| shown.iter().all(|(begin, end)| in_s + length_s <= begin + 1e-6 || *in_s >= end - 1e-6);
    let edges = shown.iter().flat_map(|(begin, end)| [begin - length_s, *end]);
    let starts = std::iter::once(anchor).chain(edges);
    let inside = starts.filter(|in_s| (earliest - 1e-6..=latest + 1e-6).contains(in_s)).filter(is_free);
    inside.min_by(|left, right| (left - anchor).abs().total_cmp(&(right - anchor).abs()))
}
