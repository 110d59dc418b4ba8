//! What the reader accepts, and what it says of it.

use nexus_edit::{
    Edit, RemarkKind,
    model::{
        Alias, Animated, Asset, Clip, Color, Direction, Easing, Effect, Fit, Interpolation, Length, Pace, Source,
        Start, TransitionKind, Vertical,
    },
};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A document of one video clip, changed at one JSON pointer.
pub(crate) fn document(pointer: &str, value: Value) -> Value {
    let mut document = json!({
        "timeline": { "tracks": [{ "clips": [{ "asset": { "type": "video", "src": "a" }, "start": 0, "length": 1 }] }] },
        "output": { "format": "mp4", "resolution": "sd" }
    });
    set(&mut document, pointer, value);
    document
}

fn set(document: &mut Value, pointer: &str, value: Value) {
    let (owner, name) = pointer.rsplit_once('/').expect("a pointer");
    let owner = document.pointer_mut(owner).expect("the owner is there");
    match owner {
        Value::Array(items) => items[name.parse::<usize>().unwrap()] = value,
        other => other[name] = value,
    }
}

const CLIP: &str = "/timeline/tracks/0/clips/0";

fn in_clip(name: &str, value: Value) -> Value {
    document(&format!("{CLIP}/{name}"), value)
}

fn first(edit: &Edit) -> &Clip {
    &edit.timeline.tracks[0].clips[0]
}

#[test]
fn other_forms_of_the_same_meaning_are_accepted_with_a_remark() {
    let reads = |name: &str, document: Value, is_right: fn(&Edit) -> bool| {
        let (edit, remarks) = Edit::read(&document).unwrap_or_else(|errors| panic!("{name}: {errors}"));
        assert!(is_right(&edit), "{name}: {edit:?}");
        assert!(matches!(remarks.as_slice(), [one] if one.kind == RemarkKind::Form), "{name}: {remarks:?}");
    };
    reads("number as text", in_clip("start", json!(" 2.5 ")), |edit| first(edit).start == Start::At(2.5));
    reads("word in capitals", in_clip("length", json!("AUTO")), |edit| first(edit).length == Length::Auto);
    reads("another case", in_clip("fit", json!("Contain")), |edit| first(edit).fit == Fit::Contain);
    reads("number as word", document("/output/resolution", json!(1080)), |edit| edit.output.frame().height == 1080);
    reads("flag as text", document("/output/mute", json!("True")), |edit| edit.output.mute == Some(true));
    reads("short colour", document("/timeline/background", json!("#fff")), |edit| {
        edit.timeline.background == Color::WHITE
    });
    reads("colour without #", document("/timeline/background", json!("14343C")), |edit| {
        edit.timeline.background == Color::opaque(0x14, 0x34, 0x3c)
    });
    reads("fps as text", document("/output/fps", json!("29.97")), |edit| edit.output.rate().den == 1001);
    let text = json!({ "type": "rich-text", "text": "a", "align": { "vertical": "center" } });
    reads(
        "center for middle",
        in_clip("asset", text),
        |edit| matches!(&first(edit).asset, Asset::RichText(text) if text.align.vertical == Vertical::Middle),
    );
}

#[test]
fn clips_are_read_with_all_they_have() {
    let clip = json!({
        "id": "one", "asset": { "type": "video", "src": "a", "volume": [{ "from": 0, "to": 1, "start": 0, "length": 2 }], "speed": 2 },
        "start": "auto", "length": "alias://other-clip", "effect": "slideUpFast", "filter": "none", "alias": "me",
        "transition": { "in": "carouselDownSlow", "out": "none" },
        "offset": { "x": 0.5, "y": [{ "from": 0, "to": 1, "length": 1, "interpolation": "bezier", "easing": "easeInBack" }] },
        "transform": { "rotate": { "angle": 45 }, "skew": { "x": 0.5 }, "flip": { "horizontal": true } }
    });
    let (edit, remarks) = Edit::read(&document(CLIP, clip)).unwrap();
    assert_eq!(remarks, []);
    let clip = first(&edit);
    assert_eq!((&clip.start, &clip.length), (&Start::Auto, &Length::Alias(Alias::new("other-clip").unwrap())));
    assert_eq!(clip.effect, Some(Effect::Slide(Direction::Up, Pace::Fast)));
    assert_eq!(clip.transition.enter, Some(TransitionKind::Carousel(Direction::Down, Pace::Slow)));
    assert_eq!((clip.transition.leave, clip.filter), (None, None));
    let Animated::Tweens(tweens) = &clip.offset.y else { panic!("tweens") };
    assert_eq!(tweens[0].interpolation, Interpolation::Bezier(Easing::EaseInBack));
    assert_eq!(clip.transform.rotate.as_ref().unwrap().angle, Animated::Constant(45.0));
    assert!(clip.transform.flip.unwrap().horizontal && !clip.transform.flip.unwrap().vertical);
}

#[test]
fn easings_that_nobody_knows_do_not_stop_a_film() {
    let tween = |interpolation: &str, easing: &str| {
        let tween =
            json!({ "from": 0, "to": 1, "start": 0, "length": 1, "interpolation": interpolation, "easing": easing });
        let (edit, remarks) = Edit::read(&in_clip("opacity", json!([tween]))).unwrap();
        let Animated::Tweens(tweens) = first(&edit).opacity.clone() else { panic!("tweens") };
        (tweens[0].interpolation, remarks.into_iter().map(|remark| remark.kind).collect::<Vec<_>>())
    };
    for (name, given, want) in [
        ("known", tween("bezier", "easeOutSine"), (Interpolation::Bezier(Easing::EaseOutSine), vec![])),
        ("unknown", tween("bezier", "bounce"), (Interpolation::Bezier(Easing::Ease), vec![RemarkKind::Replaced])),
        ("case", tween("bezier", "EASEIN"), (Interpolation::Bezier(Easing::EaseIn), vec![RemarkKind::Form])),
        ("linear", tween("bezier", "linear"), (Interpolation::Linear, vec![])),
        ("without effect", tween("linear", "easeIn"), (Interpolation::Linear, vec![RemarkKind::Replaced])),
    ] {
        assert_eq!(given, want, "{name}");
    }
}

#[test]
fn media_comes_from_a_file_or_from_a_prompt() {
    let asset = |asset: Value| {
        let (edit, _) = Edit::read(&in_clip("asset", asset)).unwrap();
        let Asset::Image(image) = first(&edit).asset.clone() else { panic!("an image") };
        image.source
    };
    assert_eq!(asset(json!({ "type": "image", "src": "a" })), Source::file("a"));
    let made =
        asset(json!({ "type": "image", "prompt": "a boat", "model": "m", "options": { "seed": 1 }, "src": "preview" }));
    let Source::Prompt(prompt) = &made else { panic!("a prompt") };
    assert_eq!((prompt.prompt.as_str(), prompt.preview.as_deref()), ("a boat", Some("preview")));
    assert_eq!((prompt.options["seed"].as_i64(), made.src()), (Some(1), None));
    let neither = Edit::read(&in_clip("asset", json!({ "type": "image" }))).unwrap_err().to_string();
    assert!(neither.contains("asset.src") && neither.contains("prompt"), "{neither}");
}

#[test]
fn our_focus_is_read_written_and_left_out_for_others() {
    let (edit, remarks) =
        Edit::read(&in_clip("asset", json!({ "type": "video", "src": "a", "x-nexus-focus": [0.2, 1] }))).unwrap();
    assert_eq!(remarks, []);
    let focus = |edit: &Edit| json!(edit).pointer(&format!("{CLIP}/asset/x-nexus-focus")).cloned();
    assert_eq!(focus(&edit), Some(json!([0.2, 1.0])));
    assert_eq!(focus(&edit.without_extensions()), None);
    for wrong in [json!([0.2]), json!([0.2, 2]), json!(0.5)] {
        assert!(Edit::read(&in_clip("asset", json!({ "type": "video", "src": "a", "x-nexus-focus": wrong }))).is_err());
    }
}

#[test]
fn limits_hold() {
    let mut deep = json!(1);
    for _ in 0..500 {
        deep = json!([deep]);
    }
    let clip = json!({ "asset": { "type": "image", "src": "a" }, "start": 0, "length": 1 });
    let many = json!([{ "clips": vec![clip.clone(); 6_000] }, { "clips": vec![clip; 6_000] }]);
    for (name, document, word) in [
        (
            "deep",
            in_clip("asset", json!({ "type": "video", "src": "a", "prompt": "b", "options": { "deep": deep } })),
            "64 levels",
        ),
        (
            "long text",
            in_clip("asset", json!({ "type": "rich-text", "text": "x".repeat(5001) })),
            "at most 5000 characters",
        ),
        ("huge text", in_clip("id", json!("x".repeat(3_000_000))), "2000000 bytes"),
        ("many values", in_clip("extra", json!(vec![1; 600_000])), "500000 values"),
        ("many clips", document("/timeline/tracks", many), "10000 clips"),
    ] {
        let text = Edit::read(&document).expect_err(name).to_string();
        assert!(text.contains(word), "{name}: {text}");
    }
    let wide = "ä".repeat(5000);
    assert!(
        Edit::read(&in_clip("asset", json!({ "type": "rich-text", "text": wide }))).is_ok(),
        "characters, not bytes"
    );
}

/// Any JSON, of moderate size.
pub(crate) fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        prop::sample::select(vec!["auto", "end", "alias://a", "{{ KEY }}", "#fff", "True", "1e999", "fadeIn"])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let names = prop_oneof![
            prop::sample::select(vec![
                "timeline", "tracks", "clips", "asset", "type", "start", "length", "output", "find"
            ])
            .prop_map(str::to_owned),
            "\\PC{0,8}",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(names, inner, 0..6).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_json_makes_the_reader_panic(value in any_json(), at in prop::sample::select(vec![
        "/timeline", "/output", "/merge", "/timeline/tracks", "/timeline/tracks/0", "/timeline/tracks/0/clips",
        "/timeline/tracks/0/clips/0", "/timeline/tracks/0/clips/0/asset", "/timeline/tracks/0/clips/0/asset/type",
        "/timeline/tracks/0/clips/0/start", "/timeline/tracks/0/clips/0/length", "/timeline/tracks/0/clips/0/scale",
        "/timeline/tracks/0/clips/0/transition", "/timeline/tracks/0/clips/0/transform", "/output/destinations",
    ])) {
        for document in [value.clone(), document(at, value)] {
            match Edit::read(&document) {
                Ok((edit, _)) => {
                    // Whatever is read is written in the contract's own forms, and reads as the same.
                    let (again, _) = Edit::read(&json!(edit)).expect("reads its own words");
                    prop_assert_eq!(again, edit);
                }
                Err(errors) => {
                    prop_assert!(errors.count() > 0);
                    prop_assert!(errors.iter().all(|error| !error.path.is_empty() && !error.expected.is_empty()));
                }
            }
        }
    }
}
