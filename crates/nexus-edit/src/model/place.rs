//! When a clip stands: seconds, `auto`, `end` or another clip's time.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::reader::{AT_LEAST_ZERO, Read, RemarkKind, Spot};

/// The name of a clip that others refer to: letters, digits, `_` and `-`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Alias(String);

/// How a reference to a clip begins.
const SCHEME: &str = "alias://";

impl Alias {
    /// An alias, when `name` has letters, digits, `_` and `-` only, and at least one of them.
    #[must_use]
    pub fn new(name: &str) -> Option<Self> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        (!name.is_empty() && name.len() <= 200 && name.bytes().all(is_plain)).then(|| Self(name.to_owned()))
    }

    /// The alias of a reference such as `alias://intro`.
    #[must_use]
    pub fn of_reference(text: &str) -> Option<Self> {
        Self::new(text.strip_prefix(SCHEME)?)
    }

    /// The name alone.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The reference: `alias://` and the name.
    #[must_use]
    pub fn reference(&self) -> String {
        format!("{SCHEME}{}", self.0)
    }
}

impl fmt::Display for Alias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Alias {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl Read for Alias {
    const EXPECTED: &'static str = "a name of letters, digits, '_' and '-'";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        match spot.value.as_str().and_then(Self::new) {
            Some(alias) => Some(alias),
            None => spot.wrong(Self::EXPECTED),
        }
    }
}

/// When a clip begins.
#[derive(Debug, Clone, PartialEq)]
pub enum Start {
    /// Seconds on the timeline, at least 0.
    At(f64),
    /// Where the previous clip of the track ends; 0 for the first.
    Auto,
    /// Where another clip begins.
    Alias(Alias),
}

impl Serialize for Start {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::At(seconds) => serializer.serialize_f64(*seconds),
            Self::Auto => serializer.serialize_str("auto"),
            Self::Alias(alias) => serializer.serialize_str(&alias.reference()),
        }
    }
}

impl Read for Start {
    const EXPECTED: &'static str = "a number of seconds of at least 0, 'auto' or 'alias://name'";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        match time(spot, &["auto"], Self::EXPECTED)? {
            Time::Seconds(seconds) => Some(Self::At(seconds)),
            Time::Word(_) => Some(Self::Auto),
            Time::Alias(alias) => Some(Self::Alias(alias)),
        }
    }
}

/// How long a clip stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Length {
    /// Seconds, at least 0.
    Seconds(f64),
    /// As long as its media, from `trim` on and at its speed.
    Auto,
    /// Until the end of the film.
    End,
    /// As long as another clip.
    Alias(Alias),
}

impl Serialize for Length {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Seconds(seconds) => serializer.serialize_f64(*seconds),
            Self::Auto => serializer.serialize_str("auto"),
            Self::End => serializer.serialize_str("end"),
            Self::Alias(alias) => serializer.serialize_str(&alias.reference()),
        }
    }
}

impl Read for Length {
    const EXPECTED: &'static str = "a number of seconds of at least 0, 'auto', 'end' or 'alias://name'";

    fn read(spot: &Spot<'_>) -> Option<Self> {
        match time(spot, &["auto", "end"], Self::EXPECTED)? {
            Time::Seconds(seconds) => Some(Self::Seconds(seconds)),
            Time::Word("end") => Some(Self::End),
            Time::Word(_) => Some(Self::Auto),
            Time::Alias(alias) => Some(Self::Alias(alias)),
        }
    }
}

enum Time {
    Seconds(f64),
    Word(&'static str),
    Alias(Alias),
}

fn time(spot: &Spot<'_>, words: &[&'static str], expected: &'static str) -> Option<Time> {
    if let Some(text) = spot.value.as_str().map(str::trim) {
        if let Some(word) = words.iter().find(|word| word.eq_ignore_ascii_case(text)) {
            if *word != text {
                spot.remark(RemarkKind::Form, format!("{} is read as '{word}'", spot.found()));
            }
            return Some(Time::Word(word));
        }
        if let Some(alias) = Alias::of_reference(text) {
            return Some(Time::Alias(alias));
        }
    }
    if spot.any_number().is_some_and(|number| AT_LEAST_ZERO.contains(&number)) {
        return spot.number(&AT_LEAST_ZERO).map(Time::Seconds);
    }
    spot.wrong(expected)
}
