//! Any inference service over HTTP, by five knobs: address, key header, body, where the answer stands, and how one waits
//! for it. Replicate, fal, Baseten, Modal, endpoints of Hugging Face and one's own servers differ in nothing else.

use std::time::Duration;

use async_trait::async_trait;
use nexus_core::{ErrorKind, PortError, PortResult, Secret};
use serde_json::Value;

use super::{Inference, Opinion, Pictures, template::Template};
use crate::vendor::{Bounds, Named, Vendor};

const PROVIDER: &str = "the inference service";
const OP: &str = "look at a shot";
const BOUNDS: Bounds = Bounds { patience: Duration::from_secs(120), most_answer_bytes: 4 << 20 };
/// Time between two looks at a job.
const POLL_EVERY: Duration = Duration::from_millis(1500);
/// Longest time for one job.
const MOST_JOB: Duration = Duration::from_secs(600);

/// The five knobs.
#[derive(Debug, Clone)]
pub struct InferenceConfig {
    /// Where requests are posted.
    pub url: String,
    /// `NAME: VALUE` of the header that carries the key, with `{{key}}` in its place; empty for none.
    pub auth: String,
    /// The key.
    pub key: Option<Secret<String>>,
    /// The body: JSON in which texts may name `{{image}}` and others.
    pub body: String,
    /// JSON pointer (RFC 6901) to the answer; empty for the whole document.
    pub result: String,
    /// How one waits, when the answer does not come at once.
    pub polling: Option<Polling>,
    /// As tags name the model.
    pub model: String,
}

/// How one waits for a job.
#[derive(Debug, Clone)]
pub struct Polling {
    /// JSON pointer to the address of the job, in the first answer.
    pub address: String,
    /// JSON pointer to its state, in every answer.
    pub state: String,
    /// States of a job that is done; any state that is neither done nor failed is waited for.
    pub done: Vec<String>,
    /// States of a job that will give nothing.
    pub failed: Vec<String>,
    /// JSON pointer to the address of the result in the first answer, where it stands apart from the state; empty when
    /// it does not.
    pub result_address: String,
}

/// One inference service.
pub struct HttpInference {
    vendor: Vendor,
    body: Template,
    result: String,
    polling: Option<Polling>,
    model: String,
}

impl HttpInference {
    /// The service that the knobs describe.
    ///
    /// # Errors
    /// `Invalid`, naming the knob that is wrong.
    pub fn new(config: InferenceConfig) -> PortResult<Self> {
        let InferenceConfig { url, auth, key, body, result, polling, model } = config;
        let named = Named { provider: PROVIDER, address: "inference.url", secret: "inference.key" };
        let mut vendor = Vendor::new(named, &url, BOUNDS)?;
        if let Some(key) = key {
            let wrong = || wrong("inference.auth", "it must be like \"Authorization: Bearer {{key}}\"");
            let (name, value) = auth.split_once(':').ok_or_else(wrong)?;
            let scheme = value.trim_start().strip_suffix("{{key}}").ok_or_else(wrong)?;
            vendor = vendor.with_secret(name, scheme, key)?;
        } else if !auth.is_empty() {
            return Err(wrong("inference.key", "it is missing, and inference.auth wants it"));
        }
        let body = Template::read(&body).map_err(|what| wrong("inference.body", &what))?;
        if polling.as_ref().is_some_and(|polling| polling.state.is_empty() || polling.done.is_empty()) {
            return Err(wrong(
                "inference.poll_state",
                "with inference.poll_address it and inference.poll_done are needed",
            ));
        }
        let pointers = polling.iter().flat_map(|polling| {
            [
                ("inference.poll_address", &polling.address),
                ("inference.poll_state", &polling.state),
                ("inference.poll_result_address", &polling.result_address),
            ]
        });
        for (knob, pointer) in pointers.chain([("inference.result", &result)]) {
            if !pointer.is_empty() && !pointer.starts_with('/') {
                return Err(wrong(knob, "a JSON pointer begins with a slash, for instance /output/0"));
            }
        }
        let model = if model.is_empty() { "http".into() } else { model };
        Ok(Self { vendor, body, result, polling, model })
    }

    /// The same service, whose answers are waited for as long as `patience`, where it is given.
    ///
    /// # Errors
    /// As [`HttpInference::new`].
    pub fn with_patience(mut self, patience: Option<Duration>) -> PortResult<Self> {
        self.vendor = self.vendor.with_patience(patience)?;
        Ok(self)
    }

    /// The answer of a job once it is done.
    async fn waited(&self, polling: &Polling, first: Value) -> PortResult<Value> {
        let text = |answer: &Value, pointer: &str| answer.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let job = text(&first, &polling.address);
        let mut answer = first.clone();
        let give_up = tokio::time::Instant::now() + MOST_JOB;
        loop {
            let state = text(&answer, &polling.state).ok_or_else(|| {
                invalid(&format!("the answer has no state at {} (inference.poll_state)", polling.state))
            })?;
            if polling.done.contains(&state) {
                break;
            }
            if polling.failed.contains(&state) {
                return Err(PortError::new(ErrorKind::Refused, PROVIDER, OP, format!("the job ended as '{state}'")));
            }
            if tokio::time::Instant::now() >= give_up {
                let message = format!("the job was still '{state}' after {} s", MOST_JOB.as_secs());
                return Err(PortError::new(ErrorKind::Timeout, PROVIDER, OP, message));
            }
            let job = job.as_deref().ok_or_else(|| {
                invalid(&format!("the first answer has no address at {} (inference.poll_address)", polling.address))
            })?;
            tokio::time::sleep(POLL_EVERY).await;
            answer = self.vendor.follow(OP, job).await?;
        }
        match text(&first, &polling.result_address).filter(|_| !polling.result_address.is_empty()) {
            Some(address) => self.vendor.follow(OP, &address).await,
            None => Ok(answer),
        }
    }
}

fn wrong(knob: &str, what: &str) -> PortError {
    PortError::new(ErrorKind::Invalid, PROVIDER, "be set up", format!("{knob}: {what}"))
}

fn invalid(message: &str) -> PortError {
    PortError::new(ErrorKind::Invalid, PROVIDER, OP, message)
}

#[async_trait]
impl Inference for HttpInference {
    fn adapter(&self) -> &'static str {
        "http"
    }

    fn model(&self) -> &str {
        &self.model
    }

    async fn look(&self, pictures: &Pictures) -> PortResult<Opinion> {
        let mut answer = self.vendor.post(OP, Vec::new(), &self.body.filled(pictures)).await?;
        if let Some(polling) = &self.polling {
            answer = self.waited(polling, answer).await?;
        }
        let place = answer.pointer(&self.result);
        let place =
            place.ok_or_else(|| invalid(&format!("the answer has nothing at {} (inference.result)", self.result)))?;
        // Models that write give their JSON as a text.
        let inner = place.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
        Opinion::read(inner.as_ref().unwrap_or(place)).ok_or_else(|| {
            invalid("what stands there is neither a list of words nor a sentence; docs/inference.md says what is read")
        })
    }
}
