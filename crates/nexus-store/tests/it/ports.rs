//! Every port of the store passes the suite of that port.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use nexus_core::journal::Journal;
use nexus_store::LocalBlobs;
use nexus_testkit::conformance::{self, journal::TestClock};

use crate::Desk;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn journal() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = AtomicU32::new(0);
    conformance::journal::suite(async || {
        let clock = TestClock::at(1_780_000_000_000);
        let place = folder.path().join(made.fetch_add(1, Ordering::Relaxed).to_string());
        let store = crate::open(&place, &clock).await;
        (Arc::new(store) as Arc<dyn Journal>, clock)
    })
    .await;
}

#[tokio::test]
async fn shots() {
    conformance::memory::check_store(&Desk::new().await.store).await;
}

#[tokio::test]
async fn businesses() {
    conformance::business::check(&Desk::new().await.store).await;
}

#[tokio::test]
async fn blobs() {
    let desk = Desk::new().await;
    let files = tempfile::tempdir().expect("a folder");
    let (one, other) = (files.path().join("one"), files.path().join("other"));
    std::fs::write(&one, b"first film").expect("a file");
    std::fs::write(&other, vec![7; 3_000_000]).expect("a file");
    let blobs = LocalBlobs::new(desk.store.clone(), "http://127.0.0.1:9").expect("an address");
    conformance::blobs::check(&blobs, &one, &other).await;
}
