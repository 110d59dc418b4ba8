//! Configuration: defaults < `nexus.toml` < `NEXUS__SECTION__KEY` < flags. Works with nothing set, refuses
//! what it does not know, and lists every mistake at once.

mod access;
mod inference;
mod keys;
mod load;
mod media;
mod spine;
mod vectors;

use std::path::{Path, PathBuf};

use nexus_core::film::{Aspect, Resolution};
use nexus_edit::CutConfig;
use serde::{Deserialize, Serialize};

pub(crate) use access::OwnedKey;
pub(crate) use inference::{BananaConfig, InferenceConfig, OpenAiConfig, TaggerKind};
pub(crate) use keys::explain;
pub(crate) use load::load;
pub(crate) use media::MediaConfig;
pub(crate) use spine::{
    AwsSection, BlobsConfig, LambdaConfig, LogFormat, OutboxConfig, QueueConfig, StoreConfig, TelemetryConfig,
    WorkerConfig,
};
pub(crate) use vectors::{PineconeConfig, VectorsConfig, VectorsKind};

/// The whole configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// Where everything durable lies.
    pub(crate) data: PathBuf,
    /// `[store]`
    pub(crate) store: StoreConfig,
    /// `[blobs]`
    pub(crate) blobs: BlobsConfig,
    /// `[queue]`
    pub(crate) queue: QueueConfig,
    /// `[aws]`
    pub(crate) aws: AwsSection,
    /// `[lambda]`
    pub(crate) lambda: LambdaConfig,
    /// `[worker]`
    pub(crate) worker: WorkerConfig,
    /// `[outbox]`
    pub(crate) outbox: OutboxConfig,
    /// `[telemetry]`
    pub(crate) telemetry: TelemetryConfig,
    /// `[server]`
    pub(crate) server: ServerConfig,
    /// `[film]`
    pub(crate) film: FilmConfig,
    /// `[cut]`
    pub(crate) cut: CutConfig,
    /// `[beats]`
    pub(crate) beats: BeatsConfig,
    /// `[models]`
    pub(crate) models: ModelsConfig,
    /// `[vision]`
    pub(crate) vision: VisionConfig,
    /// `[approval]`
    pub(crate) approval: ApprovalConfig,
    /// `[render]`
    pub(crate) render: RenderConfig,
    /// `[media]`
    pub(crate) media: MediaConfig,
    /// `[fetch]`
    pub(crate) fetch: FetchConfig,
    /// `[shotstack]`
    pub(crate) shotstack: ShotstackConfig,
    /// `[pinecone]`
    pub(crate) pinecone: PineconeConfig,
    /// `[vectors]`
    pub(crate) vectors: VectorsConfig,
    /// `[banana]`
    pub(crate) banana: BananaConfig,
    /// `[inference]`
    pub(crate) inference: InferenceConfig,
    /// `[openai]`
    pub(crate) openai: OpenAiConfig,
    /// `[adapters]`
    pub(crate) adapters: AdapterConfig,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("./nexus-data"),
            store: StoreConfig::default(),
            blobs: BlobsConfig::default(),
            queue: QueueConfig::default(),
            aws: AwsSection::default(),
            lambda: LambdaConfig::default(),
            worker: WorkerConfig::default(),
            outbox: OutboxConfig::default(),
            telemetry: TelemetryConfig::default(),
            server: ServerConfig::default(),
            film: FilmConfig::default(),
            cut: CutConfig::default(),
            beats: BeatsConfig::default(),
            models: ModelsConfig::default(),
            vision: VisionConfig::default(),
            approval: ApprovalConfig::default(),
            render: RenderConfig::default(),
            media: MediaConfig::default(),
            fetch: FetchConfig::default(),
            shotstack: ShotstackConfig::default(),
            pinecone: PineconeConfig::default(),
            vectors: VectorsConfig::default(),
            banana: BananaConfig::default(),
            inference: InferenceConfig::default(),
            openai: OpenAiConfig::default(),
            adapters: AdapterConfig::default(),
        }
    }
}

/// `[server]`: where it listens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ServerConfig {
    /// Address and port of API and pages.
    pub(crate) listen: String,
    /// Address and port of the storage endpoint that browsers upload to.
    pub(crate) storage_listen: String,
    /// Address of this installation as guests reach it.
    pub(crate) public_url: String,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self { listen: "127.0.0.1:8787".into(), storage_listen: "127.0.0.1:8788".into(), public_url: String::new() }
    }
}

/// `[film]`: the shape of films.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct FilmConfig {
    /// Width to height.
    pub(crate) aspect: Aspect,
    /// Short side.
    pub(crate) resolution: Resolution,
    /// Same seed, same film.
    pub(crate) seed: u64,
}

impl Default for FilmConfig {
    fn default() -> Self {
        Self { aspect: Aspect::Portrait, resolution: Resolution::FullHd, seed: 1 }
    }
}

/// `[beats]`: who hears the music.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct BeatsConfig {
    /// A Beat This! network of the user; empty for the built-in ear.
    pub(crate) model: PathBuf,
}

impl BeatsConfig {
    /// The network to hear with, unless it is the built-in ear.
    pub(crate) fn network(&self) -> Option<&Path> {
        (!self.model.as_os_str().is_empty()).then_some(&self.model)
    }
}

/// Where music is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum BeatsKind {
    /// This machine.
    #[default]
    Embedded,
    /// A function of AWS Lambda.
    Lambda,
}

/// `[models]`: where models lie.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ModelsConfig {
    /// Their folder; empty for the user's cache folder.
    pub(crate) dir: PathBuf,
    /// The CLIP or SigLIP to use; empty for the first that is there.
    pub(crate) pair: String,
}

/// `[vision]`: how footage is seen.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct VisionConfig {
    /// Rules from classes to words; empty for the shipped ones.
    pub(crate) rules: PathBuf,
}

/// `[approval]`: how long things wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ApprovalConfig {
    /// Seconds in which an approval can be taken back.
    pub(crate) undo_s: u64,
    /// Hours after which the question expires.
    pub(crate) expires_h: u64,
}

impl Default for ApprovalConfig {
    fn default() -> Self {
        Self { undo_s: 30, expires_h: 72 }
    }
}

/// `[render]`: how the machine is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RenderConfig {
    /// Segments rendered at a time.
    pub(crate) workers: usize,
    /// Encoder of pictures.
    pub(crate) encoder: EncoderName,
    /// Effort of x264 and x265.
    pub(crate) preset: EncoderPreset,
}

impl Default for RenderConfig {
    fn default() -> Self {
        Self { workers: 2, encoder: EncoderName::X264, preset: EncoderPreset::Veryfast }
    }
}

/// Encoders of pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum EncoderName {
    /// H.264: plays everywhere
    X264,
    /// H.265: half the bytes, several times the work
    X265,
    /// AV1: the fewest bytes, for players of today
    SvtAv1,
}

/// Effort of x264 and x265.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum EncoderPreset {
    /// Previews.
    Ultrafast,
    /// Drafts.
    Superfast,
    /// The knee of the curve.
    Veryfast,
    /// Smaller files, twice the time.
    Medium,
}

/// `[fetch]`: how files and callbacks that edits name are reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct FetchConfig {
    /// Also follows addresses that are not encrypted.
    pub(crate) allow_http: bool,
    /// Origins that may lie on private addresses and need no encryption.
    pub(crate) allowed_private_origins: Vec<String>,
    /// Largest file, in megabytes of a million bytes.
    pub(crate) max_mb: u64,
    /// Longest transfer, in seconds.
    pub(crate) time_limit_s: u64,
}

impl Default for FetchConfig {
    fn default() -> Self {
        Self { allow_http: false, allowed_private_origins: Vec::new(), max_mb: 4000, time_limit_s: 600 }
    }
}

/// `[shotstack]`: the API that clients of Shotstack use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ShotstackConfig {
    /// Keys that are accepted, each as owner:key.
    pub(crate) keys: Vec<OwnedKey>,
    /// Requests of one owner per second over time.
    pub(crate) requests_per_s: u32,
    /// Renders of one owner that have not ended.
    pub(crate) most_unfinished: u32,
}

impl Default for ShotstackConfig {
    fn default() -> Self {
        Self { keys: Vec::new(), requests_per_s: 20, most_unfinished: 500 }
    }
}

/// `[adapters]`: which form of each system runs. Where [`Embedded`] stands, only that form exists so far.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct AdapterConfig {
    /// Longest silence of a service elsewhere, in seconds; 0 for what suits each.
    pub(crate) patience_s: u64,
    /// Tags: Banana.
    pub(crate) tagger: TaggerKind,
    /// Search: Pinecone.
    pub(crate) memory: Embedded,
    /// Script: GPT-4o.
    pub(crate) writer: Embedded,
    /// Stills: Gemini.
    pub(crate) images: Embedded,
    /// Moving stills: Runway.
    pub(crate) animator: Embedded,
    /// Speech: text to speech.
    pub(crate) speech: Embedded,
    /// Beats: librosa.
    pub(crate) beats: BeatsKind,
    /// Films: Shotstack.
    pub(crate) renderer: Embedded,
    /// Social networks: Ayrshare.
    pub(crate) publisher: Embedded,
    /// Maps: Google Business Profile.
    pub(crate) place: Embedded,
}

/// The embedded form, the only one so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Embedded {
    /// On this machine, no account.
    #[default]
    Embedded,
}
