//! The embedded adapter of the port: fetches the music, decodes it, analyses it off the async threads.

use std::sync::Arc;

use async_trait::async_trait;
use nexus_core::{
    ErrorKind, PortError, PortResult,
    blob::BlobRef,
    music::BeatGrid,
    port::{Adapter, BeatTracker, BlobStore, Media, StepContext},
};

use crate::{BeatError, analyze};

/// Samples per second that the analysis is measured at.
const RATE_HZ: u32 = 22_050;
const PROVIDER: &str = "beat analyser";
const OP: &str = "hear the beats";

/// Hears beats with signal processing alone: nothing to download, nothing leaves the machine.
pub struct DspTracker {
    media: Arc<dyn Media>,
    blobs: Arc<dyn BlobStore>,
}

impl DspTracker {
    /// A tracker that reads stored music through `blobs` and decodes it through `media`.
    #[must_use]
    pub fn new(media: Arc<dyn Media>, blobs: Arc<dyn BlobStore>) -> Self {
        Self { media, blobs }
    }
}

impl Adapter for DspTracker {}

#[async_trait]
impl BeatTracker for DspTracker {
    async fn track(&self, music: &BlobRef, context: &StepContext) -> PortResult<BeatGrid> {
        context.report(0, 2, "decoding the music");
        let file = self.blobs.local_file(music).await?;
        let pcm = self.media.pcm(&file, RATE_HZ).await?;
        context.report(1, 2, "listening for beats");
        let key = music.key.clone();
        let grid = tokio::task::spawn_blocking(move || analyze(&pcm))
            .await
            .map_err(|error| {
                let message = format!("the analysis of {} stopped early; run the same command again", key.as_str());
                PortError::new(ErrorKind::Bug, PROVIDER, OP, message).caused_by(error)
            })?
            .map_err(|error: BeatError| {
                let message = format!("{}: {error}", music.key.as_str());
                PortError::new(ErrorKind::Invalid, PROVIDER, OP, message)
            })?;
        context.report(2, 2, "beats found");
        Ok(grid)
    }
}
