//! Killed at any moment, a run goes on where it was, makes the same film, and publishes once.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::stage::{self, material, nexus, nexus_crashing, stderr};

/// BLAKE3 of the film of a finished demo.
fn film_hash(out: &Path) -> String {
    let report = stage::report(out);
    let film = std::fs::read(report["film"].as_str().expect("a path")).expect("the film");
    blake3::hash(&film).to_hex().to_string()
}

/// Folders with a published entry below the outbox.
fn published(out: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![out.join("outbox")];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").flatten().map(|entry| entry.path()) {
            if entry.is_dir() {
                open.push(entry);
            } else if entry.file_name().is_some_and(|name| name == "payload.json") {
                found.push(folder.clone());
            }
        }
    }
    found
}

fn assert_published_once(out: &Path) {
    let folders = published(out);
    let channels: BTreeSet<_> = folders.iter().filter_map(|folder| folder.file_name()).collect();
    assert_eq!(folders.len(), 5, "{folders:?}");
    assert_eq!(channels.len(), 5, "{folders:?}");
}

fn undisturbed() -> String {
    let out = tempfile::tempdir().expect("a folder");
    let done = nexus(&material().demo(out.path()));
    assert!(done.status.success(), "{}", stderr(&done));
    film_hash(out.path())
}

/// Aborts the process again and again, each time a few boundaries further; steps of seven meet every kind of
/// boundary (before a step, after its call, after its record, around intents and releases) in every flow.
#[test]
fn aborts_at_step_boundaries_change_nothing() {
    let want = undisturbed();
    let out = tempfile::tempdir().expect("a folder");
    let arguments = material().demo(out.path());
    let mut aborts = 0;
    let finished = (0..80).any(|round| {
        let output = nexus_crashing(&arguments, 7 + round % 5);
        if output.status.success() {
            return true;
        }
        assert_eq!(output.status.code(), None, "only aborts stop it: {}", stderr(&output));
        aborts += 1;
        false
    });
    assert!(finished, "{aborts} aborts and still not done");
    assert!(aborts >= 8, "only {aborts} aborts");
    assert_eq!(film_hash(out.path()), want, "the film differs after {aborts} aborts");
    assert_published_once(out.path());
}

/// SIGKILL twenty times, after times scattered by a fixed rule, so that every phase is hit while it works.
#[test]
fn kills_at_any_moment_change_nothing() {
    let want = undisturbed();
    let out = tempfile::tempdir().expect("a folder");
    let arguments = material().demo(out.path());
    for round in 0_u64..20 {
        let mut child = stage::start(&arguments);
        std::thread::sleep(Duration::from_millis(120 + (round * 1_237) % 2_900));
        child.kill().expect("it can be killed");
        child.wait().expect("it is gone");
    }
    let done = nexus(&arguments);
    assert!(done.status.success(), "{}", stderr(&done));
    assert_eq!(film_hash(out.path()), want);
    assert_published_once(out.path());
}
