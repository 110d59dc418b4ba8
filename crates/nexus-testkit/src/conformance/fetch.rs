//! Rules of the ports towards others: the fetcher that brings files in, and the place that offers them.

use nexus_core::{
    BusinessId, ErrorKind, HostedId,
    blob::{BlobKey, BlobRef},
    fetch::HostedFile,
    port::{BlobStore, Fetcher, Hosting},
};
use serde_json::json;

/// The body of [`Addresses::film`].
pub const FILM: &[u8] = b"moving pictures";

/// Addresses that a fetcher under test may be driven with.
pub struct Addresses {
    /// Answers GET with [`FILM`] as `video/mp4`; it ends in `.mp4`, and a query may follow.
    pub film: String,
    /// Answers with 404.
    pub gone: String,
    /// Answers with no body at all.
    pub empty: String,
    /// Takes a POST.
    pub taken: String,
    /// Leads to a private address that was not opened.
    pub private: String,
}

/// Every rule of a fetcher.
///
/// # Panics
/// With the name of the rule that the fetcher breaks.
pub async fn fetcher(fetcher: &dyn Fetcher, blobs: &dyn BlobStore, addresses: &Addresses) {
    let Addresses { film, gone, empty, taken, private } = addresses;
    let (mine, other) = (BusinessId::derived(&["fetch", "mine"]), BusinessId::derived(&["fetch", "other"]));
    let fetched = fetcher.fetch(mine, film).await.expect("rule: a file is fetched");
    assert_eq!(fetched.media_type.as_deref(), Some("video/mp4"), "rule: what the other side calls it is passed on");
    assert_eq!(fetched.blob.key.business(), mine, "rule: the file lies with its tenant");
    assert!(fetched.blob.key.as_str().ends_with(".mp4"), "rule: its key keeps a plain ending");
    let file = blobs.local_file(&fetched.blob).await.expect("rule: the file is stored");
    assert_eq!(std::fs::read(file).expect("a file"), FILM, "rule: the bytes are the same");
    assert_eq!(fetcher.fetch(mine, film).await.expect("again"), fetched, "rule: the same content has the same key");
    let others = fetcher.fetch(other, film).await.expect("fetched");
    assert_eq!(others.blob.key.business(), other, "rule: no tenant stores below another");

    let (path, downloaded) = fetcher.download(film).await.expect("rule: a file is downloaded");
    assert_eq!(std::fs::read(&path).expect("a file"), FILM, "rule: the bytes are the same");
    assert_eq!(downloaded.size_bytes, FILM.len() as u64, "rule: its length is known");
    assert_eq!(downloaded.ending.as_deref(), Some("mp4"), "rule: its ending is known");
    std::fs::remove_file(&path).expect("rule: a download is the caller's to remove");

    fetcher.post(taken, &json!({ "status": "done" })).await.expect("rule: a document is told");
    for (name, address, kinds) in [
        ("what is not there", gone.as_str(), [ErrorKind::NotFound; 2]),
        ("a private address", private, [ErrorKind::Refused; 2]),
        ("another scheme", "file:///etc/passwd", [ErrorKind::Invalid, ErrorKind::Refused]),
        ("no address", "nowhere", [ErrorKind::Invalid, ErrorKind::Refused]),
    ] {
        let ends = [
            fetcher.fetch(mine, address).await.map(drop),
            fetcher.download(address).await.map(drop),
            fetcher.post(address, &json!({})).await,
        ];
        for end in ends {
            let error = end.expect_err(name);
            assert!(kinds.contains(&error.kind), "rule: {name} has the kind {kinds:?}: {error}");
        }
    }
    let error = fetcher.fetch(mine, empty).await.expect_err("rule: nothing is no file");
    assert_eq!(error.kind, ErrorKind::Invalid, "rule: an empty file is invalid");
    let error = fetcher.fetch(mine, &format!("{gone}?signature=s3cret")).await.expect_err("it is not there");
    assert!(!error.chain().contains("s3cret"), "rule: no signature is told: {error}");
}

/// Every rule of a place that offers files. `files` are two that it has not seen, of runs that it knows; `offered` tells
/// what it offers under an id.
///
/// # Panics
/// With the name of the rule that the place breaks.
pub async fn hosting(
    hosting: &dyn Hosting,
    files: [HostedFile; 2],
    offered: impl AsyncFn(HostedId) -> Option<HostedFile>,
) {
    let [first, second] = &files;
    hosting.host(&[]).await.expect("rule: nothing to offer is no error");
    assert_eq!(offered(first.id).await, None, "rule: nothing is offered at first");
    hosting.host(&files).await.expect("rule: files are offered together");
    for file in &files {
        assert_eq!(offered(file.id).await.as_ref(), Some(file), "rule: every field comes back");
    }
    hosting.host(&files).await.expect("rule: the same again is no error");
    let key = BlobKey::new(first.business, "films/another.mp4").expect("a key");
    let changed = HostedFile { blob: BlobRef { key, ..first.blob.clone() }, file_name: "x".into(), ..first.clone() };
    hosting.host(&[changed]).await.expect("rule: an id that is taken is no error");
    assert_eq!(offered(first.id).await.as_ref(), Some(first), "rule: an id keeps its first file");
    assert_eq!(offered(second.id).await.as_ref(), Some(second), "rule: other files are left alone");
}
