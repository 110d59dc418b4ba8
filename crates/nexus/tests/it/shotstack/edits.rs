//! An edit becomes a film, or a reason.

use reqwest::{Client, StatusCode, header};
use serde_json::{Value, json};

use super::stage::{OTHER, Stage, edit, read};

const STATUSES: [&str; 6] = ["queued", "fetching", "rendering", "saving", "done", "failed"];

#[tokio::test]
async fn an_edit_becomes_a_film_that_can_be_taken_down() {
    let stage = Stage::new().await;
    let mut sent = stage.edit();
    sent["callback"] = json!(format!("{}/told", stage.files));
    sent["output"]["poster"] = json!({ "capture": 0.5 });
    sent["output"]["thumbnail"] = json!({ "capture": 9, "scale": 0.5 });
    sent["output"]["destinations"] = json!([{ "provider": "shotstack" }]);
    let id = stage.render(&sent).await;
    let (render, seen) = stage.ended(&id).await;
    assert_eq!(render["status"], "done", "{render}");
    assert!(seen.iter().all(|word| STATUSES.contains(&&**word)), "{seen:?}");
    assert_eq!(render["duration"], json!(1.0));
    assert!(render["renderTime"].as_u64().is_some(), "{render}");

    // The document comes back as it was sent.
    let (_, with_data) = stage.get(&format!("/edit/stage/render/{id}")).await;
    assert_eq!(with_data["response"]["data"], sent);

    // Whoever has the address may download it, in parts.
    let url = render["url"].as_str().expect("an address");
    let film = stage.up.client.get(url).send().await.expect("an answer");
    assert_eq!(
        (film.status(), &film.headers()[header::CONTENT_TYPE]),
        (StatusCode::OK, &"video/mp4".parse().expect("a value"))
    );
    let film = film.bytes().await.expect("bytes");
    assert_eq!(&film[4..8], b"ftyp");
    let part = stage.up.client.get(url).header(header::RANGE, "bytes=4-7").send().await.expect("an answer");
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.bytes().await.expect("bytes"), "ftyp");
    let picture = async |name: &str| {
        let address = render[name].as_str().expect(name);
        stage.up.client.get(address).send().await.expect("an answer").bytes().await.expect("bytes")
    };
    let (poster, thumbnail) = (picture("poster").await, picture("thumbnail").await);
    assert_eq!((jpeg_size(&poster), jpeg_size(&thumbnail)), ((320, 180), (160, 90)));

    // The one who asked to be told was, although the first try was refused.
    let told = stage.told().await;
    assert_eq!(
        [&told["type"], &told["action"], &told["id"], &told["status"], &told["url"], &told["error"]],
        [&json!("edit"), &json!("render"), &json!(id), &json!("done"), &json!(url), &Value::Null]
    );

    // Its assets are listed, one can be seen, and be taken down, once.
    let (status, assets) = stage.get(&format!("/serve/v1/assets/render/{id}")).await;
    assert_eq!(status, StatusCode::OK, "{assets}");
    assert_eq!(assets["data"].as_array().map(Vec::len), Some(3), "film, poster and thumbnail");
    let asset = assets["data"][0]["attributes"]["id"].as_str().expect("an id").to_owned();
    let (_, one) = stage.get(&format!("/serve/v1/assets/{asset}")).await;
    assert_eq!(
        [&one["data"]["attributes"]["url"], &one["data"]["attributes"]["status"]],
        [&json!(url), &json!("ready")]
    );
    let stranger =
        stage.up.client.delete(stage.up.url(&format!("/serve/v1/assets/{asset}"))).header("x-api-key", OTHER);
    assert_eq!(read(stranger).await.0, StatusCode::NOT_FOUND);
    assert_eq!(stage.delete(&format!("/serve/v1/assets/{asset}")).await, (StatusCode::NO_CONTENT, json!("")));
    assert_eq!(stage.delete(&format!("/serve/v1/assets/{asset}")).await.0, StatusCode::NOT_FOUND);
    let gone = stage.up.client.get(url).send().await.expect("an answer");
    assert_eq!(gone.status(), StatusCode::NOT_FOUND);
    let (_, one) = stage.get(&format!("/serve/v1/assets/{asset}")).await;
    assert_eq!(one["data"]["attributes"]["status"], "deleted");
}

/// Width and height of a JPEG, from its frame header.
fn jpeg_size(bytes: &[u8]) -> (u16, u16) {
    assert_eq!(bytes[..2], [0xff, 0xd8], "a JPEG");
    let header =
        bytes.windows(2).position(|pair| pair == [0xff, 0xc0] || pair == [0xff, 0xc2]).expect("a frame header");
    let side = |at: usize| u16::from_be_bytes([bytes[header + at], bytes[header + at + 1]]);
    (side(7), side(5))
}

#[tokio::test]
async fn a_render_may_stay_out_of_the_list_of_files() {
    let stage = Stage::new().await;
    let mut sent = stage.edit();
    sent["timeline"]["tracks"][0]["clips"][0]["length"] = json!(0.2);
    sent["output"]["destinations"] = json!([{ "provider": "shotstack", "exclude": true }]);
    let id = stage.render(&sent).await;
    let (render, _) = stage.ended(&id).await;
    assert_eq!(render["status"], "done", "{render}");
    let url = render["url"].as_str().expect("an address");
    assert_eq!(stage.up.client.get(url).send().await.expect("an answer").status(), StatusCode::OK);
    assert_eq!(stage.get(&format!("/serve/v1/assets/render/{id}")).await, (StatusCode::OK, json!({ "data": [] })));
    let asset = url.rsplit('/').nth(1).expect("an id");
    assert_eq!(stage.get(&format!("/serve/v1/assets/{asset}")).await.0, StatusCode::NOT_FOUND);
    assert_eq!(stage.delete(&format!("/serve/v1/assets/{asset}")).await.0, StatusCode::NO_CONTENT);

    sent["output"]["destinations"] = json!([{ "provider": "shotstack" }, { "provider": "mux" }]);
    let (status, refused) = stage.post("/edit/v1/render", &sent).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let detail = &refused["response"]["details"][0];
    assert_eq!(detail["path"], "output.destinations[1].provider", "{refused}");
    assert!(detail["message"].as_str().is_some_and(|words| words.contains("'mux'")), "{refused}");
}

#[tokio::test]
async fn a_failure_says_where_and_why() {
    let stage = Stage::new().await;
    let told = format!("{}/told", stage.files);
    let mut not_drawn = stage.edit();
    not_drawn["timeline"]["tracks"][0]["clips"][0]["asset"] = json!({ "type": "html5", "html": "<p>a harbour</p>" });
    for (name, mut edit, wanted) in [
        ("private address", edit("http://10.0.0.1/clip.mp4"), "timeline.tracks[0].clips[0].asset.src"),
        ("this machine", edit(&stage.up.url("/v1/businesses")), "fetch.allow"),
        ("not there", edit(&format!("{}/nothing.mp4", stage.files)), "HTTP 404"),
        ("no object", edit("nexus://nexus-final/t/x"), "there is no stored object"),
        ("not media", edit(&format!("{}/page.html", stage.files)), ""),
        ("the renderer's word", not_drawn, "timeline.tracks[0].clips[0].asset"),
    ] {
        edit["callback"] = json!(told);
        let (render, _) = stage.ended(&stage.render(&edit).await).await;
        assert_eq!(render["status"], "failed", "{name}");
        let error = render["error"].as_str().expect("words");
        assert!(!error.is_empty() && error.contains(wanted), "{name}: {error}");
        assert!(render.get("url").is_none(), "{name}");
    }
    let told = stage.told().await;
    assert_eq!([&told["status"], &told["url"]], [&json!("failed"), &Value::Null], "{told}");
    assert!(told["error"].is_string(), "{told}");
}

#[tokio::test]
async fn refusals_have_the_forms_that_clients_know() {
    let stage = Stage::with(&[("NEXUS__SHOTSTACK__MOST_UNFINISHED", "1")]).await;
    let url = |path: &str| stage.up.url(path);
    let client = &stage.up.client;
    let key = super::stage::QUAY;

    for (name, request, want) in [
        ("no key", client.get(url("/edit/v1/templates")), StatusCode::UNAUTHORIZED),
        ("empty key", client.get(url("/edit/v1/templates")).header("x-api-key", ""), StatusCode::UNAUTHORIZED),
        ("wrong key", client.get(url("/edit/v1/templates")).header("x-api-key", "wrong"), StatusCode::UNAUTHORIZED),
        ("stage", client.get(url("/edit/v2/templates")).header("x-api-key", key), StatusCode::NOT_FOUND),
        ("route", client.get(url("/edit/v1/nothing")).header("x-api-key", key), StatusCode::NOT_FOUND),
        ("id", client.get(url("/edit/v1/render/x")).header("x-api-key", key), StatusCode::NOT_FOUND),
        ("method", client.put(url("/edit/v1/render")).header("x-api-key", key), StatusCode::METHOD_NOT_ALLOWED),
        ("no JSON", client.post(url("/edit/v1/render")).header("x-api-key", key).body("{"), StatusCode::BAD_REQUEST),
        (
            "too large",
            client.post(url("/edit/v1/render")).header("x-api-key", key).body(vec![b' '; 10 * 1024 * 1024 + 1]),
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
    ] {
        let (status, body) = read(request).await;
        assert_eq!(status, want, "{name}: {body}");
        assert_eq!(body["success"], false, "{name}: {body}");
        assert!(body["message"].is_string() && body["response"]["error"].is_string(), "{name}: {body}");
    }
    let (status, body) = stage
        .post("/edit/v1/render", &json!({ "timeline": { "tracks": [{ "clips": [{ "fit": "sideways" }] }] } }))
        .await;
    assert_eq!((status, &body["message"]), (StatusCode::BAD_REQUEST, &json!("Bad Request")));
    assert_eq!(body["response"]["error"], "Validation Error");
    let paths: Vec<&Value> =
        body["response"]["details"].as_array().expect("details").iter().map(|detail| &detail["path"]).collect();
    let clip = |name: &str| json!(format!("timeline.tracks[0].clips[0].{name}"));
    assert_eq!(paths, [&clip("asset"), &clip("start"), &clip("length"), &clip("fit"), &json!("output")]);

    for (name, request, want) in [
        ("no key", client.get(url("/serve/v1/assets/x")), StatusCode::UNAUTHORIZED),
        ("asset", client.get(url("/serve/v1/assets/x")).header("x-api-key", key), StatusCode::NOT_FOUND),
        (
            "source",
            client.post(url("/ingest/v1/sources")).header("x-api-key", key).json(&json!({})),
            StatusCode::BAD_REQUEST,
        ),
    ] {
        let (status, body) = read(request).await;
        assert_eq!(status, want, "{name}: {body}");
        assert_eq!(body["errors"][0]["status"], want.as_str(), "{name}");
    }

    // One render may be unfinished here.
    let first = stage.render(&stage.edit()).await;
    let (status, body) = stage.post("/edit/v1/render", &stage.edit()).await;
    assert_eq!((status, &body["message"]), (StatusCode::TOO_MANY_REQUESTS, &json!("Too Many Requests")), "{body}");
    // Another owner's renders and queue are not mine.
    let as_other = |request: reqwest::RequestBuilder| request.header("x-api-key", OTHER);
    let (status, _) = read(as_other(client.get(url(&format!("/edit/v1/render/{first}"))))).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (status, _) = read(as_other(client.post(url("/edit/v1/render")).json(&stage.edit()))).await;
    assert_eq!(status, StatusCode::CREATED);
    stage.ended(&first).await;
}

#[tokio::test]
async fn too_many_requests_are_asked_to_wait() {
    let stage = Stage::with(&[("NEXUS__SHOTSTACK__REQUESTS_PER_S", "1")]).await;
    let mut statuses = Vec::new();
    for _ in 0..4 {
        let answer = stage.ask(Client::get, "/edit/v1/templates").send().await.expect("an answer");
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            assert_eq!(answer.headers()[header::RETRY_AFTER], "1");
        }
        statuses.push(answer.status().as_u16());
    }
    assert_eq!(statuses[..2], [200, 200]);
    assert!(statuses.contains(&429), "{statuses:?}");
    let other = stage.up.client.get(stage.up.url("/edit/v1/templates")).header("x-api-key", OTHER);
    assert_eq!(read(other).await.0, StatusCode::OK, "another owner has requests of their own");
}

#[tokio::test]
async fn without_keys_this_machine_may_use_any() {
    let stage = Stage::with(&[("NEXUS__SHOTSTACK__KEYS", "[]")]).await;
    let ask = |key: &str| stage.up.client.get(stage.up.url("/edit/v1/templates")).header("x-api-key", key.to_owned());
    assert_eq!(read(ask("anything")).await.0, StatusCode::OK);
    assert_eq!(read(ask("")).await.0, StatusCode::UNAUTHORIZED);
    let (_, document) = read(stage.up.client.get(stage.up.url("/openapi.json"))).await;
    for (path, method) in [
        ("/edit/{stage}/render", "post"),
        ("/edit/{stage}/render/{id}", "get"),
        ("/edit/{stage}/templates", "post"),
        ("/edit/{stage}/templates/{id}", "put"),
        ("/edit/{stage}/templates/render", "post"),
        ("/edit/{stage}/probe/{url}", "get"),
        ("/serve/{stage}/assets", "post"),
        ("/serve/{stage}/assets/{id}", "delete"),
        ("/serve/{stage}/assets/render/{id}", "get"),
        ("/ingest/{stage}/sources", "post"),
        ("/ingest/{stage}/sources/{id}", "delete"),
        ("/ingest/{stage}/upload", "post"),
    ] {
        assert!(document["paths"][path][method].is_object(), "{method} {path}");
    }
}
