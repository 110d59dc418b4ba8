//! Composed films: what they show, and that others accept them.

use nexus_core::{
    BusinessId, FrameRate, Frames,
    business::{BrandKit, BrandVoice, Business},
    script::{Part, Scene, Script, Seo},
};
use nexus_edit::{
    CutPlan, Edit, FilmPlan, Footage, Slot, compose,
    cut::MusicPiece,
    look::Frame,
    model::{Asset, Clip},
};

use crate::schema::Schema;

const PORTRAIT: Frame = Frame { width_px: 1080, height_px: 1920 };

fn span_s(clip: &Clip) -> (f64, f64) {
    clip.fixed_span_s().expect("fixed seconds")
}

fn business() -> Business {
    Business {
        id: BusinessId::derived(&["quay-house"]),
        slug: "quay-house".into(),
        name: "Quay House".into(),
        category: "restaurant".into(),
        locality: "Old Harbour".into(),
        language: "en".into(),
        call_to_action: "Book a table".into(),
        website: "https://quayhouse.example/".into(),
        voice: BrandVoice::default(),
        kit: BrandKit::default(),
        networks: vec![],
    }
}

fn film(frame: Frame) -> Edit {
    let scene = |id: &str, part, caption: &str| Scene {
        id: id.into(),
        part,
        caption: caption.into(),
        shows: String::new(),
        must_show: false,
        min_s: 1.0,
    };
    let script = Script {
        hook: "Best oysters".into(),
        quote: "Best oysters of my life".into(),
        credit: "Marta K. on Google".into(),
        rating: 5,
        scenes: vec![
            scene("hook", Part::Hook, "Best oysters"),
            scene("proof", Part::Proof, "Marta K. on Google"),
            scene("end", Part::End, ""),
        ],
        call_to_action: "Book a table".into(),
        seo: Seo::default(),
        writer: "test".into(),
    };
    let slot = |scene: usize| Slot {
        scene,
        start: Frames(60 * scene as u64),
        length: Frames(60),
        downbeat_s: Some(2.0 * scene as f64),
    };
    let cuts = CutPlan {
        rate: FrameRate::FPS_30,
        slots: vec![slot(0), slot(1), slot(2)],
        length: Frames(180),
        music: vec![MusicPiece { source_s: 4.25, film_s: 0.0, length_s: 6.0 }],
        beats_s: (0..12).map(|beat| f64::from(beat) * 0.5).collect(),
    };
    let footage: Vec<Footage> = ["a", "b", "c"]
        .map(|src| Footage {
            src: src.into(),
            in_s: 0.5,
            volume: 0.0,
            focus: [0.5; 2],
            is_static: true,
            calm: [0.2, 0.4, 0.6],
        })
        .to_vec();
    compose(&FilmPlan {
        business: &business(),
        script: &script,
        cuts: &cuts,
        footage: &footage,
        music_src: "music",
        frame,
    })
}

#[test]
fn clips_of_one_track_never_overlap() {
    for track in film(PORTRAIT).timeline.tracks {
        for pair in track.clips.windows(2) {
            assert!(span_s(&pair[0]).1 <= span_s(&pair[1]).0 + 1e-6, "{pair:?}");
        }
    }
}

#[test]
fn the_document_survives_its_own_json() {
    let edit = film(PORTRAIT);
    let text = serde_json::to_string(&edit).expect("serialises");
    assert_eq!(serde_json::from_str::<Edit>(&text).expect("reads its own words"), edit);
}

#[test]
fn five_stars_arrive_one_after_another_and_stay() {
    let stars: Vec<(f64, f64)> = film(PORTRAIT)
        .timeline
        .tracks
        .iter()
        .flat_map(|track| &track.clips)
        .filter(|clip| matches!(&clip.asset, Asset::Svg(svg) if svg.src.contains("<path")))
        .map(span_s)
        .collect();
    assert_eq!(stars.len(), 5);
    assert!(stars.windows(2).all(|pair| pair[0].0 < pair[1].0 && (pair[0].1 - 4.0).abs() < 1e-6));
}

#[test]
fn films_of_every_shape_are_valid_for_others_but_for_our_extension() {
    let Some(schema) = Schema::published() else { return };
    let largest = Frame { width_px: 2160, height_px: 3840 };
    for (name, frame) in [
        ("portrait", PORTRAIT),
        ("portrait 4K", largest),
        ("landscape 4K", Frame { width_px: 3840, height_px: 2160 }),
        ("square", Frame { width_px: 1080, height_px: 1080 }),
    ] {
        let edit = film(frame);
        assert_eq!(schema.faults(&serde_json::json!(edit.without_extensions())), None, "{name}");
        let with_focus = schema.faults(&serde_json::json!(edit)).expect("the extension is not in the contract");
        assert!(with_focus.contains("x-nexus-focus"), "{name}: {with_focus}");
    }
}

#[test]
fn a_composed_film_is_read_without_a_remark() {
    let edit = film(PORTRAIT);
    let (read, remarks) = Edit::read(&serde_json::json!(edit)).expect("reads its own words");
    assert_eq!((read, remarks), (edit, vec![]));
}
