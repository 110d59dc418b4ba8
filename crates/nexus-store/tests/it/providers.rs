//! S3, SQS and Lambda that misbehave in every way: row 3 of the fault matrix. Their clients ask again by themselves what is worth
//! it; in the end every call ends, in time, with an error of which the engine knows what to make.

use std::time::{Duration, Instant};

use nexus_core::{
    PortError, PortResult,
    blob::{BlobKey, BlobRef, Bucket, UploadedPart},
    port::{BeatTracker as _, BlobStore as _},
};
use nexus_store::{LambdaBeats, S3Blobs, SqsQueue};
use nexus_testkit::{
    factory::context,
    provider::{Fault, Provider, every_fault},
    stand_in::SECRET,
};

use crate::{aws::config, business};

const PATIENCE: Duration = Duration::from_millis(300);

#[derive(Debug, Clone, Copy)]
enum Call {
    Look,
    Put,
    Download,
    BeginParts,
    Complete,
    Receive,
    Beats,
}

impl Call {
    const ALL: [Self; 7] =
        [Self::Look, Self::Put, Self::Download, Self::BeginParts, Self::Complete, Self::Receive, Self::Beats];

    fn error_inside(self) -> &'static str {
        match self {
            Self::Receive => r#"{"__type": "com.amazonaws.sqs#InternalError", "message": "try later"}"#,
            Self::Beats => r#"{"errorType": "Sandbox.Timedout", "errorMessage": "Task timed out"}"#,
            _ => "<?xml version=\"1.0\"?><Error><Code>InternalError</Code><Message>try later</Message></Error>",
        }
    }

    async fn make(self, url: &str) -> PortResult<()> {
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = config(url, folder.path());
        config.aws.patience = Some(PATIENCE);
        let s3 = S3Blobs::new(&config).expect("a client");
        let key = BlobKey::new(business(), "one").expect("a key");
        let part = UploadedPart { number: 1, etag: "e".into(), size_bytes: 1000 };
        let file = folder.path().join("file");
        std::fs::write(&file, [7; 1000]).expect("written");
        match self {
            Self::Look => s3.head(Bucket::Final, &key).await.map(drop),
            Self::Put => s3.put_file(Bucket::Final, &key, &file).await.map(drop),
            Self::Download => {
                let blob = BlobRef { bucket: Bucket::Final, key, size_bytes: 1000, etag: "e".into() };
                s3.local_file(&blob).await.map(drop)
            }
            Self::BeginParts => s3.begin_parts(Bucket::Raw, &key).await.map(drop),
            Self::Complete => s3.complete_parts(Bucket::Raw, &key, "upload", &[part]).await.map(drop),
            Self::Receive => {
                let queue = SqsQueue::new(&format!("{url}/1/queue"), "uploads", &config.aws).expect("a client");
                queue.receive().await.map(drop)
            }
            Self::Beats => {
                let beats = LambdaBeats::new("beats", url, &config, Some(PATIENCE)).expect("a client");
                let music = BlobRef { bucket: Bucket::Final, key, size_bytes: 1000, etag: "e".into() };
                beats.track(&music, &context("music")).await.map(drop)
            }
        }
    }
}

/// What S3 says of an object stands in the head of its answer, so what follows a good one harms nothing.
fn is_fine(call: Call, fault: &Fault) -> bool {
    let is_good_head = matches!(fault, Fault::Nonsense | Fault::ErrorInside(_) | Fault::Trickle | Fault::Flood);
    match call {
        Call::Look => is_good_head,
        Call::Put => matches!(fault, Fault::Trickle | Fault::Flood),
        // An empty list of messages is what an answer without any means.
        Call::Receive => matches!(fault, Fault::ErrorInside(_)),
        _ => false,
    }
}

fn judge(what: &str, error: &PortError) {
    let told = format!("{what}: {:?} {}", error.kind, error.chain());
    assert!(error.kind.is_retryable() || matches!(error.kind, nexus_core::ErrorKind::Invalid), "{told}");
    assert!(!told.contains(SECRET), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s3_sqs_and_lambda_that_misbehave_in_every_way_are_survived() {
    let cases = Call::ALL.into_iter().flat_map(|call| {
        every_fault(call.error_inside()).into_iter().map(move |fault| async move {
            let what = format!("{call:?}, {fault:?}");
            let provider = Provider::start(fault.clone());
            let begun = Instant::now();
            let answer = tokio::time::timeout(Duration::from_secs(100), call.make(provider.url())).await;
            match answer.unwrap_or_else(|_| panic!("{what}: never ended")) {
                Ok(()) => assert!(is_fine(call, &fault), "{what}: taken for good"),
                Err(error) => judge(&what, &error),
            }
            assert!(provider.requests() <= 8, "{what}: asked {} times", provider.requests());
            let most = 6 * (32 << 20);
            assert!(provider.sent_bytes() < most, "{what}: {} bytes taken", provider.sent_bytes());
            (what, begun.elapsed())
        })
    });
    let took = futures::future::join_all(cases).await;
    assert_eq!(took.len(), 7 * 9);
}
