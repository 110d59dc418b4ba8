//! Reading what is asked for: the published form, with every fault at its place.

use nexus_edit::model::{Format, Fps, Quality, Word as _};
use serde::Deserialize;
use serde_json::Value;

use super::{MOST_SIDE, Rendition};
use crate::edit::Fault;

/// Versions of one source.
const MOST: usize = 20;
/// Longest name of a file in characters.
const MOST_NAME_CHARS: usize = 100;

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
    use serde_json::json;

    use super::*;

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
