//! Loudness by EBU R 128, and a limiter that keeps true peaks down.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{
    Limits, MediaError,
    arguments::Arguments,
    cache::probe_once,
    durable::PartFile,
    error::name_of,
    filter::Chain,
    jail::{MOST_FILM_BYTES, Reach},
    program::Program,
    runner::{self, Launch, Pace},
};

/// What EBU R 128 says of a sound.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Loudness {
    /// Integrated loudness in LUFS; -70 for silence.
    pub integrated_lufs: f64,
    /// True peak in dBTP; -90 at the least.
    pub true_peak_dbtp: f64,
}

/// Loudness of the whole sound of `file`.
///
/// # Errors
/// [`MediaError::NoSound`]; the decoder's own failure.
pub async fn measure_loudness(file: &Path) -> Result<Loudness, MediaError> {
    let limits = Limits::default();
    let launch = Launch {
        program: Program::Ffmpeg,
        arguments: measure_arguments(file),
        op: "measure the loudness of",
        file,
        reach: Reach::reading(file),
        deadline: limits.work_deadline,
        pace: Pace::Whole,
    };
    let messages = match runner::run(launch, 0).await {
        Ok(finished) => finished.messages,
        Err(MediaError::Failed { detail, .. }) if detail.contains("matches no streams") => {
            return Err(MediaError::NoSound { file: name_of(file) });
        }
        Err(error) => return Err(error),
    };
    parse(&messages).ok_or_else(|| MediaError::Report {
        program: "ffmpeg",
        file: name_of(file),
        detail: "no loudness summary".into(),
    })
}

/// Copies the sound of `file` to the WAV `out` with true peaks below `ceiling_dbtp` (at most 0), found and
/// held at 192 kHz. Rate and channels stay.
///
/// # Errors
/// As [`measure_loudness`]; [`MediaError::Request`] for a ceiling above 0 or below -24 dBTP.
pub async fn limit_peaks(file: &Path, ceiling_dbtp: f64, out: &Path) -> Result<(), MediaError> {
    let limits = Limits::default();
    let Some(audio) = probe_once(file, &limits).await?.info.audio else {
        return Err(MediaError::NoSound { file: name_of(file) });
    };
    if !(-24.0..=0.0).contains(&ceiling_dbtp) {
        return Err(MediaError::Request(format!("a ceiling of {ceiling_dbtp} dBTP is not kept: expected -24 to 0")));
    }
    let part = PartFile::beside(out)?;
    let launch = Launch {
        program: Program::Ffmpeg,
        arguments: limit_arguments(file, ceiling_dbtp, audio.rate_hz, part.path()),
        op: "limit the peaks of",
        file,
        reach: Reach::reading(file).writing(part.path(), MOST_FILM_BYTES),
        deadline: limits.work_deadline,
        pace: Pace::Whole,
    };
    runner::run(launch, 0).await?;
    part.keep().await
}

fn measure_arguments(file: &Path) -> Arguments {
    Arguments::ffmpeg()
        .pair("-loglevel", "info")
        .flag("-nostats")
        .file(file, 1, 0.0)
        .pair("-map", "0:a:0")
        .pair("-af", Chain::new().loudness().text())
        .into_pipe("null")
}

fn limit_arguments(file: &Path, ceiling_dbtp: f64, rate_hz: u32, part: &Path) -> Arguments {
    // A tenth of a decibel is left for the way back from 192 kHz.
    let ceiling = 10_f64.powf((ceiling_dbtp - 0.1) / 20.0);
    Arguments::ffmpeg()
        .file(file, 1, 0.0)
        .pair("-map", "0:a:0")
        .pair("-af", Chain::new().limit_peaks(ceiling, rate_hz).text())
        .pair("-c:a", "pcm_f32le")
        .pair("-flags:a", "+bitexact")
        .output("wav", part)
}

/// Reads the summary that the filter prints at its end.
fn parse(messages: &str) -> Option<Loudness> {
    let summary = messages.rsplit_once("Summary:")?.1;
    let value = |label: &str| {
        let line = summary.lines().find_map(|line| line.trim().strip_prefix(label))?;
        line.split_whitespace().next()?.parse::<f64>().ok()
    };
    Some(Loudness { integrated_lufs: value("I:")?.max(-70.0), true_peak_dbtp: value("Peak:")?.max(-90.0) })
}
