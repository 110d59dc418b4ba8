//! How clips come and go, and how they move: transitions and effects, each at one of three paces.

use serde::{Serialize, Serializer};

use super::Word;
use crate::reader::{Read, Spot};

/// How a clip comes and goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Transition {
    /// At its start.
    #[serde(rename = "in", skip_serializing_if = "Option::is_none")]
    pub enter: Option<TransitionKind>,
    /// At its end.
    #[serde(rename = "out", skip_serializing_if = "Option::is_none")]
    pub leave: Option<TransitionKind>,
}

impl Read for Transition {
    const EXPECTED: &'static str = "a transition (in, out)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            Some(Self { enter: fields.word_or_none("in"), leave: fields.word_or_none("out") })
        })
    }
}

/// How fast a transition or an effect is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pace {
    /// The name alone.
    #[default]
    Normal,
    /// The name with `Slow`.
    Slow,
    /// The name with `Fast`.
    Fast,
}

/// Left or right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// To the left.
    Left,
    /// To the right.
    Right,
}

/// One of four ways to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the left.
    Left,
    /// To the right.
    Right,
    /// Upwards.
    Up,
    /// Downwards.
    Down,
}

/// The eight ways of a shuffle: the edge that is left by and the corner of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Corner {
    /// By the top edge, at its right.
    TopRight,
    /// By the right edge, at its top.
    RightTop,
    /// By the right edge, at its bottom.
    RightBottom,
    /// By the bottom edge, at its right.
    BottomRight,
    /// By the bottom edge, at its left.
    BottomLeft,
    /// By the left edge, at its bottom.
    LeftBottom,
    /// By the left edge, at its top.
    LeftTop,
    /// By the top edge, at its left.
    TopLeft,
}

/// Kinds of transition; the contract's `none` is the absence of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransitionKind {
    /// Opacity.
    Fade(Pace),
    /// A mask.
    Reveal(Pace),
    /// A soft gradient across.
    Wipe(Side, Pace),
    /// A nudge with a fade.
    Slide(Direction, Pace),
    /// In from beyond the frame, and out to there.
    Carousel(Direction, Pace),
    /// Aside and back, as a card.
    Shuffle(Corner, Pace),
    /// Out of, or into, the viewer.
    Zoom,
}

impl Word for TransitionKind {
    const WHAT: &'static str = "a transition";
    const TABLE: &'static [(&'static str, Self)] = &[
        ("fade", Self::Fade(Pace::Normal)),
        ("fadeSlow", Self::Fade(Pace::Slow)),
        ("fadeFast", Self::Fade(Pace::Fast)),
        ("reveal", Self::Reveal(Pace::Normal)),
        ("revealSlow", Self::Reveal(Pace::Slow)),
        ("revealFast", Self::Reveal(Pace::Fast)),
        ("wipeLeft", Self::Wipe(Side::Left, Pace::Normal)),
        ("wipeLeftSlow", Self::Wipe(Side::Left, Pace::Slow)),
        ("wipeLeftFast", Self::Wipe(Side::Left, Pace::Fast)),
        ("wipeRight", Self::Wipe(Side::Right, Pace::Normal)),
        ("wipeRightSlow", Self::Wipe(Side::Right, Pace::Slow)),
        ("wipeRightFast", Self::Wipe(Side::Right, Pace::Fast)),
        ("slideLeft", Self::Slide(Direction::Left, Pace::Normal)),
        ("slideLeftSlow", Self::Slide(Direction::Left, Pace::Slow)),
        ("slideLeftFast", Self::Slide(Direction::Left, Pace::Fast)),
        ("slideRight", Self::Slide(Direction::Right, Pace::Normal)),
        ("slideRightSlow", Self::Slide(Direction::Right, Pace::Slow)),
        ("slideRightFast", Self::Slide(Direction::Right, Pace::Fast)),
        ("slideUp", Self::Slide(Direction::Up, Pace::Normal)),
        ("slideUpSlow", Self::Slide(Direction::Up, Pace::Slow)),
        ("slideUpFast", Self::Slide(Direction::Up, Pace::Fast)),
        ("slideDown", Self::Slide(Direction::Down, Pace::Normal)),
        ("slideDownSlow", Self::Slide(Direction::Down, Pace::Slow)),
        ("slideDownFast", Self::Slide(Direction::Down, Pace::Fast)),
        ("carouselLeft", Self::Carousel(Direction::Left, Pace::Normal)),
        ("carouselLeftSlow", Self::Carousel(Direction::Left, Pace::Slow)),
        ("carouselLeftFast", Self::Carousel(Direction::Left, Pace::Fast)),
        ("carouselRight", Self::Carousel(Direction::Right, Pace::Normal)),
        ("carouselRightSlow", Self::Carousel(Direction::Right, Pace::Slow)),
        ("carouselRightFast", Self::Carousel(Direction::Right, Pace::Fast)),
        ("carouselUp", Self::Carousel(Direction::Up, Pace::Normal)),
        ("carouselUpSlow", Self::Carousel(Direction::Up, Pace::Slow)),
        ("carouselUpFast", Self::Carousel(Direction::Up, Pace::Fast)),
        ("carouselDown", Self::Carousel(Direction::Down, Pace::Normal)),
        ("carouselDownSlow", Self::Carousel(Direction::Down, Pace::Slow)),
        ("carouselDownFast", Self::Carousel(Direction::Down, Pace::Fast)),
        ("shuffleTopRight", Self::Shuffle(Corner::TopRight, Pace::Normal)),
        ("shuffleTopRightSlow", Self::Shuffle(Corner::TopRight, Pace::Slow)),
        ("shuffleTopRightFast", Self::Shuffle(Corner::TopRight, Pace::Fast)),
        ("shuffleRightTop", Self::Shuffle(Corner::RightTop, Pace::Normal)),
        ("shuffleRightTopSlow", Self::Shuffle(Corner::RightTop, Pace::Slow)),
        ("shuffleRightTopFast", Self::Shuffle(Corner::RightTop, Pace::Fast)),
        ("shuffleRightBottom", Self::Shuffle(Corner::RightBottom, Pace::Normal)),
        ("shuffleRightBottomSlow", Self::Shuffle(Corner::RightBottom, Pace::Slow)),
        ("shuffleRightBottomFast", Self::Shuffle(Corner::RightBottom, Pace::Fast)),
        ("shuffleBottomRight", Self::Shuffle(Corner::BottomRight, Pace::Normal)),
        ("shuffleBottomRightSlow", Self::Shuffle(Corner::BottomRight, Pace::Slow)),
        ("shuffleBottomRightFast", Self::Shuffle(Corner::BottomRight, Pace::Fast)),
        ("shuffleBottomLeft", Self::Shuffle(Corner::BottomLeft, Pace::Normal)),
        ("shuffleBottomLeftSlow", Self::Shuffle(Corner::BottomLeft, Pace::Slow)),
        ("shuffleBottomLeftFast", Self::Shuffle(Corner::BottomLeft, Pace::Fast)),
        ("shuffleLeftBottom", Self::Shuffle(Corner::LeftBottom, Pace::Normal)),
        ("shuffleLeftBottomSlow", Self::Shuffle(Corner::LeftBottom, Pace::Slow)),
        ("shuffleLeftBottomFast", Self::Shuffle(Corner::LeftBottom, Pace::Fast)),
        ("shuffleLeftTop", Self::Shuffle(Corner::LeftTop, Pace::Normal)),
        ("shuffleLeftTopSlow", Self::Shuffle(Corner::LeftTop, Pace::Slow)),
        ("shuffleLeftTopFast", Self::Shuffle(Corner::LeftTop, Pace::Fast)),
        ("shuffleTopLeft", Self::Shuffle(Corner::TopLeft, Pace::Normal)),
        ("shuffleTopLeftSlow", Self::Shuffle(Corner::TopLeft, Pace::Slow)),
        ("shuffleTopLeftFast", Self::Shuffle(Corner::TopLeft, Pace::Fast)),
        ("zoom", Self::Zoom),
    ];
}

impl Serialize for TransitionKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// How a clip moves while it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Grows.
    ZoomIn(Pace),
    /// Shrinks.
    ZoomOut(Pace),
    /// Pans.
    Slide(Direction, Pace),
}

impl Word for Effect {
    const WHAT: &'static str = "an effect";
    const TABLE: &'static [(&'static str, Self)] = &[
        ("zoomIn", Self::ZoomIn(Pace::Normal)),
        ("zoomInSlow", Self::ZoomIn(Pace::Slow)),
        ("zoomInFast", Self::ZoomIn(Pace::Fast)),
        ("zoomOut", Self::ZoomOut(Pace::Normal)),
        ("zoomOutSlow", Self::ZoomOut(Pace::Slow)),
        ("zoomOutFast", Self::ZoomOut(Pace::Fast)),
        ("slideLeft", Self::Slide(Direction::Left, Pace::Normal)),
        ("slideLeftSlow", Self::Slide(Direction::Left, Pace::Slow)),
        ("slideLeftFast", Self::Slide(Direction::Left, Pace::Fast)),
        ("slideRight", Self::Slide(Direction::Right, Pace::Normal)),
        ("slideRightSlow", Self::Slide(Direction::Right, Pace::Slow)),
        ("slideRightFast", Self::Slide(Direction::Right, Pace::Fast)),
        ("slideUp", Self::Slide(Direction::Up, Pace::Normal)),
        ("slideUpSlow", Self::Slide(Direction::Up, Pace::Slow)),
        ("slideUpFast", Self::Slide(Direction::Up, Pace::Fast)),
        ("slideDown", Self::Slide(Direction::Down, Pace::Normal)),
        ("slideDownSlow", Self::Slide(Direction::Down, Pace::Slow)),
        ("slideDownFast", Self::Slide(Direction::Down, Pace::Fast)),
    ];
}

impl Serialize for Effect {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}
