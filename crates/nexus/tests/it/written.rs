//! Words that stand in a picture, from a film that we set ourselves.

use serde_json::{Value, json};

use crate::stage::{nexus, stderr, words};

#[test]
fn large_words_on_screen_are_read() {
    if !std::path::Path::new("/usr/bin/tesseract").is_file() {
        assert!(!in_continuous_integration(), "tesseract is missing; run tools/setup.sh");
        eprintln!("skipped: tesseract is not installed");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let (edit, film) = (folder.path().join("edit.json"), folder.path().join("film.mp4"));
    let text = json!({
        "type": "text", "text": "SEASIDE TERRACE", "width": 1200, "height": 400,
        "font": { "family": "Inter", "size": 120, "color": "#ffffff" },
    });
    let document = json!({
        "timeline": { "background": "#102030", "tracks": [{ "clips": [{ "asset": text, "start": 0, "length": 2 }] }] },
        "output": { "format": "mp4", "size": { "width": 1280, "height": 720 }, "fps": 25 },
    });
    std::fs::write(&edit, document.to_string()).expect("written");
    let path = |path: &std::path::Path| path.to_str().expect("UTF-8").to_owned();
    let rendered = nexus(&words(&["render", &path(&edit), "-o", &path(&film)]));
    assert!(rendered.status.success(), "{}", stderr(&rendered));

    let tagged = nexus(&words(&["tag", &path(&film), "--json"]));
    assert!(tagged.status.success(), "{}", stderr(&tagged));
    let told: Value = serde_json::from_slice(&tagged.stdout).expect("one JSON document");
    let tags = told["files"][0]["tags"].as_array().expect("tags");
    let read = |name: &str| tags.iter().any(|tag| tag["name"] == name && tag["source"] == "L0 words");
    assert!(read("seaside") && read("terrace") && read("words on screen"), "{tags:?}");
}

#[expect(clippy::disallowed_methods, reason = "the runner says where the test runs")]
fn in_continuous_integration() -> bool {
    std::env::var_os("CI").is_some()
}
