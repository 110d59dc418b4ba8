//! A folder as blob store, for tests that need one to make pictures.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use nexus_core::{
    ErrorKind, PortError, PortResult,
    blob::{BlobKey, BlobRef, Bucket, UploadTicket},
    port::{Adapter, BlobStore},
};

/// Objects as files below a folder.
pub(crate) struct FolderBlobs(pub PathBuf);

impl FolderBlobs {
    fn path(&self, bucket: Bucket, key: &BlobKey) -> PathBuf {
        self.0.join(bucket.name()).join(key.as_str())
    }
}

impl Adapter for FolderBlobs {}

fn disk(path: &Path) -> impl Fn(std::io::Error) -> PortError {
    move |error| PortError::disk("folder", "use a file", path, error)
}

fn no_links() -> PortError {
    PortError::new(ErrorKind::Unsupported, "folder", "make a link", "this store has no links")
}

#[async_trait]
impl BlobStore for FolderBlobs {
    async fn presign_put(&self, _: Bucket, _: &BlobKey, _: u64, _: u64) -> PortResult<UploadTicket> {
        Err(no_links())
    }

    async fn presign_get(&self, _: &BlobRef, _: u64) -> PortResult<String> {
        Err(no_links())
    }

    async fn head(&self, bucket: Bucket, key: &BlobKey) -> PortResult<Option<BlobRef>> {
        let path = self.path(bucket, key);
        let Ok(bytes) = std::fs::read(&path) else { return Ok(None) };
        let etag = blake3::hash(&bytes).to_hex()[..32].to_owned();
        Ok(Some(BlobRef { bucket, key: key.clone(), size_bytes: bytes.len() as u64, etag }))
    }

    async fn put_file(&self, bucket: Bucket, key: &BlobKey, file: &Path) -> PortResult<BlobRef> {
        let path = self.path(bucket, key);
        std::fs::create_dir_all(path.parent().expect("below the folder")).map_err(disk(&path))?;
        std::fs::copy(file, &path).map_err(disk(&path))?;
        Ok(self.head(bucket, key).await?.expect("just written"))
    }

    async fn local_file(&self, blob: &BlobRef) -> PortResult<PathBuf> {
        Ok(self.path(blob.bucket, &blob.key))
    }

    async fn delete(&self, bucket: Bucket, key: &BlobKey) -> PortResult<()> {
        let path = self.path(bucket, key);
        std::fs::remove_file(&path).map_err(disk(&path))
    }
}
