//! The trained ear: the chance of a beat and of a downbeat in every frame. The network, how it was trained and what it
//! is good for stand in `model/README.md`; `rten` runs it.

use std::sync::{Arc, LazyLock};

use rten::{Model, NodeId, RunOptions, ThreadPool};
use rten_tensor::NdTensor;

use crate::spectrum::{FILTERS, frames_around};

/// Frames of one turn: 80 s, so that memory does not grow with the track.
const TURN: usize = 4000;
/// Frames on either side that a turn sees besides its own. The network reaches further, but hardly listens there.
const MARGIN: usize = 500;

static SHIPPED: LazyLock<Network> = LazyLock::new(|| {
    let model = Model::load_static_slice(include_bytes!("../model/ear.onnx"));
    Network::new(model.expect("the network is part of the program"))
});

/// A network that is ready to hear.
pub(crate) struct Network {
    model: Model,
    input: NodeId,
    output: NodeId,
    pool: Arc<ThreadPool>,
}

/// Chances between 0 and 1, one per frame.
pub(crate) struct Chances {
    pub(crate) beat: Vec<f32>,
    pub(crate) downbeat: Vec<f32>,
}

impl Chances {
    /// The largest chance of a beat within one frame of a time.
    pub(crate) fn beat_at(&self, time_s: f64) -> f32 {
        near(&self.beat, time_s)
    }

    /// The chance of a beat, twice per frame: one value per tick of the decoder.
    pub(crate) fn beat_ticks(&self) -> Vec<f32> {
        let held = |chance: f32| chance.clamp(0.01, 0.99);
        let next = |index: usize| self.beat.get(index + 1).copied().unwrap_or(self.beat[index]);
        (0..self.beat.len())
            .flat_map(|index| [held(self.beat[index]), held(0.5 * (self.beat[index] + next(index)))])
            .collect()
    }

    /// The largest chance of a downbeat within one frame of a time.
    pub(crate) fn downbeat_at(&self, time_s: f64) -> f32 {
        near(&self.downbeat, time_s)
    }
}

fn near(chances: &[f32], time_s: f64) -> f32 {
    chances[frames_around(time_s, chances.len())].iter().copied().fold(0.0, f32::max)
}

impl Network {
    /// The one that the program carries.
    pub(crate) fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// Another one of the same inputs and outputs, for training.
    ///
    /// # Panics
    /// For a model that lacks them.
    pub(crate) fn new(model: Model) -> Self {
        let node = |name| model.node_id(name).expect("a network of the ear has this input and output");
        let (input, output) = (node("bands"), node("logits"));
        // Tracks are short and several may be heard at once: one thread each.
        Self { model, input, output, pool: Arc::new(ThreadPool::with_num_threads(1)) }
    }

    /// What it makes of `bands`, [`FILTERS`] log magnitudes per frame.
    pub(crate) fn hear(&self, bands: &[f32]) -> Chances {
        let frames = bands.len() / FILTERS;
        let mut chances = Chances { beat: Vec::with_capacity(frames), downbeat: Vec::with_capacity(frames) };
        for first in (0..frames).step_by(TURN) {
            let last = (first + TURN).min(frames);
            let (from, to) = (first.saturating_sub(MARGIN), (last + MARGIN).min(frames));
            let logits = self.run(&bands[from * FILTERS..to * FILTERS]);
            let chance = |row: usize, frame: usize| 1.0 / (1.0 + (-logits[[0, row, frame - from]]).exp());
            chances.beat.extend((first..last).map(|frame| chance(0, frame)));
            chances.downbeat.extend((first..last).map(|frame| chance(1, frame)));
        }
        chances
    }

    /// `[1, 2, frames]` logits.
    fn run(&self, bands: &[f32]) -> NdTensor<f32, 3> {
        let frames = bands.len() / FILTERS;
        // The network wants filters in rows.
        let input = NdTensor::from_fn([1, FILTERS, frames], |[_, filter, frame]| bands[frame * FILTERS + filter]);
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(&self.pool)));
        let [output] = self
            .model
            .run_n(vec![(self.input, input.into())], [self.output], Some(options))
            .expect("any number of frames can be heard");
        output.try_into().expect("logits are numbers in three dimensions")
    }
}
