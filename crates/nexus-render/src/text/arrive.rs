//! How text arrives: opacity and shift of each unit at a moment. Pure.

use nexus_edit::model::{AnimateBy, Easing, TextAnimation, TextPreset};

/// An animation that names no duration stands after this many seconds.
const DURATION_S: f64 = 1.0;
/// One unit comes within this many seconds.
const UNIT_S: f64 = 0.2;
/// Furthest way, as a share of the frame's height.
const WAY_OF_FRAME: f64 = 0.02;
/// Furthest way, as a share of the size of the type.
const WAY_OF_SIZE: f64 = 0.4;

/// Where a unit is on its way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Arrival {
    /// 0 to 1.
    pub(crate) opacity: f64,
    /// Pixels to the right of its place.
    pub(crate) across: f64,
    /// Pixels below its place.
    pub(crate) down: f64,
}

impl Arrival {
    pub(crate) const DONE: Self = Self { opacity: 1.0, across: 0.0, down: 0.0 };
}

/// The state of unit `index` of `count`, `since_s` seconds after the clip's start. `size_px` is the size of the
/// type, `frame_height_px` that of the frame.
pub(crate) fn arrival(
    animation: &TextAnimation,
    (index, count): (usize, usize),
    since_s: f64,
    size_px: f64,
    frame_height_px: f64,
) -> Arrival {
    let duration_s = animation.duration.unwrap_or(DURATION_S);
    let (begin_s, takes_s) = match animation.style {
        None => (0.0, duration_s),
        Some(AnimateBy::Word | AnimateBy::Character) => {
            let takes_s = UNIT_S.min(duration_s);
            let spread_s = duration_s - takes_s;
            (spread_s * index as f64 / count.saturating_sub(1).max(1) as f64, takes_s)
        }
    };
    let share = if takes_s > 0.0 { (since_s - begin_s) / takes_s } else { 1.0 };
    if share >= 1.0 {
        return Arrival::DONE;
    }
    let eased = Easing::EaseOutCubic.at(share.max(0.0));
    let way = (1.0 - eased) * (WAY_OF_FRAME * frame_height_px).min(WAY_OF_SIZE * size_px);
    match animation.preset {
        TextPreset::FadeIn => Arrival { opacity: eased, across: 0.0, down: 0.0 },
        TextPreset::Ascend => Arrival { opacity: eased, across: 0.0, down: way },
        TextPreset::Shift => Arrival { opacity: eased, across: -way, down: 0.0 },
        // Refused by `check` until they are drawn.
        TextPreset::SlideIn | TextPreset::Typewriter | TextPreset::MovingLetters => Arrival::DONE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_one_after_another_and_all_stand_at_the_end() {
        let animation = TextAnimation { style: Some(AnimateBy::Word), ..TextAnimation::new(TextPreset::Ascend, 0.5) };
        let at = |index, since_s| arrival(&animation, (index, 4), since_s, 70.0, 1920.0);
        assert!(at(0, 0.1).opacity > at(1, 0.1).opacity);
        assert!(at(3, 0.1).opacity < 1e-9);
        for index in 0..4 {
            assert_eq!(at(index, 0.5), Arrival::DONE);
        }
        assert!(at(0, 0.0).down <= 0.02 * 1920.0 && at(0, 0.0).down > 0.0);
    }
}
