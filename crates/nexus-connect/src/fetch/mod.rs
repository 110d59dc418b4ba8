//! The one way out to addresses that strangers name: checked, pinned, bounded.
//!
//! An edit names its sources, and a render its callback, by URL. [`SafeFetch`] follows such a URL only to
//! public addresses: it resolves the name itself, checks **every** address that came back, and connects to one of
//! those and no other, so that a name which changes its mind between check and use gains nothing. Each redirect
//! begins again at the first check. Nothing of ours travels along: no cookie, no credential, no proxy.

mod address;
mod connection;
mod error;
mod line;
mod resolver;
mod resume;
mod target;

use std::{path::PathBuf, sync::Arc, time::Duration};

use async_trait::async_trait;
use hyper::header;
use nexus_core::{
    BusinessId, PortResult,
    blob::{BlobKey, Bucket},
    fetch::{Downloaded, Fetched},
    port::{Adapter, BlobStore, Fetcher},
};
use rustls::pki_types::CertificateDer;
use serde_json::Value;
use tokio::io::AsyncWriteExt as _;

pub use address::is_public;
pub use error::FetchError;
pub use resolver::{Resolver, SystemResolver};
pub use resume::Downloads;
pub use target::{Origin, OriginError, Target};

pub(crate) use self::connection::{Call, Dialer};
use self::line::Line;

/// Bounds and openings of [`SafeFetch`].
#[derive(Clone)]
pub struct FetchConfig {
    /// Also follows `http://`; otherwise only `https://`.
    pub allow_http: bool,
    /// Origins that may lie on private addresses and need no TLS, for instance a file server of the house.
    pub allowed_private_origins: Vec<Origin>,
    /// Largest body, in bytes.
    pub most_bytes: u64,
    /// Longest time for one transfer, redirects included.
    pub time_limit: Duration,
    /// Longest time for a connection, and for any silence of the other side.
    pub patience: Duration,
    /// Certificates to trust besides those of the public authorities that Mozilla lists.
    pub extra_roots: Vec<CertificateDer<'static>>,
    /// Files on their way into the store; made when it is missing.
    pub scratch: PathBuf,
}

impl FetchConfig {
    /// Only `https`, 4 GiB, 10 minutes in all and 20 seconds of silence.
    #[must_use]
    pub fn new(scratch: impl Into<PathBuf>) -> Self {
        Self {
            allow_http: false,
            allowed_private_origins: Vec::new(),
            most_bytes: 4 << 30,
            time_limit: Duration::from_secs(600),
            patience: Duration::from_secs(20),
            extra_roots: Vec::new(),
            scratch: scratch.into(),
        }
    }
}

/// Fetches what strangers name, safely.
pub struct SafeFetch {
    line: Line,
    blobs: Arc<dyn BlobStore>,
}

impl SafeFetch {
    /// A fetcher that stores into `blobs` and asks `resolver` for addresses.
    ///
    /// # Errors
    /// [`FetchError::Roots`] when an extra certificate cannot be read.
    pub fn new(
        config: FetchConfig,
        resolver: Arc<dyn Resolver>,
        blobs: Arc<dyn BlobStore>,
    ) -> Result<Self, FetchError> {
        Ok(Self { line: Line::new(config, resolver)?, blobs })
    }

    /// The body behind `url`, streamed to a new file in the scratch folder.
    async fn file(&self, url: &str) -> Result<(tempfile::NamedTempFile, Downloaded), FetchError> {
        let limit = self.line.config.time_limit;
        let transfer = tokio::time::timeout(limit, self.transfer(url)).await;
        transfer.map_err(|_| FetchError::TooSlow { url: shown(url), seconds: limit.as_secs() })?
    }

    async fn transfer(&self, url: &str) -> Result<(tempfile::NamedTempFile, Downloaded), FetchError> {
        let (target, mut answer) = self.line.follow(url, Call::get(0)).await?;
        let announced = answer.header(header::CONTENT_LENGTH.as_str()).and_then(|length| length.parse::<u64>().ok());
        if announced.is_some_and(|bytes| bytes > self.line.config.most_bytes) {
            return Err(FetchError::TooLarge { url: target.shown(), most_bytes: self.line.config.most_bytes });
        }
        let media_type = answer.media_type();
        let scratch = &self.line.config.scratch;
        let disk = |source| FetchError::Disk { path: scratch.clone(), source };
        tokio::fs::create_dir_all(scratch).await.map_err(disk)?;
        let file = tempfile::Builder::new().prefix("fetch-").tempfile_in(scratch).map_err(disk)?;
        let out = tokio::fs::File::from_std(file.reopen().map_err(disk)?);
        let mut out = tokio::io::BufWriter::with_capacity(1 << 20, out);
        let mut hasher = blake3::Hasher::new();
        let mut size_bytes = 0;
        while let Some(chunk) = self.line.chunk(&mut answer, &target).await? {
            size_bytes += chunk.len() as u64;
            if size_bytes > self.line.config.most_bytes {
                return Err(FetchError::TooLarge { url: target.shown(), most_bytes: self.line.config.most_bytes });
            }
            hasher.update(&chunk);
            out.write_all(&chunk).await.map_err(disk)?;
        }
        out.flush().await.map_err(disk)?;
        if size_bytes == 0 {
            return Err(FetchError::Empty { url: target.shown() });
        }
        let ending = target.ending();
        let hash = hasher.finalize().to_hex().to_string();
        Ok((file, Downloaded { size_bytes, hash, media_type, ending }))
    }
}

/// A URL as it may stand in messages: its query can hold a signature, its user part a password.
fn shown(url: &str) -> String {
    let without_query = url.split(['?', '#']).next().unwrap_or_default();
    let shown = match without_query.split_once("://") {
        Some((scheme, rest)) => match rest.split_once('/') {
            Some((authority, path)) => format!("{scheme}://{}/{path}", host_part(authority)),
            None => format!("{scheme}://{}", host_part(rest)),
        },
        None => without_query.to_owned(),
    };
    shown.chars().take(200).collect()
}

fn host_part(authority: &str) -> &str {
    authority.rsplit('@').next().unwrap_or_default()
}

impl Adapter for SafeFetch {}

#[async_trait]
impl Fetcher for SafeFetch {
    async fn fetch(&self, business: BusinessId, url: &str) -> PortResult<Fetched> {
        let (file, downloaded) = self.file(url).await?;
        let ending = downloaded.ending.as_deref().unwrap_or("bin");
        let key = BlobKey::new(business, &format!("fetched/{}.{ending}", &downloaded.hash[..32]))
            .expect("a hash and a checked ending are a fit object name");
        let stored = self.blobs.head(Bucket::Final, &key).await?;
        let blob = match stored.filter(|blob| blob.size_bytes == downloaded.size_bytes) {
            Some(blob) => blob,
            None => self.blobs.put_file(Bucket::Final, &key, file.path()).await?,
        };
        Ok(Fetched { blob, media_type: downloaded.media_type })
    }

    async fn download(&self, url: &str) -> PortResult<(PathBuf, Downloaded)> {
        let (file, downloaded) = self.file(url).await?;
        let (_, path) = file
            .keep()
            .map_err(|kept| FetchError::Disk { path: self.line.config.scratch.clone(), source: kept.error })?;
        Ok((path, downloaded))
    }

    async fn post(&self, url: &str, body: &Value) -> PortResult<()> {
        let target = Target::parse(url)?;
        let bytes = serde_json::to_vec(body).expect("a JSON value is JSON");
        let limit = self.line.config.patience * 2;
        let told = tokio::time::timeout(limit, self.line.ask(&target, Call::post(bytes))).await;
        let answer = told.map_err(|_| FetchError::Silent { url: target.shown() })??;
        // Whoever is told elsewhere must be named there: a redirect would turn the message into a GET.
        Ok(answer.check(&target)?)
    }
}
