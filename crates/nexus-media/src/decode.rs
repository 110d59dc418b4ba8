//! Frames of a file at an exact constant rate, one decoder behind a pipe.

use std::{path::PathBuf, time::Duration};

use nexus_core::FrameRate;

use crate::{
    Limits, MediaError, Yuv420,
    arguments::{Arguments, seconds},
    cache::probe_once,
    error::name_of,
    filter::Chain,
    jail::Reach,
    probe::Probed,
    program::Program,
    runner::{Feed, Launch, Pace, Process},
};

/// Longest wait for one frame.
const FRAME_DEADLINE: Duration = Duration::from_secs(120);

/// A source may end this many seconds early; its last frame then stands still.
const STILL_TAIL_S: f64 = 0.25;

/// Frames that may be missing at a source's end.
pub(crate) fn still_tail(rate: FrameRate) -> u64 {
    (rate.as_f64() * STILL_TAIL_S).ceil() as u64
}

/// A part of the picture, in pixels of the source after rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crop {
    /// Left edge.
    pub x: u32,
    /// Top edge.
    pub y: u32,
    /// Width, at least 2.
    pub width: u32,
    /// Height, at least 2.
    pub height: u32,
}

/// Which frames, of what shape.
#[derive(Debug, Clone, PartialEq)]
pub struct DecodeSpec {
    /// The source.
    pub file: PathBuf,
    /// The source time of the first frame, in seconds from the file's start.
    pub start_s: f64,
    /// How many frames.
    pub frames: u64,
    /// Their constant rate; each is the source's frame nearest to `start_s + n / rate`.
    pub rate: FrameRate,
    /// The part of the picture that fills the frame; all of it when absent.
    pub crop: Option<Crop>,
    /// Width to scale to, in pixels, even.
    pub width_px: u32,
    /// Height to scale to, in pixels, even.
    pub height_px: u32,
    /// Threads of the decoder.
    pub threads: u8,
}

/// Reads frames; dropping it ends the decoder.
pub struct FrameReader {
    process: Option<Process>,
    file: String,
    left: u64,
    wanted: u64,
    tolerance: u64,
    last: Option<Vec<u8>>,
}

impl FrameReader {
    /// Starts the decoder.
    ///
    /// # Errors
    /// As the probe of the file; [`MediaError::NoPicture`]; [`MediaError::Request`] for a spec that makes
    /// no picture.
    pub async fn open(spec: &DecodeSpec) -> Result<Self, MediaError> {
        let probed = probe_once(&spec.file, &Limits::default()).await?;
        check(spec, &probed)?;
        let launch = Launch {
            program: Program::Ffmpeg,
            arguments: arguments(spec, &probed),
            op: "decode",
            file: &spec.file,
            reach: Reach::reading(&spec.file),
            deadline: FRAME_DEADLINE,
            pace: Pace::Frame,
        };
        Ok(Self {
            process: Some(Process::start(&launch, Feed::Nothing)?),
            file: name_of(&spec.file),
            left: spec.frames,
            wanted: spec.frames,
            tolerance: still_tail(spec.rate),
            last: None,
        })
    }

    /// Reads the next frame into `frame` (its size is made to fit); false when all were read.
    ///
    /// # Errors
    /// [`MediaError::Short`] when the source ends more than 0.25 s too early; the decoder's own failure;
    /// [`MediaError::Timeout`].
    pub async fn next(&mut self, frame: &mut Yuv420) -> Result<bool, MediaError> {
        if self.left == 0 {
            return Ok(false);
        }
        if let Some(process) = &mut self.process {
            process.grant();
            let read = process.read_full(&mut frame.data).await?;
            if read == frame.data.len() {
                self.left -= 1;
                self.after_frame(frame).await?;
                return Ok(true);
            }
            if let Some(process) = self.process.take() {
                process.finish().await?;
            }
        }
        match &self.last {
            Some(last) if self.left <= self.tolerance => {
                frame.data.copy_from_slice(last);
                self.left -= 1;
                Ok(true)
            }
            _ => {
                Err(MediaError::Short { file: self.file.clone(), found: self.wanted - self.left, wanted: self.wanted })
            }
        }
    }

    /// Ends the decoder after the last frame; near the end, keeps the frame that may have to stand still.
    async fn after_frame(&mut self, frame: &Yuv420) -> Result<(), MediaError> {
        if self.left == 0 {
            if let Some(process) = self.process.take() {
                process.finish().await?;
            }
        } else if self.left <= self.tolerance {
            let last = self.last.get_or_insert_with(Vec::new);
            last.clear();
            last.extend_from_slice(&frame.data);
        }
        Ok(())
    }
}

/// Refuses what makes no picture.
pub(crate) fn check(spec: &DecodeSpec, probed: &Probed) -> Result<(), MediaError> {
    let file = || name_of(&spec.file);
    let Some(video) = &probed.info.video else { return Err(MediaError::NoPicture { file: file() }) };
    let wrong = |what: String| Err(MediaError::Request(format!("'{}' cannot be decoded so: {what}", file())));
    if spec.width_px == 0 || spec.height_px == 0 || spec.width_px % 2 == 1 || spec.height_px % 2 == 1 {
        return wrong(format!("the frame is {}x{}, expected even sides above 0", spec.width_px, spec.height_px));
    }
    if !spec.start_s.is_finite() || spec.start_s < 0.0 {
        return wrong(format!("the start is {} s, expected 0 or more", spec.start_s));
    }
    if let Some(crop) = spec.crop {
        let right = u64::from(crop.x) + u64::from(crop.width);
        let bottom = u64::from(crop.y) + u64::from(crop.height);
        if crop.width < 2 || crop.height < 2 || right > u64::from(video.width_px) || bottom > u64::from(video.height_px)
        {
            return wrong(format!(
                "the part {}x{} at {},{} does not lie within {}x{}",
                crop.width, crop.height, crop.x, crop.y, video.width_px, video.height_px
            ));
        }
    }
    Ok(())
}

fn arguments(spec: &DecodeSpec, probed: &Probed) -> Arguments {
    let entry = Entry::of(spec, probed);
    entry
        .input(Arguments::ffmpeg().pair("-filter_threads", "1"), spec)
        .pair("-map", "0:V:0")
        .pair("-vf", entry.chain(spec, probed).text())
        .pair("-frames:v", spec.frames.to_string())
        .pair("-fps_mode", "passthrough")
        .pair("-pix_fmt", "yuv420p")
        .into_pipe("rawvideo")
}

/// Where a file is entered: half a source frame early. Time stamps are moved back by as much, so that the first frame
/// is the source's nearest to `start_s` whatever the rounding of either.
pub(crate) struct Entry {
    seek_s: f64,
    source_rate: FrameRate,
}

impl Entry {
    pub(crate) fn of(spec: &DecodeSpec, probed: &Probed) -> Self {
        let source_rate = probed.info.video.as_ref().map_or(spec.rate, |video| video.rate);
        Self { seek_s: (spec.start_s - 0.5 / source_rate.as_f64()).max(0.0), source_rate }
    }

    /// Adds the file as an input that gives no more than is needed.
    pub(crate) fn input(&self, arguments: Arguments, spec: &DecodeSpec) -> Arguments {
        let span_s = spec.frames as f64 / spec.rate.as_f64() + 1.0;
        arguments.pair("-t", seconds(span_s + spec.start_s - self.seek_s)).file(&spec.file, spec.threads, self.seek_s)
    }

    /// From the file's own frames to those of `spec`: constant rate, whole frames, cropped, scaled, BT.709.
    pub(crate) fn chain(&self, spec: &DecodeSpec, probed: &Probed) -> Chain {
        let timed =
            Chain::new().nearest(spec.rate, spec.start_s - self.seek_s, self.source_rate).deinterlace(probed.colour);
        let cropped = match spec.crop {
            Some(crop) => timed.crop(crop.width, crop.height, crop.x, crop.y),
            None => timed,
        };
        cropped.into_bt709(spec.width_px, spec.height_px, probed.colour)
    }
}

#[cfg(test)]
mod tests {
    use nexus_core::footage::{MediaInfo, VideoInfo};

    use super::*;
    use crate::filter::{Colour, Matrix};

    fn probed(colour: Colour) -> Probed {
        let video = VideoInfo {
            width_px: 3840,
            height_px: 2160,
            rotation_deg: 0,
            rate: FrameRate { num: 60, den: 1 },
            variable_rate: false,
            bit_depth: 8,
            full_range: colour.full_range,
            codec: "hevc".into(),
            pixel_format: "yuv420p".into(),
        };
        let info = MediaInfo { duration_s: 9.0, video: Some(video), audio: None, container: "mov".into() };
        Probed { info, colour, frames: Some(540), still: false }
    }

    fn spec() -> DecodeSpec {
        DecodeSpec {
            file: "/in/clip.mp4".into(),
            start_s: 2.0,
            frames: 30,
            rate: FrameRate::FPS_30,
            crop: Some(Crop { x: 1280, y: 0, width: 1216, height: 2160 }),
            width_px: 1080,
            height_px: 1920,
            threads: 2,
        }
    }

    #[test]
    fn the_command_seeks_first_and_crops_before_it_scales() {
        let colour = Colour { matrix: Matrix::Bt601, full_range: true, hdr: false, interlaced: false };
        let text = arguments(&spec(), &probed(colour)).text();
        let (_, after_guards) = text.split_once("-analyzeduration 5000000 ").expect("guards come first");
        assert_eq!(
            after_guards,
            "-threads 2 -ss 1.991667 -i file:/in/clip.mp4 -map 0:V:0 \
             -vf setpts=PTS-0.016500/TB,fps=fps=30/1:start_time=0:round=up,crop=1216:2160:1280:0:exact=1,\
             scale=1080:1920:flags=bicubic:in_range=pc:out_range=tv:in_color_matrix=bt601:out_color_matrix=bt709,\
             format=yuv420p -frames:v 30 -fps_mode passthrough -pix_fmt yuv420p -avioflags direct -f rawvideo pipe:1"
        );
    }

    #[test]
    fn high_dynamic_range_is_toned_down_and_fields_are_joined() {
        let colour = Colour { matrix: Matrix::Bt2020, full_range: false, hdr: true, interlaced: true };
        let text = arguments(&spec(), &probed(colour)).text();
        assert!(text.contains("round=up,yadif=mode=send_frame:deint=interlaced,crop="), "{text}");
        assert!(text.contains("scale=1080:1920:flags=bicubic,zscale=t=linear:npl=203,format=gbrpf32le,"), "{text}");
        assert!(text.contains("zscale=t=bt709:m=bt709:r=limited,format=yuv420p -frames:v"), "{text}");
    }
}
