//! The S3 endpoint over a socket: signatures, limits, ranges, browsers.

use std::time::Duration;

use nexus_core::{
    ErrorKind,
    blob::{BlobKey, Bucket},
    port::BlobStore,
};
use nexus_store::{S3Options, UploadRegistration, upload_file};
use rusty_s3::{
    S3Action as _,
    actions::{DeleteObject, GetObject, HeadObject, ListObjectsV2, PutObject},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{Served, business};

const MINUTE: Duration = Duration::from_secs(60);

pub(crate) fn key(path: &str) -> BlobKey {
    BlobKey::new(business(), path).expect("a key")
}

impl Served {
    fn put(&self, key: &BlobKey) -> String {
        PutObject::new(self.blobs.s3_bucket(Bucket::Raw), Some(self.blobs.credentials()), key.as_str())
            .sign(MINUTE)
            .into()
    }

    fn get(&self, key: &BlobKey) -> String {
        GetObject::new(self.blobs.s3_bucket(Bucket::Raw), Some(self.blobs.credentials()), key.as_str())
            .sign(MINUTE)
            .into()
    }

    async fn send(&self, url: &str, body: &'static [u8]) -> (u16, String) {
        let response =
            self.http.put(url).header("content-length", body.len()).body(body).send().await.expect("an answer");
        (response.status().as_u16(), response.text().await.expect("a body"))
    }
}

#[tokio::test]
async fn a_presigned_upload_is_stored_with_its_md5() {
    let served = Served::new().await;
    let key = key("raw/clip.mp4");
    let response = served.http.put(served.put(&key)).body("hello").send().await.expect("an answer");
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["etag"], "\"5d41402abc4b2a76b9719d911017c592\"");
    let head = served.blobs.head(Bucket::Raw, &key).await.expect("head").expect("stored");
    assert_eq!((head.size_bytes, head.etag.as_str()), (5, "5d41402abc4b2a76b9719d911017c592"));
    let file = served.blobs.local_file(&head).await.expect("a file");
    assert_eq!(std::fs::read(file).expect("bytes"), b"hello");

    let response = served.http.get(served.get(&key)).send().await.expect("an answer");
    assert_eq!(
        (response.status().as_u16(), &response.headers()["content-type"]),
        (200, &"video/mp4".parse().expect("a value"))
    );
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    assert_eq!(response.text().await.expect("a body"), "hello");
    let url = HeadObject::new(served.blobs.s3_bucket(Bucket::Raw), Some(served.blobs.credentials()), key.as_str())
        .sign(MINUTE);
    let response = served.http.head(url).send().await.expect("an answer");
    assert_eq!(
        (response.status().as_u16(), &response.headers()["content-length"]),
        (200, &"5".parse().expect("a value"))
    );
}

#[tokio::test]
async fn only_the_signed_request_is_obeyed() {
    let served = Served::new().await;
    let (mine, other) = (key("raw/mine.mp4"), key("raw/other.mp4"));
    let good = served.put(&mine);
    let flipped = if good.ends_with('0') { "1" } else { "0" };
    let past = jiff::Timestamp::from_second(1_750_000_000).expect("a moment");
    let bucket = served.blobs.s3_bucket(Bucket::Raw);
    let expired = PutObject::new(bucket, Some(served.blobs.credentials()), mine.as_str()).sign_with_time(MINUTE, &past);
    let stranger = rusty_s3::Credentials::new("NXSTRANGER", "no secret of this folder");
    let foreign = PutObject::new(bucket, Some(&stranger), mine.as_str()).sign(MINUTE);
    for (name, url) in [
        ("wrong signature", format!("{}{flipped}", &good[..good.len() - 1])),
        ("expired", expired.to_string()),
        ("other key", good.replace("mine.mp4", "other.mp4")),
        ("other bucket", good.replace("nexus-raw", "nexus-final")),
        ("unsigned", good.split('?').next().unwrap_or_default().to_owned()),
        ("longer life", good.replace("X-Amz-Expires=60", "X-Amz-Expires=6000")),
        ("a parameter more", format!("{good}&x-id=PutObject")),
        ("unknown access key", foreign.to_string()),
        ("signature for GET", served.get(&mine)),
    ] {
        let (status, body) = served.send(&url, b"evil").await;
        assert_eq!(status, 403, "{name}: {body}");
    }
    assert_eq!(served.blobs.head(Bucket::Raw, &mine).await.expect("head"), None);
    assert_eq!(served.blobs.head(Bucket::Raw, &other).await.expect("head"), None);
    assert_eq!(served.send(&good, b"good").await.0, 200, "the real one still works");
}

#[tokio::test]
async fn keys_and_buckets_that_do_not_exist_are_refused() {
    let served = Served::new().await;
    let credentials = Some(served.blobs.credentials());
    let bucket = served.blobs.s3_bucket(Bucket::Raw);
    for name in ["../../secret.json", "t/nobody/x", "plain", &"x".repeat(1025), "t/..%2f..%2fx", "\u{202e}4pm.exe"] {
        let url = PutObject::new(bucket, credentials, name).sign(MINUTE);
        let (status, body) = served.send(url.as_str(), b"x").await;
        assert!((400..500).contains(&status), "{name}: {status} {body}");
    }
    let strange = rusty_s3::Bucket::new(
        bucket.base_url().join("/").expect("a base"),
        rusty_s3::UrlStyle::Path,
        "strange",
        "us-east-1",
    );
    let url = PutObject::new(&strange.expect("a bucket"), credentials, key("raw/x").as_str()).sign(MINUTE);
    assert_eq!(served.send(url.as_str(), b"x").await.0, 404);
    let url = GetObject::new(bucket, credentials, key("raw/absent").as_str()).sign(MINUTE);
    assert_eq!(served.http.get(url).send().await.expect("an answer").status(), 404);
}

#[tokio::test]
async fn no_more_bytes_than_announced_or_permitted() {
    let served = Served::with(S3Options { max_put_bytes: 8, ..S3Options::default() }).await;
    let (registered, free) = (key("raw/registered.mp4"), key("raw/free.mp4"));
    let registration = UploadRegistration {
        business: business(),
        key: registered.clone(),
        file_name: "a.mp4".into(),
        user_tags: vec![],
        size: 4,
    };
    served.desk.store.register_upload(registration).await.expect("registered");
    let ticket = served.blobs.presign_put(Bucket::Raw, &free, 6, 60).await.expect("a ticket");
    for (name, url, body, want) in [
        ("announced, fits", served.put(&registered), &b"four"[..], 200),
        ("announced, one more", served.put(&registered), b"fiver", 400),
        ("permitted, fits", ticket.url.clone(), b"sixsix", 200),
        ("permitted, one more", ticket.url.clone(), b"sevenup", 400),
        ("permission widened", ticket.url.replace("max-bytes=6", "max-bytes=7"), b"sevenup", 403),
        ("endpoint, fits", served.put(&free), b"eighteig", 200),
        ("endpoint, one more", served.put(&free), b"nineninen", 400),
    ] {
        let (status, text) = served.send(&url, body).await;
        assert_eq!(status, want, "{name}: {text}");
        assert!(want != 400 || text.contains("EntityTooLarge"), "{name}: {text}");
    }
    let left = std::fs::read_dir(served.desk.folder.path().join("blobs/.incoming")).expect("a folder").count();
    assert_eq!(left, 0, "nothing half-written is left");
}

#[tokio::test]
async fn checksums_are_checked() {
    let served = Served::new().await;
    let key = key("raw/sum.mp4");
    for (name, header, value, want) in [
        ("right MD5", "content-md5", "XUFAKrxLKna5cZ2REBfFkg==", 200),
        ("wrong MD5", "content-md5", "AAAAAAAAAAAAAAAAAAAAAA==", 400),
        ("right SHA-256", "x-amz-checksum-sha256", "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=", 200),
        ("wrong SHA-256", "x-amz-checksum-sha256", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", 400),
    ] {
        let response =
            served.http.put(served.put(&key)).header(header, value).body("hello").send().await.expect("an answer");
        assert_eq!(response.status(), want, "{name}: {}", response.text().await.expect("a body"));
    }
}

#[tokio::test]
async fn ranges_are_served_for_players() {
    let served = Served::new().await;
    let key = key("raw/range.mp4");
    assert_eq!(served.send(&served.put(&key), b"0123456789").await.0, 200);
    for (range, want, content_range) in [
        ("bytes=0-3", "0123", "bytes 0-3/10"),
        ("bytes=7-", "789", "bytes 7-9/10"),
        ("bytes=-2", "89", "bytes 8-9/10"),
        ("bytes=4-100", "456789", "bytes 4-9/10"),
    ] {
        let response = served.http.get(served.get(&key)).header("range", range).send().await.expect("an answer");
        assert_eq!(response.status(), 206, "{range}");
        assert_eq!(response.headers()["content-range"], content_range, "{range}");
        assert_eq!(response.text().await.expect("a body"), want, "{range}");
    }
    let beyond = served.http.get(served.get(&key)).header("range", "bytes=10-").send().await.expect("an answer");
    assert_eq!(beyond.status(), 416);
}

#[tokio::test]
async fn objects_are_listed_and_deleted() {
    let served = Served::new().await;
    for name in ["raw/a.mp4", "raw/b.mp4", "raw/deep/c.mp4", "raw/deep/d.mp4"] {
        assert_eq!(served.send(&served.put(&key(name)), b"x").await.0, 200);
    }
    let bucket = served.blobs.s3_bucket(Bucket::Raw);
    let prefix = format!("t/{}/raw/", business());
    let mut list = ListObjectsV2::new(bucket, Some(served.blobs.credentials()));
    list.with_prefix(&prefix);
    list.with_delimiter("/");
    let text = served.http.get(list.sign(MINUTE)).send().await.expect("an answer").text().await.expect("a body");
    let page = ListObjectsV2::parse_response(&text).expect("a listing");
    let keys: Vec<&str> = page.contents.iter().map(|entry| entry.key.rsplit('/').next().unwrap_or_default()).collect();
    assert_eq!(keys, ["a.mp4", "b.mp4"]);
    assert_eq!(page.common_prefixes.len(), 1);

    let mut pages = Vec::new();
    let mut token = None;
    loop {
        let mut list = ListObjectsV2::new(bucket, Some(served.blobs.credentials()));
        list.with_max_keys(3);
        if let Some(token) = token.take() {
            list.with_continuation_token(token);
        }
        let text = served.http.get(list.sign(MINUTE)).send().await.expect("an answer").text().await.expect("a body");
        let page = ListObjectsV2::parse_response(&text).expect("a listing");
        pages.push(page.contents.len());
        match page.next_continuation_token {
            Some(next) => token = Some(next.to_string()),
            None => break,
        }
    }
    assert_eq!(pages, [3, 1]);

    let gone = key("raw/a.mp4");
    let url = DeleteObject::new(bucket, Some(served.blobs.credentials()), gone.as_str()).sign(MINUTE);
    assert_eq!(served.http.delete(url.clone()).send().await.expect("an answer").status(), 204);
    assert_eq!(served.http.delete(url).send().await.expect("an answer").status(), 204, "again is no error");
    assert_eq!(served.blobs.head(Bucket::Raw, &gone).await.expect("head"), None);
}

#[tokio::test]
async fn browsers_may_upload_and_read_the_etag() {
    let page = "http://127.0.0.1:8080";
    let served = Served::with(S3Options { allowed_origins: vec![page.into()], ..S3Options::default() }).await;
    let url = served.put(&key("raw/browser.mp4"));
    for (origin, want) in [(page, true), ("http://evil.example", false)] {
        let preflight = served
            .http
            .request(reqwest::Method::OPTIONS, &url)
            .header("origin", origin)
            .header("access-control-request-method", "PUT")
            .header("access-control-request-headers", "content-type")
            .send()
            .await
            .expect("an answer");
        let allowed = preflight.headers().get("access-control-allow-origin").is_some_and(|value| value == origin);
        assert_eq!(allowed, want, "{origin}");
    }
    let response = served.http.put(&url).header("origin", page).body("x").send().await.expect("an answer");
    assert_eq!(response.status(), 200);
    let exposed = response.headers()["access-control-expose-headers"].to_str().expect("text").to_ascii_lowercase();
    assert!(exposed.contains("etag"), "{exposed}");
}

/// More than the connection holds, from a client that reads nothing before it has sent everything.
#[tokio::test]
async fn a_refusal_reaches_whoever_sends_first() {
    const SENT: usize = 20_000_000;
    let served = Served::new().await;
    let good = url::Url::parse(&served.put(&key("raw/mine.mp4"))).expect("a URL");
    let address = good.socket_addrs(|| None).expect("an address")[0];
    let bad = format!("{}?{}", good.path(), good.query().expect("a signature")).replace("mine", "other");
    let answer = async {
        let mut connection = TcpStream::connect(address).await?;
        let head = format!("PUT {bad} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {SENT}\r\n\r\n");
        connection.write_all(head.as_bytes()).await?;
        connection.write_all(&vec![3; SENT]).await?;
        let mut answer = [0; 12];
        connection.read_exact(&mut answer).await?;
        std::io::Result::Ok(String::from_utf8_lossy(&answer).into_owned())
    };
    assert_eq!(answer.await.expect("an answer"), "HTTP/1.1 403");
}

#[tokio::test]
async fn the_client_uploads_and_says_what_is_wrong() {
    let served = Served::new().await;
    let file = served.desk.folder.path().join("clip.bin");
    std::fs::write(&file, vec![3; 1_000_000]).expect("a file");
    let key = key("raw/client.mp4");
    let ticket = served.blobs.presign_put(Bucket::Raw, &key, 1_000_000, 60).await.expect("a ticket");
    let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let listener = std::sync::Arc::clone(&told);
    upload_file(&ticket.url, &file, move |sent, total| listener.lock().expect("a lock").push((sent, total)))
        .await
        .expect("uploaded");
    let told = told.lock().expect("a lock").clone();
    assert_eq!(told.last(), Some(&(1_000_000, 1_000_000)));
    assert!(told.len() > 1 && told.is_sorted(), "progress grows");
    assert_eq!(served.blobs.head(Bucket::Raw, &key).await.expect("head").expect("stored").size_bytes, 1_000_000);

    // More than the connection holds: the refusal comes while the client still sends, and it must arrive.
    let large = served.desk.folder.path().join("film.bin");
    std::fs::File::create(&large).expect("a file").set_len(100_000_000).expect("its size");
    let small = served.blobs.presign_put(Bucket::Raw, &key, 999_999, 60).await.expect("a ticket");
    for (name, url, path, want) in [
        ("too large", small.url, large.clone(), ErrorKind::Invalid),
        ("bad link", ticket.url.replace("client.mp4", "other.mp4"), large, ErrorKind::Unauthorized),
        ("no file", ticket.url.clone(), file.with_extension("none"), ErrorKind::NotFound),
    ] {
        let error = upload_file(&url, &path, |_, _| {}).await.expect_err(name);
        assert_eq!(error.kind, want, "{name}: {}", error.chain());
    }
}
