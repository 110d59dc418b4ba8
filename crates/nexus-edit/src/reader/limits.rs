//! Bounds that hold before anything is read, so that no document costs more than its worth.

use serde_json::Value;

use super::{EditError, Report};

/// Deepest nesting; the contract itself needs about ten levels.
const MOST_LEVELS: usize = 64;
/// Values in the whole document.
const MOST_VALUES: usize = 500_000;
/// Bytes of one text.
pub(crate) const MOST_TEXT_BYTES: usize = 2_000_000;
/// Bytes of all texts together.
pub(crate) const MOST_BYTES: usize = 16_000_000;
/// Clips of the whole timeline.
pub(crate) const MOST_CLIPS: usize = 10_000;

/// True when `document` keeps within all bounds; otherwise one error says which it breaks. Takes constant stack.
pub(crate) fn hold_limits(document: &Value, report: &Report) -> bool {
    let broken = broken_limit(document);
    if let Some((expected, found)) = broken {
        report.error(EditError::new("edit", expected).found(found));
        return false;
    }
    true
}

fn broken_limit(document: &Value) -> Option<(String, String)> {
    let (mut values, mut bytes) = (0_usize, 0_usize);
    let mut open = vec![(document, 1_usize)];
    while let Some((value, level)) = open.pop() {
        values += 1;
        if level > MOST_LEVELS {
            return Some((format!("at most {MOST_LEVELS} levels of nesting"), "more".into()));
        }
        match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
            Value::String(text) => {
                if text.len() > MOST_TEXT_BYTES {
                    return Some((
                        format!("texts of at most {MOST_TEXT_BYTES} bytes"),
                        format!("one of {}", text.len()),
                    ));
                }
                bytes += text.len();
            }
            Value::Array(items) => {
                values += items.len();
                open.extend(items.iter().map(|item| (item, level + 1)));
            }
            Value::Object(fields) => {
                values += fields.len();
                bytes += fields.keys().map(String::len).sum::<usize>();
                open.extend(fields.values().map(|item| (item, level + 1)));
            }
        }
        if bytes > MOST_BYTES {
            return Some((format!("at most {MOST_BYTES} bytes of text"), "more".into()));
        }
        if values > MOST_VALUES {
            return Some((format!("at most {MOST_VALUES} values"), "more".into()));
        }
    }
    None
}
