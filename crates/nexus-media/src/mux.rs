//! Segments joined by copy, sound beside them, tags inside: the finished film, verified before it has its name.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use nexus_core::{
    FrameRate,
    film::FilmTags,
    footage::{MediaInfo, VideoInfo},
};

use crate::{
    Limits, MediaError,
    arguments::{Arguments, file_url, seconds},
    cache::probe_once,
    durable::PartFile,
    error::name_of,
    jail::{MOST_FILM_BYTES, Reach},
    probe::probe,
    program::Program,
    runner::{self, Launch, Pace},
};

/// What to join.
#[derive(Debug, Clone, PartialEq)]
pub struct MuxSpec {
    /// Films of one encoder's settings, in order, at least one.
    pub segments: Vec<PathBuf>,
    /// What the segments hold, when their writer knows; they are probed otherwise.
    pub known: Option<Shape>,
    /// AAC sound for the whole length.
    pub sound: Option<PathBuf>,
    /// Metadata.
    pub tags: FilmTags,
    /// The film; it appears under this name only when it is whole and verified.
    pub out: PathBuf,
}

/// Joins segments and sound without encoding either again. The frames are exactly those of the segments.
///
/// # Errors
/// [`MediaError::Request`] without segments or with segments that differ; [`MediaError::Verify`] when the
/// result has other frames or another length than planned; [`MediaError::DiskFull`].
pub async fn mux(spec: &MuxSpec) -> Result<MediaInfo, MediaError> {
    let plan = match &spec.known {
        Some(known) if known.counts.len() == spec.segments.len() && !known.counts.is_empty() => known.clone(),
        Some(_) | None => probed(&spec.segments).await?,
    };
    let folder =
        tempfile::Builder::new().prefix("join-").tempdir().map_err(|source| MediaError::io(&spec.out, source))?;
    let list = write_list(folder.path(), &spec.segments, &plan).await?;
    let part = PartFile::beside(&spec.out)?;
    let length_s = plan.rate.start_of(nexus_core::Frames(plan.frames())).0;
    let inputs = spec.segments.iter().chain(&spec.sound).map(PathBuf::as_path);
    let launch = Launch {
        program: Program::Ffmpeg,
        arguments: arguments(&list, spec, plan.rate, length_s, part.path()),
        op: "join the parts of",
        file: &spec.out,
        reach: Reach::reading(&list).and_reading(inputs).writing(part.path(), MOST_FILM_BYTES),
        deadline: Limits::default().work_deadline,
        pace: Pace::Whole,
    };
    runner::run(launch, 0).await?;
    let info = verify(&part, &plan, spec.sound.is_some()).await?;
    part.keep().await?;
    Ok(info)
}

/// What segments of one film hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// Exact rate.
    pub rate: FrameRate,
    /// Width in pixels.
    pub width_px: u32,
    /// Height in pixels.
    pub height_px: u32,
    /// Frames of each segment, in order.
    pub counts: Vec<u64>,
}

impl Shape {
    fn frames(&self) -> u64 {
        self.counts.iter().sum()
    }
}

async fn probed(segments: &[PathBuf]) -> Result<Shape, MediaError> {
    let mut found: Option<VideoInfo> = None;
    let mut counts = Vec::with_capacity(segments.len());
    for segment in segments {
        let probed = probe_once(segment, &Limits::default()).await?;
        let name = || name_of(segment);
        let video = probed.info.video.ok_or_else(|| MediaError::NoPicture { file: name() })?;
        let frames = probed.frames.ok_or_else(|| MediaError::Report {
            program: "ffprobe",
            file: name(),
            detail: "no count of frames".into(),
        })?;
        counts.push(frames);
        match &found {
            Some(first)
                if (first.width_px, first.height_px, first.rate) != (video.width_px, video.height_px, video.rate) =>
            {
                return Err(MediaError::Request(format!(
                    "'{}' is {}x{} at {} and the first part is {}x{} at {}: parts of one film have one shape",
                    name(),
                    video.width_px,
                    video.height_px,
                    video.rate,
                    first.width_px,
                    first.height_px,
                    first.rate
                )));
            }
            Some(_) => {}
            None => found = Some(video),
        }
    }
    let video =
        found.ok_or_else(|| MediaError::Request("a film cannot be joined from no parts: give at least one".into()))?;
    Ok(Shape { rate: video.rate, width_px: video.width_px, height_px: video.height_px, counts })
}

/// Writes the list that ffmpeg's `concat` reads: names of ours, lengths that add up to the exact frame.
async fn write_list(folder: &Path, segments: &[PathBuf], plan: &Shape) -> Result<PathBuf, MediaError> {
    let mut text = String::from("ffconcat version 1.0\n");
    let mut frames = 0;
    let mut start_us = 0;
    for (index, (segment, count)) in segments.iter().zip(&plan.counts).enumerate() {
        let name = format!("{index:05}.mp4");
        let real = tokio::fs::canonicalize(segment).await.map_err(|source| MediaError::io(segment, source))?;
        tokio::fs::symlink(&real, folder.join(&name)).await.map_err(|source| MediaError::io(segment, source))?;
        frames += count;
        let end_us = (plan.rate.start_of(nexus_core::Frames(frames)).0 * 1e6).round() as u64;
        let length_us = end_us - start_us;
        start_us = end_us;
        writeln!(text, "file '{name}'\nduration {}.{:06}", length_us / 1_000_000, length_us % 1_000_000)
            .expect("writing to a string cannot fail");
    }
    let list = folder.join("list.ffconcat");
    tokio::fs::write(&list, text).await.map_err(|source| MediaError::io(&list, source))?;
    Ok(list)
}

fn arguments(list: &Path, spec: &MuxSpec, rate: FrameRate, length_s: f64, part: &Path) -> Arguments {
    let picture = Arguments::ffmpeg().film_list(list);
    let both = match &spec.sound {
        Some(sound) => picture.guards().pair("-i", file_url(sound)).pair("-map", "0:v:0").pair("-map", "1:a:0"),
        None => picture.pair("-map", "0:v:0"),
    };
    let FilmTags { title, description, artist, comment, keywords } = &spec.tags;
    let tags = [
        ("title", title),
        ("description", description),
        ("artist", artist),
        ("comment", comment),
        ("keywords", keywords),
    ];
    tags.into_iter()
        .filter(|(_, value)| !value.is_empty())
        .fold(both.pair("-c", "copy").pair("-map_metadata", "-1"), |words, (name, value)| {
            words.pair("-metadata", format!("{name}={}", value.replace('\0', " ")))
        })
        .pair("-t", seconds(length_s))
        .pair("-video_track_timescale", crate::encode::timescale(rate).to_string())
        .pair("-movflags", "+faststart")
        .output("mp4", part)
}

async fn verify(part: &PartFile, plan: &Shape, with_sound: bool) -> Result<MediaInfo, MediaError> {
    let file = name_of(part.out());
    let probed = probe(part.path(), &Limits::of_our_own()).await?;
    let wrong = |expected: String, found: String| Err(MediaError::Verify { file: file.clone(), expected, found });
    let frames = probed.frames.unwrap_or(0);
    if frames != plan.frames() {
        return wrong(format!("{} frames", plan.frames()), format!("{frames} frames"));
    }
    let frame_s = 1.0 / plan.rate.as_f64();
    let length_s = plan.frames() as f64 * frame_s;
    if (probed.info.duration_s - length_s).abs() > frame_s {
        return wrong(format!("a length of {length_s:.3} s"), format!("{:.3} s", probed.info.duration_s));
    }
    let size = probed.info.video.as_ref().map(|video| (video.width_px, video.height_px));
    if size != Some((plan.width_px, plan.height_px)) {
        return wrong(format!("{}x{} pixels", plan.width_px, plan.height_px), format!("{size:?}"));
    }
    if probed.info.audio.is_some() != with_sound {
        return wrong(
            if with_sound { "sound" } else { "no sound" }.into(),
            if with_sound { "no sound" } else { "sound" }.into(),
        );
    }
    Ok(probed.info)
}
