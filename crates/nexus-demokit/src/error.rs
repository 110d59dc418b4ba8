//! What can go wrong while the kit is made.

use std::{io, path::PathBuf};

use nexus_core::{ErrorKind, PortError};
use nexus_media::MediaError;

/// A kit that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum DemoKitError {
    /// A folder or file could not be written or read.
    #[error("the demo kit needs '{}'; check that the folder can be written to and the disk has 300 MB free", path.display())]
    Disk {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A clip could not be encoded.
    #[error("the demo clip '{clip}' could not be encoded; check that ffmpeg with libx264 is installed")]
    Media {
        /// Which clip.
        clip: String,
        /// Why.
        source: MediaError,
    },
    /// A document could not be written as JSON.
    #[error("the demo document '{name}' could not be written as JSON")]
    Document {
        /// Which.
        name: String,
        /// Why.
        source: serde_json::Error,
    },
    /// The drawing thread ended early.
    #[error("drawing '{0}' stopped early; run it again: what is done is kept")]
    Stopped(String),
}

impl From<DemoKitError> for PortError {
    fn from(error: DemoKitError) -> Self {
        match error {
            DemoKitError::Disk { path, source } => Self::disk("demo kit", "write its files", &path, source),
            DemoKitError::Media { source, .. } => source.into(),
            error @ (DemoKitError::Document { .. } | DemoKitError::Stopped(_)) => {
                Self::new(ErrorKind::Bug, "demo kit", "make its files", error.to_string()).caused_by(error)
            }
        }
    }
}
