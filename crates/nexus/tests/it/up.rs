//! `nexus up` over its socket: pages, webhook, approval and undo, as a browser, a bot and a program meet them.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::Child,
};

use reqwest::{Client, StatusCode, header, redirect::Policy};
use serde_json::{Value, json};

use crate::stage::{self, material, nexus, serve, stderr, words};

/// A running server, killed when dropped.
pub(crate) struct Up {
    child: Child,
    pub(crate) address: String,
    pub(crate) client: Client,
}

impl Up {
    fn start(data: &Path) -> Self {
        Self::start_with(data, &[])
    }

    /// With further configuration, as environment variables.
    pub(crate) fn start_with(data: &Path, environment: &[(&str, &str)]) -> Self {
        Self::of(serve(data, environment))
    }

    /// The server that `child` is, once it says where it listens.
    pub(crate) fn of(mut child: Child) -> Self {
        let mut told = BufReader::new(child.stderr.take().expect("stderr is piped"));
        let mut line = String::new();
        while !line.contains("Nexus is up at ") {
            line.clear();
            assert!(told.read_line(&mut line).expect("readable") > 0, "the server ended");
        }
        std::thread::spawn(move || std::io::copy(&mut told, &mut std::io::sink()));
        let address = line.split_whitespace().find(|word| word.starts_with("http://")).expect("an address").to_owned();
        nexus_store::use_ring();
        let client = Client::builder().redirect(Policy::none()).build().expect("a client");
        Self { child, address, client }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    pub(crate) async fn json(&self, path: &str) -> Value {
        let answer = self.client.get(self.url(path)).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.json().await.expect("JSON")
    }

    async fn decide(&self, link: &str, form: &[(&str, &str)]) -> StatusCode {
        let body = form.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
        let request = self
            .client
            .post(self.url(link))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body);
        request.send().await.expect("an answer").status()
    }

    /// The reel that waits on a signal ending with `signal`, and the link of its newest question.
    async fn waiting(&self, ends_with: &str) -> (String, String) {
        for _ in 0..600 {
            let runs = self.json("/v1/runs?flow=reel&state=waiting").await;
            let run = runs
                .as_array()
                .and_then(|runs| runs.first())
                .filter(|run| run["awaits"].as_str().is_some_and(|signal| signal.ends_with(ends_with)));
            if let Some(id) = run.and_then(|run| run["id"].as_str()) {
                let detail = self.json(&format!("/v1/runs/{id}")).await;
                let steps = detail["steps"].as_array().expect("steps");
                let asked = steps.iter().rev().find(|step| step["step"] == "16-notify").expect("the owner was asked");
                return (id.to_owned(), asked["output"]["link_path"].as_str().expect("a link").to_owned());
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("no reel waits on {ends_with}");
    }

    pub(crate) async fn state_of(&self, run: &str, wanted: &str) -> Value {
        for _ in 0..600 {
            let detail = self.json(&format!("/v1/runs/{run}")).await;
            if detail["state"] == wanted {
                return detail;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("run {run} never became {wanted}");
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn the_owner_decides_and_nobody_else() {
    let out = tempfile::tempdir().expect("a folder");
    let arguments: Vec<String> =
        material().demo(out.path()).into_iter().filter(|argument| argument != "--approve").collect();
    let made = nexus(&arguments);
    assert!(made.status.success(), "{}", stderr(&made));
    let report = stage::report(out.path());
    assert_eq!(report["arrows"][16]["status"], "waiting", "nothing is approved by itself");
    assert_eq!(report["outbox"], json!([]));

    let up = Up::start(&out.path().join("data"));
    let (run, link) = up.waiting("approval/r0/0").await;

    // Bots that fetch the link, in every way, change nothing.
    for agent in ["Slackbot-LinkExpanding 1.0", "WhatsApp/2.23", "Mozilla/5.0"] {
        let page = up.client.get(up.url(&link)).header(header::USER_AGENT, agent).send().await.expect("an answer");
        assert_eq!(page.status(), StatusCode::OK);
        assert!(page.text().await.expect("HTML").contains("Approve &amp; post"));
        let head = up.client.head(up.url(&link)).send().await.expect("an answer");
        assert_eq!(head.status(), StatusCode::OK);
    }
    assert_eq!(up.waiting("approval/r0/0").await.1, link);

    // The film plays with ranges.
    let range = up
        .client
        .get(up.url(&format!("{link}/film.mp4")))
        .header(header::RANGE, "bytes=0-99")
        .send()
        .await
        .expect("an answer");
    assert_eq!(range.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(range.bytes().await.expect("bytes").len(), 100);

    // A forged link and another site's form do nothing.
    let mut forged = link.clone();
    forged.pop();
    forged.push(if link.ends_with('A') { 'B' } else { 'A' });
    assert_eq!(up.decide(&forged, &[("verdict", "approve")]).await, StatusCode::NOT_FOUND);
    let foreign = up
        .client
        .post(up.url(&link))
        .header("sec-fetch-site", "cross-site")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body("verdict=approve");
    assert_eq!(foreign.send().await.expect("an answer").status(), StatusCode::FORBIDDEN);

    // Approve, take it back, be asked again, approve for good.
    assert_eq!(up.decide(&link, &[("verdict", "approve")]).await, StatusCode::SEE_OTHER);
    assert_eq!(up.decide(&link, &[("verdict", "decline")]).await, StatusCode::CONFLICT, "single use");
    up.waiting("/undo").await;
    assert_eq!(up.decide(&format!("{link}/undo"), &[]).await, StatusCode::OK);
    let (_, second) = up.waiting("approval/r0/1").await;
    assert_ne!(second, link);
    assert_eq!(up.decide(&second, &[("verdict", "approve")]).await, StatusCode::SEE_OTHER);
    let detail = up.state_of(&run, "done").await;
    assert_eq!(detail["output"]["outcome"], "published");
    assert_eq!(detail["output"]["receipts"].as_array().map(Vec::len), Some(5));
    let learnt = detail["steps"].as_array().expect("steps").iter().filter(|step| step["step"] == "learn").count();
    assert_eq!(learnt, 1, "only the answer that stood is learnt from");

    // What was published can be watched, and search engines are told what it is.
    let hash = detail["output"]["film"]["hash"].as_str().expect("a hash")[..16].to_owned();
    let watch =
        up.client.get(up.url(&format!("/watch/{hash}"))).send().await.expect("an answer").text().await.expect("HTML");
    assert!(watch.contains("\"@type\":\"VideoObject\""), "{watch}");
}

#[tokio::test]
async fn a_brands_memory_is_read_taught_edited_and_forgotten() {
    let folder = tempfile::tempdir().expect("a folder");
    let up = Up::start(folder.path());
    let business = &material().kit.business;
    let saved = up.client.post(up.url("/v1/businesses")).json(business).send().await.expect("an answer");
    assert_eq!(saved.status(), StatusCode::OK);
    let of = format!("business={}", business.id);
    let taught = up
        .client
        .post(up.url(&format!("/v1/memory?{of}")))
        .json(&json!({ "words": "Fewer neon signs. Never say cheap." }));
    let taught = taught.send().await.expect("an answer");
    assert_eq!(taught.status(), StatusCode::CREATED);
    assert_eq!(taught.json::<Value>().await.expect("JSON").as_array().map(Vec::len), Some(2));
    let found = up.json(&format!("/v1/memory?{of}&q=neon")).await;
    assert_eq!((&found[0]["text"], &found[0]["evidence"][0]["origin"]), (&json!("Fewer neon signs."), &json!("owner")));
    let id = found[0]["id"].as_str().expect("an id").to_owned();
    let one = up.url(&format!("/v1/memory/{id}?{of}"));
    let edited = up.client.patch(&one).json(&json!({ "text": "No neon signs" })).send().await.expect("an answer");
    assert_eq!(edited.json::<Value>().await.expect("JSON")["text"], "No neon signs");
    assert_eq!(up.client.delete(&one).send().await.expect("an answer").status(), StatusCode::NO_CONTENT);
    assert_eq!(up.client.delete(&one).send().await.expect("an answer").status(), StatusCode::NOT_FOUND);
    assert_eq!(up.json(&format!("/v1/memory?{of}")).await.as_array().map(Vec::len), Some(1));

    // The same from the command line, on the same data.
    let data = folder.path().to_str().expect("UTF-8").to_owned();
    let brand = |arguments: &[&str]| {
        let output = nexus(&words(&[&["brand"], arguments, &["--json", "--data", data.as_str()]].concat()));
        assert!(output.status.success(), "{}", stderr(&output));
        serde_json::from_slice::<Value>(&output.stdout).unwrap_or_default()
    };
    let listed = brand(&["list"]);
    assert_eq!((listed.as_array().map(Vec::len), &listed[0]["topic"]), (Some(1), &json!("cheap")));
    let added = brand(&["add", "More of the garden"]);
    let id = added[0]["id"].as_str().expect("an id");
    assert_eq!(brand(&["edit", id, "More of the old garden"])[0]["topic"], "old garden");
    brand(&["forget", id]);
    assert_eq!(brand(&["recall", "garden", "--limit", "3"]), json!([]));
}

#[tokio::test]
async fn the_webhook_is_idempotent_and_explains_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let up = Up::start(folder.path());
    let business = &material().kit.business;
    let saved = up.client.post(up.url("/v1/businesses")).json(business).send().await.expect("an answer");
    assert_eq!(saved.status(), StatusCode::OK);

    // Without text a review is kept, and makes no film.
    let review = json!({ "id": "r-1", "rating": 5, "author": "A", "text": "", "business": business.id });
    let send = async |key: &str, body: &Value| {
        let answer = up
            .client
            .post(up.url("/v1/reviews"))
            .header("idempotency-key", key)
            .json(body)
            .send()
            .await
            .expect("an answer");
        (answer.status(), answer.headers().clone(), answer.json::<Value>().await.expect("JSON"))
    };
    let (status, _, kept) = send("k-1", &review).await;
    assert_eq!((status, &kept["status"]), (StatusCode::ACCEPTED, &json!("kept")));
    let (status, headers, again) = send("k-1", &review).await;
    assert_eq!((status, &again), (StatusCode::ACCEPTED, &kept));
    assert_eq!(headers.get("idempotency-replayed").map(|value| value.as_bytes()), Some(&b"true"[..]));
    let other = json!({ "id": "r-2", "rating": 4, "text": "Lovely bread.", "business": business.id });
    let (status, _, problem) = send("k-1", &other).await;
    assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("idempotency-mismatch")));

    // Without music nothing can be made, and the answer says what to do.
    let (status, headers, problem) = send("k-2", &other).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(headers[header::CONTENT_TYPE], "application/problem+json");
    assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("--music")), "{problem}");

    // Broken bodies are answered in the same form.
    for body in ["", "[", "{}", "null", "{\"id\":1}"] {
        let answer = up.client.post(up.url("/v1/reviews")).body(body).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{body:?}");
    }
    let document = up.json("/openapi.json").await;
    assert!(document["paths"]["/v1/reviews"]["post"].is_object());
    let page = up.client.get(up.url("/")).send().await.expect("an answer");
    assert!(page.headers().get("content-security-policy").is_some());
}

#[test]
fn a_second_worker_on_the_same_folder_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let _up = Up::start(folder.path());
    let data = folder.path().to_str().expect("UTF-8");
    let clip = material().kit.footage[0].to_str().expect("UTF-8");
    let output = nexus(&words(&["ingest", clip, "--data", data]));
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("another process works in"), "{}", stderr(&output));
}
