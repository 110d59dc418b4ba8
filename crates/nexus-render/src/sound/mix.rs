//! Mixing: every sound at its time, with its volume and its fades, and no click at any edge.

use std::{collections::BTreeMap, f64::consts::FRAC_PI_2, path::PathBuf};

use nexus_edit::model::{Animated, AudioEffect};
use nexus_media::{SoundSpec, read_sound};

use super::{CHANNELS, RATE_HZ};
use crate::{RenderError, plan::Sounding};

/// Fade of a picture's own sound at its cuts.
const CUT_FADE_S: f64 = 0.08;
/// Longest crossfade where two pieces of one track meet: it ends on the join, so that the downbeat there is whole.
const CROSSFADE_S: f64 = 0.25;
/// A piece of music that begins: short enough to keep its attack.
const ATTACK_S: f64 = 0.004;
/// A piece of music that ends.
const RELEASE_S: f64 = 0.02;
/// Fades of [`AudioEffect`], or half the clip.
const EFFECT_S: f64 = 2.0;
/// Ends that are this close meet.
const MEET_S: f64 = 0.005;

/// What to mix.
pub(crate) struct Mix<'a> {
    /// In order of start.
    pub(crate) sounds: &'a [Sounding],
    /// The local file of each source.
    pub(crate) files: &'a BTreeMap<String, PathBuf>,
    /// The stretch of the timeline that is mixed, in seconds.
    pub(crate) window_s: (f64, f64),
}

/// The mix as interleaved stereo at 48 kHz, exactly as long as the window.
pub(crate) async fn mix(mix: &Mix<'_>) -> Result<Vec<f32>, RenderError> {
    let (from_s, to_s) = mix.window_s;
    let mut film = vec![0.0_f32; sample(to_s) * usize::from(CHANNELS)];
    for voice in voices(mix.sounds) {
        let Some(file) = mix.files.get(&voice.src) else { continue };
        let spec = SoundSpec {
            rate_hz: RATE_HZ,
            channels: CHANNELS,
            start_s: voice.source_s,
            length_s: Some(voice.length_s * voice.speed),
            tempo: voice.speed,
        };
        let samples = read_sound(file, &spec).await?;
        voice.add(&samples, &mut film);
    }
    film.drain(..sample(from_s) * usize::from(CHANNELS));
    Ok(film)
}

fn sample(at_s: f64) -> usize {
    (at_s * f64::from(RATE_HZ)).round().max(0.0) as usize
}

/// A sound with its edges: where it is read, where it lands, how it fades.
#[derive(Debug, Clone, PartialEq)]
struct Voice {
    src: String,
    source_s: f64,
    film_s: f64,
    length_s: f64,
    speed: f64,
    volume: Animated,
    fade_in_s: f64,
    fade_out_s: f64,
}

fn voices(sounds: &[Sounding]) -> Vec<Voice> {
    let mut voices: Vec<Voice> = sounds
        .iter()
        .map(|sound| {
            let longest = sound.length_s / 2.0;
            let effect = |wanted: bool, least: f64| if wanted { EFFECT_S.min(longest) } else { least.min(longest) };
            let (least_in, least_out) = if sound.of_picture { (CUT_FADE_S, CUT_FADE_S) } else { (ATTACK_S, RELEASE_S) };
            let is = |kinds: [AudioEffect; 2]| sound.effect.is_some_and(|effect| kinds.contains(&effect));
            Voice {
                src: sound.src.clone(),
                source_s: sound.trim_s,
                film_s: sound.start_s,
                length_s: sound.length_s,
                speed: sound.speed,
                volume: sound.volume.clone(),
                fade_in_s: effect(is([AudioEffect::FadeIn, AudioEffect::FadeInFadeOut]), least_in),
                fade_out_s: effect(is([AudioEffect::FadeOut, AudioEffect::FadeInFadeOut]), least_out),
            }
        })
        .collect();
    for later in 0..sounds.len() {
        let earlier = (0..sounds.len()).find(|earlier| *earlier != later && meets(&sounds[*earlier], &sounds[later]));
        if let Some(earlier) = earlier {
            join(sounds, &mut voices, earlier, later);
        }
    }
    voices
}

/// True when `later` takes over from `earlier`: pieces of one track, end to start.
fn meets(earlier: &Sounding, later: &Sounding) -> bool {
    let end_s = earlier.start_s + earlier.length_s;
    !earlier.of_picture && !later.of_picture && earlier.src == later.src && (end_s - later.start_s).abs() < MEET_S
}

fn join(sounds: &[Sounding], voices: &mut [Voice], earlier: usize, later: usize) {
    let heard_s = sounds[earlier].length_s * sounds[earlier].speed;
    let runs_on = (sounds[earlier].trim_s + heard_s - sounds[later].trim_s).abs() < MEET_S;
    let same_volume = sounds[earlier].volume == sounds[later].volume && sounds[earlier].speed == sounds[later].speed;
    if runs_on && same_volume {
        voices[earlier].fade_out_s = 0.0;
        voices[later].fade_in_s = 0.0;
        return;
    }
    let span_s = CROSSFADE_S.min(sounds[earlier].length_s / 4.0).min(sounds[later].length_s / 4.0);
    if sounds[later].trim_s >= span_s * sounds[later].speed {
        voices[later].source_s -= span_s * voices[later].speed;
        voices[later].film_s -= span_s;
        voices[later].length_s += span_s;
        voices[later].fade_in_s = span_s;
        voices[earlier].fade_out_s = span_s;
    } else {
        // Nothing lies before the later piece: the earlier one rings on under its beginning instead.
        voices[earlier].length_s += span_s;
        voices[earlier].fade_out_s = span_s;
    }
}

impl Voice {
    fn add(&self, samples: &[f32], film: &mut [f32]) {
        let channels = usize::from(CHANNELS);
        let begin = sample(self.film_s);
        let length = sample(self.film_s + self.length_s) - begin;
        // Sound that ends before its clip fades out where it ends, not where it should have.
        let length = length.min(samples.len() / channels);
        let (fade_in, fade_out) = (sample(self.fade_in_s), sample(self.fade_out_s).min(length));
        for index in 0..length {
            let Some(frame) = film.get_mut((begin + index) * channels..(begin + index + 1) * channels) else { break };
            let rise = if index < fade_in { equal_power((index as f64 + 0.5) / fade_in as f64) } else { 1.0 };
            let left = length - index;
            let fall = if left <= fade_out { equal_power((left as f64 - 0.5) / fade_out as f64) } else { 1.0 };
            let volume = match &self.volume {
                Animated::Constant(volume) => *volume,
                Animated::Tweens(_) => self.volume.at(index as f64 / f64::from(RATE_HZ)),
            };
            let gain = (volume * rise * fall) as f32;
            for (out, value) in frame.iter_mut().zip(&samples[index * channels..]) {
                *out += value * gain;
            }
        }
    }
}

/// Gain of an equal-power fade: two of them against each other keep the power.
fn equal_power(share: f64) -> f64 {
    (share.clamp(0.0, 1.0) * FRAC_PI_2).sin()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sounding(start_s: f64, length_s: f64, trim_s: f64) -> Sounding {
        Sounding {
            src: "music".into(),
            start_s,
            length_s,
            trim_s,
            speed: 1.0,
            volume: Animated::Constant(1.0),
            effect: None,
            of_picture: false,
        }
    }

    #[test]
    fn pieces_of_one_track_cross_before_their_join() {
        let voices = voices(&[sounding(0.0, 4.0, 10.0), sounding(4.0, 4.0, 30.0)]);
        assert!((voices[1].film_s - 3.75).abs() < 1e-9 && (voices[1].source_s - 29.75).abs() < 1e-9);
        assert_eq!((voices[0].fade_out_s, voices[1].fade_in_s), (0.25, 0.25));
    }

    #[test]
    fn a_track_that_runs_on_is_not_touched() {
        let voices = voices(&[sounding(0.0, 4.0, 10.0), sounding(4.0, 4.0, 14.0)]);
        assert_eq!((voices[0].fade_out_s, voices[1].fade_in_s), (0.0, 0.0));
    }

    #[test]
    fn the_power_of_a_crossfade_stays_even_and_edges_are_silent() {
        for share in [0.1, 0.3, 0.5, 0.8] {
            let power = equal_power(share).powi(2) + equal_power(1.0 - share).powi(2);
            assert!((power - 1.0).abs() < 1e-9);
        }
        let mut film = vec![0.0; 2 * 48_000];
        let voice = voices(&[Sounding { of_picture: true, ..sounding(0.25, 0.5, 0.0) }]).remove(0);
        voice.add(&vec![1.0; 2 * 24_000], &mut film);
        assert!(film[2 * 11_999] == 0.0 && film[2 * 12_000] < 0.01 && film[2 * 24_000] == 1.0);
        assert!(film[2 * 35_999] < 0.01 && film[2 * 36_000] == 0.0);
    }
}
