//! The document: a timeline, an output, and what accompanies them.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::{Asset, AudioEffect, Clip, Color, Output, words};
use crate::{
    merge::{self, MergeField},
    reader::{AT_LEAST_ZERO, EditErrors, MOST_CLIPS, Read, Remark, Report, Spot, hold_limits},
};

/// Tracks of a timeline.
const MOST_TRACKS: usize = 1_000;
/// Fonts of a timeline.
const MOST_FONTS: usize = 200;
/// Characters of an address.
pub(crate) const ADDRESS: usize = 20_000;

/// An edit: what is shown when, and how it is written.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Edit {
    /// The layers.
    pub timeline: Timeline,
    /// The file.
    pub output: Output,
    /// What placeholders stand for. Reading fills them in and leaves none; a template that is written has them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub merge: Vec<MergeField>,
    /// Where to tell when the render is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback: Option<String>,
    /// Without effect since 2021; kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disk: Option<Disk>,
    /// The size of machine asked for; without effect here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<Instance>,
}

impl Edit {
    /// An edit of a timeline and an output alone.
    #[must_use]
    pub fn new(timeline: Timeline, output: Output) -> Self {
        Self { timeline, output, merge: vec![], callback: None, disk: None, instance: None }
    }

    /// Reads a document: fills in its merge fields, then reads it whole. Numbers as text, another case of a word
    /// and the like are accepted with a remark; so are fields that the contract does not have.
    ///
    /// # Errors
    /// Every field that is wrong, each with its path, what was expected and what was found.
    pub fn read(document: &Value) -> Result<(Self, Vec<Remark>), EditErrors> {
        let report = Report::default();
        let edit = merge::expanded(document, &report).and_then(|filled| {
            if hold_limits(&filled, &report) { Read::read(&Spot::root(&filled, &report)) } else { None }
        });
        report.finish(edit)
    }

    /// This edit without our own extensions of the contract (`x-nexus-…`): what other renderers accept.
    #[must_use]
    pub fn without_extensions(&self) -> Self {
        let mut plain = self.clone();
        for clip in plain.timeline.tracks.iter_mut().flat_map(|track| &mut track.clips) {
            if let Asset::Video(video) = &mut clip.asset {
                video.focus = None;
                video.grade = None;
            }
        }
        plain
    }
}

impl<'de> Deserialize<'de> for Edit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let document = Value::deserialize(deserializer)?;
        Self::read(&document).map(|(edit, _)| edit).map_err(serde::de::Error::custom)
    }
}

impl Read for Edit {
    const EXPECTED: &'static str = "an edit (timeline, output)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            let timeline = fields.required("timeline");
            let output = fields.required("output");
            Some(Self {
                // They are filled in, and left out of the document, before it is read.
                merge: vec![],
                callback: fields.text("callback", ADDRESS),
                disk: fields.optional("disk"),
                instance: fields.optional("instance"),
                timeline: timeline?,
                output: output?,
            })
        })
    }
}

words! {
    /// Where a render kept its files.
    Disk, "a disk type", {
        Local = "local",
        Mount = "mount",
    }
}

words! {
    /// Sizes of render machine.
    Instance, "an instance type", {
        /// Standard.
        Standard = "s1",
        /// Standard with more memory.
        Larger = "s2",
        /// Accelerated.
        Accelerated = "a1",
    }
}

/// Layers over a background.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Timeline {
    /// Music under the whole film; deprecated in favour of a clip of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub soundtrack: Option<Soundtrack>,
    /// Below everything; opaque.
    pub background: Color,
    /// Fonts to load; each is known by the base name of its file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fonts: Vec<FontFile>,
    /// Layers, at least one; **the first is on top**. Clips of one track do not overlap.
    pub tracks: Vec<Track>,
    /// False to fetch sources anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<bool>,
}

impl Timeline {
    /// Tracks over black.
    #[must_use]
    pub fn new(tracks: Vec<Track>) -> Self {
        Self { soundtrack: None, background: Color::BLACK, fonts: vec![], tracks, cache: None }
    }
}

impl Read for Timeline {
    const EXPECTED: &'static str = "a timeline (tracks)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        const TRACKS: &str = "a list of tracks, at least one, the top one first";
        spot.object(Self::EXPECTED, |fields| {
            let place = fields.need("tracks", TRACKS);
            let tracks: Option<Vec<Track>> = place.and_then(|place| {
                let tracks: Vec<Track> = place.list((1, MOST_TRACKS), TRACKS)?;
                let clips: usize = tracks.iter().map(|track| track.clips.len()).sum();
                if clips > MOST_CLIPS {
                    place.wrong(format!("at most {MOST_CLIPS} clips on all tracks"))
                } else {
                    Some(tracks)
                }
            });
            Some(Self {
                soundtrack: fields.optional("soundtrack"),
                background: fields.color("background").unwrap_or(Color::BLACK),
                fonts: fields.list("fonts", MOST_FONTS, "a list of fonts (src)"),
                cache: fields.optional("cache"),
                tracks: tracks?,
            })
        })
    }
}

/// One layer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Track {
    /// At least one.
    pub clips: Vec<Clip>,
}

impl Read for Track {
    const EXPECTED: &'static str = "a track (clips)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        const CLIPS: &str = "a list of clips, at least one";
        spot.object(Self::EXPECTED, |fields| {
            let clips = fields.need("clips", CLIPS)?.list((1, MOST_CLIPS), CLIPS)?;
            Some(Self { clips })
        })
    }
}

/// Music under the whole film.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Soundtrack {
    /// Source.
    pub src: String,
    /// Fades.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect: Option<AudioEffect>,
    /// 0 to 1 is usual; the contract names no bounds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume: Option<f64>,
}

impl Read for Soundtrack {
    const EXPECTED: &'static str = "a soundtrack (src, effect, volume)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            let src = fields.need("src", "the address of a sound");
            let src = src.and_then(|spot| spot.filled_text("the address of a sound", ADDRESS));
            Some(Self {
                effect: fields.word_or_none("effect"),
                volume: fields.number("volume", &AT_LEAST_ZERO),
                src: src?,
            })
        })
    }
}

/// A font to load.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FontFile {
    /// Where it lies.
    pub src: String,
}

impl Read for FontFile {
    const EXPECTED: &'static str = "a font (src)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            let src = fields.need("src", "the address of a font")?.filled_text("the address of a font", ADDRESS)?;
            Some(Self { src })
        })
    }
}
