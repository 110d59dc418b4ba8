//! Real documents, and hostile ones.

use nexus_edit::{Edit, RemarkKind, timing};
use serde_json::{Value, json};

use crate::schema::shared;

#[test]
fn real_documents_are_read_and_timed() {
    let Some(folder) = shared("data/edits") else { return };
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert_eq!(files.len(), 15);
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let document: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        let (edit, remarks) = Edit::read(&document).unwrap_or_else(|errors| panic!("{name}: {errors}"));
        // Two of them give an SVG an opacity of its own, which the contract does not know.
        let strangers: Vec<_> = remarks.iter().filter(|remark| remark.kind == RemarkKind::UnknownField).collect();
        assert!(strangers.iter().all(|remark| remark.path.ends_with("asset.opacity")), "{name}: {strangers:?}");
        assert!(!remarks.iter().any(|remark| remark.kind == RemarkKind::UnknownKey), "{name}: {remarks:?}");
        let timing = timing::resolve(&edit, &|_| Some(20.0)).unwrap_or_else(|errors| panic!("{name}: {errors}"));
        let spans = timing.tracks.iter().flatten();
        assert!(spans.clone().all(|span| span.start <= span.end && span.end <= timing.length), "{name}");
        assert!(timing.length.0 > 0, "{name}");
        // Written and read again it is the same, and nothing has to be said any more.
        let (again, remarks) = Edit::read(&json!(edit)).unwrap();
        assert_eq!((again, remarks.len()), (edit, 0), "{name}");
    }
}

#[test]
fn the_json_test_suite_does_not_break_the_reader() {
    let Some(folder) = shared("data/hostile/json/nst+JSONTestSuite/test_parsing") else { return };
    let mut parsed = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let Ok(value) = serde_json::from_slice::<Value>(&std::fs::read(entry.unwrap().path()).unwrap()) else {
            continue;
        };
        parsed += 1;
        assert!(Edit::read(&value).is_err(), "{value}");
        let clip = json!({ "asset": value, "start": value, "length": value, "scale": [value], "id": value });
        let whole = json!({ "timeline": { "tracks": [{ "clips": [clip] }] }, "output": value, "merge": value });
        assert!(Edit::read(&whole).is_err(), "{value}");
    }
    assert!(parsed > 90, "{parsed} files hold JSON");
}
