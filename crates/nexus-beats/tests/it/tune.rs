//! A tune with intro, build, drop and an odd lead-in: downbeats, drop, energy.

use nexus_beats::analyze;
use nexus_core::{music::BeatGrid, port::Pcm};

use crate::sound::{Dice, canvas, hat, kick, note, pcm, snare};

const LEAD_S: f64 = 0.25;
/// Bars: quiet intro, build, then the drop.
const INTRO: usize = 4;
const BUILD: usize = 4;
const BARS: usize = 16;

fn tune(bpm: f64) -> Pcm {
    let beat = 60.0 / bpm;
    let mut sound = canvas(LEAD_S + beat * 4.0 * BARS as f64 + 0.5);
    let mut dice = Dice(7);
    for bar in 0..BARS {
        let start = LEAD_S + beat * 4.0 * bar as f64;
        let root = [45.0, 41.0, 48.0, 43.0][bar % 4];
        for step in [0.0, 4.0, 7.0] {
            note(&mut sound, root + 12.0 + step, start, beat * 4.0, 0.05);
        }
        for eighth in 0..8 {
            let at = start + beat * 0.5 * f64::from(eighth);
            hat(&mut sound, at, &mut dice);
            if bar >= INTRO && eighth % 4 == 2 {
                snare(&mut sound, at, &mut dice);
            }
            if bar >= INTRO + BUILD {
                if eighth % 4 == 0 {
                    kick(&mut sound, at);
                }
                note(&mut sound, root - 12.0, at, beat * 0.45, 0.2);
            }
        }
    }
    pcm(sound)
}

/// Largest distance of a downbeat from a multiple of the bar, in beats.
fn phase_error(grid: &BeatGrid, bpm: f64) -> f64 {
    let bar = 240.0 / bpm;
    let away = |time: f64| {
        let bars = (time - LEAD_S) / bar;
        (bars - bars.round()).abs() * 4.0
    };
    grid.downbeats().map(away).fold(0.0, f64::max)
}

#[test]
fn downbeats_drop_and_energy_of_a_tune() {
    for bpm in [110.0, 124.0] {
        let grid = analyze(&tune(bpm)).unwrap();
        assert!((grid.tempo_bpm - bpm).abs() < 0.5, "{bpm} bpm: heard {:.2}", grid.tempo_bpm);
        assert_eq!(grid.meter, 4, "{bpm} bpm");
        assert!(grid.downbeats().count() >= BARS - 1, "{bpm} bpm: {} downbeats", grid.downbeats().count());
        let error = phase_error(&grid, bpm) * 60.0 / bpm;
        assert!(error < 0.010, "{bpm} bpm: a downbeat is {:.0} ms off", error * 1000.0);
        let drop = LEAD_S + (INTRO + BUILD) as f64 * 240.0 / bpm;
        let found = grid.drops_s.first().copied().unwrap_or(f64::NAN);
        assert!((found - drop).abs() <= 60.0 / bpm, "{bpm} bpm: drop at {found:.2} s instead of {drop:.2} s");
        assert_eq!(grid.bar_energy.len(), grid.downbeats().count(), "{bpm} bpm: one energy per bar");
        assert!(grid.bar_energy.iter().all(|energy| (0.0..=1.0).contains(energy)));
        assert!(grid.bar_energy[1] + 0.3 < grid.bar_energy[10], "{bpm} bpm: {:?}", grid.bar_energy);
        assert!(grid.is_trustworthy(), "{bpm} bpm: confidence {:.2}", grid.confidence);
    }
}

#[test]
fn beats_of_steady_music_are_evenly_spaced() {
    let grid = analyze(&tune(117.3)).unwrap();
    let period = 60.0 / 117.3;
    for pair in grid.beats.windows(2) {
        let gap = pair[1].t - pair[0].t;
        assert!((gap - period).abs() < 0.004, "a gap of {:.1} ms at {:.2} s", gap * 1000.0, pair[0].t);
    }
}

#[test]
fn bars_are_numbered_in_order() {
    let grid = analyze(&tune(110.0)).unwrap();
    for pair in grid.beats.windows(2) {
        assert!(pair[0].t < pair[1].t, "time runs forward at {:.2} s", pair[0].t);
        assert_eq!(
            pair[1].bar - pair[0].bar,
            u32::from(pair[1].pos == 1),
            "a bar begins at its downbeat, {:.2} s",
            pair[1].t
        );
    }
}

#[test]
fn the_same_sound_gives_the_same_grid() {
    let sound = tune(124.0);
    assert_eq!(analyze(&sound).unwrap(), analyze(&sound).unwrap());
}

#[test]
fn a_gradual_change_of_tempo_is_followed() {
    let mut sound = canvas(40.0);
    let mut dice = Dice(3);
    let (mut at, mut index) = (0.5, 0_u32);
    let mut truth = Vec::new();
    while at < 39.0 {
        truth.push(at);
        if index.is_multiple_of(2) {
            kick(&mut sound, at)
        } else {
            snare(&mut sound, at, &mut dice)
        }
        at += 60.0 / (100.0 + 0.4 * at);
        index += 1;
    }
    let grid = analyze(&pcm(sound)).unwrap();
    let near = |time: &f64| grid.beats.iter().any(|beat| (beat.t - time).abs() < 0.03);
    let hits = truth.iter().filter(|time| near(time)).count();
    assert!(hits * 10 >= truth.len() * 9, "{hits} of {} beats", truth.len());
}
