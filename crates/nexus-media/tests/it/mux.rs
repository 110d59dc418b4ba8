//! Joining: exact frames, exact lengths, sound in place, tags, nothing half.

use nexus_core::{FrameRate, film::FilmTags};
use nexus_media::{
    DecodeSpec, FrameReader, MediaError, MuxSpec, SoundFormat, SoundSpec, Yuv420, mux, read_sound, write_sound,
};

use crate::material::{HEIGHT, WIDTH, count_of, counted, film, luma_of, scenes};

#[tokio::test]
async fn parts_join_to_exactly_their_frames() {
    let folder = tempfile::tempdir().unwrap();
    for rate in [FrameRate::FPS_30, FrameRate { num: 30_000, den: 1001 }] {
        let mut segments = Vec::new();
        for (index, (first, count)) in [(0_u64, 7_u64), (7, 31), (38, 1), (39, 22)].into_iter().enumerate() {
            let file = folder.path().join(format!("part {index}'.mp4"));
            film(&file, rate, count, |frame, picture| {
                picture.y_mut().fill(luma_of(first + frame));
            })
            .await;
            segments.push(file);
        }
        let out = folder.path().join("film.mp4");
        let spec = MuxSpec { segments, known: None, sound: None, tags: FilmTags::default(), out: out.clone() };
        let info = mux(&spec).await.unwrap();
        let video = info.video.unwrap();
        assert_eq!((video.rate, video.variable_rate), (rate, false), "the rate stays exact");
        assert!((info.duration_s - 61.0 / rate.as_f64()).abs() < 0.001, "{}", info.duration_s);
        let decode = DecodeSpec {
            file: out,
            start_s: 0.0,
            frames: 61,
            rate,
            crop: None,
            width_px: WIDTH,
            height_px: HEIGHT,
            threads: 1,
        };
        let mut reader = FrameReader::open(&decode).await.unwrap();
        let mut frame = Yuv420::new(WIDTH, HEIGHT);
        let mut seen = Vec::new();
        while reader.next(&mut frame).await.unwrap() {
            seen.push(count_of(&frame));
        }
        assert_eq!(seen, (0..61).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn sound_stands_where_it_stood() {
    let folder = tempfile::tempdir().unwrap();
    let (clip, sound, out) =
        (folder.path().join("clip.mp4"), folder.path().join("sound.m4a"), folder.path().join("film.mp4"));
    counted(&clip, FrameRate::FPS_30, 60).await;
    let mut samples = vec![0.0_f32; 96_000];
    for (offset, sample) in samples[24_000..24_400].iter_mut().enumerate() {
        *sample = if offset % 40 < 20 { 0.7 } else { -0.7 };
    }
    write_sound(&samples, 48_000, 1, &sound, SoundFormat::Aac).await.unwrap();
    let tags = FilmTags {
        title: "A film's \"title\" = 'x'; \\ :".into(),
        artist: "Quay House".into(),
        comment: "-i /etc/passwd".into(),
        ..FilmTags::default()
    };
    let info =
        mux(&MuxSpec { segments: vec![clip], known: None, sound: Some(sound), tags: tags.clone(), out: out.clone() })
            .await
            .unwrap();
    assert!(info.audio.is_some());
    let heard = read_sound(&out, &SoundSpec { rate_hz: 48_000, channels: 1, start_s: 0.0, length_s: None, tempo: 1.0 })
        .await
        .unwrap();
    let first = heard.iter().position(|sample| sample.abs() > 0.25).unwrap();
    assert!((23_900..=24_100).contains(&first), "the click came at sample {first}");
    let bytes = std::fs::read(&out).unwrap();
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds(&tags.title) && holds(&tags.artist) && holds(&tags.comment), "tags are in the file word for word");
    let place = |name: &[u8; 4]| bytes.windows(4).position(|word| word == name).unwrap();
    assert!(place(b"moov") < place(b"mdat"), "the index stands first");
}

#[tokio::test]
async fn what_does_not_fit_together_is_refused_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two, out) =
        (folder.path().join("one.mp4"), folder.path().join("two.mp4"), folder.path().join("film.mp4"));
    scenes(&one, FrameRate::FPS_30, 10, &[]).await;
    scenes(&two, FrameRate::FPS_25, 10, &[]).await;
    for (name, segments) in [("two rates", vec![one.clone(), two]), ("no parts", vec![])] {
        let error = mux(&MuxSpec { segments, known: None, sound: None, tags: FilmTags::default(), out: out.clone() })
            .await
            .unwrap_err();
        assert!(matches!(error, MediaError::Request(_)), "{name}: {error}");
    }
    let text = folder.path().join("text.m4a");
    std::fs::write(&text, "no sound").unwrap();
    let broken =
        MuxSpec { segments: vec![one], known: None, sound: Some(text), tags: FilmTags::default(), out: out.clone() };
    mux(&broken).await.unwrap_err();
    assert!(!out.exists());
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with(".part")), "{left:?}");
}
