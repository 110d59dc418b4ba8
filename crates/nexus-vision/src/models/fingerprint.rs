//! What tells one version of a model from another.

use std::{
    fs::File,
    io::{Read, Seek as _, SeekFrom},
    path::Path,
};

use crate::network::ModelError;

/// What is read of each end of a file: names and shapes stand at the start of weights, and a model that was trained on
/// differs in its last layer.
const END_BYTES: u64 = 64 * 1024;

/// What decides a vector.
const FILES: [&str; 6] = [
    "config.json",
    "preprocessor_config.json",
    "sentence_bert_config.json",
    "1_Pooling/config.json",
    "tokenizer.json",
    "model.safetensors",
];

/// Eight hexadecimal digits of the BLAKE3 hash of the files of `folder` that decide a vector: of each its length
/// and both ends.
pub(crate) fn fingerprint(folder: &Path) -> Result<String, ModelError> {
    let mut hasher = blake3::Hasher::new();
    for name in FILES {
        let file = folder.join(name);
        if !file.is_file() {
            continue;
        }
        let ends = ends(&file).map_err(|source| ModelError::Read { file: file.clone(), source })?;
        hasher.update(name.as_bytes()).update(&(ends.len() as u64).to_le_bytes()).update(&ends);
    }
    Ok(hasher.finalize().to_hex()[..8].to_owned())
}

/// The length of a file and its two ends.
fn ends(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut ends = length.to_le_bytes().to_vec();
    Read::by_ref(&mut file).take(END_BYTES).read_to_end(&mut ends)?;
    file.seek(SeekFrom::Start(length.saturating_sub(END_BYTES).max(END_BYTES.min(length))))?;
    file.take(END_BYTES).read_to_end(&mut ends)?;
    Ok(ends)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_decides_a_vector_changes_the_fingerprint() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).expect("written");
        write("config.json", b"{}");
        write("model.safetensors", &vec![7; 300_000]);
        let first = fingerprint(folder.path()).expect("readable");
        assert_eq!(first, fingerprint(folder.path()).expect("readable"));
        let mut tuned = vec![7; 300_000];
        tuned[299_999] = 8;
        write("model.safetensors", &tuned);
        let second = fingerprint(folder.path()).expect("readable");
        write("preprocessor_config.json", b"{}");
        let third = fingerprint(folder.path()).expect("readable");
        assert!(first != second && second != third && first != third, "{first} {second} {third}");
    }
}
