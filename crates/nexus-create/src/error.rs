//! What can go wrong while a script, a still, a clip or speech is made.

use std::path::PathBuf;

use nexus_core::{ErrorKind, PortError};

/// A failure of this crate.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// The review has nothing to quote.
    #[error("this review has no sentence that could be quoted in a film; answer it instead{reasons}")]
    NothingToQuote {
        /// What was left out and why, as the rest of the sentence; empty when there was nothing.
        reasons: String,
    },
    /// The picture cannot be of that size.
    #[error("a still of {width_px}x{height_px} px was asked for; expected 16 to 4320 px on each side")]
    StillSize {
        /// Width that was asked for.
        width_px: u32,
        /// Height that was asked for.
        height_px: u32,
    },
    /// The clip cannot be of that size or length.
    #[error(
        "a clip of {width_px}x{height_px} px and {length_s} s was asked for; expected even sides of 16 to 4096 px and 0.1 to 60 s"
    )]
    ClipShape {
        /// Width that was asked for.
        width_px: u32,
        /// Height that was asked for.
        height_px: u32,
        /// Length that was asked for.
        length_s: f64,
    },
    /// The still is not a picture.
    #[error(
        "'{name}' is not a picture that can be read; expected a PNG or JPEG of at most 8192 px on each side; make the still again"
    )]
    NotAPicture {
        /// The stored object.
        name: String,
        /// What the decoder said.
        #[source]
        source: image::ImageError,
    },
    /// The picture could not be written.
    #[error("the picture could not be written to {path}; check that the scratch folder exists and has space")]
    WriteStill {
        /// Where.
        path: PathBuf,
        /// What the encoder said.
        #[source]
        source: image::ImageError,
    },
    /// No voice of this machine speaks it.
    #[error(
        "'{language}' is a language that the voices of this machine do not speak: give an English text with 'language' en-US or none, or a recorded 'audio' asset in its place"
    )]
    Language {
        /// The code of the language.
        language: String,
    },
    /// There are no words, or none that are written in English letters.
    #[error(
        "'{text}' has nothing that an English voice can say: give a text in English, or a recorded 'audio' asset in its place"
    )]
    NothingToSay {
        /// Its first 40 characters.
        text: String,
    },
    /// The text is too long.
    #[error("a text of {chars} characters was to be said; expected at most {most}: divide it among several clips")]
    TooMuchToSay {
        /// Its length in characters.
        chars: usize,
        /// The longest that is said.
        most: usize,
    },
    /// The work stopped half-way: a fault of this program.
    #[error("the {work} stopped unexpectedly; run the same step again and report it if it persists")]
    Stopped {
        /// `still` or `clip`.
        work: &'static str,
        /// Why.
        #[source]
        source: tokio::task::JoinError,
    },
}

impl CreateError {
    /// The same failure in the words of the port `provider`, during `op`.
    #[must_use]
    pub fn at(self, provider: &'static str, op: &'static str) -> PortError {
        let kind = match &self {
            Self::NothingToQuote { .. }
            | Self::StillSize { .. }
            | Self::ClipShape { .. }
            | Self::NotAPicture { .. }
            | Self::NothingToSay { .. }
            | Self::TooMuchToSay { .. } => ErrorKind::Invalid,
            Self::Language { .. } => ErrorKind::Unsupported,
            Self::WriteStill { .. } => ErrorKind::Unavailable,
            Self::Stopped { .. } => ErrorKind::Bug,
        };
        let message = self.to_string();
        let error = PortError::new(kind, provider, op, message);
        match self {
            Self::NotAPicture { source, .. } | Self::WriteStill { source, .. } => error.caused_by(source),
            Self::Stopped { source, .. } => error.caused_by(source),
            Self::NothingToQuote { .. }
            | Self::StillSize { .. }
            | Self::ClipShape { .. }
            | Self::Language { .. }
            | Self::NothingToSay { .. }
            | Self::TooMuchToSay { .. } => error,
        }
    }
}
