//! Pictures one after the other, stills over them, and the encoder, all in one process: the cheapest way to a piece of
//! a film in which nothing moves but the footage itself.

use std::path::PathBuf;

use crate::{
    DecodeSpec, EncodeSpec, Limits, MediaError,
    arguments::Arguments,
    cache::probe_once,
    decode::{self, Entry, still_tail},
    durable::PartFile,
    encode::encoded,
    error::name_of,
    filter::{Chain, Pad},
    jail::{MOST_FILM_BYTES, Reach},
    mp4,
    probe::Probed,
    program::Program,
    runner::{Feed, Launch, Pace, Process},
};

/// Longest wait for news of progress.
const NEWS_DEADLINE: std::time::Duration = std::time::Duration::from_secs(120);

/// A piece of a film.
#[derive(Debug, Clone, PartialEq)]
pub struct GraphSpec {
    /// What fills the frame, in order of time; without gaps from the first frame to the last.
    pub shots: Vec<Shot>,
    /// What lies over it, the lowest first.
    pub overlays: Vec<StillOverlay>,
    /// The encoder and its file.
    pub encode: EncodeSpec,
    /// Frames of the piece.
    pub frames: u64,
}

/// Footage that fills the frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Shot {
    /// Which frames of which file, at the size of the film.
    pub decode: DecodeSpec,
    /// Its first frame in the piece.
    pub start: u64,
    /// Frames over which the shot before gives way to it; 0 for a cut.
    pub fade: u64,
}

/// A picture that stands still.
#[derive(Debug, Clone, PartialEq)]
pub struct StillOverlay {
    /// One planar frame: Y, U, V and alpha (4:2:0 with alpha at full size), colours premultiplied, in limited range.
    pub file: PathBuf,
    /// Width in pixels, even.
    pub width_px: u32,
    /// Height in pixels, even.
    pub height_px: u32,
    /// Left edge in the frame, even.
    pub x: u32,
    /// Upper edge in the frame, even.
    pub y: u32,
    /// Its first frame in the piece.
    pub start: u64,
    /// One past its last.
    pub end: u64,
}

/// Renders a piece into `spec.encode.out`; `on_frames` is told how many frames were written since it was last told.
/// The same spec gives the same bytes. Dropping the future ends the child.
///
/// # Errors
/// As a decoder of each shot and the encoder; [`MediaError::Request`] for a piece without a picture;
/// [`MediaError::Verify`] when the file holds more or fewer frames than the piece has.
pub async fn render_graph(spec: &GraphSpec, on_frames: impl Fn(u64) + Send) -> Result<(), MediaError> {
    let mut probed = Vec::with_capacity(spec.shots.len());
    for shot in &spec.shots {
        let facts = probe_once(&shot.decode.file, &Limits::default()).await?;
        decode::check(&shot.decode, &facts)?;
        probed.push(facts);
    }
    let part = PartFile::beside(&spec.encode.out)?;
    let Some(arguments) = arguments(spec, &probed, part.path()) else {
        return Err(MediaError::Request("a piece without a picture cannot be rendered: give it a shot".into()));
    };
    let shots = spec.shots.iter().map(|shot| shot.decode.file.as_path());
    let stills = spec.overlays.iter().map(|overlay| overlay.file.as_path());
    let launch = Launch {
        program: Program::Ffmpeg,
        arguments,
        op: "render a piece of",
        file: &spec.encode.out,
        reach: Reach::pipes().and_reading(shots.chain(stills)).writing(part.path(), MOST_FILM_BYTES),
        deadline: NEWS_DEADLINE,
        pace: Pace::Frame,
    };
    let mut process = Process::start(&launch, Feed::Nothing)?;
    let written = follow(&mut process, on_frames).await?;
    process.finish().await?;
    if written != spec.frames {
        // The plan asks for no more than its sources have, so the child is to blame, and the next one may do better.
        let (expected, found) = (format!("{} frames", spec.frames), format!("{written} frames"));
        return Err(MediaError::Verify { file: name_of(&spec.encode.out), expected, found });
    }
    mp4::expect_frames(part.path(), part.out(), spec.frames).await?;
    part.keep().await
}

/// Reads the child's news to their end; the frames that it has written.
async fn follow(process: &mut Process, on_frames: impl Fn(u64) + Send) -> Result<u64, MediaError> {
    let (mut line, mut written) = (Vec::new(), 0);
    let mut block = [0; 4096];
    loop {
        let count = process.read_some(&mut block).await?;
        if count == 0 {
            return Ok(written);
        }
        process.grant();
        for byte in &block[..count] {
            if *byte != b'\n' {
                line.push(*byte);
                continue;
            }
            let now = std::str::from_utf8(&line).ok().and_then(|line| line.strip_prefix("frame="));
            if let Some(now) = now.and_then(|text| text.trim().parse::<u64>().ok()).filter(|now| *now > written) {
                on_frames(now - written);
                written = now;
            }
            line.clear();
        }
    }
}

fn arguments(spec: &GraphSpec, probed: &[Probed], part: &std::path::Path) -> Option<Arguments> {
    let rate = spec.encode.rate;
    let words = Arguments::ffmpeg()
        .pair("-filter_complex_threads", "1")
        .pair("-progress", "pipe:1")
        .pair("-stats_period", "0.2")
        .flag("-nostats");
    let words = spec
        .shots
        .iter()
        .zip(probed)
        .fold(words, |words, (shot, probed)| Entry::of(&shot.decode, probed).input(words, &shot.decode));
    let words = spec
        .overlays
        .iter()
        .fold(words, |words, overlay| words.raw_still(&overlay.file, (overlay.width_px, overlay.height_px), rate));
    let (graph, picture) = graph(spec, probed)?;
    let words = words
        .pair("-filter_complex", graph.text())
        .pair("-map", picture.to_string())
        .pair("-frames:v", spec.frames.to_string())
        .pair("-fps_mode", "passthrough");
    Some(encoded(words, &spec.encode, part))
}

/// The filter graph and where the finished picture leaves it; `None` without a shot.
fn graph(spec: &GraphSpec, probed: &[Probed]) -> Option<(Chain, Pad)> {
    let rate = spec.encode.rate;
    let spare = still_tail(rate);
    let mut made = 0;
    let mut next = || {
        made += 1;
        Pad::Made(made)
    };
    let mut graph = Chain::new();
    let mut picture: Option<Pad> = None;
    for (index, (shot, probed)) in spec.shots.iter().zip(probed).enumerate() {
        let own = next();
        let chain = Entry::of(&shot.decode, probed).chain(&shot.decode, probed);
        graph = graph
            .then_with(&[Pad::Input(index)])
            .followed_by(&chain)
            .exactly(shot.decode.frames, spare, rate)
            .named(own);
        picture = Some(match picture {
            None => own,
            Some(before) => {
                let both = next();
                let laid = graph.then_with(&[before, own]);
                let laid = if shot.fade > 0 { laid.crossfaded(shot.start, shot.fade, rate) } else { laid.joined() };
                graph = laid.half_frames(rate).named(both);
                both
            }
        });
    }
    let mut picture = picture?;
    for (index, overlay) in spec.overlays.iter().enumerate() {
        let both = next();
        graph = graph
            .then_with(&[picture, Pad::Input(spec.shots.len() + index)])
            .overlaid((overlay.x, overlay.y), (overlay.start, overlay.end), rate)
            .named(both);
        picture = both;
    }
    Some((graph, picture))
}
