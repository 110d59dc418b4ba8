//! What one decode learns: cuts, windows, movement, sound.

use nexus_core::{
    FrameRate,
    footage::{Begins, Examination},
    port::Media,
};
use nexus_media::FfmpegMedia;
use nexus_testkit::factory;

use crate::material::{film, scenes, texture, tone, with_sound};

async fn examine(file: &std::path::Path) -> Examination {
    FfmpegMedia::default().examine(file, &factory::context("examine")).await.expect("an examination")
}

fn starts(examined: &Examination) -> Vec<u64> {
    let rate = examined.info.video.as_ref().expect("a picture").rate;
    examined.shots.iter().map(|shot| (shot.start_s * rate.as_f64()).round() as u64).collect()
}

#[tokio::test]
async fn hard_cuts_are_found_on_their_frames() {
    let folder = tempfile::tempdir().unwrap();
    for (name, rate, cuts) in [
        ("25", FrameRate::FPS_25, vec![30, 76, 117]),
        ("29.97", FrameRate { num: 30_000, den: 1001 }, vec![19, 60, 100]),
        ("60", FrameRate { num: 60, den: 1 }, vec![61, 122]),
    ] {
        let file = folder.path().join("cuts.mp4");
        scenes(&file, rate, 150, &cuts).await;
        let want: Vec<u64> = std::iter::once(0).chain(cuts).collect();
        assert_eq!(starts(&examine(&file).await), want, "{name}");
    }
}

#[tokio::test]
async fn flashes_and_whip_pans_are_no_cuts() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("flash.mp4");
    film(&file, FrameRate::FPS_30, 90, |index, frame| {
        texture(1, index as f64, frame);
        if (40..43).contains(&index) {
            frame.y_mut().fill(230);
        }
    })
    .await;
    assert_eq!(starts(&examine(&file).await), vec![0], "a flash of three frames");
    film(&file, FrameRate::FPS_30, 90, |index, frame| {
        let shift = if (40..60).contains(&index) { (index - 40) as f64 * 37.0 } else { 0.0 };
        texture(1, shift, frame);
    })
    .await;
    assert_eq!(starts(&examine(&file).await), vec![0], "a whip pan of 20 frames");
}

#[tokio::test]
async fn a_long_take_is_cut_into_windows() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("long.mp4");
    scenes(&file, FrameRate::FPS_25, 25 * 13, &[]).await;
    let examined = examine(&file).await;
    assert!(examined.shots.len() >= 4, "{} windows", examined.shots.len());
    for shot in &examined.shots {
        let length_s = shot.end_s - shot.start_s;
        assert!((1.99..=4.01).contains(&length_s), "a window of {length_s} s");
    }
}

#[tokio::test]
async fn movement_has_its_sign_and_size() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("moving.mp4");
    // 2 pixels per frame of 320 at 30 per second: 0.1875 widths per second.
    let speed = 2.0 * 30.0 / 320.0;
    for (name, step, want) in [("right", 2.0, speed), ("left", -2.0, -speed), ("still", 0.0, 0.0)] {
        film(&file, FrameRate::FPS_30, 60, |index, frame| texture(1, 400.0 + index as f64 * step, frame)).await;
        let motion = examine(&file).await.shots[0].motion;
        assert!((motion.pan - want).abs() < 0.02, "{name}: pan {}", motion.pan);
        assert!(motion.tilt.abs() < 0.02 && motion.zoom.abs() < 0.03 && motion.shake < 0.03, "{name}: {motion:?}");
        assert_eq!(motion.activity > 1.0, step != 0.0, "{name}: {motion:?}");
    }
}

#[tokio::test]
async fn zoom_and_peak_are_seen() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("zoom.mp4");
    film(&file, FrameRate::FPS_30, 60, |index, frame| {
        let grown = 1.2_f64.powf(index as f64 / 30.0);
        rings(grown, frame);
    })
    .await;
    let motion = examine(&file).await.shots[0].motion;
    assert!((motion.zoom - 0.2).abs() < 0.06, "zoom {}", motion.zoom);
    film(&file, FrameRate::FPS_30, 90, |index, frame| {
        let shift = if (60..66).contains(&index) { (index - 60) as f64 * 4.0 } else { 0.0 };
        texture(1, shift, frame);
    })
    .await;
    let peak_s = examine(&file).await.shots[0].motion.peak_s;
    assert!((1.9..=2.3).contains(&peak_s), "peak at {peak_s} s");
}

#[tokio::test]
async fn sound_is_heard_under_its_shot() {
    let folder = tempfile::tempdir().unwrap();
    let mute = folder.path().join("mute.mp4");
    scenes(&mute, FrameRate::FPS_30, 180, &[90]).await;
    let syllables: Vec<f32> = (0..144_000_u32)
        .map(|n| {
            let second = f64::from(n) / 48_000.0;
            // About four syllables a second of uneven lengths, each a buzz of 150 Hz with its overtones.
            let phase = second * 4.0 + 0.35 * (second * 5.3).sin() + 0.2 * (second * 9.1).cos();
            let envelope = (phase * std::f64::consts::TAU).sin().max(0.0).powf(1.5);
            let voice: f64 = (1..20)
                .map(|k| (second * 150.0 * f64::from(k) * std::f64::consts::TAU).sin() / f64::from(k).sqrt())
                .sum();
            (voice * envelope * 0.1) as f32
        })
        .collect();
    let samples: Vec<f32> = tone(440.0, 0.1, 3.0).into_iter().chain(syllables).collect();
    let file = with_sound(&mute, &samples, &folder.path().join("clip.mp4")).await;
    let examined = examine(&file).await;
    let [first, second] = [0, 1].map(|index| examined.shots[index].sound.unwrap());
    assert!((first.level_db + 23.0).abs() < 1.0, "a sine of 0.1 has -23 dBFS: {first:?}");
    assert!(first.speech < 0.1, "a steady tone is no speech: {first:?}");
    assert!(second.speech > 0.4, "syllables resemble speech: {second:?}");
}

/// Rings around the centre, `grown` times as large.
fn rings(grown: f64, frame: &mut nexus_media::Yuv420) {
    let (width, height) = (frame.width_px as usize, frame.height_px as usize);
    for y in 0..height {
        for x in 0..width {
            let (across, down) = ((x as f64 - 159.5) / grown, (y as f64 - 89.5) / grown);
            let value = (across * 0.12).sin() * 40.0 + (down * 0.15).sin() * 40.0;
            frame.y_mut()[y * width + x] = (120.0 + value) as u8;
        }
    }
}

#[tokio::test]
async fn dissolves_and_fades_begin_shots_and_light_that_changes_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("gradual.mp4");
    let (frames, from, length) = (120_u64, 45_u64, 30_u64);
    let blend = |index: u64, darkness: bool, frame: &mut nexus_media::Yuv420| {
        let share = (index as f64 - from as f64).clamp(0.0, length as f64) / length as f64;
        let mut other = frame.clone();
        texture(1, 0.0, frame);
        texture(9, 300.0, &mut other);
        let luma = frame.y().len();
        for (at, (here, there)) in frame.data.iter_mut().zip(&other.data).enumerate() {
            let grey = if at < luma { 16.0 } else { 128.0 };
            let there = if darkness { grey + (f64::from(*here) - grey) * 0.45 } else { f64::from(*there) };
            *here = ((1.0 - share) * f64::from(*here) + share * there).round() as u8;
        }
    };
    film(&file, FrameRate::FPS_30, frames, |index, frame| blend(index, false, frame)).await;
    let shots = examine(&file).await.shots;
    let turned: Vec<_> = shots.iter().filter(|shot| shot.begins == Begins::Dissolve).collect();
    assert_eq!(turned.len(), 1, "{:?}", shots.iter().map(|shot| (shot.start_s, shot.begins)).collect::<Vec<_>>());
    assert!((turned[0].start_s - 2.0).abs() < 0.2, "the dissolve begins at {} s", turned[0].start_s);
    assert!(shots.windows(2).all(|pair| pair[0].end_s == pair[1].start_s && pair[0].start_s < pair[0].end_s), "no gap");

    film(&file, FrameRate::FPS_30, frames, |index, frame| blend(index, true, frame)).await;
    let shots = examine(&file).await.shots;
    assert!(shots.iter().all(|shot| shot.begins != Begins::Dissolve), "the same thing in less light is the same shot");
}

#[tokio::test]
async fn a_photo_is_a_shot_of_one_frame() {
    let folder = tempfile::tempdir().unwrap();
    let clip = folder.path().join("clip.mp4");
    scenes(&clip, FrameRate::FPS_25, 25, &[]).await;
    let photo = folder.path().join("photo.jpg");
    nexus_media::grab_jpeg(&clip, 0.2, None, &photo).await.expect("a photo");
    let examined = examine(&photo).await;
    assert_eq!((examined.shots.len(), examined.frames, examined.info.duration_s), (1, 1, 0.0));
    assert!(!examined.shots[0].frames.is_empty());

    // The same file as a phone writes it when it is held upright: an Exif block that says "turn clockwise" (6).
    let flat = std::fs::read(&photo).unwrap();
    let exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let mut turned = flat[..2].to_vec();
    turned.extend([0xff, 0xe1]);
    turned.extend((exif.len() as u16 + 2).to_be_bytes());
    turned.extend(exif);
    turned.extend(&flat[2..]);
    std::fs::write(&photo, turned).unwrap();
    let upright = examine(&photo).await;
    let (before, after) = (examined.info.video.expect("a picture"), upright.info.video.expect("a picture"));
    assert_eq!((after.width_px, after.height_px, after.rotation_deg), (before.height_px, before.width_px, 90));
    let frame = &upright.shots[0].frames[0];
    assert!(frame.height_px > frame.width_px, "{}x{}", frame.width_px, frame.height_px);
}

#[tokio::test]
async fn every_frame_is_decoded_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("counted.mp4");
    scenes(&file, FrameRate::FPS_25, 130, &[60]).await;
    assert_eq!(examine(&file).await.frames, 130);
}
