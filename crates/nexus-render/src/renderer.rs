//! The renderer behind the port: films from stored sources, stored again.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use nexus_core::{
    BusinessId, Frames, PortResult,
    blob::{BlobKey, Bucket},
    film::{Film, RenderParts, RenderRequest},
    port::{Adapter, BlobStore, Renderer, StepContext},
};
use nexus_edit::model::{Format, Word as _};
use nexus_media::grab_jpeg;

use crate::{
    RenderError,
    cache::Cache,
    document,
    pieces::{Cut, CutPiece, finished},
    segment::{RENDERER_VERSION, hash_of},
    sources::{Stored, hash_of_file},
    studio::{Job, Rendered, RendererConfig, Studio},
};

/// When the poster is taken, in seconds: the hook's words stand, its shot has begun to move.
const POSTER_S: f64 = 0.8;
/// Width of the poster, in pixels.
const POSTER_WIDTH_PX: u32 = 1080;

/// Renders edits of the port on this machine.
pub struct LocalRenderer {
    studio: Studio,
    config: RendererConfig,
    blobs: Arc<dyn BlobStore>,
}

impl LocalRenderer {
    /// A renderer that reads sources from and stores films in `blobs`. Loads the machine's fonts.
    #[must_use]
    pub fn new(config: RendererConfig, blobs: Arc<dyn BlobStore>) -> Self {
        Self { studio: Studio::new(config.clone()), config, blobs }
    }

    async fn film(&self, request: &RenderRequest, context: &StepContext) -> Result<Film, RenderError> {
        let encoder = (self.config.encoder.name(), self.config.encoder.preset());
        let request_key = hash_of(&(RENDERER_VERSION, encoder, self.config.threads_per_encoder, request));
        if let Some(film) = self.finished(&request_key).await? {
            context.report(film.length.0, film.length.0, "found the finished film");
            return Ok(film);
        }
        let library = Stored { assets: &request.assets, blobs: &self.blobs };
        let job = Job { document: &request.edit, library: &library, tags: &request.tags };
        let scratch = self.studio.scratch().await?;
        let (edit, _) = document::read(&request.edit)?;
        let extension = edit.output.format.word();
        let out = scratch.path().join(format!("film.{extension}"));
        if self.config.share_pieces {
            self.fetch_pieces(request, context).await?;
        }
        let rendered = self.studio.render(&job, &out, context).await?;
        let poster = scratch.path().join("poster.jpg");
        let wanted_s = edit.output.poster.as_ref().map(|poster| poster.capture);
        self.poster(&job, &rendered, wanted_s, &out, &poster).await?;
        let film = self.store(request, rendered, (&out, extension), &poster).await?;
        self.studio.remember(&request_key, &film).await?;
        Ok(film)
    }

    /// A picture that stands for the film.
    async fn poster(
        &self,
        job: &Job<'_>,
        film: &Rendered,
        wanted_s: Option<f64>,
        out: &Path,
        poster: &Path,
    ) -> Result<(), RenderError> {
        let length_s = film.rate.start_of(Frames(film.frames)).0;
        let at_s = wanted_s.unwrap_or_else(|| POSTER_S.min(length_s * 0.4));
        if out.extension().is_some_and(|extension| extension == "mp4") {
            return Ok(grab_jpeg(out, at_s, Some(POSTER_WIDTH_PX), poster).await?);
        }
        self.studio.still_at(job, at_s, Format::Jpg, poster).await.map(|_| ())
    }

    async fn store(
        &self,
        request: &RenderRequest,
        film: Rendered,
        (out, extension): (&Path, &str),
        poster: &Path,
    ) -> Result<Film, RenderError> {
        let hash = hash_of_file(out).await.map_err(RenderError::disk("film"))?;
        let key = |extension: &str| {
            BlobKey::new(request.business, &format!("films/{}.{extension}", &hash[..32]))
                .expect("a hash is a fit object name")
        };
        let blob = self.blobs.put_file(Bucket::Final, &key(extension), out).await?;
        let poster_name = if extension == "jpg" { "poster.jpg" } else { "jpg" };
        let poster = self.blobs.put_file(Bucket::Final, &key(poster_name), poster).await?;
        let Rendered { width_px, height_px, rate, frames, loudness_lufs, true_peak_dbtp, remarks } = film;
        let length = Frames(frames);
        Ok(Film { blob, hash, poster, width_px, height_px, rate, length, loudness_lufs, true_peak_dbtp, remarks })
    }

    /// The film of an equal request, when it is still stored as it was.
    async fn finished(&self, request_key: &str) -> Result<Option<Film>, RenderError> {
        let Some(film) = self.studio.known(request_key).await else { return Ok(None) };
        for blob in [&film.blob, &film.poster] {
            if self.blobs.head(blob.bucket, &blob.key).await?.as_ref() != Some(blob) {
                return Ok(None);
            }
        }
        Ok(Some(film))
    }
}

/// A piece in the store: its pictures, and beside them what people should know. The second is written last.
fn piece_keys(business: BusinessId, key: &str) -> [BlobKey; 2] {
    ["mp4", "json"]
        .map(|ending| BlobKey::new(business, &format!("pieces/{key}.{ending}")).expect("a hash is a fit object name"))
}

/// Copies a file so that half of it is never taken for a piece.
async fn copy_whole(from: PathBuf, to: PathBuf) -> Result<(), RenderError> {
    let copy = move || {
        let part = tempfile::NamedTempFile::new_in(to.parent().unwrap_or(Path::new(".")))?;
        std::fs::copy(&from, part.path())?;
        part.persist(&to).map(drop).map_err(|error| error.error)
    };
    let copied = tokio::task::spawn_blocking(copy).await.map_err(|_| RenderError::Stopped("copier"))?;
    copied.map_err(RenderError::disk("piece"))
}

/// What machines share of a film in the making.
impl LocalRenderer {
    async fn cut(&self, request: &RenderRequest) -> Result<Cut, RenderError> {
        let library = Stored { assets: &request.assets, blobs: &self.blobs };
        self.studio.cut(&Job { document: &request.edit, library: &library, tags: &request.tags }).await
    }

    /// Brings pieces here that other machines made.
    async fn fetch_pieces(&self, request: &RenderRequest, context: &StepContext) -> Result<(), RenderError> {
        let cut = self.cut(request).await?;
        let total = cut.pieces().count() as u64;
        for (done, CutPiece { key, place, .. }) in cut.pieces().enumerate() {
            if finished(place).await.is_none() {
                self.fetch_piece(request.business, key, place).await?;
            }
            context.report(done as u64 + 1, total, "pieces from other machines");
        }
        Ok(())
    }

    /// Brings the piece here when it is in the store.
    async fn fetch_piece(&self, business: BusinessId, key: &str, place: &Path) -> Result<(), RenderError> {
        let [pictures, notes] = piece_keys(business, key);
        for (name, to) in [(pictures, place.to_path_buf()), (notes, Cache::notes(place))] {
            let Some(blob) = self.blobs.head(Bucket::Final, &name).await? else { return Ok(()) };
            let from = self.blobs.local_file(&blob).await?;
            copy_whole(from, to).await?;
        }
        Ok(())
    }

    /// Removes what was shared of a film that is whole now.
    async fn clear(&self, request: &RenderRequest) -> Result<(), RenderError> {
        for piece in self.cut(request).await?.pieces() {
            // The notes last written go first: a piece without them is none.
            for name in piece_keys(request.business, &piece.key).iter().rev() {
                self.blobs.delete(Bucket::Final, name).await?;
            }
        }
        Ok(())
    }

    async fn make_part(
        &self,
        request: &RenderRequest,
        parts: &RenderParts,
        part: u32,
        context: &StepContext,
    ) -> Result<(), RenderError> {
        let cut = self.cut(request).await?;
        if self.studio.encoder_of(&cut).await? != parts.encoder {
            // What it made would not join; whoever joins the film makes what is missing.
            tracing::warn!(
                "this machine encodes otherwise than the one that began the film; give all workers one ffmpeg and the same [render] settings"
            );
            return Ok(());
        }
        let chain = cut.chains.get(part as usize).map_or(&[][..], Vec::as_slice);
        let mut missing = Vec::new();
        for piece in chain {
            let [_, notes] = piece_keys(request.business, &piece.key);
            if self.blobs.head(Bucket::Final, &notes).await?.is_none() {
                missing.push(piece);
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        self.studio.render_cut(&cut, chain, context).await?;
        for CutPiece { key, place, .. } in missing {
            let [pictures, notes] = piece_keys(request.business, key);
            self.blobs.put_file(Bucket::Final, &pictures, place).await?;
            self.blobs.put_file(Bucket::Final, &notes, &Cache::notes(place)).await?;
        }
        Ok(())
    }
}

impl Adapter for LocalRenderer {}

#[async_trait]
impl Renderer for LocalRenderer {
    async fn render(&self, request: &RenderRequest, context: &StepContext) -> PortResult<Film> {
        Ok(self.film(request, context).await?)
    }

    fn shares_parts(&self) -> bool {
        self.config.share_pieces
    }

    async fn parts(&self, request: &RenderRequest) -> PortResult<RenderParts> {
        let cut = self.cut(request).await?;
        let encoder = self.studio.encoder_of(&cut).await?;
        Ok(RenderParts { count: u32::try_from(cut.chains.len()).unwrap_or(u32::MAX), encoder })
    }

    async fn clear_parts(&self, request: &RenderRequest) -> PortResult<()> {
        Ok(self.clear(request).await?)
    }

    async fn render_part(
        &self,
        request: &RenderRequest,
        parts: &RenderParts,
        part: u32,
        context: &StepContext,
    ) -> PortResult<()> {
        Ok(self.make_part(request, parts, part, context).await?)
    }
}
