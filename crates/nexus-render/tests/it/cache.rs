//! Finished work is found again; only what changed is made anew; nothing is left half done.

use std::{sync::Arc, time::Duration};

use nexus_core::port::{BlobStore, Renderer};
use nexus_render::{LocalRenderer, RendererConfig};
use nexus_testkit::factory;
use serde_json::{Value, json};

use crate::stage::{Stage, edit, video};

fn film(caption: &str) -> Value {
    let text = json!({
        "asset": { "type": "rich-text", "text": caption, "font": { "family": "Inter", "size": 24, "color": "#ffffff" } },
        "start": 1.2, "length": 0.5
    });
    edit(30.0, &[json!([text]), json!([video("a", 0.0, 1.0), video("b", 1.0, 1.0), video("c", 2.0, 1.0)])])
}

async fn stage() -> Stage {
    let mut stage = Stage::new();
    for (name, luma) in [("a", 60), ("b", 120), ("c", 200)] {
        stage.add_flat(name, luma, 40).await;
    }
    stage
}

fn modified(stage: &Stage) -> Vec<(String, std::time::SystemTime)> {
    let time = |name: &String| std::fs::metadata(stage.path("cache/segments").join(name)).unwrap().modified().unwrap();
    stage.segments().into_iter().map(|name| (name.clone(), time(&name))).collect()
}

#[tokio::test]
async fn the_same_film_again_encodes_nothing_and_has_the_same_bytes() {
    let stage = stage().await;
    let first = stage.render(film("one")).await;
    let bytes = stage.bytes(&first).await;
    let pieces = modified(&stage);
    assert_eq!(stage.render(film("one")).await, first);
    // Forgetting the film, but not its pieces, leaves joining alone.
    std::fs::remove_dir_all(stage.path("cache/films")).unwrap();
    stage.blobs.delete(first.blob.bucket, &first.blob.key).await.unwrap();
    let again = stage.render(film("one")).await;
    assert_eq!((again.hash.as_str(), stage.bytes(&again).await), (first.hash.as_str(), bytes.clone()));
    assert_eq!(modified(&stage), pieces);
    // Forgetting everything gives the same bytes once more.
    std::fs::remove_dir_all(stage.path("cache")).unwrap();
    let cold = stage.render(film("one")).await;
    assert_eq!(stage.bytes(&cold).await, bytes);
}

#[tokio::test]
async fn a_changed_caption_renders_one_piece() {
    let stage = stage().await;
    stage.render(film("one")).await;
    let before = modified(&stage);
    stage.render(film("two")).await;
    let after = modified(&stage);
    assert_eq!((before.len(), after.len()), (3, 4));
    assert!(before.iter().all(|piece| after.contains(piece)), "untouched pieces stay as they are");
}

#[tokio::test]
async fn equal_pieces_are_made_once_and_what_was_abandoned_goes() {
    let stage = stage().await;
    let abandoned = stage.path("cache/segments/.part-abandoned");
    std::fs::create_dir_all(abandoned.parent().unwrap()).unwrap();
    std::fs::File::create(&abandoned).unwrap().set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    let film =
        stage.render(edit(30.0, &[json!([video("a", 0.0, 1.2), video("a", 1.2, 1.2), video("a", 2.4, 1.2)])])).await;
    assert_eq!((film.length.0, stage.segments().len()), (108, 1));
    assert_eq!(stage.frames(&film).await.len(), 108);
    assert!(!abandoned.exists());
}

#[tokio::test]
async fn a_render_that_was_cut_short_resumes() {
    let mut stage = Stage::new();
    stage.add_clip("long", (640, 360), 400, |index, frame| frame.y_mut().fill(40 + (index % 100) as u8)).await;
    let document = edit(30.0, &[json!([video("long", 0.0, 12.0)])]);
    let blobs = Arc::clone(&stage.blobs) as Arc<dyn BlobStore>;
    let one = RendererConfig { workers: 1, ..RendererConfig::new(stage.path("cache"), stage.path("scratch")) };
    let renderer = LocalRenderer::new(one, blobs);
    let request = stage.request(document);
    let seen = Arc::new(std::sync::atomic::AtomicU64::new(0));
    let sink = Arc::clone(&seen);
    let context = nexus_core::port::StepContext {
        progress: Arc::new(move |progress| sink.store(progress.done, std::sync::atomic::Ordering::Relaxed)),
        ..factory::context("render")
    };
    let cut_short = async {
        while seen.load(std::sync::atomic::Ordering::Relaxed) < 130 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::select! {
        film = renderer.render(&request, &context) => panic!("too fast to be cut short: {film:?}"),
        () = cut_short => {}
    }
    let kept = modified(&stage);
    assert!(!kept.is_empty() && kept.len() < 4, "{} pieces are finished", kept.len());
    let film = renderer.render(&request, &context).await.unwrap();
    assert_eq!(film.length.0, 360);
    assert!(kept.iter().all(|piece| modified(&stage).contains(piece)), "finished pieces are not made again");
    let leftovers: Vec<_> = std::fs::read_dir(stage.path("scratch")).unwrap().collect();
    assert!(leftovers.is_empty(), "{leftovers:?}");
}
