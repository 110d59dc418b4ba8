//! The edit document: read whole, then checked for what this renderer draws.

use nexus_edit::{Edit, Remark, RemarkKind};
use serde_json::Value;

use crate::{RenderError, check};

/// The edit that `document` describes, and what was read although it was not quite right.
///
/// # Errors
/// [`RenderError::Edits`] with the path of every field that is wrong or asks for what is not drawn yet.
pub fn read(document: &Value) -> Result<(Edit, Vec<Remark>), RenderError> {
    let (edit, remarks) = Edit::read(document)?;
    check::check(&edit)?;
    Ok((edit, remarks))
}

/// The remarks that the owner of a film should see; the form of a number is between programs.
pub(crate) fn worth_telling(remarks: &[Remark]) -> impl Iterator<Item = String> {
    remarks.iter().filter(|remark| remark.kind != RemarkKind::Form).map(ToString::to_string)
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
            ("no object", json!([]), "edit", "timeline"),
            ("no tracks", json!({ "timeline": {}, "output": {} }), "timeline.tracks", "tracks"),
            ("bad length", video(json!({ "length": "long" })), "timeline.tracks[0].clips[0].length", "auto"),
            ("bad fit", video(json!({ "fit": "fill" })), "timeline.tracks[0].clips[0].fit", "contain"),
            (
                "bad scale",
                video(json!({ "scale": [{ "from": 1 }] })),
                "timeline.tracks[0].clips[0].scale[0].to",
                "a number",
            ),
            (
                "bad asset",
                document(json!({ "asset": { "type": "film", "src": "a" }, "start": 0, "length": 1 })),
                "timeline.tracks[0].clips[0].asset.type",
                "asset type",
            ),
            (
                "bad trim",
                document(json!({ "asset": { "type": "video", "src": "a", "trim": true }, "start": 0, "length": 1 })),
                "timeline.tracks[0].clips[0].asset.trim",
                "a number",
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

    #[test]
    fn strangers_are_told_and_forms_are_not() {
        let clip =
            json!({ "asset": { "type": "video", "src": "a", "trim": "0.5" }, "start": 0, "length": 1, "fitt": "crop" });
        let (_, remarks) = read(&document(clip)).unwrap();
        assert_eq!(remarks.len(), 2);
        let told: Vec<String> = worth_telling(&remarks).collect();
        assert!(told.len() == 1 && told[0].contains("clips[0].fitt") && told[0].contains("'fit'"), "{told:?}");
    }
}
