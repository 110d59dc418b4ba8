//! Media made from words or stills, in the form that a prompt on video, image and audio replaced.

use serde::Serialize;

use super::{
    AudioEffect, Crop, LONG_TEXT, NAME, PIXELS,
    media::{address, speed, trim, volume},
};
use crate::{
    model::{Animated, is_default, words},
    reader::Fields,
};

/// A still from words.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TextToImage {
    /// What to make.
    pub prompt: String,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// What is cut off.
    #[serde(skip_serializing_if = "is_default")]
    pub crop: Crop,
}

impl TextToImage {
    pub(super) fn read(fields: &Fields<'_>) -> Option<Self> {
        let prompt = fields.need("prompt", "a description").and_then(|spot| spot.text(LONG_TEXT));
        let (width, height) = (fields.whole("width", PIXELS), fields.whole("height", PIXELS));
        let crop = fields.optional("crop").unwrap_or_default();
        Some(Self { prompt: prompt?, width, height, crop })
    }
}

/// Moving pictures from a still.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageToVideo {
    /// The still.
    pub src: String,
    /// How it moves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// The shape to make.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aspect_ratio: Option<VideoShape>,
    /// 0 to 10; 1 is as it was made.
    pub speed: f64,
    /// What is cut off.
    #[serde(skip_serializing_if = "is_default")]
    pub crop: Crop,
}

words! {
    /// Shapes of made pictures.
    VideoShape, "an aspect ratio", {
        Square = "1:1",
        Classic = "4:3",
        Wide = "16:9",
        Tall = "9:16",
        ClassicTall = "3:4",
        VeryWide = "21:9",
        VeryTall = "9:21",
    }
}

impl ImageToVideo {
    pub(super) fn read(fields: &Fields<'_>) -> Option<Self> {
        let src = address(fields);
        let prompt = fields.text("prompt", LONG_TEXT);
        let aspect_ratio = fields.optional("aspectRatio");
        let speed = speed(fields);
        let crop = fields.optional("crop").unwrap_or_default();
        Some(Self { src: src?, prompt, aspect_ratio, speed, crop })
    }
}

/// Speech from words.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TextToSpeech {
    /// What is said.
    pub text: String,
    /// Who says it; the maker of speech knows the names.
    pub voice: String,
    /// Code of the language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// True for the manner of a newsreader.
    #[serde(skip_serializing_if = "is_default")]
    pub newscaster: bool,
    /// Seconds skipped at its start.
    pub trim: f64,
    /// 0 to 1, constant or over time.
    pub volume: Animated,
    /// 0 to 10; 1 is as it was made.
    pub speed: f64,
    /// Fades.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect: Option<AudioEffect>,
}

impl TextToSpeech {
    pub(super) fn read(fields: &Fields<'_>) -> Option<Self> {
        let text = fields.need("text", "a text").and_then(|spot| spot.text(LONG_TEXT));
        let voice = fields.need("voice", "the name of a voice").and_then(|spot| spot.text(NAME));
        let language = fields.text("language", NAME);
        let newscaster = fields.flag("newscaster");
        let (trim, volume, speed) = (trim(fields), volume(fields), speed(fields));
        let effect = fields.word_or_none("effect");
        Some(Self { text: text?, voice: voice?, language, newscaster, trim, volume, speed, effect })
    }
}
