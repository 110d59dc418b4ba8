//! The report of errors: all of them, each with its place.

use nexus_edit::Edit;
use serde_json::{Value, json};

use crate::reading::document;

fn report(document: &Value) -> String {
    let errors = Edit::read(document).expect_err("the document is wrong");
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn one_reading_finds_every_error() {
    let document = json!({
        "timeline": {
            "soundtrack": { "effect": "fadeUp" },
            "background": "black",
            "fonts": [{ "source": "a.ttf" }],
            "tracks": [
                { "clips": [] },
                { "clips": [
                    { "asset": { "type": "vidoe", "src": "a" }, "start": -1, "lenght": 2 },
                    { "asset": { "type": "video", "src": " ", "trim": "soon", "volume": 2, "speed": 11,
                        "volumeEffect": "fadein-out", "crop": { "top": 1.5 }, "chromaKey": { "threshold": 300 } },
                      "start": "after", "length": "alias://two words", "fit": "fill", "position": "middle",
                      "transition": { "in": "slideLfet", "out": 7 }, "effect": "zoom", "filter": "grayscale",
                      "scale": "big", "opacity": [], "offset": { "x": 11, "y": [{ "from": 0 }] },
                      "transform": { "rotate": { "angle": 400 } }, "width": 0, "alias": "a b" },
                    { "asset": { "type": "rich-text", "font": { "size": 501, "weight": "heavyish", "color": "#12" },
                        "align": { "vertical": "centre" }, "style": { "gradient": { "stops": [{ "offset": 2 }] } },
                        "animation": { "preset": "fade", "duration": 0.01 } }, "start": 0, "length": 1 }
                ] }
            ]
        },
        "output": { "format": "mpeg", "resolution": "720", "fps": 23, "size": { "width": 5000 }, "thumbnail": {},
            "destinations": [{ "provider": "youtube" }, { "provider": "s3", "options": { "region": "x" } }] },
        "merge": [{ "replace": 1 }],
        "disk": "ssd"
    });
    insta::assert_snapshot!(report(&document));
}

#[test]
fn messages_read_alone() {
    let one = Edit::read(&document("/output/format", json!("mp5"))).unwrap_err();
    insta::assert_snapshot!("one_error", one.to_string());
    let mut two = document("/output/format", json!("mp5"));
    two["timeline"]["tracks"] = json!("none");
    insta::assert_snapshot!("two_errors", Edit::read(&two).unwrap_err().to_string());
    insta::assert_json_snapshot!("errors_as_json", Edit::read(&two).unwrap_err());
}

#[test]
fn remarks_name_the_nearest_field() {
    let document = json!({
        "timeline": { "tracks": [{ "clips": [{
            "asset": { "type": "svg", "src": "<svg/>", "opacity": 1 }, "start": "0", "length": 2, "postion": "top"
        }] }] },
        "output": { "format": "MP4", "resolution": "sd", "aspectratio": "1:1" },
        "version": 2
    });
    let (_, remarks) = Edit::read(&document).unwrap();
    insta::assert_snapshot!(remarks.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
}

#[test]
fn many_errors_are_counted_and_not_all_told() {
    let clip = json!({ "asset": { "type": "x" }, "start": "x", "length": "x" });
    let errors = Edit::read(&document("/timeline/tracks/0/clips", json!(vec![clip; 200]))).unwrap_err();
    assert_eq!((errors.count(), errors.iter().count()), (600, 100));
    assert!(errors.to_string().contains("in 600 places") && errors.to_string().contains("and 500 more"));
}
