//! What an edit describes instead of naming a file.

use nexus_core::FrameRate;
use nexus_edit::{
    Edit,
    making::{Making, Media, Picture, StillFrom, makings},
};
use serde_json::{Value, json};

fn document(clips: Value) -> Value {
    json!({
        "timeline": { "tracks": [{ "clips": clips }] },
        "output": { "format": "mp4", "size": { "width": 200, "height": 100 }, "fps": 25 },
    })
}

fn read(document: &Value) -> (Edit, Vec<Making>) {
    let (edit, _) = Edit::read(document).expect("a good edit");
    let makings = makings(&edit).expect("what can be made");
    (edit, makings)
}

fn one(asset: Value, length: Value) -> Making {
    let (_, mut all) = read(&document(json!([{ "asset": asset, "start": 0, "length": length }])));
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn clip(still: StillFrom, size_px: (u32, u32), length_s: f64) -> Media {
    Media::Clip { still, size_px, rate: FrameRate::FPS_25, length_s }
}

#[test]
fn every_description_is_found_with_what_it_asks_for() {
    let file = || StillFrom::File("https://a.example/x.jpg".into());
    let words = || StillFrom::Words("waves".into());
    let still = |size_px| Media::Still(Picture { words: "waves".into(), size_px });
    let speech = |voice: Option<&str>, language: Option<&str>| Media::Speech {
        text: "hello".into(),
        voice: voice.map(str::to_owned),
        language: language.map(str::to_owned),
        is_newscaster: false,
    };
    for (name, asset, length, want) in [
        ("still", json!({ "type": "text-to-image", "prompt": "waves" }), json!(2), still((200, 100))),
        (
            "still of a size",
            json!({ "type": "text-to-image", "prompt": "waves", "width": 64, "height": 33 }),
            json!(2),
            still((64, 34)),
        ),
        (
            "image",
            json!({ "type": "image", "prompt": "waves", "src": "https://a.example/x.png" }),
            json!(2),
            still((200, 100)),
        ),
        (
            "image of a shape",
            json!({ "type": "image", "prompt": "waves", "options": { "aspectRatio": "1:1" } }),
            json!(2),
            still((200, 200)),
        ),
        (
            "moving",
            json!({ "type": "image-to-video", "src": "https://a.example/x.jpg", "speed": 2 }),
            json!(2),
            clip(file(), (200, 100), 4.1),
        ),
        (
            "moving shape",
            json!({ "type": "image-to-video", "src": "https://a.example/x.jpg", "aspectRatio": "9:16" }),
            json!("auto"),
            clip(file(), (200, 356), 5.0),
        ),
        ("video", json!({ "type": "video", "prompt": "waves", "trim": 1 }), json!(2), clip(words(), (200, 100), 3.1)),
        (
            "video of a still",
            json!({ "type": "video", "prompt": "waves", "options": { "inputSrc": "https://a.example/x.jpg", "duration": 8 } }),
            json!("auto"),
            clip(file(), (200, 100), 8.0),
        ),
        ("too long", json!({ "type": "video", "prompt": "waves" }), json!(90), clip(words(), (200, 100), 60.0)),
        (
            "speech",
            json!({ "type": "text-to-speech", "text": "hello", "voice": "Amy", "language": "en-GB" }),
            json!("auto"),
            speech(Some("Amy"), Some("en-GB")),
        ),
        (
            "audio",
            json!({ "type": "audio", "prompt": "hello", "options": { "voice": "Amy" } }),
            json!("auto"),
            speech(Some("Amy"), None),
        ),
    ] {
        assert_eq!(one(asset, length).media, want, "{name}");
    }
    let (_, none) = read(&document(json!([{ "asset": { "type": "image", "src": "a" }, "start": 0, "length": 1 }])));
    assert_eq!(none, []);
}

#[test]
fn a_clip_that_ends_with_the_film_is_as_long_as_it() {
    let made = json!({ "asset": { "type": "video", "prompt": "waves" }, "start": 1, "length": "end" });
    let still = json!({ "asset": { "type": "image", "src": "a" }, "start": 0, "length": 4 });
    let film = json!({ "asset": { "type": "video", "src": "a" }, "start": 0, "length": "auto" });
    for (name, other, want_s) in [("known", still, 3.1), ("not known yet", film, 10.1)] {
        let mut document = document(json!([made]));
        document["timeline"]["tracks"].as_array_mut().expect("tracks").push(json!({ "clips": [other] }));
        let Media::Clip { length_s, .. } = read(&document).1[0].media.clone() else { panic!("{name}: no clip") };
        assert!((length_s - want_s).abs() < 1e-9, "{name}: {length_s}");
    }
}

#[test]
fn the_made_file_takes_the_place_of_its_description() {
    let mut document = document(json!([
        { "asset": { "type": "text-to-image", "prompt": "waves", "crop": { "top": 0.2 } }, "start": 0, "length": 1 },
        { "asset": { "type": "image-to-video", "src": "a", "speed": 2 }, "start": 1, "length": 1, "fit": "contain" },
        { "asset": { "type": "text-to-speech", "text": "hello", "voice": "Amy", "volume": 0.5, "effect": "fadeIn" }, "start": 2, "length": 1 },
        { "asset": { "type": "video", "prompt": "waves", "trim": 1, "volume": 0 }, "start": 3, "length": 1 },
    ]));
    let (edit, makings) = read(&document);
    for (index, making) in makings.iter().enumerate() {
        making.put(&edit, &mut document, &format!("nexus://{index}"));
    }
    let (filled, again) = read(&document);
    assert_eq!(again, [], "nothing remains to be made");
    let assets: Vec<Value> =
        filled.timeline.tracks[0].clips.iter().map(|clip| serde_json::to_value(&clip.asset).expect("plain")).collect();
    for (index, (kind, field, value)) in [
        ("image", "/crop/top", json!(0.2)),
        ("video", "/speed", json!(2.0)),
        ("audio", "/effect", json!("fadeIn")),
        ("video", "/trim", json!(1.0)),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!([&assets[index]["type"], &assets[index]["src"]], [&json!(kind), &json!(format!("nexus://{index}"))]);
        assert_eq!(assets[index].pointer(field), Some(&value), "{index}");
    }
    assert_eq!(document["timeline"]["tracks"][0]["clips"][1]["fit"], "contain", "the rest of the clip stays");
}

#[test]
fn what_has_no_effect_is_said_and_music_is_refused() {
    let making = one(
        json!({ "type": "image", "prompt": "waves", "model": "flux-schnell", "options": { "steps": 4 } }),
        json!(1),
    );
    let told = making.remarks.join("\n");
    assert!(told.contains("'flux-schnell'") && told.contains("options.steps"), "{told}");

    let asset = json!({ "type": "audio", "prompt": "a waltz", "model": "elevenlabs-music" });
    let (edit, _) = Edit::read(&document(json!([{ "asset": asset, "start": 0, "length": 1 }]))).expect("a good edit");
    let error = makings(&edit).expect_err("no music").to_string();
    assert!(error.contains("'timeline.tracks[0].clips[0].asset.model'") && error.contains("'src'"), "{error}");
}
