//! The fault matrix of the engine: processes are killed at every boundary and at pairs of them, frozen beyond their lease,
//! their database crashes or falls silent, and publications time out after they were made. Every row says what it
//! asserted; one broken invariant ends the run. `bench/faults` prints its table; `--long` takes every pair.

mod faulty;

use std::{path::Path, time::Duration};

use faulty::{child, rows};
use nexus_testkit::postgres::Server;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|word| word == "child") {
        return child::live(&arguments[1..]).await;
    }
    let is_long = arguments.iter().any(|word| word == "--long");
    let folder = tempfile::tempdir().expect("a folder");
    println!("| row | store | what was done | figures |\n|---|---|---|---|");
    on("SQLite", "sqlite:", &folder.path().join("sqlite"), None, is_long).await;
    let Some(server) = Server::start_durable() else {
        println!("| | PostgreSQL | not installed | |");
        return;
    };
    on("PostgreSQL", &server.url(), &folder.path().join("postgres"), Some(server), is_long).await;
}

async fn on(name: &str, url: &str, folder: &Path, server: Option<Server>, is_long: bool) {
    std::fs::create_dir_all(folder).expect("a folder");
    let mut desk = rows::Desk { name, url: url.to_owned(), folder: folder.to_owned(), server, made: 0 };
    desk.kills_at_every_boundary().await;
    desk.kills_at_pairs(if is_long { usize::MAX } else { 104 }).await;
    desk.random_kills(if is_long { Duration::from_secs(300) } else { Duration::from_secs(20) }).await;
    desk.publications_that_time_out(1000).await;
    desk.a_worker_that_was_frozen(if is_long { 10 } else { 3 }).await;
    if desk.server.is_some() {
        desk.a_database_that_crashes(if is_long { 10 } else { 3 }).await;
        desk.a_network_that_falls_silent().await;
    }
}
