//! What transitions and effects do to a clip at a moment: opacity, shift, scale and a mask. Pure.
//!
//! Lengths and distances follow Shotstack: transitions last 1 s, slow ones 2 s, fast ones 0.5 s; slides and
//! carousels half of that; zooms always 0.4 s. Effects run evenly over the whole clip.

use nexus_edit::model::{Corner, Direction, Easing, Effect, Pace, Side, Transition, TransitionKind};

/// How far a slide nudges, as a share of the frame.
const NUDGE: f64 = 0.025;
/// How far a carousel travels down in, and up out, beyond the frame's height.
const CAROUSEL_IN_Y: f64 = 1.05;
const CAROUSEL_OUT_Y: f64 = 1.1;
/// How far a shuffled card swings aside.
const SWING: f64 = 0.5;
/// Magnification at the far end of a zoom.
const ZOOM: f64 = 10.0;
/// Seconds of a zoom.
const ZOOM_S: f64 = 0.4;
/// Width of a wipe's soft edge, as a share of the frame's width.
const WIPE_SOFTNESS: f64 = 0.2;

/// What a clip is subjected to at a moment, beside its own tweens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Motion {
    /// Factor of opacity, 0 to 1.
    pub opacity: f64,
    /// Shift as fractions of the frame, y up.
    pub shift: (f64, f64),
    /// Magnification about the middle of the clip.
    pub scale: f64,
    /// A part of the frame that is hidden.
    pub curtain: Option<Curtain>,
}

/// A vertical edge across the frame: what lies on one side of it is seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Curtain {
    /// Where the edge is, as a fraction of the frame's width from the left; beyond 0 and 1 while a soft edge passes.
    pub edge: f64,
    /// Width of the soft edge, as a fraction of the frame's width; 0 for a hard one.
    pub softness: f64,
    /// The side that is seen.
    pub seen: Side,
}

impl Motion {
    /// Nothing happens.
    pub const NONE: Self = Self { opacity: 1.0, shift: (0.0, 0.0), scale: 1.0, curtain: None };

    fn and(self, other: Self) -> Self {
        Self {
            opacity: self.opacity * other.opacity,
            shift: (self.shift.0 + other.shift.0, self.shift.1 + other.shift.1),
            scale: self.scale * other.scale,
            curtain: self.curtain.or(other.curtain),
        }
    }
}

impl Curtain {
    /// How much is seen at `x`, a fraction of the frame's width: 0 to 255.
    #[must_use]
    pub fn at(&self, x: f64) -> u8 {
        let inside = match self.seen {
            Side::Left => self.edge - x,
            Side::Right => x - self.edge,
        };
        let share = if self.softness > 0.0 { inside / self.softness + 0.5 } else { f64::from(u8::from(inside > 0.0)) };
        (share.clamp(0.0, 1.0) * 255.0 + 0.5) as u8
    }
}

/// Transition and effect of a clip of `frames` at its frame `index`. The middle of the frame counts, so that no
/// frame of a transition is wasted on being invisible; two transitions share a clip that is too short for both.
#[must_use]
pub fn motion(transition: Transition, effect: Option<Effect>, (index, frames): (u64, u64), fps: f64) -> Motion {
    let Transition { enter, leave } = transition;
    let length_s = frames as f64 / fps;
    let longest_s = if enter.is_some() && leave.is_some() { length_s / 2.0 } else { length_s };
    let share = |kind: TransitionKind, frames: f64| (frames / fps / seconds_of(kind).min(longest_s)).min(1.0);
    let since = index as f64 + 0.5;
    let mut motion = effect.map_or(Motion::NONE, |effect| effect_at(effect, since / frames.max(1) as f64));
    if let Some(kind) = enter {
        motion = motion.and(transition_at(kind, share(kind, since), Way::In));
    }
    if let Some(kind) = leave {
        motion = motion.and(transition_at(kind, share(kind, frames as f64 - since), Way::Out));
    }
    motion
}

/// The largest magnification that transition and effect reach without a zoom, which is brief and blurred by speed.
#[must_use]
pub fn largest_scale(effect: Option<Effect>) -> f64 {
    effect.map_or(1.0, |effect| effect_at(effect, 0.0).scale.max(effect_at(effect, 1.0).scale))
}

#[derive(Clone, Copy, PartialEq)]
enum Way {
    In,
    Out,
}

/// `share` is 0 when the clip is gone and 1 when it stands.
fn transition_at(kind: TransitionKind, share: f64, way: Way) -> Motion {
    if share >= 1.0 {
        return Motion::NONE;
    }
    let share = share.max(0.0);
    let eased = Easing::EaseOutCubic.at(share);
    let gone = 1.0 - eased;
    match kind {
        TransitionKind::Fade(_) => Motion { opacity: share, ..Motion::NONE },
        TransitionKind::Reveal(_) => curtain(share, Side::Right, 0.0, way),
        TransitionKind::Wipe(side, _) => curtain(share, side, WIPE_SOFTNESS, way),
        TransitionKind::Slide(direction, _) => {
            Motion { opacity: share, shift: along(direction, way, (NUDGE * gone, NUDGE * gone)), ..Motion::NONE }
        }
        TransitionKind::Carousel(direction, _) => {
            let down = if way == Way::In { CAROUSEL_IN_Y } else { CAROUSEL_OUT_Y };
            Motion { shift: along(direction, way, (gone, down * gone)), ..Motion::NONE }
        }
        TransitionKind::Shuffle(corner, _) => {
            let (edge, aside) = card(corner);
            let swing = SWING * (std::f64::consts::PI * share).sin();
            Motion { shift: (edge.0 * gone + aside.0 * swing, edge.1 * gone + aside.1 * swing), ..Motion::NONE }
        }
        TransitionKind::Zoom => Motion { opacity: share, scale: ZOOM.powf(gone), ..Motion::NONE },
    }
}

/// An edge that crosses the frame towards `towards`: a clip comes behind it, and goes before it.
fn curtain(share: f64, towards: Side, softness: f64, way: Way) -> Motion {
    let passed = if way == Way::In { share } else { 1.0 - share };
    // A soft edge begins and ends beyond the frame.
    let travelled = passed * (1.0 + softness) - softness / 2.0;
    let edge = if towards == Side::Right { travelled } else { 1.0 - travelled };
    let behind = if towards == Side::Right { Side::Left } else { Side::Right };
    let seen = if way == Way::In { behind } else { towards };
    Motion { curtain: Some(Curtain { edge, softness, seen }), ..Motion::NONE }
}

/// A shift against the direction when a clip comes, along it when it goes.
fn along(direction: Direction, way: Way, (across, up): (f64, f64)) -> (f64, f64) {
    let sign = if way == Way::In { -1.0 } else { 1.0 };
    match direction {
        Direction::Left => (-sign * across, 0.0),
        Direction::Right => (sign * across, 0.0),
        Direction::Up => (0.0, sign * up),
        Direction::Down => (0.0, -sign * up),
    }
}

/// Beyond which edge the card lies, and to which side of it it swings; x to the right, y up.
fn card(corner: Corner) -> ((f64, f64), (f64, f64)) {
    let (left, right, up, down) = ((-1.0, 0.0), (1.0, 0.0), (0.0, 1.0), (0.0, -1.0));
    match corner {
        Corner::TopRight => (up, right),
        Corner::RightTop => (right, up),
        Corner::RightBottom => (right, down),
        Corner::BottomRight => (down, right),
        Corner::BottomLeft => (down, left),
        Corner::LeftBottom => (left, down),
        Corner::LeftTop => (left, up),
        Corner::TopLeft => (up, left),
    }
}

/// Seconds of a transition.
fn seconds_of(kind: TransitionKind) -> f64 {
    let paced = |pace: Pace| match pace {
        Pace::Normal => 1.0,
        Pace::Slow => 2.0,
        Pace::Fast => 0.5,
    };
    match kind {
        TransitionKind::Fade(pace)
        | TransitionKind::Reveal(pace)
        | TransitionKind::Wipe(_, pace)
        | TransitionKind::Shuffle(_, pace) => paced(pace),
        TransitionKind::Slide(_, pace) | TransitionKind::Carousel(_, pace) => paced(pace) / 2.0,
        TransitionKind::Zoom => ZOOM_S,
    }
}

/// An effect at `share` of the clip.
fn effect_at(effect: Effect, share: f64) -> Motion {
    let grown = |pace: Pace| match pace {
        Pace::Slow => 1.1,
        Pace::Normal => 1.3,
        Pace::Fast => 1.7,
    };
    let scaled = |scale: f64| Motion { scale, ..Motion::NONE };
    match effect {
        Effect::ZoomIn(pace) => scaled(1.0 + (grown(pace) - 1.0) * share),
        Effect::ZoomOut(pace) => scaled(grown(pace) + (1.0 - grown(pace)) * share),
        Effect::Slide(direction, pace) => {
            let reach = match pace {
                Pace::Slow => 0.03,
                Pace::Normal => 0.12,
                Pace::Fast => 0.2,
            };
            // From one side of its place to the other, enlarged so that no edge is seen.
            let way = reach * (2.0 * share - 1.0);
            Motion { shift: along(direction, Way::Out, (way, way)), scale: 1.0 + 2.0 * reach, ..Motion::NONE }
        }
    }
}

#[cfg(test)]
mod tests {
    use nexus_edit::model::Word;

    use super::*;

    fn enter(kind: TransitionKind) -> Transition {
        Transition { enter: Some(kind), leave: None }
    }

    fn leave(kind: TransitionKind) -> Transition {
        Transition { enter: None, leave: Some(kind) }
    }

    #[test]
    fn every_transition_begins_away_and_ends_in_place() {
        for (name, kind) in TransitionKind::TABLE {
            let first = motion(enter(*kind), None, (0, 300), 30.0);
            assert_ne!(first, Motion::NONE, "{name} in");
            assert_eq!(motion(enter(*kind), None, (61, 300), 30.0), Motion::NONE, "{name} in, after 2 s");
            assert_eq!(motion(leave(*kind), None, (238, 300), 30.0), Motion::NONE, "{name} out, 2 s before");
            assert_ne!(motion(leave(*kind), None, (299, 300), 30.0), Motion::NONE, "{name} out");
        }
    }

    #[test]
    fn directions_are_those_of_the_names() {
        let half_way = |transition| motion(transition, None, (3, 300), 30.0);
        for (name, direction, sign) in [
            ("left", Direction::Left, (1.0, 0.0)),
            ("right", Direction::Right, (-1.0, 0.0)),
            ("up", Direction::Up, (0.0, -1.0)),
            ("down", Direction::Down, (0.0, 1.0)),
        ] {
            for kind in
                [TransitionKind::Slide(direction, Pace::Normal), TransitionKind::Carousel(direction, Pace::Normal)]
            {
                let (x, y) = half_way(enter(kind)).shift;
                assert!(x * sign.0 + y * sign.1 > 0.0, "comes from the other side: {name} {x} {y}");
                let (x, y) = motion(leave(kind), None, (297, 300), 30.0).shift;
                assert!(x * sign.0 + y * sign.1 < 0.0, "goes that way: {name} {x} {y}");
            }
        }
    }

    #[test]
    fn wipes_cross_the_frame_towards_their_side() {
        let at =
            |kind, index, x| motion(enter(kind), None, (index, 300), 30.0).curtain.map_or(255, |curtain| curtain.at(x));
        let right = TransitionKind::Wipe(Side::Right, Pace::Normal);
        assert!(at(right, 8, 0.0) > 200 && at(right, 8, 0.9) < 10, "the left side is seen first");
        let left = TransitionKind::Wipe(Side::Left, Pace::Normal);
        assert!(at(left, 8, 0.0) < 10 && at(left, 8, 1.0) > 200);
        let gone = motion(leave(right), None, (290, 300), 30.0).curtain.expect("it is going");
        assert!(gone.at(0.0) < 10 && gone.at(1.0) > 200, "the left side goes first");
        let reveal = motion(enter(TransitionKind::Reveal(Pace::Normal)), None, (14, 300), 30.0).curtain;
        assert_eq!(reveal.map(|curtain| (curtain.at(0.2), curtain.at(0.8))), Some((255, 0)));
    }

    #[test]
    fn fades_are_shortened_to_the_clip_and_never_waste_a_frame() {
        let fade = TransitionKind::Fade(Pace::Normal);
        let both = Transition { enter: Some(fade), leave: Some(fade) };
        let opacity = |index| motion(both, None, (index, 30), 30.0).opacity;
        assert!(opacity(0) > 0.0 && (opacity(14) - opacity(15)).abs() < 1e-9);
        assert!(opacity(15) > 0.95);
    }

    #[test]
    fn effects_run_over_the_clip_and_slides_show_no_edge() {
        let zoom = |index| motion(Transition::default(), Some(Effect::ZoomIn(Pace::Normal)), (index, 100), 25.0).scale;
        assert!((zoom(0) - 1.0015).abs() < 1e-6 && (zoom(99) - 1.2985).abs() < 1e-6);
        for (name, effect) in Effect::TABLE {
            for index in [0, 50, 99] {
                let Motion { shift, scale, .. } = motion(Transition::default(), Some(*effect), (index, 100), 25.0);
                let room = (scale - 1.0) / 2.0;
                assert!(shift.0.abs() <= room + 1e-9 && shift.1.abs() <= room + 1e-9, "{name} {index}");
            }
        }
    }
}
