//! One decode that feeds everything: shots, frames, movement, sound.

mod cuts;
mod flow;
mod glance;
mod gradual;
mod hearing;
mod look;
mod takes;
mod words;

use std::path::Path;

use nexus_core::{
    FrameRate,
    footage::{Examination, ShotView},
    port::StepContext,
};
use tokio::sync::mpsc;

use crate::{
    Limits, MediaError,
    arguments::{Arguments, seconds},
    error::name_of,
    filter::Chain,
    jail::Reach,
    probe::{Probed, probe},
    program::Program,
    runner::{Feed, Launch, Pace, Process},
};

pub(crate) use self::glance::glance;
use self::{cuts::CutFinder, gradual::GradualFinder, hearing::Heard, look::Look, takes::Takes};

/// Width of the frames that are seen, in pixels; movement and cuts are measured at half of it.
const SEEN_WIDTH_PX: u32 = 384;

/// Greatest height of those frames, in pixels: a little more than that of a phone held upright.
const MOST_HEIGHT_PX: u32 = 864;

/// Frames that may wait between the decoder's pipe and the thread that looks at them.
const WAITING: usize = 16;

/// Decodes `file` once, small, and says what happens in it. Memory does not grow with the length of the
/// file but for three small frames per shot.
///
/// # Errors
/// As the probe of the file; [`MediaError::NoPicture`] without a picture.
pub(crate) async fn examine(file: &Path, limits: &Limits, context: &StepContext) -> Result<Examination, MediaError> {
    let probed = probe(file, limits).await?;
    if probed.info.video.is_none() {
        return Err(MediaError::NoPicture { file: name_of(file) });
    }
    let ((looked, frames), heard) = tokio::try_join!(see(file, &probed, limits, context), hear(file, &probed, limits))?;
    let mut shots: Vec<ShotView> = looked
        .into_iter()
        .map(|shot| ShotView { sound: heard.as_ref().map(|heard| heard.between(shot.start_s, shot.end_s)), ..shot })
        .collect();
    words::read_words(file, &mut shots).await;
    Ok(Examination { info: probed.info, shots, frames })
}

/// The picture's half: shots, and how many frames were decoded. A photo is a shot of one frame.
async fn see(
    file: &Path,
    probed: &Probed,
    limits: &Limits,
    context: &StepContext,
) -> Result<(Vec<ShotView>, u64), MediaError> {
    let plan = Plan::of(probed);
    let launch = Launch {
        program: Program::Ffmpeg,
        arguments: picture_arguments(file, &plan, probed, limits),
        op: "examine",
        file,
        reach: Reach::reading(file),
        deadline: limits.work_deadline,
        pace: Pace::Whole,
    };
    let mut process = Process::start(&launch, Feed::Nothing)?;
    let (sender, mut receiver) = mpsc::channel::<Vec<u8>>(WAITING);
    let viewer = tokio::task::spawn_blocking(move || {
        let mut finder = CutFinder::new(plan.rate);
        let mut gradual = GradualFinder::new(plan.rate);
        let mut takes = Takes::new(plan.rate);
        let mut take = |look: Look, starts_shot: bool| {
            // Before the frame itself: a hard cut that it brings closes what the transition has begun.
            if let Some(turned) = gradual.push(&look, starts_shot) {
                takes.cut_back(turned.at, turned.kind);
            }
            takes.push(look, starts_shot);
        };
        let mut index = 0;
        while let Some(rgb) = receiver.blocking_recv() {
            finder.push(Look::new(index, plan.width_px, plan.height_px, rgb));
            index += 1;
            while let Some((look, starts_shot)) = finder.pop() {
                take(look, starts_shot);
            }
        }
        for (look, starts_shot) in finder.finish() {
            take(look, starts_shot);
        }
        if let Some(turned) = gradual.settle() {
            takes.cut_back(turned.at, turned.kind);
        }
        takes.finish()
    });
    let frame_bytes = 3 * plan.width_px as usize * plan.height_px as usize;
    let total = (probed.info.duration_s * plan.rate.as_f64()).round() as u64;
    let report_every = (plan.rate.as_f64() / 2.0).ceil() as u64;
    let mut frames = 0_u64;
    loop {
        let mut rgb = vec![0; frame_bytes];
        if process.read_full(&mut rgb).await? < frame_bytes || sender.send(rgb).await.is_err() {
            break;
        }
        frames += 1;
        if frames.is_multiple_of(report_every) {
            context.report(frames.min(total), total, format!("watching {}", name_of(file)));
        }
    }
    drop(sender);
    process.finish().await?;
    let shots = viewer.await.map_err(|error| MediaError::Report {
        program: "the viewer",
        file: name_of(file),
        detail: error.to_string(),
    })?;
    if shots.is_empty() {
        return Err(MediaError::NotMedia {
            file: name_of(file),
            detail: "no frame of it can be decoded; the file is damaged".into(),
        });
    }
    context.report(total, total, format!("watched {}", name_of(file)));
    Ok((shots, frames))
}

/// The sound's half: a second, cheap child that decodes sound alone.
async fn hear(file: &Path, probed: &Probed, limits: &Limits) -> Result<Option<Heard>, MediaError> {
    if probed.info.audio.is_none() {
        return Ok(None);
    }
    let launch = Launch {
        program: Program::Ffmpeg,
        arguments: sound_arguments(file, limits),
        op: "listen to",
        file,
        reach: Reach::reading(file),
        deadline: limits.work_deadline,
        pace: Pace::Whole,
    };
    let mut process = Process::start(&launch, Feed::Nothing)?;
    let mut heard = Heard::default();
    let mut block = vec![0_u8; hearing::RATE_HZ as usize * 4];
    loop {
        let read = process.read_full(&mut block).await?;
        heard.push(block[..read].chunks_exact(4).map(|word| f32::from_le_bytes([word[0], word[1], word[2], word[3]])));
        if read < block.len() {
            break;
        }
    }
    process.finish().await?;
    Ok(Some(heard))
}

/// The shape of the small frames.
#[derive(Debug, Clone, Copy)]
struct Plan {
    rate: FrameRate,
    width_px: u32,
    height_px: u32,
}

impl Plan {
    fn of(probed: &Probed) -> Self {
        let (rate, width, height) = probed
            .info
            .video
            .as_ref()
            .map_or((FrameRate::FPS_30, 1, 1), |video| (video.rate, video.width_px, video.height_px));
        let high = f64::from(SEEN_WIDTH_PX) * f64::from(height.max(1)) / f64::from(width.max(1));
        // A ribbon as high as the limits allow would otherwise make frames larger than the source.
        let height_px = ((high / 4.0).round() as u32 * 4).clamp(32, MOST_HEIGHT_PX);
        Self { rate, width_px: SEEN_WIDTH_PX, height_px }
    }
}

fn picture_arguments(file: &Path, plan: &Plan, probed: &Probed, limits: &Limits) -> Arguments {
    // A photo has one frame and no time.
    let timed = if probed.still { Chain::new() } else { Chain::new().nearest(plan.rate, 0.0, plan.rate) };
    let small = timed.into_rgb(plan.width_px, plan.height_px, probed.colour);
    // What follows the picture in a photo's file is a preview of it.
    let most_frames = if probed.still { 1.0 } else { (limits.max_footage_s * plan.rate.as_f64()).ceil() };
    Arguments::ffmpeg()
        .pair("-filter_threads", "1")
        .file(file, 2, 0.0)
        .pair("-map", "0:V:0")
        .flag("-an")
        .pair("-t", seconds(limits.max_footage_s))
        .pair("-frames:v", format!("{most_frames:.0}"))
        .pair("-vf", small.text())
        .pair("-fps_mode", "passthrough")
        .into_pipe("rawvideo")
}

fn sound_arguments(file: &Path, limits: &Limits) -> Arguments {
    Arguments::ffmpeg()
        .file(file, 1, 0.0)
        .pair("-map", "0:a:0")
        .flag("-vn")
        .pair("-t", seconds(limits.max_footage_s))
        .pair("-af", Chain::new().resample(hearing::RATE_HZ).text())
        .pair("-ac", "1")
        .into_pipe("f32le")
}
