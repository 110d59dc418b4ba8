//! What a clip shows or plays: the sixteen kinds of asset.

use serde::Serialize;

use super::words;
use crate::reader::{Read, Spot};

mod drawn;
mod generated;
mod media;
mod ornament;
mod plain;
mod rich_caption;
mod rich_text;

pub use drawn::{Circle, Figure, FigureKind, Fill, Html, Html5, Line, Outline, Rectangle, Shape, Svg};
pub use generated::{ImageToVideo, TextToImage, TextToSpeech, VideoShape};
pub use media::{Audio, AudioEffect, ChromaKey, Crop, Grade, Image, Luma, Prompt, Source, Video};
pub use ornament::{Border, Gradient, GradientKind, GradientStop, Shadow, Sides, Stroke, TextBackground};
pub use plain::{
    Caption, CaptionBackground, CaptionFont, CaptionMargin, Text, TextAlign, TextFont, TextOutline, TextVertical,
    Title, TitleSize, TitleStyle, Typewriter, TypewriterPreset,
};
pub use rich_caption::{
    ActiveFont, CaptionAnimation, CaptionPreset, CaptionSource, CaptionStyle, Override, RichCaption, SpokenWord,
};
pub use rich_text::{
    Align, AnimateBy, Font, FontStyle, Horizontal, RichText, TextAnimation, TextCase, TextDecoration, TextDirection,
    TextPreset, TextStyle, Vertical,
};

/// What a file is to the asset that plays or shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// Moving pictures or sound.
    Playing,
    /// A picture.
    Still,
    /// A mask, moving or still.
    Mask,
    /// Subtitles.
    Subtitles,
}

/// The file that an asset plays or shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AssetFile<'a> {
    /// Its address.
    pub src: &'a str,
    /// What it has to be.
    pub kind: FileKind,
    /// Seconds skipped at its start.
    pub trim: f64,
    /// 0 (it stands still) to 10; 1 is as it was recorded.
    pub speed: f64,
}

/// Sides of boxes in pixels.
const PIXELS: std::ops::RangeInclusive<u32> = 1..=10_000;
/// Characters of texts that the contract does not bound.
const LONG_TEXT: usize = 100_000;
/// Characters of names and other short texts.
const NAME: usize = 2_000;

/// What a clip shows or plays.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Asset {
    /// Moving pictures with their sound.
    Video(Video),
    /// A still.
    Image(Image),
    /// Text on one style, deprecated in favour of [`Asset::RichText`].
    Text(Text),
    /// Text.
    RichText(RichText),
    /// Sound alone.
    Audio(Audio),
    /// A mask for the clips of the same track.
    Luma(Luma),
    /// Subtitles, deprecated in favour of [`Asset::RichCaption`].
    Caption(Caption),
    /// Subtitles that follow the spoken word.
    RichCaption(RichCaption),
    /// Markup of a small subset, deprecated in favour of [`Asset::Html5`].
    Html(Html),
    /// A page with style and script.
    Html5(Html5),
    /// A heading in a preset style, deprecated.
    Title(Title),
    /// A rectangle, circle or line, deprecated in favour of [`Asset::Svg`].
    Shape(Shape),
    /// Vector graphics.
    Svg(Svg),
    /// A still from words, deprecated in favour of a prompt on [`Asset::Image`].
    TextToImage(TextToImage),
    /// Moving pictures from a still, deprecated in favour of a prompt on [`Asset::Video`].
    ImageToVideo(ImageToVideo),
    /// Speech from words, deprecated in favour of a prompt on [`Asset::Audio`].
    TextToSpeech(TextToSpeech),
}

words! {
    /// The contract's name of a kind of asset.
    AssetKind, "an asset type", {
        Video = "video",
        Image = "image",
        Text = "text",
        RichText = "rich-text",
        Audio = "audio",
        Luma = "luma",
        Caption = "caption",
        RichCaption = "rich-caption",
        Html = "html",
        Html5 = "html5",
        Title = "title",
        Shape = "shape",
        Svg = "svg",
        TextToImage = "text-to-image",
        ImageToVideo = "image-to-video",
        TextToSpeech = "text-to-speech",
    }
}

impl Asset {
    /// The kind of this asset.
    #[must_use]
    pub const fn kind(&self) -> AssetKind {
        match self {
            Self::Video(_) => AssetKind::Video,
            Self::Image(_) => AssetKind::Image,
            Self::Text(_) => AssetKind::Text,
            Self::RichText(_) => AssetKind::RichText,
            Self::Audio(_) => AssetKind::Audio,
            Self::Luma(_) => AssetKind::Luma,
            Self::Caption(_) => AssetKind::Caption,
            Self::RichCaption(_) => AssetKind::RichCaption,
            Self::Html(_) => AssetKind::Html,
            Self::Html5(_) => AssetKind::Html5,
            Self::Title(_) => AssetKind::Title,
            Self::Shape(_) => AssetKind::Shape,
            Self::Svg(_) => AssetKind::Svg,
            Self::TextToImage(_) => AssetKind::TextToImage,
            Self::ImageToVideo(_) => AssetKind::ImageToVideo,
            Self::TextToSpeech(_) => AssetKind::TextToSpeech,
        }
    }

    /// The file that it plays or shows; `None` for what is drawn, for subtitles that another clip speaks, and for
    /// media that has still to be made.
    #[must_use]
    pub fn file(&self) -> Option<AssetFile<'_>> {
        let (src, kind, trim, speed) = match self {
            Self::Video(video) => (video.source.src()?, FileKind::Playing, video.trim, video.speed),
            Self::Audio(audio) => (audio.source.src()?, FileKind::Playing, audio.trim, audio.speed),
            Self::Image(image) => (image.source.src()?, FileKind::Still, 0.0, 1.0),
            Self::Luma(luma) => (luma.src.as_str(), FileKind::Mask, luma.trim, 1.0),
            Self::Caption(caption) => (caption.src.file()?, FileKind::Subtitles, caption.trim, caption.speed),
            Self::RichCaption(caption) => (caption.src.file()?, FileKind::Subtitles, 0.0, 1.0),
            Self::Text(_)
            | Self::RichText(_)
            | Self::Html(_)
            | Self::Html5(_)
            | Self::Title(_)
            | Self::Shape(_)
            | Self::Svg(_)
            | Self::TextToImage(_)
            | Self::ImageToVideo(_)
            | Self::TextToSpeech(_) => return None,
        };
        Some(AssetFile { src, kind, trim, speed })
    }
}

impl Read for Asset {
    const EXPECTED: &'static str = "an asset (type and its fields)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            let kind: AssetKind = fields.required("type")?;
            Some(match kind {
                AssetKind::Video => Self::Video(Video::read(fields)?),
                AssetKind::Image => Self::Image(Image::read(fields)?),
                AssetKind::Text => Self::Text(Text::read(fields)?),
                AssetKind::RichText => Self::RichText(RichText::read(fields)?),
                AssetKind::Audio => Self::Audio(Audio::read(fields)?),
                AssetKind::Luma => Self::Luma(Luma::read(fields)?),
                AssetKind::Caption => Self::Caption(Caption::read(fields)?),
                AssetKind::RichCaption => Self::RichCaption(RichCaption::read(fields)?),
                AssetKind::Html => Self::Html(Html::read(fields)?),
                AssetKind::Html5 => Self::Html5(Html5::read(fields)?),
                AssetKind::Title => Self::Title(Title::read(fields)?),
                AssetKind::Shape => Self::Shape(Shape::read(fields)?),
                AssetKind::Svg => Self::Svg(Svg::read(fields)?),
                AssetKind::TextToImage => Self::TextToImage(TextToImage::read(fields)?),
                AssetKind::ImageToVideo => Self::ImageToVideo(ImageToVideo::read(fields)?),
                AssetKind::TextToSpeech => Self::TextToSpeech(TextToSpeech::read(fields)?),
            })
        })
    }
}
