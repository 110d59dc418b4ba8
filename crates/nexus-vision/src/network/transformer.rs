//! The layers that BERT, CLIP and SigLIP share (Vaswani et al., "Attention is all you need", 2017).

use super::{
    ModelError, Weights,
    graph::{Attribute, Graph, Value},
};

/// The bend between the two layers of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Activation {
    /// Exact, by the error function.
    Gelu,
    /// By the hyperbolic tangent.
    GeluTanh,
    /// `x * sigmoid(1.702 x)`, of CLIP.
    QuickGelu,
}

impl Activation {
    /// By the name in a configuration of the reference library.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "gelu" => Self::Gelu,
            "gelu_pytorch_tanh" | "gelu_new" => Self::GeluTanh,
            "quick_gelu" => Self::QuickGelu,
            _ => return None,
        })
    }
}

/// Sizes of a stack of layers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stack {
    /// Layers.
    pub(crate) layers: usize,
    /// Numbers per place.
    pub(crate) width: usize,
    /// Heads of attention.
    pub(crate) heads: usize,
    /// Added to the variance in normalisation.
    pub(crate) epsilon: f32,
    /// Between the layers of a block.
    pub(crate) activation: Activation,
}

/// Builds layers from weights.
pub(crate) struct Builder<'a> {
    /// What is built.
    pub(crate) graph: Graph,
    /// What it is built from.
    pub(crate) weights: &'a Weights,
}

impl Builder<'_> {
    /// Weights as they are.
    pub(crate) fn tensor(&mut self, name: &str) -> Result<Value, ModelError> {
        let (values, shape) = self.weights.read(name)?;
        Ok(self.graph.floats(&values, &shape))
    }

    /// Weights in another shape of as many numbers.
    pub(crate) fn tensor_as(&mut self, name: &str, shape: &[usize]) -> Result<Value, ModelError> {
        let (values, found) = self.weights.read(name)?;
        if values.len() != shape.iter().product::<usize>() {
            return Err(self.misfit(name, &found, shape));
        }
        Ok(self.graph.floats(&values, shape))
    }

    /// Rows `rows` of a matrix, turned so that it multiplies from the right.
    fn matrix(&mut self, name: &str, rows: std::ops::Range<usize>) -> Result<Value, ModelError> {
        let (values, shape) = self.weights.read(name)?;
        let [height, width] = shape[..] else { return Err(self.misfit(name, &shape, &[rows.end, 0])) };
        if rows.end > height {
            return Err(self.misfit(name, &shape, &[rows.end, width]));
        }
        let mut turned = vec![0.0; rows.len() * width];
        for (column, row) in rows.clone().enumerate() {
            for (at, value) in values[row * width..(row + 1) * width].iter().enumerate() {
                turned[at * rows.len() + column] = *value;
            }
        }
        Ok(self.graph.floats(&turned, &[width, rows.len()]))
    }

    fn misfit(&self, name: &str, found: &[usize], wanted: &[usize]) -> ModelError {
        ModelError::Format {
            file: self.weights.path().to_owned(),
            expected: "a model of the shape that its configuration names",
            detail: format!("the weights '{name}' are {found:?}, expected {wanted:?}"),
        }
    }

    /// `x W^T + b` with the weights `prefix.weight` and, where there are, `prefix.bias`.
    pub(crate) fn linear(&mut self, prefix: &str, x: &Value) -> Result<Value, ModelError> {
        let name = format!("{prefix}.weight");
        let rows = self.weights.shape(&name)?.first().copied().unwrap_or(0);
        let matrix = self.matrix(&name, 0..rows)?;
        let product = self.graph.op("MatMul", &[x, &matrix], &[]);
        let bias = format!("{prefix}.bias");
        if !self.weights.has(&bias) {
            return Ok(product);
        }
        let bias = self.tensor(&bias)?;
        Ok(self.graph.op("Add", &[&product, &bias], &[]))
    }

    /// One third of a joint projection of queries, keys and values, as PyTorch's `MultiheadAttention` keeps them.
    pub(crate) fn linear_third(&mut self, prefix: &str, third: usize, x: &Value) -> Result<Value, ModelError> {
        let (bias, _) = self.weights.read(&format!("{prefix}_bias"))?;
        let width = bias.len() / 3;
        let rows = third * width..(third + 1) * width;
        let matrix = self.matrix(&format!("{prefix}_weight"), rows.clone())?;
        let product = self.graph.op("MatMul", &[x, &matrix], &[]);
        let bias = self.graph.floats(&bias[rows], &[width]);
        Ok(self.graph.op("Add", &[&product, &bias], &[]))
    }

    /// Layer normalisation over the last axis.
    pub(crate) fn norm(&mut self, prefix: &str, epsilon: f32, x: &Value) -> Result<Value, ModelError> {
        let scale = self.tensor(&format!("{prefix}.weight"))?;
        let bias = self.tensor(&format!("{prefix}.bias"))?;
        let attributes = [("axis", Attribute::Int(-1)), ("epsilon", Attribute::Float(epsilon))];
        Ok(self.graph.op("LayerNormalization", &[x, &scale, &bias], &attributes))
    }

    /// The bend.
    pub(crate) fn activate(&mut self, activation: Activation, x: &Value) -> Value {
        match activation {
            Activation::Gelu => self.graph.op("Gelu", &[x], &[("approximate", Attribute::Text("none"))]),
            Activation::GeluTanh => self.graph.op("Gelu", &[x], &[("approximate", Attribute::Text("tanh"))]),
            Activation::QuickGelu => {
                let slope = self.graph.floats(&[1.702], &[1]);
                let steep = self.graph.op("Mul", &[x, &slope], &[]);
                let gate = self.graph.op("Sigmoid", &[&steep], &[]);
                self.graph.op("Mul", &[x, &gate], &[])
            }
        }
    }

    /// Attention of projected queries to keys and values, heads side by side; `mask` is added to the scores.
    pub(crate) fn attend(&mut self, stack: &Stack, [q, k, v]: [&Value; 3], mask: Option<&Value>) -> Value {
        let each = stack.width / stack.heads;
        let apart = self.graph.ints(&[0, -1, stack.heads as i64, each as i64]);
        let split = |graph: &mut Graph, x: &Value, order: [i64; 4]| {
            let shaped = graph.op("Reshape", &[x, &apart], &[]);
            graph.op("Transpose", &[&shaped], &[("perm", Attribute::Ints(order.to_vec()))])
        };
        let q = split(&mut self.graph, q, [0, 2, 1, 3]);
        let k = split(&mut self.graph, k, [0, 2, 3, 1]);
        let v = split(&mut self.graph, v, [0, 2, 1, 3]);
        let scale = self.graph.floats(&[1.0 / (each as f32).sqrt()], &[1]);
        let q = self.graph.op("Mul", &[&q, &scale], &[]);
        let mut scores = self.graph.op("MatMul", &[&q, &k], &[]);
        if let Some(mask) = mask {
            scores = self.graph.op("Add", &[&scores, mask], &[]);
        }
        let shares = self.graph.op("Softmax", &[&scores], &[("axis", Attribute::Int(-1))]);
        let mixed = self.graph.op("MatMul", &[&shares, &v], &[]);
        let ordered = self.graph.op("Transpose", &[&mixed], &[("perm", Attribute::Ints(vec![0, 2, 1, 3]))]);
        let joined = self.graph.ints(&[0, -1, stack.width as i64]);
        self.graph.op("Reshape", &[&ordered, &joined], &[])
    }

    /// Layers that normalise first, as in CLIP and SigLIP: `prefix.0`, `prefix.1`, ...
    pub(crate) fn encoder(
        &mut self,
        prefix: &str,
        stack: &Stack,
        mut x: Value,
        mask: Option<&Value>,
    ) -> Result<Value, ModelError> {
        for layer in 0..stack.layers {
            let at = |part: &str| format!("{prefix}.{layer}.{part}");
            let calm = self.norm(&at("layer_norm1"), stack.epsilon, &x)?;
            let q = self.linear(&at("self_attn.q_proj"), &calm)?;
            let k = self.linear(&at("self_attn.k_proj"), &calm)?;
            let v = self.linear(&at("self_attn.v_proj"), &calm)?;
            let mixed = self.attend(stack, [&q, &k, &v], mask);
            let mixed = self.linear(&at("self_attn.out_proj"), &mixed)?;
            x = self.graph.op("Add", &[&x, &mixed], &[]);
            let calm = self.norm(&at("layer_norm2"), stack.epsilon, &x)?;
            let changed = self.feed_forward(&at("mlp"), stack.activation, &calm)?;
            x = self.graph.op("Add", &[&x, &changed], &[]);
        }
        Ok(x)
    }

    /// Two layers with a bend between.
    pub(crate) fn feed_forward(&mut self, prefix: &str, bend: Activation, x: &Value) -> Result<Value, ModelError> {
        let wide = self.linear(&format!("{prefix}.fc1"), x)?;
        let bent = self.activate(bend, &wide);
        self.linear(&format!("{prefix}.fc2"), &bent)
    }

    /// Rows of a table of embeddings.
    pub(crate) fn look_up(&mut self, table: &str, ids: &Value) -> Result<Value, ModelError> {
        let table = self.tensor(table)?;
        Ok(self.graph.op("Gather", &[&table, ids], &[("axis", Attribute::Int(0))]))
    }
}
