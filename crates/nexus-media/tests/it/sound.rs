//! Sound: samples there and back, loudness, peaks.

use nexus_media::{MediaError, SoundFormat, SoundSpec, limit_peaks, measure_loudness, read_sound, write_sound};

use crate::material::tone;

const ALL: SoundSpec = SoundSpec { rate_hz: 48_000, channels: 1, start_s: 0.0, length_s: None, tempo: 1.0 };

#[tokio::test]
async fn wav_gives_back_every_sample() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tone.wav");
    let samples = tone(330.0, 1.4, 1.0);
    write_sound(&samples, 48_000, 1, &file, SoundFormat::Wav).await.unwrap();
    assert_eq!(read_sound(&file, &ALL).await.unwrap(), samples, "also above full scale");
    let part = read_sound(&file, &SoundSpec { start_s: 0.25, length_s: Some(0.5), ..ALL }).await.unwrap();
    assert_eq!(part, samples[12_000..36_000]);
    let stereo = read_sound(&file, &SoundSpec { channels: 2, ..ALL }).await.unwrap();
    assert_eq!(stereo.len(), 2 * samples.len());
}

#[tokio::test]
async fn aac_keeps_the_moment_of_a_click() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("click.m4a");
    let mut samples = vec![0.0_f32; 96_000];
    for (offset, sample) in samples[48_000..48_200].iter_mut().enumerate() {
        *sample = if offset % 20 < 10 { 0.8 } else { -0.8 };
    }
    write_sound(&samples, 48_000, 1, &file, SoundFormat::Aac).await.unwrap();
    let heard = read_sound(&file, &ALL).await.unwrap();
    let first = heard.iter().position(|sample| sample.abs() > 0.3).unwrap();
    assert!((47_900..=48_100).contains(&first), "the click came at sample {first}");
    assert!((heard.len() as i64 - 96_000).abs() < 2048, "{} samples", heard.len());
}

#[tokio::test]
async fn the_same_samples_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    for format in [SoundFormat::Aac, SoundFormat::Wav] {
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        for out in [&one, &two] {
            write_sound(&tone(500.0, 0.5, 0.5), 48_000, 1, out, format).await.unwrap();
        }
        assert_eq!(std::fs::read(one).unwrap(), std::fs::read(two).unwrap(), "{format:?}");
    }
}

#[tokio::test]
async fn loudness_of_a_known_tone() {
    // EBU Tech 3341: a stereo sine of 1 kHz at -23 dBFS measures -23 LUFS.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tone.wav");
    let level = 10_f64.powf(-23.0 / 20.0);
    let stereo: Vec<f32> = tone(1000.0, level, 5.0).into_iter().flat_map(|sample| [sample, sample]).collect();
    write_sound(&stereo, 48_000, 2, &file, SoundFormat::Wav).await.unwrap();
    let loudness = measure_loudness(&file).await.unwrap();
    assert!((loudness.integrated_lufs + 23.0).abs() <= 0.1, "{loudness:?}");
    assert!((loudness.true_peak_dbtp + 23.0).abs() <= 0.2, "{loudness:?}");
    write_sound(&[0.0; 96_000], 48_000, 1, &file, SoundFormat::Wav).await.unwrap();
    let silence = measure_loudness(&file).await.unwrap();
    assert_eq!((silence.integrated_lufs, silence.true_peak_dbtp), (-70.0, -90.0));
}

#[tokio::test]
async fn peaks_between_samples_are_held() {
    let folder = tempfile::tempdir().unwrap();
    let (file, out) = (folder.path().join("hot.wav"), folder.path().join("held.wav"));
    // A quarter of the rate, an eighth of a turn off: every sample is 0.99 / sqrt(2), peaks between reach 0.99 * 1.4.
    let hot: Vec<f32> =
        (0..96_000).map(|n| ((f64::from(n) + 0.5) * std::f64::consts::FRAC_PI_2).sin() as f32 * 1.38).collect();
    write_sound(&hot, 48_000, 1, &file, SoundFormat::Wav).await.unwrap();
    assert!(measure_loudness(&file).await.unwrap().true_peak_dbtp > 2.0, "the test's sound is meant to be too hot");
    limit_peaks(&file, -1.0, &out).await.unwrap();
    let held = measure_loudness(&out).await.unwrap();
    assert!(held.true_peak_dbtp <= -0.9 && held.true_peak_dbtp > -3.0, "{held:?}");
    let samples = read_sound(&out, &ALL).await.unwrap();
    assert!((samples.len() as i64 - 96_000).abs() <= 2, "the length stays: {}", samples.len());
}

#[tokio::test]
async fn what_is_no_sound_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("none.wav");
    for (name, samples, rate_hz, channels) in [
        ("no samples", 0, 48_000, 1),
        ("half a frame", 3, 48_000, 2),
        ("no channels", 4, 48_000, 0),
        ("no rate", 4, 0, 1),
    ] {
        let answer = write_sound(&vec![0.0; samples], rate_hz, channels, &out, SoundFormat::Wav).await;
        assert!(matches!(answer, Err(MediaError::Request(_))), "{name}");
    }
    assert!(!out.exists());
}
