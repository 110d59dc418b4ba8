//! What can go wrong with media, each with the file's name and the remedy.

use std::{path::Path, time::Duration};

use nexus_core::{ErrorKind, PortError};

use crate::jail::JailError;

/// A failure of this crate. Messages name files without their folders.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// ffmpeg or ffprobe is not installed.
    #[error(
        "the program '{program}' could not be started; ffmpeg 5.1 or later is needed: install it (Debian: `apt install ffmpeg`, macOS: `brew install ffmpeg`) and try again"
    )]
    MissingProgram {
        /// The program's name.
        program: &'static str,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The child cannot be jailed, so it was not started.
    #[error(
        "{program} was not started, because the jail around it cannot be closed ({detail}); files of strangers are read only inside it: use Linux 5.13 or later with Landlock and seccomp (`nexus doctor` says what is missing), or accept the risk with --insecure-no-sandbox"
    )]
    Jail {
        /// The program.
        program: &'static str,
        /// What is missing.
        detail: String,
    },
    /// The disk or a pipe failed.
    #[error("'{file}' could not be read or written; check that it exists and that its folder may be used")]
    Io {
        /// The file's name.
        file: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file without bytes.
    #[error("'{file}' is empty (0 bytes); the upload was probably cut off: upload it again")]
    Empty {
        /// The file's name.
        file: String,
    },
    /// A file that is not media.
    #[error(
        "'{file}' is not a video or sound file that can be read ({detail}); expected MP4, MOV, MKV, WebM, MP3, WAV, FLAC, OGG, AAC, PNG or JPEG: export it again from the camera or editor"
    )]
    NotMedia {
        /// The file's name.
        file: String,
        /// What ffprobe said, without paths.
        detail: String,
    },
    /// A container or codec that is not accepted.
    #[error(
        "'{file}' is {kind}, which is not accepted; expected MP4, MOV, MKV or WebM with H.264, HEVC, VP8, VP9, AV1, ProRes or MJPEG, or a sound file: convert it and try again"
    )]
    NotAccepted {
        /// The file's name.
        file: String,
        /// What it is.
        kind: String,
    },
    /// A file over a limit.
    #[error("'{file}' has {found}, and at most {limit} is accepted; {remedy}")]
    OverLimit {
        /// The file's name.
        file: String,
        /// What it has, with its unit.
        found: String,
        /// What it may have, with its unit.
        limit: String,
        /// What to do.
        remedy: &'static str,
    },
    /// No moving picture where one is needed.
    #[error("'{file}' has no moving picture; expected a video: choose a video file")]
    NoPicture {
        /// The file's name.
        file: String,
    },
    /// No sound where it is needed.
    #[error("'{file}' has no sound; expected a file with a sound track: choose another file")]
    NoSound {
        /// The file's name.
        file: String,
    },
    /// Fewer frames than asked for.
    #[error(
        "'{file}' gave {found} frames where {wanted} were asked for; ask for a shorter range or choose a longer clip"
    )]
    Short {
        /// The file's name.
        file: String,
        /// Frames that came.
        found: u64,
        /// Frames asked for.
        wanted: u64,
    },
    /// The child ended with an error.
    #[error(
        "{program} could not {op} '{file}' (exit status {status}): {detail}; check that the file plays in a video player, and export it again if it does not"
    )]
    Failed {
        /// The program.
        program: &'static str,
        /// What it was doing.
        op: &'static str,
        /// The file's name.
        file: String,
        /// Its exit status.
        status: i32,
        /// The end of its messages, without paths.
        detail: String,
    },
    /// The child was ended by a signal.
    #[error(
        "{program} was ended by signal {signal} while it tried to {op} '{file}' ({detail}); the machine may be short of memory: try again, and if it persists use a smaller file"
    )]
    Killed {
        /// The program.
        program: &'static str,
        /// What it was doing.
        op: &'static str,
        /// The file's name.
        file: String,
        /// The signal's number.
        signal: i32,
        /// The end of its messages, without paths.
        detail: String,
    },
    /// The child took too long and was killed.
    #[error("{program} did not {op} '{file}' within {} s and was stopped; the machine may be busy: try again, or use a shorter or smaller file", after.as_secs_f64())]
    Timeout {
        /// The program.
        program: &'static str,
        /// What it was doing.
        op: &'static str,
        /// The file's name.
        file: String,
        /// How long it was given.
        after: Duration,
    },
    /// No room in memory.
    #[error(
        "there was not enough memory for {program} to {op} '{file}'; close other programs, or set render.workers lower, and run it again"
    )]
    OutOfMemory {
        /// The program.
        program: &'static str,
        /// What it was doing.
        op: &'static str,
        /// The file's name.
        file: String,
    },
    /// No room on the disk.
    #[error(
        "the disk is full, '{file}' could not be written and no part of it was kept; free some space and run the same command again, it goes on where it was"
    )]
    DiskFull {
        /// The file's name.
        file: String,
    },
    /// A written file is not what was asked for.
    #[error(
        "'{file}' was written but is not as planned: expected {expected}, found {found}; it was removed: run the same command again, and report it if it persists"
    )]
    Verify {
        /// The file's name.
        file: String,
        /// What was planned.
        expected: String,
        /// What was found.
        found: String,
    },
    /// A request that cannot be met.
    #[error("{0}")]
    Request(String),
    /// ffprobe's or ffmpeg's report could not be understood.
    #[error(
        "the report of {program} on '{file}' could not be understood ({detail}); check that ffmpeg 5.1 or later is installed"
    )]
    Report {
        /// The program.
        program: &'static str,
        /// The file's name.
        file: String,
        /// What was missing.
        detail: String,
    },
}

impl MediaError {
    /// An operating system's error about `path`; a full disk is told apart.
    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        let file = name_of(path);
        match source.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::DiskFull { file },
            _ => Self::Io { file, source },
        }
    }

    /// A jail that cannot be; a file that is not there is told as that.
    pub(crate) fn no_jail(program: &'static str, error: JailError) -> Self {
        match error {
            JailError::File { path, source } => Self::io(&path, source),
            JailError::Unsupported(_) => Self::Jail { program, detail: error.to_string() },
        }
    }

    /// What the caller can do.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Empty { .. }
            | Self::NotMedia { .. }
            | Self::NotAccepted { .. }
            | Self::OverLimit { .. }
            | Self::NoPicture { .. }
            | Self::NoSound { .. }
            | Self::Short { .. }
            | Self::Failed { .. }
            | Self::Request(_) => ErrorKind::Invalid,
            Self::Io { source, .. } => match source.kind() {
                std::io::ErrorKind::NotFound => ErrorKind::NotFound,
                std::io::ErrorKind::PermissionDenied => ErrorKind::Unauthorized,
                _ => ErrorKind::Unavailable,
            },
            Self::MissingProgram { .. }
            | Self::Killed { .. }
            | Self::OutOfMemory { .. }
            | Self::DiskFull { .. }
            | Self::Verify { .. } => ErrorKind::Unavailable,
            Self::Timeout { .. } => ErrorKind::Timeout,
            Self::Jail { .. } => ErrorKind::Unsupported,
            Self::Report { .. } => ErrorKind::Bug,
        }
    }

    /// What was being done, as a verb phrase.
    fn op(&self) -> &'static str {
        match self {
            Self::Failed { op, .. }
            | Self::Killed { op, .. }
            | Self::OutOfMemory { op, .. }
            | Self::Timeout { op, .. } => op,
            Self::DiskFull { .. } | Self::Verify { .. } => "write the file",
            Self::Request(_) => "start the work",
            _ => "read the file",
        }
    }
}

impl From<MediaError> for PortError {
    fn from(error: MediaError) -> Self {
        let port = Self::new(error.kind(), "ffmpeg", error.op(), error.to_string());
        match error {
            MediaError::MissingProgram { source, .. } | MediaError::Io { source, .. } => port.caused_by(source),
            _ => port,
        }
    }
}

/// The file's name without folders.
pub(crate) fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}
