//! A script on a cut plan becomes an Edit document: pictures, words, stars, end card and music.

use nexus_core::{
    business::Business,
    script::{Part, Scene, Script},
};

use crate::{
    cut::{CutPlan, Slot},
    look::{Band, Frame, Role},
    model::{
        Animated, Asset, Audio, AudioEffect, Clip, Easing, Edit, Filter, Format, Fps, Interpolation, Output, Quality,
        Size, Timeline, Track, Tween, Vertical, Video,
    },
};

/// The picture of one slot.
#[derive(Debug, Clone, PartialEq)]
pub struct Footage {
    /// Source, as the render request names it.
    pub src: String,
    /// First second used.
    pub in_s: f64,
    /// Volume of its own sound, 0 to 1.
    pub volume: f64,
    /// Centre of interest as fractions of width and height.
    pub focus: [f64; 2],
    /// True when the camera stands still; then the frame pushes in gently.
    pub is_static: bool,
    /// Calmness of its thirds, 0 to 1, from the top.
    pub calm: [f64; 3],
}

/// All that a film is composed of.
#[derive(Debug, Clone, PartialEq)]
pub struct FilmPlan<'a> {
    /// Whose film.
    pub business: &'a Business,
    /// The words.
    pub script: &'a Script,
    /// The cuts.
    pub cuts: &'a CutPlan,
    /// One picture per slot of `cuts`.
    pub footage: &'a [Footage],
    /// The track, as the render request names it.
    pub music_src: &'a str,
    /// Pixels.
    pub frame: Frame,
}

/// Relative growth of a static shot over its length.
const PUSH: f64 = 0.04;

/// The Edit document of a film. Pure: the same plan gives the same document.
#[must_use]
pub fn compose(plan: &FilmPlan<'_>) -> Edit {
    let FilmPlan { business, script, cuts, footage, music_src, frame } = plan;
    let pictures: Vec<Clip> = cuts.slots.iter().zip(*footage).map(|(slot, shot)| picture(plan, slot, shot)).collect();
    let mut words = Vec::new();
    let mut grounds = Vec::new();
    for (index, scene) in script.scenes.iter().enumerate() {
        let Some((from, to)) = cuts.scene_span(index) else { continue };
        let span_s = (cuts.rate.start_of(from).0, cuts.rate.start_of(to).0);
        let calm = cuts
            .slots
            .iter()
            .zip(*footage)
            .find(|(slot, _)| slot.scene == index)
            .map_or([0.5; 3], |(_, shot)| shot.calm);
        let laid = lay_scene(*frame, business, script, scene, calm, span_s, &cuts.beats_s);
        words.extend(laid.words);
        grounds.extend(laid.grounds);
    }
    let music = cuts.music.iter().enumerate().map(|(index, piece)| {
        let is_last = index + 1 == cuts.music.len();
        let effect = is_last.then_some(AudioEffect::FadeOut);
        let asset = Audio { trim: piece.source_s, effect, ..Audio::new(*music_src) };
        Clip::new(Asset::Audio(asset), piece.film_s, piece.length_s)
    });

    let mut tracks = stack(words);
    tracks.extend(stack(grounds));
    tracks.push(Track { clips: pictures });
    tracks.extend(stack(music.collect()));
    let size = Size { width: frame.width_px, height: frame.height_px };
    let output =
        Output { fps: Some(Fps::nearest(cuts.rate)), quality: Some(Quality::High), ..Output::new(Format::Mp4, size) };
    Edit::new(Timeline::new(tracks), output)
}

fn picture(plan: &FilmPlan<'_>, slot: &Slot, shot: &Footage) -> Clip {
    let length = plan.cuts.length_s(slot);
    let asset = Asset::Video(Video {
        trim: shot.in_s,
        volume: Animated::Constant(shot.volume),
        focus: Some(shot.focus),
        ..Video::new(shot.src.as_str())
    });
    let is_end = plan.script.scenes.get(slot.scene).is_some_and(|scene| scene.part == Part::End);
    let push = Tween {
        from: 1.0,
        to: 1.0 + PUSH,
        start: 0.0,
        length,
        interpolation: Interpolation::Bezier(Easing::EaseInOut),
    };
    Clip {
        scale: if shot.is_static && !is_end { Animated::Tweens(vec![push]) } else { Animated::Constant(1.0) },
        filter: is_end.then_some(Filter::Blur),
        ..Clip::new(asset, plan.cuts.start_s(slot), length)
    }
}

#[derive(Default)]
struct Laid {
    words: Vec<Clip>,
    grounds: Vec<Clip>,
}

fn lay_scene(
    frame: Frame,
    business: &Business,
    script: &Script,
    scene: &Scene,
    calm: [f64; 3],
    span_s: (f64, f64),
    beats_s: &[f64],
) -> Laid {
    let kit = &business.kit;
    match scene.part {
        Part::Hook | Part::Place | Part::Praise if scene.caption.is_empty() => Laid::default(),
        Part::Drop if scene.caption.is_empty() => Laid::default(),
        Part::Hook | Part::Praise | Part::Drop | Part::Place => {
            let role = match scene.part {
                Part::Hook | Part::Drop => Role::Hook,
                Part::Place => Role::Small,
                Part::Praise | Part::Proof | Part::End => Role::Quote,
            };
            let band = Band::calmest(calm);
            Laid {
                words: vec![frame.text(kit, role, &scene.caption, band, span_s)],
                grounds: vec![frame.scrim(kit, band, span_s)],
            }
        }
        Part::Proof => lay_proof(frame, business, script, scene, span_s, beats_s),
        Part::End => lay_end(frame, business, script, span_s),
    }
}

/// Stars drawn one by one on beats, the credit below them.
fn lay_proof(
    frame: Frame,
    business: &Business,
    script: &Script,
    scene: &Scene,
    span_s: (f64, f64),
    beats_s: &[f64],
) -> Laid {
    let kit = &business.kit;
    let centre = 0.47;
    let credit = Band { top: 0.505, bottom: 0.565, vertical: Vertical::Top };
    let in_scene: Vec<f64> =
        beats_s.iter().copied().filter(|beat| *beat >= span_s.0 - 1e-6 && *beat < span_s.1).collect();
    // Two stars a beat, all of them drawn within the first half of the scene.
    let beat_s = if in_scene.len() > 1 { in_scene[1] - in_scene[0] } else { 0.5 };
    let step_s = (beat_s / 2.0).min((span_s.1 - span_s.0) / (2.0 * f64::from(script.rating.max(1))));
    let star =
        |index: u8| frame.star(kit, index, script.rating, centre, (span_s.0 + f64::from(index) * step_s, span_s.1));
    let mut words: Vec<Clip> = (0..script.rating).map(star).collect();
    words.push(frame.text(kit, Role::Small, &scene.caption, credit, span_s));
    Laid {
        words,
        grounds: vec![frame.scrim(kit, Band { top: 0.42, bottom: 0.56, vertical: Vertical::Middle }, span_s)],
    }
}

/// Name, place, call to action and where to go, on a wash of the brand's colour.
fn lay_end(frame: Frame, business: &Business, script: &Script, span_s: (f64, f64)) -> Laid {
    let kit = &business.kit;
    let band = |top: f64, bottom: f64, vertical| Band { top, bottom, vertical };
    let later = (span_s.0 + 0.12, span_s.1);
    let latest = (span_s.0 + 0.24, span_s.1);
    let website = business.website.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/');
    let mut words = vec![
        frame.text(kit, Role::Name, &business.name, band(0.27, 0.405, Vertical::Bottom), span_s),
        frame.text(kit, Role::Small, &business.locality, band(0.415, 0.455, Vertical::Top), later),
    ];
    if !script.call_to_action.is_empty() {
        words.push(frame.text(kit, Role::Action, &script.call_to_action, band(0.485, 0.56, Vertical::Middle), later));
    }
    if !website.is_empty() {
        words.push(frame.text(kit, Role::Small, website, band(0.575, 0.62, Vertical::Top), latest));
    }
    Laid { words, grounds: vec![frame.wash(&kit.primary, 0.66, span_s)] }
}

/// Clips on as few tracks as hold them without overlap, in order of start.
fn stack(mut clips: Vec<Clip>) -> Vec<Track> {
    clips.sort_by(|left, right| span_s(left).0.total_cmp(&span_s(right).0));
    let mut tracks: Vec<Track> = Vec::new();
    for clip in clips {
        let free = |track: &&mut Track| track.clips.last().is_none_or(|last| span_s(last).1 <= span_s(&clip).0 + 1e-6);
        match tracks.iter_mut().find(free) {
            Some(track) => track.clips.push(clip),
            None => tracks.push(Track { clips: vec![clip] }),
        }
    }
    tracks
}

fn span_s(clip: &Clip) -> (f64, f64) {
    clip.fixed_span_s().expect("composed clips stand at fixed seconds")
}
