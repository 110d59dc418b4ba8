//! Backups that are taken while others write, and what is made of them.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use nexus_core::{
    blob::{BlobKey, Bucket},
    journal::{Journal as _, RunFilter},
    port::BlobStore as _,
    time::Clock,
};
use nexus_store::{LocalBlobs, Store, StoreError, back_up, restore};
use nexus_testkit::conformance::journal::TestClock;

use crate::{business, new_run};

fn clock() -> Arc<dyn Clock> {
    TestClock::at(1_780_000_000_000)
}

async fn open(folder: &Path) -> (Store, LocalBlobs) {
    let store = Store::open(folder, clock()).await.expect("a store");
    let blobs = LocalBlobs::new(store.clone(), "http://127.0.0.1:9").expect("an address");
    (store, blobs)
}

async fn add(store: &Store, blobs: &LocalBlobs, folder: &Path, number: usize) {
    let file = folder.join("next");
    std::fs::write(&file, format!("film {number}").repeat(1 + number * 97)).expect("a file");
    let key = BlobKey::new(business(), &format!("films/{number}.mp4")).expect("a key");
    blobs.put_file(Bucket::Final, &key, &file).await.expect("stored");
    store.enqueue(new_run(&number.to_string())).await.expect("enqueued");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_is_one_moment_and_runs_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let (live, saved, made) = (folder.path().join("live"), folder.path().join("saved"), folder.path().join("made"));
    let (store, blobs) = open(&live).await;
    for number in 0..40 {
        add(&store, &blobs, folder.path(), number).await;
    }
    let stop = Arc::new(AtomicBool::new(false));
    let writing = {
        let (store, blobs, stop, folder) = (store.clone(), blobs.clone(), Arc::clone(&stop), folder.path().to_owned());
        tokio::spawn(async move {
            let mut number = 40;
            while !stop.load(Ordering::SeqCst) {
                add(&store, &blobs, &folder, number).await;
                number += 1;
            }
            number
        })
    };
    let mut last = None;
    for _ in 0..5 {
        last = Some(back_up(&live, &saved, |_, _| {}).await.expect("saved while others write"));
    }
    stop.store(true, Ordering::SeqCst);
    let written = writing.await.expect("written");
    let manifest = last.expect("five backups");
    assert!(manifest.objects.len() >= 40 && manifest.objects.len() <= written, "{}", manifest.objects.len());
    let restored = restore(&saved, &made, |_, _| {}).await.expect("made of the backup");
    assert_eq!(restored, manifest);
    let (again, files) = open(&made).await;
    let runs = again.runs(&RunFilter { limit: 100_000, ..RunFilter::default() }).await.expect("runs");
    // An object is stored before its run is enqueued, so one moment has as many, or one more.
    assert!(manifest.objects.len() - runs.len() <= 1, "{} objects, {} runs", manifest.objects.len(), runs.len());
    for object in &manifest.objects {
        let blob = files.head(Bucket::Final, &object.key).await.expect("head").expect("known");
        let bytes = std::fs::read(files.local_file(&blob).await.expect("a file")).expect("read");
        assert_eq!(blake3::hash(&bytes).to_hex().to_string(), object.hash, "{}", object.key);
    }
    again.enqueue(new_run("after")).await.expect("it runs on");
    let twice = restore(&saved, &made, |_, _| {}).await.expect_err("an installation is there");
    assert!(matches!(twice, StoreError::Conflict(_)), "{twice}");
}

#[tokio::test]
async fn a_damaged_backup_makes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (live, saved, made) = (folder.path().join("live"), folder.path().join("saved"), folder.path().join("made"));
    let (store, blobs) = open(&live).await;
    add(&store, &blobs, folder.path(), 1).await;
    let manifest = back_up(&live, &saved, |_, _| {}).await.expect("saved");
    let object = saved.join("blobs").join(&manifest.objects[0].bucket).join(manifest.objects[0].key.as_str());
    std::fs::write(&object, b"something else").expect("damaged");
    let error = restore(&saved, &made, |_, _| {}).await.expect_err("damaged");
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
    assert!(!made.join("nexus.db").exists(), "nothing that could be taken for an installation");
    let none = restore(folder.path(), &made, |_, _| {}).await.expect_err("no backup");
    assert!(none.to_string().contains("nexus backup"), "{none}");
}
