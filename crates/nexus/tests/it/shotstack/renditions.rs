//! Versions of sources.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{
    ingest::settled,
    stage::{Stage, edit},
};

#[tokio::test]
async fn a_source_comes_with_its_versions() {
    let stage = Stage::new().await;
    let body = json!({
        "url": format!("{}/clip.mp4", stage.files),
        "callback": format!("{}/told", stage.files),
        "outputs": { "renditions": [
            { "size": { "width": 160, "height": 160 }, "fit": "contain", "fps": 12, "quality": 30, "speed": { "speed": 2 },
              "filename": "my film" },
            { "format": "gif", "size": { "width": 64 }, "fps": 12, "speed": { "speed": 10 } },
            { "format": "mp3" },
        ] },
    });
    let (status, queued) = stage.post("/ingest/v1/sources", &body).await;
    assert_eq!(status, StatusCode::CREATED, "{queued}");
    let id = queued["data"]["id"].as_str().expect("an id").to_owned();
    let source = settled(&stage, &id).await;
    assert_eq!(source["status"], "ready", "{source}");
    let renditions = source["outputs"]["renditions"].as_array().expect("renditions").clone();
    let words: Vec<&Value> = renditions.iter().map(|rendition| &rendition["status"]).collect();
    assert_eq!(words, ["ready", "ready", "failed"], "{renditions:#?}");
    let film = &renditions[0];
    assert_eq!([&film["width"], &film["height"], &film["fps"]], [&json!(160), &json!(160), &json!(12.0)], "{film}");
    let (whole_s, film_s) =
        (source["duration"].as_f64().expect("seconds"), film["duration"].as_f64().expect("seconds"));
    assert!((whole_s / 2.0 - film_s).abs() < 0.1, "twice as fast: {whole_s} {film_s}");
    assert_eq!(film["transformation"], body["outputs"]["renditions"][0], "what was asked for comes back");
    let url = film["url"].as_str().expect("an address").to_owned();
    assert!(url.ends_with("/my-film.mp4"), "{url}");
    assert_eq!(
        &stage.up.client.get(&url).send().await.expect("an answer").bytes().await.expect("bytes")[4..8],
        b"ftyp"
    );
    let gif = stage.up.client.get(renditions[1]["url"].as_str().expect("an address")).send().await.expect("an answer");
    assert_eq!(&gif.bytes().await.expect("bytes")[..4], b"GIF8");
    let error = renditions[2]["error"].as_str().expect("words");
    assert!(error.contains("outputs.renditions[2]") && error.contains("mp4 or gif"), "{error}");
    assert_eq!(stage.told().await["status"], "ready");

    // An edit names a version like any other source, until the source is taken down.
    let (render, _) = stage.ended(&stage.render(&edit(&url)).await).await;
    assert_eq!(render["status"], "done", "{render}");
    assert_eq!(stage.delete(&format!("/ingest/v1/sources/{id}")).await.0, StatusCode::NO_CONTENT);
    assert_eq!(stage.up.client.get(&url).send().await.expect("an answer").status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_not_made_is_refused_when_it_is_asked_for() {
    let stage = Stage::new().await;
    for (name, extra, words) in [
        (
            "format",
            json!({ "outputs": { "renditions": [{ "format": "webm" }] } }),
            ["outputs.renditions[0].format", "mp4"],
        ),
        (
            "transcription",
            json!({ "outputs": { "transcription": { "format": "srt" } } }),
            ["outputs.transcription", "SRT"],
        ),
        ("typing error", json!({ "outputs": { "renditions": [{ "fromat": "mp4" }] } }), ["renditions[0]", "fromat"]),
        ("elsewhere", json!({ "destinations": [{ "provider": "vimeo" }] }), ["vimeo", "leave this destination out"]),
    ] {
        let mut body = json!({ "url": "https://a.example/x.mp4" });
        body.as_object_mut().expect("an object").extend(extra.as_object().expect("an object").clone());
        let (status, refused) = stage.post("/ingest/v1/sources", &body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{name}: {refused}");
        let detail = refused["errors"][0]["detail"].as_str().expect("words");
        assert!(words.iter().all(|word| detail.contains(word)), "{name}: {detail}");
    }
}
