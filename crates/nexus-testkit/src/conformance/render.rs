//! What every renderer does: exact length, stored and hashed, repeatable, honest about wrong edits.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hasher},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use nexus_core::{
    BusinessId, ErrorKind, FrameRate, Frames, PortError, PortResult,
    blob::{BlobKey, BlobRef, Bucket, UploadTicket},
    film::{Film, FilmTags, RenderRequest},
    port::{Adapter, BlobStore, Progress, Renderer, StepContext},
};
use serde_json::{Value, json};

use crate::factory;

/// A renderer with what its films are made of.
pub struct Fixture {
    /// The adapter.
    pub renderer: Arc<dyn Renderer>,
    /// The store that it reads from and writes to.
    pub blobs: Arc<dyn BlobStore>,
    /// A stored video of at least 3 s with sound.
    pub clip: BlobRef,
}

/// Drives a renderer through its port.
///
/// # Panics
/// With the rule that the adapter breaks.
pub async fn suite(fixture: &Fixture) {
    a_film_has_the_asked_shape_and_is_stored(fixture).await;
    repeating_gives_the_same_film(fixture).await;
    wrong_edits_are_refused_with_their_place(fixture).await;
}

async fn a_film_has_the_asked_shape_and_is_stored(fixture: &Fixture) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&seen);
    let progress = move |progress: Progress| sink.lock().unwrap_or_else(PoisonError::into_inner).push(progress);
    let context = StepContext { progress: Arc::new(progress), ..factory::context("render") };
    let film = render(fixture, edit(2.0, 29.97), &context).await.expect("a plain edit renders");
    assert_eq!((film.width_px, film.height_px), (180, 320), "the size is the edit's");
    assert_eq!(film.rate, FrameRate { num: 30_000, den: 1001 }, "29.97 means 30000/1001");
    assert_eq!(film.length, Frames(60), "the length is rounded to the nearest frame");
    assert_eq!(film.blob.bucket, Bucket::Final, "films lie in the final bucket");
    assert_eq!(film.blob.key.business(), factory::business().id, "films lie under their tenant");
    assert_eq!(film.hash.len(), 64, "the hash is BLAKE3 in hexadecimal");
    for blob in [&film.blob, &film.poster] {
        let stored = fixture.blobs.head(blob.bucket, &blob.key).await.expect("the store answers");
        assert_eq!(stored.as_ref(), Some(blob), "film and poster are stored");
        assert!(blob.size_bytes > 0, "what is stored is not empty");
    }
    let loudness = film.loudness_lufs.expect("the clip's sound is heard");
    assert!((loudness + 14.0).abs() <= 0.5, "films have -14 LUFS, found {loudness}");
    let peak = film.true_peak_dbtp.expect("the peak is measured");
    assert!(peak <= -1.0, "true peaks stay below -1 dBTP, found {peak}");
    let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(seen.iter().all(|progress| progress.done <= progress.total), "progress never exceeds its total");
    assert!(seen.iter().any(|progress| progress.total == 60 && progress.done == 60), "progress reaches its end");
}

async fn repeating_gives_the_same_film(fixture: &Fixture) {
    let context = factory::context("render");
    let first = render(fixture, edit(1.0, 25.0), &context).await.expect("renders");
    let again = render(fixture, edit(1.0, 25.0), &context).await.expect("renders again");
    assert_eq!(first, again, "the same request gives the same film");
    let other = render(fixture, edit(1.2, 25.0), &context).await.expect("renders");
    assert_ne!(first.hash, other.hash, "another edit gives another film");
}

async fn wrong_edits_are_refused_with_their_place(fixture: &Fixture) {
    let broken = |change: fn(&mut Value)| {
        let mut edit = edit(1.0, 25.0);
        change(&mut edit);
        edit
    };
    for (name, edit, place) in [
        (
            "unknown word",
            broken(|edit| edit["timeline"]["tracks"][0]["clips"][0]["fit"] = json!("fill")),
            "tracks[0].clips[0].fit",
        ),
        (
            "missing asset",
            broken(|edit| edit["timeline"]["tracks"][0]["clips"][0]["asset"]["src"] = json!("nowhere")),
            "asset.src",
        ),
        (
            "bad length",
            broken(|edit| edit["timeline"]["tracks"][0]["clips"][0]["length"] = json!(-2)),
            "tracks[0].clips[0].length",
        ),
        (
            "trim past the end",
            broken(|edit| edit["timeline"]["tracks"][0]["clips"][0]["asset"]["trim"] = json!(500)),
            "asset.trim",
        ),
    ] {
        let error = render(fixture, edit, &factory::context("render")).await.expect_err(name);
        assert_eq!(error.kind, ErrorKind::Invalid, "{name}: {error}");
        assert!(error.to_string().contains(place), "{name}: the message names '{place}': {error}");
    }
}

async fn render(fixture: &Fixture, edit: Value, context: &StepContext) -> PortResult<Film> {
    let request = RenderRequest {
        business: factory::business().id,
        edit,
        assets: BTreeMap::from([("clip".to_owned(), fixture.clip.clone())]),
        tags: FilmTags { title: "A film".into(), ..FilmTags::default() },
    };
    fixture.renderer.render(&request, context).await
}

fn edit(length_s: f64, fps: f64) -> Value {
    json!({
        "timeline": { "tracks": [{ "clips": [{
            "asset": { "type": "video", "src": "clip", "trim": 0.5, "volume": 1 },
            "start": 0, "length": length_s
        }] }] },
        "output": { "format": "mp4", "size": { "width": 180, "height": 320 }, "fps": fps }
    })
}

/// Objects as plain files below a folder, for tests.
pub struct FolderBlobs {
    root: PathBuf,
}

impl FolderBlobs {
    /// A store in `root`, which exists.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    fn path(&self, bucket: Bucket, key: &BlobKey) -> PathBuf {
        self.root.join(bucket.name()).join(key.as_str())
    }

    fn object(&self, bucket: Bucket, key: &BlobKey) -> PortResult<Option<BlobRef>> {
        let path = self.path(bucket, key);
        if !path.exists() {
            return Ok(None);
        }
        let bytes = std::fs::read(path).map_err(problem)?;
        let mut hasher = DefaultHasher::new();
        hasher.write(&bytes);
        let size_bytes = bytes.len() as u64;
        Ok(Some(BlobRef { bucket, key: key.clone(), size_bytes, etag: format!("{:016x}", hasher.finish()) }))
    }

    /// Stores a file of `business` among the raw uploads.
    ///
    /// # Panics
    /// When the name is no object name or the disk fails.
    pub async fn store(&self, business: BusinessId, name: &str, file: &Path) -> BlobRef {
        let key = BlobKey::new(business, &format!("raw/{name}")).expect("an object name for a test");
        self.put_file(Bucket::Raw, &key, file).await.expect("a folder takes a file")
    }
}

fn problem(error: std::io::Error) -> PortError {
    PortError::new(ErrorKind::Unavailable, "test folder", "use a file", error.to_string())
}

impl Adapter for FolderBlobs {}

#[async_trait]
impl BlobStore for FolderBlobs {
    async fn presign_put(
        &self,
        bucket: Bucket,
        key: &BlobKey,
        _size_bytes: u64,
        expires_in_s: u64,
    ) -> PortResult<UploadTicket> {
        let url = format!("file://{}", self.path(bucket, key).display());
        Ok(UploadTicket { bucket, key: key.clone(), url, expires_in_s })
    }

    async fn presign_get(&self, blob: &BlobRef, _expires_in_s: u64) -> PortResult<String> {
        Ok(format!("file://{}", self.path(blob.bucket, &blob.key).display()))
    }

    async fn head(&self, bucket: Bucket, key: &BlobKey) -> PortResult<Option<BlobRef>> {
        self.object(bucket, key)
    }

    async fn put_file(&self, bucket: Bucket, key: &BlobKey, file: &Path) -> PortResult<BlobRef> {
        let path = self.path(bucket, key);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(problem)?;
        }
        std::fs::copy(file, path).map_err(problem)?;
        let stored = self.object(bucket, key)?;
        stored.ok_or_else(|| PortError::new(ErrorKind::Bug, "test folder", "store a file", "the file vanished"))
    }

    async fn local_file(&self, blob: &BlobRef) -> PortResult<PathBuf> {
        let path = self.path(blob.bucket, &blob.key);
        if path.exists() {
            Ok(path)
        } else {
            Err(PortError::new(ErrorKind::NotFound, "test folder", "find a file", blob.key.to_string()))
        }
    }

    async fn delete(&self, bucket: Bucket, key: &BlobKey) -> PortResult<()> {
        match std::fs::remove_file(self.path(bucket, key)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(problem(error)),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}
