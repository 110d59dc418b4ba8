//! Models of the user, each from its folder or file: sentences, pictures with words, and a classifier.

mod classifier;
mod faces;
mod files;
mod fingerprint;
mod pair;
mod preprocess;
mod resize;
mod sentence;
mod tokens;

pub use classifier::{Classifier, Labels};
pub use faces::{Face, Faces};
pub use pair::{PairEmbedder, PairKind, PicturesAndWords};
pub use sentence::SentenceModel;

pub(crate) use files::loaded;
pub(crate) use fingerprint::fingerprint;
