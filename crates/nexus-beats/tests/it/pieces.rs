//! Samples in pieces, at other rates, and more of them than would fit.

use nexus_beats::{Analyzer, analyze};
use nexus_core::{music::BeatGrid, port::Pcm};
use proptest::prelude::*;

use crate::sound::{Dice, RATE, canvas, click, hat, kick, pcm, snare};

/// A drum loop in four at 112 bpm.
fn drums(length_s: f64, rate_hz: f64) -> Vec<f32> {
    let mut sound = canvas(length_s * rate_hz / RATE);
    let stretch = rate_hz / RATE;
    let mut dice = Dice(5);
    for eighth in 0.. {
        let at = (0.2 + f64::from(eighth) * 30.0 / 112.0) * stretch;
        if at > (length_s - 0.3) * stretch {
            return sound;
        }
        match eighth % 8 {
            0 | 5 => kick(&mut sound, at),
            2 | 6 => snare(&mut sound, at, &mut dice),
            _ => hat(&mut sound, at, &mut dice),
        }
    }
    unreachable!("the loop ends with the sound")
}

fn heard(samples: &[f32], rate_hz: u32, pieces: &[usize]) -> BeatGrid {
    let mut analyzer = Analyzer::new(rate_hz).expect("a rate");
    let mut rest = samples;
    for length in pieces.iter().cycle() {
        let (piece, after) = rest.split_at((*length).min(rest.len()));
        analyzer.push(piece);
        rest = after;
        if rest.is_empty() {
            break;
        }
    }
    analyzer.finish().expect("a grid")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn pieces_of_any_length_give_the_same_grid(pieces in prop::collection::vec(1_usize..30_000, 1..6)) {
        let sound = drums(9.0, RATE);
        prop_assert_eq!(heard(&sound, RATE as u32, &pieces), analyze(&pcm(sound)).expect("a grid"));
    }
}

#[test]
fn every_rate_gives_the_same_times() {
    for rate_hz in [8_000_u32, 11_025, 16_000, 32_000, 44_100, 48_000, 44_099, 96_000, 192_000] {
        let length = f64::from(rate_hz) * 16.0;
        let mut samples = vec![0.0_f32; length as usize];
        let truth: Vec<f64> = (0..30).map(|beat| 0.3 + f64::from(beat) * 0.5).collect();
        for (index, at) in truth.iter().enumerate() {
            let first = (at * f64::from(rate_hz)).round() as usize;
            for offset in 0..(0.05 * f64::from(rate_hz)) as usize {
                let time = offset as f64 / f64::from(rate_hz);
                let hz = if index % 4 == 0 { 1500.0 } else { 1000.0 };
                let wave = (std::f64::consts::TAU * hz * time).sin() * (-time * 90.0).exp();
                samples[first + offset] += (0.6 * wave) as f32;
            }
        }
        let grid = analyze(&Pcm { rate_hz, samples }).expect("a grid");
        assert!((grid.duration_s - 16.0).abs() < 0.01, "{rate_hz} Hz: {} s", grid.duration_s);
        let hit = |time: &&f64| grid.beats.iter().any(|beat| (beat.t - **time).abs() < 0.005);
        assert!(truth.iter().filter(hit).count() >= 29, "{rate_hz} Hz: {:?}", &grid.beats[..4]);
    }
}

#[test]
fn a_long_track_keeps_its_grid_to_the_end() {
    // Longer than several turns of the network.
    let mut analyzer = Analyzer::new(RATE as u32).expect("a rate");
    let mut sound = canvas(480.0);
    for beat in 0..958 {
        click(&mut sound, 0.25 + f64::from(beat) * 0.5, beat % 4 == 0);
    }
    sound.chunks(10_000).for_each(|piece| analyzer.push(piece));
    let grid = analyzer.finish().expect("a grid");
    assert!(grid.beats.len().abs_diff(958) <= 2, "{} beats", grid.beats.len());
    for beat in &grid.beats {
        let away = ((beat.t - 0.25) / 0.5).round() * 0.5 + 0.25 - beat.t;
        assert!(away.abs() < 0.005, "{:.3} s", beat.t);
    }
    let steady = grid.beats.windows(2).filter(|pair| pair[1].pos == pair[0].pos % 4 + 1).count();
    assert!(steady + 3 >= grid.beats.len(), "{steady} of {} beats follow in their bar", grid.beats.len());
    assert_eq!(grid.tempo_map.len(), 1, "{:?}", grid.tempo_map);
}
