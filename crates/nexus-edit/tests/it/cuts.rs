//! Where cuts fall, over tempi, lengths and scripts.

use nexus_core::{FrameRate, Frames, music::BeatGrid, script::Part};
use nexus_edit::{
    CutConfig, CutPlan,
    cut::{LONGEST_SHOT_S, SceneNeed},
    lay_cuts,
};
use proptest::prelude::*;

use crate::stage::track;

fn story(phrases: usize) -> Vec<SceneNeed> {
    let praise = (0..phrases).map(|index| (Part::Praise, [1.7, 1.8, 1.3, 1.7, 1.2][index % 5]));
    let parts = [(Part::Hook, 1.5), (Part::Place, 1.2)].into_iter().chain(praise);
    let parts = parts.chain([(Part::Drop, 0.0), (Part::Proof, 1.4), (Part::End, 2.64)]);
    parts.map(|(part, min_s)| SceneNeed { part, min_s }).collect()
}

fn best(scenes: &[SceneNeed], grid: &BeatGrid, rate: FrameRate) -> CutPlan {
    lay_cuts(scenes, grid, rate, &CutConfig::default()).expect("a plan").remove(0)
}

fn lengths_s(plan: &CutPlan) -> Vec<f64> {
    plan.slots.iter().map(|slot| plan.length_s(slot)).collect()
}

#[test]
fn a_drop_is_cut_into_three_to_five_quick_moments_and_nothing_else_is() {
    for (bpm, bar) in [(96.0, 16_u32), (110.0, 16), (124.0, 20), (174.0, 30)] {
        let bar_s = 4.0 * 60.0 / bpm;
        let grid = track(bpm, 60, 0.25, vec![0.25 + bar_s * f64::from(bar)]);
        let plan = best(&story(4), &grid, FrameRate::FPS_30);
        let drop = plan.slots.iter().find(|slot| slot.scene == 6).expect("the drop scene has a slot");
        let in_track = plan.music[0].source_s + plan.start_s(drop);
        assert!((in_track - grid.drops_s[0]).abs() < 0.02, "{bpm}: {in_track}");
        let quick: Vec<f64> = plan.slots.iter().filter(|slot| slot.is_quick).map(|slot| plan.length_s(slot)).collect();
        assert!((3..=5).contains(&quick.len()), "{bpm}: {quick:?}");
        assert!(quick.iter().all(|length| *length >= 0.48), "{bpm}: {quick:?}");
        assert!(plan.slots.iter().all(|slot| slot.is_quick == (slot.scene == 6)), "{bpm}");
    }
    let even = best(&story(4), &track(110.0, 60, 0.25, vec![]), FrameRate::FPS_30);
    assert!(even.slots.iter().all(|slot| !slot.is_quick), "without a drop there is no hurry");
}

#[test]
fn music_that_grows_arrives_at_the_drop_even_without_a_drop_of_its_own() {
    let mut grid = track(110.0, 40, 0.0, vec![]);
    grid.bar_energy = (0..40).map(|bar| if bar < 20 { 0.6 } else { 0.95 }).collect();
    let plan = best(&story(5), &grid, FrameRate::FPS_30);
    let drop = plan.slots.iter().find(|slot| slot.scene == 7).expect("a drop");
    let in_track = plan.music[0].source_s + plan.start_s(drop);
    assert!((in_track - 20.0 * 4.0 * 60.0 / 110.0).abs() < 0.02, "{in_track}");
}

#[test]
fn bars_that_are_too_long_are_cut_at_their_middle() {
    let plan = best(&story(3), &track(60.0, 20, 0.0, vec![]), FrameRate::FPS_30);
    assert!(lengths_s(&plan).iter().all(|length| *length < 3.6), "{:?}", plan.slots);
}

#[test]
fn music_without_a_grid_is_not_given_one() {
    let grid = BeatGrid { confidence: 0.1, ..track(120.0, 40, 0.0, vec![]) };
    let plan = best(&story(3), &grid, FrameRate::FPS_30);
    assert!(plan.slots.iter().all(|slot| slot.beat_s.is_none()));
    assert!(plan.music.iter().map(|piece| piece.length_s).sum::<f64>() >= plan.rate.start_of(plan.length).0 - 1e-6);
}

#[test]
fn four_fast_bars_are_enough_for_a_grid() {
    let plan = best(&story(3), &track(219.0, 4, 0.0, vec![]), FrameRate::FPS_30);
    assert!(plan.slots.iter().all(|slot| slot.beat_s.is_some()));
}

#[test]
fn two_seconds_of_music_are_refused_with_words() {
    let grid = BeatGrid { duration_s: 2.0, ..track(120.0, 1, 0.0, vec![]) };
    let error = lay_cuts(&story(3), &grid, FrameRate::FPS_30, &CutConfig::default()).expect_err("too short");
    assert!(error.to_string().contains("longer track"));
}

#[test]
fn plans_from_before_there_were_beats_are_still_read() {
    let old = r#"{"scene":1,"start":60,"length":65,"downbeat_s":2.18}"#;
    let slot: nexus_edit::Slot = serde_json::from_str(old).expect("an older slot");
    assert_eq!((slot.beat_s, slot.join), (Some(2.18), nexus_edit::Join::Cut));
}

proptest! {
    #[test]
    fn cuts_are_gapless_and_within_half_a_frame(bpm in 50.0_f64..220.0, bars in 4_u32..60, lead in 0.0_f64..2.0, fps in 0_usize..3, phrases in 1_usize..=5) {
        let rate = [FrameRate::FPS_30, FrameRate::FPS_25, FrameRate { num: 30_000, den: 1001 }][fps];
        let scenes = story(phrases);
        for plan in lay_cuts(&scenes, &track(bpm, bars, lead, vec![]), rate, &CutConfig::default()).expect("plans") {
            let mut next = Frames(0);
            for slot in &plan.slots {
                prop_assert_eq!(slot.start, next);
                prop_assert!(slot.length.0 > 0);
                let beat = slot.beat_s.expect("this music has a grid");
                prop_assert!((plan.start_s(slot) - beat).abs() <= 0.5 / rate.as_f64() + 1e-9);
                next = Frames(slot.start.0 + slot.length.0);
            }
            prop_assert_eq!(next, plan.length);
            let music: f64 = plan.music.iter().map(|piece| piece.length_s).sum();
            prop_assert!((music - plan.rate.start_of(plan.length).0).abs() < 0.05);
            for (index, scene) in scenes.iter().enumerate() {
                let (from, to) = plan.scene_span(index).expect("every scene has a slot");
                prop_assert!(rate.start_of(Frames(to.0 - from.0)).0 >= scene.min_s.min(3.3) * 0.85 - 0.1, "{:?}", scene);
            }
        }
    }

    #[test]
    fn shots_are_neither_hectic_nor_slow(bpm in 60.0_f64..190.0, phrases in 2_usize..=5) {
        let grid = track(bpm, 60, 0.0, vec![]);
        let plan = best(&story(phrases), &grid, FrameRate::FPS_30);
        let lengths = lengths_s(&plan);
        prop_assert!(lengths.iter().all(|length| (0.85..=LONGEST_SHOT_S + 0.02).contains(length)), "{lengths:?}");
        // Bars of 2 to 2.4 s have no half of a good length: then the nearer of both is taken.
        prop_assert!((1.05..=2.2).contains(&plan.median_s()), "{} s at {bpm}: {lengths:?}", plan.median_s());
        // It ends on a bar line.
        let bars = plan.rate.start_of(plan.length).0 / (240.0 / bpm);
        prop_assert!((bars - bars.round()).abs() < 0.03, "{bars} bars");
        let end = plan.slots.last().expect("an end card");
        prop_assert!(plan.slots.iter().filter(|slot| slot.scene == end.scene).count() == 1, "one picture behind the card");
    }
}
