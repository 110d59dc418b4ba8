//! The musical grid of a track. All times are seconds on the decoder's timeline of the renderer: 0 is the first sample
//! that is played, encoder delay taken off.

use serde::{Deserialize, Serialize};

/// Least [`BeatGrid::confidence`] from which on cuts may follow beats.
pub const TRUSTED: f64 = 0.3;

/// Beats, bars, sections and energy of a track.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct BeatGrid {
    /// Length of the track in seconds.
    pub duration_s: f64,
    /// Median tempo in beats per minute; 0 when there is no beat.
    pub tempo_bpm: f64,
    /// Usual beats per bar; 0 when there is no beat.
    pub meter: u8,
    /// Every beat, in order.
    pub beats: Vec<Beat>,
    /// Energy per bar, 0 to 1, one value per downbeat (up to the next one).
    pub bar_energy: Vec<f64>,
    /// Downbeats on which the energy jumps after a build, strongest first.
    pub drops_s: Vec<f64>,
    /// How sure the analyser is that there is a grid at all, 0 to 1; below [`TRUSTED`] nothing is cut on beats.
    pub confidence: f64,
    /// Analyser and version.
    pub engine: String,
    /// The parts of the track, in order and without gaps, from the first moment to the last; each but the first begins on
    /// a downbeat. Without a grid, phrases that begin where the music changes.
    #[serde(default)]
    pub sections: Vec<Section>,
    /// Attacks of notes and drums, in order.
    #[serde(default)]
    pub onsets_s: Vec<f64>,
    /// The tempo where it changes, in order; one entry for an even tempo.
    #[serde(default)]
    pub tempo_map: Vec<Tempo>,
    /// Other ways to count the track, the likeliest first.
    #[serde(default)]
    pub alternatives: Vec<Alternative>,
}

/// One beat.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Beat {
    /// When, in seconds.
    pub t: f64,
    /// Bar number from 0; a pickup before the first downbeat counts as bar 0.
    pub bar: u32,
    /// Position in the bar, 1 for the downbeat.
    pub pos: u8,
    /// Onset strength relative to the track's strongest, 0 to 1.
    pub strength: f64,
    /// How sure it is that a beat is here, 0 to 1.
    #[serde(default)]
    pub confidence: f64,
    /// Loudness up to the next beat between the track's quiet and loud parts, 0 to 1.
    #[serde(default)]
    pub energy: f64,
}

/// A part of a track.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// First moment, in seconds.
    pub start: f64,
    /// End, in seconds: the start of the next one.
    pub end: f64,
    /// Mean energy, 0 to 1.
    pub energy: f64,
    /// What it does.
    pub label: SectionLabel,
}

/// What a part of a track does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SectionLabel {
    /// The quieter beginning.
    Intro,
    /// Of ordinary energy.
    Verse,
    /// Grows towards what follows.
    Build,
    /// Begins with a drop.
    Drop,
    /// Among the loudest parts.
    Chorus,
    /// Quieter than what stands around it.
    Break,
    /// The quieter end.
    Outro,
}

/// A tempo from some moment on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Tempo {
    /// From when, in seconds.
    pub t: f64,
    /// Beats per minute.
    pub bpm: f64,
}

/// Another way to count a track.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Alternative {
    /// Its tempo in beats per minute.
    pub tempo_bpm: f64,
    /// Its first beat, in seconds.
    pub first_beat_s: f64,
    /// How it relates to the chosen one.
    pub level: Level,
    /// Its share of the belief, 0 to 1; with the chosen one's it adds up to at most 1.
    pub confidence: f64,
}

/// How one way to count relates to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Half as many beats.
    Half,
    /// Twice as many beats.
    Double,
    /// A third as many beats.
    Third,
    /// Three times as many beats.
    Triple,
    /// As many beats, between the chosen ones.
    OffBeat,
    /// Anything else, two thirds for instance.
    Other,
}

/// One bar.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    /// Its downbeat, in seconds.
    pub start: f64,
    /// Beats in it.
    pub meter: u8,
    /// Energy, 0 to 1.
    pub energy: f64,
}

impl BeatGrid {
    /// The downbeats, in seconds, in order.
    pub fn downbeats(&self) -> impl Iterator<Item = f64> + '_ {
        self.beats.iter().filter(|beat| beat.pos == 1).map(|beat| beat.t)
    }

    /// Every bar that begins in the track; the last one may be cut off, and counts as long as the others.
    #[must_use]
    pub fn bars(&self) -> Vec<Bar> {
        let firsts: Vec<usize> = (0..self.beats.len()).filter(|index| self.beats[*index].pos == 1).collect();
        let meter = |place: usize| match firsts.get(place + 1) {
            Some(next) => u8::try_from(next - firsts[place]).unwrap_or(u8::MAX),
            None => self.meter,
        };
        let energy = |place: usize| self.bar_energy.get(place).copied().unwrap_or(0.5);
        let bar = |place: usize| Bar { start: self.beats[firsts[place]].t, meter: meter(place), energy: energy(place) };
        (0..firsts.len()).map(bar).collect()
    }

    /// Downbeats on which the music arrives: the drops, strongest first, then bars among the loudest that are clearly
    /// louder than the one before them, in order.
    #[must_use]
    pub fn arrivals(&self) -> Vec<f64> {
        const RISE: f64 = 0.15;
        const LOUD: f64 = 0.85;
        let downbeats: Vec<f64> = self.downbeats().collect();
        let mut arrivals = self.drops_s.clone();
        for (index, pair) in self.bar_energy.windows(2).enumerate() {
            if pair[1] < LOUD || pair[1] - pair[0] < RISE {
                continue;
            }
            let Some(&at_s) = downbeats.get(index + 1) else { break };
            if !self.drops_s.iter().any(|known| (known - at_s).abs() < 0.1) {
                arrivals.push(at_s);
            }
        }
        arrivals
    }

    /// True when cuts may follow the grid.
    #[must_use]
    pub fn is_trustworthy(&self) -> bool {
        self.confidence >= TRUSTED && self.downbeats().nth(1).is_some()
    }
}
