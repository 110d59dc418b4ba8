//! Where everything durable is and who works on it: `[store]`, `[blobs]`, `[queue]`, `[aws]`, `[lambda]`, `[worker]`,
//! `[telemetry]`.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::vectors::Hidden;

/// `[store]`: the database.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct StoreConfig {
    /// Its address; it may hold a password.
    pub(crate) url: Hidden,
}

impl StoreConfig {
    /// True for a database that other machines may share.
    pub(crate) fn is_shared(&self) -> bool {
        !matches!(self.address(), "" | "sqlite:")
    }

    /// The address, as text.
    pub(crate) fn address(&self) -> &str {
        self.url.get().map_or("sqlite:", |url| url.expose())
    }
}

/// `[blobs]`: uploads and films.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct BlobsConfig {
    /// Where uploads lie.
    pub(crate) raw: String,
    /// Where films lie.
    #[serde(rename = "final")]
    pub(crate) finished: String,
    /// A store that speaks like S3.
    pub(crate) endpoint: String,
    /// The same as browsers reach it.
    pub(crate) public_endpoint: String,
    /// Downloads that are kept, in gigabytes of a billion bytes.
    pub(crate) cache_gb: u64,
}

impl Default for BlobsConfig {
    fn default() -> Self {
        Self {
            raw: "file:".into(),
            finished: "file:".into(),
            endpoint: String::new(),
            public_endpoint: String::new(),
            cache_gb: 20,
        }
    }
}

impl BlobsConfig {
    /// The two buckets, when they lie in S3.
    ///
    /// # Errors
    /// A sentence when one is neither a folder of this machine nor a bucket, or the two are of different kinds.
    pub(crate) fn buckets(&self) -> Result<Option<(&str, &str)>, String> {
        let bucket = |key: &str, address: &'_ str| match address.strip_prefix("s3://") {
            Some(name) if !name.is_empty() && !name.contains('/') => Ok(Some(name.len())),
            None if matches!(address, "" | "file:") => Ok(None),
            _ => Err(format!("{key} = \"{address}\" is neither \"file:\" nor a bucket (\"s3://name\")")),
        };
        match (bucket("blobs.raw", &self.raw)?, bucket("blobs.final", &self.finished)?) {
            (None, None) => Ok(None),
            (Some(_), Some(_)) => Ok(Some((&self.raw["s3://".len()..], &self.finished["s3://".len()..]))),
            _ => Err("blobs.raw and blobs.final must both be buckets, or both \"file:\"".into()),
        }
    }
}

/// `[queue]`: how arrivals in S3 are heard of.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct QueueConfig {
    /// The address of an SQS queue; empty to look for arrivals now and then.
    pub(crate) url: String,
}

/// `[aws]`: who we are to AWS, or to what stands in for it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct AwsSection {
    /// The region.
    pub(crate) region: String,
    /// Key id; empty for what the environment or the machine's role gives.
    pub(crate) access_key: String,
    /// Its secret.
    pub(crate) secret_key: Hidden,
}

/// `[lambda]`: functions that are asked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LambdaConfig {
    /// The one that hears beats.
    pub(crate) beats: String,
    /// What stands in for AWS; empty for AWS itself.
    pub(crate) endpoint: String,
    /// Longest time of an answer in seconds; 0 for that of Lambda.
    pub(crate) patience_s: u64,
}

/// `[worker]`: what this process does, and how much of it at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct WorkerConfig {
    /// Clips that are looked at together.
    pub(crate) ingest: usize,
    /// Films that are made together.
    pub(crate) render: usize,
    /// Publications and callbacks under way together.
    pub(crate) publish: usize,
    /// Steps of one provider at the same time, each as adapter:count.
    pub(crate) at_once: Vec<String>,
    /// Length of a lease in seconds.
    pub(crate) lease_s: u64,
    /// Seconds for runs to end their step when the process is told to stop.
    pub(crate) drain_s: u64,
    /// Address of a worker's health and metrics.
    pub(crate) listen: String,
}

impl Default for WorkerConfig {
    fn default() -> Self {
        Self { ingest: 2, render: 2, publish: 2, at_once: Vec::new(), lease_s: 10, drain_s: 20, listen: String::new() }
    }
}

/// `[outbox]`: publications of the embedded form.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct OutboxConfig {
    /// Their folder.
    pub(crate) dir: PathBuf,
}

impl OutboxConfig {
    /// The folder, or `usual` when none is named.
    pub(crate) fn dir_or(&self, usual: PathBuf) -> PathBuf {
        if self.dir.as_os_str().is_empty() { usual } else { self.dir.clone() }
    }
}

/// `[telemetry]`: what it tells of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct TelemetryConfig {
    /// How logs are written.
    pub(crate) log: LogFormat,
    /// Where traces go.
    pub(crate) otlp_endpoint: String,
}

/// Formats of logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON document per line.
    Json,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_come_in_pairs() {
        let blobs = |raw: &str, finished: &str| BlobsConfig {
            raw: raw.into(),
            finished: finished.into(),
            ..BlobsConfig::default()
        };
        assert_eq!(BlobsConfig::default().buckets(), Ok(None));
        assert_eq!(blobs("s3://up", "s3://films").buckets(), Ok(Some(("up", "films"))));
        for (raw, finished) in [("s3://up", "file:"), ("s3://", "s3://films"), ("up", "films"), ("s3://a/b", "s3://c")]
        {
            assert!(blobs(raw, finished).buckets().is_err(), "{raw} {finished}");
        }
    }
}
