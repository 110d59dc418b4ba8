//! The store through its front door: journal, objects over a real socket, approvals, reviews.

mod approvals;
mod arrivals;
mod durability;
mod endpoint;
mod hosting;
mod multipart;
#[cfg(unix)]
mod pgvector;
mod ports;
mod requests;
mod reviews;

use std::{sync::Arc, time::Duration};

use nexus_core::{BusinessId, RunId, journal::NewRun, time::Clock};
use nexus_store::{LocalBlobs, S3Options, Store, serve_s3};
use nexus_testkit::{conformance::journal::TestClock, factory};
use tempfile::TempDir;
use tokio::task::JoinHandle;

/// A store in a folder of its own, at a time that the test moves.
struct Desk {
    store: Store,
    clock: Arc<TestClock>,
    folder: TempDir,
}

impl Desk {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = TestClock::at(1_780_000_000_000);
        let store = Store::open(folder.path(), Arc::clone(&clock) as Arc<dyn Clock>).await.expect("a new store");
        Self { store, clock, folder }
    }

    fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

/// A store whose endpoint listens on a port of this machine.
struct Served {
    desk: Desk,
    blobs: LocalBlobs,
    http: reqwest::Client,
    server: JoinHandle<()>,
}

impl Served {
    async fn new() -> Self {
        Self::with(S3Options::default()).await
    }

    async fn with(options: S3Options) -> Self {
        let desk = Desk::new().await;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let blobs = LocalBlobs::new(desk.store.clone(), &base).expect("an address of the endpoint");
        let store = desk.store.clone();
        let server = tokio::spawn(async move {
            serve_s3(&store, &options, listener, std::future::pending()).await.expect("the endpoint serves");
        });
        Self { desk, blobs, http: reqwest::Client::new(), server }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn business() -> BusinessId {
    factory::business().id
}

fn new_run(name: &str) -> NewRun {
    NewRun {
        id: RunId::derived(&[name]),
        flow: "reel".into(),
        version: 1,
        business: business(),
        input: serde_json::json!({ "name": name }),
    }
}
