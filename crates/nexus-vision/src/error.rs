//! What can be wrong with the material that the eye is given.

use nexus_core::{ErrorKind, PortError};

/// Why a shot could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VisionError {
    /// A frame whose bytes do not fit its size.
    #[error(
        "shot {shot}, frame {frame} says {width_px}x{height_px}, which needs {expected} bytes of RGB, but holds {found}; \
         examine the file again"
    )]
    FrameSize {
        /// Number of the shot, from 0.
        shot: usize,
        /// Number of the frame in the shot, from 0.
        frame: usize,
        /// Width in pixels.
        width_px: u32,
        /// Height in pixels.
        height_px: u32,
        /// Bytes that the size asks for.
        expected: usize,
        /// Bytes that are there.
        found: usize,
    },
    /// A measurement that is not a number.
    #[error("shot {shot} has a {what} that is not a finite number; examine the file again")]
    NotFinite {
        /// Number of the shot, from 0.
        shot: usize,
        /// The measurement.
        what: &'static str,
    },
    /// The task that looks at frames ended without an answer.
    #[error("the task that looks at frames stopped early ({detail}); run the same command again")]
    Stopped {
        /// What the runtime said.
        detail: String,
    },
}

impl From<VisionError> for PortError {
    fn from(error: VisionError) -> Self {
        let kind = match error {
            VisionError::FrameSize { .. } | VisionError::NotFinite { .. } => ErrorKind::Invalid,
            VisionError::Stopped { .. } => ErrorKind::Unavailable,
        };
        PortError::new(kind, "rule tagger", "look at the shots", error.to_string())
    }
}
