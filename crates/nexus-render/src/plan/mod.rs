//! The resolved plan: every clip at its exact frames, every picture with its crop and decode size. A pure function of
//! the edit and of what its sources are.

mod picture;
mod resolve;
mod sounds;

use std::{ops::Range, sync::Arc};

use nexus_core::FrameRate;
use nexus_edit::{
    model::{
        Animated, AudioEffect, ChromaKey, Color, Effect, Filter, Grade, Offset, Quality, RichCaption, RichText,
        Transform, Transition,
    },
    subtitles::Cue,
};
use serde::Serialize;

use crate::geometry::Placement;

pub use resolve::resolve;

/// What a source is, after probing.
#[derive(Debug, Clone, PartialEq)]
pub enum SourceFacts {
    /// Moving pictures.
    Video {
        /// Width as shown, in pixels.
        width_px: u32,
        /// Height as shown, in pixels.
        height_px: u32,
        /// Seconds.
        duration_s: f64,
        /// True when there is sound, too.
        has_sound: bool,
    },
    /// A still.
    Image {
        /// Width in pixels.
        width_px: u32,
        /// Height in pixels.
        height_px: u32,
        /// True when any pixel is not opaque.
        has_alpha: bool,
    },
    /// Sound alone.
    Sound {
        /// Seconds.
        duration_s: f64,
    },
    /// Subtitles.
    Subtitles {
        /// In order of start.
        cues: Arc<Vec<Cue>>,
    },
}

/// A film, resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Width in pixels, even.
    pub width_px: u32,
    /// Height in pixels, even.
    pub height_px: u32,
    /// Exact rate.
    pub rate: FrameRate,
    /// The frames of the timeline that are written, at least 1.
    pub window: Range<u64>,
    /// Below everything.
    pub background: Color,
    /// What is seen, the bottom layer first.
    pub layers: Vec<Layer>,
    /// What is heard, in order of start.
    pub sounds: Vec<Sounding>,
    /// How good.
    pub quality: Quality,
    /// What people should know.
    pub remarks: Vec<String>,
}

impl Plan {
    /// Length of the film in frames.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.window.end - self.window.start
    }

    /// Width and height in pixels.
    #[must_use]
    pub fn frame_px(&self) -> (f64, f64) {
        (f64::from(self.width_px), f64::from(self.height_px))
    }
}

/// One clip that is seen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Layer {
    /// Its place in the document.
    #[serde(skip)]
    pub path: String,
    /// Its track, 0 on top.
    #[serde(skip)]
    pub track: usize,
    /// First frame.
    #[serde(skip)]
    pub start: u64,
    /// One past its last frame.
    #[serde(skip)]
    pub end: u64,
    /// Where it stands at scale 1, before its offset.
    pub placement: Placement,
    /// Magnification about the anchor over time.
    pub scale: Animated,
    /// Shift over time.
    pub offset: Offset,
    /// Rotation, skew and mirroring about its middle.
    pub transform: Transform,
    /// How it moves while it stands.
    pub effect: Option<Effect>,
    /// How it comes and goes.
    pub transition: Transition,
    /// Opacity over time.
    pub opacity: Animated,
    /// Colour or blur.
    pub filter: Option<Filter>,
    /// What it shows.
    pub content: Content,
    /// Masks over it: where they are white, and only while they stand, it is seen.
    pub mattes: Vec<Matte>,
}

/// A layer whose brightness is another layer's mask.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Matte {
    /// Its first frame, counted from the first frame of the layer that it masks.
    pub from: i64,
    /// One past its last, likewise.
    pub to: i64,
    /// The mask.
    pub layer: Layer,
}

impl Layer {
    /// Length in frames.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.end - self.start
    }

    /// The source as the request names it, when it has one.
    #[must_use]
    pub fn src(&self) -> Option<&str> {
        match &self.content {
            Content::Video { src, .. }
            | Content::Still { src, .. }
            | Content::Image { src, .. }
            | Content::Captions { src, .. } => Some(src),
            Content::Text { .. } | Content::Svg { .. } => None,
        }
    }

    /// True for opaque pictures that fill their place.
    #[must_use]
    pub fn is_picture(&self) -> bool {
        matches!(self.content, Content::Video { .. } | Content::Still { .. })
    }
}

/// What a layer shows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Content {
    /// Moving pictures.
    Video {
        /// Source.
        #[serde(skip)]
        src: String,
        /// Source time of the first frame.
        trim_s: f64,
        /// Source seconds per second; 0 for a still.
        speed: f64,
        /// Frames that the source has from there at that speed; after them the last one stands.
        available: u64,
        /// How it is read.
        picture: Picture,
        /// A colour to see through.
        key: Option<ChromaKey>,
        /// A correction of its light.
        grade: Option<Grade>,
    },
    /// An opaque still.
    Still {
        /// Source.
        #[serde(skip)]
        src: String,
        /// How it is read.
        picture: Picture,
    },
    /// A still with transparency, the part of it that `placement.source` names.
    Image {
        /// Source.
        #[serde(skip)]
        src: String,
    },
    /// Text within `placement.target`.
    Text {
        /// The text.
        text: RichText,
    },
    /// Vector graphics.
    Svg {
        /// Markup.
        markup: String,
    },
    /// Words that are lit as they are said, within `placement.target`.
    Captions {
        /// Source of the words.
        #[serde(skip)]
        src: String,
        /// Their look.
        caption: RichCaption,
        /// Their times, in seconds from the clip's start.
        #[serde(serialize_with = "crate::plan::as_times")]
        cues: Vec<Cue>,
    },
}

/// Cues are decided by the source's identity and their shift, of which the first time tells.
fn as_times<S: serde::Serializer>(cues: &[Cue], serializer: S) -> Result<S::Ok, S::Error> {
    cues.first().map(|cue| (cue.start_s, cue.end_s)).serialize(serializer)
}

/// How a picture is read: cropped first, then scaled to the size that is needed and no larger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Picture {
    /// Left edge in source pixels, even.
    pub crop_x: u32,
    /// Upper edge, even.
    pub crop_y: u32,
    /// Width of the crop.
    pub crop_width: u32,
    /// Height of the crop.
    pub crop_height: u32,
    /// Width to decode at, even.
    pub width_px: u32,
    /// Height to decode at, even.
    pub height_px: u32,
}

/// One clip that is heard.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sounding {
    /// Source.
    #[serde(skip)]
    pub src: String,
    /// Film time in seconds, on a frame.
    pub start_s: f64,
    /// Seconds, a whole number of frames.
    pub length_s: f64,
    /// Seconds of the source that are skipped.
    pub trim_s: f64,
    /// Source seconds per second; the pitch stays.
    pub speed: f64,
    /// 0 to 1, constant or over the clip.
    pub volume: Animated,
    /// Fades.
    pub effect: Option<AudioEffect>,
    /// True for the sound of moving pictures, which is faded at every cut.
    pub of_picture: bool,
}
