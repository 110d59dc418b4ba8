//! Objects as plain files: written beside their place, hashed on the way, synced, then moved there.

use std::{
    fs, io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use nexus_core::blob::{BlobKey, Bucket};
use s3s::crypto::{Checksum as _, Md5, Sha256};
use tokio::io::AsyncWriteExt as _;
use uuid::Uuid;

use crate::{StoreError, error::is_full};

/// The folders of one store.
pub(crate) struct Disk {
    objects: PathBuf,
    incoming: PathBuf,
    parts: PathBuf,
}

/// A complete file outside its place; removed when it is dropped before it was moved.
pub(crate) struct Incoming {
    path: PathBuf,
    /// Length in bytes.
    pub(crate) size: u64,
    /// MD5 of the content.
    pub(crate) md5: [u8; 16],
    /// SHA-256 of the content, when it was asked for.
    pub(crate) sha256: Option<[u8; 32]>,
}

/// Why bytes could not be taken in.
#[derive(Debug)]
pub(crate) enum ReceiveError {
    /// More came than was allowed.
    TooLarge,
    /// The other side broke off.
    Broken(String),
    /// The disk.
    Disk(StoreError),
}

impl Drop for Incoming {
    fn drop(&mut self) {
        // After a move there is nothing left to remove.
        drop(fs::remove_file(&self.path));
    }
}

impl Disk {
    /// Files below `data_dir`; nothing is made.
    pub(crate) fn at(data_dir: &Path) -> Self {
        let objects = data_dir.join("blobs");
        Self { incoming: objects.join(".incoming"), parts: objects.join(".parts"), objects }
    }

    /// Files below `data_dir`, in folders that are made.
    pub(crate) fn open(data_dir: &Path) -> Result<Self, StoreError> {
        let disk = Self::at(data_dir);
        disk.make()?;
        Ok(disk)
    }

    /// Makes the folders.
    pub(crate) fn make(&self) -> Result<(), StoreError> {
        let buckets = [Bucket::Raw, Bucket::Final].map(|bucket| self.objects.join(bucket.name()));
        for folder in [&self.incoming, &self.parts].into_iter().chain(&buckets) {
            fs::create_dir_all(folder).map_err(StoreError::disk(folder))?;
        }
        sync_folder(&self.objects)
    }

    /// Clears away what a crash left half-written. Only for the only process on this folder. Blocks.
    pub(crate) fn sweep(&self) -> Result<(), StoreError> {
        let entries = fs::read_dir(&self.incoming).map_err(StoreError::disk(&self.incoming))?;
        for entry in entries {
            let path = entry.map_err(StoreError::disk(&self.incoming))?.path();
            fs::remove_file(&path).map_err(StoreError::disk(&path))?;
        }
        Ok(())
    }

    /// Where an object lies.
    pub(crate) fn object(&self, bucket: Bucket, key: &BlobKey) -> PathBuf {
        self.objects.join(bucket.name()).join(key.as_str())
    }

    /// Where a part of an upload lies.
    pub(crate) fn part(&self, upload: &str, number: i64) -> PathBuf {
        self.upload(upload).join(number.to_string())
    }

    /// Where the parts of an upload lie.
    pub(crate) fn upload(&self, upload: &str) -> PathBuf {
        self.parts.join(upload)
    }

    fn fresh(&self) -> PathBuf {
        self.incoming.join(Uuid::new_v4().simple().to_string())
    }

    /// Takes in a stream of at most `limit` bytes.
    pub(crate) async fn receive<S, E>(
        &self,
        mut stream: S,
        limit: u64,
        with_sha256: bool,
    ) -> Result<Incoming, ReceiveError>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
        E: std::fmt::Display,
    {
        let path = self.fresh();
        let disk = |error| ReceiveError::Disk(StoreError::disk(&path)(error));
        let file = tokio::fs::File::create_new(&path).await.map_err(disk)?;
        let mut incoming = Incoming { path: path.clone(), size: 0, md5: [0; 16], sha256: None };
        let mut out = tokio::io::BufWriter::with_capacity(1 << 20, file);
        let (mut md5, mut sha256) = (Md5::new(), with_sha256.then(Sha256::new));
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|error| ReceiveError::Broken(error.to_string()))?;
            incoming.size += chunk.len() as u64;
            if incoming.size > limit {
                return Err(ReceiveError::TooLarge);
            }
            md5.update(&chunk);
            if let Some(sha256) = &mut sha256 {
                sha256.update(&chunk);
            }
            out.write_all(&chunk).await.map_err(disk)?;
        }
        out.flush().await.map_err(disk)?;
        incoming.md5 = md5.finalize();
        incoming.sha256 = sha256.map(|sha256| sha256.finalize());
        Ok(incoming)
    }

    /// Copies files, one after the other, into one. Blocks.
    pub(crate) fn gather(&self, files: &[PathBuf]) -> Result<Incoming, StoreError> {
        let path = self.fresh();
        let mut out = fs::File::create_new(&path).map_err(StoreError::disk(&path))?;
        let mut incoming = Incoming { path: path.clone(), size: 0, md5: [0; 16], sha256: None };
        for file in files {
            let mut source = fs::File::open(file).map_err(StoreError::disk(file))?;
            incoming.size += io::copy(&mut source, &mut out).map_err(StoreError::disk(&path))?;
        }
        Ok(incoming)
    }

    /// Copies one file and hashes it on the way. A copy, not a link: what the owner does to the original
    /// later does not reach a stored object. Blocks.
    pub(crate) fn copy_in(&self, file: &Path) -> Result<Incoming, StoreError> {
        use io::{Read as _, Write as _};
        let path = self.fresh();
        let mut source = fs::File::open(file).map_err(StoreError::disk(file))?;
        let mut out = fs::File::create_new(&path).map_err(StoreError::disk(&path))?;
        let mut incoming = Incoming { path: path.clone(), size: 0, md5: [0; 16], sha256: None };
        let mut md5 = Md5::new();
        let mut buffer = vec![0; 1 << 20];
        loop {
            let length = source.read(&mut buffer).map_err(StoreError::disk(file))?;
            if length == 0 {
                break;
            }
            md5.update(&buffer[..length]);
            out.write_all(&buffer[..length]).map_err(StoreError::disk(&path))?;
            incoming.size += length as u64;
        }
        incoming.md5 = md5.finalize();
        Ok(incoming)
    }

    /// Syncs the file, moves it to `target` and syncs the folders on the way: durable when it returns. Blocks.
    ///
    /// A target that holds the same bytes already stays the file that it is: whoever was allowed to read that very
    /// file, as a jailed child is, goes on reading it.
    pub(crate) fn publish(&self, incoming: Incoming, target: &Path) -> Result<(), StoreError> {
        if is_same_content(&incoming.path, target).map_err(StoreError::disk(&incoming.path))? {
            fs::remove_file(&incoming.path).map_err(StoreError::disk(&incoming.path))?;
            return sync_folder(target.parent().expect("objects and parts lie in folders"));
        }
        let file = fs::File::open(&incoming.path).map_err(StoreError::disk(&incoming.path))?;
        file.set_permissions(fs::Permissions::from_mode(0o444)).map_err(StoreError::disk(&incoming.path))?;
        file.sync_all().map_err(StoreError::disk(&incoming.path))?;
        let folder = target.parent().expect("objects and parts lie in folders");
        make_folders(folder)?;
        fs::rename(&incoming.path, target).map_err(StoreError::disk(target))?;
        sync_folder(folder)
    }

    /// Removes a file; nothing there is no error. Blocks.
    pub(crate) fn remove(&self, file: &Path) -> Result<(), StoreError> {
        match fs::remove_file(file) {
            Ok(()) => sync_folder(file.parent().expect("objects and parts lie in folders")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(StoreError::disk(file)(error)),
        }
    }

    /// Removes the parts of an upload. Blocks.
    pub(crate) fn remove_upload(&self, upload: &str) -> Result<(), StoreError> {
        let folder = self.upload(upload);
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(StoreError::disk(folder)(error)),
            _ => Ok(()),
        }
    }
}

impl ReceiveError {
    /// True when there was no room for the bytes.
    pub(crate) fn is_disk_full(&self) -> bool {
        matches!(self, Self::Disk(StoreError::Disk { source, .. }) if is_full(source))
    }
}

/// True when both files are there and hold the same bytes.
fn is_same_content(left: &Path, right: &Path) -> io::Result<bool> {
    use io::Read as _;
    let (mut left, mut right) = (
        fs::File::open(left)?,
        match fs::File::open(right) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        },
    );
    if left.metadata()?.len() != right.metadata()?.len() {
        return Ok(false);
    }
    let (mut one, mut other) = (vec![0; 1 << 18], vec![0; 1 << 18]);
    loop {
        let length = left.read(&mut one)?;
        if length == 0 {
            return Ok(true);
        }
        right.read_exact(&mut other[..length])?;
        if one[..length] != other[..length] {
            return Ok(false);
        }
    }
}

/// Makes a folder and its parents, syncing each folder in which one was made.
fn make_folders(folder: &Path) -> Result<(), StoreError> {
    if folder.is_dir() {
        return Ok(());
    }
    let parent = folder.parent().expect("the data folder exists");
    make_folders(parent)?;
    match fs::create_dir(folder) {
        Ok(()) => sync_folder(parent),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        Err(error) => Err(StoreError::disk(folder)(error)),
    }
}

/// Makes the names in a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(StoreError::disk(folder))
}
