//! What a media file may be at most, and how long a child process may take.

use std::time::Duration;

/// Bounds that every file and every child process keeps.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// Longest file with a picture, in seconds.
    pub max_footage_s: f64,
    /// Longest file with sound alone, in seconds.
    pub max_sound_s: f64,
    /// Most streams in a file.
    pub max_streams: usize,
    /// Most frames per second.
    pub max_fps: f64,
    /// Most pixels in a frame; 8K has 33 million.
    pub max_pixels: u64,
    /// Longest run of a child that reads facts.
    pub probe_deadline: Duration,
    /// Longest run of a child that decodes or encodes a whole file, and longest silence of a pipe.
    pub work_deadline: Duration,
}

impl Limits {
    /// For what we wrote ourselves: a film may be longer than any source.
    pub(crate) fn of_our_own() -> Self {
        Self { max_footage_s: 24.0 * 3600.0, max_sound_s: 24.0 * 3600.0, ..Self::default() }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_footage_s: 600.0,
            max_sound_s: 3.0 * 3600.0,
            max_streams: 8,
            max_fps: 120.0,
            max_pixels: 40_000_000,
            probe_deadline: Duration::from_secs(30),
            work_deadline: Duration::from_secs(900),
        }
    }
}
