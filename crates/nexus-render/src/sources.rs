//! The sources of an edit on this machine: local files, their identity, what they are.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use nexus_core::{blob::BlobRef, port::BlobStore};
use nexus_edit::{
    model::{Asset, Edit},
    timing::clip_path,
};
use nexus_media::{Limits, probe_file};

use crate::{RenderError, plan::SourceFacts, still::Still};

/// Every source that an edit uses.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sources {
    /// Local, read-only files.
    pub(crate) files: BTreeMap<String, PathBuf>,
    /// Content identity: equal for equal bytes.
    pub(crate) identities: BTreeMap<String, String>,
    /// What they are.
    pub(crate) facts: BTreeMap<String, SourceFacts>,
}

/// Fetches and probes every source of `edit`.
pub(crate) async fn gather(
    edit: &Edit,
    assets: &BTreeMap<String, BlobRef>,
    blobs: &Arc<dyn BlobStore>,
) -> Result<Sources, RenderError> {
    let mut sources = Sources::default();
    for (track, clips) in edit.timeline.tracks.iter().enumerate() {
        for (index, clip) in clips.clips.iter().enumerate() {
            let (source, is_still) = match &clip.asset {
                Asset::Video(video) => (&video.source, false),
                Asset::Audio(audio) => (&audio.source, false),
                Asset::Image(image) => (&image.source, true),
                Asset::RichText(_) | Asset::Svg(_) => continue,
                // Refused by `check` until they are drawn.
                Asset::Text(_)
                | Asset::Luma(_)
                | Asset::Caption(_)
                | Asset::RichCaption(_)
                | Asset::Html(_)
                | Asset::Html5(_)
                | Asset::Title(_)
                | Asset::Shape(_)
                | Asset::TextToImage(_)
                | Asset::ImageToVideo(_)
                | Asset::TextToSpeech(_) => continue,
            };
            let Some(src) = source.src() else { continue };
            if sources.files.contains_key(src) {
                continue;
            }
            let path = format!("{}.asset.src", clip_path(track, index));
            let Some(blob) = assets.get(src) else {
                return Err(RenderError::edit(
                    path,
                    format!("the request has no asset called '{src}'; add it to the request's assets"),
                ));
            };
            let file = blobs.local_file(blob).await?;
            let facts = if is_still { still_facts(file.clone(), path).await? } else { probed_facts(&file).await? };
            sources.files.insert(src.to_owned(), file);
            sources.identities.insert(src.to_owned(), format!("{} {}", blob.etag, blob.size_bytes));
            sources.facts.insert(src.to_owned(), facts);
        }
    }
    Ok(sources)
}

async fn probed_facts(file: &std::path::Path) -> Result<SourceFacts, RenderError> {
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
