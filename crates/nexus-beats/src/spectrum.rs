//! One pass over the sound: a short-time spectrum every 20 ms, reduced at once to the few numbers that
//! the later stages need, so that memory grows with frames and never with spectra.

use std::ops::Range;

use crate::transform::Transform;

/// Samples per second that everything is measured at.
pub(crate) const RATE_HZ: u32 = 22_050;
/// Samples from one frame to the next.
const HOP: usize = 441;

/// Frames per second.
pub(crate) const FRAMES_PER_S: f64 = 50.0;
/// Bands of the onset strength, split at [`BAND_EDGES_HZ`].
pub(crate) const BANDS: usize = 5;
/// Bands of the timbre description, about 1.3 octaves each.
pub(crate) const TIMBRE: usize = 6;

const BAND_EDGES_HZ: [f32; BANDS - 1] = [120.0, 400.0, 1500.0, 5000.0];
/// Samples under one window.
const WINDOW: usize = 2048;
const LOWEST_HZ: f32 = 30.0;
const HIGHEST_HZ: f32 = 10_500.0;
const FILTERS_PER_OCTAVE: f32 = 12.0;
/// Filters of the bank: fewer than twelve per octave in the bass, where bins are coarser than that.
pub(crate) const FILTERS: usize = 83;
/// Frames between the two spectra whose difference is the flux.
const LAG: usize = 2;
/// Magnitude compression `ln(1 + COMPRESSION * magnitude)` for a track levelled to [`TARGET_RMS`].
const COMPRESSION: f32 = 300.0;
const TARGET_RMS: f32 = 0.1;
/// Bins below 150 Hz.
const LOW_BINS: usize = 13;

/// The frames within one of a time, of `len`.
pub(crate) fn frames_around(time_s: f64, len: usize) -> Range<usize> {
    let centre = (time_s * FRAMES_PER_S).round().max(0.0) as usize;
    centre.saturating_sub(1).min(len)..(centre + 2).min(len)
}

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

/// Hears samples in pieces of any length; what is kept is a few hundred bytes per frame.
pub(crate) struct Spectrum {
    bank: Bank,
    transform: Transform,
    /// Samples that frames to come still need; the first lies half a window before the next frame's centre.
    waiting: Vec<f32>,
    /// Mean magnitude of each filter, frame after frame.
    filtered: Vec<f32>,
    frames: Vec<Frame>,
}

impl Spectrum {
    pub(crate) fn new() -> Self {
        Self {
            bank: Bank::new(),
            transform: Transform::new(WINDOW, 0.5),
            waiting: vec![0.0; WINDOW / 2],
            filtered: Vec::new(),
            frames: Vec::new(),
        }
    }

    /// The next samples at [`RATE_HZ`].
    pub(crate) fn push(&mut self, samples: &[f32]) {
        self.waiting.extend_from_slice(samples);
        let mut first = 0;
        while self.waiting.len() - first >= WINDOW {
            self.hear(first);
            first += HOP;
        }
        self.waiting.drain(..first);
    }

    /// The last frames, and everything brought to one loudness by the root mean square of the whole.
    pub(crate) fn finish(mut self, rms: f32) -> Spectra {
        self.push(&[0.0; WINDOW / 2]);
        let gain = COMPRESSION * TARGET_RMS / rms.max(1e-9);
        for value in &mut self.filtered {
            *value = (gain * *value).ln_1p();
        }
        let filters = self.bank.filters.len();
        let power_gain = (gain / COMPRESSION).powi(2);
        for index in 0..self.frames.len() {
            let now = &self.filtered[index * filters..(index + 1) * filters];
            let frame = &mut self.frames[index];
            self.bank.colour(now, frame);
            frame.power *= power_gain;
            frame.low_power *= power_gain;
            if index >= LAG {
                frame.flux = self.bank.flux(now, &self.filtered[(index - LAG) * filters..(index - LAG + 1) * filters]);
            }
        }
        Spectra { frames: self.frames, bands: self.filtered }
    }

    fn hear(&mut self, first: usize) {
        let magnitudes = self.transform.magnitudes(&self.waiting[first..first + WINDOW], 4.0 / WINDOW as f32);
        self.bank.apply(magnitudes, &mut self.filtered);
        self.frames.push(self.bank.describe(magnitudes));
    }
}

/// A whole track.
pub(crate) struct Spectra {
    /// Frame `i` is centred at `i / FRAMES_PER_S` seconds.
    pub(crate) frames: Vec<Frame>,
    /// Log magnitude of every filter, [`FILTERS`] values per frame.
    pub(crate) bands: Vec<f32>,
}

/// Triangular filters on a logarithmic scale, and where their sums go.
struct Bank {
    filters: Vec<(usize, Vec<f32>)>,
    band: Vec<usize>,
    timbre: Vec<usize>,
    pitch: Vec<Pitch>,
}

/// Sum of products; eight sums side by side, which the processor adds up at once.
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let (a, rest_a) = a.as_chunks::<8>();
    let (b, rest_b) = b.as_chunks::<8>();
    let mut sums = [0.0_f32; 8];
    for (a, b) in a.iter().zip(b) {
        for lane in 0..8 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f32 = rest_a.iter().zip(rest_b).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}

/// Where the magnitude of a bin goes.
struct Pitch {
    bin: usize,
    class: usize,
    is_bass: bool,
    is_middle: bool,
}

/// Weights that add up to 1 over the bins between two edges.
fn triangle(left: usize, centre: usize, right: usize) -> Vec<f32> {
    let rise = |bin: usize| {
        if bin <= centre {
            (bin - left) as f32 / (centre - left) as f32
        } else {
            (right - bin) as f32 / (right - centre) as f32
        }
    };
    let sum: f32 = (left + 1..right).map(rise).sum();
    (left + 1..right).map(|bin| rise(bin) / sum).collect()
}

impl Bank {
    fn new() -> Self {
        let bin_hz = RATE_HZ as f32 / WINDOW as f32;
        let mut edges: Vec<usize> = (0..)
            .map(|step| LOWEST_HZ * 2.0_f32.powf(step as f32 / FILTERS_PER_OCTAVE))
            .take_while(|hz| *hz <= HIGHEST_HZ)
            .map(|hz| (hz / bin_hz).round() as usize)
            .collect();
        edges.dedup();
        let mut bank = Self { filters: vec![], band: vec![], timbre: vec![], pitch: vec![] };
        let octaves = (HIGHEST_HZ / LOWEST_HZ).log2();
        for triple in edges.windows(3) {
            let (left, centre, right) = (triple[0], triple[1], triple[2]);
            bank.filters.push((left + 1, triangle(left, centre, right)));
            let hz = centre as f32 * bin_hz;
            bank.band.push(BAND_EDGES_HZ.iter().filter(|edge| hz >= **edge).count());
            let place = (hz / LOWEST_HZ).log2() / octaves * TIMBRE as f32;
            bank.timbre.push((place as usize).min(TIMBRE - 1));
        }
        for bin in 1..WINDOW / 2 {
            let hz = bin as f32 * bin_hz;
            let class = ((hz / 440.0).log2() * 12.0).round().rem_euclid(12.0) as usize % 12;
            if (40.0..2000.0).contains(&hz) {
                bank.pitch.push(Pitch { bin, class, is_bass: hz < 220.0, is_middle: hz >= 120.0 });
            }
        }
        assert_eq!(bank.filters.len(), FILTERS, "the network has one input per filter");
        bank
    }

    fn apply(&self, magnitudes: &[f32], out: &mut Vec<f32>) {
        out.extend(
            self.filters.iter().map(|(first, weights)| dot(weights, &magnitudes[*first..*first + weights.len()])),
        );
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

    /// What needs no common loudness.
    fn describe(&self, magnitudes: &[f32]) -> Frame {
        let mut frame = Frame::default();
        for Pitch { bin, class, is_bass, is_middle } in &self.pitch {
            let value = magnitudes[*bin].sqrt();
            if *is_bass {
                frame.bass[*class] += value;
            }
            if *is_middle {
                frame.chroma[*class] += value;
            }
        }
        frame.power = dot(magnitudes, magnitudes);
        frame.low_power = dot(&magnitudes[..LOW_BINS], &magnitudes[..LOW_BINS]);
        frame
    }

    /// The mean level of wide bands.
    fn colour(&self, filtered: &[f32], frame: &mut Frame) {
        let mut counts = [0.0_f32; TIMBRE];
        for (value, place) in filtered.iter().zip(&self.timbre) {
            frame.timbre[*place] += value;
            counts[*place] += 1.0;
        }
        for (value, count) in frame.timbre.iter_mut().zip(counts) {
            *value /= count.max(1.0);
        }
    }
}
