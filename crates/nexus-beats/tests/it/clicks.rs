//! Metronomes: the exact time and the right metrical level.

use std::f64::consts::TAU;

use nexus_beats::analyze;

use crate::sound::{canvas, click, pcm, strike};

/// What stands between the beats.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Swing {
    /// Nothing.
    None,
    /// A quieter click on the last third.
    Thirds,
}

struct Found {
    bpm: f64,
    median_ms: f64,
    worst_ms: f64,
    down_share: f64,
    meter: u8,
}

fn metronome(bpm: f64, meter: usize, first_s: f64, swing: Swing) -> Found {
    let period = 60.0 / bpm;
    let mut sound = canvas(24.0);
    let mut truth = Vec::new();
    for index in 0.. {
        let at = first_s + f64::from(index) * period;
        if at > 23.8 {
            break;
        }
        let downbeat = (index as usize).is_multiple_of(meter);
        truth.push((at, downbeat));
        click(&mut sound, at, downbeat);
        if swing == Swing::Thirds {
            strike(&mut sound, at + period * 2.0 / 3.0, 0.04, 0.2, |time| {
                (TAU * 2500.0 * time).sin() * (-time * 120.0).exp()
            });
        }
    }
    let grid = analyze(&pcm(sound)).expect("clicks are sound");
    let nearest = |time: f64| {
        truth.iter().min_by(|a, b| (a.0 - time).abs().total_cmp(&(b.0 - time).abs())).expect("there are clicks")
    };
    let mut offsets: Vec<f64> = grid.beats.iter().map(|beat| beat.t - nearest(beat.t).0).collect();
    offsets.sort_by(f64::total_cmp);
    assert!(offsets.len() >= 8, "{bpm} bpm: only {} beats", offsets.len());
    let right = grid.downbeats().filter(|time| nearest(*time).1).count();
    Found {
        bpm: grid.tempo_bpm,
        median_ms: 1000.0 * offsets[offsets.len() / 2],
        worst_ms: 1000.0 * offsets.iter().fold(0.0_f64, |worst, offset| worst.max(offset.abs())),
        down_share: right as f64 / grid.downbeats().count().max(1) as f64,
        meter: grid.meter,
    }
}

#[test]
fn clicks_are_found_within_five_milliseconds_at_every_tempo() {
    let mut failures = Vec::new();
    for bpm in [60.0, 67.0, 75.0, 80.0, 92.0, 100.0, 113.0, 120.0, 127.5, 140.0, 150.0, 160.0, 174.0, 188.0, 200.0] {
        for (meter, first_s, swing) in
            [(4, 0.25, Swing::None), (3, 0.611, Swing::None), (4, 0.37, Swing::Thirds), (3, 0.5, Swing::Thirds)]
        {
            let found = metronome(bpm, meter, first_s, swing);
            let level_matters = (80.0..=160.0).contains(&bpm);
            let level_right = (found.bpm / bpm - 1.0).abs() < 0.02;
            let late = found.median_ms.abs() > 5.0 || (level_right && found.worst_ms > 10.0);
            if late || (level_matters && !level_right) {
                failures.push(format!(
                    "{bpm} bpm in {meter}, swing {swing:?}: heard {:.1} bpm in {}, median {:.1} ms, worst {:.1} ms, downbeats {:.2}",
                    found.bpm, found.meter, found.median_ms, found.worst_ms, found.down_share,
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn accents_make_the_bar() {
    for (bpm, meter) in [(100.0, 4), (120.0, 3), (140.0, 4)] {
        let found = metronome(bpm, meter, 0.4, Swing::None);
        assert_eq!(usize::from(found.meter), meter, "meter at {bpm} bpm");
        assert!(
            found.down_share > 0.95,
            "{bpm} bpm in {meter}: only {:.2} of the downbeats are accents",
            found.down_share
        );
    }
}
