//! Cuts land on their frames, in the film itself.

use serde_json::json;

use crate::stage::{Stage, edit, mean, video};

#[tokio::test]
async fn every_cut_is_on_its_frame() {
    let mut stage = Stage::new();
    for (name, luma) in [("a", 60), ("b", 120), ("c", 200)] {
        stage.add_flat(name, luma, 90).await;
    }
    // Lengths that no frame rate divides: 37, 23 and 54 frames of 29.97 after rounding of the edges.
    let clips = json!([video("a", 0.0, 1.2345), video("b", 1.2345, 0.7671), video("c", 2.0016, 1.8019)]);
    let film = stage.render(edit(29.97, &[clips])).await;
    let frames = stage.frames(&film).await;
    let wanted = [(0, 37, 60.0), (37, 60, 120.0), (60, 114, 200.0)];
    assert_eq!(film.length.0, 114);
    for (from, to, luma) in wanted {
        for (index, frame) in frames.iter().enumerate().take(to).skip(from) {
            assert!((mean(frame.y()) - luma).abs() < 2.0, "frame {index}: {} instead of {luma}", mean(frame.y()));
        }
    }
}

#[tokio::test]
async fn a_clip_shows_the_frames_of_its_own_time_through_splits() {
    let mut stage = Stage::new();
    // The brightness of each frame is its number.
    stage.add_clip("count", (320, 180), 200, |index, frame| frame.y_mut().fill(20 + index as u8)).await;
    let mut clip = video("count", 0.0, 5.0);
    clip["asset"]["trim"] = json!(0.5);
    let film = stage.render(edit(30.0, &[json!([clip])])).await;
    assert_eq!(stage.segments().len(), 2, "five seconds are two pieces");
    for (index, frame) in stage.frames(&film).await.iter().enumerate() {
        let wanted = 20.0 + 15.0 + index as f64;
        assert!((mean(frame.y()) - wanted).abs() < 0.9, "frame {index}: {} instead of {wanted}", mean(frame.y()));
    }
}

#[tokio::test]
async fn a_short_source_stands_still_and_says_so() {
    let mut stage = Stage::new();
    stage.add_clip("short", (320, 180), 30, |index, frame| frame.y_mut().fill(50 + index as u8 * 3)).await;
    let film = stage.render(edit(30.0, &[json!([video("short", 0.0, 5.0)])])).await;
    let frames = stage.frames(&film).await;
    assert!((mean(frames[149].y()) - 137.0).abs() < 1.5 && (mean(frames[10].y()) - 80.0).abs() < 1.5);
    assert!(film.remarks.iter().any(|remark| remark.contains("stands still")), "{:?}", film.remarks);
}
