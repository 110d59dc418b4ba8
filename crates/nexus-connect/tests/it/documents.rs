//! What is written: requests as the vendors take them, and a page that nothing can break out of.

use std::{fs, path::Path};

use nexus_core::{
    Arrow, ErrorKind, RunId,
    business::{BrandKit, Business},
    delivery::{PlaceUpdate, Post},
    journal::StepKey,
    network::Network,
    port::{PlaceProfile, Publisher, StepContext},
};
use serde_json::{Value, json};

use crate::bench::{Bench, video};

fn step(arrow: Arrow, item: &str) -> StepContext {
    StepContext::quiet(StepKey { run: RunId::derived(&["run"]), step: arrow.into(), item: item.into() })
}

fn read_json(folder: &str, name: &str) -> Value {
    serde_json::from_slice(&fs::read(Path::new(folder).join(name)).unwrap()).unwrap()
}

#[tokio::test]
async fn each_network_gets_its_own_body() {
    let bench = Bench::new();
    let outbox = bench.outbox();
    let media = "nexus://nexus-final/t/business_";
    for (network, name, options) in [
        (
            Network::Instagram,
            "instagramOptions",
            json!({ "reels": true, "shareReelsFeed": true, "isAIGenerated": true }),
        ),
        (Network::Tiktok, "tikTokOptions", json!({ "visibility": "public", "isAIGenerated": true })),
        (Network::Facebook, "faceBookOptions", json!({ "reels": true })),
        (
            Network::Youtube,
            "youTubeOptions",
            json!({
                "title": "Sunset at Quay House",
                "visibility": "public",
                "shorts": true,
                "tags": ["quayhouse", "sunset"],
                "madeForKids": false,
                "containsSyntheticMedia": true,
            }),
        ),
    ] {
        let title = if network == Network::Youtube { "Sunset at Quay House" } else { "" };
        let post = Post { network, title: title.into(), ..bench.post() };
        let step = step(Arrow::Publish, network.slug());
        let receipt = outbox.publish(&bench.business(), &post, &step).await.unwrap();
        let mut body = read_json(&receipt.location, "payload.json");
        let own = body.as_object_mut().unwrap().remove(name).expect("the options of the network");
        let mut own = own.as_object().unwrap().clone();
        let poster = own.remove("thumbNail");
        assert_eq!(poster.is_some(), network != Network::Youtube, "{name}: shorts take no thumbnail");
        assert!(poster.is_none_or(|url| url.as_str().unwrap().starts_with(media)), "{name}");
        assert_eq!(Value::from(own), options, "{name}");
        assert!(body["mediaUrls"][0].as_str().unwrap().starts_with(media), "{name}");
        body.as_object_mut().unwrap().remove("mediaUrls");
        let want = json!({
            "post": post.text,
            "platforms": [network.slug()],
            "isVideo": true,
            "idempotencyKey": step.key.token(),
        });
        assert_eq!(body, want, "{name}: nothing else is sent");
        let entry = read_json(&receipt.location, "entry.json");
        assert_eq!(entry["limits"]["text_utf16"], json!({ "have": 74, "most": network.limits().text_utf16 }));
        assert_eq!(entry["asked"]["text"], json!(post.text));
        assert_eq!(entry["asked"]["hashtags"], json!(["quayhouse", "sunset"]));
    }
}

#[tokio::test]
async fn google_gets_a_video_and_a_post_with_a_still() {
    let bench = Bench::new();
    let film = video(720, 1280, 15).await;
    for (name, action, url, want) in [
        (
            "book",
            "Book a table",
            "https://quay.example",
            json!({ "actionType": "BOOK", "url": "https://quay.example" }),
        ),
        ("call", "Call us", "https://quay.example", json!({ "actionType": "CALL" })),
        ("nowhere", "Book a table", "", Value::Null),
    ] {
        let bench_of_row = Bench::new();
        let update = PlaceUpdate { action: action.into(), action_url: url.into(), ..bench_of_row.place_update(&film) };
        let step = step(Arrow::UpdateMaps, name);
        let receipt = bench_of_row.outbox().update(&bench.business(), &update, &step).await.unwrap();
        let requests = read_json(&receipt.location, "payload.json");
        assert_eq!(requests.as_array().unwrap().len(), 2, "{name}");
        assert!(requests[0]["url"].as_str().unwrap().ends_with("/media"), "{name}");
        assert_eq!(requests[0]["body"]["mediaFormat"], "VIDEO", "{name}");
        assert_eq!(requests[0]["body"]["description"], "Sunset at Quay House", "{name}");
        assert!(requests[1]["url"].as_str().unwrap().ends_with("/localPosts"), "{name}");
        let post = &requests[1]["body"];
        assert_eq!((&post["topicType"], &post["languageCode"]), (&json!("STANDARD"), &json!("en")), "{name}");
        assert_eq!(post["media"][0]["mediaFormat"], "PHOTO", "{name}: posts take no video");
        assert_eq!(post.get("callToAction").cloned().unwrap_or_default(), want, "{name}");
    }
}

#[tokio::test]
async fn google_refuses_films_of_the_wrong_kind() {
    for (name, film, word) in
        [("too small", video(640, 1280, 3).await, "short side"), ("too long", video(720, 720, 30 * 31).await, "30 s")]
    {
        let bench = Bench::new();
        let update = bench.place_update(&film);
        let error =
            bench.outbox().update(&bench.business(), &update, &step(Arrow::UpdateMaps, name)).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Invalid, "{name}");
        assert!(error.message.contains(word), "{name}: {}", error.message);
    }
    let bench = Bench::new();
    let update = bench.place_update(b"no film at all");
    let error = bench.outbox().update(&bench.business(), &update, &step(Arrow::UpdateMaps, "junk")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Invalid, "{}", error.chain());
}

#[tokio::test]
async fn the_preview_is_self_contained_and_escapes_what_it_shows() {
    let bench = Bench::new();
    let business = Business {
        name: "<b>Quay</b> & House".into(),
        language: "en\" onload=\"alert(1)".into(),
        kit: BrandKit { primary: "#123456".into(), accent: "red}body{display:none".into(), ..BrandKit::default() },
        ..bench.business()
    };
    let post = Post { text: "</p><script>alert(1)</script> #sunset".into(), ..bench.post() };
    let receipt = bench.outbox().publish(&business, &post, &step(Arrow::Publish, "instagram")).await.unwrap();
    let page = fs::read_to_string(Path::new(&receipt.location).join("preview.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>"));
    for evil in ["<script", "<b>Quay", "onload=\"", "display:none}", "red}"] {
        assert!(!page.contains(evil), "{evil}");
    }
    for outside in ["http://", "https://", "url(", "@import"] {
        assert!(!page.contains(outside), "the page loads nothing: {outside}");
    }
    assert!(page.contains("--primary:#123456") && page.contains("--accent:#f2b45c"), "a colour that is none gives way");
    for shown in
        ["src=\"film.mp4\"", "poster=\"poster.jpg\"", "&lt;b&gt;Quay", "<span class=\"tag\">#sunset</span>", "of 2200"]
    {
        assert!(page.contains(shown), "{shown}");
    }
}
