//! Where files lie, and the ways in and out.

use std::path::{Path, PathBuf};

use async_trait::async_trait;

use super::Adapter;
use crate::{
    BusinessId, ErrorKind, PortError, PortResult,
    blob::{BlobKey, BlobRef, Bucket, PartTicket, UploadTicket, UploadedPart},
    fetch::{Downloaded, Fetched, HostedFile},
};

/// S3 raw and S3 final.
#[async_trait]
pub trait BlobStore: Adapter + Send + Sync {
    /// A permission to PUT one object of at most `size_bytes`.
    async fn presign_put(
        &self,
        bucket: Bucket,
        key: &BlobKey,
        size_bytes: u64,
        expires_in_s: u64,
    ) -> PortResult<UploadTicket>;

    /// A link that plays or downloads the object.
    async fn presign_get(&self, blob: &BlobRef, expires_in_s: u64) -> PortResult<String>;

    /// Begins an upload in parts, of objects that are large or sent from afar; its id. One that is neither completed nor
    /// aborted ends by itself after a day.
    async fn begin_parts(&self, _bucket: Bucket, _key: &BlobKey) -> PortResult<String> {
        Err(in_one_piece(self.adapter()))
    }

    /// A permission to PUT part `number`, from 1 to 10,000. The answer's `ETag` is needed to complete the upload. Parts
    /// but the last have at least 5 MiB.
    async fn presign_part(
        &self,
        _bucket: Bucket,
        _key: &BlobKey,
        _upload: &str,
        _number: u16,
        _expires_in_s: u64,
    ) -> PortResult<PartTicket> {
        Err(in_one_piece(self.adapter()))
    }

    /// The parts that have arrived, by number: what an interrupted upload need not send again.
    ///
    /// # Errors
    /// `NotFound` when there is no such upload (any more).
    async fn uploaded_parts(&self, _bucket: Bucket, _key: &BlobKey, _upload: &str) -> PortResult<Vec<UploadedPart>> {
        Err(in_one_piece(self.adapter()))
    }

    /// Makes one object of the parts; doing so again is no error.
    ///
    /// # Errors
    /// `NotFound` when there is no such upload, `Invalid` for parts that are missing or too small.
    async fn complete_parts(
        &self,
        _bucket: Bucket,
        _key: &BlobKey,
        _upload: &str,
        _parts: &[UploadedPart],
    ) -> PortResult<BlobRef> {
        Err(in_one_piece(self.adapter()))
    }

    /// Ends an upload without an object; one that is gone is no error.
    async fn abort_parts(&self, _bucket: Bucket, _key: &BlobKey, _upload: &str) -> PortResult<()> {
        Err(in_one_piece(self.adapter()))
    }

    /// The object's facts, or `None`.
    async fn head(&self, bucket: Bucket, key: &BlobKey) -> PortResult<Option<BlobRef>>;

    /// Stores a file; durable when it returns. The same content under the same key again is no error.
    async fn put_file(&self, bucket: Bucket, key: &BlobKey, file: &Path) -> PortResult<BlobRef>;

    /// A local, read-only file with the object's bytes: the object itself, or a cached download.
    async fn local_file(&self, blob: &BlobRef) -> PortResult<PathBuf>;

    /// Removes the object; removing what is not there is no error.
    async fn delete(&self, bucket: Bucket, key: &BlobKey) -> PortResult<()>;
}

/// The way out to addresses that strangers name: sources of an edit, callbacks of a render.
#[async_trait]
pub trait Fetcher: Adapter + Send + Sync {
    /// Fetches the file behind `url` into the store, under a key of the business that follows from its content.
    ///
    /// # Errors
    /// `Refused` when the URL leads anywhere but to a public address, `Invalid` when it cannot be followed or is
    /// too large, `NotFound`, `Unauthorized`, `RateLimited`, `Unavailable` and `Timeout` as the other side behaves.
    async fn fetch(&self, business: BusinessId, url: &str) -> PortResult<Fetched>;

    /// Fetches the file behind `url` to a new file of this machine, which the caller removes.
    ///
    /// # Errors
    /// As [`Fetcher::fetch`].
    async fn download(&self, url: &str) -> PortResult<(PathBuf, Downloaded)>;

    /// Sends a JSON document. It may arrive more than once.
    ///
    /// # Errors
    /// As [`Fetcher::fetch`]; a redirect is not followed.
    async fn post(&self, url: &str, body: &serde_json::Value) -> PortResult<()>;
}

/// Offers stored objects for download.
#[async_trait]
pub trait Hosting: Adapter + Send + Sync {
    /// Offers the files. The same ids again change nothing, also when they were taken down since.
    async fn host(&self, files: &[HostedFile]) -> PortResult<()>;
}

fn in_one_piece(provider: &'static str) -> PortError {
    let message = "this store takes objects in one piece alone; send the file with one PUT";
    PortError::new(ErrorKind::Unsupported, provider, "send in parts", message)
}
