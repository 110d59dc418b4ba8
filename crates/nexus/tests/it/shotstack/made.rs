//! Edits that describe media instead of naming files.

use serde_json::{Value, json};

use super::stage::Stage;

/// A small edit with one track per clip.
fn edit(clips: &[Value]) -> Value {
    let tracks: Vec<Value> = clips.iter().map(|clip| json!({ "clips": [clip] })).collect();
    json!({
        "timeline": { "tracks": tracks },
        "output": { "format": "mp4", "size": { "width": 320, "height": 180 }, "fps": 25 },
    })
}

fn speech(voice: &str, language: &str) -> Value {
    json!({
        "asset": { "type": "text-to-speech", "text": "Good evening from the quay.", "voice": voice, "language": language },
        "start": 0, "length": "auto",
    })
}

#[tokio::test]
async fn what_an_edit_describes_is_made_once() {
    let stage = Stage::new().await;
    let sent = edit(&[
        json!({ "asset": { "type": "text-to-image", "prompt": "a harbour" }, "start": 0, "length": "end", "width": 100, "height": 100 }),
        json!({ "asset": { "type": "video", "prompt": "waves", "model": "some-model" }, "start": 0, "length": 0.6 }),
        speech("Matthew", "en-US"),
    ]);
    let (render, seen) = stage.ended(&stage.render(&sent).await).await;
    assert_eq!(render["status"], "done", "{render}");
    assert!(!seen.contains(&"failed".to_owned()));
    // As long as the words: the still stands until they have been said.
    let length_s = render["duration"].as_f64().expect("a length");
    assert!((1.0..4.0).contains(&length_s), "{length_s}");

    // Another render of the same document finds everything made, down to the film.
    let (again, _) = stage.ended(&stage.render(&sent).await).await;
    let film = async |render: &Value| {
        let url = render["url"].as_str().expect("an address");
        stage.up.client.get(url).send().await.expect("an answer").bytes().await.expect("bytes")
    };
    assert_eq!(film(&render).await, film(&again).await);
}

#[tokio::test]
async fn a_still_moves_that_was_rendered_before() {
    let stage = Stage::new().await;
    let mut still = edit(&[json!({ "asset": { "type": "image", "prompt": "lobster" }, "start": 0, "length": 1 })]);
    still["output"]["format"] = json!("jpg");
    let (render, _) = stage.ended(&stage.render(&still).await).await;
    assert_eq!(render["status"], "done", "{render}");
    let moving = json!({
        "asset": { "type": "image-to-video", "src": render["url"], "prompt": "slowly", "aspectRatio": "1:1" },
        "start": 0, "length": 0.4, "fit": "contain",
    });
    let (film, _) = stage.ended(&stage.render(&edit(&[moving])).await).await;
    assert_eq!([&film["status"], &film["duration"]], [&json!("done"), &json!(0.4)], "{film}");
}

#[tokio::test]
async fn what_cannot_be_said_is_told_with_its_place() {
    let stage = Stage::new().await;
    let mut foreign = speech("Hans", "de-DE");
    foreign["length"] = json!(1);
    let (render, _) = stage.ended(&stage.render(&edit(&[foreign])).await).await;
    assert_eq!(render["status"], "failed");
    let error = render["error"].as_str().expect("words");
    for word in ["timeline.tracks[0].clips[0].asset", "'de-DE'", "en-US"] {
        assert!(error.contains(word), "{word}: {error}");
    }
    let music = json!({ "asset": { "type": "audio", "prompt": "a waltz", "model": "elevenlabs-music" }, "start": 0, "length": 1 });
    let (status, refused) = stage.post("/edit/v1/render", &edit(&[music])).await;
    assert_eq!(status, 400);
    assert_eq!(refused["response"]["details"][0]["path"], "timeline.tracks[0].clips[0].asset.model", "{refused}");
}
