//! Where cuts fall: scenes laid on the beats of the best stretch of a track. Pure and deterministic.

mod free;
mod grid;
mod pace;
mod points;
mod rhythm;
mod track;

use nexus_core::{FrameRate, Frames, music::BeatGrid, script::Part};
use serde::{Deserialize, Serialize};

pub use pace::off_median;
pub use points::{CutOn, CutPoint, cut_points};
pub use rhythm::{Pattern, Preset, Rhythm, UnknownRhythm};

/// `[cut]`: how the edit follows the music.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CutConfig {
    /// Shortest shot, in seconds, but for the quick moments on a drop; faster bars are taken two or more at a time.
    pub min_shot_s: f64,
    /// Longest shot, in seconds; slower bars are cut at their middle beat.
    pub max_shot_s: f64,
    /// Least length of the end card, in seconds.
    pub end_card_s: f64,
    /// Length of a shot where the music has no grid to follow, in seconds.
    pub free_shot_s: f64,
    /// How densely films are cut.
    pub preset: Preset,
}

impl Default for CutConfig {
    fn default() -> Self {
        Self { min_shot_s: 0.9, max_shot_s: 3.6, end_card_s: 2.0, free_shot_s: 1.8, preset: Preset::Classic }
    }
}

/// No shot stands longer, in seconds.
pub const LONGEST_SHOT_S: f64 = 4.0;
/// Least length of a quick moment on a drop, in seconds.
pub const QUICK_S: f64 = 0.5;
/// What a scene needs of the music.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SceneNeed {
    /// Its place in the film.
    pub part: Part,
    /// Least seconds on screen.
    pub min_s: f64,
}

/// One shot's place on the timeline.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Slot {
    /// Index of the scene it belongs to.
    pub scene: usize,
    /// First frame.
    pub start: Frames,
    /// Length in frames, at least 1.
    pub length: Frames,
    /// The beat at its start in exact film seconds; `None` where the music has no grid.
    #[serde(alias = "downbeat_s")]
    pub beat_s: Option<f64>,
    /// Position of that beat in its bar, 1 for the downbeat; 0 where the music has no grid.
    #[serde(default)]
    pub beat: u8,
    /// Energy of the music there, 0 to 1.
    #[serde(default = "even")]
    pub energy: f64,
    /// True for the quick moments on a drop.
    #[serde(default)]
    pub is_quick: bool,
    /// How the picture before gives way to it.
    #[serde(default)]
    pub join: Join,
}

/// Energy of music of which nothing is known.
fn even() -> f64 {
    0.5
}

impl Default for Slot {
    fn default() -> Self {
        Self {
            scene: 0,
            start: Frames(0),
            length: Frames(1),
            beat_s: None,
            beat: 0,
            energy: even(),
            is_quick: false,
            join: Join::Cut,
        }
    }
}

/// How one picture gives way to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Join {
    /// At once: the rule.
    #[default]
    Cut,
    /// Into each other, where the music is calm and the story moves on.
    Dissolve,
    /// With a quick zoom, on a drop.
    Zoom,
    /// Through a colour, into the end card.
    Dip,
}

/// A stretch of the track on the film's timeline.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MusicPiece {
    /// Where it starts in the track, in seconds.
    pub source_s: f64,
    /// Where it starts in the film, in seconds.
    pub film_s: f64,
    /// Its length in seconds.
    pub length_s: f64,
}

/// Every cut of a film.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CutPlan {
    /// Frame rate of all counts.
    pub rate: FrameRate,
    /// Shots in order, without gaps, from frame 0.
    pub slots: Vec<Slot>,
    /// Length of the film.
    pub length: Frames,
    /// The music under it: one piece, or several where a short track repeats at bar lines.
    pub music: Vec<MusicPiece>,
    /// Beats in film seconds, for small movements such as stars.
    pub beats_s: Vec<f64>,
    /// How long the music fades at the end, in seconds: its last bar.
    #[serde(default)]
    pub fade_s: f64,
}

impl CutPlan {
    /// Start of a slot in seconds, as rendered.
    #[must_use]
    pub fn start_s(&self, slot: &Slot) -> f64 {
        self.rate.start_of(slot.start).0
    }

    /// Length of a slot in seconds, as rendered.
    #[must_use]
    pub fn length_s(&self, slot: &Slot) -> f64 {
        self.rate.start_of(slot.length).0
    }

    /// First frame and end frame of a scene.
    #[must_use]
    pub fn scene_span(&self, scene: usize) -> Option<(Frames, Frames)> {
        let mut of_scene = self.slots.iter().filter(|slot| slot.scene == scene);
        let first = of_scene.next()?;
        let last = of_scene.next_back().unwrap_or(first);
        Some((first.start, Frames(last.start.0 + last.length.0)))
    }

    /// Length of the median shot in seconds.
    #[must_use]
    pub fn median_s(&self) -> f64 {
        pace::median(self.slots.iter().map(|slot| self.length_s(slot)).collect())
    }

    /// The beats from `from_s` to before `to_s`, in film seconds.
    #[must_use]
    pub fn beats_within(&self, (from_s, to_s): (f64, f64)) -> Vec<f64> {
        // A span starts on a frame, up to half a frame after its own beat.
        let slack_s = 0.6 / self.rate.as_f64();
        let inside = |beat: &f64| *beat >= from_s - slack_s && *beat < to_s - slack_s;
        self.beats_s.iter().copied().filter(inside).collect()
    }
}

/// Scenes that cannot be laid on this track.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CutError {
    /// Nothing to lay.
    #[error("the script has no scenes")]
    NoScenes,
    /// Nothing to lay it on.
    #[error("the music is {seconds:.1} s long; a film needs at least 3 s of music, choose a longer track")]
    TooShort {
        /// Its length.
        seconds: f64,
    },
}

/// Lays `scenes` on the track that `grid` describes: every way to pace the film, the best first and at least one.
///
/// Every slot starts on a beat, rounded to the nearest frame, so the error is at most half a frame: on a downbeat as
/// a rule; on a middle beat where bars last longer than [`CutConfig::max_shot_s`], where the praise builds up, and
/// before the end card; on every beat, at most five times, where the music arrives under [`Part::Drop`]. How many bars
/// are halved is decided by the median of all shots, which [`Preset::median_s`] bounds where the tempo allows it; with little
/// footage another way may come nearer to it, which is why all are told. A scene gets as many bars as its text needs.
/// The stretch of the track is chosen so that its strongest arrival falls on the first scene after the praise; a track
/// with too few bars repeats at a bar line. Without a trustworthy grid, shots follow the reading time, moved to phrases
/// and attacks as far as it allows, and carry no beat.
///
/// # Errors
/// [`CutError`] for an empty script or a track below 3 s.
pub fn lay_cuts(
    scenes: &[SceneNeed],
    grid: &BeatGrid,
    rate: FrameRate,
    config: &CutConfig,
) -> Result<Vec<CutPlan>, CutError> {
    if scenes.is_empty() {
        return Err(CutError::NoScenes);
    }
    if grid.duration_s < 3.0 {
        return Err(CutError::TooShort { seconds: grid.duration_s });
    }
    let marks = track::marks(grid, config);
    // Two marks hold one stretch of music, and a stretch can repeat.
    if marks.len() < 2 {
        Ok(vec![free::cuts(scenes, grid, rate, config)])
    } else {
        Ok(grid::cuts(scenes, &track::Track::new(grid, marks), rate, config))
    }
}
