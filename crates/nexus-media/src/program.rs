//! The programs that this crate may start: where they are, what they get, how long they may be silent.

use std::{
    io,
    path::{Path, PathBuf},
    sync::OnceLock,
    time::Duration,
};

/// Where programs are looked for; the environment of this process decides nothing.
const SEARCH_FOLDERS: [&str; 4] = ["/usr/local/bin", "/usr/bin", "/bin", "/opt/homebrew/bin"];

/// Address space of a child that reads facts, in bytes; half of it is libraries and threads.
const PROBE_MEMORY_BYTES: u64 = 2 << 30;

/// Address space of a child that decodes or encodes, in bytes: 8K pictures, frames that look ahead, threads.
const WORK_MEMORY_BYTES: u64 = 8 << 30;

/// What the owner of the machine decides about programs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Programs {
    /// A folder in which they are looked for first.
    pub folder: Option<PathBuf>,
    /// Longest time without any progress of a film's decoder or encoder, when shorter than its own.
    pub patience: Option<Duration>,
}

/// The decision was made before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("which programs are started was decided before")]
pub struct ProgramsChosen;

static CHOICE: OnceLock<Programs> = OnceLock::new();

/// Decides for this process, once.
///
/// # Errors
/// [`ProgramsChosen`] when it was decided otherwise before, or when a child was started already.
pub fn choose_programs(choice: Programs) -> Result<(), ProgramsChosen> {
    if *CHOICE.get_or_init(|| choice.clone()) == choice { Ok(()) } else { Err(ProgramsChosen) }
}

fn chosen() -> &'static Programs {
    CHOICE.get_or_init(Programs::default)
}

/// A program that this crate may start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Program {
    /// Decodes, filters, encodes.
    Ffmpeg,
    /// Reads facts.
    Ffprobe,
    /// Reads words in pictures; it may be missing.
    Tesseract,
}

impl Program {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ffmpeg => "ffmpeg",
            Self::Ffprobe => "ffprobe",
            Self::Tesseract => "tesseract",
        }
    }

    /// Whether it is installed.
    pub(crate) fn is_there(self) -> bool {
        self.find().is_ok()
    }

    /// The program's file, links followed.
    pub(crate) fn find(self) -> io::Result<PathBuf> {
        let folders = chosen().folder.as_deref().into_iter().chain(SEARCH_FOLDERS.iter().map(Path::new));
        let found = folders.map(|folder| folder.join(self.name())).find(|file| file.is_file());
        std::fs::canonicalize(found.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?)
    }

    /// All of its environment. Tesseract's threads wait for each other by spinning, which costs five times the work.
    pub(crate) fn environment(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Ffmpeg | Self::Ffprobe => &[],
            Self::Tesseract => &[("OMP_THREAD_LIMIT", "1")],
        }
    }

    pub(crate) fn memory_bytes(self) -> u64 {
        match self {
            Self::Ffmpeg => WORK_MEMORY_BYTES,
            Self::Ffprobe | Self::Tesseract => PROBE_MEMORY_BYTES,
        }
    }
}

/// How long a child may make no progress, of which `usual` is given.
pub(crate) fn patience(usual: Duration) -> Duration {
    chosen().patience.map_or(usual, |patience| patience.min(usual))
}
