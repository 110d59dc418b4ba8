//! What the renderer is asked for and what it gives.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{BusinessId, FrameRate, Frames, blob::BlobRef};

/// An edit to render.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RenderRequest {
    /// The tenant; the film is stored under it.
    pub business: BusinessId,
    /// A Shotstack Edit document.
    pub edit: serde_json::Value,
    /// What each `src` of the edit stands for.
    pub assets: BTreeMap<String, BlobRef>,
    /// Metadata written into the file.
    pub tags: FilmTags,
}

/// Metadata of the file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FilmTags {
    /// Title.
    pub title: String,
    /// Description.
    pub description: String,
    /// The business.
    pub artist: String,
    /// For instance the disclosure of generated shots.
    pub comment: String,
    /// Comma-separated words.
    pub keywords: String,
}

/// A finished film, verified.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Film {
    /// The stored file.
    pub blob: BlobRef,
    /// BLAKE3 of the file, hexadecimal: what an approval is bound to.
    pub hash: String,
    /// A frame of the film as JPEG.
    pub poster: BlobRef,
    /// Width in pixels.
    pub width_px: u32,
    /// Height in pixels.
    pub height_px: u32,
    /// Exact frame rate.
    pub rate: FrameRate,
    /// Exact length.
    pub length: Frames,
    /// Integrated loudness in LUFS, measured on the finished file; `None` without sound.
    pub loudness_lufs: Option<f64>,
    /// True peak in dBTP, measured on the finished file.
    pub true_peak_dbtp: Option<f64>,
    /// What people should know, for instance shots that had to be enlarged.
    pub remarks: Vec<String>,
}

/// How a film can be made by several machines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenderParts {
    /// Parts that do not depend on each other; one where nobody else could see what was made.
    pub count: u32,
    /// How they must be encoded: parts of different encoders do not join.
    pub encoder: String,
}

/// Bounds of a copy of a film for one destination.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RenditionSpec {
    /// Longest length in seconds.
    pub max_s: f64,
    /// Largest file in bytes.
    pub max_bytes: u64,
    /// Least short side in pixels.
    pub min_short_side_px: u32,
}

/// The shape of a film.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Aspect {
    /// Phones.
    #[serde(rename = "9:16")]
    Portrait,
    /// Screens.
    #[serde(rename = "16:9")]
    Landscape,
    /// Feeds.
    #[serde(rename = "1:1")]
    Square,
}

/// How many pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Resolution {
    /// Short side 720.
    #[serde(rename = "720")]
    Hd,
    /// Short side 1080.
    #[serde(rename = "1080")]
    FullHd,
    /// Short side 2160.
    #[serde(rename = "4k")]
    Uhd,
}

impl Aspect {
    /// The form that Shotstack and people write: `9:16`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Portrait => "9:16",
            Self::Landscape => "16:9",
            Self::Square => "1:1",
        }
    }

    /// Width and height in pixels.
    #[must_use]
    pub fn size_px(self, resolution: Resolution) -> (u32, u32) {
        let short = match resolution {
            Resolution::Hd => 720,
            Resolution::FullHd => 1080,
            Resolution::Uhd => 2160,
        };
        let long = short * 16 / 9;
        match self {
            Self::Portrait => (short, long),
            Self::Landscape => (long, short),
            Self::Square => (short, short),
        }
    }
}

/// A still to make because footage is missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StillRequest {
    /// The tenant.
    pub business: BusinessId,
    /// What the scene should show, in plain words.
    pub subject: String,
    /// Brand colours and fonts.
    pub kit: crate::business::BrandKit,
    /// Width in pixels; larger than the film, so that a camera can move over it.
    pub width_px: u32,
    /// Height in pixels.
    pub height_px: u32,
    /// Same seed, same picture.
    pub seed: u64,
}
