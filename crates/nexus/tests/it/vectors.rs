//! Pinecone's API served here: its adapter keeps the rules of the port against it, and every refusal has its form.

use nexus_connect::pinecone::PineconeIndex;
use nexus_core::{ErrorKind, Secret, port::VectorIndex as _};
use nexus_testkit::conformance::vectors as suite;
use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    stage::{material, nexus_with, stderr, words},
    up::Up,
};

const QUAY: &str = "0123456789abcdef";
const OTHER: &str = "fedcba9876543210";

/// The server with two owners.
struct Stage {
    up: Up,
    _data: TempDir,
}

impl Stage {
    fn new() -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let keys = format!("[\"quay:{QUAY}\", \"other:{OTHER}\"]");
        Self { up: Up::start_with(data.path(), &[("NEXUS__PINECONE__KEYS", &keys)]), _data: data }
    }

    async fn ask(
        &self,
        key: &str,
        method: fn(&Client, String) -> RequestBuilder,
        path: &str,
        body: Option<Value>,
    ) -> (StatusCode, Value) {
        let request = method(&self.up.client, self.up.url(path)).header("Api-Key", key);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        let answer = request.send().await.expect("an answer");
        let status = answer.status();
        let text = answer.text().await.expect("a body");
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    async fn make(&self, key: &str, name: &str) {
        let body = json!({ "name": name, "dimension": 4, "metric": "cosine", "spec": { "serverless": {} } });
        let (status, made) = self.ask(key, Client::post, "/pinecone/indexes", Some(body)).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        assert_eq!(made["host"], self.up.url(&format!("/pinecone/data/{name}")));
    }

    fn index(&self, key: &str, name: &str) -> PineconeIndex {
        let host = self.up.url(&format!("/pinecone/data/{name}"));
        PineconeIndex::new(&host, Secret::new(key.to_owned())).expect("a host of this machine")
    }
}

#[tokio::test]
async fn the_adapter_keeps_the_rules_over_a_socket() {
    let stage = Stage::new();
    stage.make(QUAY, "clips").await;
    suite::check(&stage.index(QUAY, "clips")).await;
}

#[tokio::test]
async fn another_key_sees_nothing() {
    let stage = Stage::new();
    stage.make(QUAY, "clips").await;
    let space = suite::namespace("house");
    let record = suite::record("a", [1.0, 0.0, 0.0, 0.0], json!({ "day": 1 }));
    stage.index(QUAY, "clips").upsert(&space, vec![record]).await.expect("an upsert");

    let (_, listed) = stage.ask(OTHER, Client::get, "/pinecone/indexes", None).await;
    assert_eq!(listed, json!({ "indexes": [] }));
    let error = stage.index(OTHER, "clips").stats(None).await.expect_err("not theirs");
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert_eq!(stage.ask(OTHER, Client::delete, "/pinecone/indexes/clips", None).await.0, StatusCode::NOT_FOUND);
    stage.make(OTHER, "clips").await;
    assert_eq!(stage.index(OTHER, "clips").stats(None).await.expect("theirs").total(), 0, "their own is empty");
    assert_eq!(stage.index(QUAY, "clips").stats(None).await.expect("ours").total(), 1);

    let error = stage.index("not-a-key-of-anybody", "clips").stats(None).await.expect_err("no key");
    assert_eq!(error.kind, ErrorKind::Unauthorized);
    assert!(!error.chain().contains("not-a-key-of-anybody"), "{}", error.chain());
}

#[tokio::test]
async fn refusals_have_the_form_of_their_plane() {
    let stage = Stage::new();
    stage.make(QUAY, "clips").await;
    let twice = json!({ "name": "clips", "dimension": 4, "spec": {} });
    let (status, body) = stage.ask(QUAY, Client::post, "/pinecone/indexes", Some(twice)).await;
    assert_eq!(
        (status, &body["error"]["code"], &body["status"]),
        (StatusCode::CONFLICT, &json!("ALREADY_EXISTS"), &json!(409))
    );
    let (status, body) = stage.ask("wrong", Client::get, "/pinecone/indexes", None).await;
    assert_eq!((status, &body["error"]["code"]), (StatusCode::UNAUTHORIZED, &json!("UNAUTHENTICATED")));

    let vector = |id: &str, values: Value| json!({ "id": id, "values": values });
    let good = json!([1, 0, 0, 0]);
    let many: Vec<Value> = (0..1001).map(|number| vector(&number.to_string(), good.clone())).collect();
    let large = json!({ "id": "a", "values": good, "metadata": { "text": "x".repeat(41_000) } });
    for (name, path, body, want, code) in [
        ("wrong dimension", "vectors/upsert", json!({ "vectors": [vector("a", json!([1]))] }), 400, 3),
        ("no values", "vectors/upsert", json!({ "vectors": [{ "id": "a" }] }), 400, 3),
        ("no id", "vectors/upsert", json!({ "vectors": [{ "values": good }] }), 400, 3),
        ("empty id", "vectors/upsert", json!({ "vectors": [vector("", good.clone())] }), 400, 3),
        ("long id", "vectors/upsert", json!({ "vectors": [vector(&"a".repeat(513), good.clone())] }), 400, 3),
        (
            "null in metadata",
            "vectors/upsert",
            json!({ "vectors": [{ "id": "a", "values": good, "metadata": { "a": null } }] }),
            400,
            3,
        ),
        ("large metadata", "vectors/upsert", json!({ "vectors": [large] }), 400, 3),
        ("too many", "vectors/upsert", json!({ "vectors": many }), 400, 3),
        ("no topK", "query", json!({ "vector": good }), 400, 3),
        ("topK", "query", json!({ "vector": good, "topK": 10_001 }), 400, 3),
        ("vector and id", "query", json!({ "vector": good, "id": "a", "topK": 1 }), 400, 3),
        ("filter", "query", json!({ "vector": good, "topK": 1, "filter": { "a": { "$like": "x" } } }), 400, 3),
        ("no record", "query", json!({ "id": "nobody", "topK": 1 }), 404, 5),
        ("sparse", "query", json!({ "sparseVector": {}, "topK": 1 }), 501, 12),
        ("two ways", "vectors/delete", json!({ "ids": ["a"], "deleteAll": true }), 400, 3),
        ("nothing", "vectors/delete", json!({}), 400, 3),
        ("too large", "vectors/upsert", json!({ "vectors": ["x".repeat(2 * 1024 * 1024)] }), 413, 11),
        ("no route", "vectors/explode", json!({}), 404, 5),
    ] {
        let path = format!("/pinecone/data/clips/{path}");
        let (status, answer) = stage.ask(QUAY, Client::post, &path, Some(body)).await;
        assert_eq!((status.as_u16(), &answer["code"]), (want, &json!(code)), "{name}: {answer}");
        assert!(answer["message"].as_str().is_some_and(|message| !message.is_empty()), "{name}: {answer}");
        assert_eq!(answer["details"], json!([]), "{name}");
    }
    let (_, stats) = stage.ask(QUAY, Client::post, "/pinecone/data/clips/describe_index_stats", Some(json!({}))).await;
    assert_eq!(stats["totalVectorCount"], 0, "a refused upsert stores nothing");
}

#[tokio::test]
async fn without_keys_there_is_no_such_api() {
    let data = tempfile::tempdir().expect("a folder");
    let up = Up::start_with(data.path(), &[]);
    let answer = up.client.get(up.url("/pinecone/indexes")).header("Api-Key", QUAY).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
}

/// One installation keeps its footage's vectors at "Pinecone", which is another one of ours.
#[tokio::test(flavor = "multi_thread")]
async fn footage_is_found_by_vectors_that_lie_elsewhere() {
    let stage = Stage::new();
    let body = json!({ "name": "clips", "dimension": 512, "metric": "cosine", "spec": { "serverless": {} } });
    let (status, made) = stage.ask(QUAY, Client::post, "/pinecone/indexes", Some(body)).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let host = made["host"].as_str().expect("a host").to_owned();

    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().to_str().expect("UTF-8").to_owned();
    let environment =
        [("NEXUS__VECTORS__KIND", "pinecone"), ("NEXUS__VECTORS__HOST", &*host), ("NEXUS__VECTORS__KEY", QUAY)];
    let footage: Vec<&str> = material().kit.footage.iter().take(3).filter_map(|clip| clip.to_str()).collect();
    let run = |arguments: &[&str], environment: &[(&str, &str)]| {
        let output = nexus_with(&words(&[arguments, &["--json", "--data", data.as_str()]].concat()), environment);
        assert!(output.status.success(), "{}", stderr(&output));
        serde_json::from_slice::<Value>(&output.stdout).expect("one JSON document")
    };
    run(&[&["ingest"], &footage[..], &["--wait"]].concat(), &environment);
    let elsewhere = run(&["search", "waves on the shore"], &environment);
    assert!(elsewhere["best"][0]["asset"].is_string(), "{elsewhere}");
    let beside = run(&["search", "waves on the shore"], &[]);
    let told = |found: &Value| (found["best"][0]["asset"].clone(), found["best"][0]["why"].clone());
    assert_eq!(told(&elsewhere), told(&beside), "the same answers as beside the shots");

    let stats = stage.index(QUAY, "clips").stats(None).await.expect("stats");
    assert!(stats.namespaces.values().any(|records| *records >= 3), "{stats:?}");
}
