//! Brings sound of any rate to the one that everything is measured at, without moving it in time.

use rubato::{Fft, FixedSync, Indexing, Resampler as _, audioadapter_buffers::direct::SequentialSlice};

use crate::spectrum::RATE_HZ;

/// Samples per turn, rounded up to what the two rates allow.
const CHUNK: usize = 4096;

/// A resampler whose delay is taken off again; samples at [`RATE_HZ`] pass untouched.
pub(crate) struct Resampler {
    fft: Option<Fft<f32>>,
    given_hz: u32,
    waiting: Vec<f32>,
    out: Vec<f32>,
    /// Samples of delay that are still to be left out.
    delay: usize,
    given: u64,
    made: u64,
}

impl Resampler {
    /// `given_hz` lies within 8 to 192 kHz.
    pub(crate) fn new(given_hz: u32) -> Self {
        let fft = (given_hz != RATE_HZ).then(|| {
            Fft::new(given_hz as usize, RATE_HZ as usize, CHUNK, 1, 1, FixedSync::Input)
                .expect("both rates and the chunk are above 0")
        });
        let delay = fft.as_ref().map_or(0, |fft| fft.output_delay());
        let out = fft.as_ref().map_or_else(Vec::new, |fft| vec![0.0; fft.output_frames_max()]);
        Self { fft, given_hz, waiting: Vec::new(), out, delay, given: 0, made: 0 }
    }

    /// Hands on what the next samples make.
    pub(crate) fn push(&mut self, samples: &[f32], mut hand_on: impl FnMut(&[f32])) {
        self.given += samples.len() as u64;
        if self.fft.is_none() {
            hand_on(samples);
            return;
        }
        self.waiting.extend_from_slice(samples);
        self.turn(u64::MAX, &mut hand_on);
    }

    /// Hands on what is left, so that the whole is as long as it was.
    pub(crate) fn finish(mut self, mut hand_on: impl FnMut(&[f32])) {
        let whole = self.given * u64::from(RATE_HZ) / u64::from(self.given_hz);
        while self.made < whole && self.fft.is_some() {
            self.waiting.resize(self.waiting.len() + CHUNK, 0.0);
            self.turn(whole, &mut hand_on);
        }
    }

    fn turn(&mut self, most: u64, hand_on: &mut impl FnMut(&[f32])) {
        let Some(fft) = &mut self.fft else { return };
        let mut from = 0;
        while self.waiting.len() - from >= fft.input_frames_next() {
            let input = SequentialSlice::new(&self.waiting[from..], 1, self.waiting.len() - from)
                .expect("one channel of this length");
            let capacity = self.out.len();
            let mut output = SequentialSlice::new_mut(&mut self.out, 1, capacity).expect("one channel of this length");
            let (read, written) = fft
                .process_into_buffer(&input, &mut output, None::<&Indexing>)
                .expect("there is enough to read and to write to");
            from += read;
            let skipped = self.delay.min(written);
            self.delay -= skipped;
            let left = usize::try_from(most.saturating_sub(self.made)).unwrap_or(usize::MAX);
            let part = &self.out[skipped..written];
            let part = &part[..part.len().min(left)];
            self.made += part.len() as u64;
            hand_on(part);
        }
        self.waiting.drain(..from);
    }
}
