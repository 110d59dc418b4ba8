//! The files that an edit names.

use serde_json::Value;

/// Asset types whose `src` is the thing itself and no address.
const INLINE: [&str; 3] = ["svg", "html", "html5"];

/// A file that an edit names, and where it does so first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Place in the document, for instance `timeline.tracks[0].clips[2].asset.src`.
    pub path: String,
    /// The address as it stands there.
    pub src: String,
}

/// Every file that `edit` names, once, in the order of the document.
#[must_use]
pub fn sources(edit: &Value) -> Vec<Source> {
    let timeline = &edit["timeline"];
    let mut found = Vec::new();
    note(&mut found, "timeline.soundtrack.src".into(), &timeline["soundtrack"]["src"]);
    for (index, font) in list(&timeline["fonts"]).enumerate() {
        note(&mut found, format!("timeline.fonts[{index}].src"), &font["src"]);
    }
    for (track_index, track) in list(&timeline["tracks"]).enumerate() {
        for (index, clip) in list(&track["clips"]).enumerate() {
            let asset = &clip["asset"];
            let inline = asset["type"].as_str().is_some_and(|kind| INLINE.contains(&kind));
            let path = format!("timeline.tracks[{track_index}].clips[{index}].asset");
            if is_prompted(asset) {
                // Its `src` is a placeholder; a clip may begin with a still.
                note(&mut found, format!("{path}.options.inputSrc"), &asset["options"]["inputSrc"]);
            } else if !inline {
                note(&mut found, format!("{path}.src"), &asset["src"]);
            }
        }
    }
    found
}

/// True for assets that are made from a prompt. On the deprecated `image-to-video` it only accompanies the still.
fn is_prompted(asset: &Value) -> bool {
    asset["type"] != "image-to-video" && !asset["prompt"].is_null()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn note(found: &mut Vec<Source>, path: String, src: &Value) {
    // `alias://` names another clip of the same edit.
    let address = src.as_str().filter(|src| !src.is_empty() && !src.starts_with("alias://"));
    if let Some(src) = address.filter(|src| !found.iter().any(|known: &Source| known.src == **src)) {
        found.push(Source { path, src: src.to_owned() });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_file_is_found_once() {
        let edit = json!({ "timeline": {
            "soundtrack": { "src": "https://a.example/m.mp3" },
            "fonts": [{ "src": "https://a.example/f.ttf" }],
            "tracks": [{ "clips": [
                { "asset": { "type": "video", "src": "https://a.example/v.mp4" } },
                { "asset": { "type": "svg", "src": "<svg/>" } },
                { "asset": { "type": "caption", "src": "alias://v" } },
                { "asset": { "type": "rich-text", "text": "x" } },
                { "asset": { "type": "image", "src": "https://a.example/placeholder.png", "prompt": "waves" } },
                { "asset": { "type": "video", "prompt": "waves", "options": { "inputSrc": "https://a.example/s.png" } } },
                { "asset": { "type": "image-to-video", "src": "https://a.example/w.png", "prompt": "slowly" } },
                { "asset": { "type": "image", "src": "https://a.example/v.mp4" } },
                { "asset": { "type": "video", "src": "" } },
            ] }, { "clips": "nothing" }],
        } });
        let found: Vec<(String, String)> = sources(&edit).into_iter().map(|found| (found.path, found.src)).collect();
        let want = [
            ("timeline.soundtrack.src", "https://a.example/m.mp3"),
            ("timeline.fonts[0].src", "https://a.example/f.ttf"),
            ("timeline.tracks[0].clips[0].asset.src", "https://a.example/v.mp4"),
            ("timeline.tracks[0].clips[5].asset.options.inputSrc", "https://a.example/s.png"),
            ("timeline.tracks[0].clips[6].asset.src", "https://a.example/w.png"),
        ];
        assert_eq!(found, want.map(|(path, src)| (path.to_owned(), src.to_owned())));
        assert_eq!(sources(&json!(null)), []);
    }
}
