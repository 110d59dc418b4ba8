//! `[pinecone]`, which is served, and `[vectors]`, where the product's own vectors lie.

use nexus_core::Secret;
use serde::{Deserialize, Serialize};

use super::OwnedKey;

/// `[pinecone]`: the API that clients of Pinecone use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct PineconeConfig {
    /// Keys that are accepted, each as owner:key; with none the API is off.
    pub(crate) keys: Vec<OwnedKey>,
    /// Requests of one owner per second over time.
    pub(crate) requests_per_s: u32,
}

impl Default for PineconeConfig {
    fn default() -> Self {
        Self { keys: Vec::new(), requests_per_s: 200 }
    }
}

/// `[vectors]`: which vector index the product uses.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct VectorsConfig {
    /// Which one.
    pub(crate) kind: VectorsKind,
    /// The database of pgvector; it may hold a password.
    pub(crate) url: Hidden,
    /// The host of an index at Pinecone.
    pub(crate) host: String,
    /// The key for it.
    pub(crate) key: Hidden,
}

/// Vector indexes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum VectorsKind {
    /// In this installation's database.
    #[default]
    Embedded,
    /// In a PostgreSQL with pgvector.
    Pgvector,
    /// At Pinecone.
    Pinecone,
}

/// A secret text: read, never written out again.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(from = "String", into = "String")]
pub(crate) struct Hidden(Secret<String>);

impl Hidden {
    /// The text, unless it is empty.
    pub(crate) fn get(&self) -> Option<&Secret<String>> {
        (!self.0.expose().is_empty()).then_some(&self.0)
    }
}

impl Default for Hidden {
    fn default() -> Self {
        String::new().into()
    }
}

impl From<String> for Hidden {
    fn from(text: String) -> Self {
        Self(Secret::new(text))
    }
}

impl From<Hidden> for String {
    fn from(hidden: Hidden) -> Self {
        if hidden.get().is_some() { "***".into() } else { String::new() }
    }
}

impl PartialEq for Hidden {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose() == other.0.expose()
    }
}

impl Eq for Hidden {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_read_and_never_written() {
        let hidden = Hidden::from("pcsk_something".to_owned());
        assert_eq!(hidden.get().map(|secret| secret.expose().as_str()), Some("pcsk_something"));
        assert_eq!((String::from(hidden.clone()).as_str(), format!("{hidden:?}").as_str()), ("***", "Hidden(***)"));
        assert_eq!(String::from(Hidden::default()), "");
    }
}
