//! What is known of a record: a flat object of texts, numbers, truth values and lists of texts.

use std::collections::BTreeMap;

use serde_json::{Number, Value};

use super::VectorError;

/// Largest metadata of one record, in bytes of JSON.
const MOST_METADATA_BYTES: usize = 40 * 1024;

/// Names and values, by name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Metadata(BTreeMap<String, MetadataValue>);

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub enum MetadataValue {
    /// A text.
    Text(String),
    /// A finite number; whole ones lose nothing up to 2^53.
    Number(f64),
    /// True or false.
    Bool(bool),
    /// Texts, in order.
    Texts(Vec<String>),
}

impl Metadata {
    /// Reads a JSON object; `null` is the empty one.
    ///
    /// # Errors
    /// Names the field and what was expected there.
    pub fn read(value: &Value) -> Result<Self, VectorError> {
        let object = match value {
            Value::Null => return Ok(Self::default()),
            Value::Object(object) => object,
            other => return Err(VectorError::new(format!("metadata is {}; expected an object", kind(other)))),
        };
        let fields = object.iter().map(|(name, value)| {
            if name.is_empty() || name.starts_with('$') {
                let problem = format!("metadata has a field '{name}'; a name is not empty and does not begin with $");
                return Err(VectorError::new(problem));
            }
            Ok((name.clone(), MetadataValue::read(name, value)?))
        });
        fields.collect::<Result<_, _>>().map(Self)
    }

    /// The same as a JSON object.
    #[must_use]
    pub fn to_json(&self) -> Value {
        Value::Object(self.0.iter().map(|(name, value)| (name.clone(), value.to_json())).collect())
    }

    /// The value of a field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&MetadataValue> {
        self.0.get(name)
    }

    /// Every field, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &MetadataValue)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// True when nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Sets every field of `other`, keeping the rest.
    pub fn merge(&mut self, other: &Self) {
        self.0.extend(other.0.iter().map(|(name, value)| (name.clone(), value.clone())));
    }

    /// Whether it is small enough to keep.
    ///
    /// # Errors
    /// Over 40 KB of JSON.
    pub fn check_size(&self) -> Result<(), VectorError> {
        let bytes = self.to_json().to_string().len();
        if bytes <= MOST_METADATA_BYTES {
            return Ok(());
        }
        Err(VectorError::new(format!("the metadata has {bytes} bytes; at most {MOST_METADATA_BYTES} are kept")))
    }
}

impl FromIterator<(String, MetadataValue)> for Metadata {
    fn from_iter<I: IntoIterator<Item = (String, MetadataValue)>>(fields: I) -> Self {
        Self(fields.into_iter().collect())
    }
}

impl MetadataValue {
    fn read(name: &str, value: &Value) -> Result<Self, VectorError> {
        let refused = |found: &str| {
            let expected = "expected a text, a number, true or false, or a list of texts";
            VectorError::new(format!("metadata field '{name}' is {found}; {expected}"))
        };
        match value {
            Value::String(text) => Ok(Self::Text(text.clone())),
            Value::Number(number) => number.as_f64().map(Self::Number).ok_or_else(|| refused("a number out of range")),
            Value::Bool(truth) => Ok(Self::Bool(*truth)),
            Value::Array(items) => {
                let texts = items.iter().map(|item| match item {
                    Value::String(text) => Ok(text.clone()),
                    other => Err(refused(&format!("a list that holds {}", kind(other)))),
                });
                texts.collect::<Result<_, _>>().map(Self::Texts)
            }
            Value::Null | Value::Object(_) => Err(refused(kind(value))),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Text(text) => Value::String(text.clone()),
            Self::Number(number) => number_json(*number),
            Self::Bool(truth) => Value::Bool(*truth),
            Self::Texts(texts) => Value::from(texts.clone()),
        }
    }
}

/// A whole number without a fraction, so that `2019` comes back as it went in.
pub(super) fn number_json(number: f64) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() <= EXACT {
        return Value::from(number as i64);
    }
    Number::from_f64(number).map_or(Value::Null, Value::Number)
}

/// A JSON value's kind, for people.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_kept_comes_back_and_the_rest_is_refused_by_name() {
        let good = json!({ "tag": ["sunset", "oysters"], "year": 2019, "s": 4.25, "ok": true, "name": "quay" });
        assert_eq!(Metadata::read(&good).expect("good").to_json(), good);
        assert_eq!(Metadata::read(&Value::Null), Ok(Metadata::default()));
        for (name, value, words) in [
            ("null", json!({ "a": null }), "'a' is null"),
            ("object", json!({ "a": { "b": 1 } }), "'a' is an object"),
            ("numbers", json!({ "a": [1] }), "'a' is a list that holds a number"),
            ("operator", json!({ "$eq": 1 }), "'$eq'"),
            ("list", json!([]), "metadata is a list"),
        ] {
            let error = Metadata::read(&value).expect_err(name).to_string();
            assert!(error.contains(words), "{name}: {error}");
        }
        let large = Metadata::read(&json!({ "a": "x".repeat(MOST_METADATA_BYTES) })).expect("a text");
        assert!(large.check_size().is_err());
    }
}
