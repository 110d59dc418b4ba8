//! From a scene to a file: frames drawn on all cores while the encoder works, then the clip's own sound.

use std::path::Path;

use nexus_core::{FrameRate, film::FilmTags};
use nexus_media::{
    EncodeSpec, Encoder, FrameWriter, MediaError, MuxSpec, Preset, SoundFormat, Yuv420, mux, write_sound,
};
use tokio::sync::mpsc;

use crate::{
    DemoKitError,
    footage::{Clip, ClipTruth},
    picture::Darkroom,
    scenes,
};

/// Quality of the clips, high enough to be cut from and encoded again.
const CRF: u8 = 20;
/// Encoder threads; fixed, because they decide the bytes.
const THREADS: u8 = 2;

/// Draws and encodes `clip` as `truth` says, to `out`. The file appears only when it is whole.
pub(crate) async fn film(clip: &Clip, truth: &ClipTruth, out: &Path) -> Result<(), DemoKitError> {
    let failed = |source: MediaError| DemoKitError::Media { clip: truth.name.clone(), source };
    let Some(ambience) = clip.sound else {
        return encode(truth, out).await;
    };
    let beside = out.parent().unwrap_or(Path::new("."));
    let folder =
        tempfile::tempdir_in(beside).map_err(|source| DemoKitError::Disk { path: beside.to_owned(), source })?;
    let (silent, sound) = (folder.path().join("picture.mp4"), folder.path().join("sound.m4a"));
    encode(truth, &silent).await?;
    let samples = ambience.record(truth.duration_s);
    write_sound(&samples, 48_000, 2, &sound, SoundFormat::Aac).await.map_err(failed)?;
    let tags = FilmTags { title: truth.name.replace('_', " "), keywords: truth.seen.join(", "), ..FilmTags::default() };
    let spec = MuxSpec { segments: vec![silent], known: None, sound: Some(sound), tags, out: out.to_owned() };
    mux(&spec).await.map_err(failed)?;
    Ok(())
}

async fn encode(truth: &ClipTruth, out: &Path) -> Result<(), DemoKitError> {
    let failed = |source: MediaError| DemoKitError::Media { clip: truth.name.clone(), source };
    let stopped = || DemoKitError::Stopped(truth.name.clone());
    let spec = EncodeSpec {
        out: out.to_owned(),
        width_px: truth.width_px,
        height_px: truth.height_px,
        rate: FrameRate::FPS_30,
        crf: CRF,
        encoder: Encoder::X264(Preset::Ultrafast),
        threads: THREADS,
    };
    let mut writer = FrameWriter::open(&spec).await.map_err(failed)?;
    let (sender, mut frames) = mpsc::channel::<Yuv420>(2);
    let plan = truth.clone();
    let drawing = tokio::task::spawn_blocking(move || draw(&plan, &sender));
    while let Some(frame) = frames.recv().await {
        writer.write(&frame).await.map_err(failed)?;
    }
    // A drawing thread that gave up has closed the channel early; the file must not appear then.
    let drawn = drawing.await.map_err(|_| stopped())?;
    if drawn != truth.frames {
        return Err(stopped());
    }
    writer.finish().await.map_err(failed)?;
    Ok(())
}

/// Draws every frame in order; how many were taken.
fn draw(truth: &ClipTruth, sender: &mpsc::Sender<Yuv420>) -> u32 {
    let Some(scene) = scenes::scene(&truth.name, truth.height_px as usize) else {
        return 0;
    };
    let darkroom = Darkroom::new(truth.width_px as usize, truth.height_px as usize);
    for index in 0..truth.frames {
        let seconds = index as f32 / truth.fps as f32;
        let planes = darkroom.frame(scene.as_ref(), seconds, truth.duration_s as f32, u64::from(index));
        let mut data = planes.y;
        data.extend_from_slice(&planes.u);
        data.extend_from_slice(&planes.v);
        if sender.blocking_send(Yuv420 { width_px: truth.width_px, height_px: truth.height_px, data }).is_err() {
            return index;
        }
    }
    truth.frames
}
