//! Clicks on the beats, so that a grid can be heard.

use nexus_core::music::BeatGrid;

/// Length of a click in seconds, and how fast it dies away per second.
const LENGTH_S: f64 = 0.06;
const DECAY: f64 = 70.0;
/// Pitch and loudness of a click on a downbeat, and on another beat.
const DOWNBEAT: (f64, f64) = (1760.0, 0.6);
const BEAT: (f64, f64) = (1175.0, 0.4);
/// What is left of the music under the clicks.
const MUSIC: f32 = 0.6;

/// Mixes a click onto every beat of mono `samples` at `rate_hz`; downbeats are higher and louder. The result stays
/// within [-1, 1].
pub fn add_clicks(samples: &mut [f32], rate_hz: u32, grid: &BeatGrid) {
    let rate = f64::from(rate_hz);
    let loudest = samples.iter().map(|sample| sample.abs()).fold(1.0_f32, f32::max);
    for sample in samples.iter_mut() {
        *sample *= MUSIC / loudest;
    }
    for beat in &grid.beats {
        let (hz, gain) = if beat.pos == 1 { DOWNBEAT } else { BEAT };
        let first = (beat.t * rate).round() as usize;
        for (offset, sample) in samples.iter_mut().skip(first).take((LENGTH_S * rate) as usize).enumerate() {
            let time = offset as f64 / rate;
            let click = gain * (std::f64::consts::TAU * hz * time).sin() * (-time * DECAY).exp();
            *sample = (*sample + click as f32).clamp(-1.0, 1.0);
        }
    }
}
