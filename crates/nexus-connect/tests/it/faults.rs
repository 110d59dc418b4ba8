//! Every service that is spoken to over the network, and every way in which it may misbehave: row 3 of the fault matrix.
//! Each call ends in time, with an error that says what to do, takes no more memory than an answer may have, is sent once,
//! and repeats no secret.

use std::time::{Duration, Instant};

use nexus_connect::{
    inference::{Banana, HttpInference, Inference, InferenceConfig, Pictures, VisionChat},
    pinecone::PineconeIndex,
};
use nexus_core::{
    BusinessId, ErrorKind, PortError, PortResult, Secret,
    port::{Fetcher as _, TagWords, VectorIndex as _},
    vectors::{Include, Namespace, Near, TopK, VectorQuery},
};
use nexus_testkit::provider::{Fault, Provider, every_fault};

use crate::fetch::stage::{Bench, Script};

/// Short, so that silences end.
const PATIENCE: Duration = Duration::from_millis(500);
const SECRET: &str = "a-key-that-nobody-may-see";

/// The services; `error` is how each tells of an error in an answer that claims to be good.
#[derive(Debug, Clone, Copy)]
enum Service {
    Banana,
    Http,
    OpenAi,
    Pinecone,
    Fetch,
    Callback,
}

impl Service {
    const ALL: [Self; 6] = [Self::Banana, Self::Http, Self::OpenAi, Self::Pinecone, Self::Fetch, Self::Callback];

    fn error_inside(self) -> &'static str {
        match self {
            Self::Banana => r#"{"success": false, "message": "no worker is left"}"#,
            Self::Http => r#"{"status": "failed", "error": "out of memory", "output": null}"#,
            Self::OpenAi => r#"{"error": {"message": "the model is overloaded", "type": "server_error"}}"#,
            Self::Pinecone => r#"{"code": 13, "message": "internal", "details": []}"#,
            // What a file holds is not the fetcher's affair, and a callback wants no answer.
            Self::Fetch | Self::Callback => "<error/>",
        }
    }

    /// Most bytes of an answer.
    fn most_bytes(self) -> u64 {
        match self {
            Self::Banana | Self::Http | Self::OpenAi => 4 << 20,
            Self::Pinecone => 256 << 20,
            Self::Fetch => 2_000_000,
            Self::Callback => 1 << 20,
        }
    }

    async fn call(self, url: &str) -> PortResult<()> {
        let key = || Secret::new(SECRET.to_owned());
        let patience = Some(PATIENCE);
        let pictures = Pictures { jpegs: vec![vec![0xff, 0xd8, 0xff]], words: TagWords::default() };
        match self {
            Self::Banana => Banana::new(url, Some(key()))?.with_patience(patience)?.look(&pictures).await.map(drop),
            Self::OpenAi => {
                VisionChat::new(url, Some(key()), "m")?.with_patience(patience)?.look(&pictures).await.map(drop)
            }
            Self::Http => {
                let config = InferenceConfig {
                    url: url.to_owned(),
                    auth: "Authorization: Bearer {{key}}".into(),
                    key: Some(key()),
                    body: r#"{"image": "{{image}}"}"#.into(),
                    result: "/output".into(),
                    polling: None,
                    model: "m".into(),
                };
                HttpInference::new(config)?.with_patience(patience)?.look(&pictures).await.map(drop)
            }
            Self::Pinecone => {
                let index = PineconeIndex::new(url, key())?.with_patience(patience)?;
                let query = VectorQuery {
                    near: Near::Values(vec![0.5; 4]),
                    top_k: TopK::new(3).expect("a count"),
                    filter: None,
                    include: Include::default(),
                };
                index.query(&Namespace::new("").expect("a name"), &query).await.map(drop)
            }
            Self::Fetch => bench(url).fetch.fetch(BusinessId::derived(&["faults"]), url).await.map(drop),
            Self::Callback => bench(url).fetch.post(url, &serde_json::json!({ "status": "done" })).await,
        }
    }
}

fn bench(url: &str) -> Bench {
    Bench::new(Script::new([]), &[url], |config| {
        config.patience = PATIENCE;
        config.time_limit = PATIENCE * 3;
        config.most_bytes = Service::Fetch.most_bytes();
    })
}

/// What the engine may make of it: whether it is tried again, and when.
fn judge(service: Service, fault: &Fault, error: &PortError) {
    let told = format!("{service:?}, {fault:?}: {:?} {}", error.kind, error.chain());
    match fault {
        Fault::RateLimited => {
            assert_eq!(error.kind, ErrorKind::RateLimited, "{told}");
            assert_eq!(error.retry_after, Some(Duration::from_secs(7)), "{told}");
        }
        Fault::Unavailable | Fault::Reset | Fault::Garbage => assert_eq!(error.kind, ErrorKind::Unavailable, "{told}"),
        Fault::Silence | Fault::Trickle => assert_eq!(error.kind, ErrorKind::Timeout, "{told}"),
        // Too much, or not the form that was agreed on: no use in asking at once again, but it must end.
        Fault::Nonsense | Fault::ErrorInside(_) | Fault::Flood => {
            assert!(
                matches!(
                    error.kind,
                    ErrorKind::Invalid | ErrorKind::Unavailable | ErrorKind::Refused | ErrorKind::Timeout
                ),
                "{told}"
            );
        }
    }
    assert!(!error.message.trim().is_empty() && !error.provider.is_empty(), "{told}");
    assert!(!error.chain().contains(SECRET) && !format!("{error:?}").contains(SECRET), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_service_that_misbehaves_in_every_way_is_survived() {
    let mut cases = 0;
    for service in Service::ALL {
        for fault in every_fault(service.error_inside()) {
            // A file may hold any bytes, and of what answers a callback only the status counts.
            let is_fine = match service {
                Service::Fetch => matches!(fault, Fault::Nonsense | Fault::ErrorInside(_)),
                Service::Callback => {
                    matches!(fault, Fault::Nonsense | Fault::ErrorInside(_) | Fault::Trickle | Fault::Flood)
                }
                _ => false,
            };
            let provider = Provider::start(fault.clone());
            let begun = Instant::now();
            let answer = tokio::time::timeout(Duration::from_secs(20), service.call(provider.url())).await;
            let answer = answer.unwrap_or_else(|_| panic!("{service:?}, {fault:?}: never ended"));
            match (answer, is_fine) {
                (Ok(()), true) => {}
                (Err(error), false) => judge(service, &fault, &error),
                (answer, _) => panic!("{service:?}, {fault:?}: {answer:?}"),
            }
            let most = if fault == Fault::Flood { Duration::from_secs(15) } else { PATIENCE * 6 };
            assert!(begun.elapsed() < most, "{service:?}, {fault:?}: {:?}", begun.elapsed());
            assert_eq!(provider.requests(), 1, "{service:?}, {fault:?}: sent once, the engine decides on more");
            // What the sockets between hold comes on top.
            let most = service.most_bytes() + (16 << 20);
            assert!(provider.sent_bytes() < most, "{service:?}, {fault:?}: {} bytes taken", provider.sent_bytes());
            cases += 1;
        }
    }
    assert_eq!(cases, Service::ALL.len() * 9);
}
