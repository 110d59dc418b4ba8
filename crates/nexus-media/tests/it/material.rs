//! Clips and sounds for tests, drawn from numbers.

use std::path::{Path, PathBuf};

use nexus_core::{FrameRate, film::FilmTags};
use nexus_media::{EncodeSpec, Encoder, FrameWriter, MuxSpec, Preset, SoundFormat, Yuv420, mux, write_sound};

/// Width of the clips, in pixels.
pub(crate) const WIDTH: u32 = 320;
/// Height of the clips, in pixels.
pub(crate) const HEIGHT: u32 = 180;

/// Smooth texture that differs by `scene`, moved left by `shift` pixels.
pub(crate) fn texture(scene: u32, shift: f64, frame: &mut Yuv420) {
    let (width, height) = (frame.width_px as usize, frame.height_px as usize);
    let wave = f64::from(scene % 3 + 1);
    let base = 60.0 + f64::from(scene * 53 % 120);
    for y in 0..height {
        for x in 0..width {
            let (across, down) = (x as f64 + shift, y as f64);
            let value = (across * 0.11 * wave).sin() * 25.0
                + (down * 0.13).cos() * 20.0
                + ((across + 2.0 * down) * 0.037).sin() * 20.0;
            frame.y_mut()[y * width + x] = (base + value).clamp(16.0, 235.0) as u8;
        }
    }
    frame.u_mut().fill((90 + scene * 37 % 80) as u8);
    frame.v_mut().fill((160 - scene * 29 % 80) as u8);
}

/// A clip of `frames` frames that `draw` fills.
pub(crate) async fn film(out: &Path, rate: FrameRate, frames: u64, mut draw: impl FnMut(u64, &mut Yuv420)) {
    let spec = EncodeSpec {
        out: out.to_owned(),
        width_px: WIDTH,
        height_px: HEIGHT,
        rate,
        crf: 16,
        encoder: Encoder::X264(Preset::Ultrafast),
        threads: 1,
    };
    let mut writer = FrameWriter::open(&spec).await.expect("an encoder");
    let mut frame = Yuv420::new(WIDTH, HEIGHT);
    for index in 0..frames {
        draw(index, &mut frame);
        writer.write(&frame).await.expect("a frame");
    }
    assert_eq!(writer.finish().await.expect("a film"), frames);
}

/// A clip whose scene changes at each of `cuts`, panning right by 2 pixels per frame.
pub(crate) async fn scenes(out: &Path, rate: FrameRate, frames: u64, cuts: &[u64]) {
    film(out, rate, frames, |index, frame| {
        let scene = cuts.iter().filter(|cut| **cut <= index).count() as u32;
        texture(scene, index as f64 * 2.0, frame);
    })
    .await;
}

/// A clip whose luma is 30 + 2 n everywhere on frame n.
pub(crate) async fn counted(out: &Path, rate: FrameRate, frames: u64) {
    film(out, rate, frames, |index, frame| {
        frame.y_mut().fill(luma_of(index));
        frame.u_mut().fill(128);
        frame.v_mut().fill(128);
    })
    .await;
}

/// The luma of frame `index` of a counted clip.
pub(crate) fn luma_of(index: u64) -> u8 {
    30 + 2 * index as u8
}

/// Which frame of a counted clip this is.
pub(crate) fn count_of(frame: &Yuv420) -> i64 {
    let middle = frame.y().len() / 2 + frame.width_px as usize / 2;
    ((f64::from(frame.y()[middle]) - 30.0) / 2.0).round() as i64
}

/// A sine of `hz` and `level`, mono at 48 kHz.
pub(crate) fn tone(hz: f64, level: f64, length_s: f64) -> Vec<f32> {
    (0..(48_000.0 * length_s) as usize)
        .map(|n| ((n as f64 / 48_000.0 * hz * std::f64::consts::TAU).sin() * level) as f32)
        .collect()
}

/// `clip` with `samples` (mono, 48 kHz) as its sound.
pub(crate) async fn with_sound(clip: &Path, samples: &[f32], out: &Path) -> PathBuf {
    let sound = out.with_extension("m4a");
    write_sound(samples, 48_000, 1, &sound, SoundFormat::Aac).await.expect("a sound");
    let spec = MuxSpec {
        segments: vec![clip.to_owned()],
        known: None,
        sound: Some(sound),
        tags: FilmTags::default(),
        out: out.to_owned(),
    };
    mux(&spec).await.expect("a film with sound");
    out.to_owned()
}

/// Writes a clockwise quarter turn into the picture track of an MP4, as phones do.
pub(crate) fn turn_clockwise(file: &Path) {
    let mut bytes = std::fs::read(file).expect("a film");
    let header = bytes.windows(4).position(|word| word == b"tkhd").expect("a track header");
    let matrix: [i32; 9] = [0, 0x1_0000, 0, -0x1_0000, 0, 0, 0, 0, 0x4000_0000];
    let words: Vec<u8> = matrix.iter().flat_map(|value| value.to_be_bytes()).collect();
    bytes[header + 44..header + 80].copy_from_slice(&words);
    std::fs::write(file, bytes).expect("a film");
}
