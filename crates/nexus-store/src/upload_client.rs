//! The client side of an upload: one file, streamed to a presigned URL.

use std::{path::Path, sync::Arc, time::Duration};

use futures::StreamExt as _;
use nexus_core::{ErrorKind, PortError, PortResult};
use tokio_util::io::ReaderStream;

const PROVIDER: &str = "upload";
const OP: &str = "send the file";
const TRIES: u32 = 4;

/// PUTs `file` to the presigned `url`. `progress` is told bytes sent and bytes in all. Connections that break
/// are tried again, up to four times in all, from the start.
///
/// # Errors
/// `Unauthorized` when the link is wrong or expired, `Invalid` when the file is larger than was announced,
/// `Unavailable` when the other side cannot be reached or has no room.
pub async fn upload_file(
    url: &str,
    file: &Path,
    progress: impl Fn(u64, u64) + Send + Sync + 'static,
) -> PortResult<()> {
    let progress: Arc<dyn Fn(u64, u64) + Send + Sync> = Arc::new(progress);
    crate::use_ring();
    let client = reqwest::Client::builder().connect_timeout(Duration::from_secs(10)).build().map_err(|error| {
        PortError::new(ErrorKind::Bug, PROVIDER, OP, "the HTTP client could not be made").caused_by(error)
    })?;
    let mut tried = 0;
    loop {
        tried += 1;
        match send(&client, url, file, Arc::clone(&progress)).await {
            Err(error) if error.kind == ErrorKind::Unavailable && tried < TRIES => {
                tracing::debug!(tried, error = error.chain(), "upload broke off, trying again");
                tokio::time::sleep(Duration::from_millis(100) * 4_u32.pow(tried - 1)).await;
            }
            outcome => return outcome,
        }
    }
}

async fn send(
    client: &reqwest::Client,
    url: &str,
    file: &Path,
    progress: Arc<dyn Fn(u64, u64) + Send + Sync>,
) -> PortResult<()> {
    let disk = |error| PortError::disk(PROVIDER, OP, file, error);
    let source = tokio::fs::File::open(file).await.map_err(disk)?;
    let total = source.metadata().await.map_err(disk)?.len();
    let mut sent = 0;
    let body = ReaderStream::with_capacity(source, 1 << 18).inspect(move |chunk| {
        sent += chunk.as_ref().map_or(0, |chunk| chunk.len() as u64);
        progress(sent, total);
    });
    let request = client.put(url).header("content-length", total).body(reqwest::Body::wrap_stream(body));
    let response = request.send().await.map_err(|error| {
        let message = "the connection broke off; check that the server runs, then upload again";
        PortError::new(ErrorKind::Unavailable, PROVIDER, OP, message).caused_by(error.without_url())
    })?;
    let status = response.status();
    if status.is_success() {
        return Ok(());
    }
    let detail = response.text().await.unwrap_or_default();
    let (kind, message) = match status.as_u16() {
        401 | 403 => (ErrorKind::Unauthorized, "the upload link is wrong or has expired; ask for a new one"),
        400 if detail.contains("EntityTooLarge") => {
            (ErrorKind::Invalid, "the file is larger than was announced; ask for a new link with its size")
        }
        400..=499 => (ErrorKind::Invalid, "the upload was refused; ask for a new link"),
        507 => (ErrorKind::Unavailable, "the other side's disk is full: free some space there and upload again"),
        _ => (ErrorKind::Unavailable, "the other side is not able just now; upload again"),
    };
    Err(PortError::new(kind, PROVIDER, OP, format!("{message} (HTTP {status})")))
}
