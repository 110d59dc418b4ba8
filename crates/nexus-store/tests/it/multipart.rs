//! Uploads in parts, over a socket.

use std::time::Duration;

use nexus_core::{
    blob::{BlobKey, Bucket},
    port::BlobStore,
};
use rusty_s3::{
    S3Action as _,
    actions::{AbortMultipartUpload, CompleteMultipartUpload, CreateMultipartUpload, ListParts, UploadPart},
};

use crate::{Served, endpoint::key};

const MINUTE: Duration = Duration::from_secs(60);

impl Served {
    async fn begin(&self, key: &BlobKey) -> String {
        let url =
            CreateMultipartUpload::new(self.blobs.s3_bucket(Bucket::Raw), Some(self.blobs.credentials()), key.as_str())
                .sign(MINUTE);
        let text = self.http.post(url).send().await.expect("an answer").text().await.expect("a body");
        CreateMultipartUpload::parse_response(&text).expect("an upload id").upload_id().to_owned()
    }

    async fn part(&self, key: &BlobKey, id: &str, number: u16, body: Vec<u8>) -> (u16, String) {
        let url = UploadPart::new(
            self.blobs.s3_bucket(Bucket::Raw),
            Some(self.blobs.credentials()),
            key.as_str(),
            number,
            id,
        )
        .sign(MINUTE);
        let response = self.http.put(url).body(body).send().await.expect("an answer");
        let etag =
            response.headers().get("etag").map(|value| value.to_str().expect("text").trim_matches('"').to_owned());
        (response.status().as_u16(), etag.unwrap_or_default())
    }

    async fn complete(&self, key: &BlobKey, id: &str, etags: &[String]) -> (u16, String) {
        let etags = etags.iter().map(String::as_str);
        let action = CompleteMultipartUpload::new(
            self.blobs.s3_bucket(Bucket::Raw),
            Some(self.blobs.credentials()),
            key.as_str(),
            id,
            etags,
        );
        let url = action.sign(MINUTE);
        let response = self.http.post(url).body(action.body()).send().await.expect("an answer");
        (response.status().as_u16(), response.text().await.expect("a body"))
    }

    async fn listed(&self, key: &BlobKey, id: &str) -> Option<Vec<(u16, u64)>> {
        let url = ListParts::new(self.blobs.s3_bucket(Bucket::Raw), Some(self.blobs.credentials()), key.as_str(), id)
            .sign(MINUTE);
        let response = self.http.get(url).send().await.expect("an answer");
        if response.status() != 200 {
            return None;
        }
        let text = response.text().await.expect("a body");
        let parts = ListParts::parse_response(&text).expect("a listing").parts;
        Some(parts.into_iter().map(|part| (part.number, part.size)).collect())
    }
}

#[tokio::test]
async fn parts_become_one_object_with_one_event() {
    let served = Served::new().await;
    let key = key("raw/parts.mp4");
    let id = served.begin(&key).await;
    let (status, second) = served.part(&key, &id, 2, b"world".to_vec()).await;
    assert_eq!(status, 200);
    let large = vec![b'a'; 2_000_000];
    let (_, lost) = served.part(&key, &id, 1, b"lost".to_vec()).await;
    let (_, first) = served.part(&key, &id, 1, large.clone()).await;
    assert_ne!(lost, first);
    assert_eq!(served.listed(&key, &id).await, Some(vec![(1, 2_000_000), (2, 5)]), "what is there can be asked for");

    let (status, text) = served.complete(&key, &id, &[lost, second.clone()]).await;
    assert_eq!((status, text.contains("InvalidPart")), (400, true), "an overwritten part cannot be listed: {text}");
    let (status, text) = served.complete(&key, &id, &[first.clone(), second.clone()]).await;
    assert_eq!(status, 200, "{text}");
    let head = served.blobs.head(Bucket::Raw, &key).await.expect("head").expect("stored");
    assert_eq!(head.size_bytes, 2_000_005);
    assert!(head.etag.ends_with("-2") && text.contains(&head.etag), "{} {text}", head.etag);
    let bytes = std::fs::read(served.blobs.local_file(&head).await.expect("a file")).expect("bytes");
    assert_eq!(bytes, [large, b"world".to_vec()].concat());

    let (status, again) = served.complete(&key, &id, &[first, second]).await;
    assert_eq!((status, again.contains(&head.etag)), (200, true), "a repeated completion finds the object");
    let arrivals = served.desk.store.next_arrivals(10).await.expect("arrivals");
    assert_eq!(arrivals.len(), 1);
    assert_eq!(arrivals[0].1.event["Records"][0]["eventName"], "ObjectCreated:CompleteMultipartUpload");
    assert_eq!(arrivals[0].1.object, head);
    assert!(!served.desk.folder.path().join("blobs/.parts").join(&id).exists(), "the parts are gone");
}

#[tokio::test]
async fn an_aborted_upload_leaves_nothing() {
    let served = Served::new().await;
    let (mine, other) = (key("raw/abort.mp4"), key("raw/other.mp4"));
    let id = served.begin(&mine).await;
    let (_, etag) = served.part(&mine, &id, 1, b"x".to_vec()).await;
    assert_eq!(served.part(&other, &id, 1, b"x".to_vec()).await.0, 404, "an upload belongs to its key");
    assert_eq!(served.part(&mine, "../../x", 1, b"x".to_vec()).await.0, 404, "an id is not a path");
    let url = AbortMultipartUpload::new(
        served.blobs.s3_bucket(Bucket::Raw),
        Some(served.blobs.credentials()),
        mine.as_str(),
        &id,
    )
    .sign(MINUTE);
    assert_eq!(served.http.delete(url).send().await.expect("an answer").status(), 204);
    assert_eq!(served.listed(&mine, &id).await, None);
    assert_eq!(served.complete(&mine, &id, &[etag]).await.0, 404);
    assert!(!served.desk.folder.path().join("blobs/.parts").join(&id).exists());
    assert!(served.desk.store.next_arrivals(10).await.expect("arrivals").is_empty());
}
