//! The media port, kept by ffmpeg and ffprobe.

use std::path::Path;

use async_trait::async_trait;
use nexus_core::{
    PortResult,
    film::RenditionSpec,
    footage::{Examination, MediaInfo},
    port::{Adapter, Media, Sound, StepContext},
};

use crate::{
    Limits,
    examine::{examine, glance},
    listen::listen,
    probe::probe,
    rendition::rendition,
};

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

    async fn glance(&self, file: &Path) -> PortResult<Examination> {
        Ok(glance(file, &self.limits).await?)
    }

    async fn listen(&self, file: &Path) -> PortResult<Box<dyn Sound>> {
        Ok(Box::new(listen(file, &self.limits).await?))
    }

    async fn rendition(&self, film: &Path, spec: &RenditionSpec, out: &Path) -> PortResult<MediaInfo> {
        Ok(rendition(film, spec, out, &self.limits).await?)
    }
}
