//! Events of S3 through SQS: received by long poll, deleted once what they tell of is on disk here.
//! Source: the Amazon SQS API reference, AWS JSON protocol 1.0.

use std::time::Duration;

use nexus_core::{ErrorKind, PortError, PortResult};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::{
    AwsConfig,
    events::{Created, Message, read},
    signed::Service,
};
use crate::StoreError;

const PROVIDER: &str = "SQS";

/// Longest wait for a message, in seconds: the most that SQS allows.
const MOST_WAIT_S: u64 = 20;

/// A queue of events.
pub struct SqsQueue {
    url: Url,
    raw_bucket: String,
    service: Service,
    /// How long SQS may wait for a message before it answers, in seconds.
    wait_s: u64,
}

/// A message that was received, to be deleted once it is dealt with.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    /// The objects that it tells of.
    pub created: Vec<Created>,
    receipt: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Received {
    #[serde(default)]
    messages: Vec<Delivered>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Delivered {
    body: String,
    receipt_handle: String,
}

impl SqsQueue {
    /// The queue at `url`, as AWS names it; events of `raw_bucket` are listened for.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] when the address is none.
    pub fn new(url: &str, raw_bucket: &str, aws: &AwsConfig) -> Result<Self, StoreError> {
        let wrong =
            |detail: String| StoreError::Invalid(format!("queue.url '{url}' is no address of a queue ({detail})"));
        let parsed: Url = url.parse().map_err(|error: url::ParseError| wrong(error.to_string()))?;
        // `https://sqs.eu-central-1.amazonaws.com/…` names its region.
        let named = parsed.host_str().and_then(|host| host.strip_prefix("sqs.")?.strip_suffix(".amazonaws.com"));
        let region = named.unwrap_or(aws.region());
        let patience = aws.patience();
        let wait_s = patience.as_secs().min(MOST_WAIT_S);
        let longest = Duration::from_secs(wait_s) + patience / 2;
        let service = Service::new(("sqs", PROVIDER, "check queue.url"), region, longest, aws)?;
        Ok(Self { url: parsed, raw_bucket: raw_bucket.to_owned(), service, wait_s })
    }

    /// Waits for messages, at most twenty seconds. A message that is not of S3 stays in the queue, which moves it to its
    /// dead letters after a few deliveries.
    ///
    /// # Errors
    /// `Unavailable`, `Unauthorized`, `NotFound` as SQS behaves.
    pub async fn receive(&self) -> PortResult<Vec<Heard>> {
        let op = "receive messages";
        let body = json!({ "QueueUrl": self.url.as_str(), "MaxNumberOfMessages": 10, "WaitTimeSeconds": self.wait_s });
        let answer = self.call(op, "ReceiveMessage", &body).await?;
        let received: Received = serde_json::from_value(answer).map_err(|error| {
            let message = "the answer of SQS cannot be read; check queue.url";
            PortError::new(ErrorKind::Unavailable, PROVIDER, op, message).caused_by(error)
        })?;
        let heard = received.messages.into_iter().filter_map(|message| match read(&message.body, &self.raw_bucket) {
            Message::Created(created) => Some(Heard { created, receipt: message.receipt_handle }),
            Message::Foreign(why) => {
                tracing::warn!(why, "a message in the queue is no event of S3; it is left to its dead letters");
                None
            }
        });
        Ok(heard.collect())
    }

    /// Deletes a message whose objects are known here.
    ///
    /// # Errors
    /// As [`SqsQueue::receive`]; the message comes again, which is harmless.
    pub async fn delete(&self, heard: &Heard) -> PortResult<()> {
        let body = json!({ "QueueUrl": self.url.as_str(), "ReceiptHandle": heard.receipt });
        self.call("delete a message", "DeleteMessage", &body).await.map(drop)
    }

    /// Whether the queue is there: for `nexus doctor`.
    ///
    /// # Errors
    /// As [`SqsQueue::receive`].
    pub async fn reach(&self) -> PortResult<()> {
        let body = json!({ "QueueUrl": self.url.as_str(), "AttributeNames": ["QueueArn"] });
        self.call("look at the queue", "GetQueueAttributes", &body).await.map(drop)
    }

    async fn call(&self, op: &'static str, action: &str, body: &Value) -> PortResult<Value> {
        let target = format!("AmazonSQS.{action}");
        let headers = [("content-type", "application/x-amz-json-1.0"), ("x-amz-target", target.as_str())];
        let reply = self.service.post(op, &self.url, &headers, body.to_string()).await?;
        if reply.status.is_success() && reply.text.trim().is_empty() {
            return Ok(Value::Null);
        }
        if reply.status.is_success() {
            return serde_json::from_str(&reply.text).map_err(|error| {
                let message = "the answer is not one of SQS; check queue.url";
                PortError::new(ErrorKind::Unavailable, PROVIDER, op, message).caused_by(error)
            });
        }
        let told = serde_json::from_str::<Value>(&reply.text).unwrap_or(Value::Null);
        let code = told.get("__type").and_then(Value::as_str).unwrap_or_default();
        let code = code.rsplit(['#', '.']).next().unwrap_or_default();
        Err(self.service.refusal(op, &reply, code))
    }
}
