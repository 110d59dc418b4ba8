//! The one place that knows adapters: configuration becomes [`Ports`].

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use nexus_beats::{EmbeddedTracker, Engine};
use nexus_connect::{
    Outbox,
    fetch::{FetchConfig, SafeFetch, SystemResolver},
    inference::{self, Banana, HttpInference, Inference, Polling, RemoteTagger, VisionChat},
    pinecone::PineconeIndex,
};
use nexus_core::{
    BusinessId,
    port::{BeatTracker, BlobStore, Embedder, Media, Ports, Tagger, VectorCatalog, VectorIndex},
    time::Clock,
    vectors::{IndexName, IndexSpec, Metric},
};
use nexus_create::{CameraMove, DesignedStill, ExtractiveWriter, MachineVoice};
use nexus_flows::edit::Makers;
use nexus_media::{Encoder, FfmpegMedia, Limits, Preset};
use nexus_memory::{EmbeddedBrandMemory, EmbeddedMemory, EmbeddedVectors};
use nexus_render::{LocalRenderer, RendererConfig};
use nexus_store::{EmbeddedNotifier, PgVectorIndex, Store};
use nexus_vision::{EmbeddedTagger, LexicalEmbedder, PairEmbedder, Sight, open_shelf};

use crate::{
    config::{
        BananaConfig, Config, EncoderName, EncoderPreset, InferenceConfig, OpenAiConfig, TaggerKind, VectorsConfig,
        VectorsKind,
    },
    sharing,
};

/// The folders of an installation below its data folder.
pub(crate) struct Folders<'a> {
    /// The data folder.
    pub(crate) data: &'a Path,
    /// Files in the making.
    pub(crate) scratch: &'a Path,
    /// Where publications of the embedded form go.
    pub(crate) outbox: &'a Path,
}

/// Every port in the form that the configuration chose.
pub(crate) fn ports(
    config: &Config,
    folders: &Folders<'_>,
    store: &Store,
    blobs: Arc<dyn BlobStore>,
    clock: &Arc<dyn Clock>,
) -> anyhow::Result<Ports> {
    let media = media();
    let scratch = folders.scratch.to_path_buf();
    let outbox = Arc::new(Outbox::new(folders.outbox.to_path_buf(), Arc::clone(&blobs)));
    let renderer = RendererConfig {
        workers: config.render.workers,
        encoder: encoder(config.render.encoder, config),
        share_pieces: store.is_shared(),
        ..RendererConfig::new(folders.data.join("cache/segments"), scratch.clone())
    };
    let fetcher = SafeFetch::new(fetch(config, &scratch)?, Arc::new(SystemResolver), Arc::clone(&blobs))?;
    let sight = sight(config)?;
    let index = vectors(config, store)?;
    let Makers { images, animator, speech } = makers(&blobs, &scratch);
    Ok(Ports {
        fetcher: Arc::new(fetcher),
        hosting: Arc::new(store.clone()),
        tagger: tagger(config, Arc::clone(&sight))?,
        memory: Arc::new(memory(config, store, &sight, &index)),
        brand: Arc::new(EmbeddedBrandMemory::new(Arc::new(store.clone()), words(&sight), Arc::clone(clock))),
        vectors: index,
        business: Arc::new(store.clone()),
        writer: Arc::new(ExtractiveWriter::new()),
        images,
        animator,
        speech,
        beats: tracker(config, &media, &blobs)?,
        renderer: Arc::new(LocalRenderer::new(renderer, Arc::clone(&blobs))),
        notifier: Arc::new(EmbeddedNotifier::new(store.clone())),
        publisher: Arc::clone(&outbox) as _,
        place: outbox,
        media,
        blobs,
    })
}

/// Who says what is in a shot: this machine, and where the configuration says so a model that runs elsewhere.
pub(crate) fn tagger(config: &Config, sight: Arc<Sight>) -> anyhow::Result<Arc<dyn Tagger>> {
    let local: Arc<dyn Tagger> = Arc::new(EmbeddedTagger::new(sight));
    let patience = patience(config);
    let remote: Box<dyn Inference> = match config.adapters.tagger {
        TaggerKind::Embedded => return Ok(local),
        TaggerKind::Banana => {
            let BananaConfig { url, key } = &config.banana;
            let banana = Banana::new(url, key.get().cloned())?;
            Box::new(banana.with_patience(patience)?)
        }
        TaggerKind::Http => {
            let service = HttpInference::new(knobs(&config.inference))?;
            Box::new(service.with_patience(patience)?)
        }
        TaggerKind::OpenAi => {
            let OpenAiConfig { base_url, key, vision_model } = &config.openai;
            let chat = VisionChat::new(base_url, key.get().cloned(), vision_model)?;
            Box::new(chat.with_patience(patience)?)
        }
    };
    Ok(Arc::new(RemoteTagger::new(local, remote)))
}

/// Who hears the music of films.
fn tracker(
    config: &Config,
    media: &Arc<dyn Media>,
    blobs: &Arc<dyn BlobStore>,
) -> anyhow::Result<Arc<dyn BeatTracker>> {
    Ok(match sharing::beats(config)? {
        Some(function) => Arc::new(function),
        None => {
            let engine = beat_engine(config.beats.network())?;
            Arc::new(EmbeddedTracker::new(Arc::clone(media), Arc::clone(blobs), engine))
        }
    })
}

/// How long a service elsewhere is waited for, where the configuration says it.
pub(crate) fn patience(config: &Config) -> Option<Duration> {
    let seconds = config.adapters.patience_s;
    (seconds > 0).then(|| Duration::from_secs(seconds))
}

fn knobs(config: &InferenceConfig) -> inference::InferenceConfig {
    let InferenceConfig { url, auth, key, body, result, model, .. } = config.clone();
    let polling = (!config.poll_address.is_empty()).then(|| Polling {
        address: config.poll_address.clone(),
        state: config.poll_state.clone(),
        done: config.poll_done.clone(),
        failed: config.poll_failed.clone(),
        result_address: config.poll_result_address.clone(),
    });
    inference::InferenceConfig { url, auth, key: key.get().cloned(), body, result, polling, model }
}

/// Search: by meaning where a model understands words, by words otherwise; in pictures where a model sees them.
fn memory(config: &Config, store: &Store, sight: &Sight, index: &Arc<dyn VectorIndex>) -> EmbeddedMemory {
    let memory = EmbeddedMemory::new(Arc::new(store.clone()), words(sight));
    let memory = match sight.pair() {
        Some(pair) => memory.with_pictures(Arc::new(PairEmbedder::new(pair))),
        None => memory,
    };
    match config.vectors.kind {
        // Beside the shots already.
        VectorsKind::Embedded => memory,
        VectorsKind::Pgvector | VectorsKind::Pinecone => memory.with_index(Arc::clone(index)),
    }
}

/// Who understands words: a model where there is one.
fn words(sight: &Sight) -> Arc<dyn Embedder> {
    match sight.sentences() {
        Some(model) => model,
        None => Arc::new(LexicalEmbedder),
    }
}

/// The models that are there.
pub(crate) fn sight(config: &Config) -> anyhow::Result<Arc<Sight>> {
    let named = |path: &Path| (!path.as_os_str().is_empty()).then(|| path.to_path_buf());
    let pair = (!config.models.pair.is_empty()).then_some(config.models.pair.as_str());
    let shelf = open_shelf(&models_folder(config), named(&config.vision.rules).as_deref(), pair);
    Ok(Arc::new(shelf.context("open the models; `nexus models verify` looks at each of their files")?))
}

/// Where models lie: as configured, else in the user's cache folder.
pub(crate) fn models_folder(config: &Config) -> PathBuf {
    if !config.models.dir.as_os_str().is_empty() {
        return config.models.dir.clone();
    }
    crate::cache_folder().unwrap_or_else(|| config.data.join("cache")).join("nexus/models")
}

/// Who reads media files.
pub(crate) fn media() -> Arc<dyn Media> {
    Arc::new(FfmpegMedia::new(Limits::default()))
}

/// Who hears beats: the built-in ear, or a network of the user.
pub(crate) fn beat_engine(model: Option<&Path>) -> anyhow::Result<Engine> {
    Ok(match model {
        Some(file) => Engine::beat_this(file)?,
        None => Engine::Ear,
    })
}

/// Who makes media that an edit describes.
pub(crate) fn makers(blobs: &Arc<dyn BlobStore>, scratch: &Path) -> Makers {
    Makers {
        images: Arc::new(DesignedStill::new(Arc::clone(blobs), scratch)),
        animator: Arc::new(CameraMove::new(Arc::clone(blobs), scratch)),
        speech: Arc::new(MachineVoice::new(Arc::clone(blobs), scratch)),
    }
}

/// The encoder `name` with the effort that the configuration chose.
pub(crate) fn encoder(name: EncoderName, config: &Config) -> Encoder {
    let preset = match config.render.preset {
        EncoderPreset::Ultrafast => Preset::Ultrafast,
        EncoderPreset::Superfast => Preset::Superfast,
        EncoderPreset::Veryfast => Preset::Veryfast,
        EncoderPreset::Medium => Preset::Medium,
    };
    match name {
        EncoderName::X264 => Encoder::X264(preset),
        EncoderName::X265 => Encoder::X265(preset),
        EncoderName::SvtAv1 => Encoder::SvtAv1,
    }
}

/// The indexes of every owner, in this installation's database.
pub(crate) fn vector_catalog(store: &Store) -> Arc<dyn VectorCatalog> {
    Arc::new(EmbeddedVectors::new(Arc::new(store.clone())))
}

/// The product's own index of vectors, where the configuration puts it.
pub(crate) fn vectors(config: &Config, store: &Store) -> anyhow::Result<Arc<dyn VectorIndex>> {
    let VectorsConfig { kind, url, host, key } = &config.vectors;
    Ok(match kind {
        VectorsKind::Embedded => {
            let spec = IndexSpec {
                name: IndexName::new("nexus").expect("letters alone"),
                dimension: None,
                metric: Metric::Cosine,
                notes: serde_json::json!({}),
            };
            let embedded = EmbeddedVectors::new(Arc::new(store.clone()));
            Arc::new(embedded.lazy(BusinessId::derived(&["nexus"]), spec))
        }
        VectorsKind::Pgvector => {
            let url = url.get().context("vectors.kind = \"pgvector\" needs vectors.url")?;
            Arc::new(PgVectorIndex::new(url, Metric::Cosine)?)
        }
        VectorsKind::Pinecone => {
            let key = key.get().context("vectors.kind = \"pinecone\" needs vectors.key")?;
            Arc::new(PineconeIndex::new(host, key.clone())?.with_patience(patience(config))?)
        }
    })
}

pub(crate) fn fetch(config: &Config, scratch: &Path) -> anyhow::Result<FetchConfig> {
    let crate::config::FetchConfig { allow_http, allowed_private_origins, max_mb, time_limit_s } = &config.fetch;
    let origins = allowed_private_origins.iter().map(|origin| origin.parse()).collect::<Result<_, _>>();
    Ok(FetchConfig {
        allow_http: *allow_http,
        allowed_private_origins: origins.context("fetch.allowed_private_origins")?,
        most_bytes: max_mb.saturating_mul(1_000_000),
        time_limit: Duration::from_secs(*time_limit_s),
        ..FetchConfig::new(scratch)
    })
}
