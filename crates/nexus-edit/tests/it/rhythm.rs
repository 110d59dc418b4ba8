//! Where a whole track wants cuts.

use std::{num::NonZeroU8, str::FromStr as _};

use nexus_core::music::{BeatGrid, Section, SectionLabel};
use nexus_edit::cut::{CutOn, CutPoint, Pattern, Preset, Rhythm, cut_points};
use proptest::prelude::*;

use crate::stage::track;

/// 32 bars at 120 bpm: eight quiet, eight that build, eight of a drop, eight that break; bars last 2 s.
fn song() -> BeatGrid {
    let mut grid = track(120.0, 32, 0.0, vec![32.0]);
    let parts = [
        (0.0, SectionLabel::Intro, 0.2),
        (16.0, SectionLabel::Build, 0.55),
        (32.0, SectionLabel::Drop, 0.95),
        (48.0, SectionLabel::Break, 0.3),
    ];
    grid.sections = parts.map(|(start, label, energy)| Section { start, end: start + 16.0, energy, label }).to_vec();
    for beat in &mut grid.beats {
        beat.energy = parts.iter().rev().find(|part| part.0 <= beat.t + 1e-9).expect("a part").2;
    }
    grid
}

fn gaps(points: &[CutPoint]) -> Vec<f64> {
    points.windows(2).map(|pair| pair[1].t - pair[0].t).collect()
}

fn rhythm(words: &str) -> Rhythm {
    Rhythm::from_str(words).expect("a rhythm")
}

/// Mean shot of the part from 16 p to 16 (p + 1) seconds.
fn mean_shot(points: &[CutPoint], part: usize) -> f64 {
    let (from, to) = (16.0 * part as f64, 16.0 * (part + 1) as f64);
    16.0 / points.iter().filter(|point| point.t >= from - 1e-6 && point.t < to - 1e-6).count() as f64
}

#[test]
fn every_nth_beat_is_literally_that() {
    for (words, gap) in [("beats:1", 0.5), ("beats:2", 1.0), ("beats:8", 4.0), ("bars:1", 2.0), ("bars:4", 8.0)] {
        let points = cut_points(&song(), &rhythm(words));
        assert!(gaps(&points).iter().all(|found| (found - gap).abs() < 1e-6), "{words}: {:?}", gaps(&points));
        assert_eq!(points[0].t, 0.0, "{words}");
    }
    // Three beats do not fit sixteen seconds: the count begins again with each section.
    let points = cut_points(&song(), &rhythm("beats:3"));
    for start in [16.0, 32.0, 48.0] {
        assert!(points.iter().any(|point| (point.t - start).abs() < 1e-6), "{start}: {points:?}");
    }
    let threes = gaps(&points).iter().filter(|gap| (**gap - 1.5).abs() < 1e-6).count();
    assert!(threes * 10 >= points.len() * 8, "{:?}", gaps(&points));
}

#[test]
fn loud_music_is_cut_more_densely() {
    let points = cut_points(&song(), &rhythm("energy"));
    assert!(mean_shot(&points, 0) >= 2.0 * mean_shot(&points, 1), "{points:?}");
    assert!(mean_shot(&points, 1) >= 1.5 * mean_shot(&points, 2), "{points:?}");
}

#[test]
fn a_build_gets_shorter_and_a_drop_lets_go() {
    let points = cut_points(&song(), &Preset::Drop.rhythm());
    let of_build: Vec<f64> =
        points.windows(2).filter(|pair| (16.0..32.0).contains(&pair[0].t)).map(|pair| pair[1].t - pair[0].t).collect();
    assert!(of_build[0] > 1.5 && *of_build.last().expect("shots") < 0.6, "{of_build:?}");
    let drop = points.iter().find(|point| point.on == CutOn::Drop).expect("a cut on the drop");
    assert_eq!((drop.t, drop.pos), (32.0, 1));
    assert!(mean_shot(&points, 2) < 0.9 && mean_shot(&points, 3) > 3.0, "{points:?}");
}

#[test]
fn calm_cuts_change_with_the_phrases() {
    let points = cut_points(&song(), &Preset::Calm.rhythm());
    assert!(gaps(&points).iter().all(|gap| (*gap - 8.0).abs() < 1e-6), "{:?}", gaps(&points));
    assert_eq!(points.iter().filter(|point| matches!(point.on, CutOn::Section | CutOn::Drop)).count(), 4);
}

#[test]
fn music_without_a_grid_is_cut_by_its_phrases() {
    let mut grid = BeatGrid { confidence: 0.1, ..song() };
    grid.onsets_s = (0..64).map(f64::from).map(|index| index + 0.13).collect();
    let points = cut_points(&grid, &Preset::Classic.rhythm());
    assert!(points.iter().all(|point| point.on == CutOn::Phrase && point.pos == 0));
    let is_known = |point: &CutPoint| {
        grid.sections.iter().any(|section| section.start == point.t) || grid.onsets_s.contains(&point.t)
    };
    assert!(points.iter().all(is_known), "{points:?}");
}

#[test]
fn words_name_rhythms() {
    assert_eq!(rhythm("beats:2").pattern, Pattern::Beats(NonZeroU8::new(2).expect("above 0")));
    for preset in Preset::ALL {
        assert_eq!(rhythm(&preset.to_string()), preset.rhythm());
    }
    for wrong in ["", "beats", "beats:0", "beats:65", "bars:-1", "loud", "bars:"] {
        let error = Rhythm::from_str(wrong).expect_err(wrong);
        assert!(error.to_string().contains("expected calm"), "{error}");
    }
}

proptest! {
    #[test]
    fn shots_keep_their_limits(
        bpm in 40.0_f64..240.0,
        bars in 2_u32..40,
        least in 0.1_f64..3.0,
        more in 0.0_f64..6.0,
        which in 0_usize..7,
    ) {
        let grid = track(bpm, bars, 0.3, vec![]);
        let words = ["calm", "classic", "energetic", "drop", "beats:3", "bars:2", "phrases"][which];
        let rhythm = Rhythm { min_shot_s: least, max_shot_s: least + more, ..rhythm(words) };
        let points = cut_points(&grid, &rhythm);
        prop_assert_eq!(points[0].t, grid.beats[0].t);
        let beat = 60.0 / bpm;
        for gap in gaps(&points) {
            prop_assert!(gap >= least - 1e-6, "{} below {}", gap, least);
            // Beats may leave no cut between the limits: then the next one after them.
            prop_assert!(gap <= (least + more).max(least + beat) + 1e-6, "{} above {}", gap, least + more);
        }
        prop_assert_eq!(&points, &cut_points(&grid, &rhythm), "the same music gives the same cuts");
    }
}
