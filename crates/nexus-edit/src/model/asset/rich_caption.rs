//! Subtitles that follow the spoken word.

use serde::{Serialize, Serializer};

use super::{
    NAME,
    ornament::{Border, Shadow, Sides, Stroke, TextBackground},
    rich_text::{Align, Font, TextDecoration, TextDirection, TextStyle, Weight},
};
use crate::{
    model::{Alias, Color, edit::ADDRESS, is_default, words},
    reader::{Fields, Read, Spot, UNIT},
};

/// Where subtitles come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaptionSource {
    /// A file (SRT or VTT), or media whose speech is written down.
    File(String),
    /// The speech of another clip.
    Clip(Alias),
}

impl CaptionSource {
    pub(super) fn read(fields: &Fields<'_>) -> Option<Self> {
        const EXPECTED: &str = "the address of a file, or 'alias://name'";
        let src = fields.need("src", EXPECTED)?.filled_text(EXPECTED, ADDRESS)?;
        Some(Alias::of_reference(&src).map_or(Self::File(src), Self::Clip))
    }

    /// The address, unless they come from another clip.
    pub(super) fn file(&self) -> Option<&str> {
        match self {
            Self::File(src) => Some(src),
            Self::Clip(_) => None,
        }
    }
}

impl Serialize for CaptionSource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::File(src) => serializer.serialize_str(src),
            Self::Clip(alias) => serializer.serialize_str(&alias.reference()),
        }
    }
}

/// Subtitles that follow the spoken word.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RichCaption {
    /// Where the words come from.
    pub src: CaptionSource,
    /// Family, size, colour.
    pub font: Font,
    /// Spacing and letter forms.
    #[serde(skip_serializing_if = "is_default")]
    pub style: CaptionStyle,
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
    /// How the word looks that is being said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<SpokenWord>,
    /// How words are lit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub animation: Option<CaptionAnimation>,
}

impl RichCaption {
    pub(super) fn read(fields: &Fields<'_>) -> Option<Self> {
        let src = CaptionSource::read(fields);
        let font = fields.get("font").and_then(|spot| Font::read_over(Font::of_captions(), &spot));
        let style = fields.optional("style").unwrap_or_default();
        let stroke = fields.optional("stroke");
        let shadow = fields.optional("shadow");
        let background = fields.optional("background");
        let border = fields.optional("border");
        let padding = fields.optional("padding").unwrap_or_default();
        let align = fields.optional("align").unwrap_or_default();
        let active = fields.optional("active");
        let animation = fields.optional("animation");
        let font = font.unwrap_or_else(Font::of_captions);
        Some(Self { src: src?, font, style, stroke, shadow, background, border, padding, align, active, animation })
    }
}

/// Spacing and letter forms of subtitles.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct CaptionStyle {
    /// As in rich text.
    #[serde(flatten)]
    pub text: TextStyle,
    /// Pixels, 1 to 500; stands before the font's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<f64>,
}

impl Read for CaptionStyle {
    const EXPECTED: &'static str = "a text style (letterSpacing, lineHeight, size)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            Some(Self { text: TextStyle::read_fields(fields), size: fields.number("size", &(1.0..=500.0)) })
        })
    }
}

/// How the word looks that is being said.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SpokenWord {
    /// What changes of its font.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub font: Option<ActiveFont>,
    /// Its outline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stroke: Option<Override<Stroke>>,
    /// Its shadow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shadow: Option<Override<Shadow>>,
}

impl Read for SpokenWord {
    const EXPECTED: &'static str = "the look of the spoken word (font, stroke, shadow)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            Some(Self {
                font: fields.optional("font"),
                stroke: fields.optional("stroke"),
                shadow: fields.optional("shadow"),
            })
        })
    }
}

/// Another value, or none at all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Override<T> {
    /// It is taken away: `none`.
    Remove,
    /// It is this.
    With(T),
}

impl<T: Serialize> Serialize for Override<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Remove => serializer.serialize_str("none"),
            Self::With(value) => value.serialize(serializer),
        }
    }
}

impl<T: Read> Read for Override<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn read(spot: &Spot<'_>) -> Option<Self> {
        if spot.value.as_str().is_some_and(|text| text.trim().eq_ignore_ascii_case("none")) {
            return Some(Self::Remove);
        }
        T::read(spot).map(Self::With)
    }
}

/// What changes of the font of a spoken word.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ActiveFont {
    /// Family.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// 100 to 900.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<u16>,
    /// Colour of the letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<Color>,
    /// Colour behind them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background: Option<Color>,
    /// 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opacity: Option<f64>,
    /// Pixels, 1 to 500.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<f64>,
    /// Lines at the letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text_decoration: Option<TextDecoration>,
}

impl Read for ActiveFont {
    const EXPECTED: &'static str = "a font (color, background, size)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            Some(Self {
                family: fields.text("family", NAME),
                weight: fields.optional::<Weight>("weight").map(|weight| weight.0),
                color: fields.color("color"),
                background: fields.color("background"),
                opacity: fields.number("opacity", &UNIT),
                size: fields.number("size", &(1.0..=500.0)),
                text_decoration: fields.optional("textDecoration"),
            })
        })
    }
}

/// How the words of subtitles are lit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CaptionAnimation {
    /// The kind.
    pub style: CaptionPreset,
    /// Where to; up when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<TextDirection>,
}

impl Read for CaptionAnimation {
    const EXPECTED: &'static str = "an animation (style, direction)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            let style = fields.required("style");
            let direction = fields.optional("direction");
            Some(Self { style: style?, direction })
        })
    }
}

words! {
    /// Ways to light the words of subtitles.
    #[derive(Default)]
    CaptionPreset, "a caption animation", {
        Karaoke = "karaoke",
        #[default]
        Highlight = "highlight",
        Pop = "pop",
        Fade = "fade",
        Slide = "slide",
        Bounce = "bounce",
        Typewriter = "typewriter",
        None = "none",
    }
}
