//! S3 and SQS from the client's side, against programs of others; skipped with a word where they are not installed.

use std::{path::Path, time::Duration};

use nexus_core::{
    BusinessId, ErrorKind, Secret,
    blob::{BlobKey, Bucket, UploadedPart},
    journal::Arrived,
    port::BlobStore as _,
};
use nexus_store::{AwsConfig, LocalBlobs, S3Blobs, S3Config, SqsQueue, UploadRegistration, copy_objects, upload_file};
use nexus_testkit::{
    conformance,
    stand_in::{KEY_ID, SECRET, StandIn},
};
use reqwest::StatusCode;
use rusty_s3::{Credentials, S3Action as _, UrlStyle, actions::CreateBucket};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{Desk, business, client};

const RAW: &str = "uploads";
const FINAL: &str = "films";
const MINUTE: Duration = Duration::from_secs(60);

/// Two buckets at a stand-in.
struct Far {
    stand_in: StandIn,
    blobs: S3Blobs,
    folder: TempDir,
}

fn aws() -> AwsConfig {
    AwsConfig {
        region: "us-east-1".into(),
        keys: Some((KEY_ID.into(), Secret::new(SECRET.into()))),
        environment: Vec::new(),
        patience: None,
    }
}

pub(crate) fn config(endpoint: &str, cache: &Path) -> S3Config {
    S3Config {
        aws: aws(),
        endpoint: endpoint.into(),
        public_endpoint: String::new(),
        raw_bucket: RAW.into(),
        final_bucket: FINAL.into(),
        cache_dir: cache.join("objects"),
        cache_limit_bytes: 1 << 30,
    }
}

impl Far {
    async fn new(stand_in: Option<StandIn>) -> Option<Self> {
        let stand_in = stand_in?;
        let folder = tempfile::tempdir().expect("a folder");
        let http = client();
        for name in [RAW, FINAL] {
            let base = stand_in.url().parse().expect("an address");
            let bucket = rusty_s3::Bucket::new(base, UrlStyle::Path, name, "us-east-1").expect("a bucket");
            let url = CreateBucket::new(&bucket, &Credentials::new(KEY_ID, SECRET)).sign(MINUTE);
            let mut made = StatusCode::IM_A_TEAPOT;
            for _ in 0..100 {
                // A program that listens may not be ready yet.
                if let Ok(answer) = http.put(url.clone()).header("content-length", "0").send().await {
                    made = answer.status();
                    if made.is_success() {
                        break;
                    }
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            assert!(made.is_success(), "the bucket {name} is made: {made}");
        }
        let blobs = S3Blobs::new(&config(&stand_in.url(), folder.path())).expect("a client");
        Some(Self { stand_in, blobs, folder })
    }

    fn file(&self, name: &str, bytes: &[u8]) -> std::path::PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).expect("a file");
        path
    }
}

fn key(name: &str) -> BlobKey {
    BlobKey::new(business(), name).expect("a key")
}

async fn keeps_the_rules(far: &Far) {
    let (one, other) = (far.file("one", b"first film"), far.file("other", &vec![7; 3_000_000]));
    conformance::blobs::check(&far.blobs, &one, &other).await;
    far.blobs.reach().await.expect("both buckets are reached");
}

#[tokio::test]
async fn objects_at_seaweedfs_keep_the_rules() {
    let Some(far) = Far::new(StandIn::seaweed()).await else { return };
    keeps_the_rules(&far).await;
    presigned_links_are_good_for_what_they_say(&far).await;
    a_large_file_goes_in_parts(&far).await;
    an_upload_in_parts_goes_on_where_it_broke_off(&far).await;
    wrong_keys_are_refused_with_a_remedy(&far).await;
}

#[tokio::test]
async fn objects_at_moto_keep_the_rules() {
    let Some(far) = Far::new(StandIn::moto()).await else { return };
    keeps_the_rules(&far).await;
    a_large_file_goes_in_parts(&far).await;
}

async fn presigned_links_are_good_for_what_they_say(far: &Far) {
    let (file, name) = (far.file("up", &[5; 70_000]), key("raw/up.mp4"));
    let ticket = far.blobs.presign_put(Bucket::Raw, &name, 70_000, 60).await.expect("a permission");
    let http = client();
    let longer = http.put(&ticket.url).body(vec![5; 70_001]).send().await.expect("an answer");
    assert!(!longer.status().is_success(), "another length than was signed for: {}", longer.status());
    let elsewhere = ticket.url.replace("up.mp4", "other.mp4");
    let strange = http.put(elsewhere).body(vec![5; 70_000]).send().await.expect("an answer");
    assert!(!strange.status().is_success(), "another key than was signed for: {}", strange.status());
    upload_file(&ticket.url, &file, |_, _| {}).await.expect("sent");
    let stored = far.blobs.head(Bucket::Raw, &name).await.expect("head").expect("there");
    assert_eq!(stored.size_bytes, 70_000);
    let link = far.blobs.presign_get(&stored, 60).await.expect("a link");
    let got = http.get(link).send().await.expect("an answer").bytes().await.expect("bytes");
    assert_eq!(got.as_ref(), &[5; 70_000]);
    // Another content under the same key is never taken for this one.
    far.blobs.put_file(Bucket::Raw, &name, &far.file("changed", &[6; 70_000])).await.expect("replaced");
    let error = far.blobs.local_file(&stored).await.expect_err("the old content is gone");
    assert_eq!(error.kind, ErrorKind::Conflict, "{}", error.chain());
}

async fn a_large_file_goes_in_parts(far: &Far) {
    let bytes: Vec<u8> = (0..40_000_000_u32).map(|number| (number % 251) as u8).collect();
    let (file, name) = (far.file("large", &bytes), key("films/large.mp4"));
    let stored = far.blobs.put_file(Bucket::Final, &name, &file).await.expect("stored");
    assert_eq!(stored.size_bytes, 40_000_000);
    assert!(stored.etag.ends_with("-3"), "three parts: {}", stored.etag);
    let local = far.blobs.local_file(&stored).await.expect("downloaded");
    assert!(std::fs::read(&local).expect("read") == bytes, "the same bytes");
    assert_eq!(far.blobs.local_file(&stored).await.expect("found"), local, "downloaded once");
}

async fn an_upload_in_parts_goes_on_where_it_broke_off(far: &Far) {
    let (name, http) = (key("raw/parts.mp4"), client());
    let upload = far.blobs.begin_parts(Bucket::Raw, &name).await.expect("begun");
    let pieces = [vec![1_u8; 5 << 20], vec![2; 5 << 20], vec![3; 1000]];
    let put = async |number: u16| {
        let ticket = far.blobs.presign_part(Bucket::Raw, &name, &upload, number, 60).await.expect("a permission");
        let sent = http.put(&ticket.url).body(pieces[usize::from(number) - 1].clone()).send().await.expect("sent");
        assert!(sent.status().is_success(), "part {number}: {}", sent.status());
    };
    put(1).await;
    put(3).await;
    // The browser was closed; another one asks what is there.
    let there = far.blobs.uploaded_parts(Bucket::Raw, &name, &upload).await.expect("listed");
    assert_eq!(there.iter().map(|part| (part.number, part.size_bytes)).collect::<Vec<_>>(), [(1, 5 << 20), (3, 1000)]);
    put(2).await;
    let parts = far.blobs.uploaded_parts(Bucket::Raw, &name, &upload).await.expect("listed");
    let wrong: Vec<UploadedPart> =
        parts.iter().map(|part| UploadedPart { etag: "0".repeat(32), ..part.clone() }).collect();
    let refused = far.blobs.complete_parts(Bucket::Raw, &name, &upload, &wrong).await.expect_err("other contents");
    assert_eq!(refused.kind, ErrorKind::Invalid, "{}", refused.chain());
    let whole = far.blobs.complete_parts(Bucket::Raw, &name, &upload, &parts).await.expect("completed");
    assert_eq!(whole.size_bytes, (10 << 20) + 1000);
    let again = far.blobs.complete_parts(Bucket::Raw, &name, &upload, &parts).await;
    assert_eq!(again.expect("an answer that was lost is asked for again"), whole);
    let given_up = far.blobs.begin_parts(Bucket::Raw, &name).await.expect("begun");
    far.blobs.abort_parts(Bucket::Raw, &name, &given_up).await.expect("aborted");
    far.blobs.abort_parts(Bucket::Raw, &name, &given_up).await.expect("twice is no error");
}

async fn wrong_keys_are_refused_with_a_remedy(far: &Far) {
    let mut wrong = config(&far.stand_in.url(), far.folder.path());
    wrong.aws.keys = Some((KEY_ID.into(), Secret::new("a-wrong-secret".into())));
    let blobs = S3Blobs::new(&wrong).expect("a client");
    let error = blobs.reach().await.expect_err("refused");
    assert_eq!(error.kind, ErrorKind::Unauthorized, "{}", error.chain());
    assert!(error.message.contains("keys") && !error.chain().contains("a-wrong-secret"), "{}", error.chain());
}

/// The queue at a stand-in, over its plain protocol.
struct Post {
    http: reqwest::Client,
    base: String,
}

impl Post {
    async fn ask(&self, action: &str, body: Value) -> Value {
        let answer = self
            .http
            .post(&self.base)
            .header("x-amz-target", format!("AmazonSQS.{action}"))
            .header("content-type", "application/x-amz-json-1.0")
            .header(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0",
            )
            .body(body.to_string())
            .send()
            .await
            .expect("an answer");
        let text = answer.text().await.expect("a text");
        if text.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&text).unwrap_or_else(|_| panic!("{action}: {text}"))
        }
    }

    async fn queue(&self, name: &str, attributes: Value) -> String {
        let made = self.ask("CreateQueue", json!({ "QueueName": name, "Attributes": attributes })).await;
        made["QueueUrl"].as_str().expect("an address").to_owned()
    }

    async fn waiting(&self, url: &str) -> i64 {
        let asked = json!({ "QueueUrl": url, "AttributeNames": ["ApproximateNumberOfMessages"] });
        let told = self.ask("GetQueueAttributes", asked).await;
        told["Attributes"]["ApproximateNumberOfMessages"].as_str().and_then(|count| count.parse().ok()).unwrap_or(-1)
    }
}

fn event(name: &BlobKey, etag: &str, sequencer: &str) -> String {
    json!({ "Records": [{
        "eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
        "s3": {
            "bucket": { "name": RAW },
            "object": { "key": name.as_str().replace('/', "%2F"), "size": 9, "eTag": etag, "sequencer": sequencer },
        },
    }] })
    .to_string()
}

#[tokio::test]
async fn a_queue_tells_of_every_object_once_whatever_it_sends() {
    let Some(stand_in) = StandIn::moto() else { return };
    let post = Post { http: client(), base: stand_in.url() };
    let dead = post.queue("dead", json!({})).await;
    let arn = "arn:aws:sqs:us-east-1:123456789012:dead";
    let redrive = json!({ "deadLetterTargetArn": arn, "maxReceiveCount": 2 }).to_string();
    let url = post.queue("uploads", json!({ "VisibilityTimeout": "1", "RedrivePolicy": redrive })).await;
    let send = async |body: String| post.ask("SendMessage", json!({ "QueueUrl": url, "MessageBody": body })).await;
    // S3 sends this before anything else, every object at least once, and in no order.
    send(json!({ "Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": RAW }).to_string()).await;
    let names: Vec<BlobKey> = (0..6).map(|number| key(&format!("raw/clip-{number}"))).collect();
    for round in 0..2 {
        for (number, name) in names.iter().enumerate().rev() {
            send(event(name, &format!("etag{number}"), &format!("{round}"))).await;
        }
    }
    send("poison: this is no event".into()).await;
    let queue = SqsQueue::new(&url, RAW, &aws()).expect("a client");
    queue.reach().await.expect("the queue is there");
    let desk = Desk::new().await;
    let (mut first, mut again) = (0, 0);
    let deadline = std::time::Instant::now() + MINUTE;
    while post.waiting(&dead).await < 1 || first + again < 12 {
        assert!(
            std::time::Instant::now() < deadline,
            "{first} first, {again} again, {} dead",
            post.waiting(&dead).await
        );
        let received = tokio::time::timeout(Duration::from_secs(3), queue.receive()).await;
        for heard in received.map(|heard| heard.expect("received")).unwrap_or_default() {
            for created in &heard.created {
                match desk.store.record_arrival(&created.object, Some(&created.event)).await.expect("recorded") {
                    Arrived::First => first += 1,
                    Arrived::Again => again += 1,
                }
            }
            queue.delete(&heard).await.expect("deleted");
        }
    }
    assert_eq!((first, again), (6, 6), "every object counts once");
    let arrivals = desk.store.next_arrivals(100).await.expect("arrivals");
    let mut told: Vec<String> = arrivals.iter().map(|(_, arrival)| arrival.object.key.to_string()).collect();
    told.sort();
    assert_eq!(told, names.iter().map(ToString::to_string).collect::<Vec<_>>());
    assert_eq!(
        (post.waiting(&url).await, post.waiting(&dead).await),
        (0, 1),
        "the poison is set aside, nothing is left"
    );
}

#[tokio::test]
async fn an_upload_of_which_nobody_told_is_looked_for() {
    let desk = Desk::new().await;
    let registration = |name: &str| UploadRegistration {
        business: business(),
        key: key(name),
        file_name: name.into(),
        user_tags: Vec::new(),
        size: 9,
    };
    for name in ["raw/silent", "raw/told"] {
        desk.store.register_upload(registration(name)).await.expect("announced");
    }
    let told = nexus_core::blob::BlobRef { bucket: Bucket::Raw, key: key("raw/told"), size_bytes: 9, etag: "a".into() };
    desk.store.record_arrival(&told, None).await.expect("recorded");
    let day = Duration::from_secs(24 * 60 * 60);
    assert_eq!(desk.store.open_uploads(day, None, 10).await.expect("open"), [key("raw/silent")]);
    let after = key("raw/silent");
    assert!(desk.store.open_uploads(day, Some(&after), 10).await.expect("the next page").is_empty());
    let arrival = desk.store.next_arrivals(10).await.expect("arrivals").remove(0).1;
    assert_eq!((arrival.object, arrival.file_name.as_str()), (told, "told"));
    desk.advance(25 * 60 * 60);
    assert!(desk.store.open_uploads(day, None, 10).await.expect("open").is_empty(), "announced longer ago than that");
    assert_ne!(business(), BusinessId::derived(&["nobody"]));
}

/// A machine that grows: its files move into buckets, and runs that remember them find them there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_files_of_one_machine_move_into_buckets() {
    let Some(far) = Far::new(StandIn::seaweed()).await else { return };
    let desk = Desk::new().await;
    let local = LocalBlobs::new(desk.store.clone(), "http://127.0.0.1:1").expect("blobs");
    let key = |name: &str| BlobKey::new(business(), name).expect("a key");
    let file = far.folder.path().join("file");
    let mut known = Vec::new();
    for (name, bucket, size) in
        [("raw/clip", Bucket::Raw, 3_000_000), ("film", Bucket::Final, 20_000_000), ("empty-ish", Bucket::Final, 1)]
    {
        std::fs::write(&file, vec![size as u8; size]).expect("written");
        known.push(local.put_file(bucket, &key(name), &file).await.expect("stored"));
    }
    let mut told = 0;
    let moved = copy_objects(&desk.store, &far.blobs, |_, _| told += 1).await.expect("moved");
    assert_eq!((moved.sent, moved.there, moved.bytes, told), (3, 0, 23_000_001, 3));
    for blob in &known {
        // By key and entity tag, as runs remember them.
        let there = far.blobs.local_file(blob).await.expect("found in the bucket");
        let here = local.local_file(blob).await.expect("still here");
        assert!(std::fs::read(there).expect("read") == std::fs::read(here).expect("read"), "{}", blob.url());
    }
    let again = copy_objects(&desk.store, &far.blobs, |_, _| {}).await.expect("nothing to do");
    assert_eq!((again.sent, again.there), (0, 3), "what is there is not sent again");
}
