//! What comes back, and what is said when nothing does.

use std::time::Duration;

use nexus_core::{ErrorKind, port::Fetcher as _};
use nexus_testkit::conformance::fetch::{Addresses, fetcher};
use serde_json::json;

use super::stage::{Bench, Canary, Script, Server, business, moved, ok, status};

/// A server that answers by path, and a fetcher that may reach it.
async fn bench() -> (Server, Bench) {
    let server = Server::start(|request| match request.split(' ').nth(1).unwrap_or_default() {
        "/clip.MP4?signature=s3cret" => ok("video/mp4; codecs=avc1", b"moving pictures"),
        "/same" => ok("text/html", b"moving pictures"),
        "/named" => ok("../../etc/passwd", b"x"),
        "/once" => moved("/clip.MP4?signature=s3cret"),
        "/three" => moved("/two"),
        "/two" => moved("/once"),
        "/four" => moved("/three"),
        "/nowhere" => vec![b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n".to_vec()],
        "/announced" => vec![b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n".to_vec()],
        "/endless" => [vec![b"HTTP/1.1 200 OK\r\n\r\n".to_vec()], vec![vec![7; 600]; 4]].concat(),
        "/chunked" => vec![
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nmovin\r\n".to_vec(),
            b"a\r\ng pictures\r\n0\r\n\r\n".to_vec(),
        ],
        "/short" => vec![b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf".to_vec()],
        "/empty" => status("200 OK"),
        "/gone" | "/gone?signature=s3cret" => status("404 Not Found"),
        "/private" => status("403 Forbidden"),
        "/busy" => vec![b"HTTP/1.1 429 Too Many\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n".to_vec()],
        "/down" => status("503 Service Unavailable"),
        "/told" => status("204 No Content"),
        "/garbage" => vec![b"SSH-2.0-OpenSSH\r\n".to_vec()],
        "/slow" => vec![b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n".to_vec()]
            .into_iter()
            .chain(vec![b"x".to_vec(); 60])
            .collect(),
        _ => status("500 Internal Server Error"),
    })
    .await;
    let bench = Bench::new(Script::new([]), &[&server.url("")], |config| config.most_bytes = 1000);
    (server, bench)
}

#[tokio::test]
async fn a_file_is_stored_under_its_content() {
    let (server, bench) = bench().await;
    let url = server.url("/clip.MP4?signature=s3cret");
    let fetched = bench.fetch.fetch(business(), &url).await.expect("fetched");
    assert_eq!(fetched.media_type.as_deref(), Some("video/mp4"));
    assert_eq!(fetched.blob.size_bytes, 15);
    let key = fetched.blob.key.as_str();
    assert!(key.starts_with(&format!("t/{}/fetched/", business())) && key.ends_with(".mp4"), "{key}");
    assert_eq!(bench.fetch.fetch(business(), &url).await.expect("again"), fetched);
    for (path, ending) in [("/once", ".mp4"), ("/three", ".mp4"), ("/chunked", ".bin"), ("/same", ".bin")] {
        let other = bench.fetch.fetch(business(), &server.url(path)).await.expect(path);
        assert_eq!(other.blob.size_bytes, 15, "{path}");
        assert!(other.blob.key.as_str().ends_with(ending), "{path}");
    }
    let named = bench.fetch.fetch(business(), &server.url("/named")).await.expect("fetched");
    assert_eq!(named.media_type, None, "a media type that is none is not passed on");
    assert_eq!(bench.left_over(), 0);
}

#[tokio::test]
async fn nothing_of_ours_travels_along() {
    let (server, bench) = bench().await;
    bench.fetch.fetch(business(), &server.url("/once")).await.expect("fetched");
    for request in server.seen() {
        let request = request.to_lowercase();
        assert!(request.starts_with("get /"), "{request}");
        for header in ["cookie:", "authorization:", "x-api-key:", "referer:", "origin:", "x-forwarded"] {
            assert!(!request.contains(header), "{header} in {request}");
        }
        assert!(request.contains(&format!("host: {}", server.address)), "{request}");
    }
}

#[tokio::test]
async fn every_failure_has_its_kind_and_hides_signatures() {
    let (server, bench) = bench().await;
    for (path, want) in [
        ("/four", ErrorKind::Refused),
        ("/nowhere", ErrorKind::Invalid),
        ("/announced", ErrorKind::Invalid),
        ("/endless", ErrorKind::Invalid),
        ("/short", ErrorKind::Unavailable),
        ("/empty", ErrorKind::Invalid),
        ("/gone", ErrorKind::NotFound),
        ("/private", ErrorKind::Unauthorized),
        ("/busy", ErrorKind::RateLimited),
        ("/down", ErrorKind::Unavailable),
        ("/garbage", ErrorKind::Unavailable),
    ] {
        let error = bench.fetch.fetch(business(), &server.url(path)).await.expect_err(path);
        assert_eq!(error.kind, want, "{path}: {error}");
    }
    let busy = bench.fetch.fetch(business(), &server.url("/busy")).await.expect_err("busy");
    assert_eq!(busy.retry_after, Some(Duration::from_secs(7)));
    let signed = bench.fetch.fetch(business(), &server.url("/gone?signature=s3cret")).await.expect_err("gone");
    assert!(!signed.chain().contains("s3cret"), "{signed}");
    assert_eq!(bench.left_over(), 0, "what failed leaves nothing behind");
}

#[tokio::test]
async fn time_is_bounded_twice() {
    let (server, _) = bench().await;
    // Pieces keep coming, so nobody is silent; the whole is too slow.
    let bench =
        Bench::new(Script::new([]), &[&server.url("")], |config| config.time_limit = Duration::from_millis(300));
    let error = bench.fetch.fetch(business(), &server.url("/slow")).await.expect_err("slow");
    assert_eq!(error.kind, ErrorKind::Timeout);
    assert!(error.message.contains("fetch.time_limit_s"), "{error}");
    // A listener that accepts and says nothing.
    let mute = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", mute.local_addr().expect("an address"));
    let silent = Bench::new(Script::new([]), &[&url], |config| config.patience = Duration::from_millis(200));
    let error = silent.fetch.fetch(business(), &url).await.expect_err("silent");
    assert_eq!(error.kind, ErrorKind::Timeout);
}

#[tokio::test]
async fn a_document_is_told() {
    let (server, bench) = bench().await;
    bench.fetch.post(&server.url("/told"), &json!({ "status": "done" })).await.expect("told");
    let request = server.seen().pop().expect("a request");
    assert!(request.starts_with("POST /told "), "{request}");
    assert!(request.to_lowercase().contains("content-type: application/json"), "{request}");
    assert!(request.ends_with("{\"status\":\"done\"}"), "{request}");
    for (path, want) in
        [("/once", ErrorKind::Invalid), ("/down", ErrorKind::Unavailable), ("/gone", ErrorKind::NotFound)]
    {
        let error = bench.fetch.post(&server.url(path), &json!({})).await.expect_err(path);
        assert_eq!(error.kind, want, "{path}");
    }
}

#[tokio::test]
async fn the_fetcher_passes_its_suite() {
    let (server, bench) = bench().await;
    let canary = Canary::start().await;
    let addresses = Addresses {
        film: server.url("/clip.MP4?signature=s3cret"),
        gone: server.url("/gone"),
        empty: server.url("/empty"),
        taken: server.url("/told"),
        private: format!("https://127.0.0.1:{}/clip.mp4", canary.port),
    };
    fetcher(&bench.fetch, bench.blobs.as_ref(), &addresses).await;
    assert_eq!((bench.left_over(), canary.hits()), (0, 0));
}

#[tokio::test]
async fn a_download_is_the_callers() {
    let (server, bench) = bench().await;
    let (path, downloaded) = bench.fetch.download(&server.url("/chunked")).await.expect("downloaded");
    assert_eq!(std::fs::read(&path).expect("a file"), b"moving pictures");
    assert_eq!(downloaded.hash, blake3::hash(b"moving pictures").to_hex().to_string());
    std::fs::remove_file(path).expect("removed");
}
