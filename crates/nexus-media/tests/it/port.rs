//! The media port: conformance, facts, limits, deadlines.

use std::time::Duration;

use nexus_core::{ErrorKind, FrameRate, port::Media};
use nexus_media::{FfmpegMedia, Limits, ffmpeg_version};
use nexus_testkit::{
    conformance::media::{MediaFiles, check},
    factory,
};

use crate::material::{scenes, tone, turn_clockwise, with_sound};

#[tokio::test]
async fn keeps_every_rule_of_the_port() {
    let folder = tempfile::tempdir().unwrap();
    let mute = folder.path().join("mute.mp4");
    scenes(&mute, FrameRate::FPS_30, 105, &[44]).await;
    let clip = with_sound(&mute, &tone(440.0, 0.2, 3.5), &folder.path().join("clip.mp4")).await;
    let files = MediaFiles { clip: &clip, cut_s: 44.0 / 30.0, mute: &mute, scratch: folder.path() };
    check(&FfmpegMedia::default(), &files).await;
}

#[tokio::test]
async fn a_turned_phone_is_seen_upright() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("phone.mp4");
    scenes(&file, FrameRate::FPS_25, 25, &[]).await;
    turn_clockwise(&file);
    let media = FfmpegMedia::default();
    let video = media.probe(&file).await.unwrap().video.unwrap();
    assert_eq!((video.width_px, video.height_px, video.rotation_deg), (180, 320, 90));
    let examined = media.examine(&file, &factory::context("examine")).await.unwrap();
    let frame = &examined.shots[0].frames[0];
    assert_eq!((frame.width_px, frame.height_px), (384, 684));
}

#[tokio::test]
async fn rates_are_exact() {
    let folder = tempfile::tempdir().unwrap();
    for rate in [
        FrameRate::FPS_25,
        FrameRate { num: 30_000, den: 1001 },
        FrameRate { num: 24_000, den: 1001 },
        FrameRate { num: 60, den: 1 },
    ] {
        let file = folder.path().join("rate.mp4");
        scenes(&file, rate, 20, &[]).await;
        let info = FfmpegMedia::default().probe(&file).await.unwrap();
        let video = info.video.unwrap();
        assert_eq!((video.rate, video.variable_rate), (rate, false));
        assert!((info.duration_s - 20.0 / rate.as_f64()).abs() < 0.002, "{rate}: {}", info.duration_s);
    }
}

#[tokio::test]
async fn limits_are_kept_and_explained() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("clip.mp4");
    scenes(&file, FrameRate::FPS_30, 60, &[]).await;
    for (name, limits, says) in [
        ("length", Limits { max_footage_s: 1.0, ..Limits::default() }, "a length of 2 s"),
        ("pixels", Limits { max_pixels: 1000, ..Limits::default() }, "320x180 pixels"),
        ("rate", Limits { max_fps: 24.0, ..Limits::default() }, "30 frames per second"),
        ("streams", Limits { max_streams: 0, ..Limits::default() }, "1 streams"),
    ] {
        let error = FfmpegMedia::new(limits).probe(&file).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Invalid, "{name}");
        assert!(error.message.contains(says) && error.message.contains("clip.mp4"), "{name}: {}", error.message);
    }
}

#[tokio::test]
async fn a_deadline_ends_the_child_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("slow.mp4");
    scenes(&file, FrameRate::FPS_30, 90, &[]).await;
    let limits = Limits { work_deadline: Duration::from_millis(15), ..Limits::default() };
    let error = FfmpegMedia::new(limits).examine(&file, &factory::context("examine")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Timeout, "{error}");
    assert!(error.message.contains("slow.mp4") && error.message.contains("0.015 s"), "{}", error.message);
    assert_eq!(children_on(folder.path()), Vec::<String>::new());
}

#[tokio::test]
async fn dropping_a_call_ends_its_child() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dropped.mp4");
    scenes(&file, FrameRate::FPS_30, 600, &[]).await;
    let media = FfmpegMedia::default();
    let context = factory::context("examine");
    let call = media.examine(&file, &context);
    assert!(tokio::time::timeout(Duration::from_millis(150), call).await.is_err(), "the call was meant to be cut off");
    let mut left = children_on(folder.path());
    for _ in 0..50 {
        if left.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
        left = children_on(folder.path());
    }
    assert_eq!(left, Vec::<String>::new());
}

#[tokio::test]
async fn the_version_is_told() {
    assert!(ffmpeg_version().await.unwrap().starts_with("ffmpeg version "));
}

/// Command lines of living processes that name `folder`.
fn children_on(folder: &std::path::Path) -> Vec<String> {
    let folder = folder.to_string_lossy().into_owned();
    let Ok(processes) = std::fs::read_dir("/proc") else { return Vec::new() };
    processes
        .flatten()
        .filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok())
        .map(|line| String::from_utf8_lossy(&line).replace('\0', " "))
        .filter(|line| line.starts_with("ffmpeg") && line.contains(&folder))
        .collect()
}
