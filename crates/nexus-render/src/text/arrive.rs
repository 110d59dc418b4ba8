//! How text arrives: opacity and shift of each unit at a moment. Pure.

use nexus_edit::model::{AnimateBy, Easing, TextAnimation, TextPreset, asset::TextDirection};

/// An animation that names no duration stands after this many seconds.
const DURATION_S: f64 = 1.0;
/// One unit comes within this many seconds.
const UNIT_S: f64 = 0.2;
/// Furthest way, as a share of the frame's height.
const WAY_OF_FRAME: f64 = 0.02;
/// Furthest way, as a share of the size of the type.
const WAY_OF_SIZE: f64 = 0.4;

/// Way of a slide, as a share of the frame's height.
const SLIDE: f64 = 0.08;
/// Way of a dancing letter, as a share of the size of the type.
const DANCE: f64 = 0.9;

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

/// What arrives one by one; `None` when the block comes as a whole.
pub(crate) fn unit(animation: &TextAnimation) -> Option<AnimateBy> {
    match animation.preset {
        TextPreset::Typewriter | TextPreset::MovingLetters => Some(animation.style.unwrap_or(AnimateBy::Character)),
        TextPreset::FadeIn | TextPreset::SlideIn | TextPreset::Ascend | TextPreset::Shift => animation.style,
    }
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
    let takes_s = match (animation.preset, unit(animation)) {
        // A key is struck, and the letter stands.
        (TextPreset::Typewriter, _) => 0.0,
        (_, None) => duration_s,
        (_, Some(AnimateBy::Word | AnimateBy::Character)) => UNIT_S.min(duration_s),
    };
    let begin_s = (duration_s - takes_s) * index as f64 / count.saturating_sub(1).max(1) as f64;
    let share = if takes_s > 0.0 { (since_s - begin_s) / takes_s } else { f64::from(u8::from(since_s >= begin_s)) };
    if share >= 1.0 {
        return Arrival::DONE;
    }
    let eased = Easing::EaseOutCubic.at(share.max(0.0));
    let gone = 1.0 - eased;
    let near = (WAY_OF_FRAME * frame_height_px).min(WAY_OF_SIZE * size_px);
    let moving = |way: f64, usual: TextDirection| {
        let (across, down) = against(animation.direction.unwrap_or(usual));
        Arrival { opacity: eased, across: across * way * gone, down: down * way * gone }
    };
    match animation.preset {
        TextPreset::FadeIn | TextPreset::Typewriter => Arrival { opacity: eased, across: 0.0, down: 0.0 },
        TextPreset::Ascend => moving(near, TextDirection::Up),
        TextPreset::Shift => moving(near, TextDirection::Right),
        TextPreset::SlideIn => moving(SLIDE * frame_height_px, TextDirection::Right),
        TextPreset::MovingLetters => {
            // Neighbours come from opposite sides.
            let side = if index.is_multiple_of(2) { 1.0 } else { -1.0 };
            let arrival = moving(DANCE * size_px, TextDirection::Up);
            Arrival { across: arrival.across * side, down: arrival.down * side, ..arrival }
        }
    }
}

/// From where something comes that moves into a direction: to the right and down.
fn against(direction: TextDirection) -> (f64, f64) {
    match direction {
        TextDirection::Left => (1.0, 0.0),
        TextDirection::Right => (-1.0, 0.0),
        TextDirection::Up => (0.0, 1.0),
        TextDirection::Down => (0.0, -1.0),
    }
}

#[cfg(test)]
mod tests {
    use nexus_edit::model::Word;

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

    #[test]
    fn every_preset_begins_unseen_and_ends_in_place() {
        for (name, preset) in TextPreset::TABLE {
            let animation = TextAnimation { style: Some(AnimateBy::Character), ..TextAnimation::new(*preset, 0.5) };
            let at = |since_s| arrival(&animation, (3, 4), since_s, 70.0, 1920.0);
            assert!(at(0.01).opacity < 0.01, "{name}");
            assert_eq!(at(0.5), Arrival::DONE, "{name}");
        }
        let typed = TextAnimation::new(TextPreset::Typewriter, 1.0);
        assert_eq!(arrival(&typed, (1, 3), 0.51, 70.0, 1920.0), Arrival::DONE, "letters stand at once");
        let left =
            TextAnimation { direction: Some(TextDirection::Left), ..TextAnimation::new(TextPreset::SlideIn, 1.0) };
        assert!(arrival(&left, (0, 1), 0.1, 70.0, 1920.0).across > 0.0, "it comes from the right and moves left");
    }
}
