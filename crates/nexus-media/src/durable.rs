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
            .prefix(".part-")
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

fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
