//! Banana: any endpoint that Potassium serves. The company is gone; its server is open, and other workers of ours
//! (`nexus vision`) speak the same contract.
//!
//! Contract: `POST /` with any JSON, `X-BANANA-API-KEY`, and `X-BANANA-REQUEST-ID`, the same for every try of one
//! request (banana-dev 6, Potassium 0.5).

use std::time::Duration;

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hyper::header::{HeaderName, HeaderValue};
use nexus_core::{ErrorKind, PortError, PortResult, Secret};
use serde_json::json;

use super::{Inference, Opinion, Pictures};
use crate::vendor::{Bounds, Named, Vendor};

const PROVIDER: &str = "Banana";
const OP: &str = "look at a shot";
/// Banana gives a handler five minutes.
const BOUNDS: Bounds = Bounds { patience: Duration::from_secs(310), most_answer_bytes: 4 << 20 };

/// One Banana or Potassium endpoint. It is sent `{"images": [base64 of a JPEG, …], "file_name", "user_tags"}`, and its
/// answer is read by [`Opinion::read`].
pub struct Banana {
    vendor: Vendor,
}

impl Banana {
    /// The endpoint at `url`, with the key that it wants, if any.
    ///
    /// # Errors
    /// `Invalid` for an address that is none, and for a key that fits into no header.
    pub fn new(url: &str, key: Option<Secret<String>>) -> PortResult<Self> {
        let named = Named { provider: PROVIDER, address: "banana.url", secret: "banana.key" };
        let mut vendor = Vendor::new(named, url, BOUNDS)?;
        if let Some(key) = key {
            vendor = vendor.with_secret("x-banana-api-key", "", key)?;
        }
        Ok(Self { vendor })
    }

    /// The same endpoint, whose answers are waited for as long as `patience`, where it is given.
    ///
    /// # Errors
    /// As [`Banana::new`].
    pub fn with_patience(mut self, patience: Option<Duration>) -> PortResult<Self> {
        self.vendor = self.vendor.with_patience(patience)?;
        Ok(self)
    }
}

#[async_trait]
impl Inference for Banana {
    fn adapter(&self) -> &'static str {
        "banana"
    }

    fn model(&self) -> &str {
        // An endpoint does not say which model it serves.
        "banana"
    }

    async fn look(&self, pictures: &Pictures) -> PortResult<Opinion> {
        let images: Vec<String> = pictures.jpegs.iter().map(|jpeg| STANDARD.encode(jpeg)).collect();
        let body =
            json!({ "images": images, "file_name": pictures.words.file_name, "user_tags": pictures.words.user_tags });
        let id = HeaderValue::from_str(&request_id(&body.to_string())).expect("hexadecimal digits fit into a header");
        let headers = vec![(HeaderName::from_static("x-banana-request-id"), id)];
        let answer = self.vendor.post(OP, headers, &body).await.map_err(quota)?;
        Opinion::read(&answer).ok_or_else(|| {
            let message = "the answer holds neither tags nor a caption; docs/inference.md says what is read";
            PortError::new(ErrorKind::Invalid, PROVIDER, OP, message)
        })
    }
}

/// The same for the same request, in the form of a UUID.
fn request_id(body: &str) -> String {
    let hash = blake3::hash(body.as_bytes()).to_hex();
    let part = |from: usize, to: usize| &hash[from..to];
    format!("{}-{}-4{}-a{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}

/// With 400 Banana says that a quota is used up, and its own client tries again.
fn quota(mut error: PortError) -> PortError {
    if error.kind == ErrorKind::Invalid {
        error.kind = ErrorKind::RateLimited;
    }
    error
}
