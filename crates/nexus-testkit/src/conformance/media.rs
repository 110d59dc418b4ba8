//! Rules of the media port.

use std::path::Path;

use nexus_core::{
    ErrorKind,
    film::RenditionSpec,
    port::{Media, Progress, StepContext},
};

use crate::factory;

/// Files that the adapter's own test makes; the suite only reads them.
#[derive(Debug, Clone, Copy)]
pub struct MediaFiles<'a> {
    /// At least 3 s with sound, two different scenes, the cut at `cut_s`.
    pub clip: &'a Path,
    /// Where the clip's scenes meet, in seconds.
    pub cut_s: f64,
    /// A clip without sound.
    pub mute: &'a Path,
    /// A folder for files of the suite.
    pub scratch: &'a Path,
}

/// Every rule of the port.
///
/// # Panics
/// With the name of the rule that the adapter breaks.
pub async fn check(media: &dyn Media, files: &MediaFiles<'_>) {
    facts(media, files).await;
    moments(media, files).await;
    shots(media, files).await;
    sound(media, files).await;
    copies(media, files).await;
    refusals(media, files).await;
}

async fn facts(media: &dyn Media, files: &MediaFiles<'_>) {
    let info = media.probe(files.clip).await.expect("rule: a clip has facts");
    let video = info.video.as_ref().expect("rule: a clip has a picture");
    assert!(video.width_px > 0 && video.height_px > 0, "rule: the size is known");
    assert!(info.duration_s >= 3.0, "rule: the length is known");
    assert!(info.audio.is_some(), "rule: the sound is seen");
    let mute = media.probe(files.mute).await.expect("rule: a clip without sound has facts");
    assert!(mute.audio.is_none(), "rule: no sound is said to be none");
    let again = media.probe(files.clip).await.expect("rule: facts can be asked twice");
    assert_eq!(again, info, "rule: facts do not change");
}

async fn moments(media: &dyn Media, files: &MediaFiles<'_>) {
    let context = factory::context("media");
    let glance = media.glance(files.clip).await.expect("rule: a clip can be glanced at");
    let [shot] = glance.shots.as_slice() else { panic!("rule: a glance is one shot") };
    assert!((2..=8).contains(&shot.frames.len()), "rule: a few moments of it");
    assert!(glance.frames < 10, "rule: nothing else is decoded");
    let whole = media.examine(files.clip, &context).await.expect("rule: a clip can be examined");
    assert_eq!(glance.info, whole.info, "rule: both know the same facts");
    let size = |view: &nexus_core::footage::ShotView| (view.frames[0].width_px, view.frames[0].height_px);
    assert_eq!(size(shot), size(&whole.shots[0]), "rule: frames of a glance are like all others");
}

async fn shots(media: &dyn Media, files: &MediaFiles<'_>) {
    let reports = std::sync::Arc::new(std::sync::Mutex::new(Vec::<Progress>::new()));
    let seen = reports.clone();
    let context = StepContext {
        progress: std::sync::Arc::new(move |progress| seen.lock().expect("the list").push(progress)),
        ..factory::context("media")
    };
    let examined = media.examine(files.clip, &context).await.expect("rule: a clip can be examined");
    assert!(!reports.lock().expect("the list").is_empty(), "rule: progress is told");
    let frame_s = 1.0 / examined.info.video.as_ref().expect("a picture").rate.as_f64();
    assert!(!examined.shots.is_empty(), "rule: there is at least one shot");
    assert_eq!(examined.shots[0].start_s, 0.0, "rule: the first shot starts at the start");
    let end = examined.shots.last().expect("a shot").end_s;
    assert!((end - examined.info.duration_s).abs() < 2.0 * frame_s, "rule: the last shot ends at the end");
    for pair in examined.shots.windows(2) {
        assert_eq!(pair[0].end_s, pair[1].start_s, "rule: shots have no gaps");
    }
    let nearest = examined.shots.iter().map(|shot| (shot.start_s - files.cut_s).abs()).fold(f64::MAX, f64::min);
    assert!(nearest < frame_s / 2.0, "rule: a cut is found on its frame");
    for shot in &examined.shots {
        assert_eq!(shot.frames.len(), 3, "rule: a shot has three frames");
        for frame in &shot.frames {
            assert!(frame.time_s >= shot.start_s && frame.time_s < shot.end_s, "rule: frames are of their shot");
            assert_eq!(
                frame.rgb.len(),
                3 * frame.width_px as usize * frame.height_px as usize,
                "rule: frames are whole"
            );
        }
        assert!((shot.start_s..=shot.end_s).contains(&shot.motion.peak_s), "rule: the liveliest moment is in the shot");
        let sound = shot.sound.expect("rule: a clip with sound has sound under its shots");
        assert!(sound.level_db <= 0.0 && (0.0..=1.0).contains(&sound.speech), "rule: sound has sane measures");
    }
    let again = media.examine(files.clip, &context).await.expect("rule: a clip can be examined twice");
    assert_eq!(again, examined, "rule: the same file gives the same examination");
    let mute = media.examine(files.mute, &context).await.expect("rule: a clip without sound can be examined");
    assert!(mute.shots.iter().all(|shot| shot.sound.is_none()), "rule: no sound, none under shots");
}

async fn sound(media: &dyn Media, files: &MediaFiles<'_>) {
    let info = media.probe(files.clip).await.expect("facts");
    let mut sound = media.listen(files.clip).await.expect("rule: sound can be read");
    let mut samples = 0;
    while let Some(piece) = sound.next().await.expect("rule: a whole file is read to its end") {
        assert!(!piece.is_empty(), "rule: a piece holds something");
        samples += piece.len();
    }
    let length_s = samples as f64 / f64::from(sound.rate_hz());
    assert!((length_s - info.duration_s).abs() < 0.25, "rule: the sound has the clip's length");
    let error = media.listen(files.mute).await.err().expect("rule: no sound is an error");
    assert_eq!(error.kind, ErrorKind::Invalid, "rule: no sound is the input's fault");
}

async fn copies(media: &dyn Media, files: &MediaFiles<'_>) {
    let whole = RenditionSpec { max_s: 600.0, max_bytes: 1 << 30, min_short_side_px: 16 };
    let out = files.scratch.join("copy-whole.mp4");
    let info = media.rendition(files.clip, &whole, &out).await.expect("rule: a film that fits is copied");
    assert_eq!(info, media.probe(&out).await.expect("facts"), "rule: the answer describes the copy");
    let out = files.scratch.join("copy-short.mp4");
    let short = RenditionSpec { max_s: 1.5, ..whole };
    let info = media.rendition(files.clip, &short, &out).await.expect("rule: a film is shortened");
    assert!(info.duration_s <= 1.55, "rule: the copy is no longer than asked for");
    let large = RenditionSpec { min_short_side_px: 100_000, ..short };
    let out = files.scratch.join("copy-none.mp4");
    let error = media.rendition(files.clip, &large, &out).await.expect_err("rule: a film is never enlarged");
    assert_eq!(error.kind, ErrorKind::Invalid, "rule: what cannot be met is said");
    assert!(!out.exists(), "rule: a failed copy leaves no file");
}

async fn refusals(media: &dyn Media, files: &MediaFiles<'_>) {
    for (name, content, says) in [
        ("empty.mp4", "", "empty"),
        ("text.mp4", "this is a letter, not a film\n", "not a video"),
        ("playlist.mp4", "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nother.ts\n#EXT-X-ENDLIST\n", "not accepted"),
    ] {
        let file = files.scratch.join(name);
        std::fs::write(&file, content).expect("a file of the suite");
        let error = media.probe(&file).await.expect_err("rule: what is no media is refused");
        assert_eq!(error.kind, ErrorKind::Invalid, "rule: {name} is the input's fault");
        let message = &error.message;
        assert!(message.contains(name) && message.contains(says), "rule: {name} is named and explained: {message}");
        assert!(!message.contains(&files.scratch.display().to_string()), "rule: folders are not told: {message}");
    }
    let error = media.probe(&files.scratch.join("none.mp4")).await.expect_err("rule: a missing file is an error");
    assert_eq!(error.kind, ErrorKind::NotFound, "rule: a missing file is named so");
}
