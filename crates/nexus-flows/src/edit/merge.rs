//! Merge fields that come with a request override those of the template.

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
fn fields(document: &Value) -> Vec<MergeField> {
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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
