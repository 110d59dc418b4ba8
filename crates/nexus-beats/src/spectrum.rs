//! One pass over the sound: a short-time spectrum every 20 ms, reduced at once to the few numbers that
//! the later stages need, so that memory grows with frames and never with spectra.

use realfft::RealFftPlanner;

/// Frames per second.
pub(crate) const FRAMES_PER_S: f64 = 50.0;
/// Bands of the onset strength, split at [`BAND_EDGES_HZ`].
pub(crate) const BANDS: usize = 5;
/// Bands of the timbre description, about 1.3 octaves each.
pub(crate) const TIMBRE: usize = 6;

const BAND_EDGES_HZ: [f32; BANDS - 1] = [120.0, 400.0, 1500.0, 5000.0];
const WINDOW_S: f64 = 2048.0 / 22_050.0;
const LOWEST_HZ: f32 = 30.0;
const HIGHEST_HZ: f32 = 10_500.0;
const FILTERS_PER_OCTAVE: f32 = 12.0;
/// Frames between the two spectra whose difference is the flux.
const LAG: usize = 2;
/// Magnitude compression `ln(1 + COMPRESSION * magnitude)` for a track levelled to [`TARGET_RMS`].
const COMPRESSION: f32 = 300.0;
const TARGET_RMS: f32 = 0.1;

/// What is left of one frame.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Frame {
    /// Rise of the log spectrum per band (SuperFlux).
    pub(crate) flux: [f32; BANDS],
    /// Mean log magnitude of a few wide bands.
    pub(crate) timbre: [f32; TIMBRE],
    /// Magnitude per pitch class, 120 to 2,000 Hz.
    pub(crate) chroma: [f32; 12],
    /// Magnitude per pitch class, 40 to 220 Hz.
    pub(crate) bass: [f32; 12],
    /// Power of the whole spectrum.
    pub(crate) power: f32,
    /// Power below 150 Hz.
    pub(crate) low_power: f32,
}

/// All frames; frame `i` is centred at `i / FRAMES_PER_S` seconds.
pub(crate) fn frames(samples: &[f32], rate_hz: u32, rms: f32) -> Vec<Frame> {
    let rate = f64::from(rate_hz);
    let window = ((rate * WINDOW_S).round() as usize).next_power_of_two();
    let bank = Bank::new(window, rate_hz as f32);
    let hann: Vec<f32> =
        (0..window).map(|i| 0.5 - 0.5 * (std::f32::consts::TAU * (i as f32 + 0.5) / window as f32).cos()).collect();
    let scale = 4.0 / window as f32 * TARGET_RMS / rms.max(1e-9);
    let fft = RealFftPlanner::<f32>::new().plan_fft_forward(window);
    let (mut input, mut output, mut scratch) = (fft.make_input_vec(), fft.make_output_vec(), fft.make_scratch_vec());
    let count = (samples.len() as f64 / rate * FRAMES_PER_S).floor() as usize + 1;
    let mut result = Vec::with_capacity(count);
    let mut magnitudes = vec![0.0_f32; output.len()];
    let mut history = vec![vec![0.0_f32; bank.filters.len()]; LAG + 1];
    for index in 0..count {
        let centre = (index as f64 / FRAMES_PER_S * rate).round() as isize;
        let first = centre - (window / 2) as isize;
        for (offset, (slot, weight)) in input.iter_mut().zip(&hann).enumerate() {
            let position = first + offset as isize;
            let sample = usize::try_from(position).ok().and_then(|at| samples.get(at)).copied().unwrap_or(0.0);
            *slot = sample * weight;
        }
        fft.process_with_scratch(&mut input, &mut output, &mut scratch).expect("the buffers were made by the plan");
        for (slot, bin) in magnitudes.iter_mut().zip(&output) {
            *slot = bin.norm() * scale;
        }
        history.rotate_right(1);
        let (now, before) = history.split_at_mut(1);
        bank.apply(&magnitudes, &mut now[0]);
        let mut frame = bank.describe(&magnitudes, &now[0]);
        if index >= LAG {
            frame.flux = bank.flux(&now[0], &before[LAG - 1]);
        }
        result.push(frame);
    }
    result
}

/// Triangular filters on a logarithmic scale, and where their sums go.
struct Bank {
    filters: Vec<(usize, Vec<f32>)>,
    band: Vec<usize>,
    timbre: Vec<usize>,
    pitch: Vec<(usize, usize, bool)>,
    low_bins: usize,
}

impl Bank {
    fn new(window: usize, rate_hz: f32) -> Self {
        let bin_hz = rate_hz / window as f32;
        let last = window / 2;
        let highest = HIGHEST_HZ.min(rate_hz * 0.47);
        let mut edges: Vec<usize> = Vec::new();
        let mut step = 0.0_f32;
        loop {
            let hz = LOWEST_HZ * 2.0_f32.powf(step / FILTERS_PER_OCTAVE);
            if hz > highest {
                break;
            }
            let bin = ((hz / bin_hz).round() as usize).min(last);
            if edges.last() != Some(&bin) {
                edges.push(bin);
            }
            step += 1.0;
        }
        let mut bank = Self { filters: vec![], band: vec![], timbre: vec![], pitch: vec![], low_bins: 0 };
        let octaves = (highest / LOWEST_HZ).log2();
        for triple in edges.windows(3) {
            let (left, centre, right) = (triple[0], triple[1], triple[2]);
            let mut weights: Vec<f32> = (left + 1..right)
                .map(|bin| {
                    if bin <= centre {
                        (bin - left) as f32 / (centre - left) as f32
                    } else {
                        (right - bin) as f32 / (right - centre) as f32
                    }
                })
                .collect();
            let sum: f32 = weights.iter().sum();
            for weight in &mut weights {
                *weight /= sum;
            }
            let hz = centre as f32 * bin_hz;
            bank.filters.push((left + 1, weights));
            bank.band.push(BAND_EDGES_HZ.iter().filter(|edge| hz >= **edge).count());
            let place = (hz / LOWEST_HZ).log2() / octaves * TIMBRE as f32;
            bank.timbre.push((place as usize).min(TIMBRE - 1));
        }
        for bin in 1..last {
            let hz = bin as f32 * bin_hz;
            if (40.0..2000.0).contains(&hz) {
                let class = ((hz / 440.0).log2() * 12.0).round().rem_euclid(12.0) as usize % 12;
                if hz < 220.0 {
                    bank.pitch.push((bin, class, true));
                }
                if hz >= 120.0 {
                    bank.pitch.push((bin, class, false));
                }
            }
        }
        bank.low_bins = (150.0 / bin_hz) as usize;
        bank
    }

    fn apply(&self, magnitudes: &[f32], out: &mut [f32]) {
        for (slot, (first, weights)) in out.iter_mut().zip(&self.filters) {
            let sum: f32 = weights.iter().zip(&magnitudes[*first..]).map(|(weight, value)| weight * value).sum();
            *slot = (COMPRESSION * sum).ln_1p();
        }
    }

    /// SuperFlux (Böck and Widmer 2013): the rise against the largest neighbour of the earlier frame.
    fn flux(&self, now: &[f32], before: &[f32]) -> [f32; BANDS] {
        let mut flux = [0.0_f32; BANDS];
        let mut counts = [0.0_f32; BANDS];
        for index in 0..now.len() {
            let from = index.saturating_sub(1);
            let to = (index + 2).min(before.len());
            let earlier = before[from..to].iter().copied().fold(0.0_f32, f32::max);
            flux[self.band[index]] += (now[index] - earlier).max(0.0);
            counts[self.band[index]] += 1.0;
        }
        for (value, count) in flux.iter_mut().zip(counts) {
            *value /= count.max(1.0);
        }
        flux
    }

    fn describe(&self, magnitudes: &[f32], filtered: &[f32]) -> Frame {
        let mut frame = Frame::default();
        let mut counts = [0.0_f32; TIMBRE];
        for (value, place) in filtered.iter().zip(&self.timbre) {
            frame.timbre[*place] += value;
            counts[*place] += 1.0;
        }
        for (value, count) in frame.timbre.iter_mut().zip(counts) {
            *value /= count.max(1.0);
        }
        for (bin, class, bass) in &self.pitch {
            let target = if *bass { &mut frame.bass } else { &mut frame.chroma };
            target[*class] += magnitudes[*bin].sqrt();
        }
        frame.power = magnitudes.iter().map(|value| value * value).sum();
        frame.low_power = magnitudes[..self.low_bins.min(magnitudes.len())].iter().map(|value| value * value).sum();
        frame
    }
}
