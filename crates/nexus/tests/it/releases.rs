//! Databases that earlier releases wrote, with films in the middle of being made: they go on in this one. What their steps
//! had journaled is read by the flows of today.
//!
//! `releases/first_*.sql` are dumps of what `nexus demo` of the first release left: one film asks its owner, the other one's
//! process was killed when it had rendered. `bench/upgrade` does the same with an older program and its files.

use std::{path::Path, sync::Arc};

use nexus_core::{
    Instant, RunId,
    journal::{Journal as _, RunFilter, RunRow, RunState},
    time::Clock,
};
use nexus_store::Store;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection};

use crate::up::Up;

/// When the dumps were made.
struct Then;

impl Clock for Then {
    fn now(&self) -> Instant {
        Instant::from_unix_millis(1_796_057_200_000)
    }
}

async fn restored(dump: &'static str, data: &Path) {
    let file = format!("sqlite://{}?mode=rwc", data.join("nexus.db").display());
    let mut old = SqliteConnection::connect(&file).await.expect("a database");
    // A dump has its tables in no order that foreign keys would like.
    sqlx::raw_sql("pragma foreign_keys = off").execute(&mut old).await.expect("switched off");
    sqlx::raw_sql(AssertSqlSafe(dump)).execute(&mut old).await.expect("the dump");
    old.close().await.expect("closed");
}

async fn reel(store: &Store) -> RunRow {
    let filter = RunFilter { flow: Some("reel".into()), limit: 9, business: None, state: None };
    store.runs(&filter).await.expect("runs").pop().expect("the film")
}

/// Declines the film, as its owner would have; the steps that it had before.
async fn declined(data: &Path, signal: &str) -> (RunId, RunState, usize) {
    let store = Store::open(data, Arc::new(Then)).await.expect("opens");
    let film = reel(&store).await;
    let steps = store.steps(film.id).await.expect("steps").len();
    store.signal(film.id, signal, json!({ "verdict": "decline", "reason": "too loud" })).await.expect("told");
    (film.id, film.state, steps)
}

#[tokio::test]
async fn films_of_the_first_release_are_finished_by_this_one() {
    let asking = (include_str!("releases/first_asking.sql"), RunState::Waiting);
    let in_flight = (include_str!("releases/first_in_flight.sql"), RunState::Running);
    for (dump, state) in [asking, in_flight] {
        let folder = tempfile::tempdir().expect("a folder");
        restored(dump, folder.path()).await;
        let (id, found, steps) = declined(folder.path(), "approval/r0/0").await;
        assert_eq!(found, state);
        let up = Up::start_with(folder.path(), &[]);
        let film = up.state_of(&id.to_string(), "done").await;
        assert_eq!((&film["output"]["outcome"], &film["output"]["reason"]), (&json!("declined"), &json!("too loud")));
        let now = film["steps"].as_array().map_or(0, Vec::len);
        assert!(now > steps && steps >= 13, "{steps} steps of then, {now} now");
        assert!(film["output"]["cuts"]["slots"].as_array().is_some_and(|slots| slots.len() > 2), "{film}");
    }
}
