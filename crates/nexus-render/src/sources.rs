//! The sources of an edit on this machine: local files, their identity, what they are.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use nexus_core::{blob::BlobRef, port::BlobStore};
use nexus_edit::{
    EditError, EditErrors,
    model::{
        Edit,
        asset::{AssetFile, FileKind},
    },
    subtitles,
    timing::clip_path,
};
use nexus_media::{Limits, probe_file};

use crate::{RenderError, plan::SourceFacts, still::Still};

/// Largest file of subtitles in bytes.
const MOST_SUBTITLE_BYTES: u64 = 4 << 20;

/// Where the sources of an edit lie.
#[async_trait]
pub trait Library: Send + Sync {
    /// The local file behind a `src`; `None` when there is none.
    async fn find(&self, src: &str) -> Result<Option<Found>, RenderError>;
}

/// A source on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// A local file that is not changed while it is read.
    pub file: PathBuf,
    /// Equal for equal bytes.
    pub identity: String,
}

/// Files by the `src` that names them. A `src` that is the path of a file stands for itself.
pub struct Files(pub BTreeMap<String, PathBuf>);

#[async_trait]
impl Library for Files {
    async fn find(&self, src: &str) -> Result<Option<Found>, RenderError> {
        let file = self.0.get(src).cloned().unwrap_or_else(|| PathBuf::from(src.trim_start_matches("file://")));
        if !tokio::fs::metadata(&file).await.is_ok_and(|facts| facts.is_file()) {
            return Ok(None);
        }
        let identity = hash_of_file(&file).await.map_err(RenderError::disk("source"))?;
        Ok(Some(Found { file, identity }))
    }
}

/// BLAKE3 of a file, 64 hexadecimal digits.
pub(crate) async fn hash_of_file(file: &Path) -> std::io::Result<String> {
    let file = file.to_owned();
    let hash = move || {
        let (mut hasher, mut file) = (blake3::Hasher::new(), std::fs::File::open(file)?);
        // Footage has hundreds of megabytes: large blocks take a third of the time of small ones.
        let mut block = vec![0; 1 << 20];
        loop {
            match std::io::Read::read(&mut file, &mut block)? {
                0 => return Ok(hasher.finalize().to_hex().to_string()),
                count => hasher.update(&block[..count]),
            };
        }
    };
    tokio::task::spawn_blocking(hash).await?
}

/// Stored objects by the `src` that names them.
pub(crate) struct Stored<'a> {
    pub(crate) assets: &'a BTreeMap<String, BlobRef>,
    pub(crate) blobs: &'a Arc<dyn BlobStore>,
}

#[async_trait]
impl Library for Stored<'_> {
    async fn find(&self, src: &str) -> Result<Option<Found>, RenderError> {
        let Some(blob) = self.assets.get(src) else { return Ok(None) };
        let file = self.blobs.local_file(blob).await?;
        Ok(Some(Found { file, identity: format!("{} {}", blob.etag, blob.size_bytes) }))
    }
}

/// Every source that an edit uses.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sources {
    /// Local, read-only files.
    pub(crate) files: BTreeMap<String, PathBuf>,
    /// Content identity: equal for equal bytes.
    pub(crate) identities: BTreeMap<String, String>,
    /// What they are; fonts are not among them.
    pub(crate) facts: BTreeMap<String, SourceFacts>,
}

/// What a place of the document wants of its source.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Of(FileKind),
    Font,
}

/// Finds and probes every source of `edit`.
///
/// # Errors
/// Every `src` that the library does not have, in one error; what is wrong with the first file that is.
pub(crate) async fn gather(edit: &Edit, library: &dyn Library) -> Result<Sources, RenderError> {
    let mut sources = Sources::default();
    let mut missing = Vec::new();
    let mut asked = BTreeSet::new();
    for (path, src, wanted) in named(edit) {
        if !asked.insert(src.to_owned()) {
            continue;
        }
        let Some(Found { file, identity }) = library.find(src).await? else {
            missing.push(
                EditError::new(path, "a source that is among the request's assets: add it there")
                    .found(format!("'{src}'")),
            );
            continue;
        };
        let facts = match wanted {
            Wanted::Of(FileKind::Still) => Some(still_facts(file.clone(), path).await?),
            Wanted::Of(FileKind::Mask) if is_still(&file) => Some(still_facts(file.clone(), path).await?),
            Wanted::Of(FileKind::Playing | FileKind::Mask) => Some(probed_facts(&file).await?),
            Wanted::Of(FileKind::Subtitles) => Some(subtitle_facts(&file, path).await?),
            Wanted::Font => None,
        };
        sources.facts.extend(facts.map(|facts| (src.to_owned(), facts)));
        sources.files.insert(src.to_owned(), file);
        sources.identities.insert(src.to_owned(), identity);
    }
    EditErrors::check(missing)?;
    Ok(sources)
}

/// Every source with its place in the document, in order.
fn named(edit: &Edit) -> Vec<(String, &str, Wanted)> {
    let mut named = Vec::new();
    for (index, font) in edit.timeline.fonts.iter().enumerate() {
        named.push((format!("timeline.fonts[{index}].src"), font.src.as_str(), Wanted::Font));
    }
    if let Some(track) = &edit.timeline.soundtrack {
        named.push(("timeline.soundtrack.src".into(), track.src.as_str(), Wanted::Of(FileKind::Playing)));
    }
    for (track, clips) in edit.timeline.tracks.iter().enumerate() {
        for (index, clip) in clips.clips.iter().enumerate() {
            if let Some(AssetFile { src, kind, .. }) = clip.asset.file() {
                let path = format!("{}.asset.src", clip_path(track, index));
                named.push((path, src, Wanted::Of(kind)));
            }
        }
    }
    named
}

/// True for files that begin as PNG, JPEG, GIF, WebP or BMP stills do.
fn is_still(file: &Path) -> bool {
    image::ImageReader::open(file)
        .and_then(image::ImageReader::with_guessed_format)
        .is_ok_and(|reader| reader.format().is_some())
}

async fn probed_facts(file: &Path) -> Result<SourceFacts, RenderError> {
    let info = probe_file(file, &Limits::default()).await?;
    Ok(match info.video {
        Some(video) => SourceFacts::Video {
            width_px: video.width_px,
            height_px: video.height_px,
            duration_s: info.duration_s,
            has_sound: info.audio.is_some(),
        },
        None => SourceFacts::Sound { duration_s: info.duration_s },
    })
}

async fn still_facts(file: PathBuf, path: String) -> Result<SourceFacts, RenderError> {
    let read = move || {
        let still = Still::open(&file).map_err(|expected| RenderError::edit(path, expected))?;
        let (width_px, height_px) = still.size();
        Ok(SourceFacts::Image { width_px, height_px, has_alpha: still.has_alpha() })
    };
    tokio::task::spawn_blocking(read).await.map_err(|_| RenderError::Stopped("image reader"))?
}

async fn subtitle_facts(file: &Path, path: String) -> Result<SourceFacts, RenderError> {
    let failed = RenderError::disk("subtitles");
    let size = tokio::fs::metadata(file).await.map_err(&failed)?.len();
    if size > MOST_SUBTITLE_BYTES {
        let expected = format!("expected subtitles of at most {MOST_SUBTITLE_BYTES} bytes, found {size}");
        return Err(RenderError::edit(path, expected));
    }
    let bytes = tokio::fs::read(file).await.map_err(&failed)?;
    let cues = subtitles::read(&String::from_utf8_lossy(&bytes));
    let cues = cues.map_err(|error| RenderError::edit(path, error.to_string()))?;
    Ok(SourceFacts::Subtitles { cues: Arc::new(cues) })
}
