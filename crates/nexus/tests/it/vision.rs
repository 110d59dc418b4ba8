//! Models that run elsewhere: our own worker, a model behind OpenAI's API, and an inference service that takes its time.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Json, Router,
    http::HeaderMap,
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::stage::{material, stderr};

/// A worker that is stopped with the test.
struct Worker {
    child: Child,
    address: String,
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[expect(clippy::disallowed_methods, reason = "the tests run the product as a user would")]
fn command(models: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nexus"));
    command.args(arguments).env("NEXUS__MODELS__DIR", models).envs(environment.iter().copied());
    command
}

fn worker(models: &Path, environment: &[(&str, &str)]) -> Worker {
    let mut command = command(models, &["vision", "--listen", "127.0.0.1:0"], environment);
    let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("the binary starts");
    let mut lines = BufReader::new(child.stderr.take().expect("its stderr")).lines();
    let line = lines.by_ref().map_while(Result::ok).find(|line| line.contains("Sees at ")).expect("an address");
    // Whatever else it says must find a reader.
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
    let address = line.split_whitespace().find(|word| word.starts_with("http://")).expect("an address").to_owned();
    Worker { child, address }
}

/// `nexus tag` over the first demo clip.
fn tag(environment: &[(&str, &str)]) -> Output {
    let clip = material().kit.footage[0].to_str().expect("UTF-8").to_owned();
    let models = tempfile::tempdir().expect("a folder");
    command(models.path(), &["tag", &clip, "--json"], environment).output().expect("the binary runs")
}

/// The tags of rung L3, and the captions.
fn remote(output: &Output) -> (Vec<Value>, Vec<String>) {
    assert!(output.status.success(), "{}", stderr(output));
    let told: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    let shots = told["files"][0]["shots"].as_array().expect("shots").clone();
    let captions = shots.iter().filter_map(|shot| shot["caption"].as_str().map(str::to_owned)).collect();
    let tags = told["files"][0]["tags"].as_array().expect("tags");
    let is_remote = |tag: &&Value| tag["source"].as_str().is_some_and(|source| source.starts_with("L3"));
    assert!(tags.iter().any(|tag| !is_remote(&tag)), "what this machine sees stays: {tags:?}");
    (tags.iter().filter(is_remote).cloned().collect(), captions)
}

async fn serve(app: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_sees_pictures_and_clips_for_who_has_the_key() {
    let models = tempfile::tempdir().expect("a folder");
    let clip = material().kit.footage[0].clone();
    let files = serve(
        Router::new().route("/clip.mp4", get(move || std::future::ready(std::fs::read(&clip).expect("a demo clip")))),
    )
    .await;
    let allowed = format!("[\"{files}\"]");
    let worker =
        worker(models.path(), &[("NEXUS__BANANA__KEY", "right"), ("NEXUS__FETCH__ALLOWED_PRIVATE_ORIGINS", &allowed)]);
    nexus_store::use_ring();
    let client = reqwest::Client::new();
    let ask = async |key: &str, body: String| {
        let request = client.post(&worker.address).header("x-banana-api-key", key).body(body);
        let answer = request.send().await.expect("an answer");
        (answer.status(), answer.json::<Value>().await.unwrap_or_default())
    };
    let poster = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/style-quiet.jpg");
    let jpeg = std::fs::read(poster).expect("the picture of the README");
    let image = json!({ "image": STANDARD.encode(jpeg), "user_tags": ["Our Terrace"] }).to_string();

    assert_eq!(ask("wrong", image.clone()).await.0, StatusCode::UNAUTHORIZED);
    for _ in 0..10 {
        let large = ask("wrong", " ".repeat(8 << 20)).await;
        assert_eq!(large.0, StatusCode::UNAUTHORIZED, "the answer arrives, however much was sent");
    }
    let (status, told) = ask("right", image).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    let names: Vec<&str> =
        told["tags"].as_array().expect("tags").iter().filter_map(|tag| tag["name"].as_str()).collect();
    assert!(names.contains(&"our terrace") && names.contains(&"landscape format"), "{told}");

    let (status, told) = ask("right", json!({ "url": format!("{files}/clip.mp4") }).to_string()).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    assert!(told["shots"].as_array().is_some_and(|shots| !shots.is_empty() && shots[0]["end"].as_f64() > Some(0.5)));

    for (what, body, want) in [
        ("no JSON", "{".to_owned(), StatusCode::BAD_REQUEST),
        ("nothing", "{}".to_owned(), StatusCode::UNPROCESSABLE_ENTITY),
        ("no picture", json!({ "image": STANDARD.encode("hello") }).to_string(), StatusCode::UNPROCESSABLE_ENTITY),
        ("inside", json!({ "url": "http://127.0.0.1:1/x" }).to_string(), StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let (status, told) = ask("right", body).await;
        assert_eq!(status, want, "{what}: {told}");
    }
    let warm = client.post(format!("{}/_k/warmup", worker.address)).header("x-banana-api-key", "right");
    assert_eq!(warm.send().await.expect("an answer").json::<Value>().await.expect("JSON"), json!({ "warm": true }));
    let status = client.get(format!("{}/__status__", worker.address)).send().await.expect("an answer");
    let status: Value = status.json().await.expect("JSON");
    assert_eq!((&status["gpu_available"], &status["inference_time"]), (&json!(true), &json!(0)), "{status}");
    assert!(status["sequence_number"].as_u64() >= Some(5), "{status}");

    let url = worker.address.clone();
    let tagged = tokio::task::spawn_blocking(move || {
        tag(&[("NEXUS__ADAPTERS__TAGGER", "banana"), ("NEXUS__BANANA__URL", &url), ("NEXUS__BANANA__KEY", "right")])
    });
    // The worker sees the same things, so they keep the name of who said them first.
    assert!(tagged.await.expect("a run").status.success());
    let url = worker.address.clone();
    let refused = tokio::task::spawn_blocking(move || {
        tag(&[("NEXUS__ADAPTERS__TAGGER", "banana"), ("NEXUS__BANANA__URL", &url), ("NEXUS__BANANA__KEY", "sekrit")])
    });
    let refused = refused.await.expect("a run");
    assert!(!refused.status.success() && stderr(&refused).contains("check banana.key"), "{}", stderr(&refused));
    assert!(!stderr(&refused).contains("sekrit"), "{}", stderr(&refused));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_reads_pictures_adds_tags_and_a_caption() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let answer = move |headers: HeaderMap, Json(body): Json<Value>| {
        assert_eq!(headers.get("authorization").and_then(|value| value.to_str().ok()), Some("Bearer sk-test"));
        let images = body["messages"][1]["content"].as_array().expect("pictures").clone();
        assert!(images.iter().all(|image| {
            image["image_url"]["url"].as_str().is_some_and(|url| url.starts_with("data:image/jpeg;base64,/9j/"))
        }));
        assert_eq!(body["response_format"]["json_schema"]["strict"], true);
        // At first it chats, as small models do.
        let first = count.fetch_add(1, Ordering::SeqCst) == 0;
        let text = json!({ "tags": [{ "name": "Long Table", "score": 0.9 }], "caption": "A long table by the sea." });
        let content = if first { "Sure! Here are the tags.".to_owned() } else { format!("```json\n{text}\n```") };
        let message = json!({ "role": "assistant", "content": content, "refusal": null });
        std::future::ready(Json(json!({ "choices": [{ "index": 0, "finish_reason": "stop", "message": message }] })))
    };
    let address = serve(Router::new().route("/v1/chat/completions", post(answer))).await;
    let url = format!("{address}/v1");
    let output = tokio::task::spawn_blocking(move || {
        tag(&[
            ("NEXUS__ADAPTERS__TAGGER", "openai"),
            ("NEXUS__OPENAI__BASE_URL", &url),
            ("NEXUS__OPENAI__KEY", "sk-test"),
            ("NEXUS__OPENAI__VISION_MODEL", "small-eye"),
        ])
    });
    let (tags, captions) = remote(&output.await.expect("a run"));
    assert_eq!((tags[0]["name"].as_str(), tags[0]["source"].as_str()), (Some("long table"), Some("L3 small-eye")));
    assert!(!captions.is_empty() && captions.iter().all(|caption| caption == "A long table by the sea."));
    assert!(asked.load(Ordering::SeqCst) > captions.len(), "the first answer was asked for again");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inference_service_is_waited_for() {
    let looks = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&looks);
    let start = |headers: HeaderMap, Json(body): Json<Value>| {
        assert_eq!(headers.get("authorization").and_then(|value| value.to_str().ok()), Some("Key k-1"));
        assert!(body["input"]["image"].as_str().is_some_and(|url| url.starts_with("data:image/jpeg")));
        std::future::ready(Json(json!({ "status": "starting", "urls": { "get": "/jobs/1" } })))
    };
    let job = move || {
        let state = if count.fetch_add(1, Ordering::SeqCst) == 0 { "processing" } else { "succeeded" };
        std::future::ready(Json(json!({ "status": state, "output": [{ "label": "Brass lamp", "score": 0.8 }] })))
    };
    let address = serve(Router::new().route("/v1/predictions", post(start)).route("/jobs/1", get(job))).await;
    let url = format!("{address}/v1/predictions");
    let output = tokio::task::spawn_blocking(move || {
        tag(&[
            ("NEXUS__ADAPTERS__TAGGER", "http"),
            ("NEXUS__INFERENCE__URL", &url),
            ("NEXUS__INFERENCE__AUTH", "Authorization: Key {{key}}"),
            ("NEXUS__INFERENCE__KEY", "k-1"),
            ("NEXUS__INFERENCE__POLL_ADDRESS", "/urls/get"),
            ("NEXUS__INFERENCE__MODEL", "lamps"),
        ])
    });
    let (tags, _) = remote(&output.await.expect("a run"));
    assert_eq!((tags[0]["name"].as_str(), tags[0]["source"].as_str()), (Some("brass lamp"), Some("L3 lamps")));
    assert!(looks.load(Ordering::SeqCst) >= 2);
}
