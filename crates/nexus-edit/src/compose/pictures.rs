//! The pictures: where they stand, how they move, and how one gives way to the next.

use nexus_core::{
    business::Style,
    script::{Part, Scene},
};

use super::{FilmPlan, Footage, end_card::BLOCK};
use crate::{
    cut::{CutPlan, Join, Slot},
    look::Look,
    model::{Animated, Asset, Clip, Easing, Filter, Grade, Interpolation, Position, Track, Tween, Video},
};

/// Music below this energy counts as calm: sections may dissolve.
const CALM: f64 = 0.85;
/// Music from this energy on counts as strong: pictures may pulse.
const STRONG: f64 = 0.85;
/// Least length of a shot that dissolves, in seconds.
const LEAST_DISSOLVED_S: f64 = 1.0;
/// Length of the quick zoom on a drop, in seconds.
const ZOOM_S: f64 = 0.3;

/// How each slot takes over from the one before it, in this look. A hard cut is the rule; a dissolve needs a calm
/// change of section and material on both sides, a zoom a drop, a dip the end card. Two kinds never follow each other.
#[must_use]
pub fn joins(scenes: &[Scene], cuts: &CutPlan, footage: &[Footage], look: &Look) -> Vec<Join> {
    let part = |slot: &Slot| scenes.get(slot.scene).map(|scene| scene.part);
    let join = |index: usize| {
        let slot = &cuts.slots[index];
        let Some(before) = index.checked_sub(1).map(|before| &cuts.slots[before]) else { return Join::Cut };
        let is_section = part(before) != part(slot);
        if is_section && part(slot) == Some(Part::End) {
            Join::Dip
        } else if slot.is_quick && !before.is_quick && look.motion.zoom > 0.0 {
            Join::Zoom
        } else if is_section && dissolves(cuts, footage, look, index) {
            Join::Dissolve
        } else {
            Join::Cut
        }
    };
    let mut joins: Vec<Join> = (0..cuts.slots.len()).map(join).collect();
    // The later of two kinds in a row is the one with the stronger reason.
    for index in (1..joins.len()).rev() {
        if joins[index] != Join::Cut && joins[index - 1] != Join::Cut && joins[index - 1] != joins[index] {
            joins[index - 1] = Join::Cut;
        }
    }
    joins
}

fn dissolves(cuts: &CutPlan, footage: &[Footage], look: &Look, index: usize) -> bool {
    let (before, slot) = (&cuts.slots[index - 1], &cuts.slots[index]);
    let half_s = look.motion.dissolve_s / 2.0;
    let [last, next] = [footage.get(index - 1), footage.get(index)];
    let has_room = last.is_some_and(|shot| shot.tail_s >= half_s * shot.speed)
        && next.is_some_and(|shot| shot.head_s >= half_s * shot.speed);
    half_s > 0.0
        && has_room
        && slot.energy < CALM
        && !slot.is_quick
        && !before.is_quick
        && cuts.length_s(before).min(cuts.length_s(slot)) >= LEAST_DISSOLVED_S
}

/// The tracks of the pictures, the upper one first. Of two that dissolve into each other one stands on the upper
/// track, and it is the one that fades.
pub(super) fn pictures(plan: &FilmPlan<'_>, look: &Look, grades: &[Option<Grade>]) -> Vec<Track> {
    let slots = &plan.cuts.slots;
    let (mut upper, mut lower) = (Vec::new(), Vec::new());
    let mut is_upper = false;
    let shots = plan.footage.iter().zip(grades);
    for (index, (slot, (shot, grade))) in slots.iter().zip(shots).enumerate() {
        let enters = slot.join == Join::Dissolve;
        let leaves = slots.get(index + 1).is_some_and(|next| next.join == Join::Dissolve);
        is_upper = enters && !is_upper;
        let clip = picture(plan, look, (slot, shot, *grade), Overlap { enters, leaves, is_upper });
        if is_upper { upper.push(clip) } else { lower.push(clip) }
    }
    [upper, lower].into_iter().filter(|clips| !clips.is_empty()).map(|clips| Track { clips }).collect()
}

/// How a picture meets its neighbours.
#[derive(Clone, Copy)]
struct Overlap {
    enters: bool,
    leaves: bool,
    is_upper: bool,
}

fn picture(
    plan: &FilmPlan<'_>,
    look: &Look,
    (slot, shot, grade): (&Slot, &Footage, Option<Grade>),
    overlap: Overlap,
) -> Clip {
    // Half a dissolve lies on either side of its cut, in whole frames.
    let rate = plan.cuts.rate.as_f64();
    let half_s = (look.motion.dissolve_s / 2.0 * rate).round() / rate;
    let before_s = if overlap.enters { half_s } else { 0.0 };
    let after_s = if overlap.leaves { half_s } else { 0.0 };
    let length_s = plan.cuts.length_s(slot) + before_s + after_s;
    let asset = Asset::Video(Video {
        trim: (shot.in_s - before_s * shot.speed).max(0.0),
        speed: shot.speed,
        volume: Animated::Constant(shot.volume),
        focus: Some(shot.backdrop.focus),
        grade,
        ..Video::new(shot.src.as_str())
    });
    let is_end = plan.script.scenes.get(slot.scene).is_some_and(|scene| scene.part == Part::End);
    let mut fades = Vec::new();
    if overlap.is_upper && overlap.enters {
        fades.push(fade((0.0, 1.0), 0.0, 2.0 * half_s));
    }
    if overlap.is_upper && overlap.leaves {
        fades.push(fade((1.0, 0.0), length_s - 2.0 * half_s, 2.0 * half_s));
    }
    let clip = Clip {
        scale: scale(look, (slot, shot), is_end, (length_s, beat_s(plan))),
        opacity: if fades.is_empty() { Animated::Constant(1.0) } else { Animated::Tweens(fades) },
        ..Clip::new(asset, plan.cuts.start_s(slot) - before_s, length_s)
    };
    match look.style {
        Style::Quiet | Style::Night if is_end => Clip { filter: Some(Filter::Blur), ..clip },
        Style::Bright if is_end => below_block(plan, clip),
        Style::Quiet | Style::Bright | Style::Night => clip,
    }
}

/// A bright end card shows its last picture as it is, below a block, its subject in the middle of what is seen.
fn below_block(plan: &FilmPlan<'_>, clip: Clip) -> Clip {
    let height_px = f64::from(plan.frame.height_px);
    let block_px = (height_px * BLOCK / 2.0).round() * 2.0;
    Clip {
        width: Some(f64::from(plan.frame.width_px)),
        height: Some(height_px - block_px),
        position: Position::Bottom,
        ..clip
    }
}

fn beat_s(plan: &FilmPlan<'_>) -> f64 {
    match plan.cuts.beats_s.as_slice() {
        [first, second, ..] => second - first,
        _ => 0.5,
    }
}

/// The growth of a picture over its shot: a zoom on a drop, a pulse on a strong downbeat, a push where the camera
/// stands.
fn scale(look: &Look, (slot, shot): (&Slot, &Footage), is_end: bool, (length_s, beat_s): (f64, f64)) -> Animated {
    let motion = &look.motion;
    let mut tweens = Vec::new();
    let mut at_s = 0.0;
    if slot.join == Join::Zoom {
        at_s = ZOOM_S.min(length_s);
        tweens.push(eased((1.0 + motion.zoom, 1.0), 0.0, at_s, Easing::EaseOutCubic));
    } else if motion.pulse > 0.0 && slot.beat == 1 && slot.energy >= STRONG && !slot.is_quick && !is_end {
        at_s = beat_s.min(length_s);
        tweens.push(eased((1.0 + motion.pulse, 1.0), 0.0, at_s, Easing::EaseOutCubic));
    }
    let pushes = (shot.is_static || motion.pushes_all) && !slot.is_quick && (!is_end || motion.pushes_all);
    if pushes && length_s - at_s > 0.5 {
        tweens.push(eased((1.0, 1.0 + motion.push), at_s, length_s - at_s, Easing::EaseInOut));
    }
    if tweens.is_empty() { Animated::Constant(1.0) } else { Animated::Tweens(tweens) }
}

fn fade((from, to): (f64, f64), start: f64, length: f64) -> Tween {
    Tween { from, to, start, length, interpolation: Interpolation::Linear }
}

fn eased((from, to): (f64, f64), start: f64, length: f64, easing: Easing) -> Tween {
    Tween { from, to, start, length, interpolation: Interpolation::Bezier(easing) }
}
