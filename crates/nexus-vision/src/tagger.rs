//! [`EmbeddedTagger`]: what can be said of a shot, by measurements and by the models that are there.

use std::{borrow::Cow, sync::Arc};

use async_trait::async_trait;
use nexus_core::{
    PortResult,
    footage::{MediaInfo, Seen, ShotView, SmallFrame, Tag, best_first},
    port::{Adapter, TagWords, Tagger},
};

use crate::{
    agreed::agreed,
    error::VisionError,
    layout::layout_tags,
    light::light_tags,
    measure::{calm, focus, light, quality, sharpness_tags},
    models::Face,
    movement::{format_tag, motion_tags, sound_tags},
    network::ModelError,
    palette::colour_tags,
    picture::Picture,
    sight::Sight,
    words::word_tags,
};

/// The rules of rung L0 were measured on frames of 192 pixels; wider frames than this are halved first.
const MEASURED_WIDTH_PX: u32 = 256;

/// What a measurement says hardly is not said: measured over footage and photos, a quarter of the tags below this were wrong,
/// above it 1 in 25. Models have a threshold for each word.
const LEAST_MEASURED: f64 = 0.55;

/// Tags from measurements and rules, and from models where there are any. Every tag names its source (`L0 colour`,
/// `L0 light`, `L0 layout`, `L0 motion`, `L0 sound`, `L0 format`, `L0 faces`, `L0 words`, `L1 MODEL`, `L2 MODEL`, `file name`, `you`)
/// and the frame that shows it best.
#[derive(Clone, Default)]
pub struct EmbeddedTagger {
    sight: Arc<Sight>,
}

impl EmbeddedTagger {
    /// A tagger with the models of `sight`; the default has none.
    #[must_use]
    pub fn new(sight: Arc<Sight>) -> Self {
        Self { sight }
    }
}

impl Adapter for EmbeddedTagger {}

#[async_trait]
impl Tagger for EmbeddedTagger {
    fn eyes(&self) -> String {
        self.sight.eyes()
    }

    async fn tag(&self, info: &MediaInfo, shots: &[ShotView], words: &TagWords) -> PortResult<Vec<Seen>> {
        check(shots)?;
        let (sight, info, shots, words) = (Arc::clone(&self.sight), info.clone(), shots.to_vec(), words.clone());
        let look = move || shots.iter().map(|view| see(&sight, &info, view, &words)).collect::<Result<_, _>>();
        let seen = tokio::task::spawn_blocking(look)
            .await
            .map_err(|error| VisionError::Stopped { detail: error.to_string() })?;
        seen.map_err(|error: ModelError| error.port("look at the shots"))
    }
}

fn check(shots: &[ShotView]) -> Result<(), VisionError> {
    for (shot, view) in shots.iter().enumerate() {
        for (what, value) in measurements(view) {
            if !value.is_finite() {
                return Err(VisionError::NotFinite { shot, what });
            }
        }
        for (number, frame) in view.frames.iter().enumerate() {
            let (width_px, height_px, found) = (frame.width_px, frame.height_px, frame.rgb.len());
            let expected = 3 * width_px as usize * height_px as usize;
            if expected != found {
                return Err(VisionError::FrameSize { shot, frame: number, width_px, height_px, expected, found });
            }
        }
    }
    Ok(())
}

fn measurements(view: &ShotView) -> impl Iterator<Item = (&'static str, f64)> {
    let ShotView { start_s, end_s, begins: _, frames: _, motion, sharpness, sound, words: _ } = view;
    let sound = sound.iter().flat_map(|sound| [("sound level", sound.level_db), ("speech", sound.speech)]);
    [
        ("start", *start_s),
        ("end", *end_s),
        ("sharpness", *sharpness),
        ("activity", motion.activity),
        ("pan", motion.pan),
        ("tilt", motion.tilt),
        ("zoom", motion.zoom),
        ("shake", motion.shake),
        ("peak", motion.peak_s),
    ]
    .into_iter()
    .chain(sound)
}

fn see(sight: &Sight, info: &MediaInfo, view: &ShotView, words: &TagWords) -> Result<Seen, ModelError> {
    let sighting = sight.look(&view.frames)?;
    let pictures: Vec<Picture> = view.frames.iter().filter_map(|frame| Picture::new(&small(frame))).collect();
    let middle_s = view.start_s + (view.end_s - view.start_s) / 2.0;
    let peak_s = view.motion.peak_s.clamp(view.start_s, view.end_s.max(view.start_s));
    let middle = pictures.get(pictures.len() / 2);

    let mut tags = word_tags(words, middle_s);
    let times: Vec<f64> = pictures.iter().map(|picture| picture.time_s).collect();
    tags.extend(agreed(&times, "L0 colour", |at| colour_tags(&pictures[at])));
    tags.extend(agreed(&times, "L0 light", |at| light_tags(&pictures[at])));
    tags.extend(agreed(&times, "L0 layout", |at| layout_tags(&pictures[at])));
    // A photo neither moves nor sounds: nothing is to be said of that.
    let is_photo = info.duration_s <= 0.0;
    let measured = [
        ("L0 motion", peak_s, if is_photo { Vec::new() } else { motion_tags(&view.motion) }),
        ("L0 sound", middle_s, if is_photo { Vec::new() } else { sound_tags(view.sound.as_ref()) }),
        ("L0 light", middle_s, if pictures.is_empty() { Vec::new() } else { sharpness_tags(view.sharpness) }),
        ("L0 format", middle_s, format_tag(info).map(|name| (name, 0.97)).into_iter().collect()),
    ];
    for (source, at_s, found) in measured {
        tags.extend(found.into_iter().map(|(name, score)| Tag {
            name: name.into(),
            score,
            source: source.into(),
            at_s,
        }));
    }
    // A word alone may be a pattern that looks like one; what stands there in two words or more was written.
    let surest = view.words.iter().map(|word| word.confidence).fold(0.0, f64::max);
    let written = (view.words.len() > 1).then_some(("words on screen", surest));
    let read = view.words.iter().map(|word| (word.text.as_str(), word.confidence));
    tags.extend(read.chain(written).map(|(name, score)| Tag {
        name: name.into(),
        score,
        source: "L0 words".into(),
        at_s: middle.map_or(middle_s, |picture| picture.time_s),
    }));
    tags.retain(|tag| !tag.source.starts_with("L0") || tag.score >= LEAST_MEASURED);
    tags.extend(sighting.tags);
    Ok(Seen {
        tags: best_first(tags),
        caption: String::new(),
        quality: quality(view, &pictures),
        mean_rgb: middle.map_or([128; 3], |picture| picture.mean_rgb),
        focus: middle_of(&sighting.faces).unwrap_or_else(|| focus(&pictures)),
        calm: calm(&pictures),
        light: light(&pictures),
        vectors: sighting.vectors,
    })
}

/// The frame at the size that rules measure at.
fn small(frame: &SmallFrame) -> Cow<'_, SmallFrame> {
    if frame.width_px > MEASURED_WIDTH_PX { Cow::Owned(frame.halved()) } else { Cow::Borrowed(frame) }
}

/// Where faces are, larger ones counting more.
fn middle_of(faces: &[Face]) -> Option<[f64; 2]> {
    let weight: f64 = faces.iter().map(|face| face.height).sum();
    let mean = |of: fn(&Face) -> f64| faces.iter().map(|face| of(face) * face.height).sum::<f64>() / weight;
    (weight > 0.0).then(|| [mean(|face| face.x).clamp(0.0, 1.0), mean(|face| face.y).clamp(0.0, 1.0)])
}
