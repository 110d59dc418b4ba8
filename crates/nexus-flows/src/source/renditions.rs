//! Versions of a source in other sizes and formats. Each is a film of one clip, a picture or a sound, so the renderer
//! makes them all.

use std::collections::BTreeMap;

use nexus_core::{
    fetch::HostedFile,
    film::{FilmTags, RenderRequest},
    footage::MediaInfo,
};
use nexus_edit::model::{Format, Fps, Quality, Word as _};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::edit::Fault;

/// Versions of one source.
const MOST: usize = 20;
/// Longest side in pixels.
const MOST_SIDE: u32 = 4096;
/// Longest name of a file in characters.
const MOST_NAME_CHARS: usize = 100;

/// A version that is wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct Rendition {
    format: Option<Format>,
    /// Width and height in pixels, each on its own.
    size: (Option<u32>, Option<u32>),
    fit: &'static str,
    quality: Quality,
    fps: Option<Fps>,
    /// More than 0, at most 10.
    speed: f64,
    /// The file's name without its ending, of letters, digits, `.`, `_` and `-`.
    file_name: Option<String>,
}

/// The published form, read with all its fields so that none is passed over in silence.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Wish {
    format: Option<String>,
    size: Option<WishedSize>,
    fit: Option<String>,
    resolution: Option<String>,
    quality: Option<u32>,
    fps: Option<f64>,
    speed: Option<WishedSpeed>,
    keyframe_interval: Option<Value>,
    /// Sound and picture stay together here in any case.
    #[serde(rename = "fixOffset")]
    _fix_offset: Option<bool>,
    /// Pictures stand upright here in any case.
    #[serde(rename = "fixRotation")]
    _fix_rotation: Option<bool>,
    enhance: Option<Value>,
    filename: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WishedSize {
    width: Option<u32>,
    height: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WishedSpeed {
    speed: Option<f64>,
    preserve_pitch: Option<bool>,
}

/// The versions that `outputs` of a source asks for, as they stand there.
///
/// # Errors
/// Everything that is wrong or not made here, with its place.
pub fn wished(outputs: &Value) -> Result<Vec<Value>, Vec<Fault>> {
    if outputs.is_null() {
        return Ok(Vec::new());
    }
    let Some(object) = outputs.as_object() else {
        return Err(vec![fault("outputs", "expected an object with 'renditions'")]);
    };
    let mut faults = Vec::new();
    for name in object.keys().filter(|name| *name != "renditions") {
        faults.push(fault(
            &format!("outputs.{name}"),
            match name.as_str() {
                "transcription" => {
                    "speech is not written down here: leave 'transcription' out, and bring an SRT or VTT file in as a \
                     source of its own"
                }
                _ => "expected 'renditions' alone",
            },
        ));
    }
    let list = match &outputs["renditions"] {
        Value::Null => Vec::new(),
        Value::Array(list) if list.len() <= MOST => list.clone(),
        _ => {
            faults.push(fault("outputs.renditions", &format!("expected a list of at most {MOST} renditions")));
            Vec::new()
        }
    };
    for (index, wish) in list.iter().enumerate() {
        faults.extend(Rendition::read(wish, &format!("outputs.renditions[{index}]")).err().into_iter().flatten());
    }
    if faults.is_empty() { Ok(list) } else { Err(faults) }
}

fn fault(path: &str, message: &str) -> Fault {
    Fault { path: path.to_owned(), message: format!("'{path}': {message}") }
}

impl Rendition {
    /// Reads one wish; `path` is its place.
    ///
    /// # Errors
    /// Everything that is wrong with it or not made here.
    pub fn read(wish: &Value, path: &str) -> Result<Self, Vec<Fault>> {
        let Wish { format, size, fit, resolution, quality, fps, speed, keyframe_interval, enhance, filename, .. } =
            Wish::deserialize(wish).map_err(|error| vec![fault(path, &error.to_string())])?;
        let mut faults = Vec::new();
        let mut wrong = |field: &str, message: &str| faults.push(fault(&format!("{path}.{field}"), message));
        let made = |format: &Format| *format != Format::Bmp;
        let format = format.and_then(|word| {
            let known = Format::from_word(&word).filter(made);
            if known.is_none() {
                wrong("format", &format!("'{word}' is not made here: expected mp4, gif, jpg, png or mp3"));
            }
            known
        });
        let of_size = size.map_or((None, None), |size| (size.width, size.height));
        let size = match resolution.as_deref() {
            None => of_size,
            Some("preview") => (Some(512), Some(288)),
            Some("mobile") => (Some(640), Some(360)),
            Some("sd") => (Some(1024), Some(576)),
            Some("hd") => (Some(1280), Some(720)),
            Some("fhd") => (Some(1920), Some(1080)),
            Some(_) => {
                wrong("resolution", "expected preview, mobile, sd, hd or fhd");
                (None, None)
            }
        };
        if [size.0, size.1].into_iter().flatten().any(|side| side == 0 || side > MOST_SIDE || side % 2 == 1) {
            wrong("size", &format!("expected even sides of 2 to {MOST_SIDE} pixels"));
        }
        let fit = match fit.as_deref() {
            None | Some("crop") => "crop",
            Some("cover") => "cover",
            Some("contain") => "contain",
            Some(_) => {
                wrong("fit", "expected crop, cover or contain");
                "crop"
            }
        };
        let quality = match quality {
            None => Quality::Medium,
            Some(1..20) => Quality::Verylow,
            Some(20..40) => Quality::Low,
            Some(40..60) => Quality::Medium,
            Some(60..80) => Quality::High,
            Some(80..=100) => Quality::Veryhigh,
            Some(_) => {
                wrong("quality", "expected a whole number from 1 to 100");
                Quality::Medium
            }
        };
        let rate = fps.and_then(Fps::new);
        if fps.is_some() && rate.is_none() {
            wrong("fps", "expected 12, 15, 23.976, 24, 25, 29.97, 30, 48, 50, 59.94 or 60");
        }
        let (speed, keeps_pitch) =
            speed.map_or((1.0, true), |speed| (speed.speed.unwrap_or(1.0), speed.preserve_pitch != Some(false)));
        if !(speed > 0.0 && speed <= 10.0) {
            wrong("speed.speed", "expected more than 0 and at most 10");
        }
        if !keeps_pitch {
            wrong("speed.preservePitch", "the pitch is kept here: leave 'preservePitch' out");
        }
        if keyframe_interval.is_some() {
            wrong("keyframeInterval", "the distance of keyframes is not chosen here: leave it out");
        }
        if enhance.is_some() {
            wrong("enhance", "enhancements need an account elsewhere and are not made here: leave it out");
        }
        let file_name = filename.as_deref().and_then(plain_name);
        if faults.is_empty() {
            Ok(Self { format, size, fit, quality, fps: rate, speed, file_name })
        } else {
            Err(faults)
        }
    }

    /// The file's name without its ending.
    #[must_use]
    pub fn file_name(&self) -> Option<&str> {
        self.file_name.as_deref()
    }

    /// What the renderer is asked for to make this version of `source`.
    ///
    /// # Errors
    /// Why there is no such version of it, in words.
    pub fn request(&self, source: &HostedFile, info: Option<&MediaInfo>) -> Result<RenderRequest, String> {
        let kind = Kind::of(source, info)?;
        let format = self.format.unwrap_or(kind.formats()[0]);
        if !kind.formats().contains(&format) {
            let all = kind.formats().iter().map(|format| format.word()).collect::<Vec<_>>().join(" or ");
            return Err(format!("{} cannot become '{}': expected {all}", kind.name(), format.word()));
        }
        let src = source.blob.url();
        let (asset, length) = match kind {
            Kind::Film => (json!({ "type": "video", "src": src, "speed": self.speed }), json!("auto")),
            Kind::Picture => (json!({ "type": "image", "src": src }), json!(1)),
            Kind::Sound => (json!({ "type": "audio", "src": src, "speed": self.speed }), json!("auto")),
        };
        let mut output = json!({ "format": format, "quality": self.quality });
        if kind != Kind::Sound {
            let video = info.and_then(|info| info.video.as_ref());
            let (width, height) = self
                .size_px(video.map(|video| (video.width_px, video.height_px)))
                .ok_or("the size of this picture is not known: give 'size' with width and height, or a 'resolution'")?;
            output["size"] = json!({ "width": width, "height": height });
            output["fps"] =
                json!(self.fps.or_else(|| video.map(|video| Fps::nearest(video.rate))).unwrap_or(Fps::FPS_25));
        }
        let clip = json!({ "asset": asset, "start": 0, "length": length, "fit": self.fit });
        Ok(RenderRequest {
            business: source.business,
            edit: json!({ "timeline": { "tracks": [{ "clips": [clip] }] }, "output": output }),
            assets: BTreeMap::from([(src, source.blob.clone())]),
            tags: FilmTags::default(),
        })
    }

    /// Even sides; a missing one follows from the shape of the source, both from its size.
    fn size_px(&self, source: Option<(u32, u32)>) -> Option<(u32, u32)> {
        let sides = source.map(|(width, height)| (f64::from(width.max(1)), f64::from(height.max(1))));
        let (width, height) = match (self.size, sides) {
            ((Some(width), Some(height)), _) => return Some((width, height)),
            ((Some(width), None), Some((across, down))) => (f64::from(width), f64::from(width) * down / across),
            ((None, Some(height)), Some((across, down))) => (f64::from(height) * across / down, f64::from(height)),
            ((None, None), Some(sides)) => sides,
            (_, None) => return None,
        };
        let shrink = (f64::from(MOST_SIDE) / width.max(height)).min(1.0);
        let even = |side: f64| ((side * shrink / 2.0).round() as u32 * 2).max(2);
        Some((even(width), even(height)))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Film,
    Picture,
    Sound,
}

impl Kind {
    fn of(source: &HostedFile, info: Option<&MediaInfo>) -> Result<Self, String> {
        let is_picture = info.is_some_and(|info| info.container.ends_with("_pipe"));
        match info {
            _ if is_picture || source.media_type.starts_with("image/") => Ok(Self::Picture),
            Some(info) if info.video.is_some() => Ok(Self::Film),
            Some(info) if info.audio.is_some() => Ok(Self::Sound),
            _ => Err("the source is neither film, picture nor sound, and has no other versions".to_owned()),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Film => "a film",
            Self::Picture => "a picture",
            Self::Sound => "a sound",
        }
    }

    /// What it can become; the first by itself.
    fn formats(self) -> &'static [Format] {
        match self {
            Self::Film => &[Format::Mp4, Format::Gif],
            Self::Picture => &[Format::Jpg, Format::Png],
            Self::Sound => &[Format::Mp3],
        }
    }
}

/// The letters of `name` that a file's name may have here.
fn plain_name(name: &str) -> Option<String> {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() || "._-".contains(letter) { letter } else { '-' };
    let name: String = name.chars().take(MOST_NAME_CHARS).map(plain).collect();
    let name = name.trim_matches(['.', '-']);
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use nexus_core::{
        BusinessId, FrameRate, RunId,
        blob::{BlobKey, BlobRef, Bucket},
        fetch::HostedRole,
        footage::{AudioInfo, VideoInfo},
    };

    use super::*;

    fn file(media_type: &str) -> HostedFile {
        let business = BusinessId::derived(&["quay"]);
        let run = RunId::derived(&["source"]);
        let key = BlobKey::new(business, "fetched/a").expect("a key");
        HostedFile {
            id: HostedFile::id_of(run, HostedRole::Source),
            business,
            run,
            role: HostedRole::Source,
            file_name: "source".into(),
            media_type: media_type.into(),
            blob: BlobRef { bucket: Bucket::Final, key, size_bytes: 1, etag: "x".into() },
        }
    }

    fn film(container: &str) -> MediaInfo {
        let video = VideoInfo {
            width_px: 1920,
            height_px: 1080,
            rotation_deg: 0,
            rate: FrameRate::FPS_30,
            variable_rate: false,
            bit_depth: 8,
            full_range: false,
            codec: "h264".into(),
            pixel_format: "yuv420p".into(),
        };
        MediaInfo { duration_s: 4.0, video: Some(video), audio: None, container: container.into() }
    }

    fn sound() -> MediaInfo {
        let audio = AudioInfo { rate_hz: 48_000, channels: 2, codec: "mp3".into() };
        MediaInfo { duration_s: 4.0, video: None, audio: Some(audio), container: "mp3".into() }
    }

    #[test]
    fn a_version_is_an_edit_of_one_clip() {
        for (name, wish, source, want) in [
            (
                "as it is",
                json!({}),
                film("mov,mp4"),
                json!({ "format": "mp4", "quality": "medium", "size": { "width": 1920, "height": 1080 }, "fps": 30 }),
            ),
            (
                "narrow",
                json!({ "format": "gif", "size": { "width": 640 }, "fps": 12 }),
                film("mov,mp4"),
                json!({ "format": "gif", "quality": "medium", "size": { "width": 640, "height": 360 }, "fps": 12 }),
            ),
            (
                "preset",
                json!({ "resolution": "hd", "quality": 70 }),
                film("mov,mp4"),
                json!({ "format": "mp4", "quality": "high", "size": { "width": 1280, "height": 720 }, "fps": 30 }),
            ),
            (
                "picture",
                json!({ "format": "png", "size": { "height": 100 } }),
                film("png_pipe"),
                json!({ "format": "png", "quality": "medium", "size": { "width": 178, "height": 100 }, "fps": 30 }),
            ),
            ("sound", json!({}), sound(), json!({ "format": "mp3", "quality": "medium" })),
        ] {
            let rendition = Rendition::read(&wish, "outputs.renditions[0]").expect(name);
            let request = rendition.request(&file(""), Some(&source)).expect(name);
            assert_eq!(request.edit["output"], want, "{name}");
            let (edit, remarks) = nexus_edit::Edit::read(&request.edit).expect("an edit");
            assert_eq!((edit.timeline.tracks.len(), remarks.len()), (1, 0), "{name}: {remarks:?}");
        }
    }

    #[test]
    fn what_cannot_become_another_is_said() {
        let version = |wish: Value, media_type: &str, info: Option<&MediaInfo>| {
            Rendition::read(&wish, "r").expect("a wish").request(&file(media_type), info)
        };
        for (name, made, word) in [
            ("film as sound", version(json!({ "format": "mp3" }), "", Some(&film("mov"))), "mp4 or gif"),
            ("sound as film", version(json!({ "format": "mp4" }), "", Some(&sound())), "mp3"),
            ("a font", version(json!({}), "font/ttf", None), "neither"),
            ("a picture of no known size", version(json!({}), "image/webp", None), "'size'"),
        ] {
            let message = made.expect_err(name);
            assert!(message.contains(word), "{name}: {message}");
        }
    }

    #[test]
    fn every_fault_is_told_with_its_place() {
        let outputs = json!({
            "renditions": [
                { "format": "webm", "fit": "fill", "fps": 7, "quality": 0, "resolution": "1080", "keyframeInterval": 3 },
                { "speed": { "speed": 0, "preservePitch": false }, "enhance": {}, "size": { "width": 3 } },
                { "colour": "blue" },
            ],
            "transcription": { "format": "srt" },
        });
        let faults = wished(&outputs).expect_err("much is wrong");
        let paths: Vec<&str> = faults.iter().map(|fault| fault.path.trim_start_matches("outputs.")).collect();
        assert_eq!(
            paths,
            [
                "transcription",
                "renditions[0].format",
                "renditions[0].resolution",
                "renditions[0].fit",
                "renditions[0].quality",
                "renditions[0].fps",
                "renditions[0].keyframeInterval",
                "renditions[1].size",
                "renditions[1].speed.speed",
                "renditions[1].speed.preservePitch",
                "renditions[1].enhance",
                "renditions[2]",
            ]
        );
        assert_eq!(wished(&Value::Null), Ok(Vec::new()));
        assert!(wished(&json!([])).is_err() && wished(&json!({ "renditions": {} })).is_err());
    }

    #[test]
    fn names_are_plain() {
        for (given, want) in
            [("my film", Some("my-film")), ("../../etc/passwd", Some("etc-passwd")), ("...", None), ("", None)]
        {
            assert_eq!(plain_name(given).as_deref(), want, "{given}");
        }
    }
}
