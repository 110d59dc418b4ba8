//! Sizes and rates of the file.

use nexus_core::FrameRate;
use nexus_edit::model::{AspectRatio, Format, Fps, Output, Resolution, Size, Word};

fn output() -> Output {
    Output { size: None, resolution: Some(Resolution::Sd), ..Output::new(Format::Mp4, Size { width: 2, height: 2 }) }
}

#[test]
fn resolutions_in_every_shape() {
    for (resolution, aspect, want) in [
        ("preview", "16:9", (512, 288)),
        ("mobile", "16:9", (640, 360)),
        ("sd", "16:9", (1024, 576)),
        ("hd", "16:9", (1280, 720)),
        ("1080", "16:9", (1920, 1080)),
        ("4k", "16:9", (3840, 2160)),
        ("hd", "9:16", (720, 1280)),
        ("1080", "1:1", (1080, 1080)),
        ("1080", "4:5", (864, 1080)),
        ("sd", "4:5", (460, 576)),
        ("1080", "4:3", (1440, 1080)),
        ("4k", "9:16", (2160, 3840)),
    ] {
        let name = format!("{resolution} {aspect}");
        let (resolution, aspect_ratio) = (Resolution::from_word(resolution), AspectRatio::from_word(aspect));
        let size = Output { resolution, aspect_ratio, ..output() }.frame();
        assert_eq!((size.width, size.height), want, "{name}");
    }
    for resolution in Resolution::TABLE {
        for aspect in AspectRatio::TABLE {
            let size = resolution.1.size(aspect.1);
            assert!(size.width % 2 == 0 && size.height % 2 == 0 && size.width <= 4096 && size.height <= 4096);
        }
    }
}

#[test]
fn the_file_may_have_another_size_than_the_frame() {
    let size = |width, height| Some(Size { width, height });
    for (name, given, frame, file) in [
        ("alone", output(), (1024, 576), (1024, 576)),
        ("scaled", Output { scale_to: Some(Resolution::Hd), ..output() }, (1024, 576), (1280, 720)),
        (
            "scaled and tall",
            Output { scale_to: Some(Resolution::Hd), aspect_ratio: Some(AspectRatio::Tall), ..output() },
            (576, 1024),
            (720, 1280),
        ),
        ("exact", Output { size: size(1000, 500), ..output() }, (1000, 500), (1000, 500)),
        (
            "exact and scaled",
            Output { size: size(1000, 500), scale_to: Some(Resolution::Mobile), ..output() },
            (1000, 500),
            (720, 360),
        ),
    ] {
        let pair = |size: Size| (size.width, size.height);
        assert_eq!((pair(given.frame()), pair(given.file_size())), (frame, file), "{name}");
    }
}

#[test]
fn rates_are_exact_and_have_defaults() {
    let preview = Output { resolution: Some(Resolution::Preview), ..output() };
    let exact = |num, den| FrameRate { num, den };
    for (name, given, want) in [
        ("default", output(), exact(25, 1)),
        ("preview", preview.clone(), exact(15, 1)),
        ("preview, but asked for", Output { fps: Fps::new(30.0), ..preview }, exact(30, 1)),
        ("broken", Output { fps: Fps::new(29.97), ..output() }, exact(30_000, 1001)),
    ] {
        assert_eq!(given.rate(), want, "{name}");
    }
    assert_eq!(Fps::new(23.0), None);
    for (rate, json) in [(23.976, "23.976"), (29.97, "29.97"), (59.94, "59.94"), (60.0, "60")] {
        assert_eq!(serde_json::to_string(&Fps::new(rate)).unwrap(), json);
    }
    assert_eq!(Some(Fps::nearest(exact(24, 1))), Fps::new(24.0));
    assert_eq!(Some(Fps::nearest(exact(31, 1))), Fps::new(30.0));
}
