//! Text and all that styles it.

use serde::Serialize;

use super::NAME;
use crate::{
    model::{Color, is_default, words},
    reader::{ANY, AT_LEAST_ZERO, Fields, Read, RemarkKind, Spot, UNIT},
};

/// Text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RichText {
    /// The words, at most 5000 characters; the renderer breaks and balances lines within the clip's box.
    pub text: String,
    /// Family, size, colour.
    pub font: Font,
    /// Spacing and letter forms.
    #[serde(skip_serializing_if = "is_default")]
    pub style: TextStyle,
    /// An outline of the letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stroke: Option<Stroke>,
    /// A soft shadow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shadow: Option<Shadow>,
    /// A shape behind the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background: Option<TextBackground>,
    /// A line around the box.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub border: Option<Border>,
    /// Room between the box and the text.
    #[serde(skip_serializing_if = "is_default")]
    pub padding: Sides,
    /// Where the block stands within its box.
    #[serde(skip_serializing_if = "is_default")]
    pub align: Align,
    /// How it arrives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub animation: Option<TextAnimation>,
}

impl RichText {
    /// Words in the contract's default type.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            font: Font::default(),
            style: TextStyle::default(),
            stroke: None,
            shadow: None,
            background: None,
            border: None,
            padding: Sides::default(),
            align: Align::default(),
            animation: None,
        }
    }

    pub(super) fn read(fields: &Fields<'_>) -> Option<Self> {
        let text = fields.need("text", "a text").and_then(|spot| spot.text(5000));
        let plain = Self {
            text: String::new(),
            font: fields.optional("font").unwrap_or_default(),
            style: fields.optional("style").unwrap_or_default(),
            stroke: fields.optional("stroke"),
            shadow: fields.optional("shadow"),
            background: fields.optional("background"),
            border: fields.optional("border"),
            padding: fields.optional("padding").unwrap_or_default(),
            align: fields.optional("align").unwrap_or_default(),
            animation: fields.optional("animation"),
        };
        Some(Self { text: text?, ..plain })
    }
}

/// A font and its colour.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Font {
    /// Family name as embedded in the font file.
    pub family: String,
    /// Pixels, 1 to 500.
    pub size: u32,
    /// 100 to 900.
    pub weight: u16,
    /// Upright or italic.
    #[serde(skip_serializing_if = "is_default")]
    pub style: FontStyle,
    /// Colour of the letters, opaque.
    pub color: Color,
    /// 0 to 1.
    pub opacity: f64,
    /// A colour behind each line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background: Option<Color>,
    /// An outline of the letters; stands for [`RichText::stroke`] in older documents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stroke: Option<Stroke>,
}

impl Default for Font {
    fn default() -> Self {
        Self {
            family: "Open Sans".into(),
            size: 24,
            weight: 400,
            style: FontStyle::Normal,
            color: Color::BLACK,
            opacity: 1.0,
            background: None,
            stroke: None,
        }
    }
}

impl Font {
    /// The default of subtitles.
    pub(super) fn of_captions() -> Self {
        Self { family: "Roboto".into(), color: Color::WHITE, ..Self::default() }
    }

    /// Reads what is there over `absent`.
    pub(super) fn read_over(absent: Self, spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            Some(Self {
                family: fields.text("family", NAME).unwrap_or(absent.family),
                size: fields.whole("size", 1..=500).unwrap_or(absent.size),
                weight: fields.optional::<Weight>("weight").map_or(absent.weight, |weight| weight.0),
                style: fields.optional("style").unwrap_or(absent.style),
                color: fields.color("color").unwrap_or(absent.color),
                opacity: fields.number("opacity", &UNIT).unwrap_or(absent.opacity),
                background: fields.color("background"),
                stroke: fields.optional("stroke"),
            })
        })
    }
}

impl Read for Font {
    const EXPECTED: &'static str = "a font (family, size, weight, color)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        Self::read_over(Self::default(), spot)
    }
}

words! {
    /// Upright or italic.
    #[derive(Default)]
    FontStyle, "a font style", {
        #[default]
        Normal = "normal",
        Italic = "italic",
    }
}

/// A weight as a number; names are those of CSS and of font files.
pub(super) struct Weight(pub(super) u16);

impl Read for Weight {
    const EXPECTED: &'static str = "a weight from 100 to 900, or a name such as 'normal' or 'bold'";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        let named = |name: &str| match name.to_ascii_lowercase().replace(['-', ' '], "").as_str() {
            "thin" | "hairline" => Some(100),
            "extralight" | "ultralight" => Some(200),
            "light" => Some(300),
            "normal" | "regular" => Some(400),
            "medium" => Some(500),
            "semibold" | "demibold" => Some(600),
            "bold" => Some(700),
            "extrabold" | "ultrabold" => Some(800),
            "black" | "heavy" => Some(900),
            _ => None,
        };
        // The contract's own default is the text "400", so a number as text is no lapse here.
        let number = spot.any_number().map(f64::round).filter(|number| (100.0..=900.0).contains(number));
        let weight = number.map(|number| number as u16).or_else(|| spot.value.as_str().and_then(named));
        weight.map(Self).or_else(|| spot.wrong(Self::EXPECTED))
    }
}

/// Spacing and letter forms.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TextStyle {
    /// Pixels between letters, negative for tighter.
    pub letter_spacing: f64,
    /// Pixels between words, added to the space.
    #[serde(skip_serializing_if = "is_default")]
    pub word_spacing: f64,
    /// Line height as a multiple of the size, 0 to 10.
    pub line_height: f64,
    /// Capitals.
    #[serde(skip_serializing_if = "is_default")]
    pub text_transform: TextCase,
    /// Lines at the letters.
    #[serde(skip_serializing_if = "is_default")]
    pub text_decoration: TextDecoration,
    /// Colours across the letters instead of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gradient: Option<Gradient>,
}

impl Default for TextStyle {
    fn default() -> Self {
        Self {
            letter_spacing: 0.0,
            word_spacing: 0.0,
            line_height: 1.2,
            text_transform: TextCase::None,
            text_decoration: TextDecoration::None,
            gradient: None,
        }
    }
}

impl TextStyle {
    pub(super) fn read_fields(fields: &Fields<'_>) -> Self {
        let absent = Self::default();
        Self {
            letter_spacing: fields.number("letterSpacing", &ANY).unwrap_or(absent.letter_spacing),
            word_spacing: fields.number("wordSpacing", &AT_LEAST_ZERO).unwrap_or(absent.word_spacing),
            line_height: fields.number("lineHeight", &(0.0..=10.0)).unwrap_or(absent.line_height),
            text_transform: fields.optional("textTransform").unwrap_or_default(),
            text_decoration: fields.optional("textDecoration").unwrap_or_default(),
            gradient: fields.optional("gradient"),
        }
    }
}

impl Read for TextStyle {
    const EXPECTED: &'static str = "a text style (letterSpacing, lineHeight)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| Some(Self::read_fields(fields)))
    }
}

words! {
    /// Capitals.
    #[derive(Default)]
    TextCase, "a text transform", {
        /// As written.
        #[default]
        None = "none",
        Uppercase = "uppercase",
        Lowercase = "lowercase",
        /// The first letter of each word.
        Capitalize = "capitalize",
    }
}

words! {
    /// Lines at letters.
    #[derive(Default)]
    TextDecoration, "a text decoration", {
        #[default]
        None = "none",
        Underline = "underline",
        LineThrough = "line-through",
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

/// Alignment within the box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Align {
    /// Across.
    pub horizontal: Horizontal,
    /// Down.
    pub vertical: Vertical,
}

impl Read for Align {
    const EXPECTED: &'static str = "an alignment (horizontal, vertical)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            let horizontal = fields.optional("horizontal").unwrap_or_default();
            let vertical = fields.get("vertical").and_then(|spot| {
                // The older text asset says `center`, and documents carry that over.
                if spot.value.as_str() == Some("center") {
                    spot.remark(RemarkKind::Form, "'center' is read as 'middle'");
                    return Some(Vertical::Middle);
                }
                spot.word()
            });
            Some(Self { horizontal, vertical: vertical.unwrap_or_default() })
        })
    }
}

words! {
    /// Alignment across.
    #[derive(Default)]
    Horizontal, "a horizontal alignment", {
        /// At the left edge.
        Left = "left",
        /// In the middle.
        #[default]
        Center = "center",
        /// At the right edge.
        Right = "right",
    }
}

words! {
    /// Alignment down.
    #[derive(Default)]
    Vertical, "a vertical alignment", {
        /// At the top.
        Top = "top",
        /// In the middle.
        #[default]
        Middle = "middle",
        /// At the bottom.
        Bottom = "bottom",
    }
}

/// How text arrives.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TextAnimation {
    /// The kind.
    pub preset: TextPreset,
    /// Seconds until the whole text stands, 0.1 to 30; the renderer chooses when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<f64>,
    /// By word or by character; the whole block when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub style: Option<AnimateBy>,
    /// Where to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<TextDirection>,
}

impl TextAnimation {
    /// An animation of the whole block within `duration_s` seconds.
    #[must_use]
    pub fn new(preset: TextPreset, duration_s: f64) -> Self {
        Self { preset, duration: Some(duration_s), style: None, direction: None }
    }
}

impl Read for TextAnimation {
    const EXPECTED: &'static str = "an animation (preset, duration, style, direction)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            let preset = fields.required("preset");
            let duration = fields.number("duration", &(0.1..=30.0));
            let (style, direction) = (fields.optional("style"), fields.optional("direction"));
            Some(Self { preset: preset?, duration, style, direction })
        })
    }
}

words! {
    /// Kinds of text animation.
    TextPreset, "a text animation", {
        /// Opacity alone.
        FadeIn = "fadeIn",
        /// In from a side.
        SlideIn = "slideIn",
        /// Letter by letter.
        Typewriter = "typewriter",
        /// Rises into place while it fades in.
        Ascend = "ascend",
        /// Moves in from a side while it fades in.
        Shift = "shift",
        /// Letters that dance into place.
        MovingLetters = "movingLetters",
    }
}

words! {
    /// The unit that is animated.
    AnimateBy, "an animation style", {
        /// Letter by letter.
        Character = "character",
        /// Word by word.
        Word = "word",
    }
}

words! {
    /// The way that text goes.
    TextDirection, "a direction", {
        Left = "left",
        Right = "right",
        Up = "up",
        Down = "down",
    }
}
