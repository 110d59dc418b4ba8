//! A copy of a film within a destination's bounds: the streams copied when they fit, encoded when not.

use std::path::Path;

use nexus_core::{
    film::RenditionSpec,
    footage::{MediaInfo, VideoInfo},
};

use crate::{
    Limits, MediaError,
    arguments::{Arguments, seconds},
    durable::PartFile,
    error::name_of,
    filter::Chain,
    jail::{MOST_FILM_BYTES, Reach},
    probe::{Probed, probe},
    program::Program,
    runner::{self, Launch, Pace},
};

/// Length of the fade at a cut end, in seconds.
const FADE_S: f64 = 0.6;

/// Bits per second of the sound.
const SOUND_BITS: f64 = 128_000.0;

/// Pictures below this many bits per pixel and frame look broken; a smaller picture looks better.
const LEAST_BITS_PER_PIXEL: f64 = 0.04;

/// Writes a copy of `film` within `spec` to `out`.
///
/// # Errors
/// As the probe of the film; [`MediaError::Request`] when the bounds contradict each other or the film is
/// smaller than the least size.
pub(crate) async fn rendition(
    film: &Path,
    spec: &RenditionSpec,
    out: &Path,
    limits: &Limits,
) -> Result<MediaInfo, MediaError> {
    let probed = probe(film, limits).await?;
    let Some(video) = probed.info.video.clone() else { return Err(MediaError::NoPicture { file: name_of(film) }) };
    let bytes = tokio::fs::metadata(film).await.map_err(|source| MediaError::io(film, source))?.len();
    check(film, spec, &video)?;
    let part = PartFile::beside(out)?;
    let fits = probed.info.duration_s <= spec.max_s + 0.001 && bytes <= spec.max_bytes && video.codec == "h264";
    if fits {
        tokio::fs::copy(film, part.path()).await.map_err(|source| MediaError::io(out, source))?;
        part.keep().await?;
        return Ok(probed.info);
    }
    let mut share = 0.94;
    for _ in 0..3 {
        let plan = plan(spec, &probed, &video, share);
        if plan.picture_bits < 50_000.0 {
            break;
        }
        encode(film, &plan, &probed, part.path(), limits).await?;
        let size = tokio::fs::metadata(part.path()).await.map_err(|source| MediaError::io(out, source))?.len();
        if size <= spec.max_bytes {
            let made = probe(part.path(), limits).await?.info;
            part.keep().await?;
            return Ok(made);
        }
        share *= spec.max_bytes as f64 / size as f64 * 0.95;
    }
    Err(MediaError::Request(format!(
        "'{}' cannot be made as small as {} bytes at {:.0} s and {} pixels: allow more bytes or a shorter film",
        name_of(film),
        spec.max_bytes,
        spec.max_s,
        spec.min_short_side_px
    )))
}

fn check(film: &Path, spec: &RenditionSpec, video: &VideoInfo) -> Result<(), MediaError> {
    let short = video.width_px.min(video.height_px);
    if short < spec.min_short_side_px {
        return Err(MediaError::Request(format!(
            "'{}' has a short side of {short} pixels and the destination wants at least {}: render the film larger",
            name_of(film),
            spec.min_short_side_px
        )));
    }
    if !spec.max_s.is_finite() || spec.max_s <= 0.0 {
        return Err(MediaError::Request(format!(
            "a copy of at most {} s cannot be made: expected more than 0",
            spec.max_s
        )));
    }
    Ok(())
}

/// What the encoder is told.
#[derive(Debug, Clone, PartialEq)]
struct RenditionPlan {
    length_s: f64,
    trimmed: bool,
    width_px: u32,
    height_px: u32,
    picture_bits: f64,
}

/// Spends `share` of the bytes; shrinks the picture only while bits per pixel are too few.
fn plan(spec: &RenditionSpec, probed: &Probed, video: &VideoInfo, share: f64) -> RenditionPlan {
    let trimmed = probed.info.duration_s > spec.max_s;
    let length_s = probed.info.duration_s.min(spec.max_s).max(0.1);
    let sound_bits = if probed.info.audio.is_some() { SOUND_BITS } else { 0.0 };
    let picture_bits = (spec.max_bytes as f64 * 8.0 * share / length_s - sound_bits).clamp(0.0, 20_000_000.0);
    let (width, height) = (f64::from(video.width_px), f64::from(video.height_px));
    let short = width.min(height);
    let affordable = (picture_bits / video.rate.as_f64() / LEAST_BITS_PER_PIXEL / (width * height)).sqrt().min(1.0);
    let usual = [1080.0, 720.0, 540.0, 480.0].into_iter().find(|side| *side <= short * affordable);
    let side = if affordable >= 1.0 {
        short
    } else {
        usual.unwrap_or(480.0).max(f64::from(spec.min_short_side_px)).min(short)
    };
    let even = |value: f64| ((value * side / short / 2.0).round() as u32).max(1) * 2;
    RenditionPlan { length_s, trimmed, width_px: even(width), height_px: even(height), picture_bits }
}

async fn encode(
    film: &Path,
    plan: &RenditionPlan,
    probed: &Probed,
    part: &Path,
    limits: &Limits,
) -> Result<(), MediaError> {
    let launch = Launch {
        program: Program::Ffmpeg,
        arguments: arguments(film, plan, probed, part),
        op: "make a smaller copy of",
        file: film,
        reach: Reach::reading(film).writing(part, MOST_FILM_BYTES),
        deadline: limits.work_deadline,
        pace: Pace::Whole,
    };
    runner::run(launch, 0).await.map(|_| ())
}

fn arguments(film: &Path, plan: &RenditionPlan, probed: &Probed, part: &Path) -> Arguments {
    let fade_s = FADE_S.min(plan.length_s / 4.0);
    let shaped = Chain::new().into_bt709(plan.width_px, plan.height_px, probed.colour);
    let picture = if plan.trimmed { shaped.fade_out(plan.length_s - fade_s, fade_s) } else { shaped };
    let bits = format!("{:.0}", plan.picture_bits);
    let words = Arguments::ffmpeg()
        .file(film, 2, 0.0)
        .pair("-map", "0:V:0")
        .pair("-map", "0:a:0?")
        .pair("-t", seconds(plan.length_s))
        .pair("-vf", picture.text())
        .pair("-c:v", "libx264")
        .pair("-preset", "veryfast")
        .pair("-crf", "21")
        .pair("-maxrate", &bits)
        .pair("-bufsize", &bits)
        .pair("-threads", "2")
        .pair("-profile:v", "high")
        .pair("-pix_fmt", "yuv420p")
        .pair("-color_primaries", "bt709")
        .pair("-color_trc", "bt709")
        .pair("-colorspace", "bt709")
        .pair("-color_range", "tv")
        .pair("-flags:v", "+bitexact");
    let heard = match (probed.info.audio.is_some(), plan.trimmed) {
        (false, _) => words,
        (true, false) => sound(words),
        (true, true) => sound(words).pair("-af", Chain::new().sound_fade_out(plan.length_s - fade_s, fade_s).text()),
    };
    heard.pair("-movflags", "+faststart").output("mp4", part)
}

fn sound(words: Arguments) -> Arguments {
    words.pair("-c:a", "aac").pair("-b:a", "128k").pair("-flags:a", "+bitexact")
}
