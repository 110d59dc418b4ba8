//! Numbered frames survive encoding and scaling; cuts are where they are said to be.

use nexus_core::FrameRate;
use nexus_demokit::{Segment, counter_clip, cuts_clip, read_counter};
use nexus_media::{DecodeSpec, FrameReader, Yuv420};

async fn frames(file: &std::path::Path, frames: u64, size: (u32, u32)) -> Vec<Yuv420> {
    let spec = DecodeSpec {
        file: file.to_owned(),
        start_s: 0.0,
        frames,
        rate: FrameRate::FPS_30,
        crop: None,
        width_px: size.0,
        height_px: size.1,
        threads: 1,
    };
    let mut reader = FrameReader::open(&spec).await.expect("open");
    let mut found = Vec::new();
    let mut frame = Yuv420::new(size.0, size.1);
    while reader.next(&mut frame).await.expect("frame") {
        found.push(frame.clone());
    }
    found
}

#[tokio::test]
async fn every_frame_says_its_number_at_any_size() {
    let home = tempfile::tempdir().expect("temp");
    let file = home.path().join("counter.mp4");
    counter_clip(&file, 70, (640, 360), 3).await.expect("clip");
    for size in [(640, 360), (160, 90), (1280, 720), (180, 320)] {
        let numbers: Vec<_> = frames(&file, 70, size).await.iter().map(read_counter).collect();
        assert_eq!(numbers, (0..70).map(Some).collect::<Vec<_>>(), "{size:?}");
    }
}

#[tokio::test]
async fn cuts_are_where_they_are_said_to_be() {
    let home = tempfile::tempdir().expect("temp");
    let file = home.path().join("cuts.mp4");
    let segments = [20, 13, 31].map(|n| Segment { look: n, frames: n });
    let cuts = cuts_clip(&file, &segments, (320, 180)).await.expect("clip");
    assert_eq!(cuts, [20, 33]);
    let frames = frames(&file, 64, (320, 180)).await;
    assert_eq!(frames.len(), 64);
    let change = |k: usize| {
        let (a, b) = (&frames[k - 1], &frames[k]);
        let below = 320 * 40;
        a.data[below..].iter().zip(&b.data[below..]).map(|(x, y)| u64::from(x.abs_diff(*y))).sum::<u64>()
    };
    let mut order: Vec<usize> = (1..64).collect();
    order.sort_by_key(|k| std::cmp::Reverse(change(*k)));
    let mut strongest = [order[0] as u32, order[1] as u32];
    strongest.sort_unstable();
    assert_eq!(strongest, [20, 33]);
}

#[test]
fn a_frame_without_a_strip_has_no_number() {
    let mut grey = Yuv420::new(320, 180);
    grey.y_mut().fill(126);
    assert_eq!(read_counter(&grey), None);
}
