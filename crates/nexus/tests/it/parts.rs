//! Uploads in parts over the sockets of `nexus up`, as the portal's page makes them: broken off, gone on with, completed.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{stage::material, up::Up};

async fn business(up: &Up) -> String {
    let business = &material().kit.business;
    let saved = up.client.post(up.url("/v1/businesses")).json(business).send().await.expect("an answer");
    assert!(saved.status().is_success());
    serde_json::to_value(business).expect("plain data")["id"].as_str().expect("an id").to_owned()
}

async fn ask(up: &Up, path: &str, body: &Value) -> (StatusCode, Value) {
    let answer = up.client.post(up.url(path)).json(body).send().await.expect("an answer");
    (answer.status(), answer.json().await.expect("JSON"))
}

/// Signs one part and sends it.
async fn send(up: &Up, which: &Value, number: u64, bytes: Vec<u8>) {
    let mut request = which.clone();
    request["numbers"] = json!([number]);
    let (status, signed) = ask(up, "/v1/uploads/parts", &request).await;
    assert_eq!(status, StatusCode::OK, "{signed}");
    let url = signed[0]["url"].as_str().expect("a link");
    let sent = up.client.put(url).body(bytes).send().await.expect("an answer");
    assert!(sent.status().is_success(), "part {number}: {}", sent.status());
}

#[tokio::test]
async fn a_large_file_arrives_in_parts_and_goes_on_after_a_break() {
    let folder = tempfile::tempdir().expect("a folder");
    let up = Up::start_with(folder.path(), &[]);
    let business = business(&up).await;
    // A clip with something behind it that players skip: large enough for two parts.
    let mut bytes = std::fs::read(&material().kit.footage[0]).expect("a clip");
    let free = 24 * 1024 * 1024_u32;
    bytes.extend_from_slice(&free.to_be_bytes());
    bytes.extend_from_slice(b"free");
    bytes.resize(bytes.len() + free as usize - 8, 7);
    let asked = json!({"file_name": "harbour.mp4", "size_bytes": bytes.len(), "in_parts": true, "business": business});
    let (status, begun) = ask(&up, "/v1/uploads", &asked).await;
    assert_eq!(status, StatusCode::CREATED, "{begun}");
    let parts = &begun["parts"];
    let which = json!({"key": parts["key"], "upload": parts["upload"]});
    let part_bytes = usize::try_from(parts["part_bytes"].as_u64().expect("bytes")).expect("few");
    assert_eq!(parts["count"], bytes.len().div_ceil(part_bytes));

    // Only the second arrives before the page is closed.
    send(&up, &which, 2, bytes[part_bytes..].to_vec()).await;
    let list = format!(
        "/v1/uploads/parts?key={}&upload={}",
        parts["key"].as_str().expect("a key"),
        parts["upload"].as_str().expect("an id")
    );
    let arrived = up.json(&list).await;
    assert_eq!(arrived["arrived"], json!([{"number": 2, "size_bytes": bytes.len() - part_bytes}]));
    let (status, refused) = ask(&up, "/v1/uploads/complete", &which).await;
    assert_eq!(status, StatusCode::CONFLICT, "half a file is not taken");
    assert!(refused["detail"].as_str().is_some_and(|detail| detail.contains("part 1")), "{refused}");

    // It goes on with what is missing; a completion that is repeated finds the same file.
    send(&up, &which, 1, bytes[..part_bytes].to_vec()).await;
    for _ in 0..2 {
        let (status, whole) = ask(&up, "/v1/uploads/complete", &which).await;
        assert_eq!((status, &whole["size_bytes"]), (StatusCode::OK, &json!(bytes.len())), "{whole}");
    }
    // The clip is looked at like any other.
    for _ in 0..600 {
        let runs = up.json("/v1/runs?flow=ingest").await;
        match runs.as_array().map(Vec::as_slice) {
            Some([run]) if run["state"] == "done" => return,
            Some([run]) if run["state"] == "failed" => panic!("{run}"),
            _ => tokio::time::sleep(std::time::Duration::from_millis(100)).await,
        }
    }
    panic!("the clip was never looked at");
}

#[tokio::test]
async fn what_no_upload_has_is_refused_in_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let up = Up::start_with(folder.path(), &[]);
    let business = business(&up).await;
    let foreign = json!({"key": format!("t/{business}/raw/asset_none"), "upload": "none"});
    for path in ["/v1/uploads/complete", "/v1/uploads/parts"] {
        let mut request = foreign.clone();
        if path.ends_with("parts") {
            request["numbers"] = json!([1]);
        }
        let (status, told) = ask(&up, path, &request).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}: {told}");
    }
    let asked = json!({"file_name": "b.mp4", "size_bytes": 40_000_000, "in_parts": true, "business": business});
    let (_, begun) = ask(&up, "/v1/uploads", &asked).await;
    for numbers in [json!([0]), json!([4]), json!([]), json!((1..=101).collect::<Vec<u16>>())] {
        let request = json!({"key": begun["parts"]["key"], "upload": begun["parts"]["upload"], "numbers": numbers});
        let (status, told) = ask(&up, "/v1/uploads/parts", &request).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{told}");
    }
    let too_large = json!({"file_name": "c.mp4", "size_bytes": 6_000_000_000_u64, "business": business});
    let (status, told) = ask(&up, "/v1/uploads", &too_large).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(told["detail"].as_str().is_some_and(|detail| detail.contains("in_parts")), "the remedy is named: {told}");
}
