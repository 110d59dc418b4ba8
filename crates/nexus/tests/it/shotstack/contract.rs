//! Answers held against the published contract, where it is there: types, required fields, words, references.

use std::{path::Path, sync::OnceLock};

use serde_json::Value;

/// The published contract, or `None` with a word about it.
fn contract() -> Option<&'static Value> {
    static CONTRACT: OnceLock<Option<Value>> = OnceLock::new();
    let read = || {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/contracts/shotstack/api.bundled_1.18.3.json");
        let text = std::fs::read(path).ok();
        if text.is_none() {
            eprintln!("skipped: no shared data");
        }
        text.map(|text| serde_json::from_slice(&text).expect("the contract is JSON"))
    };
    CONTRACT.get_or_init(read).as_ref()
}

/// Panics when `answer` is not what the contract calls `schema`.
pub(crate) fn holds(schema: &str, answer: &Value) {
    let Some(contract) = contract() else { return };
    let faults = faults(contract, &contract["components"]["schemas"][schema], answer, schema);
    assert!(faults.is_empty(), "{faults:#?}\nin {answer:#}");
}

/// As far as the answers need it: `$ref`, `type`, `nullable`, `enum`, `properties`, `required`, `items`. The edit
/// inside of an answer is what was sent, and is not judged here.
fn faults(contract: &Value, schema: &Value, value: &Value, path: &str) -> Vec<String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap_or_default();
        if name == "Edit" {
            return Vec::new();
        }
        return faults(contract, &contract["components"]["schemas"][name], value, path);
    }
    if value.is_null() && schema["nullable"] == true {
        return Vec::new();
    }
    let fits = match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_u64() || value.is_i64(),
        Some("number") => value.is_number(),
        _ => true,
    };
    let mut found = Vec::new();
    if !fits {
        found.push(format!("{path}: {value} is no {}", schema["type"]));
    }
    if let Some(words) = schema["enum"].as_array().filter(|words| !words.contains(value)) {
        found.push(format!("{path}: {value} is none of {words:?}"));
    }
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if value.get(name).is_none() {
            found.push(format!("{path}.{name} is missing"));
        }
    }
    for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(value) = value.get(name) {
            found.extend(faults(contract, schema, value, &format!("{path}.{name}")));
        }
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        found.extend(faults(contract, &schema["items"], item, &format!("{path}[{index}]")));
    }
    found
}

#[test]
fn the_judge_can_say_no() {
    let Some(contract) = contract() else { return };
    let schema = &contract["components"]["schemas"]["RenderResponse"];
    let bad = serde_json::json!({ "success": "yes", "message": "OK", "response": { "id": 1, "status": "almost" } });
    assert_eq!(faults(contract, schema, &bad, "render").len(), 4, "two types, one word, one field");
}
