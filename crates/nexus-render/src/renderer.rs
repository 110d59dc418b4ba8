//! The renderer behind the port: plan, pieces side by side, sound, joined, verified, stored.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use nexus_core::{
    Frames, PortResult,
    blob::{BlobKey, Bucket},
    film::{Film, RenderRequest},
    port::{Adapter, BlobStore, Renderer, StepContext},
};
use nexus_edit::model::Quality;
use nexus_media::{MuxSpec, Preset, grab_jpeg, measure_loudness, mux};
use serde::Serialize;
use tokio::{sync::Semaphore, task::JoinSet};

use crate::{
    RenderError,
    cache::{Cache, read_json, write_json},
    document,
    fonts::{Face, Fonts},
    plan::{Content, Plan, Sounding, resolve},
    segment::{EncoderFacts, RENDERER_VERSION, hash_of, segment_key, segments},
    sound::{Mix, master, mix},
    sources::{Sources, gather},
    worker::{Film as SharedFilm, render_segment},
};

/// When the poster is taken, in seconds: the hook's words stand, its shot has begun to move.
const POSTER_S: f64 = 0.8;
/// Width of the poster, in pixels.
const POSTER_WIDTH_PX: u32 = 1080;
/// Frames above this many pixels are encoded one piece at a time, with more threads: memory, not speed, decides.
const LARGE_FRAME_PX: u64 = 4_000_000;

/// Folders and effort.
#[derive(Debug, Clone, PartialEq)]
pub struct RendererConfig {
    /// Finished pieces; what lies there is found again after a crash. May be deleted while nothing renders.
    pub cache_dir: PathBuf,
    /// Files in the making, on the same disk or another.
    pub scratch_dir: PathBuf,
    /// Pieces that are rendered at a time, at least 1.
    pub workers: usize,
    /// Effort of the encoder.
    pub preset: Preset,
    /// Threads of each encoder.
    pub threads_per_encoder: u8,
    /// Threads of each decoder.
    pub threads_per_decoder: u8,
    /// The cache is kept below this many bytes.
    pub cache_limit_bytes: u64,
}

impl RendererConfig {
    /// Two workers with one encoder thread each, the knee of x264's presets, a cache of 8 GiB.
    #[must_use]
    pub fn new(cache_dir: impl Into<PathBuf>, scratch_dir: impl Into<PathBuf>) -> Self {
        Self {
            cache_dir: cache_dir.into(),
            scratch_dir: scratch_dir.into(),
            workers: 2,
            preset: Preset::Veryfast,
            threads_per_encoder: 1,
            threads_per_decoder: 1,
            cache_limit_bytes: 8 << 30,
        }
    }
}

/// Renders edits on this machine, with ffmpeg for codecs and everything else in this process.
pub struct LocalRenderer {
    config: RendererConfig,
    cache: Cache,
    blobs: Arc<dyn BlobStore>,
    fonts: Arc<Fonts>,
    /// Shared by all films, so that two of them do not fight for the processor.
    permits: Arc<Semaphore>,
}

impl LocalRenderer {
    /// A renderer that reads sources from and stores films in `blobs`. Loads the machine's fonts.
    #[must_use]
    pub fn new(config: RendererConfig, blobs: Arc<dyn BlobStore>) -> Self {
        let cache = Cache::new(config.cache_dir.clone(), config.cache_limit_bytes);
        let permits = Arc::new(Semaphore::new(config.workers.max(1)));
        Self { config, cache, blobs, fonts: Arc::new(Fonts::load()), permits }
    }

    async fn film(&self, request: &RenderRequest, context: &StepContext) -> Result<Film, RenderError> {
        let (edit, remarks) = document::read(&request.edit)?;
        let request_key = self.request_key(request);
        self.cache.prepare().await?;
        tokio::fs::create_dir_all(&self.config.scratch_dir).await.map_err(RenderError::disk("scratch folder"))?;
        if let Some(film) = self.finished(&request_key).await? {
            context.report(film.length.0, film.length.0, "found the finished film");
            return Ok(film);
        }
        let sources = gather(&edit, &request.assets, &self.blobs).await?;
        let mut plan = resolve(&edit, &sources.facts)?;
        plan.remarks.extend(document::worth_telling(&remarks));
        let shared = Arc::new(self.shared(plan, sources)?);
        let parts = self.parts(&shared, context).await?;
        let film = self.finish(&shared, parts, request, context).await?;
        self.cache.remember_film(&request_key, &film).await?;
        Ok(film)
    }

    fn request_key(&self, request: &RenderRequest) -> String {
        let preset = self.config.preset.as_str();
        hash_of(&(RENDERER_VERSION, preset, self.config.threads_per_encoder, request))
    }

    /// The film of an equal request, when it is still stored as it was.
    async fn finished(&self, request_key: &str) -> Result<Option<Film>, RenderError> {
        let Some(film) = self.cache.known_film(request_key).await else { return Ok(None) };
        for blob in [&film.blob, &film.poster] {
            if self.blobs.head(blob.bucket, &blob.key).await?.as_ref() != Some(blob) {
                return Ok(None);
            }
        }
        Ok(Some(film))
    }

    fn shared(&self, mut plan: Plan, sources: Sources) -> Result<SharedFilm, RenderError> {
        let mut faces = BTreeMap::new();
        for (index, layer) in plan.layers.iter().enumerate() {
            if let Content::Text { text } = &layer.content {
                faces.insert(index, self.fonts.face(&text.font.family, text.font.weight, &text.text)?);
            }
        }
        let substitutes: BTreeSet<String> = faces.values().filter_map(|face: &Face| face.remark.clone()).collect();
        plan.remarks.extend(substitutes);
        let is_large = u64::from(plan.width_px) * u64::from(plan.height_px) > LARGE_FRAME_PX;
        let together =
            u8::try_from(self.config.workers).unwrap_or(u8::MAX).saturating_mul(self.config.threads_per_encoder);
        Ok(SharedFilm {
            crf: crf(plan.quality),
            preset: self.config.preset,
            encoder_threads: if is_large { together.max(1) } else { self.config.threads_per_encoder },
            decoder_threads: self.config.threads_per_decoder,
            fonts: Arc::clone(&self.fonts),
            plan,
            sources,
            faces,
        })
    }

    /// Renders or finds every piece, and the sound beside them.
    async fn parts(&self, film: &Arc<SharedFilm>, context: &StepContext) -> Result<Parts, RenderError> {
        let plan = &film.plan;
        let encoder = EncoderFacts { crf: film.crf, preset: film.preset.as_str(), threads: film.encoder_threads };
        let identities = identities(film);
        let is_large = film.encoder_threads != self.config.threads_per_encoder;
        let done = Arc::new(AtomicU64::new(0));
        let mut tasks: JoinSet<Result<Vec<String>, RenderError>> = JoinSet::new();
        let mut files = Vec::new();
        for piece in segments(plan) {
            let out = self.cache.segment(&segment_key(plan, &piece, &identities, &encoder));
            files.push(out.clone());
            let job = PieceJob {
                film: Arc::clone(film),
                piece,
                out,
                permits: Arc::clone(&self.permits),
                weight: if is_large { self.config.workers.max(1) as u32 } else { 1 },
                done: Arc::clone(&done),
                context: context.clone(),
            };
            tasks.spawn(job.run());
        }
        let sound = self.sound(film);
        let pictures = async {
            let mut remarks = BTreeSet::new();
            while let Some(outcome) = tasks.join_next().await {
                remarks.extend(outcome.map_err(|_| RenderError::Stopped("segment worker"))??);
            }
            Ok::<_, RenderError>(remarks)
        };
        let (remarks, (sound, sound_remark)) = tokio::try_join!(pictures, sound)?;
        let remarks = remarks.into_iter().chain(sound_remark).collect();
        Ok(Parts { segments: files, sound, remarks })
    }

    /// The film's sound, found or made; `None` when there is nothing to hear.
    async fn sound(&self, film: &SharedFilm) -> Result<(Option<PathBuf>, Option<String>), RenderError> {
        let plan = &film.plan;
        if plan.sounds.is_empty() {
            return Ok((None, None));
        }
        let out = self.cache.sound(&sound_key(film));
        let notes = Cache::notes(&out);
        if let Some(SoundNotes { is_silent, remark }) = read_json(&notes).await
            && (is_silent || tokio::fs::try_exists(&out).await.unwrap_or(false))
        {
            return Ok(((!is_silent).then_some(out), remark));
        }
        let length_s = plan.rate.start_of(Frames(plan.frames)).0;
        let mixed = mix(&Mix { sounds: &plan.sounds, files: &film.sources.files, length_s }).await?;
        let mastered = master(mixed, &out).await?;
        let is_silent = !mastered.written;
        write_json(&notes, &SoundNotes { is_silent, remark: mastered.remark.clone() }).await?;
        Ok(((!is_silent).then_some(out), mastered.remark))
    }

    /// Joins, measures, stores.
    async fn finish(
        &self,
        shared: &SharedFilm,
        parts: Parts,
        request: &RenderRequest,
        context: &StepContext,
    ) -> Result<Film, RenderError> {
        let plan = &shared.plan;
        context.report(plan.frames, plan.frames, "joining the film");
        let scratch = tempfile::Builder::new()
            .prefix("film-")
            .tempdir_in(&self.config.scratch_dir)
            .map_err(RenderError::disk("scratch folder"))?;
        let out = scratch.path().join("film.mp4");
        let has_sound = parts.sound.is_some();
        let in_use: BTreeSet<PathBuf> = parts.segments.iter().cloned().chain(parts.sound.clone()).collect();
        mux(&MuxSpec { segments: parts.segments, sound: parts.sound, tags: request.tags.clone(), out: out.clone() })
            .await?;
        let loudness = if has_sound { Some(measure_loudness(&out).await?) } else { None };
        let hash = hash_of_file(&out).await?;
        let length_s = plan.rate.start_of(Frames(plan.frames)).0;
        let poster_file = scratch.path().join("poster.jpg");
        grab_jpeg(&out, POSTER_S.min(length_s * 0.4), Some(POSTER_WIDTH_PX), &poster_file).await?;
        let key = |extension: &str| {
            BlobKey::new(request.business, &format!("films/{}.{extension}", &hash[..32]))
                .expect("a hash is a fit object name")
        };
        let blob = self.blobs.put_file(Bucket::Final, &key("mp4"), &out).await?;
        let poster = self.blobs.put_file(Bucket::Final, &key("jpg"), &poster_file).await?;
        self.cache.shrink(&in_use).await?;
        let remarks: Vec<String> = plan.remarks.iter().cloned().chain(parts.remarks).collect();
        Ok(Film {
            blob,
            hash,
            poster,
            width_px: plan.width_px,
            height_px: plan.height_px,
            rate: plan.rate,
            length: Frames(plan.frames),
            loudness_lufs: loudness.map(|loudness| loudness.integrated_lufs),
            true_peak_dbtp: loudness.map(|loudness| loudness.true_peak_dbtp),
            remarks,
        })
    }
}

impl Adapter for LocalRenderer {}

#[async_trait]
impl Renderer for LocalRenderer {
    async fn render(&self, request: &RenderRequest, context: &StepContext) -> PortResult<Film> {
        Ok(self.film(request, context).await?)
    }
}

/// What a film is joined from.
struct Parts {
    segments: Vec<PathBuf>,
    sound: Option<PathBuf>,
    remarks: Vec<String>,
}

#[derive(serde::Serialize, serde::Deserialize)]
struct SoundNotes {
    is_silent: bool,
    remark: Option<String>,
}

struct PieceJob {
    film: Arc<SharedFilm>,
    piece: Range<u64>,
    out: PathBuf,
    permits: Arc<Semaphore>,
    weight: u32,
    done: Arc<AtomicU64>,
    context: StepContext,
}

impl PieceJob {
    /// Renders the piece unless it lies finished; its remarks either way.
    async fn run(self) -> Result<Vec<String>, RenderError> {
        let Self { film, piece, out, permits, weight, done, context } = self;
        let total = film.plan.frames;
        let notes = Cache::notes(&out);
        if tokio::fs::try_exists(&out).await.unwrap_or(false)
            && let Some(remarks) = read_json(&notes).await
        {
            let count = piece.end - piece.start;
            context.report(done.fetch_add(count, Ordering::Relaxed) + count, total, "frames");
            return Ok(remarks);
        }
        let _permit = permits.acquire_many_owned(weight).await.map_err(|_| RenderError::Stopped("segment worker"))?;
        let on_frame = || context.report(done.fetch_add(1, Ordering::Relaxed) + 1, total, "frames");
        let remarks = render_segment(film, piece, out, on_frame).await?;
        write_json(&notes, &remarks).await?;
        Ok(remarks)
    }
}

/// The content identity of each layer: bytes of its source, or letter shapes of its font.
fn identities(film: &SharedFilm) -> BTreeMap<usize, String> {
    let source = |src: &str| film.sources.identities.get(src).cloned();
    let identity = |(index, layer): (usize, &crate::plan::Layer)| {
        let text = film.faces.get(&index).map(|face| face.identity.clone());
        text.or_else(|| layer.src().and_then(source)).map(|identity| (index, identity))
    };
    film.plan.layers.iter().enumerate().filter_map(identity).collect()
}

#[derive(Serialize)]
struct SoundSlice<'a> {
    version: u32,
    frames: u64,
    rate: (u32, u32),
    sounds: Vec<(&'a Sounding, Option<&'a String>)>,
}

fn sound_key(film: &SharedFilm) -> String {
    let plan = &film.plan;
    hash_of(&SoundSlice {
        version: RENDERER_VERSION,
        frames: plan.frames,
        rate: (plan.rate.num, plan.rate.den),
        sounds: plan.sounds.iter().map(|sound| (sound, film.sources.identities.get(&sound.src))).collect(),
    })
}

/// Rate factor of x264 for a quality.
fn crf(quality: Quality) -> u8 {
    match quality {
        Quality::Verylow => 30,
        Quality::Low => 27,
        Quality::Medium => 23,
        Quality::High => 20,
        Quality::Veryhigh => 17,
    }
}

async fn hash_of_file(file: &Path) -> Result<String, RenderError> {
    let file = file.to_owned();
    let hash = move || -> std::io::Result<String> {
        let mut hasher = blake3::Hasher::new();
        std::io::copy(&mut std::fs::File::open(file)?, &mut hasher)?;
        Ok(hasher.finalize().to_hex().to_string())
    };
    tokio::task::spawn_blocking(hash)
        .await
        .map_err(|_| RenderError::Stopped("hash"))?
        .map_err(RenderError::disk("film"))
}
