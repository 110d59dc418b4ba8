//! `nexus render` of edits that describe media.

use std::path::Path;

use serde_json::{Value, json};

use crate::stage::{nexus, stderr, words};

fn render(folder: &Path, edit: &Value, more: &[&str]) -> (bool, Value, String) {
    let file = folder.join("edit.json");
    std::fs::write(&file, edit.to_string()).expect("written");
    let path = |path: &Path| path.to_str().expect("UTF-8").to_owned();
    let mut arguments = words(&["render", "--json", "--data"]);
    arguments.extend([path(&folder.join("data")), path(&file)]);
    arguments.extend(words(more));
    let output = nexus(&arguments);
    let told = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (output.status.success(), told, stderr(&output))
}

fn edit(clips: &Value, format: &str) -> Value {
    json!({
        "timeline": { "tracks": [{ "clips": clips }] },
        "output": { "format": format, "size": { "width": 160, "height": 90 }, "fps": 25 },
        "merge": [{ "find": "WORDS", "replace": "Good evening from the quay." }],
    })
}

/// Files below a folder.
fn files(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| if entry.path().is_dir() { files(&entry.path()) } else { 1 }).sum()
}

#[test]
fn media_is_made_before_the_film_and_only_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let still = folder.path().join("still.jpg");
    let described = json!([{ "asset": { "type": "text-to-image", "prompt": "a harbour" }, "start": 0, "length": 1 }]);
    let out = still.to_str().expect("UTF-8");
    let (good, told, errors) = render(folder.path(), &edit(&described, "jpg"), &["-o", out]);
    assert!(good && told["frames"] == 1, "{told} {errors}");

    let clips = json!([
        { "asset": { "type": "image-to-video", "src": out }, "start": 0, "length": 0.4 },
        { "asset": { "type": "text-to-speech", "text": "{{ WORDS }}", "voice": "Brian" }, "start": 0.4, "length": "auto" },
    ]);
    let film = folder.path().join("film.mp4");
    let to_film = ["-o", film.to_str().expect("UTF-8")];
    let (good, first, errors) = render(folder.path(), &edit(&clips, "mp4"), &to_film);
    assert!(good, "{errors}");
    assert!(first["frames"].as_u64().is_some_and(|frames| (35..125).contains(&frames)), "{first}");
    assert!(first["loudness_lufs"].is_number(), "it is heard: {first}");
    let remarks = first["remarks"].to_string();
    assert!(remarks.contains("'Brian'") && remarks.contains("clips[1].asset"), "{remarks}");

    let stored = files(&folder.path().join("data/blobs"));
    assert!(stored >= 3, "a still, a clip and speech are kept: {stored}");
    let (good, again, errors) = render(folder.path(), &edit(&clips, "mp4"), &to_film);
    assert!(good && again["frames"] == first["frames"], "{errors}");
    assert_eq!(files(&folder.path().join("data/blobs")), stored, "nothing is made again");
}

#[test]
fn what_cannot_be_made_is_told_with_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let speech = |language: &str, text: &str| json!([{ "asset": { "type": "text-to-speech", "text": text, "voice": "x", "language": language }, "start": 0, "length": 1 }]);
    for (name, clips, wanted) in [
        ("language", speech("fr-FR", "Bonsoir"), ["clips[0].asset", "'fr-FR'", "en-US"]),
        ("letters", speech("en", "海辺の町"), ["clips[0].asset", "English", "'audio'"]),
        (
            "no still",
            json!([{ "asset": { "type": "image-to-video", "src": "/nowhere/x.png" }, "start": 0, "length": 1 }]),
            ["clips[0].asset", "/nowhere/x.png", "picture"],
        ),
        (
            "music",
            json!([{ "asset": { "type": "audio", "prompt": "a waltz", "model": "elevenlabs-music" }, "start": 0, "length": 1 }]),
            ["clips[0].asset.model", "'elevenlabs-music'", "'src'"],
        ),
    ] {
        let (good, _, errors) = render(folder.path(), &edit(&clips, "mp4"), &["-o", "film.mp4"]);
        assert!(!good, "{name}");
        for word in wanted {
            assert!(errors.contains(word), "{name}: '{word}' is not in: {errors}");
        }
    }
}
