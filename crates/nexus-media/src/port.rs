//! The media port, kept by ffmpeg and ffprobe.

use std::path::Path;

use async_trait::async_trait;
use nexus_core::{
    PortResult,
    film::RenditionSpec,
    footage::{Examination, MediaInfo},
    port::{Adapter, Media, Pcm, StepContext},
};

use crate::{Limits, SoundSpec, examine::examine, probe::probe, read_sound, rendition::rendition};

/// Reads media files with ffmpeg and ffprobe.
#[derive(Debug, Clone, Default)]
pub struct FfmpegMedia {
    limits: Limits,
}

impl FfmpegMedia {
    /// A reader within `limits`.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits }
    }
}

impl Adapter for FfmpegMedia {}

#[async_trait]
impl Media for FfmpegMedia {
    async fn probe(&self, file: &Path) -> PortResult<MediaInfo> {
        Ok(probe(file, &self.limits).await?.info)
    }

    async fn examine(&self, file: &Path, context: &StepContext) -> PortResult<Examination> {
        Ok(examine(file, &self.limits, context).await?)
    }

    async fn pcm(&self, file: &Path, rate_hz: u32) -> PortResult<Pcm> {
        probe(file, &self.limits).await?;
        let spec = SoundSpec { rate_hz, channels: 1, start_s: 0.0, length_s: None, tempo: 1.0 };
        Ok(Pcm { rate_hz, samples: read_sound(file, &spec).await? })
    }

    async fn rendition(&self, film: &Path, spec: &RenditionSpec, out: &Path) -> PortResult<MediaInfo> {
        Ok(rendition(film, spec, out, &self.limits).await?)
    }
}
