//! Words to vectors without a model: a table of concepts and signed feature hashing.

mod concepts;
mod embedder;
mod normalise;

pub use concepts::{Related, related};
pub use embedder::{DIMENSIONS, LexicalEmbedder, SPACE};

pub(crate) use embedder::to_unit_length;
pub(crate) use normalise::is_stop_word;
