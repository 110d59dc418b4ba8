//! Sources: uploaded or fetched, and then named by an edit.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::stage::{Stage, edit};
use crate::stage::material;

/// The source when it is ready or has failed.
pub(crate) async fn settled(stage: &Stage, id: &str) -> Value {
    for _ in 0..600 {
        let (status, answer) = stage.get(&format!("/ingest/v1/sources/{id}")).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let attributes = &answer["data"]["attributes"];
        if attributes["status"] == "ready" || attributes["status"] == "failed" {
            return attributes.clone();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the source {id} never settled");
}

#[tokio::test]
async fn an_upload_becomes_a_source_that_edits_name() {
    let stage = Stage::new().await;
    let (status, upload) = stage.post("/ingest/v1/upload", &Value::Null).await;
    assert_eq!(status, StatusCode::OK, "{upload}");
    let id = upload["data"]["id"].as_str().expect("an id").to_owned();
    let (_, waiting) = stage.get(&format!("/ingest/v1/sources/{id}")).await;
    assert_eq!(waiting["data"]["attributes"]["status"], "queued");

    let clip = std::fs::read(&material().kit.footage[0]).expect("a demo clip");
    let link = upload["data"]["attributes"]["url"].as_str().expect("a link");
    let put = stage.up.client.put(link).body(clip.clone()).send().await.expect("an answer");
    assert_eq!(put.status(), StatusCode::OK, "{}", put.text().await.expect("a body"));
    let source = settled(&stage, &id).await;
    assert_eq!(source["status"], "ready", "{source}");
    assert!(source["width"].as_u64().is_some_and(|width| width > 0), "{source}");
    let url = source["source"].as_str().expect("an address").to_owned();
    let back = stage.up.client.get(&url).send().await.expect("an answer").bytes().await.expect("bytes");
    assert_eq!(back.len(), clip.len());
    let (_, list) = stage.get("/ingest/v1/sources").await;
    assert_eq!(list["data"][0]["id"], json!(id));
    // What was uploaded as a source is no footage of a business.
    let (_, runs) = stage.get("/v1/runs?flow=ingest").await;
    assert_eq!(runs, json!([]));

    // Our own address lies on this machine, which no fetch may reach; the file behind it is used all the same.
    let (render, _) = stage.ended(&stage.render(&edit(&url)).await).await;
    assert_eq!(render["status"], "done", "{render}");

    assert_eq!(stage.delete(&format!("/ingest/v1/sources/{id}")).await.0, StatusCode::NO_CONTENT);
    assert_eq!(stage.delete(&format!("/ingest/v1/sources/{id}")).await.0, StatusCode::NOT_FOUND);
    assert_eq!(stage.up.client.get(&url).send().await.expect("an answer").status(), StatusCode::NOT_FOUND);
    let (status, refused) = stage.post("/edit/v1/render", &edit(&url)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{refused}");
    assert_eq!(refused["response"]["details"][0]["path"], "timeline.tracks[0].clips[0].asset.src");
}

#[tokio::test]
async fn an_address_becomes_a_source() {
    let stage = Stage::new().await;
    let body = json!({ "url": format!("{}/clip.mp4", stage.files), "callback": format!("{}/told", stage.files) });
    let (status, queued) = stage.post("/ingest/stage/sources", &body).await;
    assert_eq!(status, StatusCode::CREATED, "{queued}");
    let id = queued["data"]["id"].as_str().expect("an id").to_owned();
    let source = settled(&stage, &id).await;
    assert_eq!([&source["status"], &source["input"]], [&json!("ready"), &body["url"]], "{source}");
    let told = stage.told().await;
    assert_eq!([&told["type"], &told["status"], &told["url"]], [&json!("ingest"), &json!("ready"), &source["source"]]);

    // A page is kept as a file and never shown as a page.
    let (_, queued) = stage.post("/ingest/v1/sources", &json!({ "url": format!("{}/page.html", stage.files) })).await;
    let page = settled(&stage, queued["data"]["id"].as_str().expect("an id")).await;
    let served = stage.up.client.get(page["source"].as_str().expect("an address")).send().await.expect("an answer");
    assert_eq!(served.headers()["content-type"], "application/octet-stream");

    let (_, queued) = stage.post("/ingest/v1/sources", &json!({ "url": "http://192.168.0.1/x.mp4" })).await;
    let refused = settled(&stage, queued["data"]["id"].as_str().expect("an id")).await;
    assert_eq!(refused["status"], "failed", "{refused}");
}

#[tokio::test]
async fn a_probe_looks_and_keeps_nothing() {
    let stage = Stage::new().await;
    let url = format!("{}/clip.mp4", stage.files).replace(':', "%3A").replace('/', "%2F");
    let (status, probed) = stage.get(&format!("/edit/v1/probe/{url}")).await;
    assert_eq!(status, StatusCode::OK, "{probed}");
    let video = &probed["response"]["metadata"]["streams"][0];
    assert_eq!([&video["codec_type"], &video["codec_name"]], [&json!("video"), &json!("h264")]);
    assert_eq!(probed["response"]["metadata"]["format"]["filename"], json!(format!("{}/clip.mp4", stage.files)));
    for (name, url, want) in [
        ("private", "http%3A%2F%2F10.0.0.1%2Fx.mp4", StatusCode::BAD_REQUEST),
        ("file", "file%3A%2F%2F%2Fetc%2Fpasswd", StatusCode::BAD_REQUEST),
        ("no media", &*format!("{}/page.html", stage.files).replace('/', "%2F"), StatusCode::BAD_REQUEST),
    ] {
        let (status, body) = stage.get(&format!("/edit/v1/probe/{url}")).await;
        assert_eq!(status, want, "{name}: {body}");
        assert!(!body.to_string().contains("fetch-"), "{name}: {body}");
    }
}
