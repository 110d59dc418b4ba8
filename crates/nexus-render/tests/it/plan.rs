//! The pure part: frames, crops and pieces.

use std::collections::BTreeMap;

use nexus_render::{
    document,
    plan::{Content, Plan, SourceFacts, resolve},
    segment::{EncoderFacts, chains, segment_key, segments},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::stage::{edit, video};

fn plan(document: &Value) -> Plan {
    let video = SourceFacts::Video { width_px: 1920, height_px: 1080, duration_s: 60.0, has_sound: false };
    let sources = ["a", "b", "c"].map(|src| (src.to_owned(), video.clone()));
    resolve(&document::read(document).unwrap().0, &BTreeMap::from(sources)).unwrap()
}

#[test]
fn crops_come_before_scaling_and_decode_no_larger_than_needed() {
    let with = |extra: Value| {
        let mut clip = video("a", 0.0, 2.0);
        clip.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let plan = plan(&edit(30.0, &[json!([clip])]));
        let Content::Video { picture, .. } = plan.layers[0].content else { panic!("a video") };
        ((picture.crop_width, picture.crop_height), (picture.width_px, picture.height_px))
    };
    let tween = |from: f64, to: f64| json!({ "scale": [{ "from": from, "to": to, "start": 0, "length": 2 }] });
    for (name, extra, want) in [
        ("still geometry at its exact size", json!({}), ((608, 1080), (180, 320))),
        ("a push at its largest", tween(1.0, 1.06), ((608, 1080), (190, 340))),
        ("never enlarged while decoding", tween(1.0, 8.0), ((608, 1080), (608, 1080))),
        ("a still zoom crops what is seen", json!({ "scale": 2.0 }), ((304, 540), (180, 320))),
        ("blur needs few pixels", json!({ "filter": "blur" }), ((608, 1080), (46, 80))),
    ] {
        assert_eq!(with(extra), want, "{name}");
    }
}

#[test]
fn enlarging_is_said() {
    let small = SourceFacts::Video { width_px: 320, height_px: 180, duration_s: 60.0, has_sound: false };
    let (document, _) = document::read(&edit(30.0, &[json!([video("a", 0.0, 2.0)])])).unwrap();
    let plan = resolve(&document, &BTreeMap::from([("a".to_owned(), small)])).unwrap();
    assert_eq!(plan.remarks.len(), 1);
    assert!(plan.remarks[0].contains("enlarged to 178 %") && plan.remarks[0].contains("130 %"), "{}", plan.remarks[0]);
}

#[test]
fn pieces_follow_the_bottom_pictures() {
    let pieces = |clips: Value| segments(&plan(&edit(30.0, &[json!([video("c", 0.5, 0.7)]), clips])));
    for (name, clips, want) in [
        ("one short film", json!([video("a", 0.0, 1.5)]), vec![0..45]),
        ("a cut", json!([video("a", 0.0, 1.5), video("b", 1.5, 1.2)]), vec![0..45, 45..81]),
        ("short shots share", json!([video("a", 0.0, 0.5), video("b", 0.5, 0.4), video("c", 0.9, 1.1)]), vec![0..60]),
        ("long shots are split evenly", json!([video("a", 0.0, 9.0)]), vec![0..90, 90..180, 180..270]),
    ] {
        assert_eq!(pieces(clips), want, "{name}");
    }
}

#[test]
fn a_clip_across_an_edge_is_decoded_by_one_worker() {
    // "b" fades in over the end of "a"; "c" is cut in.
    let clips = [json!([video("b", 3.0, 4.0)]), json!([video("a", 0.0, 3.5), video("c", 7.0, 3.0)])];
    let plan = plan(&edit(30.0, &clips));
    let pieces = segments(&plan);
    assert_eq!(pieces, [0..105, 105..210, 210..300].map(|piece| piece.start..piece.end).to_vec());
    let chains = chains(&plan, pieces);
    assert_eq!(chains, [vec![0..105, 105..210], vec![210..300]]);
}

#[test]
fn a_key_depends_on_its_own_piece_alone() {
    let keys = |words: &str, source: &str| {
        let text = json!({ "asset": { "type": "rich-text", "text": words, "font": { "family": "Inter", "size": 20, "color": "#ffffff" } }, "start": 2.2, "length": 0.5 });
        let plan = plan(&edit(
            30.0,
            &[json!([text]), json!([video("a", 0.0, 2.0), video("b", 2.0, 2.0), video("c", 4.0, 2.0)])],
        ));
        let identities = plan
            .layers
            .iter()
            .enumerate()
            .filter(|(_, layer)| layer.src() == Some("c"))
            .map(|(index, _)| (index, source.to_owned()))
            .collect();
        let encoder =
            EncoderFacts { crf: 20, encoder: "libx264", preset: "veryfast", threads: 1, file_px: (1080, 1920) };
        segments(&plan).iter().map(|piece| segment_key(&plan, piece, &identities, &encoder)).collect::<Vec<_>>()
    };
    let first = keys("one", "etag");
    let changed = |other: &[String]| first.iter().zip(other).map(|(left, right)| left != right).collect::<Vec<_>>();
    assert_eq!(changed(&keys("two", "etag")), [false, true, false], "a caption");
    assert_eq!(changed(&keys("one", "other")), [false, false, true], "a source");
}

proptest! {
    #[test]
    fn clips_lie_on_the_nearest_frames_and_pieces_cover_the_film(
        lengths in proptest::collection::vec(0.2_f64..6.0, 1..12), fps in prop::sample::select(vec![24.0, 25.0, 29.97, 30.0, 59.94]),
    ) {
        let mut at = 0.0;
        let clips: Vec<Value> = lengths.iter().enumerate().map(|(index, length)| {
            let clip = video(["a", "b", "c"][index % 3], at, *length);
            at += length;
            clip
        }).collect();
        let plan = plan(&edit(fps, &[json!(clips)]));
        let exact = plan.rate.as_f64();
        let mut start_s = 0.0;
        for (layer, length) in plan.layers.iter().zip(&lengths) {
            prop_assert!((layer.start as f64 / exact - start_s).abs() <= 0.5 / exact + 1e-9);
            start_s += length;
            prop_assert!((layer.end as f64 / exact - start_s).abs() <= 0.5 / exact + 1e-9);
        }
        let pieces = segments(&plan);
        prop_assert_eq!(pieces.first().map(|piece| piece.start), Some(0));
        prop_assert_eq!(pieces.last().map(|piece| piece.end), Some(plan.frames()));
        prop_assert!(pieces.windows(2).all(|pair| pair[0].end == pair[1].start));
        prop_assert!(pieces.iter().all(|piece| piece.end - piece.start <= (4.0 * exact).ceil() as u64));
    }
}
