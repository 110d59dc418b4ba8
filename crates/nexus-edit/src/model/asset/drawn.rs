//! What is drawn from markup or measures: HTML, SVG, shapes.

use serde::Serialize;

use super::{LONG_TEXT, PIXELS};
use crate::{
    model::{Color, Position, words},
    reader::{AT_LEAST_ZERO, Fields, Read, Spot, UNIT},
};

/// Markup of a small subset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Html {
    /// Markup.
    pub html: String,
    /// Style rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub css: Option<String>,
    /// Width of the box in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Height of the box in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Colour of the box; clear when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background: Option<Color>,
    /// Where the content stands in the box.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
}

impl Html {
    pub(super) fn read(fields: &Fields<'_>) -> Option<Self> {
        let html = fields.need("html", "markup").and_then(|spot| spot.text(LONG_TEXT));
        let css = fields.text("css", LONG_TEXT);
        let (width, height) = (fields.whole("width", PIXELS), fields.whole("height", PIXELS));
        let background = fields.paint("background");
        let position = fields.optional("position");
        Some(Self { html: html?, css, width, height, background, position })
    }
}

/// A page with style and script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Html5 {
    /// Markup, at most a million characters.
    pub html: String,
    /// Style rules, at most half a million characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub css: Option<String>,
    /// Script, at most half a million characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub js: Option<String>,
}

impl Html5 {
    pub(super) fn read(fields: &Fields<'_>) -> Option<Self> {
        let html = fields.need("html", "markup").and_then(|spot| spot.text(1_000_000));
        let (css, js) = (fields.text("css", 500_000), fields.text("js", 500_000));
        Some(Self { html: html?, css, js })
    }
}

/// Vector graphics.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Svg {
    /// SVG markup itself, at most half a million characters.
    pub src: String,
}

impl Svg {
    /// Vector graphics of this markup.
    #[must_use]
    pub fn new(src: impl Into<String>) -> Self {
        Self { src: src.into() }
    }

    pub(super) fn read(fields: &Fields<'_>) -> Option<Self> {
        let src = fields.need("src", "SVG markup")?.filled_text("SVG markup", 500_000)?;
        Some(Self { src })
    }
}

/// A rectangle, circle or line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shape {
    /// What is drawn.
    #[serde(flatten)]
    pub figure: Figure,
    /// Width of the box in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Height of the box in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Inside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fill: Option<Fill>,
    /// Around.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stroke: Option<Outline>,
}

/// What a shape draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "shape", rename_all = "lowercase")]
pub enum Figure {
    /// A rectangle.
    Rectangle {
        /// Its measures.
        rectangle: Rectangle,
    },
    /// A circle.
    Circle {
        /// Its measure.
        circle: Circle,
    },
    /// A line.
    Line {
        /// Its measures.
        line: Line,
    },
}

words! {
    /// The contract's name of a figure.
    FigureKind, "a shape", {
        Rectangle = "rectangle",
        Circle = "circle",
        Line = "line",
    }
}

impl Shape {
    pub(super) fn read(fields: &Fields<'_>) -> Option<Self> {
        let kind: Option<FigureKind> = fields.required("shape");
        // All measures are checked; those of the figure that is drawn must be there.
        let (rectangle, circle, line) =
            (fields.optional("rectangle"), fields.optional("circle"), fields.optional("line"));
        let figure = kind.and_then(|kind| match kind {
            FigureKind::Rectangle => {
                fields.need("rectangle", Rectangle::EXPECTED)?;
                Some(Figure::Rectangle { rectangle: rectangle? })
            }
            FigureKind::Circle => {
                fields.need("circle", Circle::EXPECTED)?;
                Some(Figure::Circle { circle: circle? })
            }
            FigureKind::Line => {
                fields.need("line", Line::EXPECTED)?;
                Some(Figure::Line { line: line? })
            }
        });
        let (width, height) = (fields.whole("width", PIXELS), fields.whole("height", PIXELS));
        let (fill, stroke) = (fields.optional("fill"), fields.optional("stroke"));
        Some(Self { figure: figure?, width, height, fill, stroke })
    }
}

/// Measures of a rectangle in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rectangle {
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
    /// Radius of its corners.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corner_radius: Option<u32>,
}

fn measure(fields: &Fields<'_>, name: &'static str) -> Option<u32> {
    fields.need(name, "a whole number of pixels")?.whole(PIXELS)
}

impl Read for Rectangle {
    const EXPECTED: &'static str = "a rectangle (width, height, cornerRadius)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            let (width, height) = (measure(fields, "width"), measure(fields, "height"));
            let corner_radius = fields.whole("cornerRadius", 0..=10_000);
            Some(Self { width: width?, height: height?, corner_radius })
        })
    }
}

/// Measure of a circle in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Circle {
    /// Radius.
    pub radius: u32,
}

impl Read for Circle {
    const EXPECTED: &'static str = "a circle (radius)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| Some(Self { radius: measure(fields, "radius")? }))
    }
}

/// Measures of a line in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Line {
    /// From end to end.
    pub length: u32,
    /// Across.
    pub thickness: u32,
}

impl Read for Line {
    const EXPECTED: &'static str = "a line (length, thickness)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            let (length, thickness) = (measure(fields, "length"), measure(fields, "thickness"));
            Some(Self { length: length?, thickness: thickness? })
        })
    }
}

/// The inside of a shape.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Fill {
    /// Colour; white when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<Color>,
    /// 0 to 1; 1 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opacity: Option<f64>,
}

impl Read for Fill {
    const EXPECTED: &'static str = "a fill (color, opacity)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            Some(Self { color: fields.paint("color"), opacity: fields.number("opacity", &UNIT) })
        })
    }
}

/// The line around a shape.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Outline {
    /// Colour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<Color>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<f64>,
}

impl Read for Outline {
    const EXPECTED: &'static str = "a stroke (color, width)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            Some(Self { color: fields.paint("color"), width: fields.number("width", &AT_LEAST_ZERO) })
        })
    }
}
