//! A stage: servers that answer what a test says, a canary that counts who knocks, a resolver with a script.

use std::{
    collections::{BTreeMap, VecDeque},
    io,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use nexus_connect::fetch::{FetchConfig, Resolver, SafeFetch};
use nexus_core::{
    BusinessId, PortResult,
    blob::{BlobKey, BlobRef, Bucket, UploadTicket},
    port::{Adapter, BlobStore},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// A public address that leads nowhere from a machine without IPv6, and to a host that is not there from others.
pub(crate) const PUBLIC: IpAddr = IpAddr::V6(Ipv6Addr::new(0x2a00, 0, 0, 0, 0, 0, 0, 1));

/// The tenant of every test.
pub(crate) fn business() -> BusinessId {
    BusinessId::derived(&["fetch"])
}

/// A server on a free port; `answer` gets the whole request and gives the whole response, in pieces with a pause
/// between them.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) requests: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    pub(crate) async fn start(answer: impl Fn(&str) -> Vec<Vec<u8>> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (kept, answer) = (Arc::clone(&requests), Arc::new(answer));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, Arc::clone(&kept), Arc::clone(&answer)));
            }
        });
        Self { address, requests, task }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn seen(&self) -> Vec<String> {
        self.requests.lock().expect("no panic").clone()
    }
}

async fn converse(
    mut stream: TcpStream,
    kept: Arc<Mutex<Vec<String>>>,
    answer: Arc<impl Fn(&str) -> Vec<Vec<u8>> + Send + Sync + 'static>,
) {
    let Some(request) = read_request(&mut stream).await else { return };
    kept.lock().expect("no panic").push(request.clone());
    for (index, piece) in answer(&request).into_iter().enumerate() {
        if index > 0 {
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        if stream.write_all(&piece).await.is_err() {
            return;
        }
    }
    // Closing is the end of the body.
    drop(stream.shutdown().await);
}

/// Head and body of one request.
pub(crate) async fn read_request(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let length = stream.read(&mut chunk).await.ok()?;
        if length == 0 {
            return None;
        }
        bytes.extend_from_slice(&chunk[..length]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let announced =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
            if body.len() >= announced.unwrap_or(0) {
                return Some(text);
            }
        }
    }
}

/// A good answer.
pub(crate) fn ok(media_type: &str, body: &[u8]) -> Vec<Vec<u8>> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\n\r\n", body.len());
    vec![[head.as_bytes(), body].concat()]
}

/// A redirect.
pub(crate) fn moved(place: &str) -> Vec<Vec<u8>> {
    vec![format!("HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n").into_bytes()]
}

/// A status without a body.
pub(crate) fn status(line: &str) -> Vec<Vec<u8>> {
    vec![format!("HTTP/1.1 {line}\r\nContent-Length: 0\r\n\r\n").into_bytes()]
}

/// Counts connections to this machine, over IPv4 and, where there is one, IPv6.
pub(crate) struct Canary {
    pub(crate) port: u16,
    hits: Arc<AtomicUsize>,
    tasks: Vec<JoinHandle<()>>,
}

impl Drop for Canary {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Canary {
    pub(crate) async fn start() -> Self {
        let v4 = TcpListener::bind("0.0.0.0:0").await.expect("a port");
        let port = v4.local_addr().expect("an address").port();
        let hits = Arc::new(AtomicUsize::new(0));
        let mut listeners = vec![v4];
        listeners.extend(TcpListener::bind(("::1", port)).await.ok());
        let tasks = listeners.into_iter().map(|listener| {
            let hits = Arc::clone(&hits);
            tokio::spawn(async move {
                while let Ok((mut stream, _)) = listener.accept().await {
                    hits.fetch_add(1, Ordering::SeqCst);
                    drop(stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret").await);
                }
            })
        });
        let tasks = tasks.collect();
        Self { port, hits, tasks }
    }

    pub(crate) fn hits(&self) -> usize {
        self.hits.load(Ordering::SeqCst)
    }
}

/// Answers by script: each question takes the next answer, the last one stays.
#[derive(Default)]
pub(crate) struct Script {
    answers: Mutex<BTreeMap<String, VecDeque<Vec<IpAddr>>>>,
    asked: AtomicUsize,
}

impl Script {
    pub(crate) fn new<const N: usize>(answers: [(&str, Vec<Vec<IpAddr>>); N]) -> Arc<Self> {
        let answers = answers.into_iter().map(|(host, answers)| (host.to_owned(), answers.into()));
        Arc::new(Self { answers: Mutex::new(answers.collect()), asked: AtomicUsize::new(0) })
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Resolver for Script {
    /// A name without a script is this machine: what is not refused hits the canary.
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock().expect("no panic");
        let Some(script) = answers.get_mut(host) else { return Ok(vec![[127, 0, 0, 1].into()]) };
        if script.len() > 1 { Ok(script.pop_front().expect("counted")) } else { Ok(script[0].clone()) }
    }
}

/// A fetcher and its folder.
pub(crate) struct Bench {
    pub(crate) fetch: SafeFetch,
    pub(crate) blobs: Arc<dyn BlobStore>,
    pub(crate) folder: TempDir,
}

impl Bench {
    /// With `origins` allowed and the configuration changed by `change`.
    pub(crate) fn new(resolver: Arc<Script>, origins: &[&str], change: impl FnOnce(&mut FetchConfig)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = FetchConfig::new(folder.path().join("scratch"));
        config.patience = Duration::from_millis(400);
        config.allowed_private_origins = origins.iter().map(|origin| origin.parse().expect("an origin")).collect();
        change(&mut config);
        let blobs: Arc<dyn BlobStore> = Arc::new(Folder(folder.path().join("blobs")));
        let fetch = SafeFetch::new(config, resolver, Arc::clone(&blobs)).expect("a fetcher");
        Self { fetch, blobs, folder }
    }

    /// Files left on the way.
    pub(crate) fn left_over(&self) -> usize {
        std::fs::read_dir(self.folder.path().join("scratch")).map_or(0, Iterator::count)
    }
}

/// Blobs as plain files.
struct Folder(std::path::PathBuf);

impl Adapter for Folder {}

#[async_trait]
impl BlobStore for Folder {
    async fn presign_put(&self, _: Bucket, _: &BlobKey, _: u64, _: u64) -> PortResult<UploadTicket> {
        unreachable!("nothing is uploaded here")
    }

    async fn presign_get(&self, _: &BlobRef, _: u64) -> PortResult<String> {
        unreachable!("nothing is linked here")
    }

    async fn head(&self, bucket: Bucket, key: &BlobKey) -> PortResult<Option<BlobRef>> {
        let facts = std::fs::metadata(self.0.join(key.as_str())).ok();
        Ok(facts.map(|facts| BlobRef { bucket, key: key.clone(), size_bytes: facts.len(), etag: "e".into() }))
    }

    async fn put_file(&self, bucket: Bucket, key: &BlobKey, file: &Path) -> PortResult<BlobRef> {
        let place = self.0.join(key.as_str());
        std::fs::create_dir_all(place.parent().expect("a folder")).expect("made");
        std::fs::copy(file, &place).expect("copied");
        Ok(self.head(bucket, key).await?.expect("just stored"))
    }

    async fn local_file(&self, blob: &BlobRef) -> PortResult<std::path::PathBuf> {
        Ok(self.0.join(blob.key.as_str()))
    }

    async fn delete(&self, _: Bucket, _: &BlobKey) -> PortResult<()> {
        unreachable!("nothing is deleted here")
    }
}
