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
    cache::probe_once,
    error::name_of,
    filter::{Colour, Matrix},
    jail::Reach,
    program::Program,
    runner::{self, Launch, Pace},
};

/// Picture codecs that are accepted, as ffprobe names them.
const PICTURE_CODECS: [&str; 11] =
    ["h264", "hevc", "vp8", "vp9", "av1", "prores", "dnxhd", "mjpeg", "mpeg4", "png", "rawvideo"];

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
    Ok(probe_once(file, limits).await?.info)
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
        reach: Reach::pipes(),
        deadline: Limits::default().probe_deadline,
        pace: Pace::Whole,
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
    let mut report = ask(file, limits, arguments(file)).await?;
    if report.is_still() {
        // Photos carry their turn in the picture itself, not in the stream.
        let seen = ask(file, limits, frame_arguments(file)).await?;
        report.turn_as(seen);
    }
    if report.format.duration_s().is_none() && !report.is_still() && report.picture().is_some() {
        // Recorders in browsers write no length: count the packets.
        let counted = ask(file, limits, counting_arguments(file)).await?;
        return judge(file, &counted, limits);
    }
    judge(file, &report, limits)
}

fn arguments(file: &Path) -> Arguments {
    Arguments::ffprobe()
        .guards()
        .pair("-of", "json")
        .flag("-show_format")
        .flag("-show_streams")
        .photo_or_film(file)
        .pair("-i", file_url(file))
}

fn frame_arguments(file: &Path) -> Arguments {
    Arguments::ffprobe()
        .guards()
        .pair("-of", "json")
        .flag("-show_format")
        .flag("-show_frames")
        .pair("-read_intervals", "%+#1")
        .photo_or_film(file)
        .pair("-i", file_url(file))
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
    let launch = Launch {
        program: Program::Ffprobe,
        arguments,
        op: "read",
        file,
        reach: Reach::reading(file),
        deadline: limits.probe_deadline,
        pace: Pace::Whole,
    };
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
    if let Some((speaker, _)) = detail.split_once(": Format not on whitelist") {
        let kind = speaker.rsplit("; ").next().unwrap_or_default();
        return MediaError::NotAccepted { file, kind: format!("of the kind '{kind}'") };
    }
    if let Some((_, size)) = detail.split_once("Picture size ").filter(|(_, rest)| rest.contains("max pixel count")) {
        return MediaError::OverLimit {
            file,
            found: format!("{} pixels", size.split(' ').next().unwrap_or("too many")),
            limit: "40 million pixels".to_owned(),
            remedy: "export it in 4K or smaller",
        };
    }
    let last = detail.rsplit("; ").next().unwrap_or_default();
    let detail = last.trim_start_matches(&format!("{file}: ")).to_owned();
    MediaError::NotMedia { file, detail }
}

fn judge(file: &Path, report: &Report, limits: &Limits) -> Result<Probed, MediaError> {
    let name = || name_of(file);
    let over = |found: String, limit: String, remedy| Err(MediaError::OverLimit { file: name(), found, limit, remedy });
    if report.streams.len() > limits.max_streams {
        return over(
            format!("{} streams", report.streams.len()),
            limits.max_streams.to_string(),
            "export it with one picture and one sound track",
        );
    }
    let picture = report.picture();
    let sound = report.streams.iter().find(|stream| stream.codec_type == "audio" && stream.sample_rate_hz().is_some());
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
            return Err(MediaError::NotMedia {
                file: name(),
                detail: "its picture has no size; the file is damaged".into(),
            });
        }
        if u64::from(width) * u64::from(height) > limits.max_pixels {
            return over(
                format!("{width}x{height} pixels"),
                format!("{} million pixels", limits.max_pixels / 1_000_000),
                "export it in 4K or smaller",
            );
        }
    }
    let (rate, variable_rate) =
        picture.map_or((FrameRate::FPS_30, false), |stream| stream.rate(report.format.duration_s()));
    if picture.is_some() && !still && rate.as_f64() > limits.max_fps {
        return over(
            format!("{:.0} frames per second", rate.as_f64()),
            format!("{:.0}", limits.max_fps),
            "export it with 60 frames per second or fewer",
        );
    }
    let counted = picture.and_then(Stream::frames).map(|count| count as f64 / rate.as_f64());
    let duration_s = if still {
        0.0
    } else {
        picture
            .and_then(|stream| stream.duration_s())
            .or(report.format.duration_s())
            .or_else(|| sound.and_then(Stream::duration_s))
            .or(counted)
            .ok_or_else(|| MediaError::NotMedia {
                file: name(),
                detail: "its length is unknown; the file is damaged or was cut off".into(),
            })?
    };
    let most = if picture.is_some() { limits.max_footage_s } else { limits.max_sound_s };
    let longest = report.format.duration_s().map_or(duration_s, |container| container.max(duration_s));
    if longest > most {
        return over(format!("a length of {longest:.0} s"), format!("{most:.0} s"), "cut it into shorter parts");
    }
    let video = picture.map(|stream| stream.video(rate, variable_rate && !still));
    let audio = sound.map(|stream| AudioInfo {
        rate_hz: stream.sample_rate_hz().unwrap_or(0),
        channels: stream.channels.unwrap_or(0),
        codec: stream.codec_name.clone().unwrap_or_else(|| "unknown".into()),
    });
    let colour = picture
        .map_or(Colour { matrix: Matrix::Bt709, full_range: false, hdr: false, interlaced: false }, Stream::colour);
    Ok(Probed {
        info: MediaInfo { duration_s, video, audio, container: report.format.format_name.clone() },
        colour,
        frames: picture.and_then(Stream::frames),
        still,
    })
}

/// ffprobe's report.
#[derive(Debug, Deserialize)]
struct Report {
    #[serde(default)]
    streams: Vec<Stream>,
    #[serde(default)]
    frames: Vec<Frame>,
    format: Format,
}

#[derive(Debug, Deserialize)]
struct Frame {
    #[serde(default)]
    side_data_list: Vec<SideData>,
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

    /// Takes over how the first frame of another report is turned.
    fn turn_as(&mut self, seen: Self) {
        let side_data = seen.frames.into_iter().next().map(|frame| frame.side_data_list).unwrap_or_default();
        if let Some(stream) = self.streams.iter_mut().find(|stream| stream.codec_type == "video") {
            stream.side_data_list.extend(side_data);
        }
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

    fn sample_rate_hz(&self) -> Option<u32> {
        self.sample_rate.as_deref()?.parse().ok().filter(|rate| *rate > 0)
    }

    /// Frames by the container's count, or packets that were counted.
    fn frames(&self) -> Option<u64> {
        [&self.nb_frames, &self.nb_read_packets]
            .into_iter()
            .flatten()
            .find_map(|text| text.parse().ok().filter(|count| *count > 0))
    }

    /// The average rate, snapped to a usual one within 0.5 %, and whether the nominal one differs.
    fn rate(&self, duration_s: Option<f64>) -> (FrameRate, bool) {
        let nominal = fraction(self.r_frame_rate.as_deref());
        let by_count = || {
            let frames = self.frames()?;
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
        let side =
            self.side_data_list.iter().find_map(|data| data.rotation).map(|counter_clockwise| -counter_clockwise);
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
        let stated = self
            .bits_per_raw_sample
            .as_deref()
            .and_then(|bits| bits.parse().ok())
            .filter(|bits| (8..=16).contains(bits));
        let named = || {
            [(10_u8, "10"), (12, "12"), (16, "16")]
                .into_iter()
                .find(|(_, end)| pixel_format.trim_end_matches(['l', 'b', 'e']).ends_with(end))
        };
        stated.or_else(|| named().map(|(bits, _)| bits)).unwrap_or(8)
    }

    fn full_range(&self) -> bool {
        self.color_range.as_deref() == Some("pc")
            || self.pix_fmt.as_deref().is_some_and(|name| name.starts_with("yuvj"))
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
        (24_000, 1001),
        (24, 1),
        (25, 1),
        (30_000, 1001),
        (30, 1),
        (48, 1),
        (50, 1),
        (60_000, 1001),
        (60, 1),
        (100, 1),
        (120, 1),
    ];
    let value = rate.as_f64();
    let distance = |(num, den): &(u32, u32)| (f64::from(*num) / f64::from(*den) - value).abs();
    USUAL
        .into_iter()
        .min_by(|a, b| distance(a).total_cmp(&distance(b)))
        .filter(|(num, den)| near(f64::from(*num) / f64::from(*den), value))
        .map_or(rate, |(num, den)| FrameRate { num, den })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn judged(json: &str) -> Result<Probed, MediaError> {
        judge(Path::new("folder/clip.mp4"), &serde_json::from_str(json).expect("a report"), &Limits::default())
    }

    fn video(fields: &str) -> VideoInfo {
        let json = format!(
            r#"{{"streams":[{{"codec_type":"video","codec_name":"h264","width":1920,"height":1080,"pix_fmt":"yuv420p",{fields}}}],
                "format":{{"format_name":"mov,mp4,m4a,3gp,3g2,mj2","duration":"4.0"}}}}"#
        );
        judged(&json).expect("a clip").info.video.expect("a picture")
    }

    #[test]
    fn rates_are_snapped_and_variable_ones_told() {
        for (name, nominal, average, want, variable) in [
            ("exact", "30/1", "30/1", (30, 1), false),
            ("film", "24000/1001", "24000/1001", (24_000, 1001), false),
            ("nearly exact", "30000/1001", "54000/1801", (30_000, 1001), false),
            ("a phone's", "30/1", "24390/1001", (24_390, 1001), true),
            ("a time base", "90000/1", "30/1", (30, 1), true),
            ("a time base of 29.97", "90000/1", "2997/100", (30_000, 1001), true),
            ("no average", "25/1", "0/0", (25, 1), false),
            ("half of nominal", "60/1", "30000/1001", (30_000, 1001), true),
        ] {
            let info = video(&format!(r#""r_frame_rate":"{nominal}","avg_frame_rate":"{average}""#));
            assert_eq!(((info.rate.num, info.rate.den), info.variable_rate), (want, variable), "{name}");
        }
    }

    #[test]
    fn rotation_depth_and_range_are_read() {
        let rate = r#""r_frame_rate":"30/1","avg_frame_rate":"30/1""#;
        for (name, fields, rotation, size, depth, full) in [
            ("plain", "", 0, (1920, 1080), 8, false),
            ("clockwise", r#","side_data_list":[{"rotation":-90}]"#, 90, (1080, 1920), 8, false),
            ("counter-clockwise", r#","side_data_list":[{"rotation":90}]"#, 270, (1080, 1920), 8, false),
            ("upside down", r#","side_data_list":[{"rotation":180}]"#, 180, (1920, 1080), 8, false),
            ("tagged", r#","tags":{"rotate":"90"}"#, 90, (1080, 1920), 8, false),
            ("ten bits", r#","bits_per_raw_sample":"10""#, 0, (1920, 1080), 10, false),
            ("full range", r#","color_range":"pc""#, 0, (1920, 1080), 8, true),
        ] {
            let info = video(&format!("{rate}{fields}"));
            let found = (info.rotation_deg, (info.width_px, info.height_px), info.bit_depth, info.full_range);
            assert_eq!(found, (rotation, size, depth, full), "{name}");
        }
    }

    #[test]
    fn a_cover_is_no_picture_and_an_unknown_codec_no_clip() {
        let song = judged(
            r#"{"streams":[{"codec_type":"audio","codec_name":"mp3","sample_rate":"44100","channels":2},
                {"codec_type":"video","codec_name":"mjpeg","width":500,"height":500,"disposition":{"attached_pic":1}}],
                "format":{"format_name":"mp3","duration":"1200.5"}}"#,
        )
        .expect("a song may be longer than a clip");
        assert_eq!((song.info.video, song.info.duration_s), (None, 1200.5));
        let error = judged(
            r#"{"streams":[{"codec_type":"video","codec_name":"wmv3","width":64,"height":64}],
                "format":{"format_name":"matroska,webm","duration":"3"}}"#,
        )
        .unwrap_err();
        assert!(matches!(&error, MediaError::NotAccepted { kind, .. } if kind.contains("wmv3")), "{error}");
    }

    #[test]
    fn the_command_guards_its_input() {
        assert_eq!(
            arguments(Path::new("/in/-clip:1.mp4")).text(),
            format!(
                "-hide_banner -loglevel error -max_alloc 536870912 -protocol_whitelist file \
                 -format_whitelist {} -codec_whitelist {} -max_pixels 40000000 -probesize 5000000 \
                 -analyzeduration 5000000 -of json -show_format -show_streams -i file:/in/-clip:1.mp4",
                crate::arguments::FORMATS,
                crate::arguments::DECODERS
            )
        );
    }

    proptest! {
        #[test]
        fn any_two_numbers_make_a_rate_or_none(num in any::<u64>(), den in any::<u64>()) {
            let rate = fraction(Some(&format!("{num}/{den}")));
            prop_assert!(rate.is_none_or(|rate| rate.num > 0 && rate.den > 0));
            if let Some(rate) = rate {
                prop_assert!((usual(rate).as_f64() / rate.as_f64() - 1.0).abs() < 0.0051);
            }
        }

        #[test]
        fn any_text_for_a_report_is_an_error_or_a_report(text in ".{0,200}") {
            if let Ok(report) = serde_json::from_str::<Report>(&text) {
                prop_assert!(judge(Path::new("x"), &report, &Limits::default()).is_err());
            }
        }
    }
}
