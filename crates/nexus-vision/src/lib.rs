//! Embedded tagger and text embedder: frames and words in, tags and vectors out.
//!
//! Rung L0 of the ladder needs nothing: measurements, rules and a table of concepts. Names stay honest there: a blue,
//! finely rippled area is `water-like blue`, never `sea`. Models of the user, where there are any, add rung L1 (a
//! classifier with curated words) and L2 (pictures and words in one space), and search by meaning.

mod agreed;
mod blobs;
mod colour;
mod error;
mod layout;
mod lexical;
mod light;
mod measure;
mod models;
mod movement;
mod network;
mod palette;
mod picture;
mod rules;
mod shelf;
mod sight;
mod tagger;
mod vocabulary;
mod words;

pub use error::VisionError;
pub use lexical::{DIMENSIONS, LexicalEmbedder, Related, SPACE, related};
pub use models::{Classifier, Face, Faces, Labels, PairEmbedder, PairKind, PicturesAndWords, SentenceModel};
pub use network::ModelError;
pub use rules::{Rule, Rules};
pub use shelf::{CATALOGUE, Entry, ModelFile, Role, Source, open_shelf};
pub use sight::Sight;
pub use tagger::EmbeddedTagger;
