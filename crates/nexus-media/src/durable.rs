//! Files that are either whole under their name or not there: temporary name, sync, rename, sync of the folder.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use tempfile::TempPath;

use crate::MediaError;

/// A file being written beside its final place; removed unless it is kept.
pub(crate) struct PartFile {
    part: TempPath,
    out: PathBuf,
}

impl PartFile {
    /// An empty file in the folder of `out`.
    pub(crate) fn beside(out: &Path) -> Result<Self, MediaError> {
        use std::os::unix::fs::PermissionsExt;
        let part = tempfile::Builder::new()
            .prefix(&part_of(std::process::id()))
            .permissions(std::fs::Permissions::from_mode(0o644))
            .tempfile_in(folder_of(out))
            .map_err(|source| MediaError::io(out, source))?
            .into_temp_path();
        Ok(Self { part, out: out.to_owned() })
    }

    /// Where to write.
    pub(crate) fn path(&self) -> &Path {
        &self.part
    }

    /// The final place.
    pub(crate) fn out(&self) -> &Path {
        &self.out
    }

    /// Makes the file durable under its final name.
    pub(crate) async fn keep(self) -> Result<(), MediaError> {
        let Self { part, out } = self;
        let name = out.clone();
        let kept = tokio::task::spawn_blocking(move || -> std::io::Result<()> {
            File::open(&part)?.sync_all()?;
            part.persist(&out).map_err(|error| error.error)?;
            File::open(folder_of(&out))?.sync_all()
        });
        kept.await.expect("syncing a file does not panic").map_err(|source| MediaError::io(&name, source))
    }
}

/// How the file that a process writes begins.
fn part_of(process: u32) -> String {
    format!(".part-{process}-")
}

/// Whether a file of this name was being written by a process of this machine that has ended since. False where processes
/// cannot be looked up.
#[must_use]
pub fn is_left_behind(name: &str) -> bool {
    let process = name.strip_prefix(".part-").and_then(|rest| rest.split('-').next());
    let Some(process) = process.and_then(|process| process.parse::<u32>().ok()) else { return false };
    let processes = Path::new("/proc");
    processes.join("self").exists() && !processes.join(process.to_string()).exists()
}

fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_dead_process_left_is_told_from_what_is_being_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let part = PartFile::beside(&folder.path().join("film.mp4")).expect("a part");
        let name = part.path().file_name().expect("a name").to_string_lossy().into_owned();
        assert!(!is_left_behind(&name), "{name} is ours");
        // No process has a number this large.
        assert_eq!(is_left_behind(&part_of(u32::MAX)), Path::new("/proc/self").exists());
        for other in ["film.mp4", ".part-", ".part-x-1", ".partition"] {
            assert!(!is_left_behind(other), "{other}");
        }
    }
}
