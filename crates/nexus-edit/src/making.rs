//! Media that an edit describes instead of naming a file: what has to be made, and what takes its place. Pure.
//!
//! Whoever renders an edit makes these first, and puts each made file in the place of its description. What remains
//! is an edit of files alone.

use nexus_core::FrameRate;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    model::{
        Asset, Audio, Clip, Edit, Image, Length, Prompt, Source, TextToSpeech, Video, Word as _, asset::VideoShape,
    },
    reader::{EditError, EditErrors},
    timing::{self, Timing, clip_path},
};

/// Length of a made clip in seconds, when nothing says how long it stands.
const CLIP_S: f64 = 5.0;
/// Length of a made clip in seconds, when that follows from files whose length is not known yet.
const OPEN_CLIP_S: f64 = 10.0;
/// Longest clip that is made, in seconds.
const MOST_CLIP_S: f64 = 60.0;
/// Least and greatest side of made pictures, in pixels.
const SIDES: (f64, f64) = (16.0, 4096.0);

/// Something to make for a place of an edit.
#[derive(Debug, Clone, PartialEq)]
pub struct Making {
    /// The place of its asset, for instance `timeline.tracks[0].clips[2].asset`.
    pub path: String,
    /// What to make.
    pub media: Media,
    /// What of the description has no effect, for people.
    pub remarks: Vec<String>,
    track: usize,
    clip: usize,
}

/// What to make. Equal descriptions give equal media.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Media {
    /// A still.
    Still(Picture),
    /// Moving pictures without sound.
    Clip {
        /// The still that moves.
        still: StillFrom,
        /// Width and height in pixels, even.
        size_px: (u32, u32),
        /// Frames per second.
        rate: FrameRate,
        /// Seconds, 0.1 to 60.
        length_s: f64,
    },
    /// Spoken words.
    Speech {
        /// What is said.
        text: String,
        /// Who says it.
        voice: Option<String>,
        /// Code of its language.
        language: Option<String>,
        /// In the manner of a newsreader.
        is_newscaster: bool,
    },
}

/// A still to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Picture {
    /// What it shows.
    pub words: String,
    /// Width and height in pixels, even, 16 to 4096 each.
    pub size_px: (u32, u32),
}

/// The still that a made clip moves over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StillFrom {
    /// A file at an address.
    File(String),
    /// One that is made for it, from these words.
    Words(String),
}

/// Everything that has to be made before `edit` can be rendered, in the order of the document.
///
/// # Errors
/// Every description that asks for a kind of sound that is not made.
pub fn makings(edit: &Edit) -> Result<Vec<Making>, EditErrors> {
    let mut board = Board { edit, timing: None, errors: Vec::new() };
    let mut all = Vec::new();
    for (track, clips) in edit.timeline.tracks.iter().enumerate() {
        for (index, clip) in clips.clips.iter().enumerate() {
            let path = format!("{}.asset", clip_path(track, index));
            let mut remarks = Vec::new();
            if let Some(media) = board.media(clip, (track, index), &path, &mut remarks) {
                all.push(Making { path, media, remarks, track, clip: index });
            }
        }
    }
    EditErrors::check(board.errors)?;
    Ok(all)
}

impl Making {
    /// The address of the still that a clip moves over, when it is a file.
    #[must_use]
    pub fn still_src(&self) -> Option<&str> {
        match &self.media {
            Media::Clip { still: StillFrom::File(src), .. } => Some(src),
            Media::Clip { still: StillFrom::Words(_), .. } | Media::Still(_) | Media::Speech { .. } => None,
        }
    }

    /// Puts the made file at `src` in the place of its description. `document` is the one that `edit` was read from,
    /// without merge fields.
    pub fn put(&self, edit: &Edit, document: &mut Value, src: &str) {
        let asset = &edit.timeline.tracks[self.track].clips[self.clip].asset;
        document["timeline"]["tracks"][self.track]["clips"][self.clip]["asset"] =
            serde_json::to_value(made(asset, src)).expect("an asset is plain data");
    }
}

/// `asset` with the made file in place of its description.
fn made(asset: &Asset, src: &str) -> Asset {
    let source = Source::file(src);
    match asset {
        Asset::Image(image) => Asset::Image(Image { source, ..image.clone() }),
        Asset::Video(video) => Asset::Video(Video { source, ..video.clone() }),
        Asset::Audio(audio) => Asset::Audio(Audio { source, ..audio.clone() }),
        Asset::TextToImage(still) => Asset::Image(Image { source, crop: still.crop }),
        Asset::ImageToVideo(clip) => Asset::Video(Video { speed: clip.speed, crop: clip.crop, ..Video::new(src) }),
        Asset::TextToSpeech(TextToSpeech { trim, volume, speed, effect, .. }) => {
            Asset::Audio(Audio { source, trim: *trim, volume: volume.clone(), speed: *speed, effect: *effect })
        }
        other => other.clone(),
    }
}

struct Board<'a> {
    edit: &'a Edit,
    /// When clips stand, as far as that is known without any file; worked out when it is first needed.
    timing: Option<Option<Timing>>,
    errors: Vec<EditError>,
}

impl Board<'_> {
    fn media(&mut self, clip: &Clip, place: (usize, usize), path: &str, remarks: &mut Vec<String>) -> Option<Media> {
        match &clip.asset {
            Asset::TextToImage(still) => {
                let (width, height) = self.box_of(clip);
                let sides = (still.width.map_or(width, f64::from), still.height.map_or(height, f64::from));
                Some(Media::Still(Picture { words: still.prompt.clone(), size_px: even(sides) }))
            }
            Asset::ImageToVideo(video) => {
                if video.prompt.is_some() {
                    remarks.push(format!("{path}.prompt has no effect: the camera of this machine chooses its move"));
                }
                let length_s = self.length_s(clip, place, (0.0, video.speed), None, (path, remarks));
                let still = StillFrom::File(video.src.clone());
                Some(self.moving(clip, still, video.aspect_ratio, length_s))
            }
            Asset::TextToSpeech(TextToSpeech { text, voice, language, newscaster, .. }) => Some(Media::Speech {
                text: text.clone(),
                voice: Some(voice.clone()),
                language: language.clone(),
                is_newscaster: *newscaster,
            }),
            Asset::Image(Image { source: Source::Prompt(prompt), .. }) => {
                let options = Options::of(prompt, path, &["aspectRatio"], remarks);
                let size_px = even(covering(self.box_of(clip), options.shape()));
                Some(Media::Still(Picture { words: prompt.prompt.clone(), size_px }))
            }
            Asset::Video(Video { source: Source::Prompt(prompt), trim, speed, .. }) => {
                let options = Options::of(prompt, path, &["inputSrc", "aspectRatio", "duration"], remarks);
                let still = match options.text("inputSrc") {
                    Some(src) => StillFrom::File(src.to_owned()),
                    None => StillFrom::Words(prompt.prompt.clone()),
                };
                let length_s = self.length_s(clip, place, (*trim, *speed), options.seconds(), (path, remarks));
                Some(self.moving(clip, still, options.shape(), length_s))
            }
            Asset::Audio(Audio { source: Source::Prompt(prompt), .. }) => self.speech(prompt, path, remarks),
            _ => None,
        }
    }

    fn speech(&mut self, prompt: &Prompt, path: &str, remarks: &mut Vec<String>) -> Option<Media> {
        let model = prompt.model.as_deref().unwrap_or_default();
        if ["music", "sound", "sfx"].iter().any(|word| model.to_lowercase().contains(word)) {
            let expected = "a model that speaks, or none: music and sounds are not made here; give their file as 'src'";
            self.errors.push(EditError::new(format!("{path}.model"), expected).found(format!("'{model}'")));
            return None;
        }
        let options = Options::of(prompt, path, &["voice", "language", "newscaster"], remarks);
        Some(Media::Speech {
            text: prompt.prompt.clone(),
            voice: options.text("voice").map(str::to_owned),
            language: options.text("language").map(str::to_owned),
            is_newscaster: options.given.get("newscaster") == Some(&Value::Bool(true)),
        })
    }

    fn moving(&self, clip: &Clip, still: StillFrom, shape: Option<VideoShape>, length_s: f64) -> Media {
        let size_px = even(covering(self.box_of(clip), shape));
        Media::Clip { still, size_px, rate: self.edit.output.rate(), length_s }
    }

    /// The box that the clip fills, in pixels.
    fn box_of(&self, clip: &Clip) -> (f64, f64) {
        let frame = self.edit.output.frame();
        (clip.width.unwrap_or(f64::from(frame.width)), clip.height.unwrap_or(f64::from(frame.height)))
    }

    /// Seconds of media that the clip plays.
    fn length_s(
        &mut self,
        clip: &Clip,
        (track, index): (usize, usize),
        (trim, speed): (f64, f64),
        asked_s: Option<f64>,
        (path, remarks): (&str, &mut Vec<String>),
    ) -> f64 {
        let stands_s = match &clip.length {
            Length::Seconds(seconds) => *seconds,
            Length::Auto => return (trim + asked_s.unwrap_or(CLIP_S)).clamp(0.1, MOST_CLIP_S),
            Length::End | Length::Alias(_) => {
                let edit = self.edit;
                let timing = self.timing.get_or_insert_with(|| timing::resolve(edit, &|_| None).ok());
                timing.as_ref().map_or(OPEN_CLIP_S, |timing| timing.tracks[track][index].length_s)
            }
        };
        let plays_s = trim + stands_s * speed;
        if plays_s > MOST_CLIP_S {
            remarks.push(format!("{path} moves for {MOST_CLIP_S} s of its {plays_s:.1} s and then stands"));
        }
        // A hair more than the clip plays, so that rounding leaves no frame without a picture.
        (plays_s + 0.1).clamp(0.1, MOST_CLIP_S)
    }
}

/// The options of a prompt that are understood here.
struct Options<'a> {
    given: &'a Map<String, Value>,
}

impl<'a> Options<'a> {
    /// Remarks on the model, which stands for others here, and on every option that is not among `known`.
    fn of(prompt: &'a Prompt, path: &str, known: &[&str], remarks: &mut Vec<String>) -> Self {
        if let Some(model) = &prompt.model {
            remarks.push(format!("{path}.model: '{model}' is not on this machine; its own maker made this"));
        }
        let unknown = prompt.options.keys().filter(|option| !known.contains(&option.as_str()));
        remarks.extend(unknown.map(|option| format!("{path}.options.{option} has no effect here")));
        Self { given: &prompt.options }
    }

    fn text(&self, name: &str) -> Option<&'a str> {
        self.given.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty())
    }

    fn shape(&self) -> Option<VideoShape> {
        VideoShape::from_word(self.text("aspectRatio")?)
    }

    fn seconds(&self) -> Option<f64> {
        let duration = self.given.get("duration")?;
        duration.as_f64().or_else(|| duration.as_str()?.parse().ok()).filter(|seconds| *seconds > 0.0)
    }
}

/// The smallest picture of a shape that covers a box, so that nothing has to be enlarged.
fn covering((width, height): (f64, f64), shape: Option<VideoShape>) -> (f64, f64) {
    let Some(shape) = shape else { return (width, height) };
    let (across, down) = match shape {
        VideoShape::Square => (1.0, 1.0),
        VideoShape::Classic => (4.0, 3.0),
        VideoShape::Wide => (16.0, 9.0),
        VideoShape::Tall => (9.0, 16.0),
        VideoShape::ClassicTall => (3.0, 4.0),
        VideoShape::VeryWide => (21.0, 9.0),
        VideoShape::VeryTall => (9.0, 21.0),
    };
    let factor: f64 = f64::max(width / across, height / down);
    (across * factor, down * factor)
}

/// The nearest even sides within bounds; a shape that is too large keeps its proportions.
fn even((width, height): (f64, f64)) -> (u32, u32) {
    let shrink = (SIDES.1 / width.max(height)).min(1.0);
    let side = |pixels: f64| ((pixels * shrink).clamp(SIDES.0, SIDES.1) / 2.0).round() as u32 * 2;
    (side(width), side(height))
}
