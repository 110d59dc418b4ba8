//! The whole sound of a file, piece by piece, mono, on the timeline that the renderer uses.
//!
//! WAV, FLAC, MP3 and Ogg Vorbis are read here by Symphonia, which has no unsafe code, in a small part of the time that
//! ffmpeg takes to start. Everything else, and whatever is odd about those four, goes to ffmpeg in its jail.

mod native;
mod piped;

use std::path::Path;

use async_trait::async_trait;
use nexus_core::{PortResult, port::Sound};
use tokio::sync::mpsc;

use crate::{Limits, MediaError};

/// Pieces that may wait for their reader.
const WAITING: usize = 4;

/// Pieces that a decoder elsewhere makes; it ends when this is dropped.
pub(crate) struct Listening {
    rate_hz: u32,
    pieces: mpsc::Receiver<Result<Vec<f32>, MediaError>>,
}

#[async_trait]
impl Sound for Listening {
    fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    async fn next(&mut self) -> PortResult<Option<Vec<f32>>> {
        Ok(self.pieces.recv().await.transpose()?)
    }
}

/// Opens the sound of `file`; its first sample stands at 0 s of the file's timeline, encoder delay taken off.
///
/// # Errors
/// As the probe of the file; [`MediaError::NoSound`]. What is wrong further on comes with the pieces.
pub(crate) async fn listen(file: &Path, limits: &Limits) -> Result<Listening, MediaError> {
    if let Some(listening) = native::open(file, limits).await? {
        return Ok(listening);
    }
    piped::open(file, limits).await
}

/// Sound over the limit, by what was heard of it.
fn too_long(file: &Path, limits: &Limits) -> MediaError {
    MediaError::OverLimit {
        file: crate::error::name_of(file),
        found: format!("more than {:.0} s of sound", limits.max_sound_s),
        limit: format!("{:.0} s", limits.max_sound_s),
        remedy: "use a shorter file",
    }
}
