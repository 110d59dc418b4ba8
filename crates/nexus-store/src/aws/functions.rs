//! Beats from a function of AWS Lambda: arrows 12 and 13 of the specification in their named form.
//! Source: "Invoke", AWS Lambda API reference (2015-03-31).

use std::time::Duration;

use async_trait::async_trait;
use nexus_core::{
    ErrorKind, PortError, PortResult,
    blob::{BlobRef, Bucket},
    music::BeatGrid,
    port::{Adapter, BeatTracker, StepContext},
};
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::{
    S3Config,
    signed::{Reply, Service},
};
use crate::StoreError;

const PROVIDER: &str = "AWS Lambda";
const OP: &str = "hear the beats";

/// The time of an answer when nobody says otherwise: Lambda lets no function run for longer.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// The same for a look at whether it is there.
const LOOK: Duration = Duration::from_secs(20);

/// Most characters of what a function says against itself.
const MOST_WORDS: usize = 500;

/// Longest name of a function, a whole ARN with its version.
const MOST_NAME: usize = 256;

/// Hears beats by `nexus lambda beats`, which reads the music from the same buckets.
pub struct LambdaBeats {
    service: Service,
    url: Url,
    raw_bucket: String,
    final_bucket: String,
}

/// What a function that failed says.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    #[serde(default)]
    error_type: String,
    #[serde(default)]
    error_message: String,
}

impl LambdaBeats {
    /// The function `name` (its name, with or without a version, or its ARN) at `endpoint`, which is empty for AWS
    /// itself; it finds music in the buckets of `s3`, and answers within `longest`, or the fifteen minutes of Lambda.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] when name or address are none.
    pub fn new(name: &str, endpoint: &str, s3: &S3Config, longest: Option<Duration>) -> Result<Self, StoreError> {
        let is_known = |byte: u8| byte.is_ascii_alphanumeric() || b"-_:$".contains(&byte);
        if name.is_empty() || name.len() > MOST_NAME || !name.bytes().all(is_known) {
            return Err(StoreError::Invalid(format!(
                "lambda.beats '{name}' is no function: expected its name or ARN, for instance nexus-beats"
            )));
        }
        // `arn:aws:lambda:eu-central-1:…` names its region.
        let named = name.strip_prefix("arn:").and_then(|rest| rest.split(':').nth(2));
        let region = named.unwrap_or(s3.aws.region());
        let china = if region.starts_with("cn-") { ".cn" } else { "" };
        let host = format!("https://lambda.{region}.amazonaws.com{china}");
        let base = if endpoint.is_empty() { host.as_str() } else { endpoint.trim_end_matches('/') };
        let name = name.replace(':', "%3A").replace('$', "%24");
        let url = format!("{base}/2015-03-31/functions/{name}/invocations");
        let url = url.parse().map_err(|error: url::ParseError| {
            StoreError::Invalid(format!("lambda.endpoint '{endpoint}' is no address ({error})"))
        })?;
        let about = ("lambda", PROVIDER, "check lambda.beats");
        // It is silent until it has heard all, so the patience with other services is no measure.
        let service = Service::new(about, region, longest.unwrap_or(LONGEST), &s3.aws)?;
        Ok(Self { service, url, raw_bucket: s3.raw_bucket.clone(), final_bucket: s3.final_bucket.clone() })
    }

    /// Whether the function is there and may be called, without calling it: for `nexus doctor`.
    ///
    /// # Errors
    /// `Unavailable`, `Unauthorized`, `NotFound` as Lambda behaves.
    pub async fn reach(&self) -> PortResult<()> {
        let op = "look at the function";
        let looked = tokio::time::timeout(LOOK, self.invoke(op, "DryRun", "{}".into())).await;
        let silent =
            || PortError::new(ErrorKind::Timeout, PROVIDER, op, "no answer; check lambda.endpoint and the network");
        looked.unwrap_or_else(|_| Err(silent())).map(drop)
    }

    async fn invoke(&self, op: &'static str, how: &str, body: String) -> PortResult<Reply> {
        let headers = [("content-type", "application/json"), ("x-amz-invocation-type", how)];
        let reply = self.service.post(op, &self.url, &headers, body).await?;
        if reply.status.is_success() {
            return Ok(reply);
        }
        let code = reply.headers.get("x-amzn-errortype").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let code = code.split(':').next().unwrap_or_default().to_owned();
        Err(self.service.refusal(op, &reply, &code))
    }
}

/// The function tells what it failed with by the words of [`ErrorKind`]; everything else, its end for lack of time or
/// memory among it, may pass.
fn failure(text: &str) -> PortError {
    let told = serde_json::from_str(text).unwrap_or(Failure { error_type: String::new(), error_message: text.into() });
    let kind = serde_json::from_value(json!(told.error_type)).unwrap_or(ErrorKind::Unavailable);
    let words: String = told.error_message.chars().take(MOST_WORDS).collect();
    PortError::new(kind, PROVIDER, OP, format!("the function failed: {words}; its log says more"))
}

impl Adapter for LambdaBeats {
    fn adapter(&self) -> &'static str {
        "lambda"
    }
}

#[async_trait]
impl BeatTracker for LambdaBeats {
    async fn track(&self, music: &BlobRef, context: &StepContext) -> PortResult<BeatGrid> {
        context.report(0, 1, "listening for beats elsewhere");
        let bucket = match music.bucket {
            Bucket::Raw => &self.raw_bucket,
            Bucket::Final => &self.final_bucket,
        };
        let asked = json!({ "bucket": bucket, "key": music.key.as_str() });
        let reply = self.invoke(OP, "RequestResponse", asked.to_string()).await?;
        if reply.headers.contains_key("x-amz-function-error") {
            return Err(failure(&reply.text));
        }
        let grid = serde_json::from_str(&reply.text).map_err(|error| {
            let message = "the answer is no grid of beats; check that lambda.beats names `nexus lambda beats`";
            PortError::new(ErrorKind::Unavailable, PROVIDER, OP, message).caused_by(error)
        })?;
        context.report(1, 1, "beats found");
        Ok(grid)
    }
}
