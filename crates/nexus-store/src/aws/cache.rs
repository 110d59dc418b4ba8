//! Objects of S3 as files of this machine: downloaded once, kept while they are in use.

use std::{
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use nexus_core::blob::BlobRef;

use crate::{StoreError, objects::blocking};

/// A file that was downloaded within this time may be in use.
const IN_USE: Duration = Duration::from_secs(6 * 3600);

/// A folder of downloads.
#[derive(Debug, Clone)]
pub(super) struct Downloads {
    folder: PathBuf,
    limit_bytes: u64,
}

impl Downloads {
    /// Downloads in `folder`, the oldest of which are removed beyond `limit_bytes`.
    pub(super) fn new(folder: PathBuf, limit_bytes: u64) -> Self {
        Self { folder, limit_bytes }
    }

    /// Where a content lies, or would lie: another content of the same key is another file.
    pub(super) fn place(&self, blob: &BlobRef) -> PathBuf {
        let name = blake3::hash(format!("{}\n{}\n{}", blob.url(), blob.etag, blob.size_bytes).as_bytes()).to_hex();
        // The ending helps programs that look at it.
        let ending = Path::new(blob.key.as_str()).extension().and_then(|ending| ending.to_str());
        self.folder.join(format!("{}.{}", &name[..40], ending.unwrap_or("bin")))
    }

    /// The file when it is whole.
    pub(super) async fn find(&self, blob: &BlobRef) -> Option<PathBuf> {
        let (place, size) = (self.place(blob), blob.size_bytes);
        let look = blocking(move || {
            let is_whole = std::fs::metadata(&place).is_ok_and(|facts| facts.len() == size);
            Ok(is_whole.then_some(place))
        });
        look.await.ok().flatten()
    }

    /// A new file to download into; it is moved to its place by [`Downloads::keep`].
    pub(super) async fn begin(&self) -> Result<tempfile::NamedTempFile, StoreError> {
        let folder = self.folder.clone();
        blocking(move || {
            std::fs::create_dir_all(&folder).map_err(StoreError::disk(&folder))?;
            tempfile::NamedTempFile::new_in(&folder).map_err(StoreError::disk(&folder))
        })
        .await
    }

    /// Moves a complete download to its place, and makes room.
    pub(super) async fn keep(&self, file: tempfile::NamedTempFile, blob: &BlobRef) -> Result<PathBuf, StoreError> {
        let (place, this) = (self.place(blob), self.clone());
        blocking(move || {
            file.as_file().sync_all().map_err(StoreError::disk(&place))?;
            file.persist(&place).map_err(|error| StoreError::disk(&place)(error.error))?;
            this.shrink(&place);
            Ok(place)
        })
        .await
    }

    /// Removes the oldest files beyond the limit, but none that may be in use.
    fn shrink(&self, newest: &Path) {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return };
        let mut files: Vec<(SystemTime, u64, PathBuf)> = entries
            .flatten()
            .filter_map(|entry| {
                let facts = entry.metadata().ok()?;
                Some((facts.modified().ok()?, facts.len(), entry.path()))
            })
            .collect();
        files.sort();
        let mut total: u64 = files.iter().map(|(_, bytes, _)| bytes).sum();
        for (used, bytes, path) in files {
            let idle = used.elapsed().is_ok_and(|idle| idle > IN_USE);
            if total > self.limit_bytes && idle && path != newest && std::fs::remove_file(&path).is_ok() {
                total -= bytes;
            }
        }
    }
}
