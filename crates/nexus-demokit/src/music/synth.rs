//! Sound from arithmetic: oscillators without harsh aliasing, envelopes, filters, noise. One sample at a time.

use std::f32::consts::TAU;

/// Samples per second of all music here.
pub(crate) const RATE: f32 = 48_000.0;

/// Frequency of a MIDI note in hertz.
pub(crate) fn pitch(note: f32) -> f32 {
    440.0 * 2f32.powf((note - 69.0) / 12.0)
}

/// A saw whose corners are rounded (polynomial band limiting).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Saw {
    phase: f32,
}

impl Saw {
    /// Starts at a phase of 0..1.
    pub(crate) fn new(phase: f32) -> Self {
        Self { phase }
    }

    /// The next sample at `hz`.
    pub(crate) fn next(&mut self, hz: f32) -> f32 {
        let step = hz / RATE;
        self.phase += step;
        if self.phase >= 1.0 {
            self.phase -= 1.0;
        }
        let p = self.phase;
        let corner = if p < step {
            let t = p / step;
            t + t - t * t - 1.0
        } else if p > 1.0 - step {
            let t = (p - 1.0) / step;
            t * t + t + t + 1.0
        } else {
            0.0
        };
        2.0 * p - 1.0 - corner
    }
}

/// A sine.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sine {
    phase: f32,
}

impl Sine {
    /// The next sample at `hz`.
    pub(crate) fn next(&mut self, hz: f32) -> f32 {
        self.phase = (self.phase + hz / RATE).fract();
        (self.phase * TAU).sin()
    }
}

/// White noise, the same for the same seed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Noise(u32);

impl Noise {
    /// Starts from a seed.
    pub(crate) fn new(seed: u32) -> Self {
        Self(seed.wrapping_mul(2_654_435_761).max(1))
    }

    /// The next sample, -1..1.
    pub(crate) fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 as f32 / 2_147_483_648.0 - 1.0
    }
}

/// A two-pole filter (trapezoidal state variable form, after Simper) that may be swept at every sample.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Filter {
    one: f32,
    two: f32,
}

/// The three answers of a [`Filter`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bands {
    pub(crate) low: f32,
    pub(crate) band: f32,
    pub(crate) high: f32,
}

impl Filter {
    /// The next sample with corner `hz` and resonance `q` (0.7 is flat).
    pub(crate) fn next(&mut self, input: f32, hz: f32, q: f32) -> Bands {
        let g = (std::f32::consts::PI * hz.clamp(15.0, 19_000.0) / RATE).tan();
        let k = 1.0 / q;
        let a1 = 1.0 / (1.0 + g * (g + k));
        let a2 = g * a1;
        let v3 = input - self.two;
        let band = a1 * self.one + a2 * v3;
        let low = self.two + a2 * self.one + g * a2 * v3;
        self.one = 2.0 * band - self.one;
        self.two = 2.0 * low - self.two;
        Bands { low, band, high: input - k * band - low }
    }
}

/// Attack, decay to a level, hold until `gate`, release; all in seconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Envelope {
    pub(crate) attack: f32,
    pub(crate) decay: f32,
    pub(crate) sustain: f32,
    pub(crate) release: f32,
    pub(crate) gate: f32,
}

impl Envelope {
    /// The level at `t` seconds from the note's start.
    pub(crate) fn at(&self, t: f32) -> f32 {
        let held = |t: f32| {
            if t < self.attack {
                t / self.attack
            } else {
                self.sustain + (1.0 - self.sustain) * (-(t - self.attack) / self.decay * 3.0).exp()
            }
        };
        if t < self.gate {
            held(t)
        } else {
            held(self.gate) * (1.0 - ((t - self.gate) / self.release).min(1.0)).powi(2)
        }
    }

    /// Seconds until silence.
    pub(crate) fn length(&self) -> f32 {
        self.gate + self.release
    }
}
