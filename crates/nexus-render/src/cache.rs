//! The folder of finished pieces: a file under its key is whole, whatever happened while it was made.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use nexus_core::film::Film;
use nexus_media::is_left_behind;
use tokio::fs;

use crate::RenderError;

/// A hidden file that was not written to for this long belongs to nobody: an encoder writes every few seconds.
const ABANDONED: Duration = Duration::from_secs(3600);

/// Finished segments, sounds and films by their keys.
#[derive(Debug, Clone)]
pub(crate) struct Cache {
    root: PathBuf,
    limit_bytes: u64,
    /// No other machine writes here: who writes can be looked up.
    is_ours: bool,
}

impl Cache {
    /// A cache below `root`, whose pieces are removed, the oldest first, beyond `limit_bytes`.
    pub(crate) fn new(root: PathBuf, limit_bytes: u64, is_ours: bool) -> Self {
        Self { root, limit_bytes, is_ours }
    }

    /// Makes the cache's folders.
    pub(crate) async fn prepare(&self) -> Result<(), RenderError> {
        for folder in ["segments", "sounds", "films"] {
            fs::create_dir_all(self.root.join(folder)).await.map_err(RenderError::disk("cache folder"))?;
        }
        self.sweep().await
    }

    /// Removes what a render that was killed left half done: hidden files whose writer has ended, or that nobody has
    /// written to for long.
    async fn sweep(&self) -> Result<(), RenderError> {
        for folder in ["segments", "sounds"] {
            let mut entries = fs::read_dir(self.root.join(folder)).await.map_err(RenderError::disk("cache folder"))?;
            while let Some(entry) = entries.next_entry().await.map_err(RenderError::disk("cache folder"))? {
                let name = entry.file_name();
                let is_part = name.as_encoded_bytes().starts_with(b".");
                let facts = if is_part { entry.metadata().await.ok() } else { None };
                let age = facts.and_then(|facts| facts.modified().ok()).and_then(|time| time.elapsed().ok());
                let is_left_behind = self.is_ours && is_left_behind(&name.to_string_lossy());
                if is_left_behind || age.is_some_and(|age| age > ABANDONED) {
                    // Another render may have removed it first.
                    drop(fs::remove_file(entry.path()).await);
                }
            }
        }
        Ok(())
    }

    pub(crate) fn segment(&self, key: &str) -> PathBuf {
        self.root.join("segments").join(format!("{key}.mp4"))
    }

    pub(crate) fn sound(&self, key: &str) -> PathBuf {
        self.root.join("sounds").join(format!("{key}.m4a"))
    }

    /// Where notes about a piece lie: remarks of a segment, the silence of a sound.
    pub(crate) fn notes(piece: &Path) -> PathBuf {
        piece.with_extension("json")
    }

    fn film(&self, key: &str) -> PathBuf {
        self.root.join("films").join(format!("{key}.json"))
    }

    /// The film that an equal request gave before.
    pub(crate) async fn known_film(&self, key: &str) -> Option<Film> {
        read_json(&self.film(key)).await
    }

    pub(crate) async fn remember_film(&self, key: &str, film: &Film) -> Result<(), RenderError> {
        write_json(&self.film(key), film).await
    }

    /// Removes the oldest pieces beyond the limit, never one of `in_use`.
    pub(crate) async fn shrink(&self, in_use: &BTreeSet<PathBuf>) -> Result<(), RenderError> {
        let mut pieces: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
        for folder in ["segments", "sounds"] {
            let mut entries = fs::read_dir(self.root.join(folder)).await.map_err(RenderError::disk("cache folder"))?;
            while let Some(entry) = entries.next_entry().await.map_err(RenderError::disk("cache folder"))? {
                if let Ok(facts) = entry.metadata().await {
                    pieces.push((facts.modified().unwrap_or(SystemTime::UNIX_EPOCH), facts.len(), entry.path()));
                }
            }
        }
        pieces.sort();
        let mut total: u64 = pieces.iter().map(|(_, bytes, _)| bytes).sum();
        for (_, bytes, path) in pieces {
            if total <= self.limit_bytes {
                break;
            }
            if !in_use.contains(&path) && fs::remove_file(&path).await.is_ok() {
                total -= bytes;
            }
        }
        Ok(())
    }
}

/// A JSON file, or `None` when it is not there or not whole.
pub(crate) async fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Option<T> {
    let bytes = fs::read(path).await.ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Writes a JSON file so that it is whole or not there: temporary name, fsync, rename.
pub(crate) async fn write_json<T: serde::Serialize>(path: &Path, value: &T) -> Result<(), RenderError> {
    let text = serde_json::to_vec(value).expect("plain data always serialises");
    let path = path.to_owned();
    let write = move || -> std::io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        let mut part = tempfile::NamedTempFile::new_in(folder)?;
        std::io::Write::write_all(&mut part, &text)?;
        part.as_file().sync_all()?;
        part.persist(&path).map_err(|error| error.error)?;
        Ok(())
    };
    tokio::task::spawn_blocking(write)
        .await
        .map_err(|_| RenderError::Stopped("cache"))?
        .map_err(RenderError::disk("cache entry"))
}
