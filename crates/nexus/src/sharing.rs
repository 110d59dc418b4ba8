//! From configuration to the store, the blobs and the queue, on one machine or on many.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::Context as _;
use nexus_core::{port::BlobStore, time::Clock};
use nexus_store::{AwsConfig, DatabaseUrl, LambdaBeats, LocalBlobs, S3Blobs, S3Config, SqsQueue, Store};

use crate::{
    clock::SystemClock,
    config::{BeatsKind, BlobsConfig, Config, LambdaConfig},
    wire::patience,
};

/// The database that the configuration names, opened, and the clock that all of its machines agree on.
pub(crate) async fn store(config: &Config) -> anyhow::Result<(Store, Arc<dyn Clock>)> {
    let url = DatabaseUrl::parse(config.store.address())?;
    let clock = Store::shared_clock(&url, &config.data, Arc::new(SystemClock)).await?;
    Ok((Store::open_at(&url, &config.data, Arc::clone(&clock)).await?, clock))
}

/// Where files lie; those of this machine are reached at `storage_url`.
pub(crate) fn blobs(config: &Config, store: &Store, storage_url: &str) -> anyhow::Result<Arc<dyn BlobStore>> {
    Ok(match s3(config)? {
        None => Arc::new(LocalBlobs::new(store.clone(), storage_url)?),
        Some(s3) => Arc::new(S3Blobs::new(&s3)?),
    })
}

/// The buckets, when files lie in S3.
pub(crate) fn s3(config: &Config) -> anyhow::Result<Option<S3Config>> {
    let Some((raw, finished)) = config.blobs.buckets().map_err(anyhow::Error::msg)? else { return Ok(None) };
    Ok(Some(S3Config {
        aws: aws(config),
        endpoint: config.blobs.endpoint.clone(),
        public_endpoint: config.blobs.public_endpoint.clone(),
        raw_bucket: raw.to_owned(),
        final_bucket: finished.to_owned(),
        cache_dir: downloads(&config.data),
        cache_limit_bytes: config.blobs.cache_gb.saturating_mul(1_000_000_000),
    }))
}

/// The queue that tells of uploads, when there is one.
pub(crate) fn queue(config: &Config) -> anyhow::Result<Option<SqsQueue>> {
    if config.queue.url.is_empty() {
        return Ok(None);
    }
    let buckets = config.blobs.buckets().map_err(anyhow::Error::msg)?;
    let (raw, _) = buckets.context("queue.url tells of uploads to S3; set blobs.raw and blobs.final to buckets")?;
    Ok(Some(SqsQueue::new(&config.queue.url, raw, &aws(config))?))
}

/// The function that hears beats, when it is not this machine.
pub(crate) fn beats(config: &Config) -> anyhow::Result<Option<LambdaBeats>> {
    if config.adapters.beats == BeatsKind::Embedded {
        return Ok(None);
    }
    let s3 = s3(config)?.context(
        "adapters.beats = \"lambda\" hears music in S3; set blobs.raw and blobs.final to the function's buckets (s3://name)",
    )?;
    let LambdaConfig { beats, endpoint, patience_s } = &config.lambda;
    let longest = (*patience_s > 0).then(|| Duration::from_secs(*patience_s));
    Ok(Some(LambdaBeats::new(beats, endpoint, &s3, longest)?))
}

/// The origin that browsers send uploads to, when files lie in S3; else empty.
pub(crate) fn upload_origin(config: &Config) -> String {
    let Ok(Some((raw, _))) = config.blobs.buckets() else { return String::new() };
    let BlobsConfig { endpoint, public_endpoint, .. } = &config.blobs;
    match (public_endpoint.as_str(), endpoint.as_str()) {
        ("", "") => format!("https://{raw}.s3.{}.amazonaws.com", aws(config).region()),
        ("", address) | (address, _) => origin(address),
    }
}

/// Scheme, host and port of an address; nothing that could mean more in a policy.
fn origin(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return String::new() };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    let is_origin = matches!(scheme, "http" | "https") && !host.is_empty() && host.bytes().all(is_plain);
    if is_origin { format!("{scheme}://{host}") } else { String::new() }
}

fn aws(config: &Config) -> AwsConfig {
    let section = &config.aws;
    let keys = section.secret_key.get().map(|secret| (section.access_key.clone(), secret.clone()));
    let environment = crate::environment().filter(|(name, _)| name.starts_with("AWS_")).collect();
    AwsConfig { region: section.region.clone(), keys, environment, patience: patience(config) }
}

fn downloads(data: &Path) -> std::path::PathBuf {
    data.join("cache/objects")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_host_and_port_alone() {
        for (address, want) in [
            ("https://s3.example.com:9000/path", "https://s3.example.com:9000"),
            ("http://10.0.0.5:9000", "http://10.0.0.5:9000"),
            ("https://a; script-src *", ""),
            ("javascript://x", ""),
            ("s3.example.com", ""),
        ] {
            assert_eq!(origin(address), want, "{address}");
        }
    }
}
