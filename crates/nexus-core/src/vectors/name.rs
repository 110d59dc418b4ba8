//! Names of indexes, namespaces and records: each checked once, where it is made.

use std::fmt;

use super::VectorError;
use crate::BusinessId;

/// Longest name of an index, in characters.
const MOST_INDEX_CHARS: usize = 45;
/// Longest name of a record or a namespace, in characters.
const MOST_CHARS: usize = 512;

/// The name of an index: 1 to 45 lower-case letters, digits and hyphens, with no hyphen at either end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IndexName(String);

impl IndexName {
    /// Reads a name.
    ///
    /// # Errors
    /// When it has another form.
    pub fn new(text: &str) -> Result<Self, VectorError> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let good = (1..=MOST_INDEX_CHARS).contains(&text.len())
            && text.bytes().all(fits)
            && !text.starts_with('-')
            && !text.ends_with('-');
        if good {
            return Ok(Self(text.to_owned()));
        }
        let shown: String = text.chars().take(80).collect();
        Err(VectorError::new(format!(
            "'{shown}' cannot name an index; expected 1 to {MOST_INDEX_CHARS} lower-case letters, digits and hyphens, \
             with no hyphen at either end"
        )))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A part of an index; none sees another's records.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Namespace(String);

impl Namespace {
    /// What a request without a namespace means.
    pub const DEFAULT: &'static str = "__default__";

    /// Reads a name of at most 512 characters; the empty one is [`Namespace::DEFAULT`].
    ///
    /// # Errors
    /// When it is too long, or holds control characters.
    pub fn new(text: &str) -> Result<Self, VectorError> {
        let text = if text.is_empty() { Self::DEFAULT } else { text };
        checked(text, "namespace").map(Self)
    }

    /// The namespace of a business.
    #[must_use]
    pub fn of(business: BusinessId) -> Self {
        Self(business.to_string())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name of a record: 1 to 512 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId(String);

impl RecordId {
    /// Reads a name.
    ///
    /// # Errors
    /// When it is empty, too long, or holds control characters.
    pub fn new(text: &str) -> Result<Self, VectorError> {
        checked(text, "record").map(Self)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Control characters are refused, because databases and logs disagree about them.
fn checked(text: &str, what: &str) -> Result<String, VectorError> {
    let chars = text.chars().count();
    if !(1..=MOST_CHARS).contains(&chars) {
        return Err(VectorError::new(format!("a {what} is named by 1 to {MOST_CHARS} characters, not by {chars}")));
    }
    if text.chars().any(char::is_control) {
        return Err(VectorError::new(format!("the name of a {what} must not hold control characters")));
    }
    Ok(text.to_owned())
}

impl fmt::Display for IndexName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked() {
        for (name, text, good) in [
            ("plain", "clips-2", true),
            ("capital", "Clips", false),
            ("hyphen first", "-clips", false),
            ("hyphen last", "clips-", false),
            ("empty", "", false),
        ] {
            assert_eq!(IndexName::new(text).is_ok(), good, "{name}");
        }
        assert!(IndexName::new(&"a".repeat(45)).is_ok() && IndexName::new(&"a".repeat(46)).is_err());
        assert!(RecordId::new("").is_err() && RecordId::new("a\u{0}").is_err());
        assert!(RecordId::new(&"ü".repeat(512)).is_ok() && RecordId::new(&"ü".repeat(513)).is_err());
        assert_eq!(Namespace::new("").map(|name| name.as_str().to_owned()), Ok(Namespace::DEFAULT.to_owned()));
    }
}
