//! Integrated loudness and true peak of samples in memory, after ITU-R BS.1770-4.

/// Loudness of silence, in LUFS.
pub(super) const SILENCE_LUFS: f64 = -70.0;

/// Integrated loudness of interleaved stereo at 48 kHz, in LUFS; [`SILENCE_LUFS`] when all is below the gate.
pub(super) fn integrated(samples: &[f32]) -> f64 {
    const STEP: usize = 4_800;
    let mut steps = vec![0.0_f64; samples.len() / 2 / STEP];
    for channel in 0..2 {
        let mut weighting = Weighting::default();
        let values = samples.iter().skip(channel).step_by(2);
        for (index, value) in values.enumerate() {
            let weighted = weighting.next(f64::from(*value));
            if let Some(step) = steps.get_mut(index / STEP) {
                *step += weighted * weighted / STEP as f64;
            }
        }
    }
    // Blocks of 400 ms that overlap by three quarters: four steps of 100 ms.
    let mut blocks: Vec<f64> = steps.windows(4).map(|window| window.iter().sum::<f64>() / 4.0).collect();
    if blocks.is_empty() && !steps.is_empty() {
        blocks.push(steps.iter().sum::<f64>() / steps.len() as f64);
    }
    let loud = |power: f64| -0.691 + 10.0 * power.max(1e-12).log10();
    blocks.retain(|power| loud(*power) > SILENCE_LUFS);
    let mean = |blocks: &[f64]| blocks.iter().sum::<f64>() / blocks.len().max(1) as f64;
    if blocks.is_empty() {
        return SILENCE_LUFS;
    }
    let gate = loud(mean(&blocks)) - 10.0;
    blocks.retain(|power| loud(*power) > gate);
    loud(mean(&blocks))
}

/// K-weighting for 48 kHz: a shelf for the head, a high-pass for the ear (tables 1 and 2 of the recommendation).
#[derive(Default)]
struct Weighting {
    shelf: [f64; 2],
    pass: [f64; 2],
}

impl Weighting {
    fn next(&mut self, value: f64) -> f64 {
        let shelf = biquad(
            value,
            &mut self.shelf,
            [1.535_124_859_586_97, -2.691_696_189_406_38, 1.198_392_810_852_85],
            [-1.690_659_293_182_41, 0.732_480_774_215_85],
        );
        biquad(shelf, &mut self.pass, [1.0, -2.0, 1.0], [-1.990_047_454_833_98, 0.990_072_250_366_21])
    }
}

/// Transposed direct form II.
fn biquad(value: f64, state: &mut [f64; 2], b: [f64; 3], a: [f64; 2]) -> f64 {
    let out = b[0] * value + state[0];
    state[0] = b[1] * value - a[0] * out + state[1];
    state[1] = b[2] * value - a[1] * out;
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(hz: f64, level_db: f64) -> Vec<f32> {
        let gain = 10_f64.powf(level_db / 20.0);
        let value = |index: usize| (gain * (std::f64::consts::TAU * hz * index as f64 / 48_000.0).sin()) as f32;
        (0..48_000 * 5).flat_map(|index| [value(index); 2]).collect()
    }

    #[test]
    fn the_reference_tones_of_ebu_tech_3341_read_right() {
        // EBU Tech 3341, cases 1 and 2: a stereo sine of 1 kHz at -23 and -33 dBFS reads -23 and -33 LUFS.
        for level in [-23.0, -33.0] {
            let found = integrated(&sine(1000.0, level));
            assert!((found - level).abs() < 0.1, "{level}: {found}");
        }
        assert!((integrated(&[0.0; 96_000]) - SILENCE_LUFS).abs() < 1e-9);
    }
}
