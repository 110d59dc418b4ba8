//! Curated words for the classes of a classifier: a table that a user can edit.

mod read;

pub use read::{Rule, Rules};
