//! Pinecone's filter language as a type, and what it means over metadata.

use serde_json::{Value, json};

use super::metadata::{Metadata, MetadataValue, number_json};

/// A condition on metadata.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// Every one passes; with none, everything does.
    All(Vec<Filter>),
    /// At least one passes.
    Any(Vec<Filter>),
    /// A field passes a test.
    Field {
        /// The name of the field.
        name: String,
        /// The test.
        test: Test,
    },
}

/// A test of one field. A list of texts passes `Eq` and `In` when one of its texts does; `Ne` and `Nin` are their
/// opposites, and so are passed by a record without the field. A number alone passes the comparisons.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// `$eq`
    Eq(Scalar),
    /// `$ne`
    Ne(Scalar),
    /// `$gt`
    Gt(f64),
    /// `$gte`
    Gte(f64),
    /// `$lt`
    Lt(f64),
    /// `$lte`
    Lte(f64),
    /// `$in`
    In(Vec<Scalar>),
    /// `$nin`
    Nin(Vec<Scalar>),
    /// `$exists`
    Exists(bool),
}

/// A value to compare with.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// A text.
    Text(String),
    /// A finite number.
    Number(f64),
    /// True or false.
    Bool(bool),
}

impl Filter {
    /// Whether a record with this metadata passes.
    #[must_use]
    pub fn passes(&self, metadata: &Metadata) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.passes(metadata)),
            Self::Any(parts) => parts.iter().any(|part| part.passes(metadata)),
            Self::Field { name, test } => test.passes(metadata.get(name)),
        }
    }

    /// The filter as JSON that reads back as the same filter.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let all = |parts: &[Self]| Value::Array(parts.iter().map(Self::to_json).collect());
        match self {
            Self::All(parts) if parts.is_empty() => json!({}),
            Self::All(parts) => json!({ "$and": all(parts) }),
            Self::Any(parts) => json!({ "$or": all(parts) }),
            Self::Field { name, test } => json!({ name: test.to_json() }),
        }
    }
}

impl Test {
    fn passes(&self, value: Option<&MetadataValue>) -> bool {
        let number = |holds: fn(f64, f64) -> bool, bound: f64| match value {
            Some(MetadataValue::Number(number)) => holds(*number, bound),
            Some(MetadataValue::Text(_) | MetadataValue::Bool(_) | MetadataValue::Texts(_)) | None => false,
        };
        let is = |wanted: &Scalar| value.is_some_and(|value| wanted.is(value));
        match self {
            Self::Eq(wanted) => is(wanted),
            Self::Ne(wanted) => !is(wanted),
            Self::Gt(bound) => number(|a, b| a > b, *bound),
            Self::Gte(bound) => number(|a, b| a >= b, *bound),
            Self::Lt(bound) => number(|a, b| a < b, *bound),
            Self::Lte(bound) => number(|a, b| a <= b, *bound),
            Self::In(wanted) => wanted.iter().any(is),
            Self::Nin(wanted) => !wanted.iter().any(is),
            Self::Exists(wanted) => value.is_some() == *wanted,
        }
    }

    fn to_json(&self) -> Value {
        let all = |wanted: &[Scalar]| Value::Array(wanted.iter().map(Scalar::to_json).collect());
        match self {
            Self::Eq(wanted) => json!({ "$eq": wanted.to_json() }),
            Self::Ne(wanted) => json!({ "$ne": wanted.to_json() }),
            Self::Gt(bound) => json!({ "$gt": number_json(*bound) }),
            Self::Gte(bound) => json!({ "$gte": number_json(*bound) }),
            Self::Lt(bound) => json!({ "$lt": number_json(*bound) }),
            Self::Lte(bound) => json!({ "$lte": number_json(*bound) }),
            Self::In(wanted) => json!({ "$in": all(wanted) }),
            Self::Nin(wanted) => json!({ "$nin": all(wanted) }),
            Self::Exists(wanted) => json!({ "$exists": wanted }),
        }
    }
}

impl Scalar {
    fn is(&self, value: &MetadataValue) -> bool {
        match (self, value) {
            (Self::Text(wanted), MetadataValue::Text(text)) => wanted == text,
            (Self::Text(wanted), MetadataValue::Texts(texts)) => texts.contains(wanted),
            (Self::Number(wanted), MetadataValue::Number(number)) => wanted == number,
            (Self::Bool(wanted), MetadataValue::Bool(truth)) => wanted == truth,
            (
                Self::Text(_) | Self::Number(_) | Self::Bool(_),
                MetadataValue::Text(_) | MetadataValue::Number(_) | MetadataValue::Bool(_) | MetadataValue::Texts(_),
            ) => false,
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Text(text) => Value::String(text.clone()),
            Self::Number(number) => number_json(*number),
            Self::Bool(truth) => Value::Bool(*truth),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_test_means_what_clients_expect() {
        let metadata = json!({ "tag": ["sunset", "oysters"], "dur": 4.2, "year": 2019, "ok": true, "who": "ann" });
        let metadata = Metadata::read(&metadata).expect("metadata");
        for (name, filter, want) in [
            ("nothing asked", json!({}), true),
            ("implicit equality", json!({ "who": "ann" }), true),
            ("a member of a list", json!({ "tag": "sunset" }), true),
            ("no member of a list", json!({ "tag": "snow" }), false),
            ("equal number", json!({ "year": { "$eq": 2019 } }), true),
            ("a text is no number", json!({ "year": "2019" }), false),
            ("truth", json!({ "ok": true }), true),
            ("not equal", json!({ "who": { "$ne": "bob" } }), true),
            ("not equal, without the field", json!({ "x": { "$ne": "bob" } }), true),
            ("a list that holds it is equal", json!({ "tag": { "$ne": "sunset" } }), false),
            ("greater", json!({ "dur": { "$gt": 4.2 } }), false),
            ("at least", json!({ "dur": { "$gte": 4.2 } }), true),
            ("within", json!({ "dur": { "$gt": 4, "$lt": 5 } }), true),
            ("less, without the field", json!({ "x": { "$lt": 5 } }), false),
            ("at most, of a text", json!({ "who": { "$lte": 5 } }), false),
            ("in", json!({ "tag": { "$in": ["snow", "oysters"] } }), true),
            ("in nothing", json!({ "tag": { "$in": [] } }), false),
            ("not in", json!({ "tag": { "$nin": ["snow"] } }), true),
            ("not in, without the field", json!({ "x": { "$nin": ["snow"] } }), true),
            ("exists", json!({ "dur": { "$exists": true } }), true),
            ("does not exist", json!({ "dur": { "$exists": false } }), false),
            ("implicit and", json!({ "who": "ann", "year": 2018 }), false),
            ("and", json!({ "$and": [{ "who": "ann" }, { "year": 2019 }] }), true),
            ("or", json!({ "$or": [{ "who": "bob" }, { "year": 2019 }] }), true),
            ("and beside a field", json!({ "who": "ann", "$or": [{ "year": 1 }, { "year": 2 }] }), false),
        ] {
            let filter = Filter::read(&filter).expect(name);
            assert_eq!(filter.passes(&metadata), want, "{name}");
        }
    }
}
