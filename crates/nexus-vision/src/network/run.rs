//! A network with its file's name and threads: numbers in, numbers out.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, LazyLock},
};

use rten::{Model, NodeId, RunOptions, ThreadPool, ValueOrView};
use rten_tensor::{AsView as _, Layout as _, NdTensor, Tensor};

use super::ModelError;

/// Threads that all networks share: as many as there are processors.
static POOL: LazyLock<Arc<ThreadPool>> = LazyLock::new(|| {
    Arc::new(ThreadPool::with_num_threads(std::thread::available_parallelism().map_or(1, usize::from)))
});

/// One input.
pub(crate) enum Input {
    /// Whole numbers.
    Ints(Vec<i32>, Vec<usize>),
    /// Numbers.
    Floats(Vec<f32>, Vec<usize>),
    /// Bytes of a picture.
    Bytes(Vec<u8>, [usize; 4]),
}

impl From<Input> for ValueOrView<'static> {
    fn from(input: Input) -> Self {
        match input {
            Input::Ints(values, shape) => Tensor::from_data(&shape, values).into(),
            Input::Floats(values, shape) => Tensor::from_data(&shape, values).into(),
            Input::Bytes(values, shape) => NdTensor::from_data(shape, values).into(),
        }
    }
}

/// A loaded network.
pub(crate) struct Network {
    model: Model,
    file: PathBuf,
}

impl Network {
    /// Loads an ONNX file.
    pub(crate) fn load(file: &Path) -> Result<Self, ModelError> {
        let model = Model::load_file(file)
            .map_err(|source| ModelError::Load { file: file.to_owned(), source: Box::new(source) })?;
        Ok(Self { model, file: file.to_owned() })
    }

    /// A network that was built from `file`.
    pub(crate) fn built(model: Model, file: &Path) -> Self {
        Self { model, file: file.to_owned() }
    }

    /// True when it has an input or output of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.model.find_node(name).is_some()
    }

    /// The first output for named inputs, flat; or the output `wanted`.
    pub(crate) fn run(&self, inputs: Vec<(&str, Input)>, wanted: Option<&str>) -> Result<Answer, ModelError> {
        let failed = |source| ModelError::Run { file: self.file.clone(), source };
        let ids: Result<Vec<(NodeId, ValueOrView<'_>)>, _> =
            inputs.into_iter().map(|(name, input)| Ok((self.model.node_id(name)?, input.into()))).collect();
        let output = match wanted {
            Some(name) => self.model.node_id(name).map_err(failed)?,
            None => *self.model.output_ids().first().ok_or_else(|| self.wrong("an output", "none"))?,
        };
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(&POOL)));
        let [value] = self.model.run_n(ids.map_err(failed)?, [output], Some(options)).map_err(failed)?;
        match value {
            rten::Value::FloatTensor(tensor) if tensor.iter().any(|value| !value.is_finite()) => {
                Err(self.wrong("finite numbers", "some that are not"))
            }
            rten::Value::FloatTensor(tensor) => Ok(Answer { shape: tensor.shape().to_vec(), values: tensor.to_vec() }),
            rten::Value::UInt8Tensor(tensor) => Ok(Answer {
                shape: tensor.shape().to_vec(),
                values: tensor.iter().map(|value| f32::from(*value) / 255.0).collect(),
            }),
            other => Err(self.wrong("numbers", &format!("{:?}", other.dtype()))),
        }
    }

    /// The error for an answer of another kind.
    pub(crate) fn wrong(&self, expected: &str, found: &str) -> ModelError {
        ModelError::Answer { file: self.file.clone(), expected: expected.to_owned(), found: found.to_owned() }
    }

    /// The name of the only input of a network.
    pub(crate) fn only_input(&self) -> Option<String> {
        let &[id] = self.model.input_ids() else { return None };
        self.model.node_info(id).and_then(|info| info.name().map(str::to_owned))
    }
}

/// What a network says.
pub(crate) struct Answer {
    /// Sides.
    pub(crate) shape: Vec<usize>,
    /// Values, last axis fastest; bytes as 0 to 1.
    pub(crate) values: Vec<f32>,
}
