//! Merge fields: `{{ KEY }}` in any text of a document becomes what the document says it stands for.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::reader::{EditError, EditErrors, Path, Read, Remark, RemarkKind, Report, Spot, hold_limits};

/// Merge fields of one document.
const MOST_FIELDS: usize = 1_000;
/// Bytes that filling in may add to a document.
const MOST_ADDED_BYTES: usize = 16_000_000;
/// Longest key in bytes; what is longer between braces is no placeholder.
const LONGEST_KEY: usize = 200;

/// A key and what stands in its place.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MergeField {
    /// The key, without braces.
    pub find: String,
    /// What replaces it: any JSON where the placeholder is a whole text, its text within a longer one.
    pub replace: Value,
}

impl Read for MergeField {
    const EXPECTED: &'static str = "a merge field (find, replace)";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        spot.object(Self::EXPECTED, |fields| {
            let find = fields.need("find", "a key").and_then(|spot| spot.filled_text("a key", LONGEST_KEY));
            let replace = fields.get_with_null("replace");
            if replace.is_none() {
                fields.need("replace", "what stands in its place");
            }
            Some(Self { find: find?.trim().to_owned(), replace: replace?.clone() })
        })
    }
}

/// `document` with its placeholders filled in and without its `merge` list, so that filling in again changes
/// nothing. Text that came in by a field is not looked at again. Placeholders that no field names stay as they are,
/// with a remark.
///
/// # Errors
/// Every merge field that is wrong; a document, given or filled in, that breaks the limits of size.
pub fn expand(document: &Value) -> Result<(Value, Vec<Remark>), EditErrors> {
    let report = Report::default();
    let filled = expanded(document, &report).filter(|filled| hold_limits(filled, &report));
    report.finish(filled)
}

/// As [`expand`], into a report that goes on; `None` when nothing more can be read.
pub(crate) fn expanded(document: &Value, report: &Report) -> Option<Value> {
    if !hold_limits(document, report) {
        return None;
    }
    let root = Path::Root;
    let list = document.get("merge").filter(|list| !list.is_null());
    let fields: Vec<MergeField> = list
        .and_then(|value| {
            let spot = Spot { value, path: Path::Field(&root, "merge"), report };
            spot.list((0, MOST_FIELDS), "a list of merge fields (find, replace)")
        })
        .unwrap_or_default();
    let mut values = BTreeMap::new();
    for (index, field) in fields.iter().enumerate() {
        if values.contains_key(field.find.as_str()) {
            let merge = Path::Field(&root, "merge");
            let text = format!("'{}' is given before; the first one counts", field.find);
            report.remark(&Path::Item(&merge, index), RemarkKind::Replaced, text);
        } else {
            values.insert(field.find.as_str(), &field.replace);
        }
    }
    let mut filler = Filler { values, report, room: MOST_ADDED_BYTES };
    let filled = match document {
        Value::Object(map) => Value::Object(
            map.iter()
                .filter(|(name, _)| *name != "merge")
                .map(|(name, value)| (name.clone(), filler.fill(value, Path::Field(&root, name))))
                .collect(),
        ),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => document.clone(),
    };
    if filler.room == 0 {
        let expected = format!("merge fields that add at most {MOST_ADDED_BYTES} bytes");
        report.error(EditError::new("merge", expected).found("more"));
        return None;
    }
    Some(filled)
}

struct Filler<'a> {
    values: BTreeMap<&'a str, &'a Value>,
    report: &'a Report,
    /// Bytes that may still be added; 0 once the limit is broken.
    room: usize,
}

impl Filler<'_> {
    /// Recurses as deep as the document does, which the limits bound.
    fn fill(&mut self, value: &Value, path: Path<'_>) -> Value {
        match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
            Value::String(text) => self.fill_text(text, path),
            Value::Array(items) => {
                let fill = |(index, item)| self.fill(item, Path::Item(&path, index));
                Value::Array(items.iter().enumerate().map(fill).collect())
            }
            Value::Object(map) => {
                let mut filled = Map::new();
                for (name, item) in map {
                    filled.insert(name.clone(), self.fill(item, Path::Field(&path, name)));
                }
                Value::Object(filled)
            }
        }
    }

    fn fill_text(&mut self, text: &str, path: Path<'_>) -> Value {
        let mut out = String::new();
        let mut rest = text;
        while let Some(found) = next_placeholder(rest) {
            let Placeholder { before, key, after } = found;
            let Some(value) = self.values.get(key).copied() else {
                if is_plain(key) {
                    self.report.remark(&path, RemarkKind::UnknownKey, unknown(key, &self.values));
                }
                out.push_str(&rest[..rest.len() - after.len()]);
                rest = after;
                continue;
            };
            if !self.spend(bytes_of(value)) {
                return Value::Null;
            }
            if rest.len() == text.len() && before.is_empty() && after.is_empty() {
                return value.clone();
            }
            out.push_str(before);
            out.push_str(&text_of(value));
            rest = after;
        }
        out.push_str(rest);
        Value::String(out)
    }

    fn spend(&mut self, bytes: usize) -> bool {
        self.room = self.room.saturating_sub(bytes);
        self.room > 0
    }
}

fn unknown(key: &str, values: &BTreeMap<&str, &Value>) -> String {
    if values.is_empty() {
        return format!("nothing says what '{{{{ {key} }}}}' stands for; it stays as it is");
    }
    let known: Vec<&str> = values.keys().copied().take(8).collect();
    format!("no merge field is called '{key}', it stays as it is; there are {}", known.join(", "))
}

struct Placeholder<'t> {
    before: &'t str,
    key: &'t str,
    after: &'t str,
}

/// True for what a person would call a key; scripts and style rules have double braces of their own.
fn is_plain(key: &str) -> bool {
    !key.contains(['{', '}', '\n', '"', '\'', ';', ':', '('])
}

/// The first `{{ KEY }}` of a text, the innermost braces.
fn next_placeholder(text: &str) -> Option<Placeholder<'_>> {
    let mut from = 0;
    loop {
        let open = from + text[from..].find("{{")?;
        let close = open + 2 + text[open + 2..].find("}}")?;
        // Of several openings before one closing the last is meant: `{{{KEY}}}` is a brace, KEY, a brace.
        let open = open + text[open..close].rfind("{{")?;
        let key = text[open + 2..close].trim();
        if !key.is_empty() && key.len() <= LONGEST_KEY {
            return Some(Placeholder { before: &text[..open], key, after: &text[close + 2..] });
        }
        from = close;
    }
}

/// A value within a longer text: texts as they are, nothing for null, other JSON as it is written.
fn text_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

/// What a value weighs, in bytes, each part of it counted as at least 32: a list of nulls is memory too.
fn bytes_of(value: &Value) -> usize {
    32 + match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(bytes_of).sum(),
        Value::Object(map) => map.iter().map(|(name, item)| name.len() + bytes_of(item)).sum(),
    }
}
