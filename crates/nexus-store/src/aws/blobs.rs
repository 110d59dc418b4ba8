//! The blob port over S3, and over every store that speaks its protocol.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use async_trait::async_trait;
use futures::StreamExt as _;
use nexus_core::{
    ErrorKind, PortError, PortResult,
    blob::{BlobKey, BlobRef, Bucket, PartTicket, UploadTicket, UploadedPart},
    port::{Adapter, BlobStore},
};
use object_store::{
    GetOptions, ObjectMeta, ObjectStore as _, ObjectStoreExt as _, PutPayload, aws::AmazonS3, path::Path as Key,
};
use rusty_s3::{
    Bucket as Signing, Credentials, S3Action as _, UrlStyle,
    actions::{GetObject, PutObject, UploadPart},
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use url::Url;

use super::{AwsConfig, cache::Downloads, credential, multipart};
use crate::StoreError;

pub(super) const PROVIDER: &str = "S3";

/// Larger files go up in parts of this many bytes: what one of them holds in memory.
const PART_BYTES: u64 = 16 << 20;

/// What is slower than this over all its time, and two silences more, is given up.
const SLOWEST_KB_S: u64 = 16;

/// Which buckets, and where.
#[derive(Clone)]
pub struct S3Config {
    /// Who we are.
    pub aws: AwsConfig,
    /// Address of a store that speaks like S3; empty for AWS itself.
    pub endpoint: String,
    /// The same store's address as browsers reach it; empty when it is the same one.
    pub public_endpoint: String,
    /// Name of the bucket of uploads.
    pub raw_bucket: String,
    /// Name of the bucket of films.
    pub final_bucket: String,
    /// The folder of downloads.
    pub cache_dir: PathBuf,
    /// Downloads beyond this many bytes make the oldest go.
    pub cache_limit_bytes: u64,
}

/// Objects in two buckets.
pub struct S3Blobs {
    raw: Side,
    finished: Side,
    downloads: Downloads,
    /// Downloads of one object take turns; objects share the places by hash.
    turns: [tokio::sync::Mutex<()>; 32],
    pub(super) http: reqwest::Client,
    patience: Duration,
}

/// One bucket.
pub(super) struct Side {
    pub(super) client: AmazonS3,
    /// The bucket as requests of ours are signed for.
    pub(super) near: Signing,
    /// The bucket as links for browsers are signed for.
    pub(super) public: Signing,
}

impl Side {
    fn new(config: &S3Config, bucket: &str) -> Result<Self, StoreError> {
        let client = config.aws.bucket(bucket, &config.endpoint)?;
        let signing = |endpoint: &str| signing(endpoint, bucket, config.aws.region());
        let public = if config.public_endpoint.is_empty() { &config.endpoint } else { &config.public_endpoint };
        Ok(Self { client, near: signing(&config.endpoint)?, public: signing(public)? })
    }

    /// Keys of this moment, in the form that signs links.
    pub(super) async fn credentials(&self) -> PortResult<Credentials> {
        let credential = credential(&self.client, PROVIDER).await?;
        Ok(match &credential.token {
            None => Credentials::new(&credential.key_id, &credential.secret_key),
            Some(token) => Credentials::new_with_token(&credential.key_id, &credential.secret_key, token),
        })
    }
}

fn signing(endpoint: &str, bucket: &str, region: &str) -> Result<Signing, StoreError> {
    let (address, style) = match endpoint {
        "" => (format!("https://s3.{region}.amazonaws.com"), UrlStyle::VirtualHost),
        address => (address.to_owned(), UrlStyle::Path),
    };
    let wrong = |detail: String| {
        StoreError::Invalid(format!("'{address}' is no address of an S3 store ({detail}); expected https://host:port"))
    };
    let base: Url = address.parse().map_err(|error: url::ParseError| wrong(error.to_string()))?;
    Signing::new(base, style, bucket.to_owned(), region.to_owned()).map_err(|error| wrong(error.to_string()))
}

impl S3Blobs {
    /// The two buckets of `config`. Nothing is sent before the first call.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] when an address is none.
    pub fn new(config: &S3Config) -> Result<Self, StoreError> {
        crate::use_ring();
        let http =
            reqwest::Client::builder().connect_timeout(Duration::from_secs(10)).read_timeout(config.aws.patience());
        Ok(Self {
            raw: Side::new(config, &config.raw_bucket)?,
            finished: Side::new(config, &config.final_bucket)?,
            downloads: Downloads::new(config.cache_dir.clone(), config.cache_limit_bytes),
            turns: std::array::from_fn(|_| tokio::sync::Mutex::new(())),
            patience: config.aws.patience(),
            http: http.build().map_err(|error| StoreError::Invalid(format!("no HTTP client can be made: {error}")))?,
        })
    }

    /// Longest time for so many bytes.
    pub(super) fn slowest(&self, bytes: u64) -> Duration {
        self.patience * 2 + Duration::from_secs(bytes / (SLOWEST_KB_S * 1000))
    }

    pub(super) fn side(&self, bucket: Bucket) -> &Side {
        match bucket {
            Bucket::Raw => &self.raw,
            Bucket::Final => &self.finished,
        }
    }

    async fn download(&self, blob: &BlobRef) -> PortResult<PathBuf> {
        let op = "download an object";
        // Another content under the same key must never be taken for this one.
        let options = GetOptions { if_match: Some(quoted(&blob.etag)), ..GetOptions::default() };
        let answer = self.side(blob.bucket).client.get_opts(&key(&blob.key), options).await;
        let mut pieces = answer.map_err(|error| failed(op, &blob.url(), error))?.into_stream();
        let file = self.downloads.begin().await.map_err(|error| error.port(op))?;
        let clone = file.reopen().map_err(|error| StoreError::disk(file.path())(error).port(op))?;
        let mut out = tokio::fs::File::from_std(clone);
        let (mut received, begun) = (0, tokio::time::Instant::now());
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|error| failed(op, &blob.url(), error))?;
            received += piece.len() as u64;
            if begun.elapsed() > self.slowest(received) {
                let message = format!("{} came slower than {SLOWEST_KB_S} KB/s; trying again", blob.url());
                return Err(PortError::new(ErrorKind::Timeout, PROVIDER, op, message));
            }
            if received > blob.size_bytes {
                break;
            }
            out.write_all(&piece).await.map_err(|error| StoreError::disk(file.path())(error).port(op))?;
        }
        out.flush().await.map_err(|error| StoreError::disk(file.path())(error).port(op))?;
        if received != blob.size_bytes {
            let message = format!("{} has {} bytes and {received} came; trying again", blob.url(), blob.size_bytes);
            return Err(PortError::new(ErrorKind::Unavailable, PROVIDER, op, message));
        }
        self.downloads.keep(file, blob).await.map_err(|error| error.port(op))
    }

    /// What stands under a key now, for an answer that was lost on its way.
    pub(super) async fn stored(&self, bucket: Bucket, name: &BlobKey, size_bytes: u64) -> PortResult<BlobRef> {
        let op = "look an object up";
        match self.head(bucket, name).await? {
            Some(blob) if blob.size_bytes == size_bytes => Ok(blob),
            Some(blob) => {
                let message = format!("{} has {} bytes, not {size_bytes}; send it again", blob.url(), blob.size_bytes);
                Err(PortError::new(ErrorKind::Unavailable, PROVIDER, op, message))
            }
            None => {
                let message = format!("{}/{name} was sent and is not there; send it again", bucket.name());
                Err(PortError::new(ErrorKind::Unavailable, PROVIDER, op, message))
            }
        }
    }
}

impl Adapter for S3Blobs {
    fn adapter(&self) -> &'static str {
        "s3"
    }
}

#[async_trait]
impl BlobStore for S3Blobs {
    async fn presign_put(
        &self,
        bucket: Bucket,
        name: &BlobKey,
        size_bytes: u64,
        expires_in_s: u64,
    ) -> PortResult<UploadTicket> {
        let side = self.side(bucket);
        let credentials = side.credentials().await?;
        let mut put = PutObject::new(&side.public, Some(&credentials), name.as_str());
        // The signature covers it: S3 takes a body of this length and no other.
        put.headers_mut().insert("content-length", size_bytes.to_string());
        let url = put.sign(Duration::from_secs(expires_in_s)).into();
        Ok(UploadTicket { bucket, key: name.clone(), url, expires_in_s })
    }

    async fn presign_get(&self, blob: &BlobRef, expires_in_s: u64) -> PortResult<String> {
        let side = self.side(blob.bucket);
        let credentials = side.credentials().await?;
        let get = GetObject::new(&side.public, Some(&credentials), blob.key.as_str());
        Ok(get.sign(Duration::from_secs(expires_in_s)).into())
    }

    async fn begin_parts(&self, bucket: Bucket, name: &BlobKey) -> PortResult<String> {
        multipart::begin(self, bucket, name).await
    }

    async fn presign_part(
        &self,
        bucket: Bucket,
        name: &BlobKey,
        upload: &str,
        number: u16,
        expires_in_s: u64,
    ) -> PortResult<PartTicket> {
        let side = self.side(bucket);
        let credentials = side.credentials().await?;
        let part = UploadPart::new(&side.public, Some(&credentials), name.as_str(), number, upload);
        Ok(PartTicket { number, url: part.sign(Duration::from_secs(expires_in_s)).into(), expires_in_s })
    }

    async fn uploaded_parts(&self, bucket: Bucket, name: &BlobKey, upload: &str) -> PortResult<Vec<UploadedPart>> {
        multipart::parts(self, bucket, name, upload).await
    }

    async fn complete_parts(
        &self,
        bucket: Bucket,
        name: &BlobKey,
        upload: &str,
        parts: &[UploadedPart],
    ) -> PortResult<BlobRef> {
        multipart::complete(self, bucket, name, upload, parts).await
    }

    async fn abort_parts(&self, bucket: Bucket, name: &BlobKey, upload: &str) -> PortResult<()> {
        multipart::abort(self, bucket, name, upload).await
    }

    async fn head(&self, bucket: Bucket, name: &BlobKey) -> PortResult<Option<BlobRef>> {
        match self.side(bucket).client.head(&key(name)).await {
            Ok(meta) => Ok(Some(found(bucket, name, &meta))),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed("look an object up", name.as_str(), error)),
        }
    }

    async fn put_file(&self, bucket: Bucket, name: &BlobKey, file: &Path) -> PortResult<BlobRef> {
        let op = "store a file";
        let disk = |error| StoreError::disk(file)(error).port(op);
        let size_bytes = tokio::fs::metadata(file).await.map_err(disk)?.len();
        if size_bytes > PART_BYTES {
            return multipart::send(self, bucket, name, file, size_bytes, PART_BYTES).await;
        }
        let mut bytes = Vec::with_capacity(usize::try_from(size_bytes).unwrap_or(0));
        let mut open = tokio::fs::File::open(file).await.map_err(disk)?;
        open.read_to_end(&mut bytes).await.map_err(disk)?;
        let put = self.side(bucket).client.put(&key(name), PutPayload::from(bytes)).await;
        match put.map_err(|error| failed(op, name.as_str(), error))?.e_tag {
            Some(etag) => {
                Ok(BlobRef { bucket, key: name.clone(), size_bytes, etag: etag.trim_matches('"').to_owned() })
            }
            None => self.stored(bucket, name, size_bytes).await,
        }
    }

    async fn local_file(&self, blob: &BlobRef) -> PortResult<PathBuf> {
        let turn = usize::from(blake3::hash(blob.url().as_bytes()).as_bytes()[0]) % self.turns.len();
        let _turn = self.turns[turn].lock().await;
        match self.downloads.find(blob).await {
            Some(place) => Ok(place),
            None => self.download(blob).await,
        }
    }

    async fn delete(&self, bucket: Bucket, name: &BlobKey) -> PortResult<()> {
        match self.side(bucket).client.delete(&key(name)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed("delete an object", name.as_str(), error)),
        }
    }
}

/// A tenant's key needs no escaping.
pub(super) fn key(name: &BlobKey) -> Key {
    Key::from(name.as_str())
}

fn found(bucket: Bucket, name: &BlobKey, meta: &ObjectMeta) -> BlobRef {
    let etag = meta.e_tag.as_deref().unwrap_or_default().trim_matches('"').to_owned();
    BlobRef { bucket, key: name.clone(), size_bytes: meta.size, etag }
}

fn quoted(etag: &str) -> String {
    format!("\"{etag}\"")
}

/// What a failure means; the client has tried again by itself what is worth it.
pub(super) fn failed(op: &'static str, what: &str, error: object_store::Error) -> PortError {
    let (kind, message) = match &error {
        object_store::Error::NotFound { .. } => {
            (ErrorKind::NotFound, format!("there is no object {what}; upload it again"))
        }
        object_store::Error::Precondition { .. } => {
            (ErrorKind::Conflict, format!("{what} holds another content by now; look its facts up again"))
        }
        object_store::Error::Unauthenticated { .. } | object_store::Error::PermissionDenied { .. } => {
            (ErrorKind::Unauthorized, format!("S3 refuses {what}: check the keys and their rights on the buckets"))
        }
        // The client knows no name for a signature that does not fit.
        _ if error.to_string().contains("403 Forbidden") => {
            (ErrorKind::Unauthorized, format!("S3 refuses {what}: check the keys and their rights on the buckets"))
        }
        _ => (ErrorKind::Unavailable, format!("S3 did not answer well about {what}; it goes on by itself")),
    };
    PortError::new(kind, PROVIDER, op, message).caused_by(error)
}

/// Whether a bucket can be reached, read and written to: for `nexus doctor`.
impl S3Blobs {
    /// Looks up an object that is not there, in both buckets.
    ///
    /// # Errors
    /// What stands in the way: keys, rights, the address, a bucket that does not exist.
    pub async fn reach(&self) -> PortResult<()> {
        for bucket in [Bucket::Raw, Bucket::Final] {
            let listed = self.side(bucket).client.list_with_delimiter(Some(&Key::from("t/none"))).await;
            listed.map_err(|error| failed("list a bucket", bucket.name(), error))?;
        }
        Ok(())
    }
}
