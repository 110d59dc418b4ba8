//! Templates: kept, changed, rendered with other words.

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use super::stage::{OTHER, Stage, read};

#[tokio::test]
async fn a_template_is_rendered_with_other_words() {
    let stage = Stage::new().await;
    let mut document = stage.edit();
    document["timeline"]["tracks"][0]["clips"][0]["asset"]["src"] = json!("{{ SRC }}");
    document["timeline"]["tracks"][0]["clips"][0]["length"] = json!("{{LENGTH}}");
    document["merge"] =
        json!([{ "find": "LENGTH", "replace": 9 }, { "find": "SRC", "replace": "https://nowhere.example/x.mp4" }]);

    let (status, made) = stage.post("/edit/v1/templates", &json!({ "name": "First", "template": document })).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let id = made["response"]["id"].as_str().expect("an id").to_owned();
    let place = format!("/edit/v1/templates/{id}");

    let (_, one) = stage.get(&place).await;
    assert_eq!([&one["response"]["name"], &one["response"]["template"]], [&json!("First"), &document]);
    let changed = read(stage.ask(Client::put, &place).json(&json!({ "name": "Second", "template": document }))).await;
    assert_eq!(changed.0, StatusCode::OK, "{}", changed.1);
    let (_, list) = stage.get("/edit/v1/templates").await;
    assert_eq!(list["response"]["templates"][0]["name"], "Second");

    // Another owner does not see it.
    let strange = |method: fn(&Client, String) -> reqwest::RequestBuilder| {
        method(&stage.up.client, stage.up.url(&place)).header("x-api-key", OTHER)
    };
    assert_eq!(read(strange(Client::get)).await.0, StatusCode::NOT_FOUND);
    assert_eq!(read(strange(Client::delete)).await.0, StatusCode::NOT_FOUND);

    let merge = json!([{ "find": "LENGTH", "replace": 0.6 }, { "find": "SRC", "replace": format!("{}/clip.mp4", stage.files) }]);
    let (status, queued) = stage.post("/edit/v1/templates/render", &json!({ "id": id, "merge": merge })).await;
    assert_eq!(status, StatusCode::CREATED, "{queued}");
    let render = queued["response"]["id"].as_str().expect("an id").to_owned();
    let (ended, _) = stage.ended(&render).await;
    assert_eq!([&ended["status"], &ended["duration"]], [&json!("done"), &json!(0.6)], "{ended}");
    let shown = |merged: &str| format!("/edit/v1/render/{render}?data=True&merged={merged}");
    let (_, merged) = stage.get(&shown("True")).await;
    let clip = |answer: &Value| answer["response"]["data"]["timeline"]["tracks"][0]["clips"][0]["length"].clone();
    assert_eq!(clip(&merged), json!(0.6));
    assert_eq!(clip(&stage.get(&shown("False")).await.1), json!("{{LENGTH}}"));

    assert_eq!(stage.delete(&place).await.0, StatusCode::NO_CONTENT);
    assert_eq!(stage.get(&place).await.0, StatusCode::NOT_FOUND);
    assert_eq!(stage.post("/edit/v1/templates/render", &json!({ "id": id })).await.0, StatusCode::NOT_FOUND);
    for bad in [
        json!({}),
        json!({ "name": " " }),
        json!({ "name": "x", "template": 3 }),
        json!({ "name": "x", "tempalte": {} }),
    ] {
        assert_eq!(stage.post("/edit/v1/templates", &bad).await.0, StatusCode::BAD_REQUEST, "{bad}");
    }
}
