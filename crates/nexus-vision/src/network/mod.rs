//! Networks in pure Rust: any ONNX file, and the transformers of BERT, CLIP and SigLIP straight from the
//! `safetensors` that the reference library saves, by drawing their graph ourselves.

mod bert;
mod error;
mod graph;
mod run;
mod towers;
mod transformer;
mod weights;

pub use error::ModelError;

pub(crate) use bert::{BertConfig, bert};
pub(crate) use run::{Input, Network};
pub(crate) use towers::{Family, PairConfig, text_tower, vision_tower};
pub(crate) use weights::Weights;
