//! Text and all that styles it.

use serde::Serialize;

use super::{
    NAME,
    ornament::{Border, Gradient, Shadow, Sides, Stroke, TextBackground},
};
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
