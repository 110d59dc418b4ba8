//! One picture per bar: picks first, spares for further bars of a scene, the in-point where the shot is best.

use nexus_core::{
    Frames,
    footage::Shot,
    script::{Part, Scene},
};
use nexus_edit::{CutPlan, Footage, Slot};
use serde::{Deserialize, Serialize};

use crate::choose::{Choice, Pick};

/// A slot with its shot, as it will be rendered and reported.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Placed {
    /// The slot.
    pub slot: Slot,
    /// The shot and why.
    pub pick: Pick,
    /// First second used of the shot's file.
    pub in_s: f64,
}

/// No clip lasts as long as one bar.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(
    "every clip is shorter than one bar of the music ({bar_s:.1} s); add clips of at least {bar_s:.1} s or choose a faster track"
)]
pub struct TooShortClips {
    /// Length of the longest slot in seconds.
    pub bar_s: f64,
}

/// Places a shot in every slot. A scene's first bar shows its pick, its further bars show spares from other
/// clips; where there is no spare the shot runs on, and that cut disappears from the plan. The end card keeps one
/// shot behind it.
///
/// # Errors
/// [`TooShortClips`] when no shot at all can fill a slot.
pub fn fill(cuts: &CutPlan, choice: &Choice, scenes: &[Scene]) -> Result<Vec<Placed>, TooShortClips> {
    let mut placed: Vec<Placed> = Vec::with_capacity(cuts.slots.len());
    let mut spares: Vec<&Pick> = choice.spares.iter().collect();
    for (index, slot) in cuts.slots.iter().enumerate() {
        let length_s = cuts.length_s(slot);
        let is_first = index == 0 || cuts.slots[index - 1].scene != slot.scene;
        let stands = scenes.get(slot.scene).is_some_and(|scene| scene.part == Part::End);
        let stays = |before: &&mut Placed| stands && !is_first && lasts(cuts, before, slot) >= LEAST_END_SHARE;
        if let Some(before) = placed.last_mut().filter(stays) {
            run_on(cuts, before, slot);
            continue;
        }
        let own = choice.picks.get(slot.scene).and_then(Option::as_ref);
        let previous = placed.last();
        let next = cuts.slots.get(index + 1).filter(|next| next.scene != slot.scene);
        let following = next.and_then(|next| choice.picks.get(next.scene)).and_then(Option::as_ref);
        let fits = |pick: &Pick| pick.shot.info.duration_s >= length_s + 0.1;
        let differs = |pick: &Pick| {
            previous.is_none_or(|before| before.pick.shot.asset != pick.shot.asset)
                && following.is_none_or(|after| after.shot.asset != pick.shot.asset)
        };
        let chosen = own.filter(|pick| is_first && fits(pick)).cloned().or_else(|| {
            let at = spares.iter().position(|pick| fits(pick) && differs(pick))?;
            Some(spares.remove(at).clone())
        });
        match (chosen, placed.last_mut()) {
            (Some(pick), _) => {
                let in_s = in_point(&pick.shot, length_s);
                placed.push(Placed { slot: *slot, pick, in_s });
            }
            (None, Some(before)) if runs_on(cuts, before, slot) => run_on(cuts, before, slot),
            (None, _) => {
                let again = choice.picks.iter().flatten().chain(&choice.spares).find(|pick| fits(pick));
                let pick = again.cloned().ok_or(TooShortClips { bar_s: length_s })?;
                let in_s = in_point(&pick.shot, length_s);
                placed.push(Placed { slot: *slot, pick, in_s });
            }
        }
    }
    Ok(placed)
}

/// Behind the end card a blurred shot may stand still at its end, but not for longer than it moved.
const LEAST_END_SHARE: f64 = 0.6;

/// True when the shot before `slot` belongs to the same scene and is long enough to last through it.
fn runs_on(cuts: &CutPlan, before: &Placed, slot: &Slot) -> bool {
    lasts(cuts, before, slot) >= 1.0
}

/// The share of its own slot and of `slot` together that the shot before lasts through; 0 for another scene's.
fn lasts(cuts: &CutPlan, before: &Placed, slot: &Slot) -> f64 {
    if before.slot.scene != slot.scene {
        return 0.0;
    }
    let together = Slot { length: Frames(before.slot.length.0 + slot.length.0), ..before.slot };
    before.pick.shot.info.duration_s / (cuts.length_s(&together) + 0.1)
}

/// The shot before `slot` lasts through it.
fn run_on(cuts: &CutPlan, before: &mut Placed, slot: &Slot) {
    before.slot.length = Frames(before.slot.length.0 + slot.length.0);
    before.in_s = in_point(&before.pick.shot, cuts.length_s(&before.slot));
}

/// Where a shot is entered: 0.3 s before its liveliest moment, inside the shot, and so that it lasts.
fn in_point(shot: &Shot, length_s: f64) -> f64 {
    let wanted = (shot.motion.peak_s - 0.3).max(shot.start_s);
    let latest_in_shot = shot.end_s - length_s - 0.05;
    let latest_in_file = (shot.info.duration_s - length_s - 0.05).max(0.0);
    // A shot that is shorter than the slot starts at its own start and runs on into the same take.
    let within = if latest_in_shot >= shot.start_s { wanted.min(latest_in_shot) } else { shot.start_s };
    within.min(latest_in_file).max(0.0)
}

/// The cut plan that `placed` really follows, and the pictures for it.
#[must_use]
pub fn pictures(cuts: &CutPlan, placed: &[Placed]) -> (CutPlan, Vec<Footage>) {
    let footage = placed.iter().map(|placed| {
        let shot = &placed.pick.shot;
        let moves = shot.motion.pan.abs() + shot.motion.tilt.abs() + shot.motion.zoom.abs();
        Footage {
            src: shot.blob.url(),
            in_s: placed.in_s,
            volume: own_sound(shot),
            focus: shot.focus,
            is_static: moves < 0.012,
            calm: shot.calm,
        }
    });
    let slots = placed.iter().map(|placed| placed.slot).collect();
    (CutPlan { slots, ..cuts.clone() }, footage.collect())
}

/// Volume that brings a shot's own sound to about 20 dB below the music; 0 for silence and for speech, which
/// would be torn apart by the cuts.
fn own_sound(shot: &Shot) -> f64 {
    const WANTED_DB: f64 = -36.0;
    match shot.sound {
        Some(sound) if sound.level_db > -50.0 && sound.speech < 0.5 => {
            10_f64.powf((WANTED_DB - sound.level_db) / 20.0).min(1.0)
        }
        Some(_) | None => 0.0,
    }
}
