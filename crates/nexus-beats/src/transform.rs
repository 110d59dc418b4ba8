//! Magnitudes of a windowed stretch of sound.

use std::sync::Arc;

use realfft::{RealFftPlanner, RealToComplex, num_complex::Complex};

/// A window with its Fourier transform, and the buffers that it needs.
pub(crate) struct Transform {
    window: Vec<f32>,
    fft: Arc<dyn RealToComplex<f32>>,
    input: Vec<f32>,
    output: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    magnitudes: Vec<f32>,
}

impl Transform {
    /// For windows of `length` samples, the Hann window sampled `offset` samples after its beginning.
    pub(crate) fn new(length: usize, offset: f32) -> Self {
        let hann = |index: usize| 0.5 - 0.5 * (std::f32::consts::TAU * (index as f32 + offset) / length as f32).cos();
        let fft = RealFftPlanner::<f32>::new().plan_fft_forward(length);
        Self {
            window: (0..length).map(hann).collect(),
            input: fft.make_input_vec(),
            output: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            magnitudes: vec![0.0; length / 2 + 1],
            fft,
        }
    }

    /// Magnitudes of the bins from 0 to half the rate, times `scale`. `samples` has the window's length.
    pub(crate) fn magnitudes(&mut self, samples: &[f32], scale: f32) -> &[f32] {
        for ((slot, sample), weight) in self.input.iter_mut().zip(samples).zip(&self.window) {
            *slot = sample * weight;
        }
        self.fft
            .process_with_scratch(&mut self.input, &mut self.output, &mut self.scratch)
            .expect("the buffers were made by the plan");
        for (slot, bin) in self.magnitudes.iter_mut().zip(&self.output) {
            *slot = bin.norm_sqr().sqrt() * scale;
        }
        &self.magnitudes
    }
}
