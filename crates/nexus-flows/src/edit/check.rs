//! What can be said of an edit before anything is fetched. Everything else the renderer says, with its place.

use nexus_edit::{Edit, EditError, making::makings};
use serde_json::Value;

use super::{destinations::foreign, merged};

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

/// Everything that is wrong with an edit document, in its order; empty when it may be rendered.
#[must_use]
pub fn check(document: &Value) -> Vec<Fault> {
    let fault = |error: &EditError| Fault { path: error.path.clone(), message: error.to_string() };
    let read = Edit::read(document).and_then(|(edit, _)| makings(&edit));
    let mut faults: Vec<Fault> = read.map_or_else(|errors| errors.iter().map(fault).collect(), |_| Vec::new());
    let foreign = foreign(&merged(document)["output"]["destinations"], "output.destinations");
    // What is no destination at all was told before.
    let is_new = |fault: &Fault| !faults.iter().any(|known| known.path == fault.path);
    let foreign: Vec<Fault> = foreign.into_iter().filter(is_new).collect();
    faults.extend(foreign);
    let callback = document["callback"].as_str().unwrap_or_default();
    if !callback.is_empty() && (callback.len() > MOST_CALLBACK_BYTES || !callback.contains("://")) {
        let message = format!("'callback': expected an https:// address of at most {MOST_CALLBACK_BYTES} bytes");
        faults.push(Fault { path: "callback".into(), message });
    }
    faults
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_fault_is_told_with_its_place() {
        let clip = json!({ "asset": { "type": "image", "src": "x" }, "start": 0, "length": "{{ N }}" });
        let good = json!({
            "timeline": { "tracks": [{ "clips": [clip] }] },
            "output": { "format": "mp4", "resolution": "sd" },
            "merge": [{ "find": "N", "replace": 2 }],
            "callback": "https://a.example/told",
        });
        assert_eq!(check(&good), []);
        let mut bad = good;
        bad["timeline"]["tracks"][0]["clips"][0]["fit"] = json!("sideways");
        bad["output"]["destinations"] = json!([{ "provider": "mux" }]);
        bad["callback"] = json!("nowhere");
        let paths: Vec<String> = check(&bad).into_iter().map(|fault| fault.path).collect();
        assert_eq!(paths, ["timeline.tracks[0].clips[0].fit", "output.destinations[0].provider", "callback"]);
        assert_eq!(check(&json!([])).len(), 1);
    }
}
