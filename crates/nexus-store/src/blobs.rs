//! The blob port over the local disk; links lead to the embedded S3 endpoint.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use async_trait::async_trait;
use nexus_core::{
    ErrorKind, PortError, PortResult,
    blob::{BlobKey, BlobRef, Bucket, UploadTicket},
    port::{Adapter, BlobStore},
};
use rusty_s3::{
    Bucket as S3Bucket, Credentials, S3Action as _, UrlStyle,
    actions::{GetObject, PutObject},
};
use url::Url;

use crate::{Store, StoreError};

/// A query parameter of presigned PUTs: the most bytes that the holder may send. The signature covers it.
pub(crate) const MAX_BYTES_PARAMETER: &str = "x-nexus-max-bytes";

/// Objects in the store's folder.
#[derive(Clone)]
pub struct LocalBlobs {
    store: Store,
    raw: S3Bucket,
    finished: S3Bucket,
    credentials: Credentials,
}

impl LocalBlobs {
    /// Blobs of `store`, whose endpoint ([`crate::serve_s3`]) browsers reach at `public_base_url`.
    /// Links carry the system's time, as the endpoint checks it.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] when the URL has no host.
    pub fn new(store: Store, public_base_url: &str) -> Result<Self, StoreError> {
        let wrong = |detail: String| {
            StoreError::Invalid(format!(
                "'{public_base_url}' is no address of the S3 endpoint ({detail}); expected http://host:port"
            ))
        };
        let base: Url = public_base_url.parse().map_err(|error: url::ParseError| wrong(error.to_string()))?;
        let bucket = |bucket: Bucket| {
            S3Bucket::new(base.clone(), UrlStyle::Path, bucket.name(), "us-east-1")
                .map_err(|error| wrong(error.to_string()))
        };
        let (raw, finished) = (bucket(Bucket::Raw)?, bucket(Bucket::Final)?);
        let secrets = store.secrets();
        let credentials = Credentials::new(secrets.access_key.clone(), secrets.secret_key.expose().clone());
        Ok(Self { store, raw, finished, credentials })
    }

    /// The protocol's view of a bucket, for signing further operations (uploads in parts).
    #[must_use]
    pub fn s3_bucket(&self, bucket: Bucket) -> &S3Bucket {
        match bucket {
            Bucket::Raw => &self.raw,
            Bucket::Final => &self.finished,
        }
    }

    /// The key pair that signs, for the same purpose. Never leaves the process.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }
}

impl Adapter for LocalBlobs {}

#[async_trait]
impl BlobStore for LocalBlobs {
    async fn presign_put(
        &self,
        bucket: Bucket,
        key: &BlobKey,
        size_bytes: u64,
        expires_in_s: u64,
    ) -> PortResult<UploadTicket> {
        let mut put = PutObject::new(self.s3_bucket(bucket), Some(&self.credentials), key.as_str());
        put.query_mut().insert(MAX_BYTES_PARAMETER, size_bytes.to_string());
        let url = put.sign(Duration::from_secs(expires_in_s)).into();
        Ok(UploadTicket { bucket, key: key.clone(), url, expires_in_s })
    }

    async fn presign_get(&self, blob: &BlobRef, expires_in_s: u64) -> PortResult<String> {
        let get = GetObject::new(self.s3_bucket(blob.bucket), Some(&self.credentials), blob.key.as_str());
        Ok(get.sign(Duration::from_secs(expires_in_s)).into())
    }

    async fn head(&self, bucket: Bucket, key: &BlobKey) -> PortResult<Option<BlobRef>> {
        let object = self.store.object(bucket, key).await.map_err(|error| error.port("look an object up"))?;
        Ok(object.map(|object| object.blob))
    }

    async fn put_file(&self, bucket: Bucket, key: &BlobKey, file: &Path) -> PortResult<BlobRef> {
        self.store.put_local(bucket, key, file).await.map_err(|error| error.port("store a file"))
    }

    async fn local_file(&self, blob: &BlobRef) -> PortResult<PathBuf> {
        let op = "open an object";
        let found = self.store.object(blob.bucket, &blob.key).await.map_err(|error| error.port(op))?;
        let refuse = |kind, message: String| PortError::new(kind, "local storage", op, message);
        match found {
            None => Err(refuse(ErrorKind::NotFound, format!("there is no object {}; upload it again", blob.url()))),
            Some(object) if object.blob.etag != blob.etag => {
                let message = format!("{} holds another content by now; look its facts up again", blob.url());
                Err(refuse(ErrorKind::Conflict, message))
            }
            Some(_) => Ok(self.store.disk().object(blob.bucket, &blob.key)),
        }
    }

    async fn delete(&self, bucket: Bucket, key: &BlobKey) -> PortResult<()> {
        self.store.remove_object(bucket, key).await.map_err(|error| error.port("delete an object"))
    }
}
