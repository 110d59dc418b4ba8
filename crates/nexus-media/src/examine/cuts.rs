//! Hard cuts, exact to the frame, from a stream of frames with a short look ahead.
//!
//! A cut is a change that stands out from its neighbours (after the adaptive detector of PySceneDetect),
//! that changes colours and not only places, and that does not come back at once as a flash does.

use std::collections::VecDeque;

use nexus_core::FrameRate;

use super::look::Look;

/// How far a change must stand out from its neighbours: geometric mean of "times their difference" and
/// "times their recolouring". Measured on film trailers with fast movement on one side of a cut: true cuts
/// have 3.3 and more, movement and explosions less.
const STANDS_OUT: f64 = 3.3;

/// A change that stands out this far is believed with fewer recoloured pixels: most of the picture is static.
const STANDS_FAR_OUT: f64 = 8.0;

/// A change is at least this large, 0 to 255.
const LEAST_DIFFERENCE: f64 = 10.0;

/// And moves this share of pixels to another colour.
const LEAST_RECOLOURED: f64 = 0.12;

/// And this share when it stands far out.
const FEWEST_RECOLOURED: f64 = 0.05;

/// A change that is undone to this share of itself within [`FLASH_S`] is a flash.
const FLASH_SHARE: f64 = 0.4;

/// Longest flash, in seconds.
const FLASH_S: f64 = 0.2;

/// Neighbours looked at on each side, in seconds.
const WINDOW_S: f64 = 0.125;

/// Shortest shot, in seconds.
const LEAST_SHOT_S: f64 = 0.6;

/// A repeated frame of a slower source differs less than this.
const REPEATED: f64 = 0.15;

/// Finds cuts. Frames go in by [`CutFinder::push`] and come out decided by [`CutFinder::pop`].
pub(crate) struct CutFinder {
    window: usize,
    flash: usize,
    least_shot: u64,
    last_cut: u64,
    /// Frames not yet given out, and those before them that comparisons still need.
    kept: VecDeque<Kept>,
    /// How many of `kept` were given out.
    given: usize,
}

struct Kept {
    look: Look,
    /// Change from the frame before.
    difference: f64,
    recoloured: f64,
}

impl CutFinder {
    /// For frames at `rate`.
    pub(crate) fn new(rate: FrameRate) -> Self {
        let frames = |seconds: f64| (seconds * rate.as_f64()).round() as usize;
        Self {
            window: frames(WINDOW_S).clamp(2, 8),
            flash: frames(FLASH_S).clamp(2, 12),
            least_shot: frames(LEAST_SHOT_S).max(1) as u64,
            last_cut: 0,
            kept: VecDeque::new(),
            given: 0,
        }
    }

    /// Takes the next frame.
    pub(crate) fn push(&mut self, look: Look) {
        let (difference, recoloured) = self
            .kept
            .back()
            .map_or((0.0, 0.0), |before| (look.difference(&before.look), look.recoloured(&before.look)));
        self.kept.push_back(Kept { look, difference, recoloured });
    }

    /// The next frame whose fate is known, and whether a shot starts with it.
    pub(crate) fn pop(&mut self) -> Option<(Look, bool)> {
        (self.kept.len() > self.given + self.ahead()).then(|| self.decide())
    }

    /// The rest.
    pub(crate) fn finish(mut self) -> Vec<(Look, bool)> {
        let mut rest = Vec::new();
        while self.given < self.kept.len() {
            rest.push(self.decide());
        }
        rest
    }

    fn ahead(&self) -> usize {
        self.window.max(self.flash)
    }

    fn decide(&mut self) -> (Look, bool) {
        let at = self.given;
        let starts_shot = self.is_cut(at);
        let look = self.kept[at].look.clone();
        if starts_shot {
            self.last_cut = look.index;
        }
        self.given += 1;
        while self.given > self.ahead() + 1 {
            self.kept.pop_front();
            self.given -= 1;
        }
        (look, starts_shot)
    }

    fn is_cut(&self, at: usize) -> bool {
        let here = &self.kept[at];
        if here.look.index == 0 {
            return true;
        }
        at > 0
            && here.look.index >= self.last_cut + self.least_shot
            && here.difference >= LEAST_DIFFERENCE
            && here.recoloured >= FEWEST_RECOLOURED
            && self.stands_out(at)
            && !self.is_flash(at)
    }

    fn stands_out(&self, at: usize) -> bool {
        let here = &self.kept[at];
        let (difference, recoloured) = self.around(at);
        let times = (here.difference / difference.max(0.5) * (here.recoloured / recoloured.max(0.005))).sqrt();
        times >= STANDS_FAR_OUT || times >= STANDS_OUT && here.recoloured >= LEAST_RECOLOURED
    }

    /// Mean difference and recolouring of the neighbours; frames that a slower source repeats do not count.
    fn around(&self, at: usize) -> (f64, f64) {
        let from = at.saturating_sub(self.window).max(1);
        let to = (at + self.window).min(self.kept.len() - 1);
        let (mut difference, mut recoloured, mut count) = (0.0, 0.0, 0_u32);
        for index in (from..=to).filter(|index| *index != at) {
            let neighbour = &self.kept[index];
            if neighbour.difference > REPEATED {
                difference += neighbour.difference;
                recoloured += neighbour.recoloured;
                count += 1;
            }
        }
        let count = f64::from(count.max(1));
        (difference / count, recoloured / count)
    }

    /// True when the picture before the change is back soon after it, or was there shortly before.
    fn is_flash(&self, at: usize) -> bool {
        let back = FLASH_SHARE * self.kept[at].difference;
        let before = &self.kept[at - 1].look;
        let after = &self.kept[at].look;
        let to = (at + self.flash).min(self.kept.len() - 1);
        let from = at.saturating_sub(1 + self.flash);
        (at + 1..=to).any(|index| self.kept[index].look.difference(before) < back)
            || (from..at - 1).any(|index| self.kept[index].look.difference(after) < back)
    }
}
