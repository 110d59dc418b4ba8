//! The embedded adapter of the port: fetches the music, decodes it, analyses it off the async threads.

use std::sync::Arc;

use async_trait::async_trait;
use nexus_core::{
    ErrorKind, PortError, PortResult,
    blob::BlobRef,
    music::BeatGrid,
    port::{Adapter, BeatTracker, BlobStore, Media, Sound, StepContext},
};

use crate::{Analyzer, BeatError, Engine};

const PROVIDER: &str = "beat analyser";
const OP: &str = "hear the beats";

/// Hears beats on this machine: nothing to download, nothing leaves it.
pub struct EmbeddedTracker {
    media: Arc<dyn Media>,
    blobs: Arc<dyn BlobStore>,
    engine: Engine,
}

impl EmbeddedTracker {
    /// A tracker that reads stored music through `blobs`, decodes it through `media` and lets `engine` hear it.
    #[must_use]
    pub fn new(media: Arc<dyn Media>, blobs: Arc<dyn BlobStore>, engine: Engine) -> Self {
        Self { media, blobs, engine }
    }
}

impl Adapter for EmbeddedTracker {}

#[async_trait]
impl BeatTracker for EmbeddedTracker {
    async fn track(&self, music: &BlobRef, context: &StepContext) -> PortResult<BeatGrid> {
        context.report(0, 2, "opening the music");
        let file = self.blobs.local_file(music).await?;
        let mut sound = self.media.listen(&file).await?;
        context.report(1, 2, "listening for beats");
        let grid = self.engine.hear(sound.as_mut(), music.key.as_str()).await?;
        context.report(2, 2, "beats found");
        Ok(grid)
    }
}

impl Engine {
    /// The grid of a sound; `name` is what messages call it.
    ///
    /// # Errors
    /// `Invalid` for what cannot be analysed; those of the sound itself.
    pub async fn hear(&self, sound: &mut dyn Sound, name: &str) -> PortResult<BeatGrid> {
        let invalid = |error: BeatError| PortError::new(ErrorKind::Invalid, PROVIDER, OP, format!("{name}: {error}"));
        let mut analyzer = Analyzer::with(self, sound.rate_hz()).map_err(invalid)?;
        // A piece takes a millisecond or so; what comes after the last one takes longer and leaves this thread.
        while let Some(piece) = sound.next().await? {
            analyzer.push(&piece);
        }
        let heard = tokio::task::spawn_blocking(move || analyzer.finish()).await;
        heard
            .map_err(|error| {
                let message = format!("the analysis of {name} stopped early; run the same command again");
                PortError::new(ErrorKind::Bug, PROVIDER, OP, message).caused_by(error)
            })?
            .map_err(invalid)
    }
}
