//! BERT (Devlin et al., 2018) as sentence models use it: ids and mask in, one vector per token out.

use rten::Model;
use serde::Deserialize;

use super::{
    ModelError, Weights,
    graph::Graph,
    transformer::{Activation, Builder, Stack},
};

/// What `config.json` says of a BERT.
#[derive(Debug, Deserialize)]
pub(crate) struct BertConfig {
    hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    hidden_act: String,
    layer_norm_eps: f32,
    max_position_embeddings: usize,
}

impl BertConfig {
    /// Most tokens of one text.
    pub(crate) fn most_tokens(&self) -> usize {
        self.max_position_embeddings
    }
}

/// The network. Inputs: `ids` and `positions` (`[batch, tokens]`, i32), `mask` (`[batch, 1, 1, tokens]`, f32, 0 for a
/// token and a large negative number for padding). Output: `[batch, tokens, hidden_size]`.
pub(crate) fn bert(weights: &Weights, config: &BertConfig) -> Result<Model, ModelError> {
    let activation = Activation::named(&config.hidden_act).ok_or_else(|| ModelError::Format {
        file: weights.path().to_owned(),
        expected: "a BERT",
        detail: format!("its activation is '{}', expected gelu", config.hidden_act),
    })?;
    let stack = Stack {
        layers: config.num_hidden_layers,
        width: config.hidden_size,
        heads: config.num_attention_heads.max(1),
        epsilon: config.layer_norm_eps,
        activation,
    };
    if config.hidden_size == 0 || !config.hidden_size.is_multiple_of(stack.heads) {
        return Err(ModelError::Format {
            file: weights.path().to_owned(),
            expected: "a BERT",
            detail: format!("{} heads do not share {} numbers evenly", stack.heads, config.hidden_size),
        });
    }
    let mut build = Builder { graph: Graph::default(), weights };
    let ids = build.graph.input("ids");
    let positions = build.graph.input("positions");
    let mask = build.graph.input("mask");
    let words = build.look_up("embeddings.word_embeddings.weight", &ids)?;
    let places = build.look_up("embeddings.position_embeddings.weight", &positions)?;
    // Every text is one segment.
    let (kinds, shape) = weights.read("embeddings.token_type_embeddings.weight")?;
    let width = shape.last().copied().unwrap_or(0).min(kinds.len());
    let kind = build.graph.floats(&kinds[..width], &[width]);
    let sum = build.graph.op("Add", &[&words, &places], &[]);
    let sum = build.graph.op("Add", &[&sum, &kind], &[]);
    let mut x = build.norm("embeddings.LayerNorm", stack.epsilon, &sum)?;
    for layer in 0..stack.layers {
        let at = |part: &str| format!("encoder.layer.{layer}.{part}");
        let q = build.linear(&at("attention.self.query"), &x)?;
        let k = build.linear(&at("attention.self.key"), &x)?;
        let v = build.linear(&at("attention.self.value"), &x)?;
        let mixed = build.attend(&stack, [&q, &k, &v], Some(&mask));
        let mixed = build.linear(&at("attention.output.dense"), &mixed)?;
        let sum = build.graph.op("Add", &[&mixed, &x], &[]);
        x = build.norm(&at("attention.output.LayerNorm"), stack.epsilon, &sum)?;
        let wide = build.linear(&at("intermediate.dense"), &x)?;
        let bent = build.activate(stack.activation, &wide);
        let narrow = build.linear(&at("output.dense"), &bent)?;
        let sum = build.graph.op("Add", &[&narrow, &x], &[]);
        x = build.norm(&at("output.LayerNorm"), stack.epsilon, &sum)?;
    }

    build.graph.finish(&x, weights.path())
}
