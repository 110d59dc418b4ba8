//! What the training in `tools/beats` needs: the inputs of every model for a track.

use std::path::Path;

use nexus_core::port::Pcm;
use rten::Model;

use crate::{
    analysis::Analyzer,
    bar::{DownbeatModel, bar_inputs, find_bars},
    level::{LEVEL_FEATURES, Reading, readings},
    network::Network,
    refine::refine,
};

/// One reading of a track as the level model sees it.
#[derive(Debug, Clone)]
pub struct ReadingExample {
    /// Beats in seconds, at exact times.
    pub times: Vec<f64>,
    /// Their places in the bar, from 1.
    pub positions: Vec<usize>,
    /// Evidence, one value per weight of the level model.
    pub features: [f64; LEVEL_FEATURES],
}

/// Log magnitudes of the filters, one row for each fiftieth of a second; empty for silence.
///
/// # Panics
/// For an impossible sample rate.
#[must_use]
pub fn bands(pcm: &Pcm) -> Vec<f32> {
    listened(pcm).bands().unwrap_or_default()
}

/// Every reading of a track, best first by today's weights; empty for silence.
///
/// # Panics
/// For an impossible sample rate.
#[must_use]
pub fn reading_examples(pcm: &Pcm, learned: &Learned) -> Vec<ReadingExample> {
    let Some(heard) = listened(pcm).heard(&learned.network, learned.downbeats.clone()) else { return vec![] };
    let example = |reading: Reading| {
        let times = refine(&heard.envelope, &reading.times);
        let positions = find_bars(&heard, &times).positions.iter().map(|position| position + 1).collect();
        ReadingExample { times, positions, features: reading.features }
    };
    readings(&heard).into_iter().map(example).collect()
}

/// Inputs of the downbeat model for each beat of a track whose beats stand at `truth_s`; empty for silence.
///
/// # Panics
/// For an impossible sample rate.
#[must_use]
pub fn bar_examples(pcm: &Pcm, truth_s: &[f64], learned: &Learned) -> Vec<Vec<f64>> {
    let heard = listened(pcm).heard(&learned.network, learned.downbeats.clone());
    heard.map(|heard| bar_inputs(&heard, truth_s)).unwrap_or_default()
}

fn listened(pcm: &Pcm) -> Analyzer {
    let mut analyzer = Analyzer::new(pcm.rate_hz).expect("tracks for training have ordinary rates");
    analyzer.push(&pcm.samples);
    analyzer
}

/// Models that are not the ones in the program.
pub struct Learned {
    network: Network,
    downbeats: DownbeatModel,
}

impl Learned {
    /// Reads a network that `tools/beats` wrote as ONNX; beside it a downbeat model, or the program's.
    ///
    /// # Errors
    /// When the file cannot be read or is no such network.
    pub fn read(network: &Path, downbeats: Option<(Vec<f64>, f64)>) -> Result<Self, rten::LoadError> {
        let downbeats =
            downbeats.map_or_else(DownbeatModel::shipped, |(weights, bias)| DownbeatModel { weights, bias });
        Ok(Self { network: Network::new(Model::load_file(network)?), downbeats })
    }
}
