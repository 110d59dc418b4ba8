//! Technical facts of a file, read by ffprobe without decoding, and judged against the limits.

use std::path::Path;

use nexus_core::{
    FrameRate,
    footage::{AudioInfo, MediaInfo, VideoInfo},
};
use serde::Deserialize;

use crate::{
    Limits, MediaError,
    arguments::{Arguments, file_url},
    error::name_of,
    filter::{Colour, Matrix},
    runner::{self, Launch, Program},
};

/// Picture codecs that are accepted, as ffprobe names them.
const PICTURE_CODECS: [&str; 11] = ["h264", "hevc", "vp8", "vp9", "av1", "prores", "dnxhd", "mjpeg", "mpeg4", "png", "rawvideo"];

/// All that ffprobe tells and this crate uses.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Probed {
    /// What the rest of the product sees.
    pub(crate) info: MediaInfo,
    /// How to read the picture's samples.
    pub(crate) colour: Colour,
    /// Frames by the container's count, when it has one.
    pub(crate) frames: Option<u64>,
    /// True for a single picture.
    pub(crate) still: bool,
}

/// Technical facts of `file` within `limits`.
///
/// # Errors
/// Every [`MediaError`] that says why a file is not accepted.
pub async fn probe_file(file: &Path, limits: &Limits) -> Result<MediaInfo, MediaError> {
    Ok(probe(file, limits).await?.info)
}

/// The version of ffmpeg that is installed, in one line.
///
/// # Errors
/// [`MediaError::MissingProgram`] when there is none.
pub async fn ffmpeg_version() -> Result<String, MediaError> {
    let launch = Launch {
        program: Program::Ffmpeg,
        arguments: Arguments::ffmpeg().flag("-version"),
        op: "tell the version of",
        file: Path::new("ffmpeg"),
        deadline: Limits::default().probe_deadline,
    };
    let finished = runner::run(launch, 100_000).await?;
    let text = String::from_utf8_lossy(&finished.stdout);
    let line = text.lines().next().unwrap_or_default();
    Ok(line.split(" Copyright").next().unwrap_or_default().to_owned())
}

/// Everything about `file` within `limits`.
pub(crate) async fn probe(file: &Path, limits: &Limits) -> Result<Probed, MediaError> {
    let size = tokio::fs::metadata(file).await.map_err(|source| MediaError::io(file, source))?.len();
    if size == 0 {
        return Err(MediaError::Empty { file: name_of(file) });
    }
    let report = ask(file, limits, arguments(file)).await?;
    if report.format.duration_s().is_none() && !report.is_still() && report.picture().is_some() {
        // Recorders in browsers write no length: count the packets.
        let counted = ask(file, limits, counting_arguments(file)).await?;
        return judge(file, &counted, limits);
    }
    judge(file, &report, limits)
}

fn arguments(file: &Path) -> Arguments {
    Arguments::ffprobe().guards().pair("-of", "json").flag("-show_format").flag("-show_streams").pair("-i", file_url(file))
}

fn counting_arguments(file: &Path) -> Arguments {
    Arguments::ffprobe()
        .guards()
        .pair("-of", "json")
        .flag("-count_packets")
        .flag("-show_format")
        .flag("-show_streams")
        .pair("-i", file_url(file))
}

async fn ask(file: &Path, limits: &Limits, arguments: Arguments) -> Result<Report, MediaError> {
    let launch = Launch { program: Program::Ffprobe, arguments, op: "read", file, deadline: limits.probe_deadline };
    let finished = runner::run(launch, 4_000_000).await.map_err(|error| name_refusal(file, error))?;
    serde_json::from_slice(&finished.stdout).map_err(|error| MediaError::Report {
        program: "ffprobe",
        file: name_of(file),
        detail: error.to_string(),
    })
}

/// ffprobe's refusal in the words of this crate.
fn name_refusal(file: &Path, error: MediaError) -> MediaError {
    let MediaError::Failed { detail, .. } = error else { return error };
    let file = name_of(file);
    if detail.contains("not on whitelist") {
        let kind = detail
            .split(['[', ' '])
            .nth(1)
            .filter(|word| !word.is_empty())
            .map_or_else(|| "of an unknown kind".to_owned(), |word| format!("of the kind '{word}'"));
        return MediaError::NotAccepted { file, kind };
    }
    let detail = detail.split("; ").last().map_or(String::new(), |line| line.trim_start_matches(&format!("{file}: ")).to_owned());
    MediaError::NotMedia { file, detail }
}

fn judge(file: &Path, report: &Report, limits: &Limits) -> Result<Probed, MediaError> {
    let name = || name_of(file);
    let over = |found: String, limit: String, remedy| Err(MediaError::OverLimit { file: name(), found, limit, remedy });
    if report.streams.len() > limits.max_streams {
        return over(format!("{} streams", report.streams.len()), limits.max_streams.to_string(), "export it with one picture and one sound track");
    }
    let picture = report.picture();
    let sound = report.streams.iter().find(|stream| stream.codec_type == "audio" && stream.number("sample_rate").is_some());
    let still = report.is_still();
    if picture.is_none() && sound.is_none() {
        return Err(MediaError::NotMedia { file: name(), detail: "it has neither picture nor sound".into() });
    }
    if let Some(stream) = picture {
        let codec = stream.codec_name.as_deref().unwrap_or("unknown");
        if !PICTURE_CODECS.contains(&codec) {
            return Err(MediaError::NotAccepted { file: name(), kind: format!("encoded as '{codec}'") });
        }
        let (width, height) = (stream.width.unwrap_or(0), stream.height.unwrap_or(0));
        if width == 0 || height == 0 {
            return Err(MediaError::NotMedia { file: name(), detail: "its picture has no size; the file is damaged".into() });
        }
        if u64::from(width) * u64::from(height) > limits.max_pixels {
            return over(
                format!("{width}x{height} pixels"),
                format!("{} million pixels", limits.max_pixels / 1_000_000),
                "export it in 4K or smaller",
            );
        }
    }
    let (rate, variable_rate) = picture.map_or((FrameRate::FPS_30, false), |stream| stream.rate(report.format.duration_s()));
    if picture.is_some() && !still && rate.as_f64() > limits.max_fps {
        return over(format!("{:.0} frames per second", rate.as_f64()), format!("{:.0}", limits.max_fps), "export it with 60 frames per second or fewer");
    }
    let counted = picture.and_then(|stream| stream.count("nb_read_packets")).map(|count| count as f64 / rate.as_f64());
    let duration_s = if still {
        0.0
    } else {
        picture
            .and_then(|stream| stream.duration_s())
            .or(report.format.duration_s())
            .or_else(|| sound.and_then(Stream::duration_s))
            .or(counted)
            .ok_or_else(|| MediaError::NotMedia { file: name(), detail: "its length is unknown; the file is damaged or was cut off".into() })?
    };
    let most = if picture.is_some() { limits.max_footage_s } else { limits.max_sound_s };
    let longest = report.format.duration_s().map_or(duration_s, |container| container.max(duration_s));
    if longest > most {
        return over(format!("a length of {longest:.0} s"), format!("{most:.0} s"), "cut it into shorter parts");
    }
    let video = picture.map(|stream| stream.video(rate, variable_rate && !still));
    let audio = sound.map(|stream| AudioInfo {
        rate_hz: stream.number("sample_rate").unwrap_or(0),
        channels: stream.channels.unwrap_or(0),
        codec: stream.codec_name.clone().unwrap_or_else(|| "unknown".into()),
    });
    let colour = picture.map_or(
        Colour { matrix: Matrix::Bt709, full_range: false, hdr: false, interlaced: false },
        Stream::colour,
    );
    Ok(Probed {
        info: MediaInfo { duration_s, video, audio, container: report.format.format_name.clone() },
        colour,
        frames: picture.and_then(|stream| stream.count("nb_frames").or(stream.count("nb_read_packets"))),
        still,
    })
}

/// ffprobe's report.
#[derive(Debug, Deserialize)]
struct Report {
    #[serde(default)]
    streams: Vec<Stream>,
    format: Format,
}

#[derive(Debug, Deserialize)]
struct Format {
    #[serde(default)]
    format_name: String,
    duration: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Stream {
    #[serde(default)]
    codec_type: String,
    codec_name: Option<String>,
    width: Option<u32>,
    height: Option<u32>,
    pix_fmt: Option<String>,
    channels: Option<u16>,
    sample_rate: Option<String>,
    bits_per_raw_sample: Option<String>,
    color_range: Option<String>,
    color_space: Option<String>,
    color_transfer: Option<String>,
    field_order: Option<String>,
    r_frame_rate: Option<String>,
    avg_frame_rate: Option<String>,
    duration: Option<String>,
    nb_frames: Option<String>,
    nb_read_packets: Option<String>,
    #[serde(default)]
    disposition: Disposition,
    #[serde(default)]
    side_data_list: Vec<SideData>,
    #[serde(default)]
    tags: Tags,
}

#[derive(Debug, Default, Deserialize)]
struct Disposition {
    #[serde(default)]
    attached_pic: u8,
}

#[derive(Debug, Deserialize)]
struct SideData {
    rotation: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
struct Tags {
    rotate: Option<String>,
}

impl Report {
    /// The moving or still picture; the cover of a record is none.
    fn picture(&self) -> Option<&Stream> {
        self.streams.iter().find(|stream| stream.codec_type == "video" && stream.disposition.attached_pic == 0)
    }

    fn is_still(&self) -> bool {
        self.format.format_name.ends_with("_pipe")
    }
}

impl Format {
    fn duration_s(&self) -> Option<f64> {
        positive(self.duration.as_deref())
    }
}

impl Stream {
    fn duration_s(&self) -> Option<f64> {
        positive(self.duration.as_deref())
    }

    fn number(&self, field: &str) -> Option<u32> {
        match field {
            "sample_rate" => self.sample_rate.as_deref()?.parse().ok().filter(|rate| *rate > 0),
            _ => None,
        }
    }

    fn count(&self, field: &str) -> Option<u64> {
        let text = match field {
            "nb_frames" => self.nb_frames.as_deref(),
            "nb_read_packets" => self.nb_read_packets.as_deref(),
            _ => None,
        };
        text?.parse().ok().filter(|count| *count > 0)
    }

    /// The average rate, snapped to a usual one within 0.5 %, and whether the nominal one differs.
    fn rate(&self, duration_s: Option<f64>) -> (FrameRate, bool) {
        let nominal = fraction(self.r_frame_rate.as_deref());
        let by_count = || {
            let frames = self.count("nb_frames").or(self.count("nb_read_packets"))?;
            FrameRate::new(u32::try_from((frames as f64 / duration_s? * 1000.0).round() as i64).ok()?, 1000)
        };
        let average = fraction(self.avg_frame_rate.as_deref()).or_else(by_count);
        match (nominal, average) {
            (Some(nominal), Some(average)) if near(nominal.as_f64(), average.as_f64()) => (usual(nominal), false),
            (_, Some(average)) => (usual(average), true),
            (Some(nominal), None) if nominal.as_f64() <= 240.0 => (usual(nominal), false),
            _ => (FrameRate::FPS_30, true),
        }
    }

    fn rotation_deg(&self) -> u16 {
        let side = self.side_data_list.iter().find_map(|data| data.rotation).map(|counter_clockwise| -counter_clockwise);
        let tagged = || self.tags.rotate.as_deref().and_then(|text| text.parse::<f64>().ok());
        let degrees = side.or_else(tagged).filter(|degrees| degrees.is_finite()).unwrap_or(0.0);
        ((degrees / 90.0).round().rem_euclid(4.0) as u16) * 90
    }

    fn video(&self, rate: FrameRate, variable_rate: bool) -> VideoInfo {
        let rotation_deg = self.rotation_deg();
        let (width, height) = (self.width.unwrap_or(0), self.height.unwrap_or(0));
        let (width_px, height_px) = if rotation_deg % 180 == 90 { (height, width) } else { (width, height) };
        let pixel_format = self.pix_fmt.clone().unwrap_or_else(|| "unknown".into());
        VideoInfo {
            width_px,
            height_px,
            rotation_deg,
            rate,
            variable_rate,
            bit_depth: self.bit_depth(&pixel_format),
            full_range: self.full_range(),
            codec: self.codec_name.clone().unwrap_or_else(|| "unknown".into()),
            pixel_format,
        }
    }

    fn bit_depth(&self, pixel_format: &str) -> u8 {
        let stated = self.bits_per_raw_sample.as_deref().and_then(|bits| bits.parse().ok()).filter(|bits| (8..=16).contains(bits));
        let named = || [(10_u8, "10"), (12, "12"), (16, "16")].into_iter().find(|(_, end)| pixel_format.trim_end_matches(['l', 'b', 'e']).ends_with(end));
        stated.or_else(|| named().map(|(bits, _)| bits)).unwrap_or(8)
    }

    fn full_range(&self) -> bool {
        self.color_range.as_deref() == Some("pc") || self.pix_fmt.as_deref().is_some_and(|name| name.starts_with("yuvj"))
    }

    fn colour(&self) -> Colour {
        let high = self.width.unwrap_or(0).max(self.height.unwrap_or(0)) > 1024;
        let matrix = match self.color_space.as_deref() {
            Some("bt709") => Matrix::Bt709,
            Some("bt2020nc" | "bt2020c") => Matrix::Bt2020,
            Some("bt470bg" | "smpte170m" | "fcc") => Matrix::Bt601,
            _ if high => Matrix::Bt709,
            _ => Matrix::Bt601,
        };
        Colour {
            matrix,
            full_range: self.full_range(),
            hdr: matches!(self.color_transfer.as_deref(), Some("smpte2084" | "arib-std-b67")),
            interlaced: matches!(self.field_order.as_deref(), Some("tt" | "bb" | "tb" | "bt")),
        }
    }
}

fn positive(text: Option<&str>) -> Option<f64> {
    text?.parse().ok().filter(|value: &f64| value.is_finite() && *value > 0.0)
}

fn fraction(text: Option<&str>) -> Option<FrameRate> {
    let (num, den) = text?.split_once('/')?;
    let (num, den): (u64, u64) = (num.parse().ok()?, den.parse().ok()?);
    let by = greatest_common_divisor(num, den).max(1);
    FrameRate::new(u32::try_from(num / by).ok()?, u32::try_from(den / by).ok()?)
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

fn near(a: f64, b: f64) -> bool {
    (a / b - 1.0).abs() < 0.005
}

/// The nearest of the usual rates within 0.5 %, or the rate itself.
fn usual(rate: FrameRate) -> FrameRate {
    const USUAL: [(u32, u32); 11] = [
        (24_000, 1001), (24, 1), (25, 1), (30_000, 1001), (30, 1), (48, 1),
        (50, 1), (60_000, 1001), (60, 1), (100, 1), (120, 1),
    ];
    let value = rate.as_f64();
    let distance = |(num, den): &(u32, u32)| (f64::from(*num) / f64::from(*den) - value).abs();
    USUAL
        .into_iter()
        .min_by(|a, b| distance(a).total_cmp(&distance(b)))
        .filter(|(num, den)| near(f64::from(*num) / f64::from(*den), value))
        .map_or(rate, |(num, den)| FrameRate { num, den })
}
