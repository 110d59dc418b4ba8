//! Sound as samples: decoded from any file, encoded to AAC or WAV.

use std::path::Path;

use crate::{
    Limits, MediaError,
    arguments::{Arguments, seconds},
    cache::probe_once,
    durable::PartFile,
    error::name_of,
    filter::Chain,
    jail::{MOST_FILM_BYTES, Reach},
    program::Program,
    runner::{self, Feed, Launch, Pace, Process},
};

/// Which samples, of what shape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SoundSpec {
    /// Samples per second and channel.
    pub rate_hz: u32,
    /// Channels, 1 or 2.
    pub channels: u16,
    /// Start in seconds from the file's start.
    pub start_s: f64,
    /// Length in seconds of the file; to the end when absent.
    pub length_s: Option<f64>,
    /// How many times as fast it plays, its pitch kept; 1 as it was recorded. Held within 0.1 to 10.
    pub tempo: f64,
}

/// How sound is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SoundFormat {
    /// AAC at 192 kbit/s in an MP4 container, for films.
    Aac,
    /// 32-bit float WAV, exact, for work in between.
    Wav,
}

/// The sound of `file`, channels interleaved, samples nominally in [-1, 1], sample 0 at `start_s` of the
/// file's timeline (a late sound track begins with silence). Ends where the sound ends, so it may be
/// shorter than asked for, never longer.
///
/// # Errors
/// As the probe of the file; [`MediaError::NoSound`].
pub async fn read_sound(file: &Path, spec: &SoundSpec) -> Result<Vec<f32>, MediaError> {
    let limits = Limits::default();
    let probed = probe_once(file, &limits).await?;
    if probed.info.audio.is_none() {
        return Err(MediaError::NoSound { file: name_of(file) });
    }
    check(spec.rate_hz, spec.channels)?;
    let start = spec.start_s.max(0.0);
    let most_s = spec.length_s.unwrap_or(limits.max_sound_s).clamp(0.0, limits.max_sound_s);
    let most_bytes =
        ((most_s / held(spec.tempo) + 1.0) * f64::from(spec.rate_hz)) as usize * usize::from(spec.channels) * 4;
    let launch = Launch {
        program: Program::Ffmpeg,
        arguments: read_arguments(file, &SoundSpec { start_s: start, ..*spec }),
        op: "decode the sound of",
        file,
        reach: Reach::reading(file),
        deadline: limits.work_deadline,
        pace: Pace::Whole,
    };
    let bytes = runner::run(launch, most_bytes).await?.stdout;
    let mut samples: Vec<f32> =
        bytes.chunks_exact(4).map(|word| f32::from_le_bytes([word[0], word[1], word[2], word[3]])).collect();
    if let Some(length_s) = spec.length_s {
        let heard_s = length_s.max(0.0) / held(spec.tempo);
        samples.truncate((heard_s * f64::from(spec.rate_hz)).round() as usize * usize::from(spec.channels));
    }
    Ok(samples)
}

/// Stores interleaved `samples` in `out`, which appears only when it is whole. The same samples give the
/// same bytes.
///
/// # Errors
/// [`MediaError::Request`] for no samples, a part of a sample or odd shapes; the disk's errors.
pub async fn write_sound(
    samples: &[f32],
    rate_hz: u32,
    channels: u16,
    out: &Path,
    format: SoundFormat,
) -> Result<(), MediaError> {
    check(rate_hz, channels)?;
    if samples.is_empty() || !samples.len().is_multiple_of(usize::from(channels)) {
        return Err(MediaError::Request(format!(
            "{} samples cannot be stored as sound of {channels} channels: expected a multiple above 0",
            samples.len()
        )));
    }
    let part = PartFile::beside(out)?;
    let launch = Launch {
        program: Program::Ffmpeg,
        arguments: write_arguments(rate_hz, channels, part.path(), format),
        op: "encode the sound of",
        file: out,
        reach: Reach::pipes().writing(part.path(), MOST_FILM_BYTES),
        deadline: Limits::default().work_deadline,
        pace: Pace::Whole,
    };
    let mut process = Process::start(&launch, Feed::Pipe)?;
    let mut bytes = Vec::with_capacity(1 << 18);
    for block in samples.chunks(1 << 16) {
        bytes.clear();
        bytes.extend(block.iter().flat_map(|sample| sample.to_le_bytes()));
        process.write(&bytes).await?;
    }
    process.finish().await?;
    part.keep().await
}

/// A tempo that the filter can make.
fn held(tempo: f64) -> f64 {
    if tempo.is_finite() { tempo.clamp(0.1, 10.0) } else { 1.0 }
}

fn check(rate_hz: u32, channels: u16) -> Result<(), MediaError> {
    if (4000..=192_000).contains(&rate_hz) && (1..=2).contains(&channels) {
        return Ok(());
    }
    Err(MediaError::Request(format!(
        "sound of {rate_hz} Hz and {channels} channels is not made: expected 4000 to 192000 Hz and 1 or 2 channels"
    )))
}

pub(crate) fn read_arguments(file: &Path, spec: &SoundSpec) -> Arguments {
    let input = Arguments::ffmpeg().pair("-filter_threads", "1").file(file, 1, spec.start_s).pair("-map", "0:a:0");
    let bounded = match spec.length_s {
        // An output option, counted after the change of tempo.
        Some(length_s) => input.pair("-t", seconds(length_s.max(0.0) / held(spec.tempo))),
        None => input,
    };
    bounded
        .pair("-af", Chain::new().resample(spec.rate_hz).tempo(held(spec.tempo)).text())
        .pair("-ac", spec.channels.to_string())
        .pair("-ar", spec.rate_hz.to_string())
        .into_pipe("f32le")
}

fn write_arguments(rate_hz: u32, channels: u16, part: &Path, format: SoundFormat) -> Arguments {
    let input = Arguments::ffmpeg().raw_sound(rate_hz, channels).pair("-flags:a", "+bitexact");
    match format {
        SoundFormat::Aac => input.pair("-c:a", "aac").pair("-b:a", "192k").output("mp4", part),
        SoundFormat::Wav => input.pair("-c:a", "pcm_f32le").output("wav", part),
    }
}
