//! Stills and clips, made and looked at.

use std::{path::Path, sync::Arc, time::Instant};

use nexus_core::{
    ErrorKind, FrameRate, RunId,
    blob::BlobRef,
    business::BrandKit,
    film::StillRequest,
    journal::{StepKey, StepName},
    port::{AnimateSpec, Animator, BlobStore, ImageMaker, StepContext},
};
use nexus_create::{CameraMove, DesignedStill, MachineVoice};
use nexus_media::{DecodeSpec, FfmpegMedia, FrameReader, Limits, Yuv420};
use nexus_testkit::{conformance, factory};

use crate::blobs::FolderBlobs;

fn request(subject: &str, width_px: u32, height_px: u32) -> StillRequest {
    StillRequest {
        business: factory::business().id,
        subject: subject.into(),
        kit: BrandKit::default(),
        width_px,
        height_px,
        seed: 3,
    }
}

fn context(item: &str) -> StepContext {
    StepContext::quiet(StepKey { run: RunId::derived(&["pictures"]), step: StepName::aside("make"), item: item.into() })
}

struct Desk {
    folder: tempfile::TempDir,
    blobs: Arc<FolderBlobs>,
    stills: DesignedStill,
    camera: CameraMove,
}

fn desk() -> Desk {
    let folder = tempfile::tempdir().expect("a folder");
    let blobs = Arc::new(FolderBlobs(folder.path().join("blobs")));
    let scratch = folder.path().join("scratch");
    Desk {
        stills: DesignedStill::new(blobs.clone(), &scratch),
        camera: CameraMove::new(blobs.clone(), &scratch),
        blobs,
        folder,
    }
}

/// Mean and standard deviation of all bytes.
fn spread(bytes: &[u8]) -> (f64, f64) {
    let mean = bytes.iter().map(|byte| f64::from(*byte)).sum::<f64>() / bytes.len() as f64;
    let square = bytes.iter().map(|byte| (f64::from(*byte) - mean).powi(2)).sum::<f64>() / bytes.len() as f64;
    (mean, square.sqrt())
}

#[test]
fn every_motif_is_a_picture_of_its_own() {
    let subjects = [
        "piano by the window",
        "a jazz trio",
        "lobster",
        "fresh bread",
        "warm welcome",
        "wine",
        "coffee",
        "steak",
        "sea",
        "sunset",
        "candles",
        "flowers",
        "garden",
        "linen",
        "chandelier",
    ];
    let mut pictures: Vec<Vec<u8>> = Vec::new();
    for subject in subjects {
        for (width, height) in [(90, 160), (160, 90), (100, 100)] {
            let pixels = DesignedStill::draw(&request(subject, width, height)).expect("a still");
            assert_eq!(pixels.len(), (width * height * 3) as usize);
            let (mean, deviation) = spread(&pixels);
            assert!(
                (15.0..200.0).contains(&mean) && deviation > 12.0,
                "{subject} {width}x{height}: {mean} {deviation}"
            );
        }
        let pixels = DesignedStill::draw(&request(subject, 90, 160)).expect("a still");
        assert!(!pictures.contains(&pixels), "{subject} looks like another");
        // Captions stand in the upper part: it must be calm and not bright.
        let (mean, deviation) = spread(&pixels[90 * 3 * 22..90 * 3 * 44]);
        assert!(mean < 110.0 && deviation < 62.0, "{subject}: {mean} {deviation}");
        pictures.push(pixels);
    }
}

#[test]
fn stills_follow_brand_and_seed() {
    let first = request("wine", 90, 160);
    let same = DesignedStill::draw(&first).expect("a still");
    assert_eq!(same, DesignedStill::draw(&first).expect("a still"));
    assert_ne!(same, DesignedStill::draw(&StillRequest { seed: 4, ..first.clone() }).expect("a still"));
    let red = BrandKit { primary: "#701020".into(), accent: "#ffd0d0".into(), ..BrandKit::default() };
    let pixels = DesignedStill::draw(&StillRequest { kit: red, ..first }).expect("a still");
    let channel = |offset: usize| pixels.iter().skip(offset).step_by(3).map(|byte| u64::from(*byte)).sum::<u64>();
    assert!(channel(0) > channel(1) && channel(0) > channel(2), "a red brand makes a red picture");
}

#[test]
fn impossible_sizes_are_refused() {
    for (width, height) in [(0, 100), (100, 15), (5000, 100)] {
        assert!(DesignedStill::draw(&request("wine", width, height)).is_err(), "{width}x{height}");
    }
}

#[tokio::test]
async fn the_still_maker_passes_its_suite() {
    let desk = desk();
    conformance::create::images(&desk.stills, desk.blobs.as_ref()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_animator_passes_its_suite() {
    let desk = desk();
    let still = desk.stills.make_still(&request("a jazz trio", 432, 760), &context("still")).await.expect("a still");
    let media = FfmpegMedia::new(Limits::default());
    conformance::create::animator(&desk.camera, &still, desk.blobs.as_ref(), &media).await;
}

#[tokio::test]
async fn the_voice_passes_its_suite() {
    let desk = desk();
    let voice = MachineVoice::new(desk.blobs.clone(), desk.folder.path().join("scratch"));
    conformance::create::speech(&voice, desk.blobs.as_ref(), &FfmpegMedia::new(Limits::default())).await;
}

async fn frames(file: &Path, frames: u64) -> Vec<Yuv420> {
    let spec = DecodeSpec {
        file: file.to_owned(),
        start_s: 0.0,
        frames,
        rate: FrameRate::FPS_30,
        crop: None,
        width_px: 180,
        height_px: 320,
        threads: 1,
    };
    let mut reader = FrameReader::open(&spec).await.expect("a clip");
    let mut frame = Yuv420::new(180, 320);
    let mut all = Vec::new();
    while reader.next(&mut frame).await.expect("a frame") {
        all.push(frame.clone());
    }
    all
}

fn difference(one: &Yuv420, other: &Yuv420) -> f64 {
    let sum: u64 = one.y().iter().zip(other.y()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / one.y().len() as f64
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_camera_moves_evenly_and_the_same_each_time() {
    let desk = desk();
    let still = desk.stills.make_still(&request("a jazz trio", 432, 760), &context("still")).await.expect("a still");
    let spec = AnimateSpec { width_px: 180, height_px: 320, rate: FrameRate::FPS_30, length_s: 1.5 };
    let clip = desk.camera.animate(&still, &spec, &context("one")).await.expect("a clip");
    let again = desk.camera.animate(&still, &spec, &context("two")).await.expect("a clip");
    let bytes =
        async |blob: &BlobRef| std::fs::read(desk.blobs.local_file(blob).await.expect("a file")).expect("bytes");
    assert_eq!(bytes(&clip).await, bytes(&again).await, "same still, same move, same bytes");

    let file = desk.blobs.local_file(&clip).await.expect("a file");
    let frames = frames(&file, 45).await;
    assert_eq!(frames.len(), 45);
    let steps: Vec<f64> = frames.windows(2).map(|pair| difference(&pair[0], &pair[1])).collect();
    let mean = steps.iter().sum::<f64>() / steps.len() as f64;
    assert!(mean > 0.02, "it moves: {mean}");
    assert!(steps.iter().all(|step| *step < mean * 4.0 + 0.3), "it never jumps: {steps:?}");
    assert!(difference(&frames[0], &frames[44]) > mean * 4.0, "it gets somewhere");
}

#[tokio::test]
async fn what_is_no_picture_is_refused_with_a_remedy() {
    let desk = desk();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("broken.png");
    std::fs::write(&file, b"this is no picture").expect("a file");
    let still = factory::blob("stills/broken.png");
    let still = desk.blobs.put_file(still.bucket, &still.key, &file).await.expect("stored");
    let spec = AnimateSpec { width_px: 180, height_px: 320, rate: FrameRate::FPS_30, length_s: 1.0 };
    let error = desk.camera.animate(&still, &spec, &context("broken")).await.expect_err("no picture");
    assert_eq!(error.kind, ErrorKind::Invalid);
    assert!(error.message.contains("broken.png") && error.message.contains("PNG or JPEG"), "{}", error.message);
    let odd = AnimateSpec { width_px: 181, ..spec };
    let error = desk.camera.animate(&still, &odd, &context("odd")).await.expect_err("an odd side");
    assert_eq!(error.kind, ErrorKind::Invalid);
}

#[test]
fn a_4k_still_is_quick() {
    let begin = Instant::now();
    DesignedStill::draw(&request("lobster", 2400, 4200)).expect("a still");
    // About two seconds on two free cores; the bound leaves room for a busy machine.
    assert!(begin.elapsed().as_secs() < 20, "{:?}", begin.elapsed());
}
