//! A runtime of Lambda: it gives events to a function and takes its answers, and invokes it for whoever asks as AWS is
//! asked.
//! Source: "Using the Lambda runtime API", AWS Lambda developer guide, and "Invoke", AWS Lambda API reference.

use std::{
    collections::VecDeque,
    process::{Child, Command, Stdio},
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
use serde_json::Value;
use tokio::sync::mpsc;

/// Events to give out with the time for each, and where answers go and come from.
#[derive(Clone)]
struct Runtime {
    events: Arc<Mutex<VecDeque<(Value, Duration)>>>,
    answers: mpsc::UnboundedSender<(bool, Value)>,
    heard: Arc<tokio::sync::Mutex<mpsc::UnboundedReceiver<(bool, Value)>>>,
}

impl Runtime {
    /// The answer to one event; `Err` is what the function failed with.
    async fn ask(&self, event: Value, time: Duration) -> Result<Value, Value> {
        let mut heard = self.heard.lock().await;
        self.events.lock().expect("held shortly").push_back((event, time));
        let answer = tokio::time::timeout(Duration::from_secs(120), heard.recv()).await;
        match answer.expect("in time").expect("an answer") {
            (true, answer) => Ok(answer),
            (false, error) => Err(error),
        }
    }
}

/// What clients of AWS ask for.
async fn invoke(State(runtime): State<Runtime>, Route(name): Route<String>, head: HeaderMap, body: Bytes) -> Response {
    let header = |name: &str| head.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !header("authorization").contains("/us-east-1/lambda/aws4_request") {
        return StatusCode::FORBIDDEN.into_response();
    }
    if name != "nexus-beats" {
        let code = [("x-amzn-errortype", "ResourceNotFoundException")];
        return (StatusCode::NOT_FOUND, code, r#"{"Type":"User","Message":"Function not found"}"#).into_response();
    }
    if header("x-amz-invocation-type") == "DryRun" {
        return StatusCode::NO_CONTENT.into_response();
    }
    let event = serde_json::from_slice(&body).expect("an event");
    match runtime.ask(event, Duration::from_secs(60)).await {
        Ok(answer) => answer.to_string().into_response(),
        Err(error) => ([("x-amz-function-error", "Unhandled")], error.to_string()).into_response(),
    }
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
pub(super) struct Function {
    child: Child,
    runtime: Runtime,
    url: String,
}

impl Function {
    #[expect(clippy::disallowed_methods, reason = "the tests run the product as Lambda would")]
    pub(super) async fn start(name: &str, environment: &[(String, String)]) -> Self {
        let (sender, answers) = mpsc::unbounded_channel();
        let heard = Arc::new(tokio::sync::Mutex::new(answers));
        let runtime = Runtime { events: Arc::default(), answers: sender, heard };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/{how}", post(answered))
            .route("/2015-03-31/functions/{name}/invocations", post(invoke))
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
        Self { child, runtime, url: format!("http://{address}") }
    }

    /// The answer to one event; `Err` is what it failed with.
    pub(super) async fn ask(&self, event: Value) -> Result<Value, Value> {
        self.ask_within(Duration::from_secs(120), event).await
    }

    /// The same with less time.
    pub(super) async fn ask_within(&self, time: Duration, event: Value) -> Result<Value, Value> {
        self.runtime.ask(event, time).await
    }

    /// Where clients of AWS invoke it, by the name `nexus-beats`.
    pub(super) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
