//! One picture per slot: picks first, spares for further shots of a scene, then other moments of clips that are shown
//! far away; the in-point where the shot is best, slow motion where it is wanted.

mod moment;

use nexus_core::{
    AssetId, Frames,
    footage::Shot,
    script::{Part, Scene},
};
use nexus_edit::{CutPlan, Footage, Slot, look::Backdrop};
use serde::{Deserialize, Serialize};

use crate::choose::{Choice, Pick};
use moment::{Moment, Rest, SLOWEST, moment, room_s};

/// A slot with its shot, as it will be rendered and reported.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Placed {
    /// The slot.
    pub slot: Slot,
    /// The shot and why.
    pub pick: Pick,
    /// First second used of the shot's file.
    pub in_s: f64,
    /// Source seconds per second: 1 as it was filmed, at least 0.8, or 0.5 for footage of a high frame rate.
    #[serde(default = "as_filmed")]
    pub speed: f64,
}

fn as_filmed() -> f64 {
    1.0
}

/// No clip lasts as long as one shot.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(
    "every clip is shorter than one bar of the music ({bar_s:.1} s); add clips of at least {bar_s:.1} s or choose a faster track"
)]
pub struct TooShortClips {
    /// Length of the longest slot in seconds.
    pub bar_s: f64,
}

/// Slots between two moments of one clip: nobody remembers the first when the second comes.
const APART: usize = 3;

/// Places a shot in every slot. A scene's first slot shows its pick, its further slots show spares from other clips,
/// then moments of clips that are not shown near by and that the film has not shown yet; where there is none the shot
/// runs on, and that cut disappears from the plan. No second of footage is shown twice while there is another one.
///
/// # Errors
/// [`TooShortClips`] when no shot at all can fill a slot.
pub fn fill(cuts: &CutPlan, choice: &Choice, scenes: &[Scene]) -> Result<Vec<Placed>, TooShortClips> {
    let mut film = Film { cuts, choice, scenes, reserved: vec![None; cuts.slots.len()] };
    film.reserve();
    film.place()
}

struct Film<'a> {
    cuts: &'a CutPlan,
    choice: &'a Choice,
    scenes: &'a [Scene],
    /// What each slot shows, once it is known.
    reserved: Vec<Option<Placed>>,
}

impl Film<'_> {
    /// Every scene's own pick in its first slot, where it lasts.
    fn reserve(&mut self) {
        for (index, slot) in self.cuts.slots.iter().enumerate() {
            let is_first = index == 0 || self.cuts.slots[index - 1].scene != slot.scene;
            let own = self.choice.picks.get(slot.scene).and_then(Option::as_ref).filter(|_| is_first);
            self.reserved[index] = own.and_then(|pick| self.try_place(slot, pick));
        }
    }

    /// The pick in a slot; `None` when it is too short for it even when slowed down.
    fn try_place(&self, slot: &Slot, pick: &Pick) -> Option<Placed> {
        let Moment { in_s, speed } = moment(&pick.shot, (self.cuts.length_s(slot), slot.energy), &[], Rest::Whole)?;
        Some(Placed { slot: *slot, pick: pick.clone(), in_s, speed })
    }

    fn place(mut self) -> Result<Vec<Placed>, TooShortClips> {
        let mut spares: Vec<&Pick> = self.choice.spares.iter().collect();
        for (index, slot) in self.cuts.slots.iter().enumerate() {
            if self.reserved[index].is_some() {
                continue;
            }
            let unused =
                spares.iter().position(|pick| self.differs(index, pick) && self.try_place(slot, pick).is_some());
            let fresh = unused.and_then(|at| self.try_place(slot, spares.remove(at)));
            self.reserved[index] = fresh.or_else(|| self.another_moment(index, slot));
        }
        let mut placed: Vec<Placed> = Vec::with_capacity(self.cuts.slots.len());
        for (index, slot) in self.cuts.slots.iter().enumerate() {
            let shown = self.reserved[index].take();
            match (shown, placed.last_mut()) {
                (Some(shown), _) => placed.push(shown),
                (None, Some(before)) if self.runs_on(before, slot) => self.run_on(before, slot),
                (None, _) => placed.push(self.again(slot)?),
            }
        }
        self.settle(&mut placed);
        Ok(placed)
    }

    /// A clip that is shown once is entered where it is best, with material on both sides.
    fn settle(&self, placed: &mut [Placed]) {
        let assets: Vec<AssetId> = placed.iter().map(|placed| placed.pick.shot.asset).collect();
        for shown in placed
            .iter_mut()
            .filter(|shown| assets.iter().filter(|asset| **asset == shown.pick.shot.asset).count() == 1)
        {
            let wanted = (self.cuts.length_s(&shown.slot), shown.slot.energy);
            if let Some(Moment { in_s, speed }) = moment(&shown.pick.shot, wanted, &[], Rest::Sides) {
                (shown.in_s, shown.speed) = (in_s, speed);
            }
        }
    }

    /// True when neither neighbour of a slot shows the clip of `pick`.
    fn differs(&self, index: usize, pick: &Pick) -> bool {
        self.uses(&pick.shot).all(|at| at.abs_diff(index) > 1)
    }

    /// Slots that show the clip of a shot.
    fn uses<'b>(&'b self, shot: &'b Shot) -> impl Iterator<Item = usize> + 'b {
        let shows =
            |placed: &Option<Placed>| placed.as_ref().is_some_and(|placed| placed.pick.shot.asset == shot.asset);
        self.reserved.iter().enumerate().filter(move |(_, placed)| shows(placed)).map(|(at, _)| at)
    }

    /// A moment that was not shown yet, of a clip that is shown somewhere else: the one that is farthest away.
    fn another_moment(&self, index: usize, slot: &Slot) -> Option<Placed> {
        let length_s = self.cuts.length_s(slot);
        let mut best: Option<(usize, Placed)> = None;
        for placed in self.reserved.iter().flatten() {
            let shot = &placed.pick.shot;
            let nearest = self.uses(shot).map(|at| at.abs_diff(index)).min().unwrap_or(usize::MAX);
            // A made picture is one idea; a second moment of it shows nothing new.
            if shot.generated || nearest < APART || best.as_ref().is_some_and(|(far, _)| *far >= nearest) {
                continue;
            }
            let shown: Vec<(f64, f64)> =
                self.reserved.iter().flatten().filter_map(|other| self.shown(other, shot)).collect();
            if let Some(Moment { in_s, speed }) = moment(shot, (length_s, slot.energy), &shown, Rest::Whole) {
                let why = format!("Another moment of {}, not shown before. {}", shot.file_name, placed.pick.why);
                let pick = Pick { why, ..placed.pick.clone() };
                best = Some((nearest, Placed { slot: *slot, pick, in_s, speed }));
            }
        }
        best.map(|(_, placed)| placed)
    }

    /// The seconds of the clip of `shot` that `placed` shows.
    fn shown(&self, placed: &Placed, shot: &Shot) -> Option<(f64, f64)> {
        let length_s = self.cuts.length_s(&placed.slot) * placed.speed;
        (placed.pick.shot.asset == shot.asset).then_some((placed.in_s, placed.in_s + length_s))
    }

    /// True when the shot before `slot` belongs to the same scene and is long enough to last through it.
    fn runs_on(&self, before: &Placed, slot: &Slot) -> bool {
        let together = self.cuts.length_s(&before.slot) + self.cuts.length_s(slot);
        before.slot.scene == slot.scene
            && moment(&before.pick.shot, (together, slot.energy), &[], Rest::Whole).is_some()
    }

    /// The shot before `slot` lasts through it.
    fn run_on(&self, before: &mut Placed, slot: &Slot) {
        before.slot.length = Frames(before.slot.length.0 + slot.length.0);
        let wanted = (self.cuts.length_s(&before.slot), before.slot.energy);
        let found = moment(&before.pick.shot, wanted, &[], Rest::Whole);
        if let Some(Moment { in_s, speed }) = found {
            (before.in_s, before.speed) = (in_s, speed);
        }
    }

    /// Something that was shown before; behind the end card, where a blur or a plain ground covers it, the clip that
    /// lasts longest.
    fn again(&self, slot: &Slot) -> Result<Placed, TooShortClips> {
        let bar_s = self.cuts.length_s(slot);
        let mut known = self.choice.picks.iter().flatten().chain(&self.choice.spares);
        let is_end = self.scenes.get(slot.scene).is_some_and(|scene| scene.part == Part::End);
        if is_end {
            let own = self.choice.picks.get(slot.scene).and_then(Option::as_ref);
            let longest = known.clone().max_by(|left, right| room_s(&left.shot).total_cmp(&room_s(&right.shot)));
            let pick = known.find_map(|pick| self.try_place(slot, pick)).map(|placed| placed.pick);
            let pick = pick.or_else(|| own.cloned()).or_else(|| longest.cloned()).ok_or(TooShortClips { bar_s })?;
            let placed = self.try_place(slot, &pick);
            return Ok(placed.unwrap_or(Placed { slot: *slot, in_s: pick.shot.start_s, pick, speed: SLOWEST }));
        }
        known.find_map(|pick| self.try_place(slot, pick)).ok_or(TooShortClips { bar_s })
    }
}

/// The cut plan that `placed` really follows, and the pictures for it.
#[must_use]
pub fn pictures(cuts: &CutPlan, placed: &[Placed]) -> (CutPlan, Vec<Footage>) {
    let footage = placed.iter().map(|placed| {
        let shot = &placed.pick.shot;
        let moves = shot.motion.pan.abs() + shot.motion.tilt.abs() + shot.motion.zoom.abs();
        let shown_s = cuts.length_s(&placed.slot) * placed.speed;
        Footage {
            src: shot.blob.url(),
            in_s: placed.in_s,
            speed: placed.speed,
            head_s: (placed.in_s - shot.start_s).max(0.0),
            tail_s: shot.info.duration_s - placed.in_s - shown_s,
            volume: if placed.slot.is_quick || placed.speed < 0.9 { 0.0 } else { own_sound(shot) },
            is_static: moves < 0.012,
            backdrop: Backdrop { calm: shot.calm, light: shot.light, focus: shot.focus },
            mean_rgb: shot.mean_rgb,
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
