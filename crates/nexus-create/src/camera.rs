//! The embedded animator: a slow camera over a still, sampled below the pixel, encoded as a clip.

use std::{path::PathBuf, sync::Arc};

use async_trait::async_trait;
use nexus_core::{
    ErrorKind, PortError, PortResult,
    blob::{BlobKey, BlobRef, Bucket},
    port::{Adapter, AnimateSpec, Animator, BlobStore, StepContext},
};
use nexus_media::{EncodeSpec, Encoder, FrameWriter, Preset, Yuv420};

use crate::error::CreateError;

mod path;
mod plate;

const PROVIDER: &str = "still camera";
const OP: &str = "animate the still";
/// Threads of the encoder: fixed, because they are part of what decides the bytes.
const ENCODER_THREADS: u8 = 4;
/// Clips are encoded once more inside the film: many bytes, little time.
const CLIP_CRF: u8 = 14;

/// Moves a virtual camera over stills. The same step gives the same bytes.
pub struct CameraMove {
    blobs: Arc<dyn BlobStore>,
    scratch: PathBuf,
}

impl CameraMove {
    /// An animator that reads from and stores into `blobs` and works in the folder `scratch`.
    #[must_use]
    pub fn new(blobs: Arc<dyn BlobStore>, scratch: impl Into<PathBuf>) -> Self {
        Self { blobs, scratch: scratch.into() }
    }

    async fn shoot(&self, still: &BlobRef, spec: &AnimateSpec, context: &StepContext, out: PathBuf) -> PortResult<()> {
        let file = self.blobs.local_file(still).await?;
        let frames = (spec.length_s * spec.rate.as_f64() - 1e-6).ceil().max(1.0) as u64;
        let route = path::Route::of(still.key.as_str(), spec.length_s);
        let (name, size) = (still.key.to_string(), (spec.width_px, spec.height_px));
        let plate = blocking(move || plate::Plate::read(&file, name, size, route.widest())).await?;
        let plate = Arc::new(plate.map_err(|error| error.at(PROVIDER, OP))?);
        let encode = EncodeSpec {
            out,
            width_px: spec.width_px,
            height_px: spec.height_px,
            rate: spec.rate,
            crf: CLIP_CRF,
            encoder: Encoder::X264(Preset::Ultrafast),
            threads: ENCODER_THREADS,
        };
        let mut writer = FrameWriter::open(&encode).await?;
        let draw = |number: u64| {
            let (plate, view) = (Arc::clone(&plate), route.view(number, frames));
            tokio::task::spawn_blocking(move || plate.frame(view))
        };
        // The next frame is drawn while the encoder takes this one.
        let mut coming = draw(0);
        for number in 0..frames {
            let frame: Yuv420 = coming.await.map_err(stopped)?;
            coming = draw((number + 1).min(frames - 1));
            writer.write(&frame).await?;
            if number % 15 == 0 {
                context.report(number, frames, "moving the camera");
            }
        }
        writer.finish().await?;
        Ok(())
    }
}

impl Adapter for CameraMove {}

#[async_trait]
impl Animator for CameraMove {
    async fn animate(&self, still: &BlobRef, spec: &AnimateSpec, context: &StepContext) -> PortResult<BlobRef> {
        check(spec).map_err(|error| error.at(PROVIDER, OP))?;
        let token = context.key.token();
        let key = BlobKey::new(still.key.business(), &format!("clips/{token}.mp4"))
            .map_err(|error| PortError::new(ErrorKind::Bug, PROVIDER, OP, error.to_string()))?;
        if let Some(done) = self.blobs.head(Bucket::Final, &key).await? {
            return Ok(done);
        }
        std::fs::create_dir_all(&self.scratch).map_err(|error| PortError::disk(PROVIDER, OP, &self.scratch, error))?;
        let file = self.scratch.join(format!("clip-{token}.mp4"));
        let shot = self.shoot(still, spec, context, file.clone()).await;
        let stored = match shot {
            Ok(()) => self.blobs.put_file(Bucket::Final, &key, &file).await,
            Err(error) => Err(error),
        };
        // Best effort: the folder is emptied at every start anyway.
        let _ = std::fs::remove_file(&file);
        stored
    }
}

fn check(spec: &AnimateSpec) -> Result<(), CreateError> {
    let side = |pixels: u32| (16..=4096).contains(&pixels) && pixels.is_multiple_of(2);
    if side(spec.width_px) && side(spec.height_px) && (0.1..=60.0).contains(&spec.length_s) {
        Ok(())
    } else {
        Err(CreateError::ClipShape { width_px: spec.width_px, height_px: spec.height_px, length_s: spec.length_s })
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> PortResult<T> {
    tokio::task::spawn_blocking(work).await.map_err(stopped)
}

fn stopped(source: tokio::task::JoinError) -> PortError {
    CreateError::Stopped { work: "clip", source }.at(PROVIDER, OP)
}
