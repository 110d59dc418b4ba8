//! What can be said of an edit before anything is fetched. Everything else the renderer says, with its place.

use serde_json::Value;

use super::merge::MergeField;

/// Most clips of one edit.
const MOST_CLIPS: usize = 2000;
/// Longest callback address, in bytes.
const MOST_CALLBACK_BYTES: usize = 2048;

/// One thing that is wrong with an edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where, for instance `timeline.tracks[0].clips[2].asset`.
    pub path: String,
    /// What is wrong and what was expected.
    pub message: String,
}

/// Everything that is wrong with the frame of an edit document, in its order; empty when it may be tried.
#[must_use]
pub fn check(document: &Value) -> Vec<Fault> {
    let mut faults = Faults::default();
    if !document.is_object() {
        faults.expected("edit", "an object with timeline and output", document);
        return faults.0;
    }
    faults.service(document);
    let edit = super::merged(document);
    match &edit["timeline"] {
        timeline @ Value::Object(_) => faults.tracks(&timeline["tracks"]),
        other => faults.expected("timeline", "an object with tracks", other),
    }
    match &edit["output"] {
        Value::Object(_) => {}
        other => faults.expected("output", "an object with format", other),
    }
    faults.0
}

#[derive(Default)]
struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.0.push(Fault { path: path.into(), message: message.into() });
    }

    fn expected(&mut self, path: impl Into<String>, what: &str, found: &Value) {
        let path = path.into();
        let message = match found {
            Value::Null => format!("\"{path}\" is required: {what} was expected"),
            other => format!("\"{path}\" must be {what}, found {}", kind_of(other)),
        };
        self.add(path, message);
    }

    fn service(&mut self, document: &Value) {
        match document.get("merge") {
            None | Some(Value::Null) => {}
            Some(Value::Array(fields)) => {
                for (index, field) in fields.iter().enumerate() {
                    if serde_json::from_value::<MergeField>(field.clone()).is_err() {
                        self.expected(format!("merge[{index}]"), "an object with find and replace", field);
                    }
                }
            }
            Some(other) => self.expected("merge", "a list of fields", other),
        }
        match document.get("callback") {
            None | Some(Value::Null) => {}
            Some(Value::String(url)) if url.is_empty() || url.len() <= MOST_CALLBACK_BYTES && url.contains("://") => {}
            Some(other) => self.expected("callback", "an https:// address", other),
        }
    }

    fn tracks(&mut self, tracks: &Value) {
        let Some(list) = tracks.as_array().filter(|list| !list.is_empty()) else {
            return self.expected("timeline.tracks", "a list with at least one track", tracks);
        };
        let mut count = 0;
        for (index, track) in list.iter().enumerate() {
            let path = format!("timeline.tracks[{index}].clips");
            let clips = &track["clips"];
            let Some(clips) = clips.as_array().filter(|clips| !clips.is_empty()) else {
                self.expected(path, "a list with at least one clip", clips);
                continue;
            };
            count += clips.len();
            for (index, clip) in clips.iter().enumerate() {
                self.clip(&format!("{path}[{index}]"), clip);
            }
        }
        if count > MOST_CLIPS {
            self.add("timeline.tracks", format!("{count} clips are too many; at most {MOST_CLIPS} are taken"));
        }
    }

    fn clip(&mut self, path: &str, clip: &Value) {
        if !clip.is_object() {
            return self.expected(path, "an object with asset, start and length", clip);
        }
        match &clip["asset"] {
            Value::Object(asset) if asset.get("type").is_some_and(Value::is_string) => {}
            Value::Object(_) => self.expected(format!("{path}.asset.type"), "the kind of asset", &Value::Null),
            other => self.expected(format!("{path}.asset"), "an object with type", other),
        }
        for name in ["start", "length"] {
            match &clip[name] {
                Value::Number(_) | Value::String(_) => {}
                other => self.expected(format!("{path}.{name}"), "a number of seconds", other),
            }
        }
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(list) if list.is_empty() => "an empty list",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(document: &Value) -> Vec<String> {
        check(document).into_iter().map(|fault| fault.path).collect()
    }

    #[test]
    fn every_fault_is_told_with_its_place() {
        let clip = json!({ "asset": { "type": "image", "src": "x" }, "start": 0, "length": "{{ N }}" });
        let good = json!({
            "timeline": { "tracks": [{ "clips": [clip] }] },
            "output": { "format": "mp4" },
            "merge": [{ "find": "N", "replace": 2 }],
            "callback": "https://a.example/told",
        });
        assert_eq!(told(&good), Vec::<String>::new());
        for (name, document, want) in [
            ("no object", json!([]), vec!["edit"]),
            ("empty", json!({}), vec!["timeline", "output"]),
            ("no tracks", json!({ "timeline": { "tracks": [] }, "output": {} }), vec!["timeline.tracks"]),
            (
                "clips",
                json!({ "timeline": { "tracks": [{}, { "clips": [{ "asset": {}, "start": 0 }, 3] }] }, "output": {} }),
                vec![
                    "timeline.tracks[0].clips",
                    "timeline.tracks[1].clips[0].asset.type",
                    "timeline.tracks[1].clips[0].length",
                    "timeline.tracks[1].clips[1]",
                ],
            ),
            (
                "service",
                json!({ "timeline": { "tracks": [{ "clips": [{ "asset": { "type": "svg" }, "start": 0, "length": 1 }] }] },
                    "output": {}, "merge": [{ "find": 3 }], "callback": "nowhere" }),
                vec!["merge[0]", "callback"],
            ),
        ] {
            assert_eq!(told(&document), want, "{name}");
        }
    }
}
