//! Files that are brought in to be offered, and known by the id that their sender gave them.

use std::time::Duration;

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use super::stage::{OTHER, Stage, read};

async fn settled(stage: &Stage, id: &str) -> Value {
    for _ in 0..600 {
        let (status, answer) = stage.get(&format!("/serve/v1/assets/{id}")).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let attributes = &answer["data"]["attributes"];
        if attributes["status"] != "importing" {
            return attributes.clone();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the transfer {id} never settled");
}

#[tokio::test]
async fn a_file_elsewhere_is_offered_here() {
    let stage = Stage::new().await;
    let ours = json!([{ "provider": "shotstack" }]);
    let body = json!({ "url": format!("{}/clip.mp4", stage.files), "id": "summer-film", "destinations": ours });
    let (status, queued) = stage.post("/serve/v1/assets", &body).await;
    assert_eq!(status, StatusCode::OK, "{queued}");
    let attributes = &queued["data"]["attributes"];
    assert_eq!([&attributes["id"], &attributes["status"]], [&json!("summer-film"), &json!("queued")]);
    let asset = settled(&stage, "summer-film").await;
    assert_eq!([&asset["status"], &asset["renderId"]], [&json!("ready"), &json!("summer-film")], "{asset}");
    let url = asset["url"].as_str().expect("an address");
    let served = stage.up.client.get(url).send().await.expect("an answer");
    assert_eq!(served.headers()["content-type"], "video/mp4");

    // The same id again is another file; both are listed, the later one answers to the id.
    let gone = json!({ "url": format!("{}/nothing.mp4", stage.files), "id": "summer-film", "destinations": ours });
    assert_eq!(stage.post("/serve/v1/assets", &gone).await.0, StatusCode::OK);
    assert_eq!(settled(&stage, "summer-film").await["status"], "failed");
    let (_, list) = stage.get("/serve/v1/assets/render/summer-film").await;
    assert_eq!(list["data"].as_array().map(Vec::len), Some(2), "{list}");
    let stranger = |path: &str| stage.up.client.get(stage.up.url(path)).header("x-api-key", OTHER);
    assert_eq!(read(stranger("/serve/v1/assets/summer-film")).await.0, StatusCode::NOT_FOUND);
    assert_eq!(read(stranger("/serve/v1/assets/render/summer-film")).await.0, StatusCode::NOT_FOUND);
    let (_, sources) = stage.get("/ingest/v1/sources").await;
    assert_eq!(sources["data"], json!([]), "a transfer is no source");

    let place = format!("/serve/v1/assets/{}", asset["id"].as_str().expect("an id"));
    assert_eq!(read(stage.ask(Client::delete, &place)).await.0, StatusCode::NO_CONTENT);
    assert_eq!(stage.get(&place).await.1["data"]["attributes"]["status"], "deleted");

    for (name, field, value) in [
        ("no address", "url", json!(null)),
        ("no id", "id", json!("")),
        ("no destination", "destinations", json!([])),
        ("elsewhere", "destinations", json!([{ "provider": "s3", "options": {} }])),
    ] {
        let mut bad = body.clone();
        bad[field] = value;
        let (status, refused) = stage.post("/serve/v1/assets", &bad).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{name}: {refused}");
        let detail = refused["errors"][0]["detail"].as_str().expect("words");
        assert!(detail.contains(if name == "elsewhere" { "'s3'" } else { field }), "{name}: {detail}");
    }
}
