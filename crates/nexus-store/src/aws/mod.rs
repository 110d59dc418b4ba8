//! The AWS protocols from the client's side: objects in S3 or a store that speaks like it, events through SQS,
//! functions of Lambda.

mod answer;
mod blobs;
mod cache;
mod events;
mod functions;
mod moving;
mod multipart;
mod signed;
mod sqs;

use std::time::Duration;

use nexus_core::{ErrorKind, PortError, Secret};
use object_store::{
    ClientOptions, RetryConfig,
    aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey, AwsCredential, Checksum},
};

pub use self::{
    blobs::{S3Blobs, S3Config},
    events::{Created, read_s3_event},
    functions::LambdaBeats,
    moving::{MovedObjects, copy_objects},
    sqs::{Heard, SqsQueue},
};
use crate::StoreError;

/// Longest silence of a store before a request is sent again.
const SILENCE: Duration = Duration::from_secs(30);

/// Who we are to AWS, or to what stands in for it. No `Debug`: the environment holds secrets.
#[derive(Clone, Default)]
pub struct AwsConfig {
    /// The region, as requests are signed for.
    pub region: String,
    /// Key id and secret; without them what the environment says, as every client of AWS reads it: keys, a web
    /// identity, the roles of containers and machines.
    pub keys: Option<(String, Secret<String>)>,
    /// The variables of the environment whose names begin with `AWS_`.
    pub environment: Vec<(String, String)>,
    /// Longest silence before a request is sent again; half a minute when none is given.
    pub patience: Option<Duration>,
}

impl AwsConfig {
    /// A client for one bucket; `endpoint` is empty for AWS itself.
    fn bucket(&self, bucket: &str, endpoint: &str) -> Result<AmazonS3, StoreError> {
        crate::use_ring();
        let mut builder = AmazonS3Builder::new();
        for (name, value) in &self.environment {
            // Variables that mean something to other programs alone are no keys.
            if let Ok(key) = name.to_ascii_lowercase().parse::<AmazonS3ConfigKey>() {
                builder = builder.with_config(key, value);
            }
        }
        let retries = RetryConfig { max_retries: 5, retry_timeout: Duration::from_secs(300), ..RetryConfig::default() };
        builder = builder
            .with_bucket_name(bucket)
            .with_checksum_algorithm(Checksum::SHA256)
            .with_retry(retries)
            .with_client_options(
                // Films take as long as they take; silence does not.
                ClientOptions::new()
                    .with_allow_http(endpoint.starts_with("http://"))
                    .with_timeout_disabled()
                    .with_read_timeout(self.patience()),
            );
        builder = builder.with_region(self.region());
        if !endpoint.is_empty() {
            builder = builder.with_endpoint(endpoint).with_virtual_hosted_style_request(false);
        }
        if let Some((id, secret)) = &self.keys {
            builder = builder.with_access_key_id(id).with_secret_access_key(secret.expose());
        }
        builder.build().map_err(|error| StoreError::Invalid(format!("S3 cannot be used as configured: {error}")))
    }

    fn patience(&self) -> Duration {
        self.patience.unwrap_or(SILENCE)
    }

    /// The region: as configured, as the environment says, else AWS's own default.
    #[must_use]
    pub fn region(&self) -> &str {
        let named = |name: &str| self.environment.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let said = || named("AWS_REGION").or_else(|| named("AWS_DEFAULT_REGION")).filter(|region| !region.is_empty());
        if self.region.is_empty() { said().unwrap_or("us-east-1") } else { &self.region }
    }
}

/// Keys of this moment; roles change theirs every hour.
async fn credential(client: &AmazonS3, provider: &'static str) -> Result<std::sync::Arc<AwsCredential>, PortError> {
    client.credentials().get_credential().await.map_err(|error| {
        let message = "no keys can be had: set aws.access_key and aws.secret_key, or give this machine a role";
        PortError::new(ErrorKind::Unauthorized, provider, "sign a request", message).caused_by(error)
    })
}
