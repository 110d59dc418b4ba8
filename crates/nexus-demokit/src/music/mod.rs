//! Two tracks composed and played by this crate, with their exact beats.

mod mix;
mod score;
mod stems;
pub(crate) mod synth;
mod wav;

pub use score::{MusicTruth, TrueBeat, TrueSection};

use score::Score;

/// A track as bytes of a WAV file (16 bit, stereo, 48 kHz) and its truth.
pub(crate) struct Recording {
    pub(crate) wav: Vec<u8>,
    pub(crate) truth: MusicTruth,
}

/// Names of the tracks, in order.
pub(crate) const TRACKS: [&str; 2] = ["harbour_lights", "night_service"];

/// Records the track `name`, about 50 s long, or about 24 s when `short`; `None` for a name not in [`TRACKS`].
/// Cost: a few seconds of one core.
pub(crate) fn record(name: &str, short: bool) -> Option<Recording> {
    let score = score(name, short)?;
    let sound = mix::mix(&score, &stems::play(&score));
    Some(Recording { wav: wav::wav(&sound), truth: score.truth() })
}

fn score(name: &str, short: bool) -> Option<Score> {
    match name {
        "harbour_lights" => Some(Score::harbour_lights(short)),
        "night_service" => Some(Score::night_service(short)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tracks_are_loud_enough_whole_and_without_clicks() {
        for name in TRACKS {
            let score = score(name, true).expect("listed");
            let sound = mix::mix(&score, &stems::play(&score));
            let loud = mix::loudness(&sound);
            let peak = sound.iter().fold(0.0f32, |a, v| a.max(v.abs()));
            assert!((-16.0..=-14.0).contains(&loud), "{name} {loud} LUFS");
            assert!(peak < 0.8913, "{name} peak {peak}");
            assert!(sound.iter().all(|v| v.is_finite()), "{name}");
            let mean = sound.iter().map(|v| f64::from(*v)).sum::<f64>() / sound.len() as f64;
            assert!(mean.abs() < 0.001, "{name} offset {mean}");
            let tail = &sound[sound.len() - 200..];
            assert!(tail.iter().all(|v| v.abs() < 0.002), "{name} ends in silence");
            assert_eq!(sound.len() / 2, (score.length_s() * 48_000.0) as usize, "{name}");
        }
    }

    #[test]
    fn truth_counts_bars_from_after_the_lead_in() {
        for (name, bpm) in [("harbour_lights", 110.0), ("night_service", 124.0)] {
            for short in [true, false] {
                let truth = score(name, short).expect("listed").truth();
                let bars: u32 = truth.sections.iter().map(|section| section.bars).sum();
                assert_eq!(truth.downbeats().count() as u32, bars + 1, "{name}");
                assert!(truth.beats[0].t > 0.2 && truth.beats[0].pos == 1, "{name}");
                let gap = truth.beats[1].t - truth.beats[0].t;
                assert!((gap - 60.0 / bpm).abs() < 1e-9, "{name}");
                assert!(truth.downbeats().any(|t| t == truth.drop_s), "{name}");
                assert_eq!(truth.beats_text().lines().count(), truth.beats.len());
            }
        }
    }
}
