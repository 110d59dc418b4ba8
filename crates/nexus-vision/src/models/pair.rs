//! [`PicturesAndWords`]: CLIP or SigLIP, pictures and words in one space.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use async_trait::async_trait;
use nexus_core::{
    PortResult,
    footage::SmallFrame,
    memory::Embedding,
    port::{Adapter, Embedder},
};
use serde_json::Value as Json;

use super::{
    files::{json, loaded},
    preprocess::Preprocess,
    tokens::Tokens,
};
use crate::{
    VisionError,
    lexical::to_unit_length,
    network::{Family, Input, ModelError, Network, PairConfig, Weights, text_tower, vision_tower},
};

/// How likelihood follows from nearness.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PairKind {
    /// CLIP: labels compete, `softmax(scale * cosine)`.
    Clip {
        /// Factor of the cosine.
        scale: f32,
    },
    /// SigLIP: every label for itself, `sigmoid(scale * cosine + bias)`.
    Siglip {
        /// Factor of the cosine.
        scale: f32,
        /// Added to it.
        bias: f32,
    },
}

/// A CLIP or SigLIP. The halves are loaded when they are first needed.
pub struct PicturesAndWords {
    space: String,
    folder: PathBuf,
    config: PairConfig,
    family: Family,
    kind: PairKind,
    preprocess: Preprocess,
    pictures: OnceLock<Network>,
    words: OnceLock<(Network, Tokens, usize)>,
}

const WEIGHTS: &str = "model.safetensors";

impl PicturesAndWords {
    /// Reads the configuration of the model in `folder`: `config.json`, `preprocessor_config.json`, `tokenizer.json` and
    /// either `model.safetensors` or `onnx/vision_model.onnx` with `onnx/text_model.onnx`. `name` becomes the name of
    /// its space.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn read(folder: &Path, name: &str) -> Result<Self, ModelError> {
        let config: PairConfig = json(folder, "config.json", "the configuration of a CLIP or SigLIP")?;
        let family = config.family().ok_or_else(|| ModelError::Format {
            file: folder.join("config.json"),
            expected: "the configuration of a CLIP or SigLIP",
            detail: format!("the model type is '{}', expected clip or siglip", config.model_type),
        })?;
        let (scale, bias) = if folder.join(WEIGHTS).is_file() {
            let weights = Weights::open(&folder.join(WEIGHTS), "a CLIP or SigLIP")?;
            let first = |name: &str| weights.read(name).map(|(values, _)| values.first().copied().unwrap_or(0.0));
            let bias = if family == Family::Siglip { first("logit_bias")? } else { 0.0 };
            (first("logit_scale")?.exp(), bias)
        } else {
            // Networks cut into halves leave these numbers out: those of the published models.
            let number = |name: &str, or: f32| {
                let whole: Option<Json> = json(folder, "config.json", "a configuration").ok();
                whole.and_then(|whole| whole.get(name).and_then(Json::as_f64)).map_or(or, |value| value as f32)
            };
            match family {
                Family::Clip => (number("logit_scale", 100.0), 0.0),
                Family::Siglip => (number("logit_scale", 112.67), number("logit_bias", -16.77)),
            }
        };
        let kind = match family {
            Family::Clip => PairKind::Clip { scale },
            Family::Siglip => PairKind::Siglip { scale, bias },
        };
        Ok(Self {
            space: name.to_owned(),
            folder: folder.to_owned(),
            preprocess: Preprocess::read(folder)?,
            config,
            family,
            kind,
            pictures: OnceLock::new(),
            words: OnceLock::new(),
        })
    }

    /// The model's name: that of its space without the mark of its version.
    #[must_use]
    pub fn name(&self) -> &str {
        self.space.split('#').next().unwrap_or_default()
    }

    /// The name of its space.
    #[must_use]
    pub fn space(&self) -> &str {
        &self.space
    }

    /// How likelihood follows from nearness.
    #[must_use]
    pub fn kind(&self) -> PairKind {
        self.kind
    }

    /// The vector of a picture, of unit length.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn picture(&self, frame: &SmallFrame) -> Result<Vec<f32>, ModelError> {
        let network = loaded(&self.pictures, || self.load_pictures())?;
        let (planes, [width, height]) = self.preprocess.planes(frame);
        let name = network.only_input().unwrap_or_else(|| "pixel_values".into());
        let pixels = Input::Floats(planes, vec![1, 3, height, width]);
        let wanted = ["image_embeds", "pooler_output"].into_iter().find(|name| network.has(name));
        unit(network, network.run(vec![(&name, pixels)], wanted)?.values)
    }

    /// The vector of a text, of unit length.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn words(&self, text: &str) -> Result<Vec<f32>, ModelError> {
        let (network, tokens, places) = loaded(&self.words, || self.load_words())?;
        // SigLIP was trained on words without capitals; the tokenizer's file does not say so.
        let text = if self.family == Family::Siglip { text.to_lowercase() } else { text.to_owned() };
        let mut ids: Vec<i32> = tokens.ids(&text)?.into_iter().map(|id| id as i32).collect();
        if self.family == Family::Siglip {
            let padding = tokens.id("<pad>").unwrap_or(1) as i32;
            ids.resize(*places, padding);
        }
        let count = ids.len();
        if network.has("input_ids") {
            let mut inputs = vec![("input_ids", Input::Ints(ids, vec![1, count]))];
            if network.has("attention_mask") {
                inputs.push(("attention_mask", Input::Ints(vec![1; count], vec![1, count])));
            }
            let wanted = ["text_embeds", "pooler_output"].into_iter().find(|name| network.has(name));
            return unit(network, network.run(inputs, wanted)?.values);
        }
        let at = match self.family {
            Family::Siglip => count.saturating_sub(1),
            Family::Clip => self.end_of(&ids),
        };
        let mut inputs = vec![
            ("positions", Input::Ints((0..count as i32).collect(), vec![1, count])),
            ("at", Input::Ints(vec![at as i32], vec![1])),
        ];
        if self.family == Family::Clip {
            let ahead = (0..count * count).map(|at| if at % count > at / count { f32::MIN } else { 0.0 }).collect();
            inputs.push(("mask", Input::Floats(ahead, vec![1, 1, count, count])));
        }
        inputs.push(("ids", Input::Ints(ids, vec![1, count])));
        unit(network, network.run(inputs, None)?.values)
    }

    /// Where a text of CLIP ends. Old configurations name a wrong token (2); there the largest id is the end.
    fn end_of(&self, ids: &[i32]) -> usize {
        let end = self.config.text_config.eos_token_id.unwrap_or(49_407) as i32;
        let largest = || ids.iter().enumerate().rev().max_by_key(|(_, id)| **id).map_or(0, |(at, _)| at);
        if end == 2 { largest() } else { ids.iter().position(|id| *id == end).unwrap_or(0) }
    }

    fn load_pictures(&self) -> Result<Network, ModelError> {
        if !self.folder.join(WEIGHTS).is_file() {
            return Network::load(&self.folder.join("onnx/vision_model.onnx"));
        }
        let weights = Weights::open(&self.folder.join(WEIGHTS), "a CLIP or SigLIP")?;
        Ok(Network::built(vision_tower(&weights, &self.config, self.family)?.model, weights.path()))
    }

    fn load_words(&self) -> Result<(Network, Tokens, usize), ModelError> {
        let (network, places) = if self.folder.join(WEIGHTS).is_file() {
            let weights = Weights::open(&self.folder.join(WEIGHTS), "a CLIP or SigLIP")?;
            let tower = text_tower(&weights, &self.config, self.family)?;
            (Network::built(tower.model, weights.path()), tower.places)
        } else {
            let places = if self.family == Family::Siglip { 64 } else { 77 };
            (Network::load(&self.folder.join("onnx/text_model.onnx"))?, places)
        };
        Ok((network, Tokens::read(&self.folder, places)?, places))
    }
}

fn unit(network: &Network, mut values: Vec<f32>) -> Result<Vec<f32>, ModelError> {
    if values.is_empty() || values.iter().any(|value| !value.is_finite()) {
        return Err(network.wrong("finite numbers", "none, or some that are not"));
    }
    to_unit_length(&mut values);
    Ok(values)
}

/// The words' half of a pair, for questions about pictures.
pub struct PairEmbedder {
    pair: Arc<PicturesAndWords>,
}

impl PairEmbedder {
    /// Questions in the space of `pair`.
    #[must_use]
    pub fn new(pair: Arc<PicturesAndWords>) -> Self {
        Self { pair }
    }
}

impl Adapter for PairEmbedder {}

#[async_trait]
impl Embedder for PairEmbedder {
    fn space(&self) -> &str {
        self.pair.space()
    }

    fn is_semantic(&self) -> bool {
        true
    }

    async fn embed(&self, texts: &[String]) -> PortResult<Vec<Embedding>> {
        let (pair, texts) = (Arc::clone(&self.pair), texts.to_vec());
        let task = tokio::task::spawn_blocking(move || texts.iter().map(|text| pair.words(text)).collect());
        let vectors: Result<Vec<Vec<f32>>, ModelError> =
            task.await.map_err(|error| VisionError::Stopped { detail: error.to_string() })?;
        let embedding = |values| Embedding { space: self.space().to_owned(), values };
        Ok(vectors.map_err(|error| error.port("understand words"))?.into_iter().map(embedding).collect())
    }
}
