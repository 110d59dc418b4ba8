//! What stands around and behind text: strokes, shadows, borders, backgrounds, gradients.

use serde::Serialize;

use crate::{
    model::{Color, words},
    reader::{ANY, AT_LEAST_ZERO, Read, Spot, UNIT},
};

/// An outline of letters.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Stroke {
    /// Pixels, at least 0.
    pub width: f64,
    /// Opaque.
    pub color: Color,
    /// 0 to 1.
    pub opacity: f64,
}

impl Read for Stroke {
    const EXPECTED: &'static str = "a stroke (width, color, opacity)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            Some(Self {
                width: fields.number("width", &AT_LEAST_ZERO).unwrap_or(0.0),
                color: fields.color("color").unwrap_or(Color::BLACK),
                opacity: fields.number("opacity", &UNIT).unwrap_or(1.0),
            })
        })
    }
}

/// A soft shadow below text.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Shadow {
    /// Pixels to the right.
    pub offset_x: f64,
    /// Pixels down.
    pub offset_y: f64,
    /// Radius in pixels, at least 0.
    pub blur: f64,
    /// Opaque.
    pub color: Color,
    /// 0 to 1.
    pub opacity: f64,
}

impl Read for Shadow {
    const EXPECTED: &'static str = "a shadow (offsetX, offsetY, blur, color, opacity)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            Some(Self {
                offset_x: fields.number("offsetX", &ANY).unwrap_or(0.0),
                offset_y: fields.number("offsetY", &ANY).unwrap_or(0.0),
                blur: fields.number("blur", &AT_LEAST_ZERO).unwrap_or(0.0),
                color: fields.color("color").unwrap_or(Color::BLACK),
                opacity: fields.number("opacity", &UNIT).unwrap_or(0.5),
            })
        })
    }
}

/// A rounded shape behind text.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TextBackground {
    /// Opaque; without one nothing is painted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<Color>,
    /// 0 to 1.
    pub opacity: f64,
    /// Pixels, at least 0.
    pub border_radius: f64,
    /// True hugs the text, false fills the box.
    pub wrap: bool,
    /// Pixels between text and edge, 0 to 200.
    pub padding: u32,
}

impl Read for TextBackground {
    const EXPECTED: &'static str = "a background (color, opacity, borderRadius, wrap, padding)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        Self::read_padded(spot, 200)
    }
}

impl TextBackground {
    /// Reads a background with a padding of at most `most` pixels.
    pub(super) fn read_padded(spot: &Spot<'_>, most: u32) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            Some(Self {
                color: fields.color("color"),
                opacity: fields.number("opacity", &UNIT).unwrap_or(1.0),
                border_radius: fields.number("borderRadius", &AT_LEAST_ZERO).unwrap_or(0.0),
                wrap: fields.flag("wrap"),
                padding: fields.whole("padding", 0..=most).unwrap_or(0),
            })
        })
    }
}

/// A line around a box.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Border {
    /// Pixels, at least 0.
    pub width: f64,
    /// Opaque.
    pub color: Color,
    /// 0 to 1.
    pub opacity: f64,
    /// Of its corners in pixels, at least 0.
    pub radius: f64,
}

impl Read for Border {
    const EXPECTED: &'static str = "a border (width, color, opacity, radius)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            Some(Self {
                width: fields.number("width", &AT_LEAST_ZERO).unwrap_or(0.0),
                color: fields.color("color").unwrap_or(Color::BLACK),
                opacity: fields.number("opacity", &UNIT).unwrap_or(1.0),
                radius: fields.number("radius", &AT_LEAST_ZERO).unwrap_or(0.0),
            })
        })
    }
}

/// Pixels at the four sides of a box, at least 0. A single number in the document stands for all four.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Sides {
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
    pub left: f64,
}

impl Read for Sides {
    const EXPECTED: &'static str = "a number of at least 0, or (top, right, bottom, left)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        if spot.any_number().is_some() {
            let all = spot.number(&AT_LEAST_ZERO)?;
            return Some(Self { top: all, right: all, bottom: all, left: all });
        }
        spot.object(Self::EXPECTED, |fields| {
            let side = |name| fields.number(name, &AT_LEAST_ZERO).unwrap_or(0.0);
            Some(Self { top: side("top"), right: side("right"), bottom: side("bottom"), left: side("left") })
        })
    }
}

/// Colours that flow into each other.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Gradient {
    /// Along a line or from the middle.
    #[serde(rename = "type")]
    pub kind: GradientKind,
    /// Degrees, 0 to 360.
    pub angle: f64,
    /// Two or more.
    pub stops: Vec<GradientStop>,
}

words! {
    /// Ways of a gradient.
    #[derive(Default)]
    GradientKind, "a gradient type", {
        /// Along a line.
        #[default]
        Linear = "linear",
        /// From the middle.
        Radial = "radial",
    }
}

impl Read for Gradient {
    const EXPECTED: &'static str = "a gradient (type, angle, stops)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        const STOPS: &str = "a list of stops (offset, color), at least two";
        spot.object(Self::EXPECTED, |fields| {
            let stops = fields.need("stops", STOPS).and_then(|spot| spot.list((2, 100), STOPS));
            let kind = fields.optional("type").unwrap_or_default();
            let angle = fields.number("angle", &(0.0..=360.0)).unwrap_or(0.0);
            Some(Self { kind, angle, stops: stops? })
        })
    }
}

/// A colour at a place of a gradient.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct GradientStop {
    /// 0 to 1.
    pub offset: f64,
    /// Opaque.
    pub color: Color,
}

impl Read for GradientStop {
    const EXPECTED: &'static str = "a stop (offset, color)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            let offset = fields.need("offset", "a number from 0 to 1").and_then(|spot| spot.number(&UNIT));
            let color = fields.need("color", "a colour as #rrggbb").and_then(|spot| spot.color());
            Some(Self { offset: offset?, color: color? })
        })
    }
}
