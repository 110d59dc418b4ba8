//! The engine `beat-this`: a network that the user brings hears in place of the built-in ear.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use rten::{Model, NodeId, RunOptions, ThreadPool};
use rten_tensor::{AsView as _, NdTensorView, Tensor};

use crate::{BeatError, mel::MELS, network::Chances, spectrum::FRAMES_PER_S};

/// Name of this engine, as written into every grid.
pub(crate) const ENGINE: &str = "beat-this";

/// Frames of one turn, and those at its ends whose answers are thrown away.
const TURN: usize = 1500;
const BORDER: usize = 6;
/// Frames on either side that a beat stands above: 70 ms.
const PEAK: usize = 3;

/// A network that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// It cannot be read.
    #[error("the network {} could not be read; expected a Beat This! network in ONNX form", file.display())]
    Load {
        /// The file.
        file: PathBuf,
        /// What the runtime said.
        source: rten::LoadError,
    },
    /// It is another kind of network.
    #[error(
        "the network {} has {inputs} inputs and {outputs} outputs that take spectra of {MELS} bands; expected one \
         input of [1, frames, {MELS}] and two outputs, beats and downbeats: export it from Beat This!", file.display()
    )]
    Shape {
        /// The file.
        file: PathBuf,
        /// Inputs found.
        inputs: usize,
        /// Outputs found.
        outputs: usize,
    },
    /// It failed on a spectrum of silence.
    #[error("the network {} could not hear half a minute of silence; expected a Beat This! network", file.display())]
    Run {
        /// The file.
        file: PathBuf,
        /// What the runtime said.
        source: rten::RunError,
    },
}

/// A Beat This! network.
pub struct BeatThis {
    model: Model,
    input: NodeId,
    outputs: [NodeId; 2],
    pool: Arc<ThreadPool>,
}

impl BeatThis {
    /// Reads `file` and lets it hear half a minute of silence, so that a wrong one is refused here.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn read(file: &Path) -> Result<Self, ModelError> {
        let model = Model::load_file(file).map_err(|source| ModelError::Load { file: file.to_owned(), source })?;
        let (inputs, outputs) = (model.input_ids(), model.output_ids());
        let (&[input], &[beat, downbeat]) = (inputs, outputs) else {
            return Err(ModelError::Shape { file: file.to_owned(), inputs: inputs.len(), outputs: outputs.len() });
        };
        let pool = Arc::new(ThreadPool::with_num_threads(std::thread::available_parallelism().map_or(1, usize::from)));
        let network = Self { model, input, outputs: [beat, downbeat], pool };
        network
            .run(&vec![0.0; TURN * MELS])
            .map_err(|source| ModelError::Run { file: file.to_owned(), source })?
            .ok_or_else(|| ModelError::Shape { file: file.to_owned(), inputs: 1, outputs: 2 })?;
        Ok(network)
    }

    /// Chances in each frame of a mel spectrum.
    pub(crate) fn hear(&self, mels: &[f32]) -> Result<Chances, BeatError> {
        let frames = mels.len() / MELS;
        let mut chances = Chances { beat: vec![0.0; frames], downbeat: vec![0.0; frames] };
        let step = TURN - 2 * BORDER;
        // Later turns first: where two overlap, the earlier one's answer stays.
        for first in (0..frames).step_by(step).collect::<Vec<_>>().into_iter().rev() {
            // The last turn ends at the end of the track, so that it is no shorter than the others.
            let first = if frames > step { first.min(frames - step) } else { first };
            let last = (first + step).min(frames);
            let mut turn = vec![0.0; (last - first + 2 * BORDER) * MELS];
            let (from, to) = (first.saturating_sub(BORDER), (last + BORDER).min(frames));
            let at = (BORDER + from - first) * MELS;
            turn[at..at + (to - from) * MELS].copy_from_slice(&mels[from * MELS..to * MELS]);
            let answer = self.run(&turn).map_err(|source| BeatError::Network { source: Some(source) })?;
            let [beat, downbeat] = answer.ok_or(BeatError::Network { source: None })?;
            // What is no number is no beat.
            let chance = |logit: &f32| if logit.is_nan() { 0.0 } else { 1.0 / (1.0 + (-logit).exp()) };
            for (slot, logit) in chances.beat[first..last].iter_mut().zip(&beat[BORDER..]) {
                *slot = chance(logit);
            }
            for (slot, logit) in chances.downbeat[first..last].iter_mut().zip(&downbeat[BORDER..]) {
                *slot = chance(logit);
            }
        }
        Ok(chances)
    }

    /// Logits of beats and of downbeats; `None` when their number is not that of the frames.
    fn run(&self, mels: &[f32]) -> Result<Option<[Vec<f32>; 2]>, rten::RunError> {
        let frames = mels.len() / MELS;
        let input = NdTensorView::from_data([1, frames, MELS], mels);
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(&self.pool)));
        let answers = self.model.run_n(vec![(self.input, input.into())], self.outputs, Some(options))?;
        let logits = answers.map(|answer| {
            let tensor: Option<Tensor<f32>> = answer.try_into().ok();
            tensor.map(|tensor| tensor.to_vec()).filter(|values| values.len() == frames)
        });
        Ok(match logits {
            [Some(beat), Some(downbeat)] => Some([beat, downbeat]),
            _ => None,
        })
    }
}

/// Beats in seconds, and whether each is a downbeat: peaks of more than an even chance, downbeats moved to the nearest
/// beat.
pub(crate) fn peaks(chances: &Chances) -> Vec<(f64, bool)> {
    let mut beats: Vec<(f64, bool)> =
        tops(&chances.beat).into_iter().map(|frame| (frame / FRAMES_PER_S, false)).collect();
    for frame in tops(&chances.downbeat) {
        let at_s = frame / FRAMES_PER_S;
        let nearest = beats.iter_mut().min_by(|a, b| (a.0 - at_s).abs().total_cmp(&(b.0 - at_s).abs()));
        if let Some(beat) = nearest {
            beat.1 = true;
        }
    }
    beats
}

/// Frames that stand above their neighbours and an even chance; two side by side are one between them.
fn tops(chances: &[f32]) -> Vec<f64> {
    let mut tops: Vec<f64> = Vec::new();
    for (frame, chance) in chances.iter().enumerate() {
        let near = &chances[frame.saturating_sub(PEAK)..(frame + PEAK + 1).min(chances.len())];
        if *chance <= 0.5 || near.iter().any(|other| other > chance) {
            continue;
        }
        match tops.last_mut().filter(|last| frame as f64 - **last <= 1.0) {
            Some(last) => *last = f64::midpoint(*last, frame as f64),
            None => tops.push(frame as f64),
        }
    }
    tops
}
