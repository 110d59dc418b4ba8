//! Which picture stands under which words.

use nexus_core::{
    FrameRate, Frames, StatementId,
    brand::{Leaning, Statement},
    footage::{MediaInfo, Motion, Shot},
    memory::{Found, Hit},
    script::{Part, Scene},
};
use nexus_edit::{CutPlan, Slot};
use nexus_flows::{
    choose::{Choice, Liking, Pick, Story, assign},
    fill::{Placed, fill},
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

static NOTHING: Found = Found { best: vec![], maybe: vec![], method: String::new() };

fn story<'a>(scenes: &'a [Scene], found: &'a [Found]) -> Story<'a> {
    Story { scenes, found, subject: &NOTHING, likings: &[], frame_px: FRAME_PX }
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
fn what_the_brand_wants_decides_between_pictures_that_fit_alike() {
    let [neon, candle] = ["neon.mp4", "candle.mp4"].map(|name| factory::shot(name, &[]));
    let scenes = [scene(Part::Praise, "the bar")];
    let answers = [found(&[hit(&neon, 0.62), hit(&candle, 0.6)])];
    let shots = [neon.clone(), candle.clone()];
    assert_eq!(names(&assign(&story(&scenes, &answers), &shots)), ["neon.mp4"]);

    let less = statement(Leaning::Less, "neon");
    let likings = [Liking { statement: &less, found: found(&[hit(&neon, 0.9)]) }];
    let told = Story { likings: &likings, ..story(&scenes, &answers) };
    assert_eq!(names(&assign(&told, &shots)), ["candle.mp4"]);

    let more = statement(Leaning::More, "candle light");
    let likings = [Liking { statement: &more, found: found(&[hit(&candle, 0.9)]) }];
    let choice = assign(&Story { likings: &likings, ..story(&scenes, &answers) }, &shots);
    assert_eq!(names(&choice), ["candle.mp4"]);
    let why = choice.picks[0].as_ref().map(|pick| pick.why.as_str());
    assert_eq!(why, Some("shows candle.mp4. You want to see this: More candle light."));
}

fn statement(leaning: Leaning, topic: &str) -> Statement {
    Statement {
        id: StatementId::derived(&[topic]),
        text: format!("{leaning:?} {topic}."),
        leaning,
        topic: topic.into(),
        weight: 0.8,
        by_owner: false,
        evidence: Vec::new(),
    }
}

#[test]
fn one_picture_stands_behind_the_end_card() {
    let [first, last, spare] = ["first.mp4", "last.mp4", "spare.mp4"].map(|name| factory::shot(name, &[]));
    let scenes = [scene(Part::Praise, "a"), scene(Part::End, "b")];
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

#[test]
fn the_first_shot_shows_what_the_review_speaks_of_and_moves() {
    let [flame, candle, wine] = ["flame.mp4", "candle.mp4", "wine.mp4"].map(|name| factory::shot(name, &[]));
    let lively = |shot: Shot, activity| Shot { motion: Motion { activity, ..shot.motion }, ..shot };
    // Nothing asks for the flame, however lively and sharp it is.
    let flame = Shot { quality: 1.0, ..lively(flame, 20.0) };
    let (candle, wine) = (lively(candle, 1.0), lively(wine, 8.0));
    let scenes = [scene(Part::Hook, "oysters")];
    let subject = found(&[hit(&candle, 0.25), hit(&wine, 0.25)]);
    let story = Story { scenes: &scenes, found: &[found(&[])], subject: &subject, likings: &[], frame_px: FRAME_PX };
    assert_eq!(names(&assign(&story, &[flame, candle, wine])), ["wine.mp4"]);
}

/// The seconds of their files that the shots of a film show, with their names and speeds.
fn shown(slots: &[Slot], choice: &Choice, scenes: &[Scene]) -> Vec<(String, f64, f64, f64)> {
    let length = slots.last().map_or(Frames(0), |slot| Frames(slot.start.0 + slot.length.0));
    let rate = FrameRate::FPS_30;
    let cuts = CutPlan { rate, slots: slots.to_vec(), length, music: vec![], beats_s: vec![], fade_s: 0.0 };
    let placed = fill(&cuts, choice, scenes).expect("the clips are long enough");
    let of = |placed: &Placed| {
        let end_s = placed.in_s + cuts.length_s(&placed.slot) * placed.speed;
        (placed.pick.shot.file_name.clone(), placed.in_s, end_s, placed.speed)
    };
    placed.iter().map(of).collect()
}

fn slot(scene: usize, start: u64, length: u64) -> Slot {
    Slot { scene, start: Frames(start), length: Frames(length), ..Slot::default() }
}

fn pick(shot: &Shot) -> Pick {
    Pick { shot: shot.clone(), score: 0.5, why: "It fits.".into() }
}

fn chosen(shots: &[&Shot]) -> Choice {
    Choice { picks: shots.iter().map(|shot| Some(pick(shot))).collect(), spares: vec![] }
}

#[test]
fn without_spares_a_far_clip_lends_a_moment_that_was_not_shown() {
    let shots = ["a", "b", "c", "d"].map(|name| factory::shot(name, &[]));
    let scenes: Vec<Scene> = (0..4).map(|_| scene(Part::Praise, "x")).collect();
    let slots = [slot(0, 0, 60), slot(1, 60, 60), slot(2, 120, 60), slot(3, 180, 30), slot(3, 210, 30)];
    let film = shown(&slots, &chosen(&shots.each_ref()), &scenes);
    assert_eq!(film.iter().map(|(name, ..)| name.as_str()).collect::<Vec<_>>(), ["a", "b", "c", "d", "a"]);
    let (first, again) = (&film[0], &film[4]);
    assert!(first.2 <= again.1 + 1e-6 || again.2 <= first.1 + 1e-6, "no second is shown twice: {first:?} {again:?}");
}

#[test]
fn a_clip_that_is_a_little_short_runs_a_little_slower_and_never_below_four_fifths() {
    let short =
        Shot { end_s: 2.8, info: MediaInfo { duration_s: 2.8, ..factory::media_info() }, ..factory::shot("a", &[]) };
    let film = shown(&[slot(0, 0, 98)], &chosen(&[&short]), &[scene(Part::End, "x")]);
    assert!((0.8..0.9).contains(&film[0].3) && film[0].2 <= 2.8, "{film:?}");
    let too_short = Shot { end_s: 2.0, info: MediaInfo { duration_s: 2.0, ..factory::media_info() }, ..short };
    let film = shown(&[slot(0, 0, 98)], &chosen(&[&too_short]), &[scene(Part::End, "x")]);
    assert_eq!(film[0].3, 0.8, "behind the card a plain ground hides what is missing");
}

#[test]
fn only_footage_of_a_high_rate_is_slowed_and_only_under_calm_music() {
    let fast = |fps: u32| {
        let mut info = factory::media_info();
        info.video.as_mut().expect("a picture").rate = FrameRate { num: fps, den: 1 };
        Shot { info, ..factory::shot("a", &[]) }
    };
    for (fps, energy, want) in [(60, 0.2, 0.5), (120, 0.2, 0.5), (60, 0.9, 1.0), (30, 0.2, 1.0)] {
        let slots = [Slot { energy, ..slot(0, 0, 60) }];
        assert_eq!(
            shown(&slots, &chosen(&[&fast(fps)]), &[scene(Part::Praise, "x")])[0].3,
            want,
            "{fps} fps at {energy}"
        );
    }
}
