//! The two tracks as scores: tempo, sections, chords, bass lines and melodies, and from them the exact beats.

use serde::{Deserialize, Serialize};

/// What is exactly true of a track. All times in seconds from the file's first sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MusicTruth {
    /// The track's name, also its file's name without ending.
    pub name: String,
    /// Beats per minute.
    pub tempo_bpm: f64,
    /// Beats per bar.
    pub meter: u8,
    /// Length of the file.
    pub length_s: f64,
    /// Every beat from the first downbeat to the last bar's end.
    pub beats: Vec<TrueBeat>,
    /// The parts, in order, each starting and ending on a downbeat.
    pub sections: Vec<TrueSection>,
    /// The downbeat on which the full arrangement enters.
    pub drop_s: f64,
}

/// One beat.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TrueBeat {
    /// When.
    pub t: f64,
    /// Position in the bar, 1 for the downbeat.
    pub pos: u8,
}

/// One part of a track.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrueSection {
    /// `intro`, `build`, `drop` or `outro`.
    pub label: String,
    /// First downbeat.
    pub start_s: f64,
    /// The next part's first downbeat.
    pub end_s: f64,
    /// How many bars.
    pub bars: u32,
}

impl MusicTruth {
    /// The downbeats, in order.
    pub fn downbeats(&self) -> impl Iterator<Item = f64> + '_ {
        self.beats.iter().filter(|beat| beat.pos == 1).map(|beat| beat.t)
    }

    /// The beats as text, one per line: time, a tab, position in the bar.
    #[must_use]
    pub fn beats_text(&self) -> String {
        self.beats.iter().map(|beat| format!("{:.6}\t{}\n", beat.t, beat.pos)).collect()
    }
}

/// Which part a bar belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Intro,
    Build,
    Drop,
    Outro,
}

impl Part {
    fn label(self) -> &'static str {
        match self {
            Self::Intro => "intro",
            Self::Build => "build",
            Self::Drop => "drop",
            Self::Outro => "outro",
        }
    }
}

/// A chord: bass note and voicing as MIDI numbers.
pub(crate) struct Chord {
    pub(crate) bass: i32,
    pub(crate) voices: [i32; 4],
}

/// A note of a phrase: sixteenth in the four-bar phrase, length in sixteenths, MIDI number.
pub(crate) type Note = (u32, u32, i32);

/// How a track is played.
pub(crate) struct Score {
    pub(crate) name: &'static str,
    pub(crate) bpm: f64,
    /// Silence-like lead-in before the first downbeat, filled by a swell.
    pub(crate) lead_in_s: f64,
    pub(crate) parts: Vec<(Part, u32)>,
    pub(crate) chords: [Chord; 4],
    pub(crate) lead: &'static [Note],
    /// Sixteenths of a bar on which the kick falls in the drop.
    pub(crate) kick: &'static [u32],
    /// Sixteenths of a bar with a bass note, and its step above the root.
    pub(crate) bass: &'static [(u32, u32, i32)],
    /// Sixteenths of a bar with a short chord.
    pub(crate) stabs: &'static [u32],
    /// Brightness of the synths, 1 is neutral.
    pub(crate) bright: f32,
}

/// Length of the last bar's echo after the last downbeat.
const TAIL_S: f64 = 1.6;

impl Score {
    /// "Harbour Lights", 110 bpm, C major, unhurried.
    pub(crate) fn harbour_lights(short: bool) -> Self {
        Self {
            name: "harbour_lights",
            bpm: 110.0,
            lead_in_s: 0.25,
            parts: parts(if short { [2, 2, 6, 0] } else { [4, 4, 12, 2] }),
            chords: [
                Chord { bass: 41, voices: [57, 60, 64, 67] },
                Chord { bass: 36, voices: [55, 60, 62, 64] },
                Chord { bass: 43, voices: [55, 59, 62, 64] },
                Chord { bass: 45, voices: [57, 60, 64, 67] },
            ],
            lead: &[
                (0, 3, 76),
                (3, 3, 79),
                (6, 4, 81),
                (12, 2, 79),
                (14, 2, 76),
                (16, 6, 79),
                (22, 2, 76),
                (24, 6, 74),
                (32, 3, 74),
                (35, 3, 76),
                (38, 4, 79),
                (44, 2, 76),
                (46, 2, 74),
                (48, 6, 76),
                (54, 2, 74),
                (56, 4, 72),
                (60, 2, 69),
                (62, 2, 72),
            ],
            kick: &[0, 8, 10],
            bass: &[(0, 3, 0), (3, 3, 0), (6, 2, 12), (8, 3, 0), (11, 3, 7), (14, 2, 12)],
            stabs: &[0, 3, 6, 11, 14],
            bright: 0.9,
        }
    }

    /// "Night Service", 124 bpm, D minor, four on the floor.
    pub(crate) fn night_service(short: bool) -> Self {
        Self {
            name: "night_service",
            bpm: 124.0,
            lead_in_s: 0.40,
            parts: parts(if short { [3, 2, 7, 0] } else { [8, 4, 12, 2] }),
            chords: [
                Chord { bass: 38, voices: [57, 60, 64, 65] },
                Chord { bass: 34, voices: [57, 58, 62, 65] },
                Chord { bass: 41, voices: [57, 60, 65, 67] },
                Chord { bass: 36, voices: [55, 60, 64, 69] },
            ],
            lead: &[
                (2, 2, 77),
                (6, 2, 76),
                (10, 2, 74),
                (14, 4, 72),
                (20, 2, 74),
                (24, 6, 69),
                (34, 2, 77),
                (38, 2, 76),
                (42, 2, 77),
                (46, 4, 79),
                (52, 2, 76),
                (55, 3, 74),
                (58, 4, 72),
            ],
            kick: &[0, 4, 8, 12],
            bass: &[(2, 2, 0), (6, 2, 0), (7, 1, 12), (10, 2, 0), (13, 1, 7), (14, 2, 12)],
            stabs: &[2, 5, 8, 11, 14],
            bright: 1.15,
        }
    }

    /// Length of a beat in seconds.
    pub(crate) fn beat_s(&self) -> f64 {
        60.0 / self.bpm
    }

    /// When a sixteenth, counted from the first downbeat, sounds.
    pub(crate) fn at(&self, sixteenth: u32) -> f64 {
        self.lead_in_s + f64::from(sixteenth) * self.beat_s() / 4.0
    }

    /// Bars in all.
    pub(crate) fn bars(&self) -> u32 {
        self.parts.iter().map(|(_, bars)| bars).sum()
    }

    /// Length of the file in seconds: to the last bar's end, and its echo.
    pub(crate) fn length_s(&self) -> f64 {
        self.at(self.bars() * 16) + TAIL_S
    }

    /// The part that a bar belongs to, the bar's number in it, and the part's length in bars.
    pub(crate) fn part_of(&self, bar: u32) -> (Part, u32, u32) {
        let mut first = 0;
        for &(part, bars) in &self.parts {
            if bar < first + bars {
                return (part, bar - first, bars);
            }
            first += bars;
        }
        (Part::Outro, 0, 1)
    }

    /// The truth of the score.
    pub(crate) fn truth(&self) -> MusicTruth {
        let beats = (0..=self.bars() * 4).map(|k| TrueBeat { t: self.at(k * 4), pos: (k % 4) as u8 + 1 }).collect();
        let mut bar = 0;
        let mut drop_s = 0.0;
        let mut sections = Vec::new();
        for &(part, bars) in &self.parts {
            let start_s = self.at(bar * 16);
            if part == Part::Drop {
                drop_s = start_s;
            }
            bar += bars;
            sections.push(TrueSection { label: part.label().into(), start_s, end_s: self.at(bar * 16), bars });
        }
        MusicTruth {
            name: self.name.into(),
            tempo_bpm: self.bpm,
            meter: 4,
            length_s: self.length_s(),
            beats,
            sections,
            drop_s,
        }
    }
}

fn parts(bars: [u32; 4]) -> Vec<(Part, u32)> {
    [Part::Intro, Part::Build, Part::Drop, Part::Outro].into_iter().zip(bars).filter(|(_, bars)| *bars > 0).collect()
}
