//! `[banana]`, `[inference]` and `[openai]`: models that run elsewhere.

use serde::{Deserialize, Serialize};

use super::vectors::Hidden;

/// Who says what is in a shot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TaggerKind {
    /// This machine.
    #[default]
    Embedded,
    /// This machine and a Banana or Potassium endpoint.
    Banana,
    /// This machine and any inference service over HTTP.
    Http,
    /// This machine and a model that reads pictures behind OpenAI's API.
    OpenAi,
}

/// `[banana]`: an endpoint of Banana or Potassium, and the key that `nexus vision` asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct BananaConfig {
    /// Where it is.
    pub(crate) url: String,
    /// The key.
    pub(crate) key: Hidden,
}

/// `[inference]`: the five knobs of any inference service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct InferenceConfig {
    /// Where requests are posted.
    pub(crate) url: String,
    /// The header that carries the key.
    pub(crate) auth: String,
    /// The key.
    pub(crate) key: Hidden,
    /// The body.
    pub(crate) body: String,
    /// Where the answer stands.
    pub(crate) result: String,
    /// The model's name.
    pub(crate) model: String,
    /// Where the address of the job stands.
    pub(crate) poll_address: String,
    /// Where its state stands.
    pub(crate) poll_state: String,
    /// States that are the end.
    pub(crate) poll_done: Vec<String>,
    /// States that are a bad end.
    pub(crate) poll_failed: Vec<String>,
    /// Where the address of the result stands.
    pub(crate) poll_result_address: String,
}

impl Default for InferenceConfig {
    fn default() -> Self {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Self {
            url: String::new(),
            auth: String::new(),
            key: Hidden::default(),
            body: r#"{"input": {"image": "{{image_url}}"}}"#.into(),
            result: "/output".into(),
            model: String::new(),
            poll_address: String::new(),
            poll_state: "/status".into(),
            poll_done: words(&["succeeded", "completed", "COMPLETED"]),
            poll_failed: words(&["failed", "canceled", "FAILED", "CANCELLED"]),
            poll_result_address: String::new(),
        }
    }
}

/// `[openai]`: OpenAI or a compatible server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct OpenAiConfig {
    /// Where it is.
    pub(crate) base_url: String,
    /// The key.
    pub(crate) key: Hidden,
    /// The model that reads pictures.
    pub(crate) vision_model: String,
}

impl Default for OpenAiConfig {
    fn default() -> Self {
        Self { base_url: "https://api.openai.com/v1".into(), key: Hidden::default(), vision_model: String::new() }
    }
}
