//! The embedded adapter behind the port.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use nexus_beats::{EmbeddedTracker, Engine};
use nexus_core::{
    ErrorKind, PortError, PortResult,
    blob::{BlobKey, BlobRef, Bucket, UploadTicket},
    film::RenditionSpec,
    footage::{Examination, MediaInfo},
    port::{Adapter, BeatTracker, BlobStore, Media, Sound, StepContext},
};
use nexus_testkit::{conformance, factory};

use crate::sound::{RATE, canvas, click};

/// Media whose sound depends on the file's name.
struct Shelf;

impl Adapter for Shelf {}

/// Sound in pieces of a second.
struct Pieces(Vec<f32>);

#[async_trait]
impl Sound for Pieces {
    fn rate_hz(&self) -> u32 {
        RATE as u32
    }

    async fn next(&mut self) -> PortResult<Option<Vec<f32>>> {
        let rest = self.0.split_off(self.0.len().min(RATE as usize));
        let piece = std::mem::replace(&mut self.0, rest);
        Ok(Some(piece).filter(|piece| !piece.is_empty()))
    }
}

fn elsewhere() -> PortError {
    PortError::new(ErrorKind::Unsupported, "shelf", "do that", "a beat tracker has no need of it")
}

#[async_trait]
impl Media for Shelf {
    async fn probe(&self, _file: &Path) -> PortResult<MediaInfo> {
        Err(elsewhere())
    }

    async fn examine(&self, _file: &Path, _context: &StepContext) -> PortResult<Examination> {
        Err(elsewhere())
    }

    async fn glance(&self, _file: &Path) -> PortResult<Examination> {
        Err(elsewhere())
    }

    async fn listen(&self, file: &Path) -> PortResult<Box<dyn Sound>> {
        let name = file.file_name().and_then(|name| name.to_str()).expect("a name");
        let (bpm, length_s) = match name {
            "steady.wav" => (Some(120.0), 20.0),
            "silent.wav" => (None, 20.0),
            _ => (Some(120.0), 1.0),
        };
        let mut sound = canvas(length_s);
        if let Some(bpm) = bpm {
            for beat in 0..(length_s * bpm / 60.0) as usize {
                click(&mut sound, 0.25 + beat as f64 * 60.0 / bpm, beat % 4 == 0);
            }
        }
        Ok(Box::new(Pieces(sound)))
    }

    async fn rendition(&self, _film: &Path, _spec: &RenditionSpec, _out: &Path) -> PortResult<MediaInfo> {
        Err(elsewhere())
    }
}

#[async_trait]
impl BlobStore for Shelf {
    async fn presign_put(&self, _: Bucket, _: &BlobKey, _: u64, _: u64) -> PortResult<UploadTicket> {
        Err(elsewhere())
    }

    async fn presign_get(&self, _: &BlobRef, _: u64) -> PortResult<String> {
        Err(elsewhere())
    }

    async fn head(&self, _: Bucket, _: &BlobKey) -> PortResult<Option<BlobRef>> {
        Err(elsewhere())
    }

    async fn put_file(&self, _: Bucket, _: &BlobKey, _: &Path) -> PortResult<BlobRef> {
        Err(elsewhere())
    }

    async fn local_file(&self, blob: &BlobRef) -> PortResult<PathBuf> {
        if blob.key.as_str().ends_with("missing.wav") {
            return Err(PortError::new(ErrorKind::NotFound, "shelf", "read the music", "missing.wav is not stored"));
        }
        Ok(PathBuf::from(blob.key.as_str()))
    }

    async fn delete(&self, _: Bucket, _: &BlobKey) -> PortResult<()> {
        Err(elsewhere())
    }
}

#[tokio::test]
async fn the_embedded_tracker_obeys_the_rules_of_the_port() {
    let tracker = EmbeddedTracker::new(Arc::new(Shelf), Arc::new(Shelf), Engine::Ear);
    let material = conformance::beats::Material {
        steady: factory::blob("music/steady.wav"),
        steady_bpm: 120.0,
        silent: factory::blob("music/silent.wav"),
        short: factory::blob("music/short.wav"),
        missing: factory::blob("music/missing.wav"),
    };
    conformance::beats::obeys_the_rules(&tracker, &material).await;
    assert_eq!(tracker.adapter(), "embedded");
}

#[tokio::test]
async fn short_music_is_named_with_its_key() {
    let tracker = EmbeddedTracker::new(Arc::new(Shelf), Arc::new(Shelf), Engine::Ear);
    let error = tracker.track(&factory::blob("music/short.wav"), &factory::context("music")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Invalid);
    assert!(error.to_string().contains("music/short.wav") && error.to_string().contains("at least 3 s"), "{error}");
}
