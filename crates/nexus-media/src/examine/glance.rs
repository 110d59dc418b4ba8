//! A quick look at two moments of a film, long before all of it is decoded.

use std::path::Path;

use nexus_core::footage::{Begins, Examination, Motion, ShotView, SmallFrame};
use tokio::try_join;

use super::{Plan, look::Look};
use crate::{
    Limits, MediaError,
    arguments::Arguments,
    error::name_of,
    filter::Chain,
    jail::Reach,
    probe::{Probed, probe},
    program::Program,
    runner::{Feed, Launch, Pace, Process},
};

/// Where a film is looked at, in shares of its length.
const MOMENTS: [f64; 2] = [0.3, 0.8];

/// The key frames nearest before two moments of `file`, as one shot of unknown movement and without sound. Only those
/// frames are decoded. A photo gives no shot: all of it is seen at once in any case.
///
/// # Errors
/// As [`super::examine`].
pub(crate) async fn glance(file: &Path, limits: &Limits) -> Result<Examination, MediaError> {
    let probed = probe(file, limits).await?;
    if probed.info.video.is_none() {
        return Err(MediaError::NoPicture { file: name_of(file) });
    }
    if probed.still {
        return Ok(Examination { info: probed.info, shots: Vec::new(), frames: 0 });
    }
    let plan = Plan::of(&probed);
    let at = |share: f64| moment(file, &probed, &plan, limits, share * probed.info.duration_s);
    // Side by side: each starts a child of its own.
    let (early, late) = try_join!(at(MOMENTS[0]), at(MOMENTS[1]))?;
    let looks: Vec<(Look, f64)> = [early, late].into_iter().flatten().collect();
    if looks.is_empty() {
        return Err(MediaError::Short { file: name_of(file), found: 0, wanted: 1 });
    }
    let count = looks.len();
    let sharpness = looks.iter().map(|(look, _)| look.sharpness()).sum::<f64>() / count as f64;
    let frames: Vec<SmallFrame> = looks.into_iter().map(|(look, time_s)| look.into_small_frame(time_s)).collect();
    let shot = ShotView {
        start_s: 0.0,
        end_s: probed.info.duration_s,
        begins: Begins::Start,
        frames,
        motion: Motion::default(),
        sharpness,
        sound: None,
        words: Vec::new(),
    };
    Ok(Examination { info: probed.info, shots: vec![shot], frames: count as u64 })
}

/// The key frame before `at_s`, or `None` where nothing can be decoded.
async fn moment(
    file: &Path,
    probed: &Probed,
    plan: &Plan,
    limits: &Limits,
    at_s: f64,
) -> Result<Option<(Look, f64)>, MediaError> {
    let small = Chain::new().into_rgb(plan.width_px, plan.height_px, probed.colour);
    let launch = Launch {
        program: Program::Ffmpeg,
        arguments: Arguments::ffmpeg()
            .pair("-filter_threads", "1")
            .pair("-skip_frame", "nokey")
            .flag("-noaccurate_seek")
            .file(file, 1, at_s)
            .pair("-map", "0:V:0")
            .flag("-an")
            .pair("-frames:v", "1")
            .pair("-vf", small.text())
            .pair("-fps_mode", "passthrough")
            .into_pipe("rawvideo"),
        op: "glance at",
        file,
        reach: Reach::reading(file),
        deadline: limits.probe_deadline,
        pace: Pace::Whole,
    };
    let mut process = Process::start(&launch, Feed::Nothing)?;
    let mut rgb = vec![0; 3 * plan.width_px as usize * plan.height_px as usize];
    let read = process.read_full(&mut rgb).await?;
    process.finish().await?;
    Ok((read == rgb.len()).then(|| (Look::new(0, plan.width_px, plan.height_px, rgb), at_s)))
}
