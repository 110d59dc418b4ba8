//! Media from files: video, image, audio, luma.

use serde::Serialize;
use serde_json::{Map, Value};

use super::NAME;
use crate::{
    model::{Animated, Color, edit::ADDRESS, is_default, words},
    reader::{AT_LEAST_ZERO, Fields, Read, RemarkKind, SPEED, STOPS, Spot, UNIT},
};

/// Where the media of a video, image or audio asset comes from.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Source {
    /// A file.
    File {
        /// Its address, never blank.
        src: String,
    },
    /// A description of media to be made.
    Prompt(Prompt),
}

impl Source {
    /// A file at an address.
    #[must_use]
    pub fn file(src: impl Into<String>) -> Self {
        Self::File { src: src.into() }
    }

    /// The address, unless the media has to be made first.
    #[must_use]
    pub fn src(&self) -> Option<&str> {
        match self {
            Self::File { src } => Some(src),
            Self::Prompt(_) => None,
        }
    }

    fn read(fields: &Fields<'_>) -> Option<Self> {
        let src = fields.get("src");
        let prompt = fields.get("prompt");
        let model = fields.text("model", NAME);
        let options = fields.get("options").and_then(|spot| match spot.value {
            Value::Object(map) => Some(map.clone()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                spot.wrong("an object with the options of the model")
            }
        });
        let Some(prompt) = prompt else {
            if model.is_some() || options.is_some() {
                fields.spot().remark(RemarkKind::Replaced, "'model' and 'options' have an effect with 'prompt' only");
            }
            let src = fields.need("src", "the address of a file, or a 'prompt' to make it from")?;
            return src.filled_text("the address of a file", ADDRESS).map(Self::file);
        };
        let preview = src.and_then(|spot| spot.filled_text("the address of a file", ADDRESS));
        let prompt = prompt.filled_text("a description", 4000)?;
        Some(Self::Prompt(Prompt { prompt, model, options: options.unwrap_or_default(), preview }))
    }
}

/// A description of media to be made.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Prompt {
    /// What to make, or for speech what to say; at most 4000 characters.
    pub prompt: String,
    /// What makes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// What that model understands.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub options: Map<String, Value>,
    /// A file that stands in until it is made.
    #[serde(rename = "src", skip_serializing_if = "Option::is_none")]
    pub preview: Option<String>,
}

/// Moving pictures with their sound.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Video {
    /// Where they come from.
    #[serde(flatten)]
    pub source: Source,
    /// True to have the file encoded anew before it is used.
    #[serde(skip_serializing_if = "is_default")]
    pub transcode: bool,
    /// Seconds skipped at its start.
    pub trim: f64,
    /// 0 to 1, constant or over time; 0 leaves the sound out.
    pub volume: Animated,
    /// Fades of the sound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume_effect: Option<AudioEffect>,
    /// 0 (a still) to 10; 1 is as it was filmed.
    #[serde(skip_serializing_if = "is_one")]
    pub speed: f64,
    /// What is cut off.
    #[serde(skip_serializing_if = "is_default")]
    pub crop: Crop,
    /// A colour to see through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chroma_key: Option<ChromaKey>,
    /// Where the crop stays when `fit` is `crop`: fractions of width and height from the left and the top.
    /// An extension of ours; Shotstack crops about the centre.
    #[serde(rename = "x-nexus-focus", skip_serializing_if = "Option::is_none")]
    pub focus: Option<[f64; 2]>,
    /// How its light is brought nearer to that of its neighbours. An extension of ours.
    #[serde(rename = "x-nexus-grade", skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
}

/// A correction of light.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Grade {
    /// Exposure in stops, -2 to 2; positive is brighter.
    pub exposure: f64,
    /// Warmth in stops of red against blue, -2 to 2; positive is warmer.
    pub warmth: f64,
}

impl Read for Grade {
    const EXPECTED: &'static str = "a grade (exposure and warmth, in stops)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            let stops = |name| fields.number(name, &STOPS).unwrap_or(0.0);
            Some(Self { exposure: stops("exposure"), warmth: stops("warmth") })
        })
    }
}

impl Video {
    /// A file from its start, at full volume.
    #[must_use]
    pub fn new(src: impl Into<String>) -> Self {
        Self {
            source: Source::file(src),
            transcode: false,
            trim: 0.0,
            volume: Animated::Constant(1.0),
            volume_effect: None,
            speed: 1.0,
            crop: Crop::default(),
            chroma_key: None,
            focus: None,
            grade: None,
        }
    }

    pub(super) fn read(fields: &Fields<'_>) -> Option<Self> {
        let source = Source::read(fields);
        let transcode = fields.flag("transcode");
        let (trim, volume, speed) = (trim(fields), volume(fields), speed(fields));
        let volume_effect = fields.word_or_none("volumeEffect");
        let crop = fields.optional("crop").unwrap_or_default();
        let chroma_key = fields.optional("chromaKey");
        let focus = fields.get("x-nexus-focus").and_then(|spot| focus(&spot));
        let grade = fields.optional("x-nexus-grade");
        Some(Self { source: source?, transcode, trim, volume, volume_effect, speed, crop, chroma_key, focus, grade })
    }
}

fn focus(spot: &Spot<'_>) -> Option<[f64; 2]> {
    let shares: Vec<Share> = spot.list((2, 2), Share::EXPECTED)?;
    let [Share(across), Share(down)] = shares.as_slice() else { return None };
    Some([*across, *down])
}

struct Share(f64);

impl Read for Share {
    const EXPECTED: &'static str = "two numbers from 0 to 1";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.number(&UNIT).map(Self)
    }
}

fn is_one(value: &f64) -> bool {
    *value == 1.0
}

pub(super) fn trim(fields: &Fields<'_>) -> f64 {
    fields.number("trim", &AT_LEAST_ZERO).unwrap_or(0.0)
}

pub(super) fn speed(fields: &Fields<'_>) -> f64 {
    fields.number("speed", &SPEED).unwrap_or(1.0)
}

pub(super) fn volume(fields: &Fields<'_>) -> Animated {
    let volume = fields.get("volume").and_then(|spot| Animated::read(&spot, &UNIT));
    volume.unwrap_or(Animated::Constant(1.0))
}

pub(super) fn address(fields: &Fields<'_>) -> Option<String> {
    fields.need("src", "the address of a file")?.filled_text("the address of a file", ADDRESS)
}

/// A still.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Image {
    /// Where it comes from.
    #[serde(flatten)]
    pub source: Source,
    /// What is cut off.
    #[serde(skip_serializing_if = "is_default")]
    pub crop: Crop,
}

impl Image {
    /// A whole file.
    #[must_use]
    pub fn new(src: impl Into<String>) -> Self {
        Self { source: Source::file(src), crop: Crop::default() }
    }

    pub(super) fn read(fields: &Fields<'_>) -> Option<Self> {
        let source = Source::read(fields);
        let crop = fields.optional("crop").unwrap_or_default();
        Some(Self { source: source?, crop })
    }
}

/// Sound alone.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Audio {
    /// Where it comes from.
    #[serde(flatten)]
    pub source: Source,
    /// Seconds skipped at its start.
    pub trim: f64,
    /// 0 to 1, constant or over time.
    pub volume: Animated,
    /// 0 to 10; 1 is as it was recorded.
    #[serde(skip_serializing_if = "is_one")]
    pub speed: f64,
    /// Fades.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect: Option<AudioEffect>,
}

impl Audio {
    /// A file from its start, at full volume.
    #[must_use]
    pub fn new(src: impl Into<String>) -> Self {
        let source = Source::file(src);
        Self { source, trim: 0.0, volume: Animated::Constant(1.0), speed: 1.0, effect: None }
    }

    pub(super) fn read(fields: &Fields<'_>) -> Option<Self> {
        let source = Source::read(fields);
        let (trim, volume, speed) = (trim(fields), volume(fields), speed(fields));
        let effect = fields.word_or_none("effect");
        Some(Self { source: source?, trim, volume, speed, effect })
    }
}

words! {
    /// Fades of sound; each lasts two seconds or half the clip, whichever is shorter. The contract's `none` is the
    /// absence of one.
    AudioEffect, "a fade of sound", {
        /// In.
        FadeIn = "fadeIn",
        /// Out.
        FadeOut = "fadeOut",
        /// Both.
        FadeInFadeOut = "fadeInFadeOut",
    }
}

/// A picture whose brightness masks the other clips of its track: black is clear, white is solid.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Luma {
    /// Source, moving or still.
    pub src: String,
    /// Seconds skipped at its start.
    pub trim: f64,
}

impl Luma {
    pub(super) fn read(fields: &Fields<'_>) -> Option<Self> {
        let src = address(fields);
        let trim = trim(fields);
        Some(Self { src: src?, trim })
    }
}

/// What is cut off each edge, as a share of the source: 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Crop {
    /// Of the height.
    pub top: f64,
    /// Of the height.
    pub bottom: f64,
    /// Of the width.
    pub left: f64,
    /// Of the width.
    pub right: f64,
}

impl Read for Crop {
    const EXPECTED: &'static str = "a crop (top, bottom, left, right)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            let share = |name| fields.number(name, &UNIT).unwrap_or(0.0);
            Some(Self { top: share("top"), bottom: share("bottom"), left: share("left"), right: share("right") })
        })
    }
}

/// A colour to see through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ChromaKey {
    /// The colour.
    pub color: Color,
    /// How far from it colours are clear, 0 to 250; 150 is usual.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<u32>,
    /// How far beyond that they are half clear, 0 to 250; 100 is usual.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub halo: Option<u32>,
}

impl Read for ChromaKey {
    const EXPECTED: &'static str = "a chroma key (color, threshold, halo)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            let color = fields.need("color", "a colour as #rrggbb").and_then(|spot| spot.color());
            let (threshold, halo) = (fields.whole("threshold", 0..=250), fields.whole("halo", 0..=250));
            Some(Self { color: color?, threshold, halo })
        })
    }
}
