//! Embedded tagger and text embedder: frames and words in, tags and vectors out.
//!
//! Everything here is rung L0 of the ladder: no model, only measurements, rules and a table of concepts.
//! Names stay honest: a blue, finely rippled area is `water-like blue`, never `sea`.

mod blobs;
mod colour;
mod error;
mod layout;
mod lexical;
mod light;
mod measure;
mod movement;
mod palette;
mod picture;
mod tagger;
mod words;

pub use error::VisionError;
pub use lexical::{DIMENSIONS, LexicalEmbedder, Related, SPACE, related};
pub use tagger::RuleTagger;
