//! The two halves of CLIP (Radford et al., 2021) and SigLIP (Zhai et al., 2023; Tschannen et al., 2025): pictures and
//! words into one space. Sizes follow from the weights; heads, bend and epsilon from the configuration, with the
//! reference library's defaults where it is silent.

use rten::Model;
use serde::Deserialize;

use super::{
    ModelError, Weights,
    graph::{Attribute, Graph, Value},
    transformer::{Activation, Builder, Stack},
};

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// A class token in the picture, a causal text read at its end.
    Clip,
    /// Attention pooling in the picture, a padded text read at its last place.
    Siglip,
}

/// `config.json` of the pair.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct PairConfig {
    /// `clip`, `siglip` or `siglip2`.
    pub(crate) model_type: String,
    /// The words' half.
    #[serde(default)]
    pub(crate) text_config: HalfConfig,
    /// The picture's half.
    #[serde(default)]
    pub(crate) vision_config: HalfConfig,
}

/// What the configuration says of one half.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct HalfConfig {
    num_attention_heads: Option<usize>,
    hidden_act: Option<String>,
    layer_norm_eps: Option<f32>,
    /// The token that ends a text.
    pub(crate) eos_token_id: Option<u32>,
}

impl PairConfig {
    /// Which architecture, when it is one of those built here.
    pub(crate) fn family(&self) -> Option<Family> {
        match self.model_type.as_str() {
            "clip" => Some(Family::Clip),
            // The SigLIP 2 of fixed resolution calls itself `siglip`; that of free resolution has other weights.
            "siglip" => Some(Family::Siglip),
            _ => None,
        }
    }
}

/// A half that is ready to run.
pub(crate) struct Tower {
    /// Picture half: input `pixels` `[1, 3, side, side]`. Text half: inputs `ids` and `positions` `[1, tokens]`, and
    /// `at` `[1]`, the place that is read; i32; for CLIP also `mask` `[1, 1, tokens, tokens]`, f32, added to the scores of
    /// attention. Output: one vector, not yet of unit length.
    pub(crate) model: Model,
    /// Most tokens of a text; patches and class token of a picture.
    pub(crate) places: usize,
}

fn stack(
    weights: &Weights,
    half: &HalfConfig,
    prefix: &str,
    (width, heads): (usize, usize),
    family: Family,
) -> Result<Stack, ModelError> {
    let (bend, epsilon) = match family {
        Family::Clip => ("quick_gelu", 1e-5),
        Family::Siglip => ("gelu_pytorch_tanh", 1e-6),
    };
    let bend = half.hidden_act.as_deref().unwrap_or(bend);
    let heads = half.num_attention_heads.unwrap_or(heads).max(1);
    let wrong =
        |detail: String| ModelError::Format { file: weights.path().to_owned(), expected: "a CLIP or SigLIP", detail };
    let activation = Activation::named(bend)
        .ok_or_else(|| wrong(format!("its activation is '{bend}', expected gelu, gelu_pytorch_tanh or quick_gelu")))?;
    if width == 0 || !width.is_multiple_of(heads) {
        return Err(wrong(format!("{heads} heads do not share {width} numbers evenly")));
    }
    let layers = (0..).take_while(|layer| weights.has(&format!("{prefix}.{layer}.layer_norm1.weight"))).count();
    if layers == 0 {
        return Err(wrong(format!("there are no weights '{prefix}.0.layer_norm1.weight'")));
    }
    Ok(Stack { layers, width, heads, epsilon: half.layer_norm_eps.unwrap_or(epsilon), activation })
}

/// Shape of a matrix of weights.
fn sides(weights: &Weights, name: &str) -> Result<(usize, usize), ModelError> {
    let shape = weights.shape(name)?;
    Ok((shape.first().copied().unwrap_or(0), shape.get(1).copied().unwrap_or(0)))
}

/// The half for words.
pub(crate) fn text_tower(weights: &Weights, config: &PairConfig, family: Family) -> Result<Tower, ModelError> {
    const TOKENS: &str = "text_model.embeddings.token_embedding.weight";
    const PLACES: &str = "text_model.embeddings.position_embedding.weight";
    let (_, width) = sides(weights, TOKENS)?;
    let (places, _) = sides(weights, PLACES)?;
    let heads = if family == Family::Clip { 8 } else { 12 };
    let layers = "text_model.encoder.layers";
    let stack = stack(weights, &config.text_config, layers, (width, heads), family)?;
    let mut build = Builder { graph: Graph::default(), weights };
    let ids = build.graph.input("ids");
    let positions = build.graph.input("positions");
    let at = build.graph.input("at");
    let words = build.look_up(TOKENS, &ids)?;
    let order = build.look_up(PLACES, &positions)?;
    let sum = build.graph.op("Add", &[&words, &order], &[]);
    // A text of CLIP does not look ahead; the caller says so by the mask.
    let mask = (family == Family::Clip).then(|| build.graph.input("mask"));
    let x = build.encoder(layers, &stack, sum, mask.as_ref())?;
    let x = build.norm("text_model.final_layer_norm", stack.epsilon, &x)?;
    let end = build.graph.op("Gather", &[&x, &at], &[("axis", Attribute::Int(1))]);
    let out = match family {
        Family::Clip => build.linear("text_projection", &end)?,
        Family::Siglip => build.linear("text_model.head", &end)?,
    };
    Ok(Tower { model: build.graph.finish(&out, weights.path())?, places })
}

/// The half for pictures.
pub(crate) fn vision_tower(weights: &Weights, config: &PairConfig, family: Family) -> Result<Tower, ModelError> {
    const PATCHES: &str = "vision_model.embeddings.patch_embedding.weight";
    const PLACES: &str = "vision_model.embeddings.position_embedding.weight";
    let shape = weights.shape(PATCHES)?;
    let (width, patch) = (shape.first().copied().unwrap_or(0), shape.get(2).copied().unwrap_or(1));
    let (places, _) = sides(weights, PLACES)?;
    let layers = "vision_model.encoder.layers";
    let stack = stack(weights, &config.vision_config, layers, (width, 12), family)?;
    let mut build = Builder { graph: Graph::default(), weights };
    let pixels = build.graph.input("pixels");
    let kernel = build.tensor(PATCHES)?;
    let stride = [
        ("strides", Attribute::Ints(vec![patch as i64; 2])),
        ("dilations", Attribute::Ints(vec![1, 1])),
        ("pads", Attribute::Ints(vec![0; 4])),
    ];
    let mut patches = if weights.has("vision_model.embeddings.patch_embedding.bias") {
        let bias = build.tensor("vision_model.embeddings.patch_embedding.bias")?;
        build.graph.op("Conv", &[&pixels, &kernel, &bias], &stride)
    } else {
        build.graph.op("Conv", &[&pixels, &kernel], &stride)
    };
    let rows = build.graph.ints(&[1, width as i64, -1]);
    patches = build.graph.op("Reshape", &[&patches, &rows], &[]);
    patches = build.graph.op("Transpose", &[&patches], &[("perm", Attribute::Ints(vec![0, 2, 1]))]);
    if family == Family::Clip {
        let class = build.tensor_as("vision_model.embeddings.class_embedding", &[1, 1, width])?;
        patches = build.graph.op("Concat", &[&class, &patches], &[("axis", Attribute::Int(1))]);
    }
    let order = build.tensor_as(PLACES, &[1, places, width])?;
    let mut x = build.graph.op("Add", &[&patches, &order], &[]);
    if family == Family::Clip {
        // The misspelling is the reference library's.
        x = build.norm("vision_model.pre_layrnorm", stack.epsilon, &x)?;
    }
    let x = build.encoder(layers, &stack, x, None)?;
    let out = match family {
        Family::Clip => {
            let first = build.graph.ints(&[0]);
            let class = build.graph.op("Gather", &[&x, &first], &[("axis", Attribute::Int(1))]);
            let class = build.norm("vision_model.post_layernorm", stack.epsilon, &class)?;
            build.linear("visual_projection", &class)?
        }
        Family::Siglip => {
            let x = build.norm("vision_model.post_layernorm", stack.epsilon, &x)?;
            pool(&mut build, &stack, &x)?
        }
    };
    Ok(Tower { model: build.graph.finish(&out, weights.path())?, places })
}

/// One learnt question is asked of all patches.
fn pool(build: &mut Builder<'_>, stack: &Stack, x: &Value) -> Result<Value, ModelError> {
    let probe = build.tensor_as("vision_model.head.probe", &[1, 1, stack.width])?;
    let joint = "vision_model.head.attention.in_proj";
    let q = build.linear_third(joint, 0, &probe)?;
    let k = build.linear_third(joint, 1, x)?;
    let v = build.linear_third(joint, 2, x)?;
    let mixed = build.attend(stack, [&q, &k, &v], None);
    let mixed = build.linear("vision_model.head.attention.out_proj", &mixed)?;
    let calm = build.norm("vision_model.head.layernorm", stack.epsilon, &mixed)?;
    let changed = build.feed_forward("vision_model.head.mlp", stack.activation, &calm)?;
    Ok(build.graph.op("Add", &[&mixed, &changed], &[]))
}
