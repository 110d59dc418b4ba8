//! Reading the small files of a model's folder.

use std::{path::Path, sync::OnceLock};

use serde::de::DeserializeOwned;

use crate::network::ModelError;

/// A JSON file of a folder.
pub(crate) fn json<T: DeserializeOwned>(folder: &Path, name: &str, expected: &'static str) -> Result<T, ModelError> {
    let file = folder.join(name);
    let bytes = std::fs::read(&file).map_err(|source| ModelError::Read { file: file.clone(), source })?;
    serde_json::from_slice(&bytes).map_err(|error| ModelError::Format { file, expected, detail: error.to_string() })
}

/// A JSON file that may be absent; then its defaults.
pub(crate) fn json_or_default<T: DeserializeOwned + Default>(
    folder: &Path,
    name: &str,
    expected: &'static str,
) -> Result<T, ModelError> {
    if folder.join(name).is_file() { json(folder, name, expected) } else { Ok(T::default()) }
}

/// What is in the cell, made now if nothing is; two that make it at once waste the work of one.
pub(crate) fn loaded<T>(cell: &OnceLock<T>, make: impl FnOnce() -> Result<T, ModelError>) -> Result<&T, ModelError> {
    if let Some(ready) = cell.get() {
        return Ok(ready);
    }
    let made = make()?;
    Ok(cell.get_or_init(|| made))
}
