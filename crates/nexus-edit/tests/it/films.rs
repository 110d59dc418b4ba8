//! Composed films as documents: what they show, and that others accept them.

use nexus_core::business::Style;
use nexus_edit::{
    Edit,
    look::Frame,
    model::{Animated, Asset},
};

use crate::{
    schema::Schema,
    stage::{self, PORTRAIT, clips, demo, span_s},
};

#[test]
fn clips_of_one_track_never_overlap() {
    for style in Style::ALL {
        for track in demo(style, PORTRAIT).edit.timeline.tracks {
            for pair in track.clips.windows(2) {
                assert!(span_s(&pair[0]).1 <= span_s(&pair[1]).0 + 1e-6, "{}: {pair:?}", style.name());
            }
        }
    }
}

#[test]
fn five_stars_are_drawn_one_after_another_on_beats_and_stay() {
    for style in Style::ALL {
        let film = demo(style, PORTRAIT);
        let stars: Vec<(f64, f64)> = clips(&film.edit)
            .filter(|clip| matches!(&clip.asset, Asset::Svg(svg) if svg.src.contains("<path")))
            .map(span_s)
            .collect();
        assert_eq!(stars.len(), 5);
        assert!(stars.windows(2).all(|pair| pair[0].0 < pair[1].0 && (pair[0].1 - pair[1].1).abs() < 1e-6));
        for (at_s, _) in stars {
            let off = film.cuts.beats_s.iter().map(|beat| (beat - at_s).abs()).fold(f64::MAX, f64::min);
            assert!(off < 0.02, "{} is {off} s off the beat", style.name());
        }
    }
}

#[test]
fn films_of_every_shape_and_style_are_valid_for_others_but_for_our_extension() {
    let Some(schema) = Schema::published() else { return };
    let largest = Frame { width_px: 2160, height_px: 3840 };
    for (name, frame) in [
        ("portrait", PORTRAIT),
        ("portrait 4K", largest),
        ("landscape 4K", Frame { width_px: 3840, height_px: 2160 }),
        ("square", Frame { width_px: 1080, height_px: 1080 }),
    ] {
        for style in Style::ALL {
            let edit = demo(style, frame).edit;
            let faults = schema.faults(&serde_json::json!(edit.without_extensions()));
            assert_eq!(faults, None, "{name} {}", style.name());
            let with_focus = schema.faults(&serde_json::json!(edit)).expect("the extension is not in the contract");
            assert!(with_focus.contains("x-nexus-focus"), "{name}: {with_focus}");
        }
    }
}

#[test]
fn a_composed_film_is_read_without_a_remark() {
    for style in Style::ALL {
        let edit = demo(style, PORTRAIT).edit;
        let (read, remarks) = Edit::read(&serde_json::json!(edit)).expect("reads its own words");
        assert_eq!((read, remarks), (edit, vec![]), "{}", style.name());
    }
}

#[test]
fn the_same_plan_gives_the_same_bytes() {
    for style in Style::ALL {
        let text = || serde_json::to_string(&demo(style, PORTRAIT).edit).expect("serialises");
        assert_eq!(text(), text());
    }
}

#[test]
fn the_music_fades_over_its_last_bar_and_ends_with_the_film() {
    let film = demo(Style::Quiet, PORTRAIT);
    let (span, volume) = clips(&film.edit)
        .filter_map(
            |clip| if let Asset::Audio(audio) = &clip.asset { Some((span_s(clip), &audio.volume)) } else { None },
        )
        .max_by(|left, right| left.0.1.total_cmp(&right.0.1))
        .expect("music");
    let Animated::Tweens(tweens) = volume else { panic!("no fade") };
    let bar_s = 4.0 * 60.0 / 110.0;
    assert!((tweens[0].length - bar_s).abs() < 0.01 && volume.at(span.1 - span.0).abs() < 1e-9);
    assert!((span.1 - film.cuts.rate.start_of(film.cuts.length).0).abs() < 0.02);
}

#[test]
fn a_last_picture_that_ends_before_the_card_is_hidden_by_a_plain_ground() {
    for style in Style::ALL {
        let mut shot = stage::footage("short", stage::EVENING);
        let solid = |shot: &nexus_edit::Footage| {
            let script = stage::script("Lovely!", &[], 5);
            let cuts = nexus_edit::CutPlan {
                rate: nexus_core::FrameRate::FPS_30,
                slots: (0..script.scenes.len()).map(stage::slot).collect(),
                length: nexus_core::Frames(60 * script.scenes.len() as u64),
                music: vec![],
                beats_s: vec![],
                fade_s: 0.0,
            };
            let footage = vec![shot.clone(); script.scenes.len()];
            let business = stage::business(stage::kit(style));
            let plan = nexus_edit::FilmPlan {
                business: &business,
                script: &script,
                cuts: &cuts,
                footage: &footage,
                music_src: "music",
                frame: PORTRAIT,
            };
            let edit = nexus_edit::compose(&plan);
            let whole = format!("<rect width=\"100%\" height=\"{}\"", PORTRAIT.height_px);
            clips(&edit).any(|clip| {
                let covers = matches!(&clip.asset, Asset::Svg(svg) if svg.src.contains(&whole));
                covers && clip.opacity == Animated::Constant(1.0)
            })
        };
        assert!(!solid(&shot), "{}: the picture is seen", style.name());
        shot.tail_s = -0.6;
        assert!(solid(&shot), "{}: a still picture is not", style.name());
    }
}
