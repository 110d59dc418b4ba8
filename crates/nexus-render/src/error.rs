//! What can go wrong with a render, and what the caller can do about it.

use nexus_core::{ErrorKind, PortError};
use nexus_edit::EditErrors;
use nexus_media::MediaError;

/// A failure of this crate.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The edit document is wrong at one place.
    #[error("the edit is wrong at '{path}': {expected}; mend that field and render again")]
    Edit {
        /// Where, for instance `timeline.tracks[0].clips[2].length`.
        path: String,
        /// What was expected there and what was found.
        expected: String,
    },
    /// The edit document is wrong, perhaps at several places.
    #[error(transparent)]
    Edits(#[from] EditErrors),
    /// Media could not be read or written.
    #[error(transparent)]
    Media(#[from] MediaError),
    /// The object store declined.
    #[error(transparent)]
    Store(#[from] PortError),
    /// The disk failed.
    #[error(
        "the render's {what} could not be written or read; check that the disk has room and that its folders may be used, then render again"
    )]
    Disk {
        /// Which file, in plain words.
        what: &'static str,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// No font at all is installed.
    #[error(
        "no font is installed, so text cannot be set; install Inter or any other font (Debian: `apt install fonts-inter`) and render again"
    )]
    NoFont,
    /// The ffmpeg of this machine lacks the encoder.
    #[error(
        "the ffmpeg of this machine has no encoder '{0}'; choose another one (`--encoder` or render.encoder), x264 for instance, or install an ffmpeg that has it"
    )]
    NoEncoder(&'static str),
    /// A clip gave fewer pictures than its file promised.
    #[error("'{name}' ended before its first picture; export the clip again or trim it less")]
    NoPicture {
        /// The clip.
        name: String,
    },
    /// A part of this program stopped unexpectedly.
    #[error("the render's {0} stopped unexpectedly; this is a fault of the program: report it with the edit document")]
    Stopped(&'static str),
}

impl RenderError {
    /// An error at a place of the edit document.
    #[must_use]
    pub fn edit(path: impl Into<String>, expected: impl Into<String>) -> Self {
        Self::Edit { path: path.into(), expected: expected.into() }
    }

    /// A failure of the disk; `what` names the file in plain words.
    pub(crate) fn disk(what: &'static str) -> impl Fn(std::io::Error) -> Self {
        move |source| Self::Disk { what, source }
    }
}

impl From<RenderError> for PortError {
    fn from(error: RenderError) -> Self {
        let kind = match error {
            RenderError::Media(media) => return media.into(),
            RenderError::Store(store) => return store,
            RenderError::Edit { .. } | RenderError::Edits(_) | RenderError::NoPicture { .. } => ErrorKind::Invalid,
            RenderError::Disk { .. } => ErrorKind::Unavailable,
            RenderError::NoFont | RenderError::NoEncoder(_) => ErrorKind::Unsupported,
            RenderError::Stopped(_) => ErrorKind::Bug,
        };
        PortError::new(kind, "local renderer", "render the film", error.to_string()).caused_by(error)
    }
}
