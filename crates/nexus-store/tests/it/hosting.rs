//! Hosted files, templates and callbacks: whose they are, and when they are gone.

use nexus_core::{
    BusinessId, RunId, TemplateId,
    blob::{BlobKey, BlobRef, Bucket},
    fetch::{HostedFile, HostedRole},
    journal::{Claimable, Epoch, Journal as _, NewRun, Priority, Release},
    port::{BlobStore as _, Hosting as _},
};
use nexus_store::LocalBlobs;
use nexus_testkit::conformance;
use serde_json::json;

use crate::Desk;

fn business(name: &str) -> BusinessId {
    BusinessId::derived(&[name])
}

fn new_run(name: &str) -> NewRun {
    NewRun {
        id: RunId::derived(&[name]),
        flow: "edit".into(),
        version: 1,
        priority: Priority::Normal,
        business: business("mine"),
        input: json!({}),
    }
}

fn file(run: RunId, blob: &BlobRef) -> HostedFile {
    HostedFile {
        id: HostedFile::id_of(run, HostedRole::Film),
        business: business("mine"),
        run,
        role: HostedRole::Film,
        file_name: "film.mp4".into(),
        media_type: "video/mp4".into(),
        blob: blob.clone(),
    }
}

#[tokio::test]
async fn the_store_passes_the_suite_of_hosting() {
    let desk = Desk::new().await;
    let key = BlobKey::new(business("mine"), "films/one.mp4").expect("a key");
    let blob = BlobRef { bucket: Bucket::Final, key, size_bytes: 6, etag: "e".into() };
    let files = ["one", "two"].map(|name| file(new_run(name).id, &blob));
    for name in ["one", "two"] {
        desk.store.enqueue(new_run(name)).await.expect("enqueued");
    }
    let offered = async |id| desk.store.hosted(id).await.expect("read").map(|row| row.file);
    conformance::fetch::hosting(&desk.store, files, offered).await;
}

#[tokio::test]
async fn an_object_goes_with_the_last_file_that_offers_it() {
    let desk = Desk::new().await;
    let blobs = LocalBlobs::new(desk.store.clone(), "http://127.0.0.1:1").expect("an address");
    let source = desk.folder.path().join("film.mp4");
    std::fs::write(&source, b"a film").expect("written");
    let key = BlobKey::new(business("mine"), "films/one.mp4").expect("a key");
    let blob = blobs.put_file(Bucket::Final, &key, &source).await.expect("stored");
    let (one, two) = (new_run("one"), new_run("two"));
    let (first, second) = (file(one.id, &blob), file(two.id, &blob));
    for (run, file) in [(one, &first), (two, &second)] {
        desk.store.enqueue(run).await.expect("enqueued");
        for _ in 0..2 {
            desk.store.host(std::slice::from_ref(file)).await.expect("hosting twice is hosting once");
        }
    }

    assert_eq!(desk.store.take_down(first.id, business("other"), &blobs).await.ok(), Some(false), "another tenant's");
    assert_eq!(desk.store.take_down(first.id, business("mine"), &blobs).await.ok(), Some(true));
    assert_eq!(desk.store.take_down(first.id, business("mine"), &blobs).await.ok(), Some(false), "once");
    assert!(blobs.head(Bucket::Final, &key).await.expect("looked up").is_some(), "the second still offers it");
    desk.store.host(std::slice::from_ref(&first)).await.expect("a repeated step");
    let row = desk.store.hosted(first.id).await.expect("read").expect("a row");
    assert!(row.deleted.is_some(), "what was taken down stays down");
    assert_eq!(desk.store.take_down(second.id, business("mine"), &blobs).await.ok(), Some(true));
    assert!(blobs.head(Bucket::Final, &key).await.expect("looked up").is_none());
    assert_eq!(desk.store.hosted_by(second.run, business("other")).await.expect("read"), []);
    assert_eq!(desk.store.hosted_by(second.run, business("mine")).await.expect("read").len(), 1);
}

#[tokio::test]
async fn templates_stay_with_their_owner() {
    let desk = Desk::new().await;
    let id = TemplateId::derived(&["t"]);
    let save = async |owner: &str, name: &str| {
        desk.store.save_template(id, business(owner), name, &json!({ "n": name })).await
    };
    assert_eq!(save("mine", "first").await.ok(), Some(true));
    assert_eq!(save("other", "stolen").await.ok(), Some(false), "nothing is written");
    assert_eq!(save("mine", "second").await.ok(), Some(true));
    let row = desk.store.template(id, business("mine")).await.expect("read").expect("a row");
    assert_eq!((row.name.as_str(), row.document), ("second", json!({ "n": "second" })));
    assert_eq!(desk.store.template(id, business("other")).await.expect("read"), None);
    assert_eq!(desk.store.forget_template(id, business("other")).await.ok(), Some(false));
    assert_eq!(desk.store.forget_template(id, business("mine")).await.ok(), Some(true));
    assert_eq!(desk.store.templates(business("mine"), 10).await.expect("read"), []);
}

#[tokio::test]
async fn an_end_is_told_once() {
    let desk = Desk::new().await;
    let run = new_run("render");
    let id = run.id;
    desk.store.enqueue_telling(run.clone(), Some("https://a.example/told")).await.expect("enqueued");
    desk.store.enqueue_telling(run, Some("https://b.example/told")).await.expect("again");
    assert_eq!(desk.store.callbacks_due(10).await.expect("read"), [], "it has not ended");
    assert_eq!(desk.store.unfinished(business("mine"), "edit").await.ok(), Some(1));
    let claim = desk.store.claim("worker", &[Claimable::new("edit", 1)], 1000).await.expect("claimed").expect("a run");
    assert_eq!(claim.run.epoch, Epoch(1));
    desk.store.release(id, claim.run.epoch, Release::Done(json!({}))).await.expect("released");
    assert_eq!(desk.store.callbacks_due(10).await.expect("read"), [(id, "https://a.example/told".to_owned())]);
    assert_eq!(desk.store.unfinished(business("mine"), "edit").await.ok(), Some(0));
    let telling = NewRun { id: RunId::derived(&["telling"]), flow: "callback".into(), ..new_run("x") };
    desk.store.hand_callback(id, telling.clone()).await.expect("handed");
    assert_eq!(desk.store.callbacks_due(10).await.expect("read"), []);
    assert!(desk.store.run(telling.id).await.expect("read").is_some());
}
