//! What is laid over what: text, vectors, images, tweens, fades, filters.

use nexus_media::Yuv420;
use serde_json::{Value, json};

use crate::stage::{Stage, edit, mean, video};

fn text(words: &str, extra: Value) -> Value {
    let mut clip = json!({
        "asset": { "type": "rich-text", "text": words, "font": { "family": "Inter", "size": 24, "weight": 600, "color": "#ffffff" } },
        "start": 0, "length": 1, "width": 120, "height": 80, "position": "topLeft", "offset": { "x": 30.0 / 180.0, "y": -100.0 / 320.0 }
    });
    clip.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    clip
}

/// The rectangle of what differs from `ground` in luma: left, top, right, bottom.
fn changed(frame: &Yuv420, ground: u8) -> Option<(usize, usize, usize, usize)> {
    let width = frame.width_px as usize;
    let mut found: Option<(usize, usize, usize, usize)> = None;
    for (index, pixel) in frame.y().iter().enumerate() {
        if pixel.abs_diff(ground) > 12 {
            let (x, y) = (index % width, index / width);
            found = Some(found.map_or((x, y, x, y), |(left, top, right, bottom)| {
                (left.min(x), top.min(y), right.max(x), bottom.max(y))
            }));
        }
    }
    found
}

#[tokio::test]
async fn text_stands_in_its_box_and_nowhere_else_from_the_first_frame() {
    let mut stage = Stage::new();
    stage.add_flat("ground", 60, 30).await;
    let film = stage
        .render(edit(30.0, &[json!([text("Best oysters of my life", json!({}))]), json!([video("ground", 0.0, 1.0)])]))
        .await;
    let frames = stage.frames(&film).await;
    let (left, top, right, bottom) = changed(&frames[0], 60).expect("text in the first frame");
    assert!(left >= 28 && right <= 152 && top >= 98 && bottom <= 182, "{left} {top} {right} {bottom}");
    assert!(right - left > 60 && bottom - top > 40, "two lines or more: {left} {top} {right} {bottom}");
    let bright = frames[0].y().iter().filter(|pixel| **pixel > 180).count();
    assert!((300..4000).contains(&bright), "{bright} pixels of letters");
}

#[tokio::test]
async fn words_ascend_one_by_one() {
    let mut stage = Stage::new();
    stage.add_flat("ground", 60, 30).await;
    let mut clip = text("one two three", json!({ "width": 170, "offset": { "x": 5.0 / 180.0, "y": -0.3 } }));
    clip["asset"]["animation"] = json!({ "preset": "ascend", "duration": 0.6, "style": "word" });
    let film = stage.render(edit(30.0, &[json!([clip]), json!([video("ground", 0.0, 1.0)])])).await;
    let frames = stage.frames(&film).await;
    let width_at = |index: usize| changed(&frames[index], 60).map_or(0, |(left, _, right, _)| right - left);
    assert!(
        width_at(4) < width_at(10) && width_at(10) < width_at(19),
        "{} {} {}",
        width_at(4),
        width_at(10),
        width_at(19)
    );
    assert_eq!(width_at(19), width_at(29));
}

#[tokio::test]
async fn vectors_cover_exactly_their_box() {
    let mut stage = Stage::new();
    stage.add_flat("ground", 60, 30).await;
    let svg = r##"<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="10" height="10" fill="#ff0000"/></svg>"##;
    let clip = json!({ "asset": { "type": "svg", "src": svg }, "start": 0, "length": 1, "width": 40, "height": 60, "position": "bottomRight" });
    let film = stage.render(edit(30.0, &[json!([clip]), json!([video("ground", 0.0, 1.0)])])).await;
    let frame = &stage.frames(&film).await[3];
    let at = |x: usize, y: usize| (frame.u()[y / 2 * 90 + x / 2], frame.v()[y / 2 * 90 + x / 2]);
    assert!(at(160, 300).1 > 220 && at(144, 264).1 > 200);
    assert!(at(130, 300).1 < 140 && at(160, 254).1 < 140);
}

#[tokio::test]
async fn a_push_moves_smoothly() {
    let mut stage = Stage::new();
    // A soft white bar right of the middle: its centre moves by the scale and nothing else.
    stage
        .add_clip("bar", (360, 640), 60, |_, frame| {
            for row in frame.y_mut().chunks_exact_mut(360) {
                for (x, pixel) in row.iter_mut().enumerate() {
                    *pixel = (40.0 + 160.0 * (-((x as f64 - 270.0) / 12.0).powi(2)).exp()) as u8;
                }
            }
        })
        .await;
    let mut clip = video("bar", 0.0, 2.0);
    clip["scale"] = json!([{ "from": 1.0, "to": 1.04, "start": 0, "length": 2 }]);
    let film = stage.render(edit(30.0, &[json!([clip])])).await;
    let centres: Vec<f64> = stage
        .frames(&film)
        .await
        .iter()
        .map(|frame| {
            let row = &frame.y()[160 * 180 + 90..161 * 180];
            let weight = |pixel: &u8| f64::from(*pixel).max(60.0) - 60.0;
            row.iter().enumerate().map(|(x, pixel)| x as f64 * weight(pixel)).sum::<f64>()
                / row.iter().map(weight).sum::<f64>()
        })
        .collect();
    let steps: Vec<f64> = centres.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let total = centres[59] - centres[0];
    assert!((total - 45.25 * 0.04 * 59.0 / 60.0).abs() < 0.25, "{total}");
    assert!(steps.iter().all(|step| (step - total / 59.0).abs() < 0.06), "no step is a jolt: {steps:?}");
}

#[tokio::test]
async fn fades_mix_and_letterboxes_show_the_background() {
    let mut stage = Stage::new();
    stage.add_flat("dark", 40, 60).await;
    stage.add_flat("light", 200, 60).await;
    let mut fading = video("light", 0.0, 2.0);
    fading["transition"] = json!({ "in": "fade" });
    let mut boxed = video("dark", 2.0, 0.5);
    boxed["fit"] = json!("contain");
    let mut document = edit(30.0, &[json!([fading]), json!([video("dark", 0.0, 2.0), boxed])]);
    document["timeline"]["background"] = json!("#ffffff");
    let frames = stage.frames(&stage.render(document).await).await;
    for (index, want) in [(0, 42.7), (15, 122.7), (29, 197.0), (45, 200.0)] {
        assert!((mean(frames[index].y()) - want).abs() < 2.5, "frame {index}: {}", mean(frames[index].y()));
    }
    let letterboxed = &frames[65];
    assert!(letterboxed.y()[20 * 180 + 90] > 230, "background above the picture");
    assert!(letterboxed.y()[160 * 180 + 90] < 50, "the picture in the middle");
}

#[tokio::test]
async fn images_stand_as_pictures_or_as_overlays() {
    let mut stage = Stage::new();
    stage.add_flat("ground", 60, 30).await;
    let opaque = stage.path("opaque.png");
    image::RgbImage::from_pixel(300, 200, image::Rgb([0, 0, 255])).save(&opaque).unwrap();
    let clear = stage.path("clear.png");
    image::RgbaImage::from_fn(100, 100, |x, _| image::Rgba([255, 255, 255, if x < 50 { 255 } else { 0 }]))
        .save(&clear)
        .unwrap();
    stage.add("opaque", &opaque).await;
    stage.add("clear", &clear).await;
    let still = json!({ "asset": { "type": "image", "src": "opaque" }, "start": 0, "length": 1, "scale": [{ "from": 1, "to": 1.1, "start": 0, "length": 1 }] });
    let logo = json!({ "asset": { "type": "image", "src": "clear" }, "start": 0, "length": 1, "width": 40, "height": 40, "fit": "contain", "position": "top" });
    let frames = stage.frames(&stage.render(edit(25.0, &[json!([logo]), json!([still])])).await).await;
    let frame = &frames[20];
    assert!(frame.u()[80 * 90 + 45] > 225, "blue");
    assert!(frame.y()[20 * 180 + 80] > 220, "left half of the logo");
    assert!(frame.y()[20 * 180 + 100] < 60, "right half is clear");
}

#[tokio::test]
async fn filters_soften_and_darken() {
    let mut stage = Stage::new();
    stage
        .add_clip("edge", (360, 640), 30, |_, frame| {
            frame.y_mut().chunks_exact_mut(360).for_each(|row| row[180..].fill(220))
        })
        .await;
    let filtered = |name: &str| {
        let mut clip = video("edge", 0.0, 1.0);
        clip["filter"] = json!(name);
        edit(30.0, &[json!([clip])])
    };
    let blurred = stage.frames(&stage.render(filtered("blur")).await).await;
    let row = &blurred[5].y()[160 * 180..161 * 180];
    assert!(row.windows(2).all(|pair| pair[1].abs_diff(pair[0]) < 40) && row[10] < 25 && row[170] > 210, "{row:?}");
    let dark = stage.frames(&stage.render(filtered("darken")).await).await;
    assert!((120..150).contains(&dark[29].y()[160 * 180 + 170]), "{}", dark[29].y()[160 * 180 + 170]);
}
