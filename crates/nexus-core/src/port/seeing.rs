//! What footage and music are made of.

use std::path::Path;

use async_trait::async_trait;

use super::{Adapter, StepContext};
use crate::{
    PortResult,
    blob::BlobRef,
    film::RenditionSpec,
    footage::{Examination, MediaInfo, Seen, ShotView},
    memory::Embedding,
    music::BeatGrid,
};

/// Mono samples.
#[derive(Debug, Clone, PartialEq)]
pub struct Pcm {
    /// Samples per second.
    pub rate_hz: u32,
    /// Samples in [-1, 1].
    pub samples: Vec<f32>,
}

/// Mono sound that arrives piece by piece, so that no more than a piece has to be held.
#[async_trait]
pub trait Sound: Send {
    /// Samples per second, 8,000 to 192,000.
    fn rate_hz(&self) -> u32;

    /// The next samples, nominally in [-1, 1]; `None` at the end.
    async fn next(&mut self) -> PortResult<Option<Vec<f32>>>;
}

/// Reads media files. Untrusted bytes are parsed only behind this port.
#[async_trait]
pub trait Media: Adapter + Send + Sync {
    /// Technical facts without decoding.
    ///
    /// # Errors
    /// `Invalid` when the file is empty, not media, of a kind that is not accepted, or over a limit.
    async fn probe(&self, file: &Path) -> PortResult<MediaInfo>;

    /// One decode that feeds everything: shots, frames, movement, sound.
    ///
    /// # Errors
    /// As [`Media::probe`]; also `Invalid` without a picture stream.
    async fn examine(&self, file: &Path, context: &StepContext) -> PortResult<Examination>;

    /// A quick look at a few moments, as one shot whose movement and sound are unknown: seconds before
    /// [`Media::examine`] has seen all of a long film. A photo gives no shot.
    ///
    /// # Errors
    /// As [`Media::examine`].
    async fn glance(&self, file: &Path) -> PortResult<Examination>;

    /// The whole sound, on the timeline that the renderer uses: encoder delay is taken off, a late track begins with
    /// silence.
    ///
    /// # Errors
    /// As [`Media::probe`]; `Invalid` without sound. What is wrong further on comes with the pieces.
    async fn listen(&self, file: &Path) -> PortResult<Box<dyn Sound>>;

    /// A copy of `film` within `spec`, written to `out`: the stream copied when it fits, encoded when not.
    async fn rendition(&self, film: &Path, spec: &RenditionSpec, out: &Path) -> PortResult<MediaInfo>;
}

/// Banana: says what is in a shot.
#[async_trait]
pub trait Tagger: Adapter + Send + Sync {
    /// What sees, with its version: models and rules. Shots that other eyes saw are looked at again.
    fn eyes(&self) -> String;

    /// One opinion per shot, in order. `words` are those of the file's name and its owner.
    async fn tag(&self, info: &MediaInfo, shots: &[ShotView], words: &TagWords) -> PortResult<Vec<Seen>>;
}

/// Words that come with a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TagWords {
    /// The file's name without folders.
    pub file_name: String,
    /// Words that its owner gave.
    pub user_tags: Vec<String>,
}

/// Turns words into vectors.
#[async_trait]
pub trait Embedder: Adapter + Send + Sync {
    /// The space of every vector it makes.
    fn space(&self) -> &str;

    /// True when meaning, not only words, decides nearness.
    fn is_semantic(&self) -> bool;

    /// One vector per text, in order.
    async fn embed(&self, texts: &[String]) -> PortResult<Vec<Embedding>>;
}

/// Lambda Sync / Librosa: hears beats.
#[async_trait]
pub trait BeatTracker: Adapter + Send + Sync {
    /// The musical grid. Music without a beat gives an empty grid with low confidence, not an error.
    ///
    /// # Errors
    /// `Invalid` when there is no sound, or less than 3 s of it.
    async fn track(&self, music: &BlobRef, context: &StepContext) -> PortResult<BeatGrid>;
}
