//! A database that the first release wrote: it opens, its runs go on, and what they had journaled is theirs still.

use std::{path::Path, sync::Arc};

use nexus_core::{
    RunId,
    journal::{Claimable, Journal as _, Release, RunState},
    time::Clock,
};
use nexus_store::Store;
use nexus_testkit::conformance::journal::TestClock;
use sqlx::{Connection as _, Executor as _, SqliteConnection, migrate::Migrator};

use crate::business;

/// The tables of the first release are those of its first migrations.
const FIRST_RELEASE: i64 = 5;

/// Writes what that release had on disk: a run in the hands of a worker, one that waits for its owner, one that ended, and
/// one of a flow that a later release will know.
async fn first_release(folder: &Path) {
    let file = format!("sqlite://{}?mode=rwc", folder.join("nexus.db").display());
    let mut old = SqliteConnection::connect(&file).await.expect("a database");
    let all = Migrator::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations")).await.expect("the migrations");
    let first = all.iter().filter(|migration| migration.version <= FIRST_RELEASE).cloned().collect();
    Migrator::with_migrations(first).run(&mut old).await.expect("the tables of then");
    let owner = business().to_string();
    let run = |name: &str| RunId::derived(&[name]).to_string();
    let at = 1_779_999_000_000_i64;
    for (name, version, state, wake, awaits) in [
        ("in flight", 1, "running", Some(at + 10_000), None),
        ("asking", 1, "waiting", None, Some("answer")),
        ("over", 1, "done", None, None),
        ("of tomorrow", 9, "ready", Some(at), None),
    ] {
        sqlx::query(
            "insert into runs (id, flow, version, business, input, state, epoch, wake, awaits, output, created, updated)
            values ($1, 'reel', $2, $3, '{\"kept\":true}', $4, 3, $5, $6, case when $4 = 'done' then '7' end, $7, $7)",
        )
        .bind(run(name))
        .bind(version)
        .bind(&owner)
        .bind(state)
        .bind(wake)
        .bind(awaits)
        .bind(at)
        .execute(&mut old)
        .await
        .expect("a run of then");
    }
    sqlx::query("insert into steps (run, step, item, status, output, adapter, started, ms, attempt) values ($1, '05-fetch-context', '', 'done', '{}', 'embedded', 1, 1, 1)")
        .bind(run("in flight"))
        .execute(&mut old)
        .await
        .expect("a step of then");
    old.execute("pragma wal_checkpoint").await.expect("written");
}

#[tokio::test]
async fn a_database_of_the_first_release_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    first_release(folder.path()).await;
    let clock = TestClock::at(1_780_000_000_000);
    let store = Store::open(folder.path(), Arc::clone(&clock) as Arc<dyn Clock>).await.expect("opens");
    store.recover().await.expect("recovered");
    let known = [Claimable::new("reel", 1)];
    let claim = store.claim("new", &known, 10_000).await.expect("claim").expect("the run in flight goes on");
    assert_eq!(claim.run.id, RunId::derived(&["in flight"]));
    assert_eq!(claim.steps.len(), 1, "its finished step is there");
    assert_eq!(claim.run.input["kept"], true);
    assert!(claim.run.epoch.0 > 3, "the worker of then writes nothing any more");
    store.release(claim.run.id, claim.run.epoch, Release::Done(serde_json::json!(1))).await.expect("ended");
    store.signal(RunId::derived(&["asking"]), "answer", serde_json::json!("yes")).await.expect("answered");
    let claim = store.claim("new", &known, 10_000).await.expect("claim").expect("the run that asked goes on");
    assert_eq!(claim.signals.len(), 1);
    store.release(claim.run.id, claim.run.epoch, Release::Done(serde_json::json!(1))).await.expect("ended");
    assert_eq!(store.claim("new", &known, 10_000).await.expect("claim"), None);
    let strange = store.run(RunId::derived(&["of tomorrow"])).await.expect("read").expect("there");
    assert_eq!(strange.state, RunState::Ready, "a version that nobody knows here is left for who knows it");
    assert_eq!(
        store.run(RunId::derived(&["over"])).await.expect("read").expect("there").output,
        Some(serde_json::json!(7))
    );
}
