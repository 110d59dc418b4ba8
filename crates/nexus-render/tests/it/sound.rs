//! What the film sounds like.

use nexus_core::port::BlobStore;
use nexus_media::{SoundSpec, read_sound};
use serde_json::json;

use crate::stage::{Stage, edit, noise, video};

#[tokio::test]
async fn music_has_its_loudness_its_peak_and_its_length() {
    let mut stage = Stage::new();
    stage.add_flat("a", 100, 120).await;
    // Noise with a loud click every half second: loudness asks for gain, peaks for a limiter.
    let mut samples = noise(5 * 48_000, 0.03);
    for beat in samples.chunks_mut(48_000) {
        beat[..200].iter_mut().for_each(|value| *value *= 25.0);
    }
    stage.add_sound("music", &samples).await;
    let music = json!({ "asset": { "type": "audio", "src": "music", "trim": 0.25, "effect": "fadeOut" }, "start": 0, "length": 4 });
    let film = stage.render(edit(30.0, &[json!([video("a", 0.0, 4.0)]), json!([music])])).await;
    let (loudness, peak) = (film.loudness_lufs.unwrap(), film.true_peak_dbtp.unwrap());
    assert!((loudness + 14.0).abs() <= 0.5, "{loudness}");
    assert!(peak <= -1.0, "{peak}");
    let file = stage.blobs.local_file(&film.blob).await.unwrap();
    let heard =
        read_sound(&file, &SoundSpec { rate_hz: 48_000, channels: 2, start_s: 0.0, length_s: None, tempo: 1.0 })
            .await
            .unwrap();
    assert!((heard.len() as f64 / 96_000.0 - 4.0).abs() < 0.05, "{}", heard.len() as f64 / 96_000.0);
    let level = |from_s: f64, to_s: f64| {
        let part = &heard[(from_s * 96_000.0) as usize..(to_s * 96_000.0) as usize];
        (part.iter().map(|value| value * value).sum::<f32>() / part.len() as f32).sqrt()
    };
    assert!(
        level(3.8, 3.95) < level(0.1, 0.4) * 0.3,
        "the last two seconds fade: {} {}",
        level(3.8, 3.95),
        level(0.1, 0.4)
    );
}

#[tokio::test]
async fn a_film_without_sound_has_no_loudness() {
    let mut stage = Stage::new();
    stage.add_flat("a", 100, 30).await;
    let film = stage.render(edit(30.0, &[json!([video("a", 0.0, 1.0)])])).await;
    assert_eq!((film.loudness_lufs, film.true_peak_dbtp), (None, None));
}

#[tokio::test]
async fn sound_sits_on_its_time() {
    let mut stage = Stage::new();
    stage.add_flat("a", 100, 120).await;
    let mut samples = vec![0.0_f32; 4 * 96_000];
    // One burst at 2.0 s of the source.
    samples[2 * 96_000..2 * 96_000 + 9_600].copy_from_slice(&noise(4_800, 0.5));
    stage.add_sound("burst", &samples).await;
    let clip = json!({ "asset": { "type": "audio", "src": "burst", "trim": 1.0 }, "start": 1.5, "length": 2 });
    let film = stage.render(edit(30.0, &[json!([video("a", 0.0, 4.0)]), json!([clip])])).await;
    let file = stage.blobs.local_file(&film.blob).await.unwrap();
    let heard =
        read_sound(&file, &SoundSpec { rate_hz: 48_000, channels: 2, start_s: 0.0, length_s: None, tempo: 1.0 })
            .await
            .unwrap();
    let first = heard.chunks_exact(2).position(|frame| frame[0].abs() > 0.05).unwrap() as f64 / 48_000.0;
    assert!((first - 2.5).abs() < 0.005, "heard at {first} s");
}
