//! A plan in words: what is drawn when, and in which pieces.

use std::ops::Range;

use nexus_core::Frames;
use serde::Serialize;

use crate::plan::{Content, Layer, Plan};

/// How an edit is rendered.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// Width of the frame in pixels.
    pub width_px: u32,
    /// Height of the frame in pixels.
    pub height_px: u32,
    /// Frames per second.
    pub fps: f64,
    /// Frames that are written.
    pub frames: u64,
    /// What is seen, the top layer first.
    pub layers: Vec<LayerLine>,
    /// What is heard.
    pub sounds: Vec<SoundLine>,
    /// Pieces that are encoded on their own.
    pub pieces: Vec<PieceLine>,
    /// What people should know.
    pub remarks: Vec<String>,
}

/// One layer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LayerLine {
    /// Its place in the document.
    pub path: String,
    /// What it shows.
    pub shows: String,
    /// First second.
    pub start_s: f64,
    /// One past its last.
    pub end_s: f64,
    /// Where it stands at scale 1, in pixels: left, top, width, height.
    pub target_px: [f64; 4],
    /// True when another clip's brightness is its mask.
    pub is_masked: bool,
}

/// One sound.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SoundLine {
    /// Source.
    pub src: String,
    /// First second.
    pub start_s: f64,
    /// Seconds.
    pub length_s: f64,
}

/// One piece.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PieceLine {
    /// First frame.
    pub start: u64,
    /// One past its last frame.
    pub end: u64,
    /// True when it lies finished in the cache.
    pub is_cached: bool,
}

impl Explanation {
    pub(crate) fn of(plan: &Plan, pieces: Vec<Range<u64>>, is_cached: impl Fn(&Range<u64>) -> bool) -> Self {
        let second = |frame: u64| plan.rate.start_of(Frames(frame)).0;
        let layer = |layer: &Layer| LayerLine {
            path: layer.path.clone(),
            shows: shows(&layer.content),
            start_s: second(layer.start),
            end_s: second(layer.end),
            target_px: {
                let target = layer.placement.target;
                [target.x, target.y, target.width, target.height]
            },
            is_masked: !layer.mattes.is_empty(),
        };
        let sound = |sound: &crate::plan::Sounding| SoundLine {
            src: sound.src.clone(),
            start_s: sound.start_s,
            length_s: sound.length_s,
        };
        let piece = |piece: Range<u64>| PieceLine { is_cached: is_cached(&piece), start: piece.start, end: piece.end };
        Self {
            width_px: plan.width_px,
            height_px: plan.height_px,
            fps: plan.rate.as_f64(),
            frames: plan.frames(),
            layers: plan.layers.iter().rev().map(layer).collect(),
            sounds: plan.sounds.iter().map(sound).collect(),
            pieces: pieces.into_iter().map(piece).collect(),
            remarks: plan.remarks.clone(),
        }
    }
}

fn shows(content: &Content) -> String {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(60).collect::<String>();
    match content {
        Content::Video { src, picture, .. } => {
            format!("video {src}, decoded at {}x{}", picture.width_px, picture.height_px)
        }
        Content::Still { src, .. } | Content::Image { src } => format!("image {src}"),
        Content::Text { text } => format!("text '{}'", words(&text.text)),
        Content::Svg { .. } => "vector graphics".to_owned(),
        Content::Captions { src, cues, .. } => format!("{} captions of {src}", cues.len()),
    }
}
