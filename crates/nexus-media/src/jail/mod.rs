//! The jail around every ffmpeg and ffprobe: what a child may read, write and use, held by the kernel.
//!
//! Parsers of media have bugs, and the files come from strangers. A child therefore reads its libraries and the
//! files it was started for, writes the one file it was started for, and has no network, no other process and no
//! more time and memory than its work needs. Where the kernel cannot hold that, no child is started.

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(all(test, target_os = "linux"))]
mod tests;

use std::{
    path::{Path, PathBuf},
    sync::OnceLock,
    time::Duration,
};

#[cfg(not(target_os = "linux"))]
use elsewhere as system;
#[cfg(target_os = "linux")]
use linux as system;

pub(crate) use system::Jail;

/// Whether children run inside the jail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sandbox {
    /// Always; where that is not possible no child is started.
    Enforced,
    /// Never: a hostile file that takes over ffmpeg has all that this process has.
    Off,
}

/// The choice came too late: a child was started, or another choice was made.
#[derive(Debug, thiserror::Error)]
#[error("the sandbox is chosen once, before any media file is touched, and it was chosen already")]
pub struct SandboxChosen;

/// Why there is no jail.
#[derive(Debug, thiserror::Error)]
pub enum JailError {
    /// The kernel lacks a part of it, or refuses it.
    #[error("this machine cannot hold it: {0}")]
    Unsupported(String),
    /// A file that the child is to use cannot be opened.
    #[error("'{}' cannot be opened for it", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
}

static CHOICE: OnceLock<Sandbox> = OnceLock::new();

/// Decides for the whole life of this process; without a decision the jail is enforced.
///
/// # Errors
/// [`SandboxChosen`] when it was decided otherwise before, or when a child was started already.
pub fn choose_sandbox(choice: Sandbox) -> Result<(), SandboxChosen> {
    if *CHOICE.get_or_init(|| choice) == choice { Ok(()) } else { Err(SandboxChosen) }
}

/// The decision; asking for it makes it final.
#[must_use]
pub fn chosen_sandbox() -> Sandbox {
    *CHOICE.get_or_init(|| Sandbox::Enforced)
}

/// What holds the jail on this machine, in one line.
///
/// # Errors
/// [`JailError::Unsupported`] says what is missing.
pub fn sandbox_status() -> Result<String, JailError> {
    system::status()
}

/// Most bytes of a film or a sound that a child writes; the longest 4K film has a tenth of that.
pub(crate) const MOST_FILM_BYTES: u64 = 64 << 30;

/// What one child needs, and nothing else is given to it.
#[derive(Debug, Clone)]
pub(crate) struct Reach<'a> {
    reads: Vec<&'a Path>,
    writes: Option<&'a Path>,
    most_bytes: u64,
}

impl<'a> Reach<'a> {
    /// No file at all: work between pipes.
    pub(crate) fn pipes() -> Self {
        Self { reads: Vec::new(), writes: None, most_bytes: 0 }
    }

    /// One input file; links are followed to the real one when the child is started.
    pub(crate) fn reading(file: &'a Path) -> Self {
        Self::pipes().and_reading([file])
    }

    /// More input files.
    pub(crate) fn and_reading(mut self, files: impl IntoIterator<Item = &'a Path>) -> Self {
        self.reads.extend(files);
        self
    }

    /// The one file that is written, which is there already and becomes `most_bytes` long at most.
    pub(crate) fn writing(mut self, part: &'a Path, most_bytes: u64) -> Self {
        self.writes = Some(part);
        self.most_bytes = most_bytes;
        self
    }

    /// Most bytes of the written file.
    pub(crate) fn most_bytes(&self) -> u64 {
        self.most_bytes
    }
}

/// How much of the machine one child may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Allowance {
    /// Processor time over all its threads.
    pub(crate) processor: Duration,
    /// Address space in bytes. Generous: threads reserve far more than they touch.
    pub(crate) memory_bytes: u64,
}
