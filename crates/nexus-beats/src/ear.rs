//! What is heard while samples pass, and what the stages after it work on.

use crate::{
    bar::DownbeatModel,
    means::Summary,
    network::Chances,
    onset::Onsets,
    refine::{EnvelopeEar, FineEnvelope},
    spectrum::{Frame, Spectra, Spectrum},
};

/// A track whose root mean square lies below this is silent (-80 dB).
const SILENCE_RMS: f64 = 1e-4;

/// Everything that is heard while samples pass.
pub(crate) struct Ear {
    spectrum: Spectrum,
    envelope: EnvelopeEar,
    count: u64,
}

impl Ear {
    pub(crate) fn new() -> Self {
        Self { spectrum: Spectrum::new(), envelope: EnvelopeEar::new(), count: 0 }
    }

    pub(crate) fn push(&mut self, samples: &[f32]) {
        self.count += samples.len() as u64;
        self.spectrum.push(samples);
        self.envelope.push(samples);
    }

    /// Log magnitudes alone, as the network hears them; `None` for silence.
    pub(crate) fn bands(self) -> Option<Vec<f32>> {
        let rms = self.rms();
        (rms >= SILENCE_RMS).then(|| self.spectrum.finish(rms as f32).bands)
    }

    fn rms(&self) -> f64 {
        (self.envelope.square() / self.count.max(1) as f64).sqrt()
    }

    /// Everything in one, with the chances that `hear` makes of the log magnitudes; `None` for silence.
    pub(crate) fn finish<E>(
        self,
        downbeats: DownbeatModel,
        hear: impl FnOnce(&[f32]) -> Result<Chances, E>,
    ) -> Result<Option<Heard>, E> {
        let rms = self.rms();
        if rms < SILENCE_RMS {
            return Ok(None);
        }
        let Spectra { frames, bands } = self.spectrum.finish(rms as f32);
        let chances = hear(&bands)?;
        drop(bands);
        let onsets = Onsets::new(&frames);
        Ok(Some(Heard {
            summary: Summary::new(&frames),
            frames,
            chances,
            onsets,
            envelope: self.envelope.finish(),
            downbeats,
        }))
    }
}

/// The sound reduced to what the stages need.
pub(crate) struct Heard {
    pub(crate) frames: Vec<Frame>,
    pub(crate) chances: Chances,
    pub(crate) summary: Summary,
    pub(crate) onsets: Onsets,
    pub(crate) envelope: FineEnvelope,
    pub(crate) downbeats: DownbeatModel,
}
