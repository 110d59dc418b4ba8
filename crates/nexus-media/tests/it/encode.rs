//! Films: the same bytes for the same frames, nothing left of what was not finished, stills.

use nexus_core::FrameRate;
use nexus_media::{EncodeSpec, Encoder, FrameWriter, MediaError, Preset, Yuv420, grab_jpeg};

use crate::material::{HEIGHT, WIDTH, scenes};

fn spec(out: std::path::PathBuf) -> EncodeSpec {
    EncodeSpec {
        out,
        width_px: WIDTH,
        height_px: HEIGHT,
        rate: FrameRate::FPS_30,
        crf: 20,
        encoder: Encoder::X264(Preset::Veryfast),
        threads: 1,
    }
}

#[tokio::test]
async fn the_same_frames_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("one.mp4"), folder.path().join("two.mp4"));
    scenes(&one, FrameRate::FPS_30, 40, &[20]).await;
    scenes(&two, FrameRate::FPS_30, 40, &[20]).await;
    assert_eq!(std::fs::read(one).unwrap(), std::fs::read(two).unwrap());
}

#[tokio::test]
async fn an_unfinished_film_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("half.mp4");
    let mut writer = FrameWriter::open(&spec(out)).await.unwrap();
    writer.write(&Yuv420::new(WIDTH, HEIGHT)).await.unwrap();
    drop(writer);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn wrong_frames_and_shapes_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("film.mp4");
    let odd = EncodeSpec { width_px: 321, ..spec(out.clone()) };
    assert!(matches!(FrameWriter::open(&odd).await, Err(MediaError::Request(_))));
    let mut writer = FrameWriter::open(&spec(out.clone())).await.unwrap();
    assert!(matches!(writer.write(&Yuv420::new(64, 64)).await, Err(MediaError::Request(_))));
    assert!(matches!(writer.finish().await, Err(MediaError::Request(_))), "a film without frames");
    assert!(!out.exists());
}

#[tokio::test]
async fn a_folder_that_is_none_is_named() {
    let error = FrameWriter::open(&spec("/no-such-folder/film.mp4".into())).await.err().unwrap();
    assert!(matches!(&error, MediaError::Io { file, .. } if file == "film.mp4"), "{error}");
}

#[tokio::test]
async fn a_still_is_a_jpeg_of_the_size_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let film = folder.path().join("film.mp4");
    scenes(&film, FrameRate::FPS_30, 30, &[]).await;
    for (name, at_s, most, want) in [
        ("first", 0.0, None, (320, 180)),
        ("small", 0.5, Some(160), (160, 90)),
        ("past the end", 99.0, Some(160), (160, 90)),
    ] {
        let out = folder.path().join("still.jpg");
        grab_jpeg(&film, at_s, most, &out).await.unwrap();
        assert_eq!(jpeg_size(&std::fs::read(&out).unwrap()), want, "{name}");
    }
}

/// Width and height from the start-of-frame marker.
fn jpeg_size(bytes: &[u8]) -> (u16, u16) {
    assert_eq!(&bytes[..2], [0xFF, 0xD8], "a JPEG begins with its mark");
    let at = bytes.windows(2).position(|word| word == [0xFF, 0xC0]).expect("a frame header");
    let word = |offset: usize| u16::from_be_bytes([bytes[at + offset], bytes[at + offset + 1]]);
    (word(7), word(5))
}
