//! A stage: the server with two owners, a file server beside it, and somebody who wants to be told.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    http::StatusCode,
    routing::{get, post},
};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::{Mutex, mpsc};

use super::contract::judge;
use crate::{
    stage::{material, serve_with},
    up::Up,
};

/// The keys of the two owners.
pub(crate) const QUAY: &str = "0123456789abcdef";
/// The other one's.
pub(crate) const OTHER: &str = "fedcba9876543210";

/// The server and what is around it.
pub(crate) struct Stage {
    pub(crate) up: Up,
    /// Where files lie, and where callbacks are taken.
    pub(crate) files: String,
    told: Mutex<mpsc::UnboundedReceiver<Value>>,
    pub(crate) data: TempDir,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        Self::with(&[]).await
    }

    pub(crate) async fn with(environment: &[(&str, &str)]) -> Self {
        Self::with_flags(&[], environment).await
    }

    /// With further flags and configuration.
    pub(crate) async fn with_flags(flags: &[&str], environment: &[(&str, &str)]) -> Self {
        let (files, told) = file_server().await;
        let data = tempfile::tempdir().expect("a folder");
        let keys = format!("[\"quay:{QUAY}\", \"other:{OTHER}\"]");
        let origins = format!("[\"{files}\"]");
        let mut all = vec![("NEXUS__SHOTSTACK__KEYS", &*keys), ("NEXUS__FETCH__ALLOWED_PRIVATE_ORIGINS", &*origins)];
        all.extend_from_slice(environment);
        let up = Up::of(serve_with(data.path(), flags, &all));
        Self { up, files, told: Mutex::new(told), data }
    }

    /// A request as an owner.
    pub(crate) fn ask(&self, request: impl FnOnce(&Client, String) -> RequestBuilder, path: &str) -> RequestBuilder {
        request(&self.up.client, self.up.url(path)).header("x-api-key", QUAY)
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, Value) {
        read(self.ask(Client::get, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        read(self.ask(Client::post, path).json(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> (StatusCode, Value) {
        read(self.ask(Client::delete, path)).await
    }

    /// Sends an edit; its id.
    pub(crate) async fn render(&self, edit: &Value) -> String {
        let (status, answer) = self.post("/edit/v1/render", edit).await;
        assert_eq!(status, StatusCode::CREATED, "{answer}");
        answer["response"]["id"].as_str().expect("an id").to_owned()
    }

    /// The render when it has ended, and the statuses that were seen on the way.
    pub(crate) async fn ended(&self, id: &str) -> (Value, Vec<String>) {
        let mut seen: Vec<String> = Vec::new();
        for _ in 0..1200 {
            let (status, answer) = self.get(&format!("/edit/v1/render/{id}?data=false")).await;
            assert_eq!(status, StatusCode::OK, "{answer}");
            let word = answer["response"]["status"].as_str().expect("a status").to_owned();
            let is_end = ["done", "failed"].contains(&&*word);
            if seen.last() != Some(&word) {
                seen.push(word);
            }
            if is_end {
                return (answer["response"].clone(), seen);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the render never ended; seen {seen:?}");
    }

    /// The next callback.
    pub(crate) async fn told(&self) -> Value {
        let told = tokio::time::timeout(Duration::from_secs(60), async { self.told.lock().await.recv().await }).await;
        told.expect("told in time").expect("the file server runs")
    }

    /// One second of the demo clip, small.
    pub(crate) fn edit(&self) -> Value {
        edit(&format!("{}/clip.mp4", self.files))
    }
}

/// One second of `src`, small.
pub(crate) fn edit(src: &str) -> Value {
    json!({
        "timeline": { "tracks": [{ "clips": [{
            "asset": { "type": "video", "src": src, "trim": 0.2 },
            "start": 0, "length": 1,
        }] }] },
        "output": { "format": "mp4", "size": { "width": 320, "height": 180 }, "fps": 25 },
    })
}

/// Status and body of an answer, judged by the contract.
pub(crate) async fn read(request: RequestBuilder) -> (StatusCode, Value) {
    let (client, request) = request.build_split();
    let request = request.expect("a request");
    let (method, path) = (request.method().to_string(), request.url().path().to_owned());
    let answer: Response = client.execute(request).await.expect("an answer");
    let status = answer.status();
    let text = answer.text().await.expect("a body");
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    judge(&method, &path, status.as_u16(), &body);
    (status, body)
}

async fn file_server() -> (String, mpsc::UnboundedReceiver<Value>) {
    let (tell, told) = mpsc::unbounded_channel();
    let clip: Arc<[u8]> = std::fs::read(&material().kit.footage[0]).expect("a demo clip").into();
    // The first word is refused, so that the engine has to say it again.
    let refused = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let take = move |Json(body): Json<Value>| {
        let is_first = !refused.swap(true, std::sync::atomic::Ordering::SeqCst);
        if !is_first {
            tell.send(body).expect("somebody listens");
        }
        std::future::ready(if is_first { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::NO_CONTENT })
    };
    let app = Router::new()
        .route("/clip.mp4", get(move || std::future::ready(([("content-type", "video/mp4")], clip.to_vec()))))
        .route("/page.html", get(|| std::future::ready(([("content-type", "text/html")], "<script>alert(1)</script>"))))
        .route("/told", post(take));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, app).await });
    (address, told)
}
