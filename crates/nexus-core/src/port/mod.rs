//! The ports: one small trait per box of the specification. Every adapter of a port passes the same
//! conformance suite (`nexus-testkit`); configuration alone chooses between them (`nexus/src/wire.rs`).

mod delivery;
mod making;
mod memory;
mod seeing;
mod storage;
mod vectors;

use std::sync::Arc;

pub use self::{
    delivery::{Notifier, PlaceProfile, Publisher},
    making::{AnimateSpec, Animator, ImageMaker, Renderer, ScriptWriter, SpeechMaker},
    memory::{BrandMemory, BrandStore, BusinessDirectory, Memory, ShotStore},
    seeing::{BeatTracker, Embedder, Media, Pcm, Sound, TagWords, Tagger},
    storage::{BlobStore, Fetcher, Hosting},
    vectors::{VectorCatalog, VectorIndex, VectorStore},
};
use crate::journal::StepKey;

/// How far a long call is: `done` of `total`, and what is being done.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// Units done.
    pub done: u64,
    /// Units in all; 0 when unknown.
    pub total: u64,
    /// What is being done, for people.
    pub what: String,
}

/// What an adapter knows of the step that calls it: the key for idempotency and a place for progress.
#[derive(Clone)]
pub struct StepContext {
    /// Identifies the step over all its attempts.
    pub key: StepKey,
    /// Receives progress; cheap and never blocks.
    pub progress: Arc<dyn Fn(Progress) + Send + Sync>,
}

impl StepContext {
    /// A context that nobody watches.
    #[must_use]
    pub fn quiet(key: StepKey) -> Self {
        Self { key, progress: Arc::new(|_| {}) }
    }

    /// Reports progress.
    pub fn report(&self, done: u64, total: u64, what: impl Into<String>) {
        (self.progress)(Progress { done, total, what: what.into() });
    }
}

/// Names the adapter behind a port: `embedded`, or the vendor.
pub trait Adapter {
    /// One word for tables and run records.
    fn adapter(&self) -> &'static str {
        "embedded"
    }
}

/// Every port, chosen once.
#[derive(Clone)]
pub struct Ports {
    /// S3.
    pub blobs: Arc<dyn BlobStore>,
    /// Media files.
    pub media: Arc<dyn Media>,
    /// Banana.
    pub tagger: Arc<dyn Tagger>,
    /// Pinecone, with its embedder inside.
    pub memory: Arc<dyn Memory>,
    /// Pinecone, as an index of vectors.
    pub vectors: Arc<dyn VectorIndex>,
    /// What brands want.
    pub brand: Arc<dyn BrandMemory>,
    /// PostgreSQL.
    pub business: Arc<dyn BusinessDirectory>,
    /// GPT-4o.
    pub writer: Arc<dyn ScriptWriter>,
    /// Gemini.
    pub images: Arc<dyn ImageMaker>,
    /// Runway.
    pub animator: Arc<dyn Animator>,
    /// Text to speech.
    pub speech: Arc<dyn SpeechMaker>,
    /// Librosa.
    pub beats: Arc<dyn BeatTracker>,
    /// Shotstack.
    pub renderer: Arc<dyn Renderer>,
    /// The approver.
    pub notifier: Arc<dyn Notifier>,
    /// Ayrshare.
    pub publisher: Arc<dyn Publisher>,
    /// Google Business Profile.
    pub place: Arc<dyn PlaceProfile>,
    /// The way out.
    pub fetcher: Arc<dyn Fetcher>,
    /// The way for others to get a file.
    pub hosting: Arc<dyn Hosting>,
}
