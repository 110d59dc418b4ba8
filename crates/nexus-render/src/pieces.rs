//! The pieces of a film: which there are, which are there already, and how the rest is made, here or on other machines.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use nexus_core::port::StepContext;
use nexus_edit::model::Format;
use nexus_media::ffmpeg_version;
use tokio::{sync::Semaphore, task::JoinSet};

use crate::{
    RenderError,
    cache::{Cache, read_json},
    plan::Content,
    segment::{EncoderFacts, RENDERER_VERSION, chains, hash_of, segment_key, segments},
    studio::{Job, Studio},
    svg::has_words,
    worker::{Film as SharedFilm, Piece, render_chain},
};

impl Studio {
    /// How many chains of pieces a film has, and what they must be encoded with; no chains for what is no film.
    pub(crate) async fn chain_count(&self, job: &Job<'_>) -> Result<(usize, String), RenderError> {
        self.prepare().await?;
        let (edit, film) = self.film(job).await?;
        let count = match edit.output.format {
            Format::Mp4 | Format::Gif => chains(&film.plan, segments(&film.plan)).len(),
            Format::Jpg | Format::Png | Format::Bmp | Format::Mp3 => 0,
        };
        let version = ffmpeg_version().await?;
        Ok((count, hash_of(&(RENDERER_VERSION, encoder_facts(&film), version))))
    }

    /// The pieces of a film by their keys, in order, and where each lies or would lie; of one chain or of all.
    pub(crate) async fn pieces(
        &self,
        job: &Job<'_>,
        chain: Option<usize>,
    ) -> Result<Vec<(String, PathBuf)>, RenderError> {
        self.prepare().await?;
        let (_, film) = self.film(job).await?;
        let (encoder, identities) = (encoder_facts(&film), identities(&film));
        let all = chains(&film.plan, segments(&film.plan)).into_iter().enumerate();
        let wanted = all.filter(|(index, _)| chain.is_none_or(|chain| chain == *index)).flat_map(|(_, pieces)| pieces);
        let place = |piece: Range<u64>| {
            let key = segment_key(&film.plan, &piece, &identities, &encoder);
            let path = self.cache.segment(&key);
            (key, path)
        };
        Ok(wanted.map(place).collect())
    }

    /// Renders the pieces of one chain that are not there.
    pub(crate) async fn render_chain(
        &self,
        job: &Job<'_>,
        chain: usize,
        context: &StepContext,
    ) -> Result<(), RenderError> {
        self.prepare().await?;
        let (_, film) = self.film(job).await?;
        let Some(pieces) = chains(&film.plan, segments(&film.plan)).into_iter().nth(chain) else { return Ok(()) };
        self.render_pieces(&film, pieces, context).await.map(drop)
    }

    /// Renders those of `wanted` that are not there; where each lies, and what people should know.
    pub(crate) async fn render_pieces(
        &self,
        film: &Arc<SharedFilm>,
        wanted: Vec<Range<u64>>,
        context: &StepContext,
    ) -> Result<(Vec<PathBuf>, BTreeSet<String>), RenderError> {
        let plan = &film.plan;
        let (encoder, identities) = (encoder_facts(film), identities(film));
        let is_large = film.encoder_threads != self.config.threads_per_encoder;
        let total = wanted.iter().map(|piece| piece.end - piece.start).sum();
        let done = Arc::new(AtomicU64::new(0));
        let mut tasks: JoinSet<Result<Vec<String>, RenderError>> = JoinSet::new();
        let mut files = Vec::new();
        let mut missing = Vec::new();
        let mut remarks = BTreeSet::new();
        let mut begun = BTreeSet::new();
        for piece in wanted {
            let out = self.cache.segment(&segment_key(plan, &piece, &identities, &encoder));
            match finished(&out).await {
                // Equal pieces, of a slide show that repeats for instance, are made once.
                None if !begun.insert(out.clone()) => {
                    done.fetch_add(piece.end - piece.start, Ordering::Relaxed);
                }
                Some(found) => {
                    remarks.extend(found);
                    done.fetch_add(piece.end - piece.start, Ordering::Relaxed);
                }
                None => missing.push((piece, out.clone())),
            }
            files.push(out);
        }
        context.report(done.load(Ordering::Relaxed), total, "frames");
        let (missing, outs): (Vec<_>, Vec<_>) = missing.into_iter().unzip();
        // Chains keep the order of the pieces, and so of their files.
        let mut outs = outs.into_iter();
        for chain in chains(plan, missing) {
            let pieces = chain.into_iter().zip(outs.by_ref()).map(|(frames, out)| Piece { frames, out }).collect();
            let job = ChainJob {
                film: Arc::clone(film),
                pieces,
                permits: Arc::clone(&self.permits),
                weight: if is_large { self.config.workers.max(1) as u32 } else { 1 },
                total,
                done: Arc::clone(&done),
                context: context.clone(),
            };
            tasks.spawn(job.run());
        }
        while let Some(outcome) = tasks.join_next().await {
            remarks.extend(outcome.map_err(|_| RenderError::Stopped("segment worker"))??);
        }
        Ok((files, remarks))
    }
}

pub(crate) fn encoder_facts(film: &SharedFilm) -> EncoderFacts {
    EncoderFacts {
        crf: film.crf,
        encoder: film.encoder.name(),
        preset: film.encoder.preset(),
        threads: film.encoder_threads,
        file_px: film.file_px,
    }
}

/// Consecutive pieces that are still to be rendered.
struct ChainJob {
    film: Arc<SharedFilm>,
    pieces: Vec<Piece>,
    permits: Arc<Semaphore>,
    weight: u32,
    total: u64,
    done: Arc<AtomicU64>,
    context: StepContext,
}

impl ChainJob {
    /// Renders the pieces; their remarks.
    async fn run(self) -> Result<Vec<String>, RenderError> {
        let Self { film, pieces, permits, weight, total, done, context } = self;
        let _permit = permits.acquire_many_owned(weight).await.map_err(|_| RenderError::Stopped("segment worker"))?;
        let on_frames = |count| context.report(done.fetch_add(count, Ordering::Relaxed) + count, total, "frames");
        render_chain(film, pieces, on_frames).await
    }
}

/// The remarks of a piece that lies finished.
pub(crate) async fn finished(piece: &Path) -> Option<Vec<String>> {
    let is_there = tokio::fs::try_exists(piece).await.unwrap_or(false);
    if is_there { read_json(&Cache::notes(piece)).await } else { None }
}

/// The content identity of each layer: bytes of its source, or letter shapes of its font.
pub(crate) fn identities(film: &SharedFilm) -> BTreeMap<usize, String> {
    let source = |src: &str| film.sources.identities.get(src).cloned();
    let identity = |(index, layer): (usize, &crate::plan::Layer)| {
        let own = match &layer.content {
            Content::Svg { markup } if has_words(markup) => Some(film.fonts.identity()),
            _ => film.faces.get(&index).map(|face| face.identity.clone()),
        };
        let file = layer.src().and_then(source);
        let masks = layer.mattes.iter().filter_map(|matte| matte.layer.src().and_then(source));
        let all: Vec<String> = own.into_iter().chain(file).chain(masks).collect();
        (!all.is_empty()).then(|| (index, all.join(" ")))
    };
    film.plan.layers.iter().enumerate().filter_map(identity).collect()
}
