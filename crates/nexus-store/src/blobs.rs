//! The blob port over the local disk; links lead to the embedded S3 endpoint.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use async_trait::async_trait;
use nexus_core::{
    ErrorKind, PortError, PortResult,
    blob::{BlobKey, BlobRef, Bucket, PartTicket, UploadTicket, UploadedPart},
    port::{Adapter, BlobStore},
};
use rusty_s3::{
    Bucket as S3Bucket, Credentials, S3Action as _, UrlStyle,
    actions::{GetObject, PutObject, UploadPart},
};
use url::Url;

use crate::{
    Store, StoreError,
    multiparts::{Multipart, Part},
};

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
        store.disk().make()?;
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

fn no_upload(op: &'static str) -> PortError {
    let message = "there is no such upload under this key; it was completed, aborted, or never begun";
    PortError::new(ErrorKind::NotFound, "local storage", op, message)
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

    async fn begin_parts(&self, bucket: Bucket, key: &BlobKey) -> PortResult<String> {
        self.store.begin_multipart(bucket, key).await.map_err(|error| error.port("begin an upload"))
    }

    async fn presign_part(
        &self,
        bucket: Bucket,
        key: &BlobKey,
        upload: &str,
        number: u16,
        expires_in_s: u64,
    ) -> PortResult<PartTicket> {
        let part = UploadPart::new(self.s3_bucket(bucket), Some(&self.credentials), key.as_str(), number, upload);
        Ok(PartTicket { number, url: part.sign(Duration::from_secs(expires_in_s)).into(), expires_in_s })
    }

    async fn uploaded_parts(&self, bucket: Bucket, key: &BlobKey, upload: &str) -> PortResult<Vec<UploadedPart>> {
        let op = "list the parts of an upload";
        let found = self.store.multipart(upload, bucket, key).await.map_err(|error| error.port(op))?;
        if !matches!(found, Some(Multipart::Open)) {
            return Err(no_upload(op));
        }
        let parts = self.store.parts(upload).await.map_err(|error| error.port(op))?;
        let shown = |part: Part| UploadedPart {
            number: u16::try_from(part.number).unwrap_or(u16::MAX),
            etag: part.etag,
            size_bytes: u64::try_from(part.size).unwrap_or(0),
        };
        Ok(parts.into_iter().map(shown).collect())
    }

    async fn complete_parts(
        &self,
        bucket: Bucket,
        key: &BlobKey,
        upload: &str,
        parts: &[UploadedPart],
    ) -> PortResult<BlobRef> {
        let op = "complete an upload";
        match self.store.multipart(upload, bucket, key).await.map_err(|error| error.port(op))? {
            None => Err(no_upload(op)),
            Some(Multipart::Complete(_)) => self.head(bucket, key).await?.ok_or_else(|| no_upload(op)),
            Some(Multipart::Open) => {
                let stored = self.store.parts(upload).await.map_err(|error| error.port(op))?;
                let wanted = parts.iter().map(|wanted| {
                    let is_it = |part: &&Part| part.number == i64::from(wanted.number) && part.etag == wanted.etag;
                    stored.iter().find(is_it).cloned()
                });
                let chosen = wanted
                    .collect::<Option<Vec<Part>>>()
                    .filter(|parts| !parts.is_empty() && parts.is_sorted_by(|one, next| one.number < next.number));
                let chosen = chosen.ok_or_else(|| {
                    let message = "a listed part was not uploaded, has another content, or stands out of order";
                    PortError::new(ErrorKind::Invalid, "local storage", op, message)
                })?;
                let joined = self.store.join_multipart(upload, bucket, key, &chosen).await;
                joined.map_err(|error| error.port(op))
            }
        }
    }

    async fn abort_parts(&self, bucket: Bucket, key: &BlobKey, upload: &str) -> PortResult<()> {
        let op = "abort an upload";
        match self.store.multipart(upload, bucket, key).await.map_err(|error| error.port(op))? {
            None => Ok(()),
            Some(_) => self.store.end_multipart(upload).await.map_err(|error| error.port(op)),
        }
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
