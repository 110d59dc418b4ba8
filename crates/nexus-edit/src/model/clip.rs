//! A clip: an asset for a time, and where it stands.

use serde::Serialize;

use super::{Alias, Animated, Asset, Effect, Length, Start, Transition, is_default, words};
use crate::reader::{ANY, Read, Spot};

/// One asset for a time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Clip {
    /// A name that programs give it; it has no effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What.
    pub asset: Asset,
    /// When it begins.
    pub start: Start,
    /// How long it stands.
    pub length: Length,
    /// How it fills its box.
    #[serde(skip_serializing_if = "is_default")]
    pub fit: Fit,
    /// Magnification about the anchored position, constant or over time.
    #[serde(skip_serializing_if = "is_one")]
    pub scale: Animated,
    /// Width of its box in pixels, 1 to 3840; the frame's when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<f64>,
    /// Height of its box in pixels, 1 to 2160; the frame's when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<f64>,
    /// Which edge of the clip is anchored to which edge of the frame.
    #[serde(skip_serializing_if = "is_default")]
    pub position: Position,
    /// Shift as a fraction of the frame; **y points up**.
    #[serde(skip_serializing_if = "is_default")]
    pub offset: Offset,
    /// How it comes and goes.
    #[serde(skip_serializing_if = "is_default")]
    pub transition: Transition,
    /// How it moves while it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect: Option<Effect>,
    /// Colour or blur over the whole clip.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<Filter>,
    /// 0 to 1, constant or over time.
    #[serde(skip_serializing_if = "is_one")]
    pub opacity: Animated,
    /// Rotation, skew and mirroring.
    #[serde(skip_serializing_if = "is_default")]
    pub transform: Transform,
    /// The name by which other clips refer to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias: Option<Alias>,
}

impl Clip {
    /// A clip at fixed seconds with every choice at its default.
    #[must_use]
    pub fn new(asset: Asset, start_s: f64, length_s: f64) -> Self {
        Self {
            id: None,
            asset,
            start: Start::At(start_s),
            length: Length::Seconds(length_s),
            fit: Fit::default(),
            scale: one(),
            width: None,
            height: None,
            position: Position::default(),
            offset: Offset::default(),
            transition: Transition::default(),
            effect: None,
            filter: None,
            opacity: one(),
            transform: Transform::default(),
            alias: None,
        }
    }

    /// First second and the second after its last, when both are numbers; [`crate::timing`] resolves the others.
    #[must_use]
    pub fn fixed_span_s(&self) -> Option<(f64, f64)> {
        match (&self.start, &self.length) {
            (Start::At(start), Length::Seconds(length)) => Some((*start, start + length)),
            (Start::At(_) | Start::Auto | Start::Alias(_), _) => None,
        }
    }
}

impl Read for Clip {
    const EXPECTED: &'static str = "a clip (asset, start, length)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            let asset = fields.required("asset");
            let start = fields.required("start");
            let length = fields.required("length");
            let rest = (
                fields.text("id", 200),
                fields.optional("fit").unwrap_or_default(),
                fields.get("scale").and_then(|spot| Animated::read(&spot, &ANY)).unwrap_or_else(one),
                fields.number("width", &(1.0..=3840.0)),
                fields.number("height", &(1.0..=2160.0)),
                fields.optional("position").unwrap_or_default(),
                fields.optional("offset").unwrap_or_default(),
                fields.optional("transition").unwrap_or_default(),
                fields.optional("effect"),
                fields.word_or_none("filter"),
                fields.get("opacity").and_then(|spot| Animated::read(&spot, &ANY)).unwrap_or_else(one),
                fields.optional("transform").unwrap_or_default(),
            );
            let alias = fields.optional("alias");
            let (id, fit, scale, width, height, position, offset, transition, effect, filter, opacity, transform) =
                rest;
            Some(Self {
                id,
                asset: asset?,
                start: start?,
                length: length?,
                fit,
                scale,
                width,
                height,
                position,
                offset,
                transition,
                effect,
                filter,
                opacity,
                transform,
                alias,
            })
        })
    }
}

fn one() -> Animated {
    Animated::Constant(1.0)
}

fn zero() -> Animated {
    Animated::Constant(0.0)
}

fn is_one(value: &Animated) -> bool {
    *value == one()
}

words! {
    /// How a picture fills its box.
    #[derive(Default)]
    Fit, "a fit", {
        /// Stretch; yes, Shotstack calls it that.
        Cover = "cover",
        /// Letterbox.
        Contain = "contain",
        /// Fill and crop.
        #[default]
        Crop = "crop",
        /// Native size.
        None = "none",
    }
}

words! {
    /// The nine anchors.
    #[derive(Default)]
    Position, "a position", {
        Top = "top",
        TopRight = "topRight",
        Right = "right",
        BottomRight = "bottomRight",
        Bottom = "bottom",
        BottomLeft = "bottomLeft",
        Left = "left",
        TopLeft = "topLeft",
        #[default]
        Center = "center",
    }
}

words! {
    /// Filters over a clip; the contract's `none` is the absence of one.
    Filter, "a filter", {
        /// Soft.
        Blur = "blur",
        /// More contrast and more colour.
        Boost = "boost",
        /// More contrast.
        Contrast = "contrast",
        /// Darker.
        Darken = "darken",
        /// Without colour.
        Greyscale = "greyscale",
        /// Lighter.
        Lighten = "lighten",
        /// Less contrast and less colour.
        Muted = "muted",
        /// Inverted.
        Negative = "negative",
    }
}

/// A shift as fractions of the frame, constant (-10 to 10) or over time; y points up.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Offset {
    /// To the right.
    pub x: Animated,
    /// Up.
    pub y: Animated,
}

impl Offset {
    /// A shift that stays.
    #[must_use]
    pub fn fixed(x: f64, y: f64) -> Self {
        Self { x: Animated::Constant(x), y: Animated::Constant(y) }
    }
}

impl Default for Offset {
    fn default() -> Self {
        Self::fixed(0.0, 0.0)
    }
}

impl Read for Offset {
    const EXPECTED: &'static str = "an offset (x, y)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        let range = -10.0..=10.0;
        spot.object(Self::EXPECTED, |fields| {
            let shift = |name| fields.get(name).and_then(|spot| Animated::read(&spot, &range)).unwrap_or_else(zero);
            Some(Self { x: shift("x"), y: shift("y") })
        })
    }
}

/// Rotation, skew and mirroring; each absent one changes nothing.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Transform {
    /// Turning about the middle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotate: Option<Rotate>,
    /// Slanting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skew: Option<Skew>,
    /// Mirroring.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flip: Option<Flip>,
}

impl Read for Transform {
    const EXPECTED: &'static str = "a transform (rotate, skew, flip)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            Some(Self {
                rotate: fields.optional("rotate"),
                skew: fields.optional("skew"),
                flip: fields.optional("flip"),
            })
        })
    }
}

/// Turning.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rotate {
    /// Degrees clockwise, constant (-360 to 360) or over time.
    pub angle: Animated,
}

impl Read for Rotate {
    const EXPECTED: &'static str = "a rotation (angle)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        let angle = |spot: &Spot<'_>| Animated::read(spot, &(-360.0..=360.0));
        spot.object(Self::EXPECTED, |fields| {
            Some(Self { angle: fields.get("angle").and_then(|spot| angle(&spot)).unwrap_or_else(zero) })
        })
    }
}

/// Slanting, constant (-100 to 100) or over time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Skew {
    /// Along the x axis.
    pub x: Animated,
    /// Along the y axis.
    pub y: Animated,
}

impl Read for Skew {
    const EXPECTED: &'static str = "a skew (x, y)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        let range = -100.0..=100.0;
        spot.object(Self::EXPECTED, |fields| {
            let slant = |name| fields.get(name).and_then(|spot| Animated::read(&spot, &range)).unwrap_or_else(zero);
            Some(Self { x: slant("x"), y: slant("y") })
        })
    }
}

/// Mirroring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Flip {
    /// Left becomes right.
    pub horizontal: bool,
    /// Top becomes bottom.
    pub vertical: bool,
}

impl Read for Flip {
    const EXPECTED: &'static str = "a flip (horizontal, vertical)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            Some(Self { horizontal: fields.flag("horizontal"), vertical: fields.flag("vertical") })
        })
    }
}
