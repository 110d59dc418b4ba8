//! An ONNX graph in the making: operators and weights are added by name, and a network comes out.

use std::{cell::RefCell, path::Path};

use rten::{Model, ModelOptions};
use rten_onnx::onnx::{
    AttributeProto, AttributeType, DataType, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto,
    ValueInfoProto,
};

use super::ModelError;

/// Version of the operators: the first with `Gelu`.
const OPSET: i64 = 20;

/// A value in the graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Value(String);

/// An attribute of an operator.
pub(crate) enum Attribute {
    /// A whole number.
    Int(i64),
    /// Whole numbers.
    Ints(Vec<i64>),
    /// A number.
    Float(f32),
    /// A word.
    Text(&'static str),
}

/// The graph.
#[derive(Default)]
pub(crate) struct Graph {
    nodes: Vec<NodeProto>,
    weights: Vec<TensorProto>,
    inputs: Vec<ValueInfoProto>,
}

impl Graph {
    /// A value that is given at every run.
    pub(crate) fn input(&mut self, name: &str) -> Value {
        self.inputs.push(named(name));
        Value(name.to_owned())
    }

    /// Fixed numbers of a shape.
    pub(crate) fn floats(&mut self, values: &[f32], shape: &[usize]) -> Value {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.constant(DataType::FLOAT, bytes, shape)
    }

    /// Fixed whole numbers in a row, for instance a shape.
    pub(crate) fn ints(&mut self, values: &[i64]) -> Value {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.constant(DataType::INT64, bytes, &[values.len()])
    }

    fn constant(&mut self, kind: DataType, bytes: Vec<u8>, shape: &[usize]) -> Value {
        let name = format!("w{}", self.weights.len());
        self.weights.push(TensorProto {
            dims: shape.iter().map(|side| *side as i64).collect(),
            data_type: Some(kind),
            raw_data: Some(RefCell::new(bytes)),
            name: Some(name.clone()),
            ..TensorProto::default()
        });
        Value(name)
    }

    /// The result of an operator.
    pub(crate) fn op(&mut self, kind: &str, inputs: &[&Value], attributes: &[(&str, Attribute)]) -> Value {
        let output = format!("v{}", self.nodes.len());
        self.nodes.push(NodeProto {
            input: inputs.iter().map(|value| value.0.clone()).collect(),
            output: vec![output.clone()],
            op_type: Some(kind.to_owned()),
            attribute: attributes.iter().map(|(name, value)| attribute(name, value)).collect(),
            ..NodeProto::default()
        });
        Value(output)
    }

    /// The network that computes `output`; `file` names it in errors.
    pub(crate) fn finish(self, output: &Value, file: &Path) -> Result<Model, ModelError> {
        let graph = GraphProto {
            node: self.nodes,
            initializer: self.weights,
            input: self.inputs,
            output: vec![named(&output.0)],
            value_info: Vec::new(),
        };
        let model = ModelProto {
            ir_version: Some(9),
            graph: Some(graph),
            opset_import: vec![OperatorSetIdProto { version: Some(OPSET), ..OperatorSetIdProto::default() }],
            ..ModelProto::default()
        };
        let bytes = model.write_buf().map_err(|error| ModelError::Format {
            file: file.to_owned(),
            expected: "a network that can be written down",
            detail: error.to_string(),
        })?;
        drop(model);
        ModelOptions::with_all_ops()
            .load(bytes)
            .map_err(|source| ModelError::Load { file: file.to_owned(), source: Box::new(source) })
    }
}

fn named(name: &str) -> ValueInfoProto {
    ValueInfoProto { name: Some(name.to_owned()), r#type: None }
}

fn attribute(name: &str, value: &Attribute) -> AttributeProto {
    let mut proto = AttributeProto { name: Some(name.to_owned()), ..AttributeProto::default() };
    match value {
        Attribute::Int(number) => (proto.i, proto.r#type) = (Some(*number), Some(AttributeType::INT)),
        Attribute::Ints(numbers) => (proto.ints, proto.r#type) = (numbers.clone(), Some(AttributeType::INTS)),
        Attribute::Float(number) => (proto.f, proto.r#type) = (Some(*number), Some(AttributeType::FLOAT)),
        Attribute::Text(word) => (proto.s, proto.r#type) = (Some((*word).to_owned()), Some(AttributeType::STRING)),
    }
    proto
}
