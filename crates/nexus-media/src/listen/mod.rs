//! The whole sound of a file, piece by piece, mono, on the timeline that the renderer uses.
//!
//! WAV, FLAC, MP3 and Ogg Vorbis are read here by Symphonia, whose parsers have no unsafe code, in a small part of the
//! time that ffmpeg takes to start. Everything else, and whatever is odd about those four, goes to ffmpeg in its jail.

mod native;
mod piped;

use std::{path::Path, time::Duration};

use async_trait::async_trait;
use nexus_core::{PortResult, port::Sound};
use tokio::sync::mpsc;

use crate::{Limits, MediaError};

/// Pieces that may wait for their reader.
const WAITING: usize = 4;

/// What a decoder sends: pieces, then `None`. A channel that closes without it is a decoder that died.
type Sent = Result<Option<Vec<f32>>, MediaError>;

/// Pieces that a decoder elsewhere makes; it ends when this is dropped.
pub(crate) struct Listening {
    file: String,
    rate_hz: u32,
    pieces: mpsc::Receiver<Sent>,
    is_over: bool,
    /// Longest silence of the decoder.
    patience: Duration,
}

#[async_trait]
impl Sound for Listening {
    fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    async fn next(&mut self) -> PortResult<Option<Vec<f32>>> {
        if self.is_over {
            return Ok(None);
        }
        let file = || self.file.clone();
        let (program, op) = ("the decoder", "decode the sound of");
        let piece = tokio::time::timeout(self.patience, self.pieces.recv())
            .await
            .map_err(|_| MediaError::Timeout { program, op, file: file(), after: self.patience })?
            .unwrap_or_else(|| {
                Err(MediaError::NotMedia { file: file(), detail: "its decoder stopped in the middle".into() })
            })?;
        self.is_over = piece.is_none();
        Ok(piece)
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
