//! What is not drawn yet is said, all of it at once; what is resolved is drawn where its words say.

use std::collections::BTreeMap;

use nexus_render::{
    document,
    plan::{SourceFacts, resolve},
};
use serde_json::{Value, json};

use crate::stage::edit;

#[test]
fn every_part_that_is_not_drawn_yet_is_one_error() {
    let assets = [
        json!({ "type": "image", "prompt": "a boat" }),
        json!({ "type": "html5", "html": "a" }),
        json!({ "type": "text-to-image", "prompt": "a" }),
        json!({ "type": "image-to-video", "src": "a" }),
        json!({ "type": "text-to-speech", "text": "a", "voice": "b" }),
    ];
    let with = |asset: Value| json!([{ "asset": asset, "start": 0, "length": 1 }]);
    let mut whole = edit(25.0, &assets.map(with));
    whole["output"]["destinations"] = json!([{ "provider": "mux" }]);
    let told = document::read(&whole).expect_err("much is not drawn").to_string();
    insta::assert_snapshot!(told.replace("; ", "\n"));
}

#[test]
fn words_for_times_become_frames_and_overlaps_are_refused() {
    let video = SourceFacts::Video { width_px: 320, height_px: 180, duration_s: 4.0, has_sound: false };
    let sources = BTreeMap::from([("a".to_owned(), video)]);
    let clip = |start: Value, length: Value| json!({ "asset": { "type": "video", "src": "a" }, "start": start, "length": length });
    let svg = json!({ "asset": { "type": "svg", "src": r#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>"# }, "start": 1, "length": "end" });
    let whole = edit(25.0, &[json!([svg]), json!([clip(json!(0), json!("auto")), clip(json!("auto"), json!(2))])]);
    let (read, _) = document::read(&whole).unwrap();
    let plan = resolve(&read, &sources).unwrap();
    let spans: Vec<(u64, u64)> = plan.layers.iter().map(|layer| (layer.start, layer.end)).collect();
    assert_eq!((spans, plan.frames()), (vec![(0, 100), (100, 150), (25, 150)], 150));

    let whole = edit(25.0, &[json!([clip(json!(1), json!(1)), clip(json!(0), json!("auto"))])]);
    let (read, _) = document::read(&whole).unwrap();
    let told = resolve(&read, &sources).unwrap_err().to_string();
    assert!(told.contains("'timeline.tracks[0].clips[0].start'") && told.contains("4.000 or later"), "{told}");
}
