//! Sound as the camera would have heard it: surf, a hot pan, wine falling into a glass.

use crate::music::synth::{Filter, Noise, RATE, Sine};

/// What a clip sounds like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ambience {
    /// Waves that come and draw back.
    Surf,
    /// Fat in a pan and a gas flame.
    Sizzle,
    /// Wine into a glass that fills.
    Pour,
}

impl Ambience {
    /// Interleaved stereo at 48 kHz, `length_s` long, with soft ends.
    pub(crate) fn record(self, length_s: f64) -> Vec<f32> {
        let frames = (length_s * f64::from(RATE)).round() as usize;
        let length = length_s as f32;
        let mut sides = [0u32, 1].map(|side| match self {
            Self::Surf => surf(frames, side),
            Self::Sizzle => sizzle(frames, side),
            Self::Pour => pour(frames, side, length),
        });
        for side in &mut sides {
            for (k, value) in side.iter_mut().enumerate() {
                let t = k as f32 / RATE;
                *value = (*value * (t / 0.05).min(1.0) * ((length - t) / 0.12).clamp(0.0, 1.0)).clamp(-0.9, 0.9);
            }
        }
        let [left, right] = sides;
        left.into_iter().zip(right).flat_map(|(l, r)| [l, r]).collect()
    }
}

fn surf(frames: usize, side: u32) -> Vec<f32> {
    let (mut noise, mut fizz) = (Noise::new(31 + side), Noise::new(41 + side));
    let (mut low, mut high) = (Filter::default(), Filter::default());
    (0..frames)
        .map(|k| {
            let t = k as f32 / RATE + side as f32 * 0.12;
            let swell = (0.5 - 0.5 * (t * 1.25 + 0.4).cos()).powf(1.6);
            let body = low.next(noise.next(), 240.0 + 1500.0 * swell, 0.6).low * (0.10 + 0.55 * swell);
            let foam = high.next(fizz.next(), 3800.0, 0.6).high
                * (0.012 + 0.10 * (0.5 - 0.5 * (t * 1.25 - 0.5).cos()).powi(3));
            body * 0.8 + foam
        })
        .collect()
}

fn sizzle(frames: usize, side: u32) -> Vec<f32> {
    let (mut noise, mut roar, mut chance) = (Noise::new(51 + side), Noise::new(61 + side), Noise::new(71 + side));
    let (mut high, mut low, mut band) = (Filter::default(), Filter::default(), Filter::default());
    let (mut pop, mut pop_hz) = (0.0f32, 3000.0f32);
    (0..frames)
        .map(|k| {
            let t = k as f32 / RATE;
            if chance.next() > 0.9994 {
                pop = 0.25 + 0.35 * chance.next().abs();
                pop_hz = 2200.0 + 3500.0 * chance.next().abs();
            }
            pop *= 0.9965;
            let n = noise.next();
            let hiss = high.next(n, 4200.0, 0.6).high * (0.055 + 0.020 * (t * 7.3).sin() * (t * 3.1).sin());
            let crackle = band.next(n, pop_hz, 4.0).band * pop * 0.30;
            let breath = 0.35 + 0.65 * (-((t - 1.3) / 0.8).powi(2)).exp() + 0.5 * (-((t - 3.6) / 0.9).powi(2)).exp();
            let fire = low.next(roar.next(), 170.0 + 260.0 * breath, 0.7).low * 0.42 * breath;
            hiss + crackle + fire
        })
        .collect()
}

fn pour(frames: usize, side: u32, length: f32) -> Vec<f32> {
    let (mut noise, mut chance) = (Noise::new(81 + side), Noise::new(91 + side));
    let (mut body, mut air) = (Filter::default(), Filter::default());
    let mut bubbles = [(0.0f32, 600.0f32); 6];
    let mut tones = [Sine::default(); 6];
    (0..frames)
        .map(|k| {
            let s = k as f32 / RATE / length;
            // The air left in the glass sings higher as it fills.
            let hollow = 420.0 + 700.0 * s * s;
            let n = noise.next();
            let rush = body.next(n, hollow, 3.0).band * 0.085 + air.next(n, 2600.0, 0.8).band * 0.035;
            if chance.next() > 0.9985 {
                let slot = (chance.next().abs() * 5.99) as usize;
                bubbles[slot] = (0.05 + 0.09 * chance.next().abs(), hollow * (0.9 + 1.6 * chance.next().abs()));
            }
            let mut glug = 0.0;
            for ((level, hz), tone) in bubbles.iter_mut().zip(&mut tones) {
                glug += tone.next(*hz) * *level;
                *level *= 0.9989;
                *hz *= 1.000_012;
            }
            (rush + glug) * 0.9
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ambience_is_audible_bounded_and_of_the_asked_length() {
        for ambience in [Ambience::Surf, Ambience::Sizzle, Ambience::Pour] {
            let sound = ambience.record(3.0);
            assert_eq!(sound.len(), 2 * 3 * 48_000, "{ambience:?}");
            let power = sound.iter().map(|v| f64::from(v * v)).sum::<f64>() / sound.len() as f64;
            assert!((0.005..0.25).contains(&power.sqrt()), "{ambience:?} {}", power.sqrt());
            assert!(sound.iter().all(|v| v.abs() <= 0.9), "{ambience:?}");
        }
    }
}
