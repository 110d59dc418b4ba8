//! The musical grid of a track. All times are seconds on the decoder's timeline of the renderer.

use serde::{Deserialize, Serialize};

/// Beats, bars and energy of a track.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BeatGrid {
    /// Length of the track in seconds.
    pub duration_s: f64,
    /// Median tempo in beats per minute; 0 when there is no beat.
    pub tempo_bpm: f64,
    /// Beats per bar; 0 when there is no beat.
    pub meter: u8,
    /// Every beat, in order.
    pub beats: Vec<Beat>,
    /// Energy per bar, 0 to 1, one value per downbeat (up to the next one).
    pub bar_energy: Vec<f64>,
    /// Downbeats on which the energy jumps after a build, strongest first.
    pub drops_s: Vec<f64>,
    /// How sure the analyser is that there is a grid at all, 0 to 1; below 0.3 nothing is cut on beats.
    pub confidence: f64,
    /// Analyser and version.
    pub engine: String,
}

/// One beat.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Beat {
    /// When, in seconds.
    pub t: f64,
    /// Bar number from 0; a pickup before the first downbeat counts as bar 0.
    pub bar: u32,
    /// Position in the bar, 1 for the downbeat.
    pub pos: u8,
    /// Onset strength relative to the track's strongest, 0 to 1.
    pub strength: f64,
}

impl BeatGrid {
    /// The downbeats, in seconds, in order.
    pub fn downbeats(&self) -> impl Iterator<Item = f64> + '_ {
        self.beats.iter().filter(|beat| beat.pos == 1).map(|beat| beat.t)
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
            let Some(&at_s) = downbeats.get(index + 1) else { break };
            let is_known = arrivals.iter().any(|known| (known - at_s).abs() < 0.1);
            if pair[1] >= LOUD && pair[1] - pair[0] >= RISE && !is_known {
                arrivals.push(at_s);
            }
        }
        arrivals
    }

    /// True when cuts may follow the grid.
    #[must_use]
    pub fn is_trustworthy(&self) -> bool {
        self.confidence >= 0.3 && self.downbeats().nth(1).is_some()
    }
}
