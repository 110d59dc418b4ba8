//! Merge fields: `{{ KEY }}` in the strings of an edit becomes a value.
//!
//! `apply` and `MergeField` stand here until `nexus_edit::merge` has them; then this file keeps `fields` and
//! `overridden` alone.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One field to replace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MergeField {
    /// The key between the braces.
    pub find: String,
    /// What stands there instead.
    pub replace: Value,
}

/// The fields under `merge` of a document; what is none is left out.
pub(super) fn fields(document: &Value) -> Vec<MergeField> {
    let list = document["merge"].as_array().into_iter().flatten();
    list.filter_map(|field| MergeField::deserialize(field).ok()).collect()
}

/// `document` with its merge fields overridden, and extended, by `fields`.
#[must_use]
pub fn overridden(mut document: Value, fields: &[MergeField]) -> Value {
    let mut all = self::fields(&document);
    for field in fields {
        match all.iter_mut().find(|known| known.find.trim() == field.find.trim()) {
            Some(known) => known.replace = field.replace.clone(),
            None => all.push(field.clone()),
        }
    }
    if let Some(object) = document.as_object_mut()
        && !all.is_empty()
    {
        object.insert("merge".into(), serde_json::json!(all));
    }
    document
}

/// Replaces every `{{ KEY }}` in the strings of `edit`: a string that is nothing else takes on the value itself,
/// of whatever type; inside a longer one its text is put in. What was put in is not searched again.
pub(super) fn apply(edit: &mut Value, fields: &[MergeField]) {
    if fields.is_empty() {
        return;
    }
    match edit {
        Value::String(text) => {
            if let Some(value) = replaced(text, fields) {
                *edit = value;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| apply(item, fields)),
        Value::Object(entries) => entries.values_mut().for_each(|value| apply(value, fields)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What `text` becomes; `None` when nothing in it is replaced. One pass, whatever stands in it.
fn replaced(text: &str, fields: &[MergeField]) -> Option<Value> {
    let mut out = String::new();
    let mut rest = text;
    let mut changed = false;
    while let Some(start) = rest.find("{{") {
        let key_start = start + 2;
        match key_end(&rest.as_bytes()[key_start..]) {
            KeyEnd::Braces(length) => {
                let key = rest[key_start..key_start + length].trim();
                let after = key_start + length + 2;
                match fields.iter().find(|field| field.find.trim() == key) {
                    Some(field) if after - start == text.len() => return Some(field.replace.clone()),
                    Some(field) => {
                        out.push_str(&rest[..start]);
                        match &field.replace {
                            Value::String(value) => out.push_str(value),
                            other => out.push_str(&other.to_string()),
                        }
                        changed = true;
                    }
                    None => out.push_str(&rest[..after]),
                }
                rest = &rest[after..];
            }
            // The braces belong to no key; the next ones may.
            KeyEnd::OtherBrace(length) => {
                let next = start + if length == 0 { 1 } else { 2 + length };
                out.push_str(&rest[..next]);
                rest = &rest[next..];
            }
            KeyEnd::Never => break,
        }
    }
    out.push_str(rest);
    changed.then_some(Value::String(out))
}

/// What ends a key, and how many bytes stand before it.
enum KeyEnd {
    Braces(usize),
    OtherBrace(usize),
    Never,
}

fn key_end(bytes: &[u8]) -> KeyEnd {
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'{' => return KeyEnd::OtherBrace(at),
            b'}' if bytes.get(at + 1) == Some(&b'}') => return KeyEnd::Braces(at),
            _ => {}
        }
    }
    KeyEnd::Never
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_replaced_once_and_keep_their_type() {
        let fields = fields(&json!({ "merge": [
            { "find": "N", "replace": 3 },
            { "find": " NAME ", "replace": "Ann" },
            { "find": "LOOP", "replace": "{{ NAME }}" },
            { "broken": true },
        ] }));
        for (name, text, want) in [
            ("whole, number", json!("{{ N }}"), json!(3)),
            ("whole, tight", json!("{{N}}"), json!(3)),
            ("inside", json!("Hello {{ NAME }}, {{N}} times"), json!("Hello Ann, 3 times")),
            ("not again", json!("x {{ LOOP }}"), json!("x {{ NAME }}")),
            ("unknown stays", json!("{{ WHO }} {{ NAME }}"), json!("{{ WHO }} Ann")),
            ("open", json!("{{ NAME"), json!("{{ NAME")),
            ("braces", json!("{{{NAME}}}"), json!("{Ann}")),
            ("after another", json!("{{ {{N}}"), json!("{{ 3")),
            ("deep", json!([{ "a": "{{ N }}" }]), json!([{ "a": 3 }])),
        ] {
            let mut value = text;
            apply(&mut value, &fields);
            assert_eq!(value, want, "{name}");
        }
    }

    #[test]
    fn later_fields_win() {
        let document = json!({ "merge": [{ "find": "A", "replace": 1 }, { "find": "B", "replace": 2 }] });
        let fields = [
            MergeField { find: "B".into(), replace: json!("two") },
            MergeField { find: "C".into(), replace: json!(3) },
        ];
        let want = json!({ "merge": [
            { "find": "A", "replace": 1 },
            { "find": "B", "replace": "two" },
            { "find": "C", "replace": 3 },
        ] });
        assert_eq!(overridden(document, &fields), want);
    }
}
