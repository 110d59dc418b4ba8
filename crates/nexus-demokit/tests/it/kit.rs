//! The small kit: files, truth, and the second call.

use std::{collections::BTreeMap, fs, path::Path};

use nexus_core::BusinessId;
use nexus_demokit::DemoKit;
use nexus_media::{Limits, SoundSpec, measure_loudness, probe_file, read_sound};

fn stamps(dir: &Path) -> BTreeMap<String, std::time::SystemTime> {
    let mut found = BTreeMap::new();
    for folder in ["", "footage", "music", "reviews"] {
        for entry in fs::read_dir(dir.join(folder)).expect("folder") {
            let entry = entry.expect("entry");
            let data = entry.metadata().expect("data");
            if data.is_file() {
                found.insert(format!("{folder}/{}", entry.file_name().display()), data.modified().expect("time"));
            }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_kit_is_what_its_truth_says_and_is_made_once() {
    let home = tempfile::tempdir().expect("temp");
    let kit = DemoKit::small(home.path()).await.expect("kit");

    assert_eq!(kit.footage.len(), 9);
    for (path, truth) in kit.footage.iter().zip(&kit.truths) {
        let info = probe_file(path, &Limits::default()).await.expect("probe");
        let name = &truth.name;
        let video = info.video.expect("video");
        assert_eq!((video.width_px, video.height_px), (truth.width_px, truth.height_px), "{name}");
        assert!((info.duration_s - truth.duration_s).abs() < 0.05, "{name}");
        assert_eq!(info.audio.is_some(), truth.has_sound, "{name}");
        assert!(!truth.seen.is_empty(), "{name}");
        let beside = fs::read(path.with_extension("truth.json")).expect("truth file");
        assert_eq!(serde_json::from_slice::<nexus_demokit::ClipTruth>(&beside).expect("json"), *truth, "{name}");
    }
    assert_eq!(kit.truths.iter().filter(|truth| truth.has_sound).count(), 3);

    for track in &kit.music {
        let name = &track.truth.name;
        let loudness = measure_loudness(&track.path).await.expect("loudness");
        assert!((-16.0..=-14.0).contains(&loudness.integrated_lufs), "{name} {loudness:?}");
        assert!(loudness.true_peak_dbtp < -1.0, "{name} {loudness:?}");
        let spec = SoundSpec { rate_hz: 48_000, channels: 2, start_s: 0.0, length_s: None, tempo: 1.0 };
        let sound = read_sound(&track.path, &spec).await.expect("sound");
        assert!((sound.len() as f64 / 96_000.0 - track.truth.length_s).abs() < 0.001, "{name}");
        drop_is_louder_than_before(&sound, track.truth.drop_s, name);
        let text = fs::read_to_string(track.path.with_extension("beats")).expect("beats");
        assert_eq!(text, track.truth.beats_text(), "{name}");
    }

    for review in &kit.reviews {
        review.clone().accept(kit.business.id).expect("a review that can become a film");
    }
    assert_eq!(kit.business.id, BusinessId::derived(&["quay-house"]));
    assert_eq!(kit.reviews.len(), 3);

    // A second call changes nothing; a lost file alone is made again, the same.
    let before = stamps(home.path());
    assert_eq!(DemoKit::small(home.path()).await.expect("again"), kit);
    assert_eq!(stamps(home.path()), before);
    let victim = &kit.footage[4];
    let bytes = fs::read(victim).expect("clip");
    fs::write(victim, &bytes[..bytes.len() / 2]).expect("tear");
    DemoKit::small(home.path()).await.expect("mended");
    assert!(fs::read(victim).expect("clip") == bytes, "the same clip has the same bytes");
    let after = stamps(home.path());
    let changed: Vec<_> = before.keys().filter(|name| before[*name] != after[*name]).collect();
    assert_eq!(changed, ["/demokit.json", "footage/pouring_red_wine.mp4"]);
}

/// The mean power of the two seconds after the drop is well above that of the two before it.
fn drop_is_louder_than_before(sound: &[f32], drop_s: f64, name: &str) {
    let at = (drop_s * 48_000.0) as usize * 2;
    let power = |part: &[f32]| part.iter().map(|v| f64::from(v * v)).sum::<f64>() / part.len() as f64;
    let (before, after) = (power(&sound[at - 192_000..at]), power(&sound[at..at + 192_000]));
    assert!(after > before * 1.5, "{name}: {before} then {after}");
}
