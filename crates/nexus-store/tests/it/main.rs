//! The store through its front door: journal, objects over a real socket, approvals, reviews.

mod approvals;
mod arrivals;
mod aws;
mod backup;
mod durability;
mod endpoint;
mod faults;
mod hosting;
mod multipart;
#[cfg(unix)]
mod pgvector;
mod ports;
#[cfg(unix)]
mod postgres;
mod providers;
mod requests;
mod reviews;
mod upgrade;

use std::{path::Path, sync::Arc, time::Duration};

use nexus_core::{
    BusinessId, RunId,
    journal::{NewRun, Priority},
    time::Clock,
};
use nexus_store::{DatabaseUrl, LocalBlobs, S3Options, Store, serve_s3};
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
        let store = open(folder.path(), &clock).await;
        Self { store, clock, folder }
    }

    fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

/// A new store below `folder`: in SQLite, or in a new database of the server that `postgres.rs` names.
async fn open(folder: &Path, clock: &Arc<TestClock>) -> Store {
    let clock = Arc::clone(clock) as Arc<dyn Clock>;
    let url = match postgres::new_database().await {
        Some(url) => DatabaseUrl::parse(&url).expect("an address"),
        None => DatabaseUrl::Sqlite,
    };
    Store::open_at(&url, folder, clock).await.expect("a new store")
}

/// True in the second round, for tests of what is in SQLite's own files.
#[expect(clippy::disallowed_methods, reason = "the second round is told by the environment")]
fn in_postgres() -> bool {
    std::env::var(postgres::ADDRESS).is_ok()
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
        Self { desk, blobs, http: client(), server }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn client() -> reqwest::Client {
    nexus_store::use_ring();
    reqwest::Client::new()
}

fn business() -> BusinessId {
    factory::business().id
}

fn new_run(name: &str) -> NewRun {
    NewRun {
        id: RunId::derived(&[name]),
        flow: "reel".into(),
        version: 1,
        priority: Priority::Normal,
        business: business(),
        input: serde_json::json!({ "name": name }),
    }
}
