//! Where films are made: plan, pieces side by side, sound, joined, verified.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
};

use nexus_core::{
    FrameRate, Frames, Seconds,
    film::{Film, FilmTags},
    port::StepContext,
};
use nexus_edit::model::{Edit, Format, Quality};
use nexus_media::{
    Encoder, Loudness, MuxSpec, Preset, Shape, has_encoder, measure_loudness, mux, write_gif, write_mp3,
};
use serde::Serialize;
use serde_json::Value;
use tokio::sync::Semaphore;

use crate::{
    RenderError,
    cache::{Cache, read_json, write_json},
    document,
    explain::Explanation,
    export,
    fonts::{Face, Fonts},
    pieces::{encoder_facts, identities},
    plan::{Content, Plan, Sounding, resolve},
    segment::{RENDERER_VERSION, chains, hash_of, segment_key, segments},
    sound::{Master, Mix, master, mix},
    sources::{Library, Sources, gather},
    worker::{Film as SharedFilm, render_frame},
};

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
    /// The encoder of pictures and its effort.
    pub encoder: Encoder,
    /// Threads of each encoder.
    pub threads_per_encoder: u8,
    /// Threads of each decoder.
    pub threads_per_decoder: u8,
    /// The cache is kept below this many bytes.
    pub cache_limit_bytes: u64,
    /// Pieces are also kept in the store, where other machines find them.
    pub share_pieces: bool,
}

impl RendererConfig {
    /// Two workers with one encoder thread each, the knee of x264's presets, a cache of 8 GiB.
    #[must_use]
    pub fn new(cache_dir: impl Into<PathBuf>, scratch_dir: impl Into<PathBuf>) -> Self {
        Self {
            cache_dir: cache_dir.into(),
            scratch_dir: scratch_dir.into(),
            workers: 2,
            encoder: Encoder::X264(Preset::Veryfast),
            threads_per_encoder: 1,
            threads_per_decoder: 1,
            cache_limit_bytes: 8 << 30,
            share_pieces: false,
        }
    }
}

/// Renders edits on this machine into files, with ffmpeg for codecs and everything else in this process.
pub struct Studio {
    pub(crate) config: RendererConfig,
    pub(crate) cache: Cache,
    fonts: Arc<Fonts>,
    /// Shared by all films, so that two of them do not fight for the processor.
    pub(crate) permits: Arc<Semaphore>,
}

/// What to render.
pub struct Job<'a> {
    /// A Shotstack Edit document.
    pub document: &'a Value,
    /// Where its sources lie.
    pub library: &'a dyn Library,
    /// Metadata written into the file.
    pub tags: &'a FilmTags,
}

/// A file that was rendered and verified.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rendered {
    /// Width in pixels; 0 for sound alone.
    pub width_px: u32,
    /// Height in pixels; 0 for sound alone.
    pub height_px: u32,
    /// Exact frame rate.
    pub rate: FrameRate,
    /// Exact length in frames.
    pub frames: u64,
    /// Integrated loudness in LUFS, measured on the encoded sound; `None` without sound.
    pub loudness_lufs: Option<f64>,
    /// True peak in dBTP, likewise.
    pub true_peak_dbtp: Option<f64>,
    /// What people should know.
    pub remarks: Vec<String>,
}

impl Studio {
    /// A studio with the fonts of this machine.
    #[must_use]
    pub fn new(config: RendererConfig) -> Self {
        let cache = Cache::new(config.cache_dir.clone(), config.cache_limit_bytes, !config.share_pieces);
        let permits = Arc::new(Semaphore::new(config.workers.max(1)));
        Self { config, cache, fonts: Arc::new(Fonts::load()), permits }
    }

    /// Renders `job` into `out`, in the format that its document asks for.
    ///
    /// # Errors
    /// [`RenderError`]: every fault of the document in one error, a source that cannot be read, a full disk.
    pub async fn render(&self, job: &Job<'_>, out: &Path, context: &StepContext) -> Result<Rendered, RenderError> {
        self.prepare().await?;
        let (edit, film) = self.film(job).await?;
        match edit.output.format {
            still @ (Format::Jpg | Format::Png | Format::Bmp) => {
                self.write_still(&film, film.plan.window.start, still, out).await
            }
            Format::Mp3 => self.sound_alone(&film, out, context).await,
            Format::Mp4 | Format::Gif => {
                let parts = self.parts(&film, context).await?;
                self.join(&film, &edit, parts, job.tags, out, context).await
            }
        }
    }

    /// Writes the frame at `at_s` seconds of the timeline as PNG.
    ///
    /// # Errors
    /// As [`Self::render`]; an edit that is shorter than that gives its last frame.
    pub async fn frame(&self, job: &Job<'_>, at_s: f64, out: &Path) -> Result<Rendered, RenderError> {
        self.prepare().await?;
        self.still_at(job, at_s, Format::Png, out).await
    }

    /// How `job` would be rendered: its layers, sounds and pieces, and which pieces are there already.
    ///
    /// # Errors
    /// As [`Self::render`].
    pub async fn explain(&self, job: &Job<'_>) -> Result<Explanation, RenderError> {
        self.prepare().await?;
        let (_, film) = self.film(job).await?;
        let (encoder, identities) = (encoder_facts(&film), identities(&film));
        let is_there =
            |piece: &Range<u64>| self.cache.segment(&segment_key(&film.plan, piece, &identities, &encoder)).exists();
        Ok(Explanation::of(&film.plan, segments(&film.plan), is_there))
    }

    /// A folder for a film in the making, removed when it is dropped.
    pub(crate) async fn scratch(&self) -> Result<tempfile::TempDir, RenderError> {
        self.prepare().await?;
        let folder = tempfile::Builder::new().prefix("film-").tempdir_in(&self.config.scratch_dir);
        folder.map_err(RenderError::disk("scratch folder"))
    }

    /// Writes the frame at `at_s` seconds of the timeline as a still of `format`.
    pub(crate) async fn still_at(
        &self,
        job: &Job<'_>,
        at_s: f64,
        format: Format,
        out: &Path,
    ) -> Result<Rendered, RenderError> {
        let (_, film) = self.film(job).await?;
        self.write_still(&film, frame_at(&film.plan, at_s), format, out).await
    }

    /// The film that an equal request gave before.
    pub(crate) async fn known(&self, request_key: &str) -> Option<Film> {
        self.cache.known_film(request_key).await
    }

    pub(crate) async fn remember(&self, request_key: &str, film: &Film) -> Result<(), RenderError> {
        self.cache.remember_film(request_key, film).await
    }

    pub(crate) async fn prepare(&self) -> Result<(), RenderError> {
        self.cache.prepare().await?;
        let encoder = self.config.encoder;
        // Every ffmpeg that we know has x264, and asking costs a tenth of a second.
        if !matches!(encoder, Encoder::X264(_)) && !has_encoder(encoder).await? {
            return Err(RenderError::NoEncoder(encoder.name()));
        }
        tokio::fs::create_dir_all(&self.config.scratch_dir).await.map_err(RenderError::disk("scratch folder"))
    }

    pub(crate) async fn film(&self, job: &Job<'_>) -> Result<(Edit, Arc<SharedFilm>), RenderError> {
        let (edit, remarks) = document::read(job.document)?;
        let sources = gather(&edit, job.library).await?;
        let mut plan = resolve(&edit, &sources.facts)?;
        plan.remarks.extend(document::worth_telling(&remarks));
        let fonts = self.fonts_for(&edit, &sources)?;
        let shared = self.shared(plan, sources, fonts, &edit)?;
        Ok((edit, Arc::new(shared)))
    }

    /// The machine's fonts, or those and the edit's own.
    fn fonts_for(&self, edit: &Edit, sources: &Sources) -> Result<Arc<Fonts>, RenderError> {
        if edit.timeline.fonts.is_empty() {
            return Ok(Arc::clone(&self.fonts));
        }
        let files = edit.timeline.fonts.iter().filter_map(|font| {
            let file = sources.files.get(&font.src)?;
            Some((font.src.as_str(), file.as_path()))
        });
        Ok(Arc::new(Fonts::with_files(files)?))
    }

    fn shared(
        &self,
        mut plan: Plan,
        sources: Sources,
        fonts: Arc<Fonts>,
        edit: &Edit,
    ) -> Result<SharedFilm, RenderError> {
        let mut faces = BTreeMap::new();
        for (index, layer) in plan.layers.iter().enumerate() {
            let wanted = match &layer.content {
                Content::Text { text } => Some((&text.font, text.text.clone())),
                Content::Captions { caption, cues, .. } => {
                    Some((&caption.font, cues.iter().map(|cue| cue.text.as_str()).collect::<Vec<_>>().join(" ")))
                }
                Content::Video { .. } | Content::Still { .. } | Content::Image { .. } | Content::Svg { .. } => None,
            };
            if let Some((font, words)) = wanted {
                faces.insert(index, fonts.face(font, &words)?);
            }
        }
        let substitutes: BTreeSet<String> = faces.values().filter_map(|face: &Face| face.remark.clone()).collect();
        plan.remarks.extend(substitutes);
        let is_large = u64::from(plan.width_px) * u64::from(plan.height_px) > LARGE_FRAME_PX;
        let together =
            u8::try_from(self.config.workers).unwrap_or(u8::MAX).saturating_mul(self.config.threads_per_encoder);
        // Too few chains for all workers: the decoders take what is left of the processors.
        let is_idle = chains(&plan, segments(&plan)).len() < self.config.workers;
        Ok(SharedFilm {
            crf: crf(plan.quality),
            encoder: self.config.encoder,
            encoder_threads: if is_large { together.max(1) } else { self.config.threads_per_encoder },
            decoder_threads: if is_idle { together.max(1) } else { self.config.threads_per_decoder },
            fonts,
            file_px: file_px(edit, &plan),
            plan,
            sources,
            faces,
        })
    }

    /// Renders or finds every piece, and the sound beside them.
    async fn parts(&self, film: &Arc<SharedFilm>, context: &StepContext) -> Result<Parts, RenderError> {
        let pictures = self.render_pieces(film, segments(&film.plan), context);
        let ((segments, remarks), (sound, notes)) = tokio::try_join!(pictures, self.sound(film))?;
        let remarks = remarks.into_iter().chain(notes.remark).collect();
        let sound = sound.zip(notes.loudness);
        Ok(Parts { segments, sound, remarks })
    }

    /// The film's sound, found or made; `None` when there is nothing to hear.
    async fn sound(&self, film: &SharedFilm) -> Result<(Option<PathBuf>, SoundNotes), RenderError> {
        let plan = &film.plan;
        if plan.sounds.is_empty() {
            return Ok((None, SoundNotes::default()));
        }
        let out = self.cache.sound(&sound_key(film));
        let notes = Cache::notes(&out);
        if let Some(found) = read_json::<SoundNotes>(&notes).await
            && (found.loudness.is_none() || tokio::fs::try_exists(&out).await.unwrap_or(false))
        {
            return Ok((found.loudness.map(|_| out), found));
        }
        let second = |frame: u64| plan.rate.start_of(Frames(frame)).0;
        let window_s = (second(plan.window.start), second(plan.window.end));
        let mixed = mix(&Mix { sounds: &plan.sounds, files: &film.sources.files, window_s }).await?;
        let Master { loudness, remark } = master(mixed, &out).await?;
        let made = SoundNotes { loudness, remark };
        write_json(&notes, &made).await?;
        Ok((loudness.map(|_| out), made))
    }

    /// Joins the pieces and the sound.
    async fn join(
        &self,
        film: &SharedFilm,
        edit: &Edit,
        parts: Parts,
        tags: &FilmTags,
        out: &Path,
        context: &StepContext,
    ) -> Result<Rendered, RenderError> {
        let plan = &film.plan;
        context.report(plan.frames(), plan.frames(), "joining the film");
        let in_use: BTreeSet<PathBuf> =
            parts.segments.iter().cloned().chain(parts.sound.iter().map(|(sound, _)| sound.clone())).collect();
        let is_gif = edit.output.format == Format::Gif;
        let (sound, loudness) = parts.sound.filter(|_| !is_gif).unzip();
        let joined = if is_gif { out.with_extension("joined.mp4") } else { out.to_owned() };
        let (width_px, height_px) = film.file_px;
        let counts = segments(plan).into_iter().map(|piece| piece.end - piece.start).collect();
        let known = Some(Shape { rate: plan.rate, width_px, height_px, counts });
        mux(&MuxSpec { segments: parts.segments, known, sound, tags: tags.clone(), out: joined.clone() }).await?;
        if is_gif {
            let made = write_gif(&joined, edit.output.repeat != Some(false), out).await;
            tokio::fs::remove_file(&joined).await.map_err(RenderError::disk("scratch file"))?;
            made?;
        }
        self.cache.shrink(&in_use).await?;
        Ok(Rendered {
            loudness_lufs: loudness.map(|loudness| loudness.integrated_lufs),
            true_peak_dbtp: loudness.map(|loudness| loudness.true_peak_dbtp),
            remarks: plan.remarks.iter().cloned().chain(parts.remarks).collect(),
            ..silent(film)
        })
    }

    async fn sound_alone(&self, film: &SharedFilm, out: &Path, context: &StepContext) -> Result<Rendered, RenderError> {
        let plan = &film.plan;
        context.report(0, plan.frames(), "mixing the sound");
        let (sound, notes) = self.sound(film).await?;
        let Some(sound) = sound else {
            let expected = "expected a clip that is heard: the timeline is silent, and an mp3 has nothing but sound";
            return Err(RenderError::edit("timeline", expected));
        };
        write_mp3(&sound, out).await?;
        let loudness = measure_loudness(out).await?;
        Ok(Rendered {
            width_px: 0,
            height_px: 0,
            loudness_lufs: Some(loudness.integrated_lufs),
            true_peak_dbtp: Some(loudness.true_peak_dbtp),
            remarks: plan.remarks.iter().cloned().chain(notes.remark).collect(),
            ..silent(film)
        })
    }

    async fn write_still(
        &self,
        film: &Arc<SharedFilm>,
        frame: u64,
        format: Format,
        out: &Path,
    ) -> Result<Rendered, RenderError> {
        let picture = render_frame(Arc::clone(film), frame).await?;
        let (file_px, out) = (film.file_px, out.to_owned());
        let write = move || export::write(&picture, file_px, format, &out);
        tokio::task::spawn_blocking(write).await.map_err(|_| RenderError::Stopped("still writer"))??;
        Ok(Rendered { frames: 1, remarks: film.plan.remarks.clone(), ..silent(film) })
    }
}

/// The frame that stands at `at_s` seconds of the timeline.
fn frame_at(plan: &Plan, at_s: f64) -> u64 {
    plan.rate.nearest_frame(Seconds(at_s.max(0.0))).0.clamp(plan.window.start, plan.window.end - 1)
}

/// The facts of a film that needs no sound.
fn silent(film: &SharedFilm) -> Rendered {
    Rendered {
        width_px: film.file_px.0,
        height_px: film.file_px.1,
        rate: film.plan.rate,
        frames: film.plan.frames(),
        loudness_lufs: None,
        true_peak_dbtp: None,
        remarks: vec![],
    }
}

/// The size of the file: that of `scaleTo`, or the frame's, even.
fn file_px(edit: &Edit, plan: &Plan) -> (u32, u32) {
    if edit.output.scale_to.is_none() {
        return (plan.width_px, plan.height_px);
    }
    let size = edit.output.file_size();
    (size.width.next_multiple_of(2), size.height.next_multiple_of(2))
}

/// What a film is joined from.
struct Parts {
    segments: Vec<PathBuf>,
    sound: Option<(PathBuf, Loudness)>,
    remarks: Vec<String>,
}

/// What is known of a sound; no loudness means silence and no file.
#[derive(Default, serde::Serialize, serde::Deserialize)]
struct SoundNotes {
    loudness: Option<Loudness>,
    remark: Option<String>,
}

#[derive(Serialize)]
struct SoundSlice<'a> {
    version: u32,
    window: (u64, u64),
    rate: (u32, u32),
    sounds: Vec<(&'a Sounding, Option<&'a String>)>,
}

fn sound_key(film: &SharedFilm) -> String {
    let plan = &film.plan;
    hash_of(&SoundSlice {
        version: RENDERER_VERSION,
        window: (plan.window.start, plan.window.end),
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
