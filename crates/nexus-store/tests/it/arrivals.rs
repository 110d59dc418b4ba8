//! The queue of arrivals and the document that it carries.

use std::collections::BTreeSet;

use nexus_core::{blob::Bucket, journal::Journal, port::BlobStore};
use nexus_store::{LocalBlobs, UploadRegistration};
use serde_json::Value;

use crate::{Served, business, endpoint::key};

/// Paths of all leaves of the example that AWS publishes for an unversioned bucket.
const AWS_SHAPE: [&str; 18] = [
    "Records/0/awsRegion",
    "Records/0/eventName",
    "Records/0/eventSource",
    "Records/0/eventTime",
    "Records/0/eventVersion",
    "Records/0/requestParameters/sourceIPAddress",
    "Records/0/responseElements/x-amz-id-2",
    "Records/0/responseElements/x-amz-request-id",
    "Records/0/s3/bucket/arn",
    "Records/0/s3/bucket/name",
    "Records/0/s3/bucket/ownerIdentity/principalId",
    "Records/0/s3/configurationId",
    "Records/0/s3/object/eTag",
    "Records/0/s3/object/key",
    "Records/0/s3/object/sequencer",
    "Records/0/s3/object/size",
    "Records/0/s3/s3SchemaVersion",
    "Records/0/userIdentity/principalId",
];

fn leaves(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| leaves(value, &below(name), found)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| leaves(value, &below(&index.to_string()), found))
        }
        _ => _ = found.insert(path.to_owned()),
    }
}

#[tokio::test]
async fn an_upload_arrives_once_with_the_document_that_aws_sends() {
    let served = Served::new().await;
    let store = &served.desk.store;
    let key = key("raw/0001.mp4");
    let registration = UploadRegistration {
        business: business(),
        key: key.clone(),
        file_name: "C:\\clips\\Sunset over the bay.mp4".into(),
        user_tags: vec!["sunset".into(), "bay".into()],
        size: 5,
    };
    store.register_upload(registration).await.expect("registered");
    served.desk.advance(3);
    let ticket = served.blobs.presign_put(Bucket::Raw, &key, 5, 60).await.expect("a ticket");
    let watcher = store.clone();
    for _ in 0..3 {
        let response = served.http.put(&ticket.url).body("hello").send().await.expect("an answer");
        assert_eq!(response.status(), 200);
    }
    watcher.changed().await;
    let arrivals = store.next_arrivals(10).await.expect("arrivals");
    assert_eq!(arrivals.len(), 1, "the same content arrives once");
    let (seq, arrival) = &arrivals[0];
    assert_eq!(arrival.file_name, "Sunset over the bay.mp4");
    assert_eq!(arrival.user_tags, ["sunset", "bay"]);
    assert_eq!(arrival.upload_ms, Some(3000));
    assert_eq!(arrival.object.etag, "5d41402abc4b2a76b9719d911017c592");

    let mut found = BTreeSet::new();
    leaves(&arrival.event, "", &mut found);
    assert_eq!(found, AWS_SHAPE.iter().map(|path| (*path).to_owned()).collect());
    let record = &arrival.event["Records"][0];
    for (pointer, want) in [
        ("/eventSource", "aws:s3"),
        ("/eventName", "ObjectCreated:Put"),
        ("/eventTime", "2026-05-28T20:26:43.000Z"),
        ("/s3/bucket/name", "nexus-raw"),
        ("/s3/bucket/arn", "arn:aws:s3:::nexus-raw"),
        ("/s3/object/key", key.as_str()),
        ("/s3/object/eTag", "5d41402abc4b2a76b9719d911017c592"),
    ] {
        assert_eq!(record.pointer(pointer), Some(&Value::from(want)), "{pointer}");
    }
    assert_eq!(record["s3"]["object"]["size"], 5);

    store.ack_arrival(*seq).await.expect("acknowledged");
    store.ack_arrival(*seq).await.expect("again is no error");
    assert!(store.next_arrivals(10).await.expect("arrivals").is_empty());
    served.http.put(&ticket.url).body("hello").send().await.expect("an answer");
    assert!(
        store.next_arrivals(10).await.expect("arrivals").is_empty(),
        "an acknowledged content does not arrive again"
    );
    served.blobs.delete(Bucket::Raw, &key).await.expect("deleted");
    served.http.put(&ticket.url).body("hello").send().await.expect("an answer");
    assert_eq!(store.next_arrivals(10).await.expect("arrivals").len(), 1, "unless it was deleted");
}

#[tokio::test]
async fn another_content_arrives_again_in_order() {
    let served = Served::new().await;
    let store = &served.desk.store;
    let key = key("raw/again.mp4");
    let ticket = served.blobs.presign_put(Bucket::Raw, &key, 5, 60).await.expect("a ticket");
    let mut first = None;
    for body in ["one", "two"] {
        assert_eq!(served.http.put(&ticket.url).body(body).send().await.expect("an answer").status(), 200);
        first = first.or(served.blobs.head(Bucket::Raw, &key).await.expect("head"));
    }
    let arrivals = store.next_arrivals(10).await.expect("arrivals");
    let sequencer = |index: usize| {
        arrivals[index].1.event["Records"][0]["s3"]["object"]["sequencer"].as_str().expect("text").to_owned()
    };
    let error = served.blobs.local_file(&first.expect("stored")).await.expect_err("overwritten");
    assert_eq!(error.kind, nexus_core::ErrorKind::Conflict, "an old reference never shows another content");
    assert_eq!(
        arrivals.last().map(|(_, arrival)| arrival.file_name.as_str()),
        Some("again.mp4"),
        "unregistered: the key's name"
    );
    assert_eq!(arrivals.len(), 2, "each content arrives");
    assert!(sequencer(0) < sequencer(1), "later events sort later");
}

#[tokio::test]
async fn what_the_product_makes_does_not_arrive() {
    let served = Served::new().await;
    let file = served.desk.folder.path().join("film");
    std::fs::write(&file, b"film").expect("a file");
    served.blobs.put_file(Bucket::Final, &key("final/film.mp4"), &file).await.expect("stored");
    served.blobs.put_file(Bucket::Raw, &key("made/still.png"), &file).await.expect("stored");
    assert!(served.desk.store.next_arrivals(10).await.expect("arrivals").is_empty());
}

#[tokio::test]
async fn registrations_stay_in_their_tenant() {
    let served = Served::new().await;
    let registration = |business, size| UploadRegistration {
        business,
        key: key("raw/x.mp4"),
        file_name: "x.mp4".into(),
        user_tags: vec![],
        size,
    };
    let stranger = nexus_core::BusinessId::derived(&["stranger"]);
    for (name, refused) in [("other tenant", registration(stranger, 1)), ("empty file", registration(business(), 0))] {
        let error = served.desk.store.register_upload(refused).await.expect_err(name);
        assert_eq!(error.kind(), nexus_core::ErrorKind::Invalid, "{name}");
    }
    assert!(LocalBlobs::new(served.desk.store.clone(), "no address").is_err());
}

/// A child that reads a stored file was allowed that very file; the same content again must not replace it.
#[tokio::test]
async fn the_same_content_again_leaves_the_stored_file_in_place() {
    use std::os::unix::fs::MetadataExt as _;
    let served = Served::new().await;
    let key = key("raw/kept.mp4");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("kept.mp4");
    let mut files = Vec::new();
    for content in ["one", "one", "two"] {
        std::fs::write(&file, content).expect("written");
        let blob = served.blobs.put_file(Bucket::Raw, &key, &file).await.expect("stored");
        let stored = served.blobs.local_file(&blob).await.expect("there");
        assert_eq!(std::fs::read_to_string(&stored).expect("readable"), content);
        files.push(std::fs::metadata(&stored).expect("there").ino());
    }
    assert_eq!(files[0], files[1]);
    assert_ne!(files[1], files[2]);
}
