//! S3 behind a network that misbehaves: refusals, answers that are lost, bodies that break off. Row 6 of the fault matrix.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use nexus_core::{
    blob::{BlobKey, Bucket},
    port::BlobStore as _,
};
use nexus_store::S3Blobs;
use nexus_testkit::stand_in::StandIn;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::{aws::config, business};

/// What happens to one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// It is answered with this status, and nothing reaches the other side.
    Refused(&'static str),
    /// The request arrives and is done; its answer does not come back.
    Unanswered,
    /// The answer breaks off after so many bytes.
    CutAfter(usize),
}

/// A way to `target` on which the next connections meet faults, in order; all others are left alone.
struct Road {
    port: u16,
    ahead: Arc<Mutex<VecDeque<Fault>>>,
}

impl Road {
    async fn to(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let ahead = Arc::new(Mutex::new(VecDeque::new()));
        let faults = Arc::clone(&ahead);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let fault = faults.lock().expect("held shortly").pop_front();
                tokio::spawn(travel(near, target, fault));
            }
        });
        Self { port, ahead }
    }

    fn meets(&self, faults: &[Fault]) {
        self.ahead.lock().expect("held shortly").extend(faults);
    }

    fn is_clear(&self) -> bool {
        self.ahead.lock().expect("held shortly").is_empty()
    }
}

async fn travel(mut near: TcpStream, target: SocketAddr, fault: Option<Fault>) {
    if let Some(Fault::Refused(status)) = fault {
        let mut request = [0; 4096];
        let _ = near.read(&mut request).await;
        let body = "<?xml version=\"1.0\"?><Error><Code>SlowDown</Code></Error>";
        let answer = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/xml\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        let _ = near.write_all(answer.as_bytes()).await;
        return;
    }
    let Ok(far) = TcpStream::connect(target).await else { return };
    let ((mut near_in, mut near_out), (mut far_in, mut far_out)) = (near.into_split(), far.into_split());
    let there = tokio::spawn(async move { tokio::io::copy(&mut near_in, &mut far_out).await });
    let (mut buffer, mut passed) = ([0; 16 * 1024], 0);
    while let Ok(count @ 1..) = far_in.read(&mut buffer).await {
        let most = match fault {
            Some(Fault::Unanswered) => 0,
            Some(Fault::CutAfter(most)) => most.saturating_sub(passed),
            Some(Fault::Refused(_)) | None => count,
        };
        if near_out.write_all(&buffer[..count.min(most)]).await.is_err() || most < count {
            break;
        }
        passed += count;
    }
    there.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_misbehaves_costs_time_and_nothing_else() {
    let Some(s3) = StandIn::seaweed() else { return };
    let target: SocketAddr = s3.url().trim_start_matches("http://").parse().expect("an address");
    let road = Road::to(target).await;
    let folder = tempfile::tempdir().expect("a folder");
    // A client per case, so that no connection of before is used again.
    let made = std::cell::Cell::new(0);
    let client = || {
        made.set(made.get() + 1);
        let cache = folder.path().join(made.get().to_string());
        S3Blobs::new(&config(&format!("http://127.0.0.1:{}", road.port), &cache)).expect("a client")
    };
    let small = folder.path().join("small");
    std::fs::write(&small, vec![3_u8; 300_000]).expect("a file");
    let large = folder.path().join("large");
    let bytes: Vec<u8> = (0..40_000_000_u32).map(|number| (number % 241) as u8).collect();
    std::fs::write(&large, &bytes).expect("a file");
    let key = |name: &str| BlobKey::new(business(), name).expect("a key");

    // The store makes its buckets at the first upload.
    client().put_file(Bucket::Final, &key("first"), &small).await.expect("stored");

    road.meets(&[Fault::Refused("503 Slow Down"), Fault::Refused("500 Internal Server Error")]);
    let stored = client().put_file(Bucket::Final, &key("refused"), &small).await.expect("stored after refusals");
    assert!(road.is_clear() && stored.size_bytes == 300_000);

    road.meets(&[Fault::Unanswered, Fault::Unanswered]);
    let stored = client().put_file(Bucket::Final, &key("unanswered"), &small).await.expect("stored, and known to be");
    assert!(road.is_clear() && stored.size_bytes == 300_000);

    // In parts: refused at the beginning, and every kind of answer lost once.
    road.meets(&[Fault::Refused("503 Slow Down"), Fault::Unanswered, Fault::Unanswered]);
    let whole = client().put_file(Bucket::Final, &key("parts"), &large).await.expect("stored in parts");
    assert!(road.is_clear() && whole.size_bytes == 40_000_000);

    road.meets(&[Fault::CutAfter(5_000_000), Fault::Refused("500 Internal Server Error")]);
    let blobs = client();
    let file = match blobs.local_file(&whole).await {
        Ok(file) => file,
        Err(error) => {
            assert!(error.kind.is_retryable(), "what broke off may be tried again: {}", error.chain());
            blobs.local_file(&whole).await.expect("the next try has it whole")
        }
    };
    assert!(std::fs::read(&file).expect("read") == bytes, "never half a file");
}

/// The answer of a completed upload is lost: asked again, the store knows of no upload, and the object is there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_completion_whose_answer_is_lost_is_found_out() {
    let Some(s3) = StandIn::seaweed() else { return };
    let target: SocketAddr = s3.url().trim_start_matches("http://").parse().expect("an address");
    let road = Road::to(target).await;
    let folder = tempfile::tempdir().expect("a folder");
    let through = |name: &str| {
        S3Blobs::new(&config(&format!("http://127.0.0.1:{}", road.port), &folder.path().join(name))).expect("a client")
    };
    let small = folder.path().join("small");
    std::fs::write(&small, b"makes the bucket").expect("a file");
    let blobs = through("one");
    blobs.put_file(Bucket::Raw, &BlobKey::new(business(), "first").expect("a key"), &small).await.expect("stored");
    let key = BlobKey::new(business(), "raw/lost").expect("a key");
    let upload = blobs.begin_parts(Bucket::Raw, &key).await.expect("begun");
    let ticket = blobs.presign_part(Bucket::Raw, &key, &upload, 1, 60).await.expect("a permission");
    crate::client().put(&ticket.url).body(vec![9_u8; 1000]).send().await.expect("sent");
    let parts = blobs.uploaded_parts(Bucket::Raw, &key, &upload).await.expect("listed");
    road.meets(&[Fault::Unanswered]);
    let whole =
        through("other").complete_parts(Bucket::Raw, &key, &upload, &parts).await.expect("completed, and known");
    assert!(road.is_clear() && whole.size_bytes == 1000);
}
