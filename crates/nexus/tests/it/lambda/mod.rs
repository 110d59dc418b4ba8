//! The binary as a function of AWS Lambda, inside of a runtime that speaks Lambda's runtime API: what it answers is what
//! the command line and the worker have.

mod runtime;

use std::{
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::Arc,
    time::Duration,
};

use nexus_core::{
    ErrorKind, Instant, RunId, Secret,
    blob::{BlobKey, BlobRef, Bucket},
    journal::Journal as _,
    port::{Adapter as _, BlobStore as _},
    time::Clock,
};
use nexus_store::{AwsConfig, DatabaseUrl, LambdaBeats, S3Blobs, S3Config, Store};
use nexus_testkit::{
    conformance::beats::{Material, obeys_the_rules},
    postgres::Server,
    stand_in::{KEY_ID, SECRET, StandIn},
};
use serde_json::{Value, json};

use self::runtime::Function;
use crate::{
    beats::wav,
    stage::{material, nexus_with, stderr, words},
};

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

/// The same for a client in the test.
fn buckets(s3: &StandIn, folder: &Path) -> S3Config {
    S3Config {
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
        cache_dir: folder.join("cache"),
        cache_limit_bytes: 1 << 30,
    }
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
async fn beats_are_those_of_the_command_line_for_whoever_asks() {
    let Some(s3) = StandIn::seaweed() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let config = buckets(&s3, folder.path());
    let blobs = S3Blobs::new(&config).expect("a client");
    let store = async |name: &str, file: &Path| {
        let key = BlobKey::new(material().kit.business.id, name).expect("a key");
        blobs.put_file(Bucket::Final, &key, file).await.expect("stored")
    };
    let track = &material().kit.music[0];
    let steady = store("music/track.wav", &track.path).await;
    let beats = Function::start("beats", &environment(&folder.path().join("far"), "sqlite:", &s3.url())).await;
    let wanted = json!({ "bucket": "films", "key": steady.key.as_str() });
    let grid = beats.ask(wanted.clone()).await.expect("a grid");
    let told = said(&nexus_with(&words(&["beats", track.path.to_str().expect("UTF-8"), "--json"]), &[]));
    assert_eq!(grid["beats"], told["beats"], "beat for beat");
    assert!(grid["beats"].as_array().is_some_and(|beats| beats.len() > 8), "{grid}");
    for wrong in [json!({}), json!({ "bucket": "secrets", "key": "x" }), json!({ "bucket": "films", "key": "../x" })] {
        let error = beats.ask(wrong).await.expect_err("refused");
        assert_eq!(error["errorType"], "invalid", "{error}");
    }
    assert_eq!(beats.ask(wanted).await.expect("it goes on after a refusal"), grid);

    // As AWS is asked: what the port promises, refusals among it.
    let (silent, short) = (folder.path().join("silent.wav"), folder.path().join("short.wav"));
    wav(&[0.0; 6 * 22_050], &silent);
    wav(&[0.4; 22_050], &short);
    let missing = store("music/missing.wav", &short).await;
    blobs.delete(Bucket::Final, &missing.key).await.expect("deleted");
    let known = Material {
        steady,
        steady_bpm: track.truth.tempo_bpm,
        silent: store("music/silent.wav", &silent).await,
        short: store("music/short.wav", &short).await,
        missing,
    };
    let asked = LambdaBeats::new("nexus-beats", beats.url(), &config, None).expect("a client");
    asked.reach().await.expect("it is there");
    obeys_the_rules(&asked, &known).await;
    assert_eq!(asked.adapter(), "lambda");
    let nobody = LambdaBeats::new("nobody", beats.url(), &config, None).expect("a client");
    assert_eq!(nobody.reach().await.expect_err("no such function").kind, ErrorKind::NotFound);
    let error = LambdaBeats::new("not a name", beats.url(), &config, None).err().expect("refused");
    assert!(error.to_string().contains("lambda.beats 'not a name'"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn vision_sees_what_a_worker_sees() {
    let (Some(server), Some(s3)) = (Server::start(), StandIn::seaweed()) else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let far = environment(&folder.path().join("far"), &server.database("functions"), &s3.url());
    let blobs = S3Blobs::new(&buckets(&s3, folder.path())).expect("a client");
    let business = material().kit.business.id;

    // An event of SQS with an upload, a message twice, and one that is no event.
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
    let vision = Function::start("vision", &far).await;
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
