//! The ports: one small trait per box of the specification. Every adapter of a port passes the same
//! conformance suite (`nexus-testkit`); configuration alone chooses between them (`nexus/src/wire.rs`).

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;

use crate::{
    BusinessId, FrameRate, IndexId, PortResult, StatementId,
    blob::{BlobKey, BlobRef, Bucket, UploadTicket},
    brand::{Amendment, Evidence, Lesson, Recalled, Statement},
    business::{Business, BusinessContext},
    delivery::{Notice, Notified, PlaceUpdate, Post, Receipt},
    fetch::{Downloaded, Fetched, HostedFile},
    film::{Film, RenderRequest, RenditionSpec, StillRequest},
    footage::{Examination, MediaInfo, Seen, Shot, ShotView},
    journal::StepKey,
    memory::{Embedding, Found, SearchQuery},
    music::BeatGrid,
    script::{Script, ScriptRequest},
    speech::{Speech, SpeechRequest},
    vectors::{
        Change, Changed, Deletion, Filter, IndexInfo, IndexName, IndexSpec, IndexStats, Match, Namespace,
        NamespaceInfo, Page, Paging, RecordId, VectorQuery, VectorRecord, VectorUpdate,
    },
};

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

/// S3 raw and S3 final.
#[async_trait]
pub trait BlobStore: Adapter + Send + Sync {
    /// A permission to PUT one object of at most `size_bytes`.
    async fn presign_put(
        &self,
        bucket: Bucket,
        key: &BlobKey,
        size_bytes: u64,
        expires_in_s: u64,
    ) -> PortResult<UploadTicket>;

    /// A link that plays or downloads the object.
    async fn presign_get(&self, blob: &BlobRef, expires_in_s: u64) -> PortResult<String>;

    /// The object's facts, or `None`.
    async fn head(&self, bucket: Bucket, key: &BlobKey) -> PortResult<Option<BlobRef>>;

    /// Stores a file; durable when it returns. The same content under the same key again is no error.
    async fn put_file(&self, bucket: Bucket, key: &BlobKey, file: &Path) -> PortResult<BlobRef>;

    /// A local, read-only file with the object's bytes: the object itself, or a cached download.
    async fn local_file(&self, blob: &BlobRef) -> PortResult<PathBuf>;

    /// Removes the object; removing what is not there is no error.
    async fn delete(&self, bucket: Bucket, key: &BlobKey) -> PortResult<()>;
}

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

/// Pinecone: remembers shots and finds them by meaning. A namespace per business; none sees another's.
#[async_trait]
pub trait Memory: Adapter + Send + Sync {
    /// Stores or replaces all shots of the assets that `shots` belong to, with their vectors, at once.
    async fn upsert(&self, business: BusinessId, shots: &[Shot]) -> PortResult<usize>;

    /// Finds shots for words.
    async fn search(&self, business: BusinessId, query: &SearchQuery) -> PortResult<Found>;

    /// Every shot of the business.
    async fn all(&self, business: BusinessId) -> PortResult<Vec<Shot>>;
}

/// Where the embedded memory keeps shots: beside the product's other rows.
#[async_trait]
pub trait ShotStore: Send + Sync {
    /// Replaces all shots of the assets that appear in `shots`, in one transaction.
    async fn replace(&self, business: BusinessId, shots: &[(Shot, Embedding)]) -> PortResult<()>;

    /// Every shot of the business with its vector, ordered by file name, then index.
    async fn load(&self, business: BusinessId) -> PortResult<Vec<(Shot, Embedding)>>;

    /// Grows with every change of the business's shots; a cache is good while it stands.
    async fn version(&self, business: BusinessId) -> PortResult<u64>;
}

/// What brands want, learnt from what their owners say and do. None sees another's.
#[async_trait]
pub trait BrandMemory: Adapter + Send + Sync {
    /// Every statement, the surest first.
    async fn statements(&self, business: BusinessId) -> PortResult<Vec<Statement>>;

    /// Learns; the statements that the lesson speaks of, as they stand then. The same lesson again adds nothing.
    ///
    /// # Errors
    /// `Invalid` for told words without a sentence in them.
    async fn learn(&self, business: BusinessId, lesson: &Lesson) -> PortResult<Vec<Statement>>;

    /// Makes a statement say something else; what is learnt later does not change it any more.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` for an empty text, or one that is longer than a sentence.
    async fn edit(&self, business: BusinessId, id: StatementId, text: &str) -> PortResult<Statement>;

    /// Forgets a statement and what it rests on; only what happens later may bring it back.
    ///
    /// # Errors
    /// `NotFound`.
    async fn forget(&self, business: BusinessId, id: StatementId) -> PortResult<()>;

    /// The statements nearest in meaning to `text`, nearest first.
    async fn recall(&self, business: BusinessId, text: &str, limit: usize) -> PortResult<Vec<Recalled>>;
}

/// Where the memory of brands is kept: beside the product's other rows.
#[async_trait]
pub trait BrandStore: Send + Sync {
    /// Adds evidence. A piece whose topic and key are there already changes nothing.
    async fn add(&self, business: BusinessId, evidence: &[Evidence]) -> PortResult<()>;

    /// All evidence, oldest first.
    async fn evidence(&self, business: BusinessId) -> PortResult<Vec<Evidence>>;

    /// Keeps what the owner made of a statement, in place of what they made of it before.
    async fn amend(&self, business: BusinessId, id: StatementId, amendment: &Amendment) -> PortResult<()>;

    /// What the owner made of statements.
    async fn amendments(&self, business: BusinessId) -> PortResult<BTreeMap<StatementId, Amendment>>;
}

/// One index of vectors, divided into namespaces. What one namespace holds is never seen through another.
#[async_trait]
pub trait VectorIndex: Adapter + Send + Sync {
    /// Adds or replaces records; how many. The first upsert decides the dimension where nobody did.
    ///
    /// # Errors
    /// `Invalid` for values that cannot be kept, and for another dimension than the index has, naming both.
    async fn upsert(&self, namespace: &Namespace, records: Vec<VectorRecord>) -> PortResult<usize>;

    /// The nearest records that pass, nearest first; equal scores in order of their ids.
    ///
    /// # Errors
    /// `Invalid` for another dimension; `NotFound` when the record to start from is not there.
    async fn query(&self, namespace: &Namespace, query: &VectorQuery) -> PortResult<Vec<Match>>;

    /// The records of these ids that are there, in order of their ids.
    async fn fetch(&self, namespace: &Namespace, ids: &[RecordId]) -> PortResult<Vec<VectorRecord>>;

    /// The records that pass, in order of their ids; `paging.prefix` is not looked at.
    async fn fetch_matching(
        &self,
        namespace: &Namespace,
        filter: &Filter,
        paging: &Paging,
    ) -> PortResult<Page<VectorRecord>>;

    /// Changes records; how many were there to change.
    ///
    /// # Errors
    /// As [`VectorIndex::upsert`].
    async fn update(&self, namespace: &Namespace, update: VectorUpdate) -> PortResult<u64>;

    /// Removes records; removing what is not there is no error.
    async fn delete(&self, namespace: &Namespace, deletion: &Deletion) -> PortResult<()>;

    /// Ids, in order.
    async fn list(&self, namespace: &Namespace, paging: &Paging) -> PortResult<Page<RecordId>>;

    /// How much there is, or how much of it passes.
    ///
    /// # Errors
    /// `Unsupported` for a filter where the other side cannot count by one.
    async fn stats(&self, filter: Option<&Filter>) -> PortResult<IndexStats>;

    /// Namespaces, in order of their names.
    async fn namespaces(&self, paging: &Paging) -> PortResult<Page<NamespaceInfo>>;

    /// One namespace.
    ///
    /// # Errors
    /// `NotFound` when it is not there.
    async fn namespace(&self, namespace: &Namespace) -> PortResult<NamespaceInfo>;

    /// Makes an empty namespace.
    ///
    /// # Errors
    /// `Conflict` when it is there.
    async fn create_namespace(&self, namespace: &Namespace) -> PortResult<NamespaceInfo>;

    /// Removes a namespace with everything in it; one that is not there is no error.
    async fn delete_namespace(&self, namespace: &Namespace) -> PortResult<()>;
}

/// The indexes of every owner; none sees another's.
#[async_trait]
pub trait VectorCatalog: Send + Sync {
    /// Makes an index.
    ///
    /// # Errors
    /// `Conflict` when the owner has one of that name.
    async fn create(&self, owner: BusinessId, spec: &IndexSpec) -> PortResult<IndexInfo>;

    /// The owner's indexes, by name.
    async fn list(&self, owner: BusinessId) -> PortResult<Vec<IndexInfo>>;

    /// One of them.
    ///
    /// # Errors
    /// `NotFound`
    async fn describe(&self, owner: BusinessId, name: &IndexName) -> PortResult<IndexInfo>;

    /// Removes an index with everything in it.
    ///
    /// # Errors
    /// `NotFound`
    async fn delete(&self, owner: BusinessId, name: &IndexName) -> PortResult<()>;

    /// An index to work with.
    ///
    /// # Errors
    /// `NotFound`
    async fn open(&self, owner: BusinessId, name: &IndexName) -> PortResult<Arc<dyn VectorIndex>>;
}

/// Where the embedded index keeps vectors: beside the product's other rows.
#[async_trait]
pub trait VectorStore: Send + Sync {
    /// Adds an index; `false` when the owner has one of that name, which stays as it is.
    async fn add_index(&self, info: &IndexInfo) -> PortResult<bool>;

    /// The owner's indexes, by name.
    async fn indexes(&self, owner: BusinessId) -> PortResult<Vec<IndexInfo>>;

    /// One index, by its id.
    async fn index(&self, index: IndexId) -> PortResult<Option<IndexInfo>>;

    /// Removes an index with everything in it; whether it was there.
    async fn remove_index(&self, index: IndexId) -> PortResult<bool>;

    /// Changes one namespace, in one transaction. With `seen`, only if the namespace still has that version.
    ///
    /// # Errors
    /// `Conflict` when it has another version; `NotFound` without the index; `Invalid` for another dimension than
    /// the index has, which the first records of all decide.
    async fn change(
        &self,
        index: IndexId,
        namespace: &Namespace,
        change: Change,
        seen: Option<u64>,
    ) -> PortResult<Changed>;

    /// Every record of a namespace by id, with the version that they are of; 0 when there is no such namespace.
    async fn load_vectors(&self, index: IndexId, namespace: &Namespace) -> PortResult<(u64, Vec<VectorRecord>)>;

    /// The records of these ids that are there, by id.
    async fn vectors(&self, index: IndexId, namespace: &Namespace, ids: &[RecordId]) -> PortResult<Vec<VectorRecord>>;

    /// Ids after `paging.after` that begin with `paging.prefix`, in order, at most `paging.limit`.
    async fn vector_ids(&self, index: IndexId, namespace: &Namespace, paging: &Paging) -> PortResult<Vec<RecordId>>;

    /// The version of a namespace; 0 when there is none.
    async fn vectors_version(&self, index: IndexId, namespace: &Namespace) -> PortResult<u64>;

    /// Every namespace of an index with its size, by name.
    async fn vector_namespaces(&self, index: IndexId) -> PortResult<Vec<NamespaceInfo>>;
}

/// PostgreSQL: business and brand.
#[async_trait]
pub trait BusinessDirectory: Adapter + Send + Sync {
    /// All that a writer may know.
    async fn context(&self, business: BusinessId) -> PortResult<BusinessContext>;

    /// Adds or replaces a business.
    async fn save(&self, business: &Business) -> PortResult<()>;

    /// Every business, by name.
    async fn list(&self) -> PortResult<Vec<Business>>;

    /// Remembers that a quote was used in a film. Repeating with the same key changes nothing.
    async fn remember_quote(&self, business: BusinessId, quote: &str, key: &StepKey) -> PortResult<()>;
}

/// GPT-4o: writes the script.
#[async_trait]
pub trait ScriptWriter: Adapter + Send + Sync {
    /// A script that obeys the brand's voice and quotes word for word.
    ///
    /// # Errors
    /// `Invalid` when the review holds nothing that may be quoted.
    async fn write(&self, request: &ScriptRequest, context: &StepContext) -> PortResult<Script>;
}

/// Gemini: makes a still where footage is missing.
#[async_trait]
pub trait ImageMaker: Adapter + Send + Sync {
    /// A PNG or JPEG, stored.
    async fn make_still(&self, request: &StillRequest, context: &StepContext) -> PortResult<BlobRef>;
}

/// What a moving still must be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AnimateSpec {
    /// Width in pixels, even.
    pub width_px: u32,
    /// Height in pixels, even.
    pub height_px: u32,
    /// Frames per second.
    pub rate: FrameRate,
    /// Least length in seconds.
    pub length_s: f64,
}

/// Runway: moves a camera over a still.
#[async_trait]
pub trait Animator: Adapter + Send + Sync {
    /// A clip of at least the length, stored. Repeating with the same key bills once.
    async fn animate(&self, still: &BlobRef, spec: &AnimateSpec, context: &StepContext) -> PortResult<BlobRef>;
}

/// Text to speech: says words aloud.
#[async_trait]
pub trait SpeechMaker: Adapter + Send + Sync {
    /// The words as sound, stored, as long as saying them takes. Repeating with the same key bills once.
    ///
    /// # Errors
    /// `Unsupported` for a language that it does not speak, `Invalid` for a text without words or too long a one.
    async fn speak(&self, request: &SpeechRequest, context: &StepContext) -> PortResult<Speech>;
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

/// Shotstack: renders an edit.
#[async_trait]
pub trait Renderer: Adapter + Send + Sync {
    /// The film, verified and stored. Repeating with the same request finds finished work again.
    async fn render(&self, request: &RenderRequest, context: &StepContext) -> PortResult<Film>;
}

/// The mobile approval interface: tells the owner.
#[async_trait]
pub trait Notifier: Adapter + Send + Sync {
    /// Opens the approval and tells the owner, once per approval id.
    async fn notify(&self, notice: &Notice, context: &StepContext) -> PortResult<Notified>;
}

/// Ayrshare: posts to networks.
#[async_trait]
pub trait Publisher: Adapter + Send + Sync {
    /// Posts once per key.
    async fn publish(&self, business: &Business, post: &Post, context: &StepContext) -> PortResult<Receipt>;

    /// What an earlier call with this key made, for reconciliation after a crash.
    async fn find(&self, key: &StepKey) -> PortResult<Option<Receipt>>;
}

/// Google Business Profile: updates the place.
#[async_trait]
pub trait PlaceProfile: Adapter + Send + Sync {
    /// Adds the video and the post, once per key.
    async fn update(&self, business: &Business, update: &PlaceUpdate, context: &StepContext) -> PortResult<Receipt>;

    /// What an earlier call with this key made.
    async fn find(&self, key: &StepKey) -> PortResult<Option<Receipt>>;
}

/// The way out to addresses that strangers name: sources of an edit, callbacks of a render.
#[async_trait]
pub trait Fetcher: Adapter + Send + Sync {
    /// Fetches the file behind `url` into the store, under a key of the business that follows from its content.
    ///
    /// # Errors
    /// `Refused` when the URL leads anywhere but to a public address, `Invalid` when it cannot be followed or is
    /// too large, `NotFound`, `Unauthorized`, `RateLimited`, `Unavailable` and `Timeout` as the other side behaves.
    async fn fetch(&self, business: BusinessId, url: &str) -> PortResult<Fetched>;

    /// Fetches the file behind `url` to a new file of this machine, which the caller removes.
    ///
    /// # Errors
    /// As [`Fetcher::fetch`].
    async fn download(&self, url: &str) -> PortResult<(PathBuf, Downloaded)>;

    /// Sends a JSON document. It may arrive more than once.
    ///
    /// # Errors
    /// As [`Fetcher::fetch`]; a redirect is not followed.
    async fn post(&self, url: &str, body: &serde_json::Value) -> PortResult<()>;
}

/// Offers stored objects for download.
#[async_trait]
pub trait Hosting: Adapter + Send + Sync {
    /// Offers the files. The same ids again change nothing, also when they were taken down since.
    async fn host(&self, files: &[HostedFile]) -> PortResult<()>;
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
