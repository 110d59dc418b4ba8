//! Words that are said aloud.

use serde::{Deserialize, Serialize};

use crate::{BusinessId, blob::BlobRef};

/// Words to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpeechRequest {
    /// The tenant; the sound is stored under it.
    pub business: BusinessId,
    /// What is said.
    pub text: String,
    /// Who says it, by the name that services of speech know; any voice when absent.
    pub voice: Option<String>,
    /// Code of the language, for instance `en-GB`; that of the voice when absent.
    pub language: Option<String>,
    /// True for the manner of a newsreader.
    pub is_newscaster: bool,
}

/// Words that were said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Speech {
    /// The sound.
    pub blob: BlobRef,
    /// What people should know, for instance that another voice spoke.
    pub remarks: Vec<String>,
}
