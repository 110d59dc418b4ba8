//! Sound as it is listened to, piece by piece, against the way that the renderer decodes it.

use std::path::Path;

use nexus_core::port::Media as _;
use nexus_media::{FfmpegMedia, Limits, SoundFormat, SoundSpec, read_sound, write_mp3, write_sound};

use crate::material::tone;

async fn heard(file: &Path) -> (u32, Vec<f32>) {
    let mut sound = FfmpegMedia::new(Limits::default()).listen(file).await.expect("sound");
    let mut samples = Vec::new();
    while let Some(piece) = sound.next().await.expect("a piece") {
        assert!(!piece.is_empty() && piece.len() <= 1 << 17, "{} samples in one piece", piece.len());
        samples.extend(piece);
    }
    (sound.rate_hz(), samples)
}

/// Two seconds of a tone with a burst at 1.5 s.
fn burst() -> Vec<f32> {
    let mut samples = tone(330.0, 0.1, 2.0);
    for (offset, sample) in samples[72_000..72_480].iter_mut().enumerate() {
        *sample = if offset % 24 < 12 { 0.8 } else { -0.8 };
    }
    samples
}

fn first_loud(samples: &[f32]) -> i64 {
    samples.iter().position(|sample| sample.abs() > 0.4).expect("the burst") as i64
}

#[tokio::test]
async fn what_is_heard_stands_where_the_renderer_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let samples = burst();
    write_sound(&samples, 48_000, 1, &file("a.wav"), SoundFormat::Wav).await.unwrap();
    write_sound(&samples, 48_000, 1, &file("b.m4a"), SoundFormat::Aac).await.unwrap();
    write_mp3(&file("a.wav"), &file("c.mp3")).await.unwrap();
    for name in ["a.wav", "b.m4a", "c.mp3"] {
        let (rate_hz, found) = heard(&file(name)).await;
        assert_eq!(rate_hz, 48_000, "{name}");
        let all = SoundSpec { rate_hz, channels: 1, start_s: 0.0, length_s: None, tempo: 1.0 };
        let rendered = read_sound(&file(name), &all).await.unwrap();
        assert!(found.len().abs_diff(rendered.len()) <= 1200, "{name}: {} and {}", found.len(), rendered.len());
        let off = first_loud(&found) - first_loud(&rendered);
        assert!(off.abs() <= 2, "{name}: {off} samples away from the renderer's");
        assert!((first_loud(&found) - 72_000).abs() <= 48, "{name}: {}", first_loud(&found));
    }
}

#[tokio::test]
async fn a_listener_that_leaves_ends_the_decoder() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("long.wav");
    write_sound(&tone(100.0, 0.3, 60.0), 48_000, 1, &file, SoundFormat::Wav).await.unwrap();
    let mut sound = FfmpegMedia::new(Limits::default()).listen(&file).await.unwrap();
    assert!(sound.next().await.unwrap().is_some());
    drop(sound);
    let short = Limits { max_sound_s: 30.0, ..Limits::default() };
    let mut sound = FfmpegMedia::new(short).listen(&file).await.unwrap();
    let error = loop {
        match sound.next().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("a minute passed a limit of half a minute"),
            Err(error) => break error,
        }
    };
    assert!(error.to_string().contains("30 s") && error.to_string().contains("long.wav"), "{error}");
}

#[tokio::test]
async fn several_recordings_in_one_file_are_not_taken_for_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("one.wav"), folder.path().join("two.ogg"));
    write_sound(&tone(200.0, 0.3, 3.0), 48_000, 1, &one, SoundFormat::Wav).await.unwrap();
    vorbis(&one, &two);
    let bytes = std::fs::read(&two).unwrap();
    // The same stream number twice would be one stream: the second one gets another.
    let mut second = bytes.clone();
    let mut at = 0;
    while let Some(page) = second[at..].windows(4).position(|word| word == b"OggS") {
        at += page;
        second[at + 14] ^= 0x5A;
        renew_checksum(&mut second, at);
        at += 4;
    }
    let chained = folder.path().join("chained.ogg");
    std::fs::write(&chained, [bytes, second].concat()).unwrap();
    let opened = FfmpegMedia::new(Limits::default()).listen(&chained).await;
    let Ok(mut sound) = opened else { return };
    let mut samples = 0;
    let end = loop {
        match sound.next().await {
            Ok(Some(piece)) => samples += piece.len(),
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    match end {
        Ok(()) => assert!(samples > 5 * 48_000, "only the first recording was heard: {samples} samples"),
        Err(error) => assert!(error.to_string().contains("changes in the middle"), "{error}"),
    }
}

#[expect(clippy::disallowed_methods, reason = "the test makes a file as other programs make it")]
fn vorbis(from: &Path, to: &Path) {
    let mut command = std::process::Command::new("ffmpeg");
    let done = command.args(["-v", "error", "-nostdin", "-y", "-i"]).arg(from).args(["-c:a", "libvorbis"]).arg(to);
    assert!(done.status().expect("ffmpeg runs").success());
}

/// Writes the checksum of the Ogg page at `at` anew (RFC 3533).
fn renew_checksum(bytes: &mut [u8], at: usize) {
    let segments = usize::from(bytes[at + 26]);
    let body: usize = bytes[at + 27..at + 27 + segments].iter().map(|length| usize::from(*length)).sum();
    let page = at..at + 27 + segments + body;
    bytes[at + 22..at + 26].fill(0);
    let mut crc = 0_u32;
    for byte in &bytes[page] {
        crc ^= u32::from(*byte) << 24;
        for _ in 0..8 {
            crc = if crc & 0x8000_0000 == 0 { crc << 1 } else { (crc << 1) ^ 0x04C1_1DB7 };
        }
    }
    bytes[at + 22..at + 26].copy_from_slice(&crc.to_le_bytes());
}
