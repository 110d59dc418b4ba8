//! Weights as the reference library saves them: a `safetensors` file, read tensor by tensor.

use std::{
    fs::File,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
};

use safetensors::{Dtype, tensor::Metadata};

use super::ModelError;

/// Most bytes of the header; real ones have some ten thousand.
const MOST_HEADER_BYTES: u64 = 100_000_000;

/// An open `safetensors` file.
pub(crate) struct Weights {
    path: PathBuf,
    file: File,
    /// Where the first tensor begins, in bytes from the start.
    begin: u64,
    metadata: Metadata,
    expected: &'static str,
}

impl Weights {
    /// Opens `path` and reads its header; `expected` names the architecture in errors.
    pub(crate) fn open(path: &Path, expected: &'static str) -> Result<Self, ModelError> {
        let read = |source| ModelError::Read { file: path.to_owned(), source };
        let format =
            |detail: String| ModelError::Format { file: path.to_owned(), expected: "a safetensors file", detail };
        let file = File::open(path).map_err(read)?;
        let mut size = [0_u8; 8];
        file.read_exact_at(&mut size, 0).map_err(read)?;
        let header = u64::from_le_bytes(size);
        let whole = file.metadata().map_err(read)?.len();
        if header > MOST_HEADER_BYTES || header + 8 > whole {
            return Err(format(format!("its header would have {header} of {whole} bytes")));
        }
        let mut bytes = vec![0; header as usize];
        file.read_exact_at(&mut bytes, 8).map_err(read)?;
        let metadata: Metadata = serde_json::from_slice(&bytes).map_err(|error| format(error.to_string()))?;
        let end =
            metadata.offset_keys().iter().filter_map(|name| metadata.info(name)).map(|info| info.data_offsets.1).max();
        if end.is_some_and(|end| header + 8 + end as u64 > whole) {
            return Err(format(format!("it ends after {whole} bytes, before its weights do")));
        }
        Ok(Self { path: path.to_owned(), file, begin: header + 8, metadata, expected })
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// True when there are weights of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.metadata.info(name).is_some()
    }

    /// Shape of the weights `name`.
    pub(crate) fn shape(&self, name: &str) -> Result<&[usize], ModelError> {
        self.metadata.info(name).map(|info| info.shape.as_slice()).ok_or_else(|| self.missing(name))
    }

    /// Values of the weights `name` as 32-bit floats, with their shape.
    pub(crate) fn read(&self, name: &str) -> Result<(Vec<f32>, Vec<usize>), ModelError> {
        let info = self.metadata.info(name).ok_or_else(|| self.missing(name))?;
        let (from, to) = info.data_offsets;
        let mut bytes = vec![0; to - from];
        self.file
            .read_exact_at(&mut bytes, self.begin + from as u64)
            .map_err(|source| ModelError::Read { file: self.path.clone(), source })?;
        let values = match info.dtype {
            Dtype::F32 => bytes.as_chunks::<4>().0.iter().map(|word| f32::from_le_bytes(*word)).collect(),
            Dtype::BF16 => {
                let widen = |half: &[u8; 2]| f32::from_bits(u32::from(u16::from_le_bytes(*half)) << 16);
                bytes.as_chunks::<2>().0.iter().map(widen).collect()
            }
            Dtype::F16 => bytes.as_chunks::<2>().0.iter().map(|half| half_to_f32(u16::from_le_bytes(*half))).collect(),
            other => {
                let detail = format!("the weights '{name}' are of type {other:?}, expected F32, F16 or BF16");
                return Err(ModelError::Format { file: self.path.clone(), expected: self.expected, detail });
            }
        };
        Ok((values, info.shape.clone()))
    }

    fn missing(&self, name: &str) -> ModelError {
        ModelError::Missing { file: self.path.clone(), tensor: name.to_owned(), expected: self.expected }
    }
}

/// IEEE 754 half precision, widened.
fn half_to_f32(half: u16) -> f32 {
    let sign = if half >> 15 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(half >> 10 & 0x1f), f32::from(half & 0x3ff) / 1024.0);
    match exponent {
        0 => sign * fraction * 2_f32.powi(-14),
        31 if fraction == 0.0 => sign * f32::INFINITY,
        31 => f32::NAN,
        _ => sign * (1.0 + fraction) * 2_f32.powi(exponent - 15),
    }
}

#[cfg(test)]
mod tests {
    use super::half_to_f32;

    #[test]
    fn halves_are_widened() {
        for (half, want) in [(0x3c00, 1.0), (0xc000, -2.0), (0x3555, 0.333_251_95), (0x0001, 5.960_464_5e-8), (0, 0.0)]
        {
            assert_eq!(half_to_f32(half), want, "{half:#x}");
        }
        assert!(half_to_f32(0x7e00).is_nan());
    }
}
