//! How densely cuts follow the music: patterns, presets and limits.

use std::{fmt, num::NonZeroU8, str::FromStr};

use nexus_core::music::{BeatGrid, Section, SectionLabel};
use serde::{Deserialize, Serialize};

/// Which beats want a cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    /// Every n-th beat, counted anew from each section.
    Beats(NonZeroU8),
    /// Every n-th bar, counted anew from each section.
    Bars(NonZeroU8),
    /// Where sections begin, and every four bars within long ones.
    Phrases,
    /// The louder the music, the shorter the shots: from two bars to one beat.
    Energy,
    /// One bar, shorter and shorter through a build, beats after a drop, two bars in a break.
    BuildAndDrop,
}

/// A named rhythm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// Long shots that change with the phrases.
    Calm,
    /// A bar for a shot.
    #[default]
    Classic,
    /// As dense as the music is loud.
    Energetic,
    /// Builds up and lets go.
    Drop,
}

/// How cuts follow a track.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rhythm {
    /// Which beats want a cut.
    pub pattern: Pattern,
    /// Shortest shot, in seconds.
    pub min_shot_s: f64,
    /// Longest shot, in seconds; where beats lie further apart, one beat.
    pub max_shot_s: f64,
}

impl Preset {
    /// Every preset.
    pub const ALL: [Self; 4] = [Self::Calm, Self::Classic, Self::Energetic, Self::Drop];

    /// Its pattern and limits.
    #[must_use]
    pub fn rhythm(self) -> Rhythm {
        let (pattern, min_shot_s, max_shot_s) = match self {
            Self::Calm => (Pattern::Phrases, 2.0, 9.0),
            Self::Classic => (Pattern::Bars(NonZeroU8::MIN), 0.9, 4.0),
            Self::Energetic => (Pattern::Energy, 0.4, 3.0),
            Self::Drop => (Pattern::BuildAndDrop, 0.35, 4.0),
        };
        Rhythm { pattern, min_shot_s, max_shot_s }
    }

    /// The range of a good median shot of a film, in seconds.
    #[must_use]
    pub fn median_s(self) -> (f64, f64) {
        match self {
            Self::Calm => (2.0, 3.0),
            Self::Classic => (1.2, 2.0),
            Self::Energetic => (0.9, 1.4),
            Self::Drop => (1.0, 1.8),
        }
    }
}

/// Words that name no rhythm.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is no rhythm of cuts: expected calm, classic, energetic, drop, beats:N, bars:N, phrases, energy or \
     build-and-drop, with N from 1 to 64"
)]
pub struct UnknownRhythm(String);

impl FromStr for Rhythm {
    type Err = UnknownRhythm;

    /// A preset (`calm`), or a pattern (`beats:2`) with the limits of `energetic`, which leave every tempo room.
    fn from_str(words: &str) -> Result<Self, UnknownRhythm> {
        if let Some(preset) = Preset::ALL.into_iter().find(|preset| preset.to_string() == words) {
            return Ok(preset.rhythm());
        }
        let unknown = || UnknownRhythm(words.to_owned());
        let count = |text: &str| text.parse::<NonZeroU8>().ok().filter(|count| count.get() <= 64).ok_or_else(unknown);
        let pattern = match words.split_once(':') {
            Some(("beats", text)) => Pattern::Beats(count(text)?),
            Some(("bars", text)) => Pattern::Bars(count(text)?),
            None if words == "phrases" => Pattern::Phrases,
            None if words == "energy" => Pattern::Energy,
            None if words == "build-and-drop" => Pattern::BuildAndDrop,
            _ => return Err(unknown()),
        };
        Ok(Self { pattern, min_shot_s: 0.2, max_shot_s: 60.0 })
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Calm => "calm",
            Self::Classic => "classic",
            Self::Energetic => "energetic",
            Self::Drop => "drop",
        })
    }
}

/// What the music is like at a beat.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// Distance to the next beat, in seconds.
    pub(super) beat_s: f64,
    /// Usual beats in a bar.
    pub(super) meter: f64,
    /// Energy, 0 to 1.
    pub(super) energy: f64,
    /// Its section, and which share of it has passed.
    pub(super) section: Option<(Section, f64)>,
    /// Seconds since its section began.
    pub(super) since_s: f64,
}

impl Rhythm {
    /// Length of a shot that begins at such a place, in seconds, within the limits.
    pub(super) fn wanted_s(&self, place: &Place) -> f64 {
        let bar_s = place.beat_s * place.meter;
        let wanted = match self.pattern {
            Pattern::Beats(count) => place.beat_s * f64::from(count.get()),
            Pattern::Bars(count) => bar_s * f64::from(count.get()),
            Pattern::Phrases => 4.0 * bar_s,
            Pattern::Energy => match place.energy {
                energy if energy < 0.35 => 2.0 * bar_s,
                energy if energy < 0.6 => bar_s,
                energy if energy < 0.85 => bar_s / 2.0,
                _ => place.beat_s,
            },
            Pattern::BuildAndDrop => match place.section.map(|(section, passed)| (section.label, passed)) {
                Some((SectionLabel::Build, passed)) if passed >= 2.0 / 3.0 => place.beat_s,
                Some((SectionLabel::Build, passed)) if passed >= 1.0 / 3.0 => bar_s / 2.0,
                Some((SectionLabel::Drop, _)) if place.since_s < 2.0 * bar_s - 1e-6 => place.beat_s,
                Some((SectionLabel::Drop, _)) => bar_s / 2.0,
                Some((SectionLabel::Break | SectionLabel::Intro | SectionLabel::Outro, _)) => 2.0 * bar_s,
                _ => bar_s,
            },
        };
        wanted.clamp(self.min_shot_s, self.max_shot_s.max(self.min_shot_s))
    }

    /// What is counted, where the rhythm counts: as many beats or bars as it says and its limits allow.
    pub(super) fn counted(&self, place: &Place) -> Option<Counted> {
        let within = |count: NonZeroU8, unit_s: f64| {
            let most = (self.max_shot_s / unit_s + 1e-6).floor().max(1.0);
            let least = (self.min_shot_s / unit_s - 1e-6).ceil().max(1.0);
            f64::from(count.get()).min(most).max(least)
        };
        let bar_s = place.beat_s * place.meter;
        match self.pattern {
            Pattern::Beats(count) => Some(Counted::Beats(within(count, place.beat_s))),
            // Bars that are too long for a shot are halved.
            Pattern::Bars(_) if bar_s > self.max_shot_s => Some(Counted::Beats((place.meter / 2.0).ceil().max(1.0))),
            Pattern::Bars(count) => Some(Counted::Bars(within(count, bar_s))),
            Pattern::Phrases | Pattern::Energy | Pattern::BuildAndDrop => None,
        }
    }

    /// True where a cut on a bar's first beat is worth more than one within it.
    pub(super) fn favours_downbeats(&self) -> bool {
        match self.pattern {
            Pattern::Beats(_) | Pattern::Bars(_) => false,
            Pattern::Phrases | Pattern::Energy | Pattern::BuildAndDrop => true,
        }
    }
}

/// How many beats or bars a shot should last.
#[derive(Debug, Clone, Copy)]
pub(super) enum Counted {
    Beats(f64),
    Bars(f64),
}

/// The section at a time and the share of it that has passed, and how long it has lasted.
pub(super) fn section_at(grid: &BeatGrid, at_s: f64) -> (Option<(Section, f64)>, f64) {
    let index = grid.sections.partition_point(|section| section.start <= at_s + 1e-6);
    match index.checked_sub(1).map(|index| grid.sections[index]) {
        Some(section) => {
            let passed = (at_s - section.start) / (section.end - section.start).max(1e-6);
            (Some((section, passed)), at_s - section.start)
        }
        None => (None, at_s),
    }
}
