//! Words to ids, by the `tokenizer.json` that lies beside a model.

use std::path::Path;

use tokenizers::{Tokenizer, TruncationParams};

use crate::network::ModelError;

/// A tokenizer that cuts texts at a length and pads nothing.
pub(crate) struct Tokens {
    tokenizer: Tokenizer,
    file: std::path::PathBuf,
}

impl Tokens {
    /// Reads `tokenizer.json` of `folder`; texts are cut at `most` tokens, special ones included.
    pub(crate) fn read(folder: &Path, most: usize) -> Result<Self, ModelError> {
        let file = folder.join("tokenizer.json");
        // Two special tokens and a word: with less the tokenizer's own arithmetic fails.
        if most < 4 {
            let detail = format!("texts of {most} tokens, expected at least 4");
            return Err(ModelError::Format { file, expected: "a tokenizer for texts", detail });
        }
        let format = |error: tokenizers::Error| ModelError::Format {
            file: file.clone(),
            expected: "a tokenizer",
            detail: error.to_string(),
        };
        let bytes = std::fs::read(&file).map_err(|source| ModelError::Read { file: file.clone(), source })?;
        let mut tokenizer = Tokenizer::from_bytes(bytes).map_err(format)?;
        tokenizer
            .with_truncation(Some(TruncationParams { max_length: most, ..TruncationParams::default() }))
            .map_err(format)?;
        tokenizer.with_padding(None);
        Ok(Self { tokenizer, file })
    }

    /// Ids of a text, special tokens included.
    pub(crate) fn ids(&self, text: &str) -> Result<Vec<u32>, ModelError> {
        let encoding = self.tokenizer.encode(text, true).map_err(|error| ModelError::Format {
            file: self.file.clone(),
            expected: "a tokenizer for any text",
            detail: error.to_string(),
        })?;
        Ok(encoding.get_ids().to_vec())
    }

    /// The id of a token, when the vocabulary has it.
    pub(crate) fn id(&self, token: &str) -> Option<u32> {
        self.tokenizer.token_to_id(token)
    }
}
