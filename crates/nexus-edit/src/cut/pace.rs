//! How densely a film is cut: which stretches are halved, so that shots shorten towards the drop and the median shot
//! is neither hectic nor slow.

use std::cmp::Ordering;

use nexus_core::script::Part;

use super::{
    CutConfig, MEDIAN_S, QUICK_S, SceneNeed,
    grid::Owner,
    track::Unit,
};

/// Most quick moments on a drop.
const MOST_QUICK: usize = 5;

/// One shot before it is rounded to frames.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Piece {
    pub(super) scene: usize,
    pub(super) from_s: f64,
    pub(super) to_s: f64,
    /// Position in the bar of the beat that it starts on.
    pub(super) beat: u8,
    pub(super) energy: f64,
    pub(super) is_quick: bool,
}

/// What is cut more often than once per stretch.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Pace {
    /// Stretches that are cut at their middle beat.
    pub(super) halved: Vec<usize>,
    /// Stretches of quick moments.
    pub(super) quick: Vec<usize>,
    /// True when a drop in one stretch ends with a moment twice as long.
    rests: bool,
    /// True when the shot before the end card runs on into the stretch that it shares with it.
    pub(super) joins_proof: bool,
}

impl Pace {
    pub(super) fn quick_firsts(&self, unit: &Unit) -> Vec<usize> {
        let mut firsts = unit.moments(QUICK_S);
        let most = if self.rests { 3 } else { MOST_QUICK.div_ceil(self.quick.len().max(1)) };
        firsts.truncate(most);
        firsts
    }
}

/// The pace whose median shot lies in [`MEDIAN_S`], or nearest to it; among those, the one that builds up over half
/// of the praise.
pub(super) fn choose_pace(scenes: &[SceneNeed], owners: &[Owner], units: &[Unit], config: &CutConfig) -> Pace {
    let part_of = |index: usize| match owners[index] {
        Owner::One(scene) => Some(scenes[scene].part),
        Owner::Shared(..) => None,
    };
    let of_part = |part: Part| (0..owners.len()).filter(move |index| part_of(*index) == Some(part));
    let quick: Vec<usize> = if of_part(Part::Drop).next().is_some_and(|first| units[first].arrives) {
        of_part(Part::Drop).collect()
    } else {
        vec![]
    };
    let may_halve = |index: &usize| {
        units[*index].middle().is_some_and(|middle| {
            let middle_s = units[*index].beats[middle].0;
            (middle_s - units[*index].start_s()).min(units[*index].end_s - middle_s) >= config.min_shot_s
        })
    };
    let praise: Vec<usize> = of_part(Part::Praise).collect();
    // The build is cut last phrase first; what follows it and what leads to it come after.
    let order = praise.iter().rev().copied().chain(of_part(Part::Proof)).chain(of_part(Part::Place));
    let order: Vec<usize> = order.filter(may_halve).collect();
    let wanted = praise.len() / 2;
    let mut best: Option<(Pace, (f64, usize))> = None;
    for count in 0..=order.len() {
        for (rests, joins_proof) in [(false, false), (false, true), (true, false), (true, true)] {
            let halved = order[..count].to_vec();
            let pace = Pace { halved, quick: quick.clone(), rests: rests && quick.len() == 1, joins_proof };
            let lengths = pace.pieces(scenes, owners, units).iter().map(|piece| piece.to_s - piece.from_s).collect();
            let cost = (outside(median(lengths)), count.abs_diff(wanted) * 4 + usize::from(rests) + usize::from(joins_proof));
            let is_better = best.as_ref().is_none_or(|(_, known)| {
                cost.0.total_cmp(&known.0).then(cost.1.cmp(&known.1)) == Ordering::Less
            });
            if is_better {
                best = Some((pace, cost));
            }
        }
    }
    best.map_or_else(Pace::default, |(pace, _)| pace)
}

fn median(mut lengths: Vec<f64>) -> f64 {
    lengths.sort_by(f64::total_cmp);
    let middle = lengths.len() / 2;
    match lengths.len() {
        0 => 0.0,
        count if count.is_multiple_of(2) => f64::midpoint(lengths[middle - 1], lengths[middle]),
        _ => lengths[middle],
    }
}

/// How far a median lies outside of [`MEDIAN_S`], in whole tenths of a second: smaller differences do not count.
fn outside(median_s: f64) -> f64 {
    let off = (MEDIAN_S.0 - median_s).max(median_s - MEDIAN_S.1).max(0.0);
    (off * 10.0).ceil()
}
