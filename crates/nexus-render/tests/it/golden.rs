//! Golden frames: what every transition, effect, filter, fit, easing and kind of asset looks like at three moments.
//!
//! A frame of 90x160 is told as the mean brightness of 6x8 cells in steps of four levels, so a difference below two
//! levels in the mean of a cell is the tolerance.

use std::{collections::BTreeMap, fmt::Write as _, path::PathBuf};

use nexus_core::film::FilmTags;
use nexus_edit::model::{Easing, Effect, Filter, Fit, Position, TransitionKind, Word};
use nexus_media::{Encoder, Preset};
use nexus_render::{Files, Job, RendererConfig, Studio};
use serde_json::{Value, json};

/// Columns and rows of cells.
const CELLS: (u32, u32) = (6, 8);

/// A studio whose sources are stills, so that no decoder has a say.
struct Gallery {
    folder: tempfile::TempDir,
    studio: Studio,
    files: Files,
}

impl Gallery {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = RendererConfig {
            encoder: Encoder::X264(Preset::Ultrafast),
            ..RendererConfig::new(folder.path().join("cache"), folder.path().join("scratch"))
        };
        let mut files: BTreeMap<String, PathBuf> = BTreeMap::new();
        // Four quarters of known brightness, the upper left one darkest, with a bright cross between them.
        let quarters = image::RgbImage::from_fn(90, 160, |x, y| {
            let level = match (x < 45, y < 80) {
                _ if (43..47).contains(&x) || (78..82).contains(&y) => 250,
                (true, true) => 60,
                (false, true) => 110,
                (true, false) => 160,
                (false, false) => 210,
            };
            image::Rgb([level, level, if x < 45 { level } else { level / 2 }])
        });
        // White in the middle, black around it.
        let disc = image::RgbImage::from_fn(90, 160, |x, y| {
            let (x, y) = (f64::from(x) - 44.5, f64::from(y) - 79.5);
            image::Rgb([if x.hypot(y) < 40.0 { 255 } else { 0 }; 3])
        });
        let mark =
            image::RgbaImage::from_fn(40, 20, |x, _| image::Rgba([255, 255, 255, if x < 20 { 255 } else { 80 }]));
        for (name, saved) in [
            ("quarters", quarters.save(folder.path().join("quarters.png"))),
            ("disc", disc.save(folder.path().join("disc.png"))),
            ("mark", mark.save(folder.path().join("mark.png"))),
        ] {
            saved.unwrap();
            files.insert(name.into(), folder.path().join(format!("{name}.png")));
        }
        let words = "1\n00:00:00,000 --> 00:00:01,000\nfirst words\n\n2\n00:00:01,000 --> 00:00:02,000\nsecond\n";
        std::fs::write(folder.path().join("words.srt"), words).unwrap();
        files.insert("words".into(), folder.path().join("words.srt"));
        Self { studio: Studio::new(config), folder, files: Files(files) }
    }

    /// The frame at `at_s` of an edit with these tracks, as cells.
    async fn cells(&self, tracks: &Value, at_s: f64) -> String {
        let document = json!({
            "timeline": { "background": "#202020", "tracks": tracks },
            "output": { "format": "mp4", "size": { "width": 90, "height": 160 }, "fps": 25 }
        });
        let tags = FilmTags::default();
        let out = self.folder.path().join("frame.png");
        let job = Job { document: &document, library: &self.files, tags: &tags };
        self.studio.frame(&job, at_s, &out).await.unwrap_or_else(|error| panic!("{error}: {tracks}"));
        let frame = image::open(&out).unwrap().to_luma8();
        let mut text = String::new();
        for row in 0..CELLS.1 {
            for column in 0..CELLS.0 {
                let cell = image::imageops::crop_imm(&frame, column * 15, row * 20, 15, 20).to_image();
                let mean = cell.pixels().map(|pixel| f64::from(pixel.0[0])).sum::<f64>() / 300.0;
                write!(text, "{:3.0}", (mean / 4.0).round()).unwrap();
            }
            text.push('\n');
        }
        text
    }

    async fn moments(&self, name: &str, tracks: &Value, moments: [f64; 3]) -> String {
        let mut text = String::new();
        for at_s in moments {
            write!(text, "{name} at {at_s}\n{}", self.cells(tracks, at_s).await).unwrap();
        }
        text
    }
}

fn still(extra: Value) -> Value {
    let mut clip = json!({ "asset": { "type": "image", "src": "quarters" }, "start": 0, "length": 4 });
    clip.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    clip
}

fn one(clip: Value) -> Value {
    json!([{ "clips": [clip] }])
}

#[tokio::test]
async fn transitions() {
    let gallery = Gallery::new();
    let mut text = String::new();
    for (name, _) in TransitionKind::TABLE {
        let tracks = one(still(json!({ "transition": { "in": name, "out": name } })));
        text += &gallery.moments(name, &tracks, [0.12, 0.4, 3.8]).await;
    }
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn effects() {
    let gallery = Gallery::new();
    let mut text = String::new();
    for (name, _) in Effect::TABLE {
        text += &gallery.moments(name, &one(still(json!({ "effect": name }))), [0.0, 2.0, 3.9]).await;
    }
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn filters() {
    let gallery = Gallery::new();
    let mut text = String::new();
    for (name, _) in Filter::TABLE {
        text += &gallery.moments(name, &one(still(json!({ "filter": name, "scale": 0.8 }))), [0.0, 2.0, 3.9]).await;
    }
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn fits_and_positions() {
    let gallery = Gallery::new();
    let mut text = String::new();
    for (name, _) in Fit::TABLE {
        for (place, _) in Position::TABLE.iter().step_by(2) {
            let clip = still(
                json!({ "fit": name, "position": place, "width": 60, "height": 60, "offset": { "x": 0.05, "y": 0.1 } }),
            );
            text += &gallery.moments(&format!("{name} {place}"), &one(clip), [0.0, 1.0, 2.0]).await;
        }
    }
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn easings() {
    let gallery = Gallery::new();
    let mut text = String::new();
    for (name, _) in Easing::TABLE {
        let tween =
            json!([{ "from": -0.4, "to": 0.4, "start": 0, "length": 2, "interpolation": "bezier", "easing": name }]);
        let clip = still(json!({ "scale": 0.4, "offset": { "x": tween, "y": 0 } }));
        text += &gallery.moments(name, &one(clip), [0.4, 1.0, 1.6]).await;
    }
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn transforms() {
    let gallery = Gallery::new();
    let mut text = String::new();
    for (name, transform) in [
        ("rotate", json!({ "rotate": { "angle": [{ "from": 0, "to": 90, "start": 0, "length": 2 }] } })),
        ("skew", json!({ "skew": { "x": 20, "y": [{ "from": 0, "to": 10, "start": 0, "length": 2 }] } })),
        ("flip", json!({ "flip": { "horizontal": true, "vertical": false } })),
        ("flip both", json!({ "flip": { "horizontal": true, "vertical": true } })),
    ] {
        let clip = still(json!({ "scale": 0.6, "transform": transform }));
        text += &gallery.moments(name, &one(clip), [0.0, 1.0, 2.0]).await;
        let mark = json!({ "asset": { "type": "image", "src": "mark" }, "start": 0, "length": 3, "fit": "none", "transform": transform });
        text += &gallery.moments(&format!("{name} of a mark"), &one(mark), [0.0, 1.0, 2.0]).await;
    }
    insta::assert_snapshot!(text);
}

/// Letters come from the machine's fonts, so only their presence and place are told, not their cells.
#[tokio::test]
async fn every_kind_of_text_is_seen_where_it_should_be() {
    let gallery = Gallery::new();
    let bright_rows = |cells: String| -> Vec<bool> {
        let is_bright = |row: &str| row.split_whitespace().any(|cell| cell.parse::<u32>().unwrap() > 10);
        cells.lines().map(is_bright).collect()
    };
    let font = json!({ "family": "Inter", "size": 22, "color": "#ffffff" });
    for (name, asset, at_s, want) in [
        ("text", json!({ "type": "text", "text": "Hello", "font": font, "alignment": { "vertical": "top" } }), 0.5, 0),
        (
            "rich text",
            json!({ "type": "rich-text", "text": "Hello", "font": font, "align": { "vertical": "bottom" } }),
            0.5,
            7,
        ),
        ("title", json!({ "type": "title", "text": "Hello", "position": "top", "size": "x-large" }), 0.5, 0),
        (
            "html",
            json!({ "type": "html", "html": "<p>Hello</p>", "css": "p { color: #ffffff; font-size: 22px }", "width": 90, "height": 40, "position": "center" }),
            0.5,
            3,
        ),
        ("caption", json!({ "type": "caption", "src": "words", "font": { "size": 14 } }), 0.5, 6),
        (
            "rich caption",
            json!({ "type": "rich-caption", "src": "words", "font": font, "align": { "vertical": "top" } }),
            1.5,
            0,
        ),
        (
            "outlined",
            json!({ "type": "rich-text", "text": "Hello", "font": { "family": "Inter", "size": 22, "color": "#202020" }, "stroke": { "width": 3, "color": "#ffffff" }, "align": { "vertical": "top" } }),
            0.5,
            0,
        ),
        (
            "gradient",
            json!({ "type": "rich-text", "text": "Hello", "font": { "family": "Inter", "size": 22 }, "style": { "gradient": { "stops": [{ "offset": 0, "color": "#ffffff" }, { "offset": 1, "color": "#ffff00" }] } }, "align": { "vertical": "top" } }),
            0.5,
            0,
        ),
    ] {
        let clip = json!({ "asset": asset, "start": 0, "length": 2 });
        let rows = bright_rows(gallery.cells(&one(clip), at_s).await);
        assert!(rows[want], "{name}: nothing bright in row {want}: {rows:?}");
        assert!(rows.iter().filter(|row| **row).count() <= 4, "{name}: {rows:?}");
    }
}

#[tokio::test]
async fn shapes_marks_mattes_and_crops() {
    let gallery = Gallery::new();
    let mut text = String::new();
    let lasting = |asset: Value| json!({ "asset": asset, "start": 0, "length": 3 });
    for (name, tracks) in [
        (
            "rectangle",
            one(lasting(
                json!({ "type": "shape", "shape": "rectangle", "width": 90, "height": 160, "rectangle": { "width": 50, "height": 60, "cornerRadius": 10 }, "fill": { "color": "#ffffff", "opacity": 1 } }),
            )),
        ),
        (
            "circle",
            one(lasting(
                json!({ "type": "shape", "shape": "circle", "width": 90, "height": 160, "circle": { "radius": 30 }, "fill": { "color": "#ffffff", "opacity": 0.5 }, "stroke": { "color": "#ff0000", "width": 6 } }),
            )),
        ),
        (
            "line",
            one(lasting(
                json!({ "type": "shape", "shape": "line", "width": 90, "height": 160, "line": { "length": 70, "thickness": 12 }, "fill": { "color": "#ffffff", "opacity": 1 } }),
            )),
        ),
        (
            "svg",
            one(lasting(
                json!({ "type": "svg", "src": "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 10 10\"><circle cx=\"5\" cy=\"5\" r=\"5\" fill=\"white\"/></svg>" }),
            )),
        ),
        (
            "matte",
            json!([{ "clips": [still(json!({})), { "asset": { "type": "luma", "src": "disc" }, "start": 1, "length": 1 }] }]),
        ),
        ("crop", one(lasting(json!({ "type": "image", "src": "quarters", "crop": { "left": 0.5, "top": 0.5 } })))),
    ] {
        text += &gallery.moments(name, &tracks, [0.5, 1.5, 2.5]).await;
    }
    insta::assert_snapshot!(text);
}
