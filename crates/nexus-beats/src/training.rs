//! What `examples/train` needs to learn the weights: the inputs of both models for a track.

use nexus_core::port::Pcm;

use crate::{
    analysis::Heard,
    bar::{BAR_INPUTS, bar_inputs, bars_from_chances},
    level::{LEVEL_FEATURES, readings},
    refine::refine,
};

/// One reading of a track as the level model sees it.
#[derive(Debug, Clone)]
pub struct LevelExample {
    /// Beats in seconds, at exact times.
    pub times: Vec<f64>,
    /// Evidence, one value per weight.
    pub features: [f64; LEVEL_FEATURES_COUNT],
    /// Inputs of the downbeat model for each beat.
    pub bar_inputs: Vec<Vec<f64>>,
}

/// Number of inputs of the level model.
pub const LEVEL_FEATURES_COUNT: usize = LEVEL_FEATURES;
/// Number of inputs of the downbeat model.
pub const BAR_INPUTS_COUNT: usize = BAR_INPUTS;

/// Every reading of a track, best first by today's weights; empty for silence.
#[must_use]
pub fn level_examples(pcm: &Pcm) -> Vec<LevelExample> {
    let Some(heard) = Heard::new(pcm) else { return vec![] };
    let examples = readings(&heard.summary, &heard.onsets).into_iter().map(|reading| {
        let refined = refine(&heard.envelope, &reading.times);
        LevelExample {
            features: reading.features,
            bar_inputs: bar_inputs(&heard.summary, &heard.onsets, &refined),
            times: refined,
        }
    });
    examples.collect()
}

/// Inputs of the downbeat model for beats at these times; empty for silence.
#[must_use]
pub fn bar_examples(pcm: &Pcm, times: &[f64]) -> Vec<Vec<f64>> {
    Heard::new(pcm).map(|heard| bar_inputs(&heard.summary, &heard.onsets, times)).unwrap_or_default()
}

/// Beats per bar, the position of each beat from 0, and the log likelihood per beat (the last feature of
/// the level model), for given probabilities of a downbeat.
#[must_use]
pub fn decode_bars(chances: &[f64]) -> (usize, Vec<usize>, f64) {
    let bars = bars_from_chances(chances);
    (bars.meter, bars.positions, bars.likelihood)
}
