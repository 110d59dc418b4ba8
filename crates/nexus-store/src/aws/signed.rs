//! Requests that are signed as services of AWS want them, and what their refusals mean.
//! Source: "Signing AWS API requests", AWS Identity and Access Management user guide.

use std::time::Duration;

use axum::http::HeaderMap;
use nexus_core::{ErrorKind, PortError, PortResult};
use object_store::{
    aws::{AmazonS3, AwsAuthorizer},
    client::{HttpRequest, HttpRequestBody},
};
use reqwest::StatusCode;
use url::Url;

use super::{AwsConfig, answer, credential};
use crate::StoreError;

/// One service as we speak to it.
pub(super) struct Service {
    /// As requests are signed for it: `sqs`, `lambda`.
    name: &'static str,
    /// As people know it.
    provider: &'static str,
    /// Where to look when it refuses, as an imperative.
    advice: &'static str,
    region: String,
    /// Knows the keys of this moment.
    keys: AmazonS3,
    http: reqwest::Client,
}

/// What a service said.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl Service {
    /// `longest` is what one answer may take.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] when keys or time cannot be used.
    pub(super) fn new(
        (name, provider, advice): (&'static str, &'static str, &'static str),
        region: &str,
        longest: Duration,
        aws: &AwsConfig,
    ) -> Result<Self, StoreError> {
        crate::use_ring();
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(10))
            .tcp_keepalive(Duration::from_secs(20))
            .timeout(longest)
            .build()
            .map_err(|error| StoreError::Invalid(format!("{provider} cannot be spoken to: {error}")))?;
        let keys = aws.bucket("keys", "")?;
        Ok(Self { name, provider, advice, region: region.to_owned(), keys, http })
    }

    /// Sends `body` and hears the answer, whatever its status.
    ///
    /// # Errors
    /// `Unauthorized` without keys, `Unavailable` when it cannot be reached, `Invalid` when its answer is endless.
    pub(super) async fn post(
        &self,
        op: &'static str,
        url: &Url,
        headers: &[(&'static str, &str)],
        body: String,
    ) -> PortResult<Reply> {
        let bug = |error: String| PortError::new(ErrorKind::Bug, self.provider, op, error);
        let mut request = axum::http::Request::builder().method("POST").uri(url.as_str());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request: HttpRequest =
            request.body(HttpRequestBody::from(body.clone())).map_err(|error| bug(error.to_string()))?;
        let credential = credential(&self.keys, self.provider).await?;
        let signer = AwsAuthorizer::new(&credential, self.name, &self.region);
        signer.try_authorize(&mut request, None).map_err(|error| bug(error.to_string()))?;
        let broken = |error: reqwest::Error| {
            let message = format!("{} could not be reached; it goes on by itself", self.provider);
            PortError::new(ErrorKind::Unavailable, self.provider, op, message).caused_by(error)
        };
        let sent = self.http.post(url.clone()).headers(request.headers().clone()).body(body);
        let answer = sent.send().await.map_err(broken)?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let text = answer::text(answer, (self.provider, op), broken).await?;
        Ok(Reply { status, headers, text })
    }

    /// What an answer means that is no success; `code` is the name of the error, where the service tells one.
    pub(super) fn refusal(&self, op: &'static str, reply: &Reply, code: &str) -> PortError {
        let kind = match (reply.status.as_u16(), code) {
            (404, _) | (_, "QueueDoesNotExist" | "NonExistentQueue") => ErrorKind::NotFound,
            (401 | 403, _) | (_, "AccessDenied" | "AccessDeniedException" | "InvalidClientTokenId") => {
                ErrorKind::Unauthorized
            }
            (429, _) | (_, "RequestThrottled" | "ThrottlingException") => ErrorKind::RateLimited,
            // A function that was idle for weeks, or is being changed, is not ready for a moment.
            (409 | 410 | 500.., _) => ErrorKind::Unavailable,
            _ => ErrorKind::Invalid,
        };
        let Self { provider, advice, .. } = self;
        let message = format!("{provider} answered {} {code}; {advice}, and the keys and their rights", reply.status);
        let retry_after = reply.headers.get("retry-after").and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let error = PortError::new(kind, provider, op, message);
        PortError { retry_after: retry_after.map(Duration::from_secs), ..error }
    }
}
