//! Uploads in parts: ours, and those of browsers, which we begin, sign and complete.

use std::{path::Path, time::Duration};

use bytes::Bytes;
use nexus_core::{
    ErrorKind, PortError, PortResult,
    blob::{BlobKey, BlobRef, Bucket, UploadedPart},
};
use reqwest::StatusCode;
use rusty_s3::{
    S3Action as _,
    actions::{AbortMultipartUpload, CompleteMultipartUpload, CreateMultipartUpload, ListParts, UploadPart},
};
use tokio::io::AsyncReadExt as _;
use url::Url;

use super::{
    answer,
    blobs::{PROVIDER, S3Blobs},
};
use crate::StoreError;

/// How long a link of ours to ourselves is good for.
const SHORT: Duration = Duration::from_secs(300);

/// How often one request is sent before it is given up.
const TRIES: u32 = 5;

/// Begins an upload in parts; its id.
pub(super) async fn begin(blobs: &S3Blobs, bucket: Bucket, name: &BlobKey) -> PortResult<String> {
    let side = blobs.side(bucket);
    let credentials = side.credentials().await?;
    let url = CreateMultipartUpload::new(&side.near, Some(&credentials), name.as_str()).sign(SHORT);
    let answer = ask(blobs, "begin an upload", Request::Post(url, String::new())).await?;
    let parsed = CreateMultipartUpload::parse_response(&answer);
    parsed.map(|answer| answer.upload_id().to_owned()).map_err(|error| unreadable("begin an upload", error.to_string()))
}

/// The parts that have arrived, by number.
pub(super) async fn parts(
    blobs: &S3Blobs,
    bucket: Bucket,
    name: &BlobKey,
    upload: &str,
) -> PortResult<Vec<UploadedPart>> {
    let op = "list the parts of an upload";
    let side = blobs.side(bucket);
    let credentials = side.credentials().await?;
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let mut list = ListParts::new(&side.near, Some(&credentials), name.as_str(), upload);
        if let Some(after) = after {
            list.set_part_number_marker(after);
        }
        let answer = ask(blobs, op, Request::Get(list.sign(SHORT))).await?;
        let page = ListParts::parse_response(&answer).map_err(|error| unreadable(op, error.to_string()))?;
        found.extend(page.parts.into_iter().map(|part| UploadedPart {
            number: part.number,
            etag: part.etag.trim_matches('"').to_owned(),
            size_bytes: part.size,
        }));
        match page.next_part_number_marker {
            Some(next) if Some(next) != after && next != 0 => after = Some(next),
            _ => return Ok(found),
        }
    }
}

/// Makes one object of the parts. When the answer is lost on its way, the object itself is asked for.
pub(super) async fn complete(
    blobs: &S3Blobs,
    bucket: Bucket,
    name: &BlobKey,
    upload: &str,
    parts: &[UploadedPart],
) -> PortResult<BlobRef> {
    let op = "complete an upload";
    let side = blobs.side(bucket);
    let credentials = side.credentials().await?;
    let etags = parts.iter().map(|part| part.etag.as_str());
    let complete = CompleteMultipartUpload::new(&side.near, Some(&credentials), name.as_str(), upload, etags);
    let (url, body) = (complete.sign(SHORT), complete.body());
    let size_bytes = parts.iter().map(|part| part.size_bytes).sum();
    match ask(blobs, op, Request::Post(url, body)).await {
        // S3 answers 200 before it knows, and tells an error in the body.
        Ok(answer) if answer.contains("<Error>") => {
            let message = "S3 could not put the parts together; complete the upload again";
            Err(PortError::new(ErrorKind::Unavailable, PROVIDER, op, message))
        }
        Ok(_) => blobs.stored(bucket, name, size_bytes).await,
        // Completed before, and its answer was lost: the upload is gone and the object is there.
        Err(error) if error.kind == ErrorKind::NotFound => {
            blobs.stored(bucket, name, size_bytes).await.map_err(|_| error)
        }
        Err(error) => Err(error),
    }
}

/// Ends an upload without an object; one that is gone already is no error.
pub(super) async fn abort(blobs: &S3Blobs, bucket: Bucket, name: &BlobKey, upload: &str) -> PortResult<()> {
    let side = blobs.side(bucket);
    let credentials = side.credentials().await?;
    let url = AbortMultipartUpload::new(&side.near, Some(&credentials), name.as_str(), upload).sign(SHORT);
    match ask(blobs, "abort an upload", Request::Delete(url)).await {
        Err(error) if error.kind != ErrorKind::NotFound => Err(error),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Sends a file in parts of `part_bytes`; nothing is left behind when it fails.
pub(super) async fn send(
    blobs: &S3Blobs,
    bucket: Bucket,
    name: &BlobKey,
    file: &Path,
    size_bytes: u64,
    part_bytes: u64,
) -> PortResult<BlobRef> {
    let upload = begin(blobs, bucket, name).await?;
    let sent = send_parts(blobs, (bucket, name), &upload, file, (size_bytes, part_bytes)).await;
    let completed = match sent {
        Ok(parts) => complete(blobs, bucket, name, &upload, &parts).await,
        Err(error) => Err(error),
    };
    if completed.is_err() {
        // The bucket's lifecycle removes what this cannot.
        drop(abort(blobs, bucket, name, &upload).await);
    }
    completed
}

async fn send_parts(
    blobs: &S3Blobs,
    (bucket, name): (Bucket, &BlobKey),
    upload: &str,
    file: &Path,
    (size_bytes, part_bytes): (u64, u64),
) -> PortResult<Vec<UploadedPart>> {
    let op = "send a part";
    let side = blobs.side(bucket);
    let disk = |error| StoreError::disk(file)(error).port(op);
    let mut open = tokio::fs::File::open(file).await.map_err(disk)?;
    // S3 takes ten thousand parts of one object.
    let part_bytes = part_bytes.max(size_bytes.div_ceil(10_000));
    let mut parts = Vec::new();
    for number in 1..=u16::try_from(size_bytes.div_ceil(part_bytes)).unwrap_or(u16::MAX) {
        let mut piece = Vec::new();
        (&mut open).take(part_bytes).read_to_end(&mut piece).await.map_err(disk)?;
        let size = piece.len() as u64;
        let credentials = side.credentials().await?;
        let url = UploadPart::new(&side.near, Some(&credentials), name.as_str(), number, upload).sign(SHORT);
        let etag = ask(blobs, op, Request::Put(url, Bytes::from(piece))).await?;
        parts.push(UploadedPart { number, etag: etag.trim_matches('"').to_owned(), size_bytes: size });
    }
    Ok(parts)
}

enum Request {
    Get(Url),
    Post(Url, String),
    Put(Url, Bytes),
    Delete(Url),
}

/// The answer's text, for a PUT its entity tag. What fails in passing is asked again.
async fn ask(blobs: &S3Blobs, op: &'static str, request: Request) -> PortResult<String> {
    let mut tried = 0;
    loop {
        tried += 1;
        let answer = once(blobs, op, &request).await;
        match answer {
            Err(error) if error.kind.is_retryable() && tried < TRIES => {
                tracing::debug!(tried, error = error.chain(), "S3 is asked again");
                tokio::time::sleep(Duration::from_millis(100) * 3_u32.pow(tried - 1)).await;
            }
            answer => return answer,
        }
    }
}

async fn once(blobs: &S3Blobs, op: &'static str, request: &Request) -> PortResult<String> {
    let http = &blobs.http;
    let sent = match request {
        Request::Get(url) => http.get(url.clone()),
        Request::Post(url, body) => http.post(url.clone()).body(body.clone()),
        Request::Put(url, body) => http.put(url.clone()).body(body.clone()),
        Request::Delete(url) => http.delete(url.clone()),
    };
    // Signed addresses are secrets for as long as they are good.
    let broken = |error: reqwest::Error| {
        let message = "S3 could not be reached; it goes on by itself";
        PortError::new(ErrorKind::Unavailable, PROVIDER, op, message).caused_by(error.without_url())
    };
    let most = match request {
        Request::Put(_, body) => blobs.slowest(body.len() as u64),
        // S3 takes minutes to put many parts together, and sends spaces meanwhile.
        Request::Post(..) => blobs.slowest(0) * 10,
        Request::Get(_) | Request::Delete(_) => blobs.slowest(0),
    };
    let answer = sent.timeout(most).send().await.map_err(broken)?;
    let status = answer.status();
    let etag = answer.headers().get("etag").and_then(|etag| etag.to_str().ok()).map(str::to_owned);
    let text = answer::text(answer, (PROVIDER, op), broken).await?;
    let kind = match status {
        _ if status.is_success() => {
            return Ok(if matches!(request, Request::Put(..)) { etag.unwrap_or_default() } else { text });
        }
        StatusCode::NOT_FOUND => ErrorKind::NotFound,
        StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => ErrorKind::Unauthorized,
        StatusCode::TOO_MANY_REQUESTS => ErrorKind::RateLimited,
        StatusCode::REQUEST_TIMEOUT => ErrorKind::Unavailable,
        _ if status.is_server_error() => ErrorKind::Unavailable,
        _ => ErrorKind::Invalid,
    };
    let code = text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>")).map_or("", |(code, _)| code);
    let code: String = code.chars().filter(char::is_ascii_alphanumeric).take(60).collect();
    Err(PortError::new(kind, PROVIDER, op, format!("S3 answered {status} {code}")))
}

fn unreadable(op: &'static str, detail: String) -> PortError {
    let message = format!("the answer of S3 cannot be read ({detail}); check blobs.endpoint");
    PortError::new(ErrorKind::Unavailable, PROVIDER, op, message)
}
