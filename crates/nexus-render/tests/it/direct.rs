//! Pieces that one process renders look as the compositor draws them.

use std::collections::BTreeMap;

use nexus_core::film::FilmTags;
use nexus_core::port::BlobStore;
use nexus_render::{Files, Job, RendererConfig, Studio};
use serde_json::json;

use crate::stage::{Stage, edit, mean, video};

/// Greatest mean difference of brightness, of 255, between a frame of the film, which was encoded, and the same frame
/// drawn alone, which was not: coarse quantisation goes both ways; a frame too early is 1.2, a shift by two pixels 0.3.
const BOTH_WAYS: f64 = 2.5;
const ONE_WAY: f64 = 0.25;
/// While one shot gives way to another, ffmpeg cuts fractions of levels off where we round them.
const FADING: std::ops::Range<usize> = 45..60;
const CUT_OFF: f64 = 0.9;

#[tokio::test]
async fn a_fast_clip_keeps_its_frames_and_its_times() {
    let mut stage = Stage::new();
    stage.add_clip("count", (180, 320), 90, |index, frame| frame.y_mut().fill(40 + index as u8)).await;
    let mut clip = video("count", 0.0, 1.4);
    clip["asset"]["speed"] = json!(2);
    let film = stage.render(edit(30.0, &[json!([clip])])).await;
    let frames = stage.frames(&film).await;
    assert_eq!(frames.len(), 42);
    for (index, frame) in frames.iter().enumerate() {
        let wanted = 40.0 + 2.0 * index as f64;
        assert!((mean(frame.y()) - wanted).abs() < 1.1, "frame {index}: {} instead of {wanted}", mean(frame.y()));
    }
}

#[tokio::test]
async fn a_still_piece_looks_as_the_compositor_draws_it() {
    let mut stage = Stage::new();
    // Brightness that grows across and from frame to frame, so that a shift in place or time is seen.
    for (name, base) in [("a", 40), ("b", 110)] {
        stage
            .add_clip(name, (360, 640), 80, |index, frame| {
                let width = frame.width_px as usize;
                frame.u_mut().fill(128);
                frame.v_mut().fill(128);
                for (place, pixel) in frame.y_mut().iter_mut().enumerate() {
                    *pixel = base + (place % width / 8) as u8 + index as u8;
                }
            })
            .await;
    }
    let drawing = r##"<svg xmlns="http://www.w3.org/2000/svg" width="80" height="40"><rect width="80" height="40" rx="12" fill="#ff8800" fill-opacity=".6"/></svg>"##;
    let mark = json!({ "asset": { "type": "svg", "src": drawing }, "start": 0.5, "length": 1.5, "position": "topLeft", "offset": { "x": 0.1, "y": -0.05 }, "fit": "none" });
    let text = json!({ "asset": { "type": "rich-text", "text": "Harbour", "font": { "family": "Inter", "size": 40, "color": "#ffffff" } }, "start": 0, "length": 3 });
    let mut faded = video("b", 1.5, 1.5);
    faded["transition"] = json!({ "in": "fadeFast" });
    let mut document = edit(30.0, &[json!([text]), json!([mark]), json!([faded]), json!([video("a", 0.0, 2.0)])]);
    document["output"]["quality"] = json!("veryhigh");

    let film = stage.render(document.clone()).await;
    let frames = stage.frames(&film).await;
    assert_eq!((frames.len(), stage.segments().len()), (90, 1));

    let mut files = BTreeMap::new();
    for (name, blob) in &stage.assets {
        files.insert(name.clone(), stage.blobs.local_file(blob).await.unwrap());
    }
    let library = Files(files);
    let studio = Studio::new(RendererConfig::new(stage.path("other"), stage.path("scratch")));
    let tags = FilmTags::default();
    let job = Job { document: &document, library: &library, tags: &tags };
    for index in [0_usize, 14, 15, 44, 45, 52, 59, 60, 89] {
        let out = stage.path("frame.png");
        studio.frame(&job, index as f64 / 30.0, &out).await.unwrap();
        let drawn = image::open(&out).unwrap().to_luma8();
        let shown = &frames[index];
        let differences: Vec<f64> = shown
            .y()
            .iter()
            .zip(drawn.pixels())
            .map(|(shown, drawn)| (f64::from(*shown) - 16.0) * 255.0 / 219.0 - f64::from(drawn.0[0]))
            .collect();
        let mean = |of: fn(f64) -> f64| differences.iter().copied().map(of).sum::<f64>() / differences.len() as f64;
        let (one_way, both_ways) = (mean(|value| value), mean(f64::abs));
        assert!(
            one_way.abs() < (if FADING.contains(&index) { ONE_WAY + CUT_OFF } else { ONE_WAY })
                && both_ways < BOTH_WAYS,
            "frame {index} differs by {one_way:.2} one way and {both_ways:.2} both ways"
        );
    }
}
