//! The clips of the kit: names, shapes, and what is truly seen in each.

use serde::{Deserialize, Serialize};

use crate::ambience::Ambience;

/// What is exactly true of a clip; stored beside it as `NAME.truth.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClipTruth {
    /// The clip's name, also its file's name without ending.
    pub name: String,
    /// Pixels across.
    pub width_px: u32,
    /// Pixels down.
    pub height_px: u32,
    /// Frames per second.
    pub fps: u32,
    /// Number of frames.
    pub frames: u32,
    /// Length in seconds.
    pub duration_s: f64,
    /// What is seen, in lower-case words, the most important first.
    pub seen: Vec<String>,
    /// How the camera moves.
    pub camera: String,
    /// Whether the file has a sound track.
    pub has_sound: bool,
}

/// Frames per second of every clip.
pub(crate) const FPS: u32 = 30;

/// One clip of the kit.
pub(crate) struct Clip {
    pub(crate) name: &'static str,
    pub(crate) size: (u32, u32),
    pub(crate) small: (u32, u32),
    pub(crate) frames: u32,
    pub(crate) seen: &'static [&'static str],
    pub(crate) camera: &'static str,
    pub(crate) sound: Option<Ambience>,
}

const WIDE: (u32, u32) = (1920, 1080);
const TALL: (u32, u32) = (1080, 1920);
const SMALL_WIDE: (u32, u32) = (480, 270);
const SMALL_TALL: (u32, u32) = (270, 480);

/// All clips, in the order in which they are made.
pub(crate) const CLIPS: [Clip; 9] = [
    Clip {
        name: "sunset_over_the_harbour",
        size: (3840, 2160),
        small: SMALL_WIDE,
        frames: 75,
        seen: &["sunset", "harbour", "boats", "water", "sky", "sun", "evening", "view"],
        camera: "pan right",
        sound: None,
    },
    Clip {
        name: "oysters_on_ice",
        size: TALL,
        small: SMALL_TALL,
        frames: 84,
        seen: &["oysters", "ice", "lemon", "seafood", "shells", "food"],
        camera: "push in",
        sound: None,
    },
    Clip {
        name: "candle_lit_table",
        size: TALL,
        small: SMALL_TALL,
        frames: 84,
        seen: &["candle", "candles", "table", "wine", "glass", "flame", "evening", "cosy"],
        camera: "push in",
        sound: None,
    },
    Clip {
        name: "kitchen_flame",
        size: TALL,
        small: SMALL_TALL,
        frames: 84,
        seen: &["kitchen", "flame", "fire", "pan", "stove", "cooking", "sparks"],
        camera: "pull out",
        sound: Some(Ambience::Sizzle),
    },
    Clip {
        name: "pouring_red_wine",
        size: TALL,
        small: SMALL_TALL,
        frames: 84,
        seen: &["wine", "red", "glass", "bottle", "pouring", "drink"],
        camera: "tilt down",
        sound: Some(Ambience::Pour),
    },
    Clip {
        name: "string_lights_terrace",
        size: WIDE,
        small: SMALL_WIDE,
        frames: 84,
        seen: &["terrace", "lights", "string", "dusk", "guests", "tables", "evening", "sea"],
        camera: "pan right",
        sound: None,
    },
    Clip {
        name: "chef_hands_plating",
        size: TALL,
        small: SMALL_TALL,
        frames: 84,
        seen: &["chef", "hands", "plate", "plating", "food", "dish", "kitchen"],
        camera: "push in",
        sound: None,
    },
    Clip {
        name: "waves_on_the_shore",
        size: WIDE,
        small: SMALL_WIDE,
        frames: 78,
        seen: &["waves", "shore", "sea", "beach", "sand", "foam", "water"],
        camera: "hand-held",
        sound: Some(Ambience::Surf),
    },
    Clip {
        name: "bread_from_the_oven",
        size: WIDE,
        small: SMALL_WIDE,
        frames: 84,
        seen: &["bread", "loaf", "oven", "crust", "bakery", "steam", "food"],
        camera: "pan left",
        sound: None,
    },
];

/// Frames of a clip in the small kit.
pub(crate) const SMALL_FRAMES: u32 = 90;

impl Clip {
    /// The truth of the clip, full or small.
    pub(crate) fn truth(&self, small: bool) -> ClipTruth {
        let (size, frames) = if small { (self.small, SMALL_FRAMES) } else { (self.size, self.frames) };
        ClipTruth {
            name: self.name.into(),
            width_px: size.0,
            height_px: size.1,
            fps: FPS,
            frames,
            duration_s: f64::from(frames) / f64::from(FPS),
            seen: self.seen.iter().map(|word| (*word).to_owned()).collect(),
            camera: self.camera.into(),
            has_sound: self.sound.is_some(),
        }
    }
}
