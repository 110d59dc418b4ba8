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

/// A film cut into pieces, in chains that are each best rendered by one machine; no chains for what is no film.
pub(crate) struct Cut {
    film: Arc<SharedFilm>,
    pub(crate) chains: Vec<Vec<CutPiece>>,
}

/// One piece of a film.
pub(crate) struct CutPiece {
    frames: Range<u64>,
    /// Its content-addressed name.
    pub(crate) key: String,
    /// Where it lies or would lie on this machine.
    pub(crate) place: PathBuf,
}

impl Cut {
    /// Every piece, in order.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = &CutPiece> {
        self.chains.iter().flatten()
    }
}

impl Studio {
    /// Cuts a film without rendering anything.
    pub(crate) async fn cut(&self, job: &Job<'_>) -> Result<Cut, RenderError> {
        self.prepare().await?;
        let (edit, film) = self.film(job).await?;
        let chains = match edit.output.format {
            Format::Mp4 | Format::Gif => chains(&film.plan, segments(&film.plan)),
            Format::Jpg | Format::Png | Format::Bmp | Format::Mp3 => Vec::new(),
        };
        let (encoder, identities) = (encoder_facts(&film), identities(&film));
        let piece = |frames: Range<u64>| {
            let key = segment_key(&film.plan, &frames, &identities, &encoder);
            CutPiece { place: self.cache.segment(&key), key, frames }
        };
        let chains = chains.into_iter().map(|chain| chain.into_iter().map(piece).collect()).collect();
        Ok(Cut { film, chains })
    }

    /// What the pieces of a film must be encoded with to join.
    pub(crate) async fn encoder_of(&self, cut: &Cut) -> Result<String, RenderError> {
        let version = ffmpeg_version().await?;
        Ok(hash_of(&(RENDERER_VERSION, encoder_facts(&cut.film), version)))
    }

    /// Renders those of some pieces of a film that are not there.
    pub(crate) async fn render_cut(
        &self,
        cut: &Cut,
        pieces: &[CutPiece],
        context: &StepContext,
    ) -> Result<(), RenderError> {
        let frames = pieces.iter().map(|piece| piece.frames.clone()).collect();
        self.render_pieces(&cut.film, frames, context).await.map(drop)
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
