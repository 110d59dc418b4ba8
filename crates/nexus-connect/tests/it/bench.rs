//! A bench: a folder of blobs, an outbox beside it, a post and an update that fit.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use nexus_connect::Outbox;
use nexus_core::{
    ErrorKind, FrameRate, PortError, PortResult,
    blob::{BlobKey, BlobRef, Bucket, UploadTicket},
    business::Business,
    delivery::{PlaceUpdate, Post},
    network::Network,
    port::{Adapter, BlobStore},
};
use nexus_media::{EncodeSpec, Encoder, FrameWriter, Preset, Yuv420};
use nexus_testkit::factory;
use tempfile::TempDir;

pub(crate) struct Bench {
    folder: TempDir,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn outbox(&self) -> Arc<Outbox> {
        Arc::new(Outbox::new(self.outbox_folder(), Arc::new(Folder(self.folder.path().join("blobs")))))
    }

    pub(crate) fn outbox_folder(&self) -> PathBuf {
        self.folder.path().join("out/box")
    }

    pub(crate) fn business(&self) -> Business {
        factory::business()
    }

    /// Stores bytes.
    pub(crate) fn store(&self, path: &str, bytes: &[u8]) -> BlobRef {
        let key = BlobKey::new(self.business().id, path).unwrap();
        let file = self.folder.path().join("blobs").join(key.as_str());
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, bytes).unwrap();
        BlobRef { bucket: Bucket::Final, key, size_bytes: bytes.len() as u64, etag: "e".into() }
    }

    pub(crate) fn post(&self) -> Post {
        Post {
            network: Network::Instagram,
            title: String::new(),
            text: "“The sunset over the harbour!” — Marta K. Book a table. #quayhouse #sunset".into(),
            hashtags: vec!["quayhouse".into(), "sunset".into()],
            media: self.store("films/one.mp4", b"the bytes of a film"),
            poster: self.store("films/one.png", &png()),
            contains_generated: true,
        }
    }

    pub(crate) fn place_update(&self, video: &[u8]) -> PlaceUpdate {
        PlaceUpdate {
            business: self.business().id,
            video: self.store("films/place.mp4", video),
            video_description: "Sunset at Quay House".into(),
            still: self.store("films/one.png", &png()),
            summary: "“The sunset over the harbour!” — Marta K.".into(),
            action: "Book a table".into(),
            action_url: "https://quayhouse.example".into(),
        }
    }
}

/// A small PNG with transparency.
fn png() -> Vec<u8> {
    let picture = image::RgbaImage::from_fn(32, 48, |x, y| image::Rgba([x as u8 * 8, y as u8 * 5, 90, 200]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// A black film of that many frames at 30 per second.
pub(crate) async fn video(width_px: u32, height_px: u32, frames: usize) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("film.mp4");
    let spec = EncodeSpec {
        out: out.clone(),
        width_px,
        height_px,
        rate: FrameRate::FPS_30,
        crf: 40,
        encoder: Encoder::X264(Preset::Ultrafast),
        threads: 1,
    };
    let mut writer = FrameWriter::open(&spec).await.unwrap();
    let frame = Yuv420::new(width_px, height_px);
    for _ in 0..frames {
        writer.write(&frame).await.unwrap();
    }
    writer.finish().await.unwrap();
    std::fs::read(&out).unwrap()
}

/// A blob store that can only be read from.
struct Folder(PathBuf);

impl Adapter for Folder {}

#[async_trait]
impl BlobStore for Folder {
    async fn presign_put(&self, _: Bucket, _: &BlobKey, _: u64, _: u64) -> PortResult<UploadTicket> {
        Err(read_only())
    }

    async fn presign_get(&self, _: &BlobRef, _: u64) -> PortResult<String> {
        Err(read_only())
    }

    async fn head(&self, _: Bucket, _: &BlobKey) -> PortResult<Option<BlobRef>> {
        Err(read_only())
    }

    async fn put_file(&self, _: Bucket, _: &BlobKey, _: &Path) -> PortResult<BlobRef> {
        Err(read_only())
    }

    async fn local_file(&self, blob: &BlobRef) -> PortResult<PathBuf> {
        Ok(self.0.join(blob.key.as_str()))
    }

    async fn delete(&self, _: Bucket, _: &BlobKey) -> PortResult<()> {
        Err(read_only())
    }
}

fn read_only() -> PortError {
    PortError::new(ErrorKind::Unsupported, "the test folder", "do this", "it is only read from")
}
