//! Frames into H.264, H.265 or AV1, one encoder behind a pipe. The same frames give the same bytes.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use nexus_core::FrameRate;
use tokio::sync::OnceCell;

use crate::{
    Limits, MediaError, Yuv420,
    arguments::Arguments,
    durable::PartFile,
    jail::{MOST_FILM_BYTES, Reach},
    mp4,
    program::Program,
    runner::{self, Feed, Launch, Pace, Process},
};

/// Longest wait for the encoder to take one frame.
const FRAME_DEADLINE: Duration = Duration::from_secs(300);

/// How much time the encoder spends on small files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Preset {
    /// For throw-away intermediates.
    Ultrafast,
    /// For previews.
    Superfast,
    /// The knee of the curve: the default for films.
    Veryfast,
    /// For masters.
    Medium,
}

impl Preset {
    /// As x264 names it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ultrafast => "ultrafast",
            Self::Superfast => "superfast",
            Self::Veryfast => "veryfast",
            Self::Medium => "medium",
        }
    }
}

/// An encoder of pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoder {
    /// H.264, which everything plays and every network takes.
    X264(Preset),
    /// H.265: half the bytes at several times the work.
    X265(Preset),
    /// AV1 by SVT: the fewest bytes at about x264's effort, for players of today.
    SvtAv1,
}

impl Encoder {
    /// As ffmpeg names it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::X264(_) => "libx264",
            Self::X265(_) => "libx265",
            Self::SvtAv1 => "libsvtav1",
        }
    }

    /// Its effort, as it names it.
    #[must_use]
    pub fn preset(self) -> &'static str {
        match self {
            Self::X264(preset) | Self::X265(preset) => preset.as_str(),
            Self::SvtAv1 => "10",
        }
    }

    /// The rate factor at which it looks about as good as x264 at `crf`, within its own range.
    fn crf(self, crf: u8) -> u8 {
        match self {
            Self::X264(_) => crf,
            Self::X265(_) => (crf + 3).min(51),
            Self::SvtAv1 => (f32::from(crf) * 1.25 + 8.0).round().min(63.0) as u8,
        }
    }
}

/// What to write, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct EncodeSpec {
    /// The file; it appears under this name only when it is whole.
    pub out: PathBuf,
    /// Width in pixels, even.
    pub width_px: u32,
    /// Height in pixels, even.
    pub height_px: u32,
    /// Exact constant rate.
    pub rate: FrameRate,
    /// Quality, 0 (lossless) to 51 (worst); 18 to 23 is usual.
    pub crf: u8,
    /// Which encoder, and its effort.
    pub encoder: Encoder,
    /// Threads of the encoder; part of what decides the bytes.
    pub threads: u8,
}

/// Writes frames into an MP4 without sound; dropping it before [`FrameWriter::finish`] leaves no file.
pub struct FrameWriter {
    process: Process,
    part: PartFile,
    width_px: u32,
    height_px: u32,
    written: u64,
}

impl FrameWriter {
    /// Starts the encoder.
    ///
    /// # Errors
    /// [`MediaError::Request`] for a spec without a picture; the disk's errors.
    pub async fn open(spec: &EncodeSpec) -> Result<Self, MediaError> {
        if spec.width_px == 0 || spec.height_px == 0 || spec.width_px % 2 == 1 || spec.height_px % 2 == 1 {
            return Err(MediaError::Request(format!(
                "a film of {}x{} pixels cannot be encoded: expected even sides above 0",
                spec.width_px, spec.height_px
            )));
        }
        let part = PartFile::beside(&spec.out)?;
        let launch = Launch {
            program: Program::Ffmpeg,
            arguments: arguments(spec, part.path()),
            op: "encode",
            file: &spec.out,
            reach: Reach::pipes().writing(part.path(), MOST_FILM_BYTES),
            deadline: FRAME_DEADLINE,
            pace: Pace::Frame,
        };
        let process = Process::start(&launch, Feed::Pipe)?;
        Ok(Self { process, part, width_px: spec.width_px, height_px: spec.height_px, written: 0 })
    }

    /// Appends one frame.
    ///
    /// # Errors
    /// [`MediaError::Request`] for a frame of another size; the encoder's own failure.
    pub async fn write(&mut self, frame: &Yuv420) -> Result<(), MediaError> {
        if (frame.width_px, frame.height_px) != (self.width_px, self.height_px) {
            return Err(MediaError::Request(format!(
                "a frame of {}x{} pixels does not fit a film of {}x{}",
                frame.width_px, frame.height_px, self.width_px, self.height_px
            )));
        }
        self.process.grant();
        self.process.write(&frame.data).await?;
        self.written += 1;
        Ok(())
    }

    /// Ends the film and makes it durable; the count of frames in it.
    ///
    /// # Errors
    /// [`MediaError::Request`] without a frame; the encoder's own failure; [`MediaError::DiskFull`].
    pub async fn finish(mut self) -> Result<u64, MediaError> {
        if self.written == 0 {
            self.process.stop().await;
            return Err(MediaError::Request("a film without frames cannot be encoded: write at least one".into()));
        }
        self.process.grant();
        self.process.finish().await?;
        mp4::expect_frames(self.part.path(), self.part.out(), self.written).await?;
        self.part.keep().await?;
        Ok(self.written)
    }
}

fn arguments(spec: &EncodeSpec, part: &Path) -> Arguments {
    encoded(Arguments::ffmpeg().raw_frames(spec.width_px, spec.height_px, spec.rate), spec, part)
}

/// Adds the encoder and the file that it writes.
pub(crate) fn encoded(arguments: Arguments, spec: &EncodeSpec, part: &Path) -> Arguments {
    encoder(arguments, spec).pair("-video_track_timescale", timescale(spec.rate).to_string()).output("mp4", part)
}

/// The encoder's options: closed groups of about 2 s whose headers agree, so that segments join by copy.
fn encoder(arguments: Arguments, spec: &EncodeSpec) -> Arguments {
    let group = (spec.rate.as_f64() * 2.0).round().max(1.0) as u64;
    let threads = spec.threads.max(1);
    let words = arguments
        .pair("-c:v", spec.encoder.name())
        .pair("-preset", spec.encoder.preset())
        .pair("-crf", spec.encoder.crf(spec.crf).to_string())
        .pair("-g", group.to_string())
        .pair("-threads", threads.to_string());
    let own = match spec.encoder {
        Encoder::X264(_) => words
            .pair("-profile:v", if spec.crf == 0 { "high444" } else { "high" })
            .pair("-x264-params", "open-gop=0:stitchable=1"),
        Encoder::X265(_) => words
            .pair("-tag:v", "hvc1")
            .pair("-x265-params", format!("open-gop=0:info=0:log-level=error:frame-threads=1:pools={threads}")),
        Encoder::SvtAv1 => words.pair("-svtav1-params", format!("lp={threads}")),
    };
    own.pair("-pix_fmt", "yuv420p")
        .pair("-color_primaries", "bt709")
        .pair("-color_trc", "bt709")
        .pair("-colorspace", "bt709")
        .pair("-color_range", "tv")
        .pair("-chroma_sample_location", "left")
        .pair("-flags:v", "+bitexact")
}

/// Whether the ffmpeg of this machine has `encoder`; asked once.
///
/// # Errors
/// As every start of ffmpeg.
pub async fn has_encoder(encoder: Encoder) -> Result<bool, MediaError> {
    static LIST: OnceCell<String> = OnceCell::const_new();
    let list = LIST.get_or_try_init(|| async {
        let launch = Launch {
            program: Program::Ffmpeg,
            arguments: Arguments::ffmpeg().flag("-encoders"),
            op: "list the encoders of",
            file: Path::new("ffmpeg"),
            reach: Reach::pipes(),
            deadline: Limits::default().probe_deadline,
            pace: Pace::Whole,
        };
        let listed = runner::run(launch, 1_000_000).await?.stdout;
        Ok::<_, MediaError>(String::from_utf8_lossy(&listed).into_owned())
    });
    let name = encoder.name();
    Ok(list.await?.lines().any(|line| line.split_whitespace().nth(1) == Some(name)))
}

/// Ticks per second of the picture track: the rate's numerator, doubled until it is fine enough.
/// The same rule as ffmpeg's own, fixed here so that every segment has the same.
pub(crate) fn timescale(rate: FrameRate) -> u32 {
    let mut ticks = rate.num;
    while ticks < 10_000 {
        ticks *= 2;
    }
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_is_fixed_to_the_last_word() {
        let spec = EncodeSpec {
            out: "/out/film.mp4".into(),
            width_px: 1080,
            height_px: 1920,
            rate: FrameRate { num: 30_000, den: 1001 },
            crf: 20,
            encoder: Encoder::X264(Preset::Veryfast),
            threads: 1,
        };
        assert_eq!(
            arguments(&spec, Path::new("/out/.part-x")).text(),
            "-nostdin -hide_banner -loglevel error -max_alloc 536870912 -protocol_whitelist pipe \
             -format_whitelist rawvideo -codec_whitelist rawvideo -max_pixels 40000000 -probesize 5000000 \
             -analyzeduration 5000000 -f rawvideo -pix_fmt yuv420p -video_size 1080x1920 \
             -framerate 30000/1001 -i pipe:0 -c:v libx264 -preset veryfast -crf 20 \
             -g 60 -threads 1 -profile:v high -x264-params open-gop=0:stitchable=1 -pix_fmt yuv420p \
             -color_primaries bt709 -color_trc bt709 -colorspace bt709 -color_range tv -chroma_sample_location left -flags:v +bitexact \
             -video_track_timescale 30000 -fflags +bitexact -f mp4 -y file:/out/.part-x"
        );
    }

    #[test]
    fn ticks_are_fine_and_whole_frames() {
        for (rate, want) in
            [(FrameRate::FPS_30, 15_360), (FrameRate::FPS_25, 12_800), (FrameRate { num: 24_000, den: 1001 }, 24_000)]
        {
            assert_eq!(timescale(rate), want, "{rate}");
        }
    }
}
