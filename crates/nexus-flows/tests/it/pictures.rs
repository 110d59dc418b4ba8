//! Which picture stands under which words.

use nexus_core::{
    FrameRate, Frames,
    footage::Shot,
    memory::{Found, Hit},
    script::{Part, Scene},
};
use nexus_edit::{CutPlan, Slot};
use nexus_flows::{
    choose::{Choice, Story, assign},
    fill::fill,
};
use nexus_testkit::factory;

const FRAME_PX: (u32, u32) = (1080, 1920);

fn scene(part: Part, shows: &str) -> Scene {
    Scene { id: shows.into(), part, caption: String::new(), shows: shows.into(), must_show: false, min_s: 1.0 }
}

fn hit(shot: &Shot, score: f64) -> Hit {
    Hit { shot: shot.clone(), score, matched: vec![], why: format!("shows {}.", shot.file_name) }
}

fn found(hits: &[Hit]) -> Found {
    Found { best: hits.to_vec(), ..Found::default() }
}

const NOTHING: Found = Found { best: vec![], maybe: vec![] };

fn story<'a>(scenes: &'a [Scene], found: &'a [Found]) -> Story<'a> {
    Story { scenes, found, subject: &NOTHING, frame_px: FRAME_PX }
}

fn names(choice: &Choice) -> Vec<&str> {
    choice.picks.iter().map(|pick| pick.as_ref().map_or("", |pick| pick.shot.file_name.as_str())).collect()
}

#[test]
fn a_phrase_whose_own_shot_is_taken_keeps_to_its_neighbours_subject() {
    let [sunset, terrace, wine] = ["sunset.mp4", "terrace.mp4", "wine.mp4"].map(|name| factory::shot(name, &[]));
    // The wine is the better picture; only the subject speaks for the terrace.
    let (terrace, wine) = (Shot { quality: 0.5, ..terrace }, Shot { quality: 0.9, ..wine });
    let scenes = [scene(Part::Praise, "sunset"), scene(Part::Praise, "harbour")];
    let answers = [found(&[hit(&sunset, 0.8), hit(&terrace, 0.5)]), found(&[hit(&sunset, 0.6)])];
    let choice = assign(&story(&scenes, &answers), &[sunset, terrace, wine]);
    assert_eq!(names(&choice), ["sunset.mp4", "terrace.mp4"]);
    assert_eq!(choice.picks[1].as_ref().map(|pick| pick.why.as_str()), Some("shows terrace.mp4."));
}

#[test]
fn one_picture_stands_behind_the_end_card() {
    let [first, last, spare] = ["first.mp4", "last.mp4", "spare.mp4"].map(|name| factory::shot(name, &[]));
    let scenes = [scene(Part::Praise, "a"), scene(Part::End, "b")];
    let slot = |scene: usize, start: u64, length: u64| Slot {
        scene,
        start: Frames(start),
        length: Frames(length),
        ..Slot::default()
    };
    let cuts = CutPlan {
        rate: FrameRate::FPS_30,
        slots: vec![slot(0, 0, 45), slot(0, 45, 45), slot(1, 90, 90)],
        length: Frames(180),
        music: vec![],
        beats_s: vec![],
        fade_s: 0.0,
    };
    let answers = [found(&[hit(&first, 0.8)]), found(&[hit(&last, 0.8)])];
    let shots = [first, last, spare];
    let placed = fill(&cuts, &assign(&story(&scenes, &answers), &shots), &scenes).expect("the clips are long enough");
    let pictures: Vec<(&str, u64)> =
        placed.iter().map(|placed| (placed.pick.shot.file_name.as_str(), placed.slot.length.0)).collect();
    assert_eq!(pictures, [("first.mp4", 45), ("spare.mp4", 45), ("last.mp4", 90)]);
}
