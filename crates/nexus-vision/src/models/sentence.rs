//! [`SentenceModel`]: meaning of sentences as vectors, by a BERT of the kind of MiniLM.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use async_trait::async_trait;
use nexus_core::{
    PortResult,
    memory::Embedding,
    port::{Adapter, Embedder},
};
use serde::Deserialize;

use super::{
    files::{json, json_or_default, loaded},
    tokens::Tokens,
};
use crate::{
    VisionError,
    lexical::to_unit_length,
    network::{BertConfig, Input, ModelError, Network, Weights, bert},
};

/// Texts of one run of the network.
const BATCH: usize = 32;

/// Added to the scores of padding: nothing is left of its share.
const HIDDEN: f32 = -1.0e30;

/// A sentence model of `sentence-transformers`: mean over the tokens, unit length.
///
/// Source: Reimers and Gurevych, "Sentence-BERT", 2019.
pub struct SentenceModel {
    space: String,
    inner: Arc<Inner>,
}

/// The model's folder; its network and its tokenizer from the first use on, so that no command waits for them in vain.
struct Inner {
    folder: PathBuf,
    config: BertConfig,
    /// Most tokens of one text.
    most_tokens: usize,
    ready: OnceLock<(Network, Tokens)>,
}

#[derive(Deserialize, Default)]
struct Pooling {
    #[serde(default)]
    pooling_mode_cls_token: bool,
    #[serde(default)]
    pooling_mode_max_tokens: bool,
}

#[derive(Deserialize, Default)]
struct Lengths {
    max_seq_length: Option<usize>,
}

impl SentenceModel {
    /// Reads the model of `folder` (`config.json`, `model.safetensors`, `tokenizer.json`, and what
    /// sentence-transformers adds); `name` becomes the name of its space.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn read(folder: &Path, name: &str) -> Result<Self, ModelError> {
        const WHAT: &str = "the configuration of a sentence model";
        let config: BertConfig = json(folder, "config.json", WHAT)?;
        let pooling: Pooling = json_or_default(folder, "1_Pooling/config.json", WHAT)?;
        if pooling.pooling_mode_cls_token || pooling.pooling_mode_max_tokens {
            let detail = "it takes one token or the largest values, expected the mean over the tokens".into();
            let file = folder.join("1_Pooling/config.json");
            return Err(ModelError::Format { file, expected: "a sentence model that is known here", detail });
        }
        let lengths: Lengths = json_or_default(folder, "sentence_bert_config.json", WHAT)?;
        let most = lengths.max_seq_length.unwrap_or(usize::MAX).min(config.most_tokens());
        let inner = Inner { folder: folder.to_owned(), config, most_tokens: most, ready: OnceLock::new() };
        Ok(Self { space: name.to_owned(), inner: Arc::new(inner) })
    }

    /// One vector of unit length per text.
    ///
    /// # Errors
    /// [`ModelError`] when the network fails.
    pub fn vectors(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, ModelError> {
        self.inner.vectors(texts)
    }
}

impl Inner {
    fn ready(&self) -> Result<&(Network, Tokens), ModelError> {
        loaded(&self.ready, || {
            let weights = Weights::open(&self.folder.join("model.safetensors"), "a BERT")?;
            let network = Network::built(bert(&weights, &self.config)?, weights.path());
            Ok((network, Tokens::read(&self.folder, self.most_tokens)?))
        })
    }

    fn vectors(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, ModelError> {
        let (network, tokens) = self.ready()?;
        let ids: Vec<Vec<u32>> = texts.iter().map(|text| tokens.ids(text)).collect::<Result<_, _>>()?;
        // Texts of like length share a run, so that little of it is padding.
        let mut order: Vec<usize> = (0..ids.len()).collect();
        order.sort_by_key(|at| ids[*at].len());
        let mut vectors = vec![Vec::new(); ids.len()];
        for batch in order.chunks(BATCH) {
            let texts: Vec<&[u32]> = batch.iter().map(|at| ids[*at].as_slice()).collect();
            for (at, vector) in batch.iter().zip(batch_of(network, &texts)?) {
                vectors[*at] = vector;
            }
        }
        Ok(vectors)
    }
}

/// One run of the network: the mean over the tokens of each text, of unit length.
fn batch_of(network: &Network, texts: &[&[u32]]) -> Result<Vec<Vec<f32>>, ModelError> {
    let (rows, columns) = (texts.len(), texts.iter().map(|ids| ids.len()).max().unwrap_or(0).max(1));
    let mut ids = vec![0_i32; rows * columns];
    let mut mask = vec![HIDDEN; rows * columns];
    for (row, text) in texts.iter().enumerate() {
        for (column, id) in text.iter().enumerate() {
            ids[row * columns + column] = *id as i32;
            mask[row * columns + column] = 0.0;
        }
    }
    let positions = (0..rows).flat_map(|_| 0..columns as i32).collect();
    let inputs = vec![
        ("ids", Input::Ints(ids, vec![rows, columns])),
        ("positions", Input::Ints(positions, vec![rows, columns])),
        ("mask", Input::Floats(mask, vec![rows, 1, 1, columns])),
    ];
    let answer = network.run(inputs, None)?;
    let &[found_rows, found_columns, width] = answer.shape.as_slice() else {
        return Err(network.wrong("[texts, tokens, width]", &format!("{:?}", answer.shape)));
    };
    if (found_rows, found_columns) != (rows, columns) {
        return Err(network.wrong(&format!("[{rows}, {columns}, width]"), &format!("{:?}", answer.shape)));
    }
    let mean = |(row, text): (usize, &&[u32])| {
        let mut sum = vec![0.0_f32; width];
        for token in 0..text.len() {
            let at = (row * columns + token) * width;
            sum.iter_mut().zip(&answer.values[at..at + width]).for_each(|(total, value)| *total += value);
        }
        let count = text.len().max(1) as f32;
        sum.iter_mut().for_each(|value| *value /= count);
        to_unit_length(&mut sum);
        sum
    };
    Ok(texts.iter().enumerate().map(mean).collect())
}

impl Adapter for SentenceModel {}

#[async_trait]
impl Embedder for SentenceModel {
    fn space(&self) -> &str {
        &self.space
    }

    fn is_semantic(&self) -> bool {
        true
    }

    async fn embed(&self, texts: &[String]) -> PortResult<Vec<Embedding>> {
        let (inner, texts) = (Arc::clone(&self.inner), texts.to_vec());
        let task = tokio::task::spawn_blocking(move || inner.vectors(&texts));
        let vectors = task
            .await
            .map_err(|error| VisionError::Stopped { detail: error.to_string() })?
            .map_err(|error| error.port("understand words"))?;
        Ok(vectors.into_iter().map(|values| Embedding { space: self.space.clone(), values }).collect())
    }
}
