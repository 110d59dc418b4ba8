//! The binary as a function of AWS Lambda, inside of a runtime that speaks Lambda's runtime API: what it answers is what
//! the command line and the worker have.
//! Source: "Using the Lambda runtime API", AWS Lambda developer guide.

use std::{
    collections::VecDeque,
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path as Route, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use nexus_core::{
    Instant, RunId, Secret,
    blob::{BlobKey, BlobRef, Bucket},
    journal::Journal as _,
    port::BlobStore as _,
    time::Clock,
};
use nexus_store::{AwsConfig, DatabaseUrl, S3Blobs, S3Config, Store};
use nexus_testkit::{
    postgres::Server,
    stand_in::{KEY_ID, SECRET, StandIn},
};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::stage::{material, nexus_with, stderr, words};

/// Events to give out with the time for each, and where answers go.
#[derive(Clone)]
struct Runtime {
    events: Arc<Mutex<VecDeque<(Value, Duration)>>>,
    answers: mpsc::UnboundedSender<(bool, Value)>,
}

#[expect(clippy::disallowed_methods, reason = "the runtime tells a deadline in real time")]
async fn next(State(runtime): State<Runtime>) -> Response {
    loop {
        let event = runtime.events.lock().expect("held shortly").pop_front();
        if let Some((event, time)) = event {
            let deadline = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970") + time;
            let mut headers = HeaderMap::new();
            for (name, value) in [
                ("lambda-runtime-aws-request-id", "request-1".to_owned()),
                ("lambda-runtime-deadline-ms", deadline.as_millis().to_string()),
                ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:123456789012:function:f".into()),
                ("content-type", "application/json".into()),
            ] {
                headers.insert(HeaderName::from_static(name), HeaderValue::from_str(&value).expect("a header"));
            }
            return (headers, event.to_string()).into_response();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn answered(State(runtime): State<Runtime>, Route((_, how)): Route<(String, String)>, body: Bytes) -> StatusCode {
    let answer = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let _ = runtime.answers.send((how == "response", answer));
    StatusCode::ACCEPTED
}

/// A function that waits for events.
struct Function {
    child: Child,
    runtime: Runtime,
    answers: mpsc::UnboundedReceiver<(bool, Value)>,
}

impl Function {
    #[expect(clippy::disallowed_methods, reason = "the tests run the product as Lambda would")]
    async fn start(name: &str, environment: &[(String, String)]) -> Self {
        let (sender, answers) = mpsc::unbounded_channel();
        let runtime = Runtime { events: Arc::default(), answers: sender };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/{how}", post(answered))
            .with_state(runtime.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let mut command = Command::new(env!("CARGO_BIN_EXE_nexus"));
        command.args(["lambda", name]).envs(environment.iter().cloned());
        for (key, value) in [
            ("AWS_LAMBDA_RUNTIME_API", address.to_string().as_str()),
            ("AWS_LAMBDA_FUNCTION_NAME", name),
            ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "3008"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "logs"),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "stream"),
        ] {
            command.env(key, value);
        }
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().expect("the binary starts");
        Self { child, runtime, answers }
    }

    /// The answer to one event; `Err` is what it failed with.
    async fn ask(&mut self, event: Value) -> Result<Value, Value> {
        self.ask_within(Duration::from_secs(120), event).await
    }

    /// The same with less time.
    async fn ask_within(&mut self, time: Duration, event: Value) -> Result<Value, Value> {
        self.runtime.events.lock().expect("held shortly").push_back((event, time));
        let answer = tokio::time::timeout(Duration::from_secs(120), self.answers.recv()).await;
        match answer.expect("in time").expect("an answer") {
            (true, answer) => Ok(answer),
            (false, error) => Err(error),
        }
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Configuration that leads to the stand-ins.
fn environment(data: &Path, store: &str, s3: &str) -> Vec<(String, String)> {
    [
        ("NEXUS__DATA", data.to_str().expect("UTF-8")),
        ("NEXUS__STORE__URL", store),
        ("NEXUS__BLOBS__RAW", "s3://uploads"),
        ("NEXUS__BLOBS__FINAL", "s3://films"),
        ("NEXUS__BLOBS__ENDPOINT", s3),
        ("NEXUS__AWS__REGION", "us-east-1"),
        ("NEXUS__AWS__ACCESS_KEY", KEY_ID),
        ("NEXUS__AWS__SECRET_KEY", SECRET),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

/// A moment long ago: what this test writes is due at once.
struct Then;

impl Clock for Then {
    fn now(&self) -> Instant {
        Instant::from_unix_millis(1_700_000_000_000)
    }
}

#[expect(clippy::disallowed_methods, reason = "the tests run the product as a user would")]
fn start_worker(environment: &[(String, String)]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nexus"));
    command.args(["worker", "--roles", "ingest"]).envs(environment.iter().cloned());
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the binary starts")
}

fn said(output: &Output) -> Value {
    assert!(output.status.success(), "{}", stderr(output));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// What a run says of the shots that it saw, without what differs from run to run.
fn seen(run: &Value) -> Vec<(Value, Value)> {
    let steps = run["steps"].as_array().expect("steps");
    let found = steps.iter().filter(|step| step["step"] == "03-analyze-frames" || step["step"] == "04-store-tags");
    found.map(|step| (step["step"].clone(), step["output"].clone())).collect()
}

/// The event of an upload.
fn created(object: &BlobRef) -> Value {
    json!({ "Records": [{
        "eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
        "s3": {
            "bucket": { "name": "uploads" },
            "object": { "key": object.key.as_str(), "size": object.size_bytes, "eTag": object.etag, "sequencer": "1" },
        },
    }] })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_functions_answer_what_the_worker_has() {
    let (Some(server), Some(s3)) = (Server::start(), StandIn::seaweed()) else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let store = server.database("functions");
    let far = environment(&folder.path().join("far"), &store, &s3.url());
    let blobs = S3Blobs::new(&S3Config {
        aws: AwsConfig {
            region: "us-east-1".into(),
            keys: Some((KEY_ID.into(), Secret::new(SECRET.into()))),
            environment: Vec::new(),
            patience: None,
        },
        endpoint: s3.url(),
        public_endpoint: String::new(),
        raw_bucket: "uploads".into(),
        final_bucket: "films".into(),
        cache_dir: folder.path().join("cache"),
        cache_limit_bytes: 1 << 30,
    })
    .expect("a client");
    let business = material().kit.business.id;

    // Beats: the grid of the command line.
    let track = &material().kit.music[0].path;
    let name = BlobKey::new(business, "music/track.wav").expect("a key");
    blobs.put_file(Bucket::Final, &name, track).await.expect("stored");
    let mut beats = Function::start("beats", &far).await;
    let grid = beats.ask(json!({ "bucket": "films", "key": name.as_str() })).await.expect("a grid");
    let told = said(&nexus_with(&words(&["beats", track.to_str().expect("UTF-8"), "--json"]), &[]));
    assert_eq!(grid["beats"], told["beats"], "beat for beat");
    assert!(grid["beats"].as_array().is_some_and(|beats| beats.len() > 8), "{grid}");
    for wrong in [json!({}), json!({ "bucket": "secrets", "key": "x" }), json!({ "bucket": "films", "key": "../x" })] {
        beats.ask(wrong.clone()).await.expect_err("refused");
    }
    beats.ask(json!({ "bucket": "films", "key": name.as_str() })).await.expect("it goes on after a refusal");

    // Vision: an event of SQS with an upload, a message twice, and one that is no event.
    let clip = &material().kit.footage[0];
    let name = BlobKey::new(business, "raw/clip").expect("a key");
    let stored = blobs.put_file(Bucket::Raw, &name, clip).await.expect("stored");
    let event = created(&stored);
    let message = |id: &str, body: &str| json!({ "messageId": id, "body": body, "eventSource": "aws:sqs" });
    let batch = json!({ "Records": [
        message("one", &event.to_string()),
        message("again", &event.to_string()),
        message("poison", "hello"),
        message("test", r#"{"Event":"s3:TestEvent"}"#),
    ] });
    let mut vision = Function::start("vision", &far).await;
    let answer = vision.ask(batch).await.expect("a batch is answered");
    assert_eq!(answer, json!({ "batchItemFailures": [{ "itemIdentifier": "poison" }] }));
    let variables: Vec<(&str, &str)> = far.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let runs = said(&nexus_with(&words(&["run", "list", "--json"]), &variables));
    let runs = runs.as_array().expect("a list");
    assert_eq!((runs.len(), &runs[0]["state"], &runs[0]["flow"]), (1, &json!("done"), &json!("ingest")), "{runs:?}");
    let id = runs[0]["id"].as_str().expect("an id");
    let by_lambda = said(&nexus_with(&words(&["run", "show", id, "--json"]), &variables));

    // Where the time is too short for all of it, the message comes again, and then it is done.
    let next = BlobKey::new(business, "raw/next").expect("a key");
    let next = blobs.put_file(Bucket::Raw, &next, &material().kit.footage[1]).await.expect("stored");
    let late = json!({ "Records": [message("late", &created(&next).to_string())] });
    let answer = vision.ask_within(Duration::from_millis(5050), late.clone()).await.expect("a batch is answered");
    assert_eq!(answer, json!({ "batchItemFailures": [{ "itemIdentifier": "late" }] }));
    let answer = vision.ask(late).await.expect("a batch is answered");
    assert_eq!(answer, json!({ "batchItemFailures": [] }));

    // The worker's: the same object, in another database.
    let other = server.database("worker");
    let near = environment(&folder.path().join("near"), &other, &s3.url());
    let variables: Vec<(&str, &str)> = near.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let url = DatabaseUrl::parse(&other).expect("an address");
    let store = Store::open_at(&url, &folder.path().join("test"), Arc::new(Then)).await.expect("a store");
    store.record_arrival(&stored, Some(&event)).await.expect("recorded");
    let mut worker = start_worker(&near);
    let id = RunId::derived(&["ingest", name.as_str(), &stored.etag]);
    for _ in 0..600 {
        if store.run(id).await.expect("read").is_some_and(|run| run.state.is_final()) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let _ = worker.kill();
    let _ = worker.wait();
    let by_worker = said(&nexus_with(&words(&["run", "show", &id.to_string(), "--json"]), &variables));
    assert_eq!(seen(&by_lambda), seen(&by_worker));
    assert_eq!(seen(&by_lambda).len(), 2, "{by_lambda}");
}
