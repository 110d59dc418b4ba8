//! Where there is no grid, none is imposed.

use nexus_beats::{BeatError, ENGINE, analyze};
use nexus_core::port::Pcm;
use proptest::prelude::*;

use crate::sound::{Dice, RATE, canvas, note, pcm, strike};

#[test]
fn silence_has_no_beats_and_is_no_error() {
    let grid = analyze(&pcm(canvas(12.0))).unwrap();
    assert!(grid.beats.is_empty() && grid.bar_energy.is_empty() && grid.drops_s.is_empty());
    assert_eq!((grid.confidence, grid.tempo_bpm, grid.meter), (0.0, 0.0, 0));
    assert!((grid.duration_s - 12.0).abs() < 1e-6);
    assert_eq!(grid.engine, ENGINE);
}

#[test]
fn material_without_a_pulse_is_not_trusted() {
    for seed in 1..=4 {
        for (name, sound) in [
            ("white noise", noise(seed)),
            ("speech-like syllables", syllables(seed)),
            ("free time", free_time(seed)),
            ("a held chord", held(seed)),
        ] {
            let grid = analyze(&pcm(sound)).unwrap();
            assert!(grid.confidence < 0.3, "{name}, seed {seed}: confidence {:.2}", grid.confidence);
            assert!(!grid.is_trustworthy(), "{name}, seed {seed}");
            assert!((grid.duration_s - 30.0).abs() < 0.01, "{name}, seed {seed}: length kept");
        }
    }
}

fn noise(seed: u64) -> Vec<f32> {
    let mut dice = Dice(seed);
    canvas(30.0).iter().map(|_| (0.4 * (dice.roll() - 0.5)) as f32).collect()
}

/// Bursts of buzz and noise, 3 to 7 a second, in phrases with pauses.
fn syllables(seed: u64) -> Vec<f32> {
    let mut dice = Dice(seed + 100);
    let mut sound = canvas(30.0);
    let mut at = 0.2;
    while at < 29.0 {
        let length = 0.09 + 0.16 * dice.roll();
        let pitch = 100.0 + 60.0 * dice.roll();
        let formant = 400.0 + 1200.0 * dice.roll();
        if dice.roll() < 0.5 {
            strike(&mut sound, at, 0.06, 0.1, |_| dice.roll() - 0.5);
        }
        strike(&mut sound, at + 0.03, length, 0.3, |time| {
            let window = (std::f64::consts::PI * time / length).sin();
            let phase = (time * pitch).fract() / pitch;
            window * (std::f64::consts::TAU * formant * phase).sin() * (-phase * 300.0).exp()
        });
        at += length + 0.04 + 0.06 * dice.roll() + if dice.roll() < 0.12 { 0.3 + 0.6 * dice.roll() } else { 0.0 };
    }
    sound
}

/// Notes whose distances follow no pulse.
fn free_time(seed: u64) -> Vec<f32> {
    let mut dice = Dice(seed + 200);
    let mut sound = canvas(30.0);
    let mut at = 0.3;
    while at < 29.0 {
        note(&mut sound, 50.0 + (dice.roll() * 24.0).floor(), at, 1.2, 0.2 + 0.1 * dice.roll());
        at += 0.12 - 0.6 * (1.0 - 0.999 * dice.roll()).ln();
    }
    sound
}

fn held(seed: u64) -> Vec<f32> {
    let mut sound = canvas(30.0);
    for step in [0.0, 4.0, 7.0] {
        note(&mut sound, 50.0 + step + seed as f64, 0.1, 29.5, 0.15);
    }
    sound
}

#[test]
fn too_little_music_is_named_as_such() {
    for (length_s, words) in [(0.0, "0.00 s long"), (1.0, "1.00 s long"), (2.9, "2.90 s long")] {
        let error = analyze(&pcm(canvas(length_s))).unwrap_err();
        assert!(matches!(error, BeatError::TooShort { .. }), "{length_s} s: {error:?}");
        assert!(error.to_string().contains(words) && error.to_string().contains("at least 3 s"), "{error}");
    }
    assert!(analyze(&pcm(canvas(3.01))).is_ok());
}

#[test]
fn impossible_rates_are_refused() {
    for rate_hz in [0, 7_999, 192_001] {
        let error = analyze(&Pcm { rate_hz, samples: vec![0.1; 1000] }).unwrap_err();
        assert!(matches!(error, BeatError::Rate { rate_hz: found } if found == rate_hz), "{error:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_short_sound_gives_a_lawful_grid(
        seed in 0_u64..1000,
        length_s in 3.0_f64..5.0,
        pulse_s in 0.05_f64..2.0,
        odd in prop::sample::select(vec![0.0_f32, 1.0, -1.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, 1e-30]),
    ) {
        let mut dice = Dice(seed);
        let mut sound = canvas(length_s);
        for (index, sample) in sound.iter_mut().enumerate() {
            let since = (index as f64 / RATE) % pulse_s;
            *sample = ((dice.roll() - 0.5) * (-since * 20.0).exp()) as f32;
            if dice.roll() < 0.001 {
                *sample = odd;
            }
        }
        let grid = analyze(&pcm(sound)).unwrap();
        prop_assert!((0.0..=1.0).contains(&grid.confidence));
        prop_assert!(grid.beats.windows(2).all(|pair| pair[0].t < pair[1].t));
        prop_assert!(grid.beats.iter().all(|beat| beat.t >= 0.0 && beat.t <= length_s && (0.0..=1.0).contains(&beat.strength)));
        prop_assert!(grid.beats.iter().all(|beat| beat.pos >= 1 && beat.pos <= grid.meter));
        prop_assert_eq!(grid.bar_energy.len(), grid.downbeats().count());
    }
}
