//! What was answered is on disk, and what went wrong took nothing with it.

use std::{path::Path, sync::Arc};

use futures::future::join_all;
use nexus_core::{
    ErrorKind, Instant,
    journal::{Arrived, Claimable, Journal, Release, RunFilter, RunState, StepName, StepRow, StepStatus},
    time::Clock,
};
use nexus_store::{Store, StoreError};
use nexus_testkit::conformance::journal::TestClock;
use sqlx::Connection as _;

use crate::{Desk, new_run};

const FLOWS: fn() -> Vec<Claimable> = || vec![Claimable::new("reel", 1)];

async fn reopen(folder: &Path) -> Result<Store, StoreError> {
    Store::open(folder, TestClock::at(1_780_000_100_000) as Arc<dyn Clock>).await
}

fn step(name: &'static str) -> StepRow {
    StepRow {
        step: StepName::aside(name),
        item: String::new(),
        status: StepStatus::Done,
        output: serde_json::json!({ "made": name }),
        adapter: "embedded".into(),
        started: Instant::from_unix_millis(1),
        ms: 5,
        attempt: 1,
    }
}

/// Copies the database as a power cut would leave it: the store is open and knows nothing of it.
fn crash_image(folder: &Path) -> tempfile::TempDir {
    let image = tempfile::tempdir().expect("a folder");
    for name in ["nexus.db", "nexus.db-wal", "secret.json"] {
        std::fs::copy(folder.join(name), image.path().join(name)).expect("a copy");
    }
    image
}

#[tokio::test]
async fn what_was_answered_survives_a_crash() {
    if crate::in_postgres() {
        return;
    }
    let desk = Desk::new().await;
    let run = new_run("crash").id;
    desk.store.enqueue(new_run("crash")).await.expect("enqueued");
    let claim = desk.store.claim("w", &FLOWS(), 10_000).await.expect("claimed").expect("a run");
    desk.store.record(run, claim.run.epoch, step("one")).await.expect("recorded");
    desk.store.signal(run, "answer", serde_json::json!(7)).await.expect("signalled");

    let image = crash_image(desk.folder.path());
    let store = reopen(image.path()).await.expect("the image opens");
    assert_eq!(store.recover().await.expect("recovered"), 1);
    let again = store.claim("w2", &FLOWS(), 10_000).await.expect("claimed").expect("the same run");
    assert_eq!((again.run.id, again.steps.len()), (run, 1));
    assert_eq!(again.signals, [("answer".to_owned(), serde_json::json!(7))]);
    assert!(again.run.epoch > claim.run.epoch, "the dead worker's fence is older");
    let stale = store.record(run, claim.run.epoch, step("two")).await.expect_err("the dead worker writes nothing");
    assert_eq!(stale.kind, ErrorKind::Conflict);
    assert_eq!(store.steps(run).await.expect("steps").len(), 1);
}

#[tokio::test]
async fn many_writes_share_a_commit() {
    let desk = Desk::new().await;
    let changes = desk.store.subscribe();
    let before = *changes.borrow();
    let arrivals = join_all((0..1000).map(|number| desk.store.enqueue(new_run(&number.to_string())))).await;
    assert!(arrivals.iter().all(|arrived| matches!(arrived, Ok(Arrived::First))));
    let commits = *changes.borrow() - before;
    assert!((1..=100).contains(&commits), "{commits} commits for 1000 writes");
    let all = RunFilter { limit: 2000, ..RunFilter::default() };
    assert_eq!(desk.store.runs(&all).await.expect("runs").len(), 1000);
}

#[tokio::test]
async fn a_refused_write_takes_no_other_with_it() {
    let desk = Desk::new().await;
    desk.store.enqueue(new_run("a")).await.expect("enqueued");
    let claim = desk.store.claim("w", &FLOWS(), 10_000).await.expect("claimed").expect("a run");
    let (run, epoch) = (claim.run.id, claim.run.epoch);
    let older = nexus_core::journal::Epoch(epoch.0 - 1);
    let (one, refused, unknown, two) = tokio::join!(
        desk.store.record(run, epoch, step("one")),
        desk.store.record(run, older, step("stale")),
        desk.store.signal(new_run("nobody").id, "x", serde_json::Value::Null),
        desk.store.record(run, epoch, step("two")),
    );
    one.expect("recorded");
    two.expect("recorded");
    assert_eq!(refused.expect_err("fenced").kind, ErrorKind::Conflict);
    assert_eq!(unknown.expect_err("no such run").kind, ErrorKind::NotFound);
    let names: Vec<String> =
        desk.store.steps(run).await.expect("steps").into_iter().map(|row| row.step.to_string()).collect();
    assert_eq!(names, ["one", "two"]);
}

#[tokio::test]
async fn a_caller_that_goes_away_does_not_undo_its_write() {
    let desk = Desk::new().await;
    {
        let mut write = std::pin::pin!(desk.store.enqueue(new_run("gone")));
        // Polled once, the operation is in the queue; then its caller loses interest.
        assert!(futures::poll!(write.as_mut()).is_pending());
    }
    desk.store.enqueue(new_run("after")).await.expect("a later write");
    assert!(desk.store.run(new_run("gone").id).await.expect("read").is_some());
}

#[tokio::test]
async fn every_clone_sees_a_change_by_itself() {
    // There the word of other machines comes in between.
    if crate::in_postgres() {
        return;
    }
    let desk = Desk::new().await;
    let (one, other) = (desk.store.clone(), desk.store.clone());
    desk.store.enqueue(new_run("seen")).await.expect("enqueued");
    one.changed().await;
    other.changed().await;
    assert!(futures::poll!(std::pin::pin!(one.changed())).is_pending(), "nothing more happened");
    assert!(one.claim("w", &[Claimable::new("other", 1)], 10).await.expect("claim").is_none());
    assert!(futures::poll!(std::pin::pin!(one.changed())).is_pending(), "an empty claim is no change");
}

#[tokio::test]
async fn a_finished_run_stays_finished_after_recovery() {
    let desk = Desk::new().await;
    desk.store.enqueue(new_run("done")).await.expect("enqueued");
    let claim = desk.store.claim("w", &FLOWS(), 10_000).await.expect("claimed").expect("a run");
    desk.store.release(claim.run.id, claim.run.epoch, Release::Done(serde_json::json!(1))).await.expect("released");
    assert_eq!(desk.store.recover().await.expect("recovered"), 0);
    let row = desk.store.run(claim.run.id).await.expect("read").expect("the run");
    assert_eq!((row.state, row.due), (RunState::Done, None));
}

#[tokio::test]
async fn a_foreign_file_is_named_and_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("nexus.db");
    let text = "these are my holiday notes\n".repeat(200);
    std::fs::write(&file, &text).expect("a file");
    let error = reopen(folder.path()).await.err().expect("not a database");
    assert!(matches!(error, StoreError::NotADatabase(_)), "{error}");
    assert!(error.to_string().contains("choose another data folder"), "{error}");
    assert_eq!(std::fs::read_to_string(&file).expect("still there"), text);
}

#[tokio::test]
async fn a_newer_database_is_named_and_left_alone() {
    if crate::in_postgres() {
        return;
    }
    let desk = Desk::new().await;
    let url = format!("sqlite://{}", desk.folder.path().join("nexus.db").display());
    let mut connection = sqlx::SqliteConnection::connect(&url).await.expect("a connection");
    let newer = "insert into _sqlx_migrations (version, description, success, checksum, execution_time) values (9999, 'later', 1, x'00', 1)";
    sqlx::query(newer).execute(&mut connection).await.expect("a later migration");
    let error = reopen(desk.folder.path()).await.err().expect("too new");
    assert!(matches!(error, StoreError::Newer { .. }), "{error}");
}

#[tokio::test]
async fn one_process_holds_the_folder() {
    let desk = Desk::new().await;
    let lock = desk.store.hold_alone().await.expect("nobody else is here");
    let error = desk.store.hold_alone().await.expect_err("held");
    assert!(matches!(error, StoreError::Locked(_)), "{error}");
    drop(lock);
    std::fs::write(desk.folder.path().join("blobs/.incoming/half"), b"ha").expect("a file");
    drop(desk.store.hold_alone().await.expect("free again"));
    let left = std::fs::read_dir(desk.folder.path().join("blobs/.incoming")).expect("a folder").count();
    assert_eq!(left, 0, "what a crash left is cleared away");
}

#[tokio::test]
async fn secrets_are_made_once_and_are_private() {
    use std::os::unix::fs::PermissionsExt as _;
    if crate::in_postgres() {
        return;
    }
    let desk = Desk::new().await;
    let file = desk.folder.path().join("secret.json");
    let before = std::fs::read_to_string(&file).expect("secrets");
    assert_eq!(std::fs::metadata(&file).expect("facts").permissions().mode() & 0o777, 0o600);
    drop(reopen(desk.folder.path()).await.expect("reopened"));
    assert_eq!(std::fs::read_to_string(&file).expect("secrets"), before);
    let other = Desk::new().await;
    assert_ne!(std::fs::read_to_string(other.folder.path().join("secret.json")).expect("secrets"), before);
}
