//! One frame of a film as JPEG.

use std::path::Path;

use crate::{
    Limits, MediaError,
    arguments::Arguments,
    cache::probe_once,
    durable::PartFile,
    error::name_of,
    filter::Chain,
    jail::Reach,
    probe::Probed,
    program::Program,
    runner::{self, Launch, Pace},
};

/// Most bytes of a still: 40 million pixels at the quality below need far less.
const MOST_STILL_BYTES: u64 = 256 << 20;

/// Writes the frame of `file` shown at `at_s` to the JPEG `out`, no wider than `max_width_px`.
/// A moment after the end gives the last frame.
///
/// # Errors
/// As the probe of the file; [`MediaError::NoPicture`].
pub async fn grab_jpeg(file: &Path, at_s: f64, max_width_px: Option<u32>, out: &Path) -> Result<(), MediaError> {
    let limits = Limits::default();
    let probed = probe_once(file, &limits).await?;
    let Some(video) = &probed.info.video else { return Err(MediaError::NoPicture { file: name_of(file) }) };
    let frame_s = 1.0 / video.rate.as_f64();
    let last_s = (probed.info.duration_s - frame_s).max(0.0);
    let at_s = at_s.clamp(0.0, last_s);
    let part = PartFile::beside(out)?;
    for seek_s in [at_s - frame_s / 2.0, at_s - 0.5, 0.0] {
        let launch = Launch {
            program: Program::Ffmpeg,
            arguments: arguments(file, seek_s.max(0.0), size(&probed, max_width_px), &probed, part.path()),
            op: "take a still of",
            file,
            reach: Reach::reading(file).writing(part.path(), MOST_STILL_BYTES),
            deadline: limits.probe_deadline.max(limits.work_deadline / 10),
            pace: Pace::Whole,
        };
        runner::run(launch, 0).await?;
        let written = tokio::fs::metadata(part.path()).await.map_err(|source| MediaError::io(out, source))?.len();
        if written > 0 {
            return part.keep().await;
        }
    }
    Err(MediaError::Short { file: name_of(file), found: 0, wanted: 1 })
}

/// Width and height of the still, even.
fn size(probed: &Probed, max_width_px: Option<u32>) -> (u32, u32) {
    let (width, height) =
        probed.info.video.as_ref().map_or((2, 2), |video| (video.width_px.max(2), video.height_px.max(2)));
    let wide = max_width_px.map_or(width, |most| most.clamp(16, 8192).min(width));
    let high = (f64::from(height) * f64::from(wide) / f64::from(width)).round().max(2.0) as u32;
    (wide / 2 * 2, high.div_ceil(2) * 2)
}

fn arguments(file: &Path, seek_s: f64, (width, height): (u32, u32), probed: &Probed, part: &Path) -> Arguments {
    Arguments::ffmpeg()
        .file(file, 2, seek_s)
        .pair("-map", "0:V:0")
        .pair("-frames:v", "1")
        .pair("-vf", Chain::new().into_jpeg(width.max(2), height, probed.colour).text())
        .pair("-c:v", "mjpeg")
        .pair("-q:v", "3")
        .pair("-flags:v", "+bitexact")
        .pair("-update", "1")
        .output("image2", part)
}
