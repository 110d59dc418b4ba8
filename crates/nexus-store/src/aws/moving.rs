//! From the folder of one machine into buckets: every object under its own key and with its own entity tag, because runs
//! remember both.

use nexus_core::{
    ErrorKind, PortError, PortResult,
    blob::{BlobRef, Bucket},
    port::BlobStore as _,
};
use rusty_s3::{S3Action as _, actions::PutObject};

use super::{
    blobs::{PROVIDER, S3Blobs},
    multipart,
};
use crate::{Store, objects::StoredObject, upload_client::upload_file};

const OP: &str = "copy objects";

/// How long a link of ours to ourselves is good for.
const LINK: std::time::Duration = std::time::Duration::from_secs(3600);

/// Sizes of parts that programs send, in MiB, the portal's first.
const PART_MIB: [u64; 9] = [16, 8, 5, 10, 15, 32, 64, 100, 128];

/// What was copied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MovedObjects {
    /// Objects that were sent.
    pub sent: u64,
    /// Bytes of those.
    pub bytes: u64,
    /// Objects that were there already.
    pub there: u64,
}

/// Copies every object of `from`'s folder into the buckets of `to`, from where it stopped when it is run again. `told`
/// gets each object and what was done so far.
///
/// # Errors
/// What disk and S3 say; `Conflict` when the bucket names a content otherwise than runs remember it, as one does that
/// encrypts with keys of KMS.
pub async fn copy_objects(
    from: &Store,
    to: &S3Blobs,
    mut told: impl FnMut(&BlobRef, MovedObjects) + Send,
) -> PortResult<MovedObjects> {
    let mut moved = MovedObjects::default();
    let mut refused = Vec::new();
    for bucket in [Bucket::Raw, Bucket::Final] {
        let mut after = String::new();
        loop {
            let page = from.objects(bucket, "", &after, 500).await.map_err(|error| error.port(OP))?;
            let Some(last) = page.last() else { break };
            after = last.blob.key.to_string();
            for StoredObject { blob, .. } in page {
                if to.head(bucket, &blob.key).await?.is_some_and(|there| there == blob) {
                    moved.there += 1;
                } else {
                    match send(from, to, &blob).await {
                        // The others may well be taken.
                        Err(error) if error.kind == ErrorKind::Conflict => refused.push(error),
                        sent => sent?,
                    }
                    moved.sent += 1;
                    moved.bytes += blob.size_bytes;
                }
                told(&blob, moved);
            }
        }
    }
    let count = refused.len();
    match refused.into_iter().next() {
        None => Ok(moved),
        Some(PortError { message, .. }) => {
            let message = format!("{count} of the objects are not as they were; the first: {message}");
            Err(PortError::new(ErrorKind::Conflict, PROVIDER, OP, message))
        }
    }
}

async fn send(from: &Store, to: &S3Blobs, blob: &BlobRef) -> PortResult<()> {
    let BlobRef { bucket, key, size_bytes, etag } = blob;
    let file = from.disk().object(*bucket, key);
    // The tag of a content that came in parts tells how many they were.
    match etag.rsplit_once('-').and_then(|(_, count)| count.parse::<u64>().ok()) {
        Some(count) => {
            let part_bytes = part_bytes(*size_bytes, count);
            multipart::send(to, *bucket, key, &file, *size_bytes, part_bytes).await?;
        }
        None => {
            let side = to.side(*bucket);
            let credentials = side.credentials().await?;
            let url = PutObject::new(&side.near, Some(&credentials), key.as_str()).sign(LINK);
            upload_file(url.as_str(), &file, |_, _| {}).await?;
        }
    }
    match to.head(*bucket, key).await? {
        Some(there) if there == *blob => Ok(()),
        Some(there) => {
            let message = format!(
                "{} arrived, and the bucket calls its content {} where runs remember {etag}; copy into a bucket that \
                 does not encrypt with keys of KMS",
                blob.url(),
                there.etag
            );
            Err(PortError::new(ErrorKind::Conflict, PROVIDER, OP, message))
        }
        None => {
            let message = format!("{} was sent and is not there; run the command again", blob.url());
            Err(PortError::new(ErrorKind::Unavailable, PROVIDER, OP, message))
        }
    }
}

/// The size of parts of which a file of `size_bytes` has `count`.
fn part_bytes(size_bytes: u64, count: u64) -> u64 {
    let usual = PART_MIB.iter().map(|mib| mib << 20).find(|bytes| size_bytes.div_ceil(*bytes) == count);
    usual.unwrap_or_else(|| size_bytes.div_ceil(count.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_that_were_sent_are_found_again() {
        for (size_bytes, count, mib) in [(40 << 20, 3, 16), (40 << 20, 5, 8), (40 << 20, 8, 5), (10, 1, 16)] {
            assert_eq!(part_bytes(size_bytes, count), mib << 20, "{size_bytes} in {count}");
        }
        // The portal's parts of very large files are a nine thousandth of them.
        let large = 200_000_000_000;
        assert_eq!(part_bytes(large, 9000), large.div_ceil(9000));
    }
}
