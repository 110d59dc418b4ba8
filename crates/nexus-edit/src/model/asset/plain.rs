//! Text, captions and titles in their older, deprecated forms.

use serde::Serialize;

use super::{
    LONG_TEXT, NAME, PIXELS,
    media::{speed, trim},
    ornament::TextBackground,
    rich_caption::CaptionSource,
    rich_text::Horizontal,
};
use crate::{
    model::{Color, Offset, Position, is_default, words},
    reader::{AT_LEAST_ZERO, Fields, Read, Spot, UNIT},
};

/// Text in one style.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Text {
    /// The words.
    pub text: String,
    /// Width of the box in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Height of the box in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Family, size, colour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub font: Option<TextFont>,
    /// A shape behind the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background: Option<TextBackground>,
    /// Where the block stands within its box; in the middle when absent.
    #[serde(skip_serializing_if = "is_default")]
    pub alignment: TextAlign,
    /// An outline of the letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stroke: Option<TextOutline>,
    /// How it arrives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub animation: Option<Typewriter>,
    /// What stands at the end of text that does not fit its box.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ellipsis: Option<String>,
}

impl Text {
    pub(super) fn read(fields: &Fields<'_>) -> Option<Self> {
        let text = fields.need("text", "a text").and_then(|spot| spot.text(LONG_TEXT));
        let plain = Self {
            text: String::new(),
            width: fields.whole("width", PIXELS),
            height: fields.whole("height", PIXELS),
            font: fields.optional("font"),
            background: fields.get("background").and_then(|spot| TextBackground::read_padded(&spot, 100)),
            alignment: fields.optional("alignment").unwrap_or_default(),
            stroke: fields.optional("stroke"),
            animation: fields.optional("animation"),
            ellipsis: fields.text("ellipsis", NAME),
        };
        Some(Self { text: text?, ..plain })
    }
}

/// A font and its colour.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TextFont {
    /// Family name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// Colour of the letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<Color>,
    /// 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opacity: Option<f64>,
    /// Pixels, 1 to 5000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u32>,
    /// 1 to 1000, as in font files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<u32>,
    /// Line height as a multiple of the size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_height: Option<f64>,
}

impl Read for TextFont {
    const EXPECTED: &'static str = "a font (family, color, size, weight, lineHeight)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            Some(Self {
                family: fields.text("family", NAME),
                color: fields.paint("color"),
                opacity: fields.number("opacity", &UNIT),
                size: fields.whole("size", 1..=5000),
                weight: fields.whole("weight", 1..=1000),
                line_height: fields.number("lineHeight", &(0.0..=10.0)),
            })
        })
    }
}

/// Alignment within the box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct TextAlign {
    /// Across.
    pub horizontal: Horizontal,
    /// Down.
    pub vertical: TextVertical,
}

impl Read for TextAlign {
    const EXPECTED: &'static str = "an alignment (horizontal, vertical)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            Some(Self {
                horizontal: fields.optional("horizontal").unwrap_or_default(),
                vertical: fields.optional("vertical").unwrap_or_default(),
            })
        })
    }
}

words! {
    /// Alignment down, as the older text asset names it.
    #[derive(Default)]
    TextVertical, "a vertical alignment", {
        /// At the top.
        Top = "top",
        /// In the middle.
        #[default]
        Center = "center",
        /// At the bottom.
        Bottom = "bottom",
    }
}

/// An outline of letters.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TextOutline {
    /// Pixels, 0 to 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<f64>,
    /// Opaque.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<Color>,
}

impl Read for TextOutline {
    const EXPECTED: &'static str = "a stroke (width, color)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            Some(Self { width: fields.number("width", &(0.0..=10.0)), color: fields.color("color") })
        })
    }
}

/// Text that is typed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Typewriter {
    /// The only kind.
    pub preset: TypewriterPreset,
    /// Seconds until the whole text stands, 0.1 to 30.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<f64>,
}

words! {
    /// The one animation of the older text asset.
    TypewriterPreset, "a text animation", {
        /// Letter by letter.
        Typewriter = "typewriter",
    }
}

impl Read for Typewriter {
    const EXPECTED: &'static str = "an animation (preset, duration)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            let preset = fields.required("preset");
            let duration = fields.number("duration", &(0.1..=30.0));
            Some(Self { preset: preset?, duration })
        })
    }
}

/// Subtitles.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Caption {
    /// Where the words come from.
    pub src: CaptionSource,
    /// Family, size, colour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub font: Option<CaptionFont>,
    /// A shape behind the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background: Option<CaptionBackground>,
    /// Room around the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub margin: Option<CaptionMargin>,
    /// Seconds skipped at the start of the file.
    pub trim: f64,
    /// 0 to 10; 1 is as it was timed.
    pub speed: f64,
}

impl Caption {
    pub(super) fn read(fields: &Fields<'_>) -> Option<Self> {
        let src = CaptionSource::read(fields);
        let font = fields.optional("font");
        let background = fields.optional("background");
        let margin = fields.optional("margin");
        let (trim, speed) = (trim(fields), speed(fields));
        Some(Self { src: src?, font, background, margin, trim, speed })
    }
}

/// A font and its colour.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CaptionFont {
    /// Family name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// Colour of the letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<Color>,
    /// 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opacity: Option<f64>,
    /// Pixels, 1 to 5000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u32>,
    /// Line height as a multiple of the size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_height: Option<f64>,
    /// Colour of the outline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stroke: Option<Color>,
    /// Pixels of the outline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stroke_width: Option<f64>,
}

impl Read for CaptionFont {
    const EXPECTED: &'static str = "a font (family, color, size, lineHeight)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            Some(Self {
                family: fields.text("family", NAME),
                color: fields.paint("color"),
                opacity: fields.number("opacity", &UNIT),
                size: fields.whole("size", 1..=5000),
                line_height: fields.number("lineHeight", &(0.0..=10.0)),
                stroke: fields.paint("stroke"),
                stroke_width: fields.number("strokeWidth", &AT_LEAST_ZERO),
            })
        })
    }
}

/// A shape behind subtitles.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CaptionBackground {
    /// Colour of the shape.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<Color>,
    /// 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opacity: Option<f64>,
    /// Pixels between text and edge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub padding: Option<u32>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub border_radius: Option<u32>,
}

impl Read for CaptionBackground {
    const EXPECTED: &'static str = "a background (color, opacity, padding, borderRadius)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            Some(Self {
                color: fields.paint("color"),
                opacity: fields.number("opacity", &UNIT),
                padding: fields.whole("padding", 0..=10_000),
                border_radius: fields.whole("borderRadius", 0..=10_000),
            })
        })
    }
}

/// Room around subtitles as shares of the frame.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CaptionMargin {
    /// Above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top: Option<f64>,
    /// Left of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left: Option<f64>,
    /// Right of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub right: Option<f64>,
}

impl Read for CaptionMargin {
    const EXPECTED: &'static str = "a margin (top, left, right)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            Some(Self {
                top: fields.number("top", &UNIT),
                left: fields.number("left", &UNIT),
                right: fields.number("right", &UNIT),
            })
        })
    }
}

/// A heading in a preset style.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Title {
    /// The words.
    pub text: String,
    /// Typeface and manner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub style: Option<TitleStyle>,
    /// Colour of the letters; may be half clear.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<Color>,
    /// How large.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<TitleSize>,
    /// Colour behind the words; may be half clear.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background: Option<Color>,
    /// Where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// Shift from there as a fraction of the frame.
    #[serde(skip_serializing_if = "is_default")]
    pub offset: Offset,
}

impl Title {
    pub(super) fn read(fields: &Fields<'_>) -> Option<Self> {
        let text = fields.need("text", "a text").and_then(|spot| spot.text(LONG_TEXT));
        let style = fields.optional("style");
        let (color, background) = (fields.paint("color"), fields.paint("background"));
        let (size, position) = (fields.optional("size"), fields.optional("position"));
        let offset = fields.optional("offset").unwrap_or_default();
        Some(Self { text: text?, style, color, size, background, position, offset })
    }
}

words! {
    /// Preset styles of titles.
    TitleStyle, "a title style", {
        Minimal = "minimal",
        Blockbuster = "blockbuster",
        Vogue = "vogue",
        Sketchy = "sketchy",
        Skinny = "skinny",
        Chunk = "chunk",
        ChunkLight = "chunkLight",
        Marker = "marker",
        Future = "future",
        Subtitle = "subtitle",
    }
}

words! {
    /// Sizes of titles.
    TitleSize, "a title size", {
        XxSmall = "xx-small",
        XSmall = "x-small",
        Small = "small",
        Medium = "medium",
        Large = "large",
        XLarge = "x-large",
        XxLarge = "xx-large",
    }
}
