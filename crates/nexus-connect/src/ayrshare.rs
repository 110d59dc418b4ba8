//! Ayrshare's protocol: one post for one network as the body of `POST /api/post`.
//!
//! Source: Ayrshare's API reference, "Post" and its network options, 2026. Options are spelt as the REST
//! reference spells them (`faceBookOptions` with a capital B).

use nexus_core::{delivery::Post, journal::StepKey, network::Network};
use serde_json::{Value, json};

/// The request body. `key` becomes the idempotency key, which Ayrshare refuses to see twice.
#[must_use]
pub fn post_body(post: &Post, key: &StepKey) -> Value {
    let (name, options) = options(post);
    json!({
        "post": post.text,
        "platforms": [post.network.slug()],
        "mediaUrls": [post.media.url()],
        "isVideo": true,
        "idempotencyKey": key.token(),
        name: options,
    })
}

/// The name of the network's options and the options. Generated shots are declared where the network asks.
fn options(post: &Post) -> (&'static str, Value) {
    let poster = post.poster.url();
    match post.network {
        Network::Instagram => (
            "instagramOptions",
            json!({
                "reels": true,
                "shareReelsFeed": true,
                "thumbNail": poster,
                "isAIGenerated": post.contains_generated,
            }),
        ),
        Network::Tiktok => (
            "tikTokOptions",
            json!({ "visibility": "public", "thumbNail": poster, "isAIGenerated": post.contains_generated }),
        ),
        Network::Facebook => ("faceBookOptions", json!({ "reels": true, "thumbNail": poster })),
        // Shorts take no thumbnail; the default visibility would be private.
        Network::Youtube => (
            "youTubeOptions",
            json!({
                "title": post.title,
                "visibility": "public",
                "shorts": true,
                "tags": post.hashtags,
                "madeForKids": false,
                "containsSyntheticMedia": post.contains_generated,
            }),
        ),
    }
}
