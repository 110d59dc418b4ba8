//! Vectors and search: what is asked of the memory and what it answers.

use serde::{Deserialize, Serialize};

use crate::footage::Shot;

/// A vector and the space it lives in; vectors of different spaces are never compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Embedding {
    /// Model id and the version of its preprocessing, for instance `lexical-1`.
    pub space: String,
    /// Unit length, or all zero when nothing was said.
    pub values: Vec<f32>,
}

/// A question to the memory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SearchQuery {
    /// What should be seen, in plain words.
    pub text: String,
    /// How many hits at most.
    pub limit: usize,
}

/// One shot that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// The shot.
    pub shot: Shot,
    /// How well it fits the words, 0 to 1.
    pub score: f64,
    /// The words of the query that the shot answers.
    pub matched: Vec<String>,
    /// One sentence for people.
    pub why: String,
}

/// Hits in two groups, split at a gap in the scores and never at a fixed one.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Found {
    /// What fits, best first. Empty when nothing does.
    pub best: Vec<Hit>,
    /// What might, best first.
    pub maybe: Vec<Hit>,
    /// How the search understood meaning, for people: `by words (no text model installed)`.
    pub method: String,
}
