//! The rules of the port.

use std::sync::Arc;

use nexus_core::port::BlobStore;
use nexus_testkit::{conformance::render, factory};

use crate::stage::{Stage, write_talking_clip};

#[tokio::test]
async fn conformance() {
    let stage = Stage::new();
    let clip = write_talking_clip(stage.folder.path(), 4).await;
    let clip = stage.blobs.store(factory::business().id, "talking.mp4", &clip).await;
    let blobs = Arc::clone(&stage.blobs) as Arc<dyn BlobStore>;
    render::suite(&render::Fixture { renderer: Arc::new(stage.renderer), blobs, clip }).await;
}
