//! The front door: samples in, piece by piece, and then their grid.

use std::{convert::Infallible, path::Path, sync::Arc};

use nexus_core::{music::BeatGrid, port::Pcm};

use crate::{
    bar::DownbeatModel,
    beat_this::{self, BeatThis, ModelError},
    ear::{Ear, Heard},
    grid::{Count, count, grid},
    mel::MelSpectrum,
    network::{Chances, Network},
    resample::Resampler,
};

/// Name and version of this analyser, as written into every grid.
pub const ENGINE: &str = "ear-2";
/// Least length of music in seconds.
pub const SHORTEST_S: f64 = 3.0;

/// Sample rates that are understood, in hertz.
const RATES_HZ: std::ops::RangeInclusive<u32> = 8_000..=192_000;
/// Samples beyond are held there.
const LOUDEST: f32 = 8.0;

/// Who hears the beats. Everything else of a grid is the same.
#[derive(Clone, Default)]
pub enum Engine {
    /// The network and the signal processing that the program carries.
    #[default]
    Ear,
    /// A Beat This! network of the user.
    BeatThis(Arc<BeatThis>),
}

impl Engine {
    /// The engine `beat-this` with the network in `file`.
    ///
    /// # Errors
    /// [`ModelError`] for a file that is no such network.
    pub fn beat_this(file: &Path) -> Result<Self, ModelError> {
        Ok(Self::BeatThis(Arc::new(BeatThis::read(file)?)))
    }
}

/// Sound that cannot be analysed at all. Music without a beat is no error.
#[derive(Debug, thiserror::Error)]
pub enum BeatError {
    /// Less sound than a grid needs.
    #[error("the music is {found_s:.2} s long: expected at least {SHORTEST_S} s; choose a longer track")]
    TooShort {
        /// Length found, in seconds.
        found_s: f64,
    },
    /// A sample rate outside 8 to 192 kHz.
    #[error("the music has {rate_hz} samples per second: expected 8,000 to 192,000; decode it to 22,050")]
    Rate {
        /// Rate found, in hertz.
        rate_hz: u32,
    },
    /// The user's network failed in the middle.
    #[error("the Beat This! network could not hear this track; leave it out, or export it again")]
    Network {
        /// What the runtime said; nothing where the answer has another shape than the question.
        source: Option<rten::RunError>,
    },
}

/// Finds beats, downbeats, bar energies and drops in samples that lie in memory; [`Analyzer`] hears them piece by piece.
///
/// # Errors
/// As [`Analyzer::new`] and [`Analyzer::finish`].
pub fn analyze(pcm: &Pcm) -> Result<BeatGrid, BeatError> {
    let mut analyzer = Analyzer::new(pcm.rate_hz)?;
    analyzer.push(&pcm.samples);
    analyzer.finish()
}

/// Hears a track in pieces of any length and then tells its grid.
///
/// Samples that are no numbers count as silence. Silence, noise, speech and free time give a grid with `confidence`
/// below 0.3, silence one without beats. The same samples in any pieces give the same grid. Sound itself is not kept.
pub struct Analyzer {
    resampler: Resampler,
    rate_hz: u32,
    given: u64,
    ear: Ear,
    other: Option<(MelSpectrum, Arc<BeatThis>)>,
}

impl Analyzer {
    /// For mono samples at a rate of 8 to 192 kHz; 22,050 Hz is what everything is measured at, and the cheapest.
    ///
    /// # Errors
    /// [`BeatError::Rate`] for an impossible sample rate.
    pub fn new(rate_hz: u32) -> Result<Self, BeatError> {
        Self::with(&Engine::Ear, rate_hz)
    }

    /// As [`Self::new`], with an engine of choice.
    ///
    /// # Errors
    /// [`BeatError::Rate`] for an impossible sample rate.
    pub fn with(engine: &Engine, rate_hz: u32) -> Result<Self, BeatError> {
        if !RATES_HZ.contains(&rate_hz) {
            return Err(BeatError::Rate { rate_hz });
        }
        let other = match engine {
            Engine::Ear => None,
            Engine::BeatThis(network) => Some((MelSpectrum::new(), Arc::clone(network))),
        };
        Ok(Self { resampler: Resampler::new(rate_hz), rate_hz, given: 0, ear: Ear::new(), other })
    }

    /// The next samples, nominally in [-1, 1].
    pub fn push(&mut self, samples: &[f32]) {
        self.given += samples.len() as u64;
        let Self { resampler, ear, other, .. } = self;
        let hand_on = |part: &[f32]| hand_on(ear, other, part);
        if samples.iter().all(|sample| sample.is_finite() && sample.abs() <= LOUDEST) {
            resampler.push(samples, hand_on);
        } else {
            let clean = |s: &f32| if s.is_finite() { s.clamp(-LOUDEST, LOUDEST) } else { 0.0 };
            resampler.push(&samples.iter().map(clean).collect::<Vec<f32>>(), hand_on);
        }
    }

    /// The grid of everything that was heard.
    ///
    /// # Errors
    /// [`BeatError::TooShort`] below 3 s.
    pub fn finish(self) -> Result<BeatGrid, BeatError> {
        let duration_s = self.given as f64 / f64::from(self.rate_hz);
        if duration_s < SHORTEST_S {
            return Err(BeatError::TooShort { found_s: duration_s });
        }
        let (ear, other) = self.ears();
        let (engine, heard) = match other {
            None => (ENGINE, ear.finish(DownbeatModel::shipped(), by(Network::shipped()))?),
            Some((mels, network)) => {
                let hear = |_: &[f32]| network.hear(&mels.finish());
                (beat_this::ENGINE, ear.finish(DownbeatModel::shipped(), hear)?)
            }
        };
        let grid = match heard {
            None => BeatGrid { duration_s, ..BeatGrid::default() },
            Some(heard) => {
                let count = if engine == ENGINE { count(&heard, duration_s) } else { Count::given(&heard, duration_s) };
                grid(&heard, &count, duration_s)
            }
        };
        Ok(BeatGrid { engine: engine.into(), ..grid })
    }

    /// What the stages after the ear work on; `None` for silence.
    pub(crate) fn heard(self, network: &Network, downbeats: DownbeatModel) -> Option<Heard> {
        let heard: Result<_, Infallible> = self.ears().0.finish(downbeats, by(network));
        heard.unwrap_or_else(|never| match never {})
    }

    /// What the network works on; `None` for silence.
    pub(crate) fn bands(self) -> Option<Vec<f32>> {
        self.ears().0.bands()
    }

    /// Everything heard to its end.
    fn ears(self) -> (Ear, Option<(MelSpectrum, Arc<BeatThis>)>) {
        let Self { resampler, mut ear, mut other, .. } = self;
        resampler.finish(|part| hand_on(&mut ear, &mut other, part));
        (ear, other)
    }
}

/// Hears with a network that cannot fail.
fn by<E>(network: &Network) -> impl FnOnce(&[f32]) -> Result<Chances, E> {
    |bands| Ok(network.hear(bands))
}

fn hand_on(ear: &mut Ear, other: &mut Option<(MelSpectrum, Arc<BeatThis>)>, part: &[f32]) {
    ear.push(part);
    if let Some((mels, _)) = other {
        mels.push(part);
    }
}
