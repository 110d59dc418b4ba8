//! When clips stand.

use nexus_core::{FrameRate, Frames};
use nexus_edit::{Edit, EditErrors, timing};
use proptest::prelude::*;
use serde_json::{Value, json};

fn resolve(tracks: Value, fps: f64) -> Result<timing::Timing, EditErrors> {
    let tracks: Vec<Value> = tracks.as_array().unwrap().iter().map(|clips| json!({ "clips": clips })).collect();
    let document =
        json!({ "timeline": { "tracks": tracks }, "output": { "format": "mp4", "resolution": "sd", "fps": fps } });
    let (edit, _) = Edit::read(&document).expect("a good document");
    timing::resolve(&edit, &|src| src.strip_suffix('s').and_then(|seconds| seconds.parse().ok()))
}

/// A clip of an image, or of a video as long as its source's name says.
fn clip(source: &str, start: impl Into<Value>, length: impl Into<Value>) -> Value {
    let kind = if source == "still" { "image" } else { "video" };
    json!({ "asset": { "type": kind, "src": source }, "start": start.into(), "length": length.into() })
}

fn with(mut clip: Value, name: &str, value: Value) -> Value {
    let pointer = match name.split_once('.') {
        Some((owner, field)) => &mut clip[owner][field],
        None => &mut clip[name],
    };
    *pointer = value;
    clip
}

fn alias(clip: Value, name: &str) -> Value {
    with(clip, "alias", json!(name))
}

#[test]
fn clips_stand_where_their_words_say() {
    for (name, tracks, want) in [
        ("fixed", json!([[clip("9s", 1, 2)]]), vec![(1.0, 3.0)]),
        (
            "auto start is the end before",
            json!([[clip("9s", "auto", 2), clip("9s", "auto", 3)]]),
            vec![(0.0, 2.0), (2.0, 5.0)],
        ),
        (
            "auto starts count per track",
            json!([[clip("9s", 0, 2)], [clip("9s", "auto", 1)]]),
            vec![(0.0, 2.0), (0.0, 1.0)],
        ),
        (
            "auto length is the media's",
            json!([[clip("9s", 0, "auto"), clip("4s", "auto", "auto")]]),
            vec![(0.0, 9.0), (9.0, 13.0)],
        ),
        ("less what is trimmed", json!([[with(clip("9s", 0, "auto"), "asset.trim", json!(2))]]), vec![(0.0, 7.0)]),
        (
            "at its speed",
            json!([[with(with(clip("9s", 0, "auto"), "asset.trim", json!(1)), "asset.speed", json!(2))]]),
            vec![(0.0, 4.0)],
        ),
        ("stills stand three seconds", json!([[clip("still", 1, "auto")]]), vec![(1.0, 4.0)]),
        (
            "end is the latest end of the others",
            json!([[clip("still", 2, "end")], [clip("9s", 0, 5)], [clip("9s", 4, 4)]]),
            vec![(2.0, 8.0), (0.0, 5.0), (4.0, 8.0)],
        ),
        (
            "the start of another",
            json!([[clip("9s", "alias://b", 1)], [alias(clip("9s", 3, 2), "b")]]),
            vec![(3.0, 4.0), (3.0, 5.0)],
        ),
        (
            "the length of another, which is auto",
            json!([[clip("still", 1, "alias://b")], [alias(clip("6s", 3, "auto"), "b")]]),
            vec![(1.0, 7.0), (3.0, 9.0)],
        ),
        (
            "the length of one that ends with the film does not end the film",
            json!([[clip("still", 0, "alias://b")], [alias(clip("still", 2, "end"), "b")], [clip("9s", 0, 5)]]),
            vec![(0.0, 3.0), (2.0, 5.0), (0.0, 5.0)],
        ),
        (
            "after an alias, in a chain",
            json!([[clip("9s", "alias://b", "alias://b"), clip("9s", "auto", 1)], [alias(clip("9s", 2, 2), "b")]]),
            vec![(2.0, 4.0), (4.0, 5.0), (2.0, 4.0)],
        ),
        (
            "captions of a clip are as long as it is",
            json!([[{ "asset": { "type": "rich-caption", "src": "alias://b" }, "start": "alias://b", "length": "auto" }], [alias(clip("6s", 3, "auto"), "b")]]),
            vec![(3.0, 9.0), (3.0, 9.0)],
        ),
    ] {
        let timing = resolve(tracks, 25.0).unwrap_or_else(|errors| panic!("{name}: {errors}"));
        let spans: Vec<(f64, f64)> = timing.tracks.iter().flatten().map(|span| (span.start_s, span.end_s())).collect();
        assert_eq!(spans, want, "{name}");
        let latest = want.iter().map(|(_, end)| *end).fold(0.0, f64::max);
        assert_eq!(timing.length, Frames((latest * 25.0) as u64), "{name}");
    }
}

#[test]
fn what_cannot_be_resolved_is_told_with_its_place() {
    for (name, tracks, places) in [
        (
            "unknown alias",
            json!([[clip("9s", "alias://intr", 1), alias(clip("9s", 1, 1), "intro")]]),
            vec!["clips[0].start", "'alias://intr'", "'intro'"],
        ),
        (
            "two of one name",
            json!([[alias(clip("9s", 0, 1), "a"), alias(clip("9s", 1, 1), "a")]]),
            vec!["clips[1].alias", "clips[0]"],
        ),
        ("itself", json!([[alias(clip("9s", "alias://a", 1), "a")]]), vec!["clips[0].start", "circle"]),
        (
            "each other",
            json!([[alias(clip("9s", 0, "alias://b"), "a"), alias(clip("9s", 5, "alias://a"), "b")]]),
            vec!["clips[0].length", "clips[1]", "circle"],
        ),
        (
            "after the end",
            json!([[clip("still", 0, "end"), clip("9s", "auto", 1)]]),
            vec!["circle", "clips[0]", "clips[1]"],
        ),
        ("only ends", json!([[clip("still", 0, "end")]]), vec!["clips[0].length", "no other clip"]),
        (
            "begins after the end",
            json!([[clip("still", 7, "end")], [clip("9s", 0, 2)]]),
            vec!["tracks[0].clips[0].length", "after 7 s"],
        ),
        ("unknown length", json!([[clip("b.mp4", 0, "auto")]]), vec!["clips[0].length", "'b.mp4'"]),
        (
            "all trimmed",
            json!([[with(clip("9s", 0, "auto"), "asset.trim", json!(9))]]),
            vec!["clips[0].length", "trim"],
        ),
        ("frozen", json!([[with(clip("9s", 0, "auto"), "asset.speed", json!(0))]]), vec!["clips[0].length", "speed 0"]),
        (
            "to be made",
            json!([[{ "asset": { "type": "text-to-speech", "text": "a", "voice": "b" }, "start": 0, "length": "auto" }]]),
            vec!["clips[0].length", "still to be made"],
        ),
        (
            "captions of nobody",
            json!([[{ "asset": { "type": "caption", "src": "alias://b" }, "start": 0, "length": 1 }]]),
            vec!["clips[0].asset.src", "alias://b"],
        ),
        ("too long", json!([[clip("9s", 0, 1e8)]]), vec!["clips[0].length", "86400"]),
    ] {
        let text = resolve(tracks, 25.0).expect_err(name).to_string();
        assert!(places.iter().all(|place| text.contains(place)), "{name}: {text}");
    }
}

#[test]
fn all_errors_come_at_once() {
    let tracks = json!([[clip("x", 0, "auto"), clip("y", "auto", "auto")], [clip("still", 0, "end")]]);
    assert_eq!(resolve(tracks, 25.0).unwrap_err().count(), 3);
}

#[test]
fn a_chain_of_thousands_neither_overflows_nor_takes_long() {
    let clips: Vec<Value> = (0..9_000).map(|_| clip("still", "auto", 1)).collect();
    assert_eq!(resolve(json!([clips]), 25.0).unwrap().length, Frames(9_000 * 25));
    let mut chain: Vec<Value> = (0..4_000)
        .map(|index| alias(clip("still", 0, format!("alias://c{}", index + 1)), &format!("c{index}")))
        .collect();
    chain.push(alias(clip("still", 0, "end"), "c4000"));
    let timing = resolve(json!([chain, [clip("9s", 0, 7)]]), 25.0).unwrap();
    assert!(timing.tracks[0].iter().all(|span| span.length_s == 7.0));
}

#[test]
fn frames_are_exact_at_broken_rates() {
    let timing = resolve(json!([[clip("9s", 0, 1.001), clip("9s", "auto", 1.001)]]), 29.97).unwrap();
    assert_eq!(timing.rate, FrameRate { num: 30_000, den: 1001 });
    let frames: Vec<(u64, u64)> = timing.tracks[0].iter().map(|span| (span.start.0, span.end.0)).collect();
    assert_eq!(frames, [(0, 30), (30, 60)]);
}

proptest! {
    #[test]
    fn clips_in_a_row_meet_on_the_same_frame(
        lengths in prop::collection::vec(0.0_f64..9.0, 1..40),
        fps in prop::sample::select(vec![12.0, 23.976, 25.0, 29.97, 59.94, 60.0]),
        start in 0.0_f64..5.0,
    ) {
        let mut clips: Vec<Value> = lengths.iter().map(|length| clip("still", "auto", *length)).collect();
        clips[0]["start"] = json!(start);
        let total = start + lengths.iter().sum::<f64>();
        let whole = clip("still", 0, "end");
        let timing = resolve(json!([clips, [whole]]), fps).unwrap();
        prop_assert!(timing.tracks[0].windows(2).all(|pair| pair[0].end == pair[1].start));
        let exact = total * timing.rate.as_f64();
        prop_assert!((timing.length.0 as f64 - exact).abs() <= 0.5 + 1e-6);
        prop_assert_eq!(timing.tracks[1][0].end, timing.length);
    }
}
