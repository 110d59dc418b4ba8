//! What is known of a clip: its technical facts, its shots, and what was seen in them.

use serde::{Deserialize, Serialize};

use crate::{AssetId, BusinessId, FrameRate, blob::BlobRef, memory::Embedding};

/// Technical facts of a media file, after rotation metadata is applied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MediaInfo {
    /// Seconds.
    pub duration_s: f64,
    /// The picture, when there is one.
    pub video: Option<VideoInfo>,
    /// The sound, when there is one.
    pub audio: Option<AudioInfo>,
    /// The container, as ffprobe names it.
    pub container: String,
}

/// Facts of a picture stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VideoInfo {
    /// Width as shown (after rotation), in pixels.
    pub width_px: u32,
    /// Height as shown (after rotation), in pixels.
    pub height_px: u32,
    /// Clockwise rotation that a player applies, 0, 90, 180 or 270 degrees.
    pub rotation_deg: u16,
    /// Average frame rate.
    pub rate: FrameRate,
    /// True when the nominal and the average rate differ: variable frame rate.
    pub variable_rate: bool,
    /// Bits per sample.
    pub bit_depth: u8,
    /// True when samples use the full range 0 to 255.
    pub full_range: bool,
    /// Codec, as ffprobe names it.
    pub codec: String,
    /// Pixel format, as ffprobe names it.
    pub pixel_format: String,
}

impl VideoInfo {
    /// Portrait, landscape or square, within 5 %.
    #[must_use]
    pub fn orientation(&self) -> Orientation {
        let ratio = f64::from(self.width_px) / f64::from(self.height_px.max(1));
        if ratio > 1.05 {
            Orientation::Landscape
        } else if ratio < 0.95 {
            Orientation::Portrait
        } else {
            Orientation::Square
        }
    }
}

/// How a picture stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Orientation {
    /// Wider than high.
    Landscape,
    /// Higher than wide.
    Portrait,
    /// Neither.
    Square,
}

/// Facts of a sound stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudioInfo {
    /// Samples per second.
    pub rate_hz: u32,
    /// Channels.
    pub channels: u16,
    /// Codec, as ffprobe names it.
    pub codec: String,
}

/// A small RGB picture: `rgb.len() == 3 * width_px * height_px`, rows from the top.
#[derive(Debug, Clone, PartialEq)]
pub struct SmallFrame {
    /// When, in seconds of the source.
    pub time_s: f64,
    /// Width in pixels.
    pub width_px: u32,
    /// Height in pixels.
    pub height_px: u32,
    /// 8-bit sRGB, interleaved.
    pub rgb: Vec<u8>,
}

impl SmallFrame {
    /// The frame at half its width and height, each pixel the mean of four; an odd last row or column falls away.
    #[must_use]
    pub fn halved(&self) -> Self {
        let (width, height) = (self.width_px as usize, self.height_px as usize);
        let mut rgb = Vec::with_capacity(3 * (width / 2) * (height / 2));
        for rows in self.rgb.chunks_exact(6 * width.max(1)) {
            let (upper, lower) = rows.split_at(3 * width);
            for (above, below) in upper.chunks_exact(6).zip(lower.chunks_exact(6)) {
                for channel in 0..3 {
                    let four = [above[channel], above[channel + 3], below[channel], below[channel + 3]];
                    let sum: u16 = four.iter().map(|value| u16::from(*value)).sum();
                    rgb.push(((sum + 2) / 4) as u8);
                }
            }
        }
        Self { time_s: self.time_s, width_px: self.width_px / 2, height_px: self.height_px / 2, rgb }
    }
}

/// How a shot begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Begins {
    /// With the file.
    #[default]
    Start,
    /// With a hard cut, exact to the frame.
    Cut,
    /// In the middle of a dissolve.
    Dissolve,
    /// With the last black frame of a fade.
    Fade,
    /// Nowhere in the picture: a long take is cut into windows that an editor can use.
    Window,
}

/// All that one decode learnt of one shot; the eye ([`crate::port::Tagger`]) works from this alone.
#[derive(Debug, Clone, PartialEq)]
pub struct ShotView {
    /// Start in seconds of the source, on a frame.
    pub start_s: f64,
    /// End in seconds of the source, exclusive.
    pub end_s: f64,
    /// How it begins.
    pub begins: Begins,
    /// Three representative frames near 20, 50 and 80 %, the sharpest around each; 384 pixels wide.
    pub frames: Vec<SmallFrame>,
    /// Movement between frames.
    pub motion: Motion,
    /// Variance of the Laplacian of luma at 192 pixels width, mean over the shot; about 20 is soft, 200 crisp.
    pub sharpness: f64,
    /// Sound under the shot; `None` without a sound stream.
    pub sound: Option<ShotSound>,
    /// Words that stand in its middle frame, lower case; none where nothing can read them.
    pub words: Vec<SeenWord>,
}

/// A word that stands in a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct SeenWord {
    /// Lower case.
    pub text: String,
    /// How surely it was read, 0 to 1.
    pub confidence: f64,
}

/// Global movement of a shot, per second, in fractions of the frame's width.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Motion {
    /// Mean absolute luma difference between frames 1/8 s apart, 0 to 255.
    pub activity: f64,
    /// Horizontal movement of the picture; positive when the camera pans right.
    pub pan: f64,
    /// Vertical movement of the picture; positive when the camera tilts down.
    pub tilt: f64,
    /// Relative growth of the picture; positive when the camera moves in.
    pub zoom: f64,
    /// Standard deviation of the movement around its mean: hand-held shake.
    pub shake: f64,
    /// The liveliest moment, in seconds of the source.
    pub peak_s: f64,
}

/// Sound under a shot.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ShotSound {
    /// RMS level in dBFS, at most 0; -90 for silence.
    pub level_db: f64,
    /// How much it resembles speech, 0 to 1: syllabic modulation of the speech band.
    pub speech: f64,
}

/// What one decode of a file learnt.
#[derive(Debug, Clone, PartialEq)]
pub struct Examination {
    /// Technical facts.
    pub info: MediaInfo,
    /// Shots in order, at least one, without gaps.
    pub shots: Vec<ShotView>,
    /// Frames that were decoded: those of the file, once.
    pub frames: u64,
}

/// A word for what is seen, with its evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tag {
    /// Lower case, as a person would say it: `warm light`.
    pub name: String,
    /// 0 to 1, calibrated so that 0.5 is "rather yes".
    pub score: f64,
    /// Who says so: `L0 colour`, `file name`, `you`.
    pub source: String,
    /// The moment it was seen, in seconds of the source.
    pub at_s: f64,
}

/// A tag needs "rather yes" to be said.
const LEAST_SCORE: f64 = 0.5;

/// Tags that are rather so, each name once with its best score, best first, then by name.
#[must_use]
pub fn best_first(mut tags: Vec<Tag>) -> Vec<Tag> {
    tags.retain(|tag| tag.score >= LEAST_SCORE);
    tags.sort_by(|a, b| a.name.cmp(&b.name).then(b.score.total_cmp(&a.score)));
    tags.dedup_by(|later, first| later.name == first.name);
    tags.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.name.cmp(&b.name)));
    tags
}

/// One shot of an asset as the memory keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shot {
    /// The asset it belongs to.
    pub asset: AssetId,
    /// Its number within the asset, from 0.
    pub index: u32,
    /// The tenant.
    pub business: BusinessId,
    /// The stored file.
    pub blob: BlobRef,
    /// The file's name as its owner knows it.
    pub file_name: String,
    /// Start in seconds of the source.
    pub start_s: f64,
    /// End in seconds of the source.
    pub end_s: f64,
    /// What is in it, best first.
    pub tags: Vec<Tag>,
    /// Picture quality, 0 to 1: sharpness, exposure, steadiness.
    pub quality: f64,
    /// Its movement.
    pub motion: Motion,
    /// Mean colour of its middle frame, sRGB.
    pub mean_rgb: [u8; 3],
    /// Where the subject is, as a fraction of width and height; the centre when unknown.
    pub focus: [f64; 2],
    /// How calm the top, middle and lower thirds are, 0 (busy) to 1 (calm): where text may stand.
    pub calm: [f64; 3],
    /// How light the bright parts of its top, middle and lower thirds are, as relative luminance, 0 (black) to 1
    /// (white): what text there has to stand out against.
    #[serde(default = "unknown_light")]
    pub light: [f64; 3],
    /// Technical facts of the file.
    pub info: MediaInfo,
    /// Sound under the shot.
    pub sound: Option<ShotSound>,
    /// The eyes that saw it ([`crate::port::Tagger::eyes`]); empty for shots from before that was kept.
    #[serde(default)]
    pub seen_by: String,
    /// True when the product made it; labelled as such wherever it is shown.
    pub generated: bool,
    /// One sentence of a model that can describe; empty without one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub caption: String,
    /// What it means, in the spaces of the models that saw it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vectors: Vec<Embedding>,
}

/// A tagger's opinion of one shot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// What it means, in the spaces of the models that saw it; none without such models.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vectors: Vec<Embedding>,
    /// Words, best first.
    pub tags: Vec<Tag>,
    /// One sentence of a model that can describe; empty without one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub caption: String,
    /// Picture quality, 0 to 1.
    pub quality: f64,
    /// Mean colour of the middle frame, sRGB.
    pub mean_rgb: [u8; 3],
    /// Where the subject is, as fractions of width and height.
    pub focus: [f64; 2],
    /// Calmness of top, middle and lower thirds, 0 to 1.
    pub calm: [f64; 3],
    /// Relative luminance of the bright parts of top, middle and lower thirds, 0 to 1.
    #[serde(default = "unknown_light")]
    pub light: [f64; 3],
}

/// Shots from before this was measured: as light as a bright picture, so that text on them stays on the safe side.
fn unknown_light() -> [f64; 3] {
    [0.5; 3]
}
