//! Keys of the API: read as text, never written out again.

use nexus_core::{BusinessId, Secret};
use serde::{Deserialize, Serialize};

/// `owner:key`: a key and the business that it belongs to.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct OwnedKey {
    owner: String,
    key: Secret<String>,
}

/// A text that is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "an API key must have the form owner:key, for instance quay-house:4f1c…; the owner is the slug or the id of a \
     business, the key at least 16 characters without spaces"
)]
pub(crate) struct KeyError;

/// Least length of a key, in bytes.
const LEAST_KEY_BYTES: usize = 16;

impl OwnedKey {
    /// The business that the key belongs to.
    pub(crate) fn owner(&self) -> BusinessId {
        self.owner.parse().unwrap_or_else(|_| BusinessId::derived(&[&self.owner]))
    }

    /// The key.
    pub(crate) fn key(&self) -> &Secret<String> {
        &self.key
    }
}

impl TryFrom<String> for OwnedKey {
    type Error = KeyError;

    fn try_from(text: String) -> Result<Self, KeyError> {
        let (owner, key) = text.split_once(':').ok_or(KeyError)?;
        let owner_ok =
            !owner.is_empty() && owner.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        if owner_ok && key.len() >= LEAST_KEY_BYTES && key.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self { owner: owner.to_owned(), key: Secret::new(key.to_owned()) })
        } else {
            Err(KeyError)
        }
    }
}

impl From<OwnedKey> for String {
    fn from(key: OwnedKey) -> Self {
        format!("{}:***", key.owner)
    }
}

impl PartialEq for OwnedKey {
    fn eq(&self, other: &Self) -> bool {
        self.owner == other.owner && self.key.expose() == other.key.expose()
    }
}

impl Eq for OwnedKey {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_and_never_written() {
        for (name, text, good) in [
            ("good", "quay-house:0123456789abcdef", true),
            ("short", "quay-house:0123", false),
            ("no owner", ":0123456789abcdef", false),
            ("no colon", "0123456789abcdef", false),
            ("spaces", "a:0123456789 abcdef", false),
        ] {
            assert_eq!(OwnedKey::try_from(text.to_owned()).is_ok(), good, "{name}");
        }
        let key = OwnedKey::try_from("quay-house:0123456789abcdef".to_owned()).expect("a key");
        assert_eq!(String::from(key.clone()), "quay-house:***");
        assert!(!format!("{key:?}").contains("0123"));
        assert_eq!(key.owner(), BusinessId::derived(&["quay-house"]));
    }
}
