//! Frames: exact places, rates, crops, ranges, ends.

use nexus_core::FrameRate;
use nexus_media::{Crop, DecodeSpec, FrameReader, MediaError, Yuv420};

use crate::material::{HEIGHT, WIDTH, count_of, counted, film, texture, turn_clockwise};

fn whole(file: &std::path::Path, frames: u64) -> DecodeSpec {
    DecodeSpec {
        file: file.to_owned(),
        start_s: 0.0,
        frames,
        rate: FrameRate::FPS_30,
        crop: None,
        width_px: WIDTH,
        height_px: HEIGHT,
        threads: 1,
    }
}

async fn counts(spec: &DecodeSpec) -> Result<Vec<i64>, MediaError> {
    let mut reader = FrameReader::open(spec).await?;
    let mut frame = Yuv420::new(spec.width_px, spec.height_px);
    let mut seen = Vec::new();
    while reader.next(&mut frame).await? {
        seen.push(count_of(&frame));
    }
    Ok(seen)
}

#[tokio::test]
async fn every_frame_is_the_sources_nearest() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("counted.mp4");
    counted(&file, FrameRate::FPS_30, 90).await;
    let sixty = FrameRate { num: 60, den: 1 };
    let ten = FrameRate { num: 10, den: 1 };
    for (name, start_s, rate, want) in [
        ("from the start", 0.0, FrameRate::FPS_30, vec![0, 1, 2, 3]),
        ("on a frame", 31.0 / 30.0, FrameRate::FPS_30, vec![31, 32, 33, 34]),
        ("a hair before a frame", 31.0 / 30.0 - 0.000_4, FrameRate::FPS_30, vec![31, 32, 33, 34]),
        ("a hair after a frame", 31.0 / 30.0 + 0.000_4, FrameRate::FPS_30, vec![31, 32, 33, 34]),
        ("slower", 1.0, ten, vec![30, 33, 36, 39]),
    ] {
        let spec = DecodeSpec { start_s, rate, frames: 4, ..whole(&file, 4) };
        assert_eq!(counts(&spec).await.unwrap(), want, "{name}");
    }
    let doubled = counts(&DecodeSpec { start_s: 1.0, rate: sixty, ..whole(&file, 8) }).await.unwrap();
    for (index, count) in doubled.iter().enumerate() {
        assert!(
            (*count as f64 - (30.0 + index as f64 / 2.0)).abs() <= 0.5,
            "frame {index} of the doubled rate is {count}"
        );
    }
}

#[tokio::test]
async fn two_parts_give_what_the_whole_gives() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("counted.mp4");
    let film_rate = FrameRate { num: 24_000, den: 1001 };
    counted(&file, film_rate, 90).await;
    let all = counts(&DecodeSpec { start_s: 0.5, ..whole(&file, 60) }).await.unwrap();
    let first = counts(&DecodeSpec { start_s: 0.5, ..whole(&file, 25) }).await.unwrap();
    let second = counts(&DecodeSpec { start_s: 0.5 + 25.0 / 30.0, ..whole(&file, 35) }).await.unwrap();
    assert_eq!([first, second].concat(), all);
}

#[tokio::test]
async fn a_source_that_ends_a_little_early_stands_still() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("counted.mp4");
    counted(&file, FrameRate::FPS_30, 30).await;
    let seen = counts(&DecodeSpec { start_s: 20.0 / 30.0, ..whole(&file, 14) }).await.unwrap();
    assert_eq!(seen, vec![20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 29, 29, 29, 29]);
    let error = counts(&DecodeSpec { start_s: 20.0 / 30.0, ..whole(&file, 60) }).await.unwrap_err();
    assert!(matches!(error, MediaError::Short { wanted: 60, found, .. } if (10..20).contains(&found)), "{error}");
}

#[tokio::test]
async fn a_crop_is_cut_before_it_is_scaled() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("halves.mp4");
    film(&file, FrameRate::FPS_30, 5, |_, frame| {
        let width = frame.width_px as usize;
        for (at, luma) in frame.y_mut().iter_mut().enumerate() {
            *luma = if at % width < width / 2 { 60 } else { 180 };
        }
    })
    .await;
    for (name, x, want) in [("left", 0, 60), ("right", WIDTH / 2, 180)] {
        let crop = Some(Crop { x, y: 0, width: WIDTH / 2, height: HEIGHT });
        let spec = DecodeSpec { crop, width_px: 64, height_px: 64, ..whole(&file, 1) };
        let mut frame = Yuv420::new(64, 64);
        let mut reader = FrameReader::open(&spec).await.unwrap();
        assert!(reader.next(&mut frame).await.unwrap());
        let middle = i32::from(frame.y()[32 * 64 + 32]);
        assert!((middle - want).abs() <= 2, "{name}: {middle}");
        assert!(!reader.next(&mut frame).await.unwrap(), "{name}: one frame was asked for");
    }
    let outside = DecodeSpec { crop: Some(Crop { x: 200, y: 0, width: 200, height: 100 }), ..whole(&file, 1) };
    assert!(matches!(FrameReader::open(&outside).await, Err(MediaError::Request(_))));
}

#[tokio::test]
async fn colours_survive_both_ways() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("colours.mp4");
    let mut drawn = Yuv420::new(WIDTH, HEIGHT);
    texture(4, 0.0, &mut drawn);
    film(&file, FrameRate::FPS_30, 3, |_, frame| frame.data.copy_from_slice(&drawn.data)).await;
    let mut reader = FrameReader::open(&whole(&file, 1)).await.unwrap();
    let mut frame = Yuv420::new(WIDTH, HEIGHT);
    assert!(reader.next(&mut frame).await.unwrap());
    let off: u64 = frame.data.iter().zip(&drawn.data).map(|(a, b)| u64::from(a.abs_diff(*b)).pow(2)).sum();
    let error = off as f64 / drawn.data.len() as f64;
    assert!(error < 4.0, "mean square error {error}");
}

#[tokio::test]
async fn a_turned_source_is_cropped_as_it_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("turned.mp4");
    film(&file, FrameRate::FPS_30, 3, |_, frame| {
        let width = frame.width_px as usize;
        for (at, luma) in frame.y_mut().iter_mut().enumerate() {
            *luma = if at % width < width / 2 { 60 } else { 180 };
        }
    })
    .await;
    turn_clockwise(&file);
    for (name, y, want) in [("top", 0, 60), ("bottom", WIDTH / 2, 180)] {
        let crop = Some(Crop { x: 0, y, width: HEIGHT, height: WIDTH / 2 });
        let spec = DecodeSpec { crop, width_px: 64, height_px: 64, ..whole(&file, 1) };
        let mut frame = Yuv420::new(64, 64);
        assert!(FrameReader::open(&spec).await.unwrap().next(&mut frame).await.unwrap());
        let middle = i32::from(frame.y()[32 * 64 + 32]);
        assert!((middle - want).abs() <= 2, "{name}: {middle}");
    }
}
