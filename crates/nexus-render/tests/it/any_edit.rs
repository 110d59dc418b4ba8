//! Any edit that reads well becomes a plan, quickly and without surprises; any text is drawn as text.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use nexus_core::film::FilmTags;
use nexus_edit::model::{Easing, Effect, Filter, TransitionKind, Word};
use nexus_render::{
    Files, Job, RendererConfig, Studio, document,
    plan::{Plan, SourceFacts, resolve},
    pose::pose,
    segment::{EncoderFacts, chains, segment_key, segments},
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::stage::edit;

fn sources() -> BTreeMap<String, SourceFacts> {
    let video = |width_px, height_px| SourceFacts::Video { width_px, height_px, duration_s: 30.0, has_sound: true };
    let image = |width_px, height_px, has_alpha| SourceFacts::Image { width_px, height_px, has_alpha };
    BTreeMap::from([
        ("wide".to_owned(), video(3840, 2160)),
        ("tall".to_owned(), video(18, 4000)),
        ("still".to_owned(), image(1, 1, false)),
        ("mark".to_owned(), image(640, 7, true)),
        ("music".to_owned(), SourceFacts::Sound { duration_s: 200.0 }),
    ])
}

/// Text of people: any letters, and what has a meaning to shells, filters and markup.
fn words() -> impl Strategy<Value = String> {
    let naughty = [
        "",
        "'",
        "\\",
        "%{pts}",
        "[0:v]drawtext=text=a",
        "';,[out]",
        "$(id)",
        "{{ KEY }}",
        "\u{202e}abc",
        "\u{0}",
        "👩‍👩‍👧‍👦🏳️‍🌈",
        "مرحبا بالعالم",
        "日本語テキスト",
        "Z̸̢͓a̷͗l̵g̴o",
        "<b>bold</b>",
        "\r\n\t",
        "﷽",
        "ﬁ ẞ ǅ",
    ];
    prop_oneof![prop::sample::select(naughty.map(str::to_owned).to_vec()), any::<String>(), ".{0,300}"]
}

fn word<W: Word>() -> impl Strategy<Value = String> {
    prop::sample::select(W::TABLE.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>())
}

fn asset() -> impl Strategy<Value = Value> {
    let color = prop::sample::select(vec!["#ffffff", "#000", "#12345678"]);
    prop_oneof![
        (prop::sample::select(vec!["wide", "tall"]), 0.0..29.0_f64, 0.0..10.0_f64, 0.0..1.0_f64)
            .prop_map(|(src, trim, speed, volume)| json!({ "type": "video", "src": src, "trim": trim, "speed": speed, "volume": volume })),
        (prop::sample::select(vec!["still", "mark"]), 0.0..0.49_f64)
            .prop_map(|(src, part)| json!({ "type": "image", "src": src, "crop": { "top": part, "left": part, "right": part } })),
        (0.0..100.0_f64).prop_map(|trim| json!({ "type": "audio", "src": "music", "trim": trim })),
        (words(), color, 1.0..200.0_f64).prop_map(|(text, color, size)| json!({ "type": "rich-text", "text": text, "font": { "color": color, "size": size } })),
        words().prop_map(|text| json!({ "type": "text", "text": text })),
        words().prop_map(|text| json!({ "type": "title", "text": text })),
        words().prop_map(|text| json!({ "type": "html", "html": text, "css": text })),
        (1.0..4000.0_f64).prop_map(|side| json!({ "type": "shape", "shape": "rectangle", "rectangle": { "width": side, "height": side } })),
        Just(json!({ "type": "svg", "src": r#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="900"><text>a</text></svg>"# })),
    ]
}

fn tween() -> impl Strategy<Value = Value> {
    (-2.0..2.0_f64, -2.0..2.0_f64, 0.0..3.0_f64, 0.01..5.0_f64, word::<Easing>()).prop_map(
        |(from, to, start, length, easing)| json!([{ "from": from, "to": to, "start": start, "length": length, "interpolation": "bezier", "easing": easing }]),
    )
}

/// Everything that a clip may have beside its asset and its time, each half of the time.
fn dress() -> impl Strategy<Value = Map<String, Value>> {
    let maybe = |name: &'static str, value: BoxedStrategy<Value>| {
        prop::option::of(value).prop_map(move |value| value.map(|value| (name.to_owned(), value)))
    };
    let number = |range: std::ops::Range<f64>| range.prop_map(|value| json!(value)).boxed();
    let transition = (word::<TransitionKind>(), word::<TransitionKind>())
        .prop_map(|(enter, leave)| json!({ "in": enter, "out": leave }));
    let fit = prop::sample::select(vec![json!("crop"), json!("cover"), json!("contain"), json!("none")]);
    let transform = (-720.0..720.0_f64, -3.0..3.0_f64, any::<bool>()).prop_map(
        |(angle, skew, flip)| json!({ "rotate": { "angle": angle }, "skew": { "x": skew, "y": skew }, "flip": { "horizontal": flip } }),
    );
    let offset = (tween(), -10.0..10.0_f64).prop_map(|(x, y)| json!({ "x": x, "y": y }));
    let position = prop::sample::select(vec![json!("topLeft"), json!("bottom"), json!("center"), json!("right")]);
    let rows = (
        maybe("effect", word::<Effect>().prop_map(Value::from).boxed()),
        maybe("filter", word::<Filter>().prop_map(Value::from).boxed()),
        maybe("transition", transition.boxed()),
        maybe("fit", fit.boxed()),
        maybe("scale", prop_oneof![number(0.0..12.0), tween()].boxed()),
        maybe("opacity", prop_oneof![number(0.0..1.0), tween()].boxed()),
        maybe("transform", transform.boxed()),
        maybe("offset", offset.boxed()),
        maybe("position", position.boxed()),
        maybe("width", number(1.0..3840.0)),
    );
    rows.prop_map(|(a, b, c, d, e, f, g, h, i, j)| [a, b, c, d, e, f, g, h, i, j].into_iter().flatten().collect())
}

fn any_edit() -> impl Strategy<Value = Value> {
    let clip = (asset(), dress(), 0.0..2.0_f64, 0.001..8.0_f64);
    let track = prop::collection::vec(clip, 1..6).prop_map(|clips| {
        let mut at = 0.0;
        let clips = clips.into_iter().map(|(asset, mut clip, gap, length)| {
            let start = at + gap;
            at = start + length;
            clip.extend([
                ("asset".to_owned(), asset),
                ("start".to_owned(), json!(start)),
                ("length".to_owned(), json!(length)),
            ]);
            Value::Object(clip)
        });
        json!(clips.collect::<Vec<_>>())
    });
    let fps = prop::sample::select(vec![12.0, 23.976, 25.0, 29.97, 60.0]);
    (prop::collection::vec(track, 1..5), fps).prop_map(|(tracks, fps)| edit(fps, &tracks))
}

/// Text with a meaning to filters, shells and markup is drawn letter by letter: more of it is more ink, and no two such
/// texts look alike.
#[tokio::test]
async fn any_text_is_drawn_as_text() {
    let folder = tempfile::tempdir().unwrap();
    let studio = Studio::new(RendererConfig::new(folder.path().join("cache"), folder.path().join("scratch")));
    let (library, tags) = (Files(BTreeMap::new()), FilmTags::default());
    let texts = [
        "%{pts}",
        "[0:v]drawtext=text=a",
        "';,[out]",
        "$(id)",
        "`id`",
        "{{ KEY }}",
        "\\n",
        "<b>b</b>",
        "&amp;",
        "a:b=c",
        "textfile=/etc/passwd",
        "مرحبا",
        "日本語",
        "👍",
    ];
    let mut drawn: Vec<(&str, Vec<u8>)> = Vec::new();
    for text in texts {
        let asset =
            json!({ "type": "rich-text", "text": text, "font": { "family": "Inter", "size": 16, "color": "#ffffff" } });
        let document = edit(25.0, &[json!([{ "asset": asset, "start": 0, "length": 1 }])]);
        let out = folder.path().join("frame.png");
        let job = Job { document: &document, library: &library, tags: &tags };
        studio.frame(&job, 0.0, &out).await.unwrap_or_else(|error| panic!("{text}: {error}"));
        let picture = image::open(&out).unwrap().to_luma8().into_raw();
        let ink = picture.iter().filter(|level| **level > 60).count();
        assert!(
            ink >= 4 * text.chars().filter(|letter| !letter.is_whitespace()).count(),
            "{text}: {ink} bright pixels"
        );
        let alike = drawn.iter().find(|(_, other)| *other == picture);
        assert!(alike.is_none(), "{text} looks like {:?}", alike.map(|(other, _)| other));
        drawn.push((text, picture));
    }
}

#[tokio::test]
async fn words_in_a_drawing_are_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let studio = Studio::new(RendererConfig::new(folder.path().join("cache"), folder.path().join("scratch")));
    let (library, tags) = (Files(BTreeMap::new()), FilmTags::default());
    for family in ["sans-serif", "serif", "monospace", "A Family That Nobody Has", "Inter"] {
        let drawing = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="160" height="60"><text x="8" y="40" font-size="30" fill="white" font-family="{family}">Quay</text></svg>"#
        );
        let document = edit(25.0, &[json!([{ "asset": { "type": "svg", "src": drawing }, "start": 0, "length": 1 }])]);
        let out = folder.path().join("frame.png");
        studio.frame(&Job { document: &document, library: &library, tags: &tags }, 0.0, &out).await.unwrap();
        let ink = image::open(&out).unwrap().to_luma8().pixels().filter(|pixel| pixel.0[0] > 128).count();
        assert!(ink > 150, "{family}: {ink} bright pixels");
    }
}

fn planned(document: &Value) -> Result<Plan, String> {
    let (edit, _) = document::read(document).map_err(|error| error.to_string())?;
    resolve(&edit, &sources()).map_err(|error| error.to_string())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_edit_is_planned_or_refused_in_words(document in any_edit()) {
        let begun = Instant::now();
        match planned(&document) {
            Err(told) => prop_assert!(told.contains("timeline") || told.contains("output"), "no place in: {told}"),
            Ok(plan) => {
                let pieces = segments(&plan);
                prop_assert_eq!(pieces.iter().map(|piece| piece.end - piece.start).sum::<u64>(), plan.frames());
                let flattened: Vec<_> = chains(&plan, pieces.clone()).into_iter().flatten().collect();
                prop_assert_eq!(&flattened, &pieces);
                let encoder = EncoderFacts { crf: 20, encoder: "libx264", preset: "veryfast", threads: 1, file_px: (plan.width_px, plan.height_px) };
                for piece in &pieces {
                    prop_assert_eq!(segment_key(&plan, piece, &BTreeMap::new(), &encoder).len(), 64);
                }
                for layer in &plan.layers {
                    for index in [0, layer.frames() / 2, layer.frames() - 1] {
                        let pose = pose(layer, index, plan.rate.as_f64(), plan.frame_px());
                        prop_assert!((0.0..=1.0).contains(&pose.opacity), "{}: {}", layer.path, pose.opacity);
                        let now = pose.map.bounds(layer.placement.target);
                        let is_finite = [now.x, now.y, now.width, now.height].iter().all(|value| value.is_finite());
                        prop_assert!(is_finite, "{}: {now:?}", layer.path);
                    }
                }
                // What an edit of twenty clips may hold in memory, with room to spare.
                prop_assert!(plan.layers.len() + plan.sounds.len() < 200);
            }
        }
        prop_assert!(begun.elapsed() < Duration::from_secs(5), "a plan is quick");
    }
}
