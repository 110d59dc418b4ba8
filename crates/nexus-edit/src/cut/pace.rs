//! How densely a film is cut: which stretches are halved, so that shots shorten towards the drop and the median shot
//! is neither hectic nor slow.

use nexus_core::script::Part;

use super::{CutConfig, Preset, QUICK_S, SceneNeed, grid::Owner, track::Unit};

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

/// Every pace of a film, the best first: those whose median shot lies in [`Preset::median_s`] or nearest to it, and among them
/// the one that builds up over half of the praise.
pub(super) fn paces(scenes: &[SceneNeed], owners: &[Owner], units: &[Unit], config: &CutConfig) -> Vec<Pace> {
    let part_of = |index: usize| match owners[index] {
        Owner::One(scene) => Some(scenes[scene].part),
        Owner::Shared(..) => None,
    };
    let of_part = |part: Part| (0..owners.len()).filter(move |index| part_of(*index) == Some(part));
    let drops = of_part(Part::Drop).next().is_some_and(|first| units[first].arrives);
    let quick: Vec<usize> = if drops { of_part(Part::Drop).collect() } else { vec![] };
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
    let wanted = match config.preset {
        Preset::Calm => 0,
        Preset::Classic | Preset::Drop => praise.len() / 2,
        Preset::Energetic => praise.len(),
    };
    // A rest of a stretch that is too short for a shot always runs on from the one before.
    let is_short = |index: &usize| matches!(owners[*index], Owner::Shared(..)) && !may_halve(index);
    let must_join = (0..owners.len()).any(|index| is_short(&index));
    let mut paces: Vec<(Pace, (f64, usize))> = Vec::new();
    for count in 0..=order.len() {
        for (rests, joins_proof) in [(false, false), (false, true), (true, false), (true, true)] {
            let halved = order[..count].to_vec();
            let pace = Pace { halved, quick: quick.clone(), rests: rests && quick.len() == 1, joins_proof };
            if paces.iter().any(|(known, _)| *known == pace) || (must_join && !joins_proof) {
                continue;
            }
            let lengths = pace.pieces(scenes, owners, units).iter().map(|piece| piece.to_s - piece.from_s).collect();
            let changes = count.abs_diff(wanted) * 4 + usize::from(rests) + usize::from(joins_proof);
            paces.push((pace, (off_median(median(lengths), config.preset), changes)));
        }
    }
    paces.sort_by(|(_, left), (_, right)| left.0.total_cmp(&right.0).then(left.1.cmp(&right.1)));
    paces.into_iter().map(|(pace, _)| pace).collect()
}

/// The median of some lengths; 0 of none.
pub(super) fn median(mut lengths: Vec<f64>) -> f64 {
    lengths.sort_by(f64::total_cmp);
    let middle = lengths.len() / 2;
    match lengths.len() {
        0 => 0.0,
        count if count.is_multiple_of(2) => f64::midpoint(lengths[middle - 1], lengths[middle]),
        _ => lengths[middle],
    }
}

/// How far a median shot lies outside of what a preset wants, in whole tenths of a second: smaller differences do not count.
#[must_use]
pub fn off_median(median_s: f64, preset: Preset) -> f64 {
    let (least, most) = preset.median_s();
    let off = (least - median_s).max(median_s - most).max(0.0);
    (off * 10.0).ceil()
}
