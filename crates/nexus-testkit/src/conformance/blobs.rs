//! Rules of the blobs port.

use std::path::Path;

use nexus_core::{
    ErrorKind,
    blob::{BlobKey, BlobRef, Bucket},
    port::BlobStore,
};

use crate::factory;

/// Every rule of the port that needs no network. `file` and `other` are local files with different content,
/// which the suite only reads.
///
/// # Panics
/// With the name of the rule that the store breaks.
pub async fn check(blobs: &dyn BlobStore, file: &Path, other: &Path) {
    let business = factory::business().id;
    let key = BlobKey::new(business, "raw/conformance/clip.mp4").expect("a key");
    let bytes = std::fs::read(file).expect("the suite's file");

    assert_eq!(blobs.head(Bucket::Raw, &key).await.expect("rule: head works"), None, "rule: nothing is there at first");
    blobs.delete(Bucket::Raw, &key).await.expect("rule: removing what is not there is no error");

    let stored = blobs.put_file(Bucket::Raw, &key, file).await.expect("rule: a file is stored");
    let BlobRef { bucket, key: stored_key, size_bytes, etag } = &stored;
    assert_eq!((*bucket, stored_key), (Bucket::Raw, &key), "rule: the reference names bucket and key");
    assert_eq!(*size_bytes, bytes.len() as u64, "rule: the reference knows the length");
    assert!(!etag.is_empty() && !etag.contains('"'), "rule: the entity tag has no quotes");
    let head = blobs.head(Bucket::Raw, &key).await.expect("rule: head works");
    assert_eq!(head.as_ref(), Some(&stored), "rule: head finds what was stored");
    assert_eq!(blobs.head(Bucket::Final, &key).await.expect("rule: head works"), None, "rule: buckets are separate");

    let local = blobs.local_file(&stored).await.expect("rule: the object is readable as a file");
    assert_eq!(std::fs::read(&local).expect("rule: the local file exists"), bytes, "rule: the bytes are the same");
    let again = blobs.put_file(Bucket::Raw, &key, file).await.expect("rule: the same content again is no error");
    assert_eq!(again, stored, "rule: the same content again changes nothing");
    assert!(std::fs::read(file).is_ok_and(|now| now == bytes), "rule: the source is left as it was");

    let second_key = BlobKey::new(business, "raw/conformance/other.mp4").expect("a key");
    let second = blobs.put_file(Bucket::Raw, &second_key, other).await.expect("rule: a second file is stored");
    assert_ne!(second.etag, stored.etag, "rule: other content has another entity tag");

    let ticket = blobs.presign_put(Bucket::Raw, &key, 1000, 60).await.expect("rule: a permission is given");
    assert_eq!(
        (ticket.bucket, &ticket.key, ticket.expires_in_s),
        (Bucket::Raw, &key, 60),
        "rule: the permission says what for"
    );
    assert!(ticket.url.starts_with("http"), "rule: the permission is a URL");
    let link = blobs.presign_get(&stored, 60).await.expect("rule: a link is given");
    assert!(link.contains(key.as_str()), "rule: the link names the object");

    let missing = BlobRef { key: BlobKey::new(business, "raw/conformance/none.mp4").expect("a key"), ..stored.clone() };
    let error = blobs.local_file(&missing).await.expect_err("rule: what is not stored has no file");
    assert_eq!(error.kind, ErrorKind::NotFound, "rule: what is not stored is named so");
    let error = blobs
        .put_file(Bucket::Raw, &missing.key, Path::new("no-such-file"))
        .await
        .expect_err("rule: no file, no object");
    assert_eq!(error.kind, ErrorKind::NotFound, "rule: a missing source is named so");
    assert_eq!(
        blobs.head(Bucket::Raw, &missing.key).await.expect("rule: head works"),
        None,
        "rule: a failed put leaves nothing"
    );

    blobs.delete(Bucket::Raw, &key).await.expect("rule: an object is removed");
    assert_eq!(blobs.head(Bucket::Raw, &key).await.expect("rule: head works"), None, "rule: a removed object is gone");
    assert!(blobs.head(Bucket::Raw, &second_key).await.expect("rule: head works").is_some(), "rule: others stay");
    blobs.delete(Bucket::Raw, &second_key).await.expect("rule: an object is removed");
}
