//! The edit document: read strictly, with the place of whatever is wrong.

use nexus_edit::model::{
    Align, Animated, Asset, AudioEffect, Clip, Edit, Font, Output, Shadow, TextAnimation, TextBackground, TextStyle,
    Transition,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{RenderError, check};

/// The edit that `document` describes.
///
/// # Errors
/// [`RenderError::Edit`] with the path of the first field that is wrong and what was expected there.
pub fn read(document: &Value) -> Result<Edit, RenderError> {
    let edit = Edit::deserialize_from(document).map_err(|error| locate(document, &error))?;
    check::check(&edit)?;
    Ok(edit)
}

trait DeserializeFrom: DeserializeOwned {
    fn deserialize_from(value: &Value) -> Result<Self, serde_json::Error> {
        serde_json::from_value(value.clone())
    }
}

impl<T: DeserializeOwned> DeserializeFrom for T {}

/// Serde names no path, and its messages for tagged enums blame the whole; so the parts are tried from the
/// inside out, and the innermost that fails is the one to name.
fn locate(document: &Value, error: &serde_json::Error) -> RenderError {
    let mut found = Finder::default();
    found.object(document, "the edit", "", &["timeline", "output"]);
    if let Some(timeline) = document.get("timeline") {
        found.object(timeline, "the timeline", "timeline", &["background", "tracks"]);
        found.tracks(timeline.get("tracks"));
    }
    if let Some(output) = document.get("output") {
        found.part::<Output>(output, "output");
    }
    let (path, expected) = found.first.unwrap_or_else(|| ("edit".into(), error.to_string()));
    RenderError::Edit { path, expected }
}

#[derive(Default)]
struct Finder {
    first: Option<(String, String)>,
}

impl Finder {
    fn note(&mut self, path: impl Into<String>, expected: impl Into<String>) {
        if self.first.is_none() {
            self.first = Some((path.into(), expected.into()));
        }
    }

    fn object(&mut self, value: &Value, what: &str, path: &str, fields: &[&str]) {
        let shown = if path.is_empty() { "edit" } else { path };
        let Some(object) = value.as_object() else {
            return self.note(shown, format!("{what} must be an object, found {}", kind_of(value)));
        };
        if let Some(stranger) = object.keys().find(|key| !fields.contains(&key.as_str())) {
            self.note(joined(path, stranger), format!("no such field; expected one of {}", fields.join(", ")));
        }
    }

    fn part<T: DeserializeOwned>(&mut self, value: &Value, path: &str) {
        if let Err(error) = T::deserialize_from(value) {
            self.note(path, error.to_string());
        }
    }

    fn field<T: DeserializeOwned>(&mut self, owner: &Value, path: &str, name: &str) {
        if let Some(value) = owner.get(name).filter(|value| !value.is_null()) {
            self.part::<T>(value, &joined(path, name));
        }
    }

    fn tracks(&mut self, tracks: Option<&Value>) {
        let Some(tracks) = tracks.and_then(Value::as_array) else {
            return self.note("timeline.tracks", "a list of tracks was expected, the top one first");
        };
        for (index, track) in tracks.iter().enumerate() {
            let path = format!("timeline.tracks[{index}]");
            self.object(track, "a track", &path, &["clips"]);
            match track.get("clips").and_then(Value::as_array) {
                Some(clips) => {
                    clips.iter().enumerate().for_each(|(at, clip)| self.clip(clip, &format!("{path}.clips[{at}]")))
                }
                None => self.note(joined(&path, "clips"), "a list of clips was expected"),
            }
        }
    }

    fn clip(&mut self, clip: &Value, path: &str) {
        if Clip::deserialize_from(clip).is_ok() {
            return;
        }
        if let Some(asset) = clip.get("asset") {
            self.asset(asset, &joined(path, "asset"));
        }
        for name in ["start", "length"] {
            self.field::<f64>(clip, path, name);
        }
        for name in ["width", "height"] {
            self.field::<u32>(clip, path, name);
        }
        for name in ["scale", "opacity"] {
            if let Some(value) = clip.get(name)
                && Animated::deserialize_from(value).is_err()
            {
                self.note(
                    joined(path, name),
                    format!("a number or a list of tweens (from, to, start, length) was expected, found {value}"),
                );
            }
        }
        self.field::<Transition>(clip, path, "transition");
        self.part::<Clip>(clip, path);
    }

    fn asset(&mut self, asset: &Value, path: &str) {
        if Asset::deserialize_from(asset).is_ok() {
            return;
        }
        for name in ["trim", "volume"] {
            self.field::<f64>(asset, path, name);
        }
        self.field::<AudioEffect>(asset, path, "effect");
        self.field::<Font>(asset, path, "font");
        self.field::<TextStyle>(asset, path, "style");
        self.field::<Align>(asset, path, "align");
        self.field::<Shadow>(asset, path, "shadow");
        self.field::<TextBackground>(asset, path, "background");
        self.field::<TextAnimation>(asset, path, "animation");
        self.part::<Asset>(asset, path);
    }
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document(clip: Value) -> Value {
        json!({
            "timeline": { "tracks": [{ "clips": [clip] }] },
            "output": { "format": "mp4", "size": { "width": 100, "height": 100 }, "fps": 25 }
        })
    }

    #[test]
    fn the_place_of_the_fault_is_named() {
        let video = |extra: Value| {
            let mut clip = json!({ "asset": { "type": "video", "src": "a" }, "start": 0, "length": 1 });
            clip.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            document(clip)
        };
        for (name, document, path, word) in [
            ("no object", json!([]), "edit", "object"),
            ("stranger", json!({ "timeline": {}, "output": {}, "merge": [] }), "merge", "timeline"),
            ("no tracks", json!({ "timeline": {}, "output": {} }), "timeline.tracks", "tracks"),
            ("bad length", video(json!({ "length": "auto" })), "timeline.tracks[0].clips[0].length", "f64"),
            ("bad fit", video(json!({ "fit": "fill" })), "timeline.tracks[0].clips[0]", "contain"),
            ("bad scale", video(json!({ "scale": [{ "from": 1 }] })), "timeline.tracks[0].clips[0].scale", "tweens"),
            (
                "bad asset",
                document(json!({ "asset": { "type": "luma", "src": "a" }, "start": 0, "length": 1 })),
                "timeline.tracks[0].clips[0].asset",
                "rich-text",
            ),
            (
                "bad trim",
                document(json!({ "asset": { "type": "video", "src": "a", "trim": true }, "start": 0, "length": 1 })),
                "timeline.tracks[0].clips[0].asset.trim",
                "f64",
            ),
            ("negative", video(json!({ "start": -1 })), "timeline.tracks[0].clips[0].start", "0"),
            ("no length", video(json!({ "length": 0 })), "timeline.tracks[0].clips[0].length", "more than 0"),
            ("opacity", video(json!({ "opacity": 2 })), "timeline.tracks[0].clips[0].opacity", "0 to 1"),
        ] {
            let text = read(&document).expect_err(name).to_string();
            assert!(text.contains(&format!("'{path}'")) && text.contains(word), "{name}: {text}");
        }
        assert!(read(&video(json!({}))).is_ok());
    }
}
