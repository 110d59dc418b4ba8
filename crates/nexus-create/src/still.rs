//! The embedded still maker: designed pictures in brand colours where footage is missing.
//!
//! A still is texture, mood and detail. It never pretends to be the place, and it carries no text.

mod colour;
mod motif;
mod paint;
mod shape;

use std::{
    fs,
    io::BufWriter,
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use image::{
    ExtendedColorType, ImageEncoder,
    codecs::png::{CompressionType, FilterType, PngEncoder},
};
use nexus_core::{
    ErrorKind, PortError, PortResult,
    blob::{BlobKey, BlobRef, Bucket},
    film::StillRequest,
    port::{Adapter, BlobStore, ImageMaker, StepContext},
};

use crate::error::CreateError;

const PROVIDER: &str = "still designer";
const OP: &str = "make a still";

/// Makes designed stills: a motif of the subject, drawn in the brand's colours. Same request, same bytes.
pub struct DesignedStill {
    blobs: Arc<dyn BlobStore>,
    scratch: PathBuf,
}

impl DesignedStill {
    /// Least side in pixels.
    pub const MIN_SIDE_PX: u32 = 16;
    /// Greatest side in pixels.
    pub const MAX_SIDE_PX: u32 = 4320;

    /// A maker that stores into `blobs` and works in the folder `scratch`.
    #[must_use]
    pub fn new(blobs: Arc<dyn BlobStore>, scratch: impl Into<PathBuf>) -> Self {
        Self { blobs, scratch: scratch.into() }
    }

    /// Draws the still as RGB bytes, rows from the top.
    ///
    /// # Errors
    /// [`CreateError::StillSize`] outside 16 to 4320 px on a side.
    pub fn draw(request: &StillRequest) -> Result<Vec<u8>, CreateError> {
        let StillRequest { subject, kit, width_px, height_px, seed, business: _ } = request;
        let fits = |side: &u32| (Self::MIN_SIDE_PX..=Self::MAX_SIDE_PX).contains(side);
        if !fits(width_px) || !fits(height_px) {
            return Err(CreateError::StillSize { width_px: *width_px, height_px: *height_px });
        }
        let short = (*width_px).min(*height_px) as f32;
        let mut stage = motif::Stage {
            half: [*width_px as f32 / short / 2.0, *height_px as f32 / short / 2.0],
            palette: colour::Palette::of(&kit.primary, &kit.accent, &kit.ink),
            dice: motif::Dice(*seed ^ 0x5eed_0001),
        };
        let composition = motif::compose(motif::Motif::of(subject), &mut stage);
        Ok(paint::paint(&composition, *width_px, *height_px))
    }
}

impl Adapter for DesignedStill {}

#[async_trait]
impl ImageMaker for DesignedStill {
    async fn make_still(&self, request: &StillRequest, context: &StepContext) -> PortResult<BlobRef> {
        let token = context.key.token();
        let key = BlobKey::new(request.business, &format!("stills/{token}.png"))
            .map_err(|error| PortError::new(ErrorKind::Bug, PROVIDER, OP, error.to_string()))?;
        if let Some(done) = self.blobs.head(Bucket::Final, &key).await? {
            return Ok(done);
        }
        context.report(0, 2, format!("drawing '{}'", request.subject));
        fs::create_dir_all(&self.scratch).map_err(|error| PortError::disk(PROVIDER, OP, &self.scratch, error))?;
        let file = Scratch(self.scratch.join(format!("still-{token}.png")));
        let (path, request) = (file.0.clone(), request.clone());
        tokio::task::spawn_blocking(move || write_png(&request, &path))
            .await
            .map_err(|source| CreateError::Stopped { work: "still", source }.at(PROVIDER, OP))?
            .map_err(|error| error.at(PROVIDER, OP))?;
        context.report(1, 2, "storing the still");
        let blob = self.blobs.put_file(Bucket::Final, &key, &file.0).await?;
        context.report(2, 2, "still stored");
        Ok(blob)
    }
}

/// A file that disappears with its maker.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        // Best effort: the folder is emptied at every start anyway.
        let _ = fs::remove_file(&self.0);
    }
}

fn write_png(request: &StillRequest, path: &Path) -> Result<(), CreateError> {
    let pixels = DesignedStill::draw(request)?;
    let failed = |source: image::ImageError| CreateError::WriteStill { path: path.to_owned(), source };
    let file = fs::File::create(path).map_err(|error| failed(error.into()))?;
    PngEncoder::new_with_quality(BufWriter::new(file), CompressionType::Fast, FilterType::Up)
        .write_image(&pixels, request.width_px, request.height_px, ExtendedColorType::Rgb8)
        .map_err(failed)
}
