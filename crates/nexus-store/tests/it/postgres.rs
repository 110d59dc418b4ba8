//! The same tests once more with everything in PostgreSQL, and what only a shared database can show.

use std::{
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
};

use nexus_testkit::postgres::Server;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

/// Names the server for the second round.
pub(crate) const ADDRESS: &str = "NEXUS_STORE_TEST_POSTGRES";

/// A new database of a role without special rights, when this is the second round.
#[expect(clippy::disallowed_methods, reason = "the second round is started by a test and told by the environment")]
pub(crate) async fn new_database() -> Option<String> {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let admin = std::env::var(ADDRESS).ok()?;
    let name = format!("t{}", MADE.fetch_add(1, Ordering::Relaxed));
    let mut connection = PgConnection::connect(&admin).await.expect("the server answers");
    for statement in [format!("create role {name} login"), format!("create database {name} owner {name}")] {
        connection.execute(AssertSqlSafe(statement)).await.expect("a database of its own");
    }
    Some(admin.replace("postgres@", &format!("{name}@")).replace("/postgres", &format!("/{name}")))
}

#[test]
#[expect(clippy::disallowed_methods, reason = "this test runs the other tests of this program again")]
fn everything_holds_in_postgresql_too() {
    if std::env::var(ADDRESS).is_ok() {
        return;
    }
    let Some(server) = Server::start() else { return };
    let program = std::env::current_exe().expect("this program");
    let run = Command::new(program)
        .args([
            "--test-threads",
            "2",
            "--skip",
            "pgvector",
            "--skip",
            "postgres::",
            "--skip",
            "aws::",
            "--skip",
            "backup::",
            "--skip",
            "upgrade::",
            "--skip",
            "faults::",
        ])
        .env(ADDRESS, server.url())
        .output()
        .expect("the tests run");
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{said}\n{}", String::from_utf8_lossy(&run.stderr));
    assert!(said.contains("test ports::journal ... ok"), "the second round ran: {said}");
}

/// Two machines on one database: what one writes wakes the other, and a server that crashes is ridden out.
mod shared {
    use std::{sync::Arc, time::Duration};

    use nexus_core::{
        BusinessId, RunId,
        business::Business,
        journal::{Arrived, Claimable, Journal as _, Release},
        port::BusinessDirectory as _,
        time::Clock,
    };
    use nexus_store::{DatabaseUrl, Store, StoreError, copy_database};
    use nexus_testkit::{conformance::journal::TestClock, factory, postgres::Server};
    use sqlx::{Connection as _, Executor as _, PgConnection};
    use tempfile::TempDir;

    use crate::new_run;

    const SOON: Duration = Duration::from_secs(20);

    async fn machine(url: &DatabaseUrl, folder: &TempDir, name: &str) -> Store {
        let clock = TestClock::at(1_780_000_000_000) as Arc<dyn Clock>;
        Store::open_at(url, &folder.path().join(name), clock).await.expect("a machine")
    }

    fn database(server: &Server, name: &str) -> (String, DatabaseUrl) {
        let address = server.database(name);
        let url = DatabaseUrl::parse(&address).expect("an address");
        (address, url)
    }

    #[tokio::test]
    async fn another_machine_is_woken_and_agrees_on_secrets() {
        let Some(server) = Server::start() else { return };
        let folder = tempfile::tempdir().expect("a folder");
        let (_, url) = database(&server, "two");
        // Started together, they take turns to make the tables.
        let (one, other) = tokio::join!(machine(&url, &folder, "one"), machine(&url, &folder, "other"));
        let mut changes = other.subscribe();
        tokio::time::sleep(Duration::from_millis(300)).await;
        changes.mark_unchanged();
        let asked = std::time::Instant::now();
        one.enqueue(new_run("woken")).await.expect("enqueued");
        tokio::time::timeout(SOON, changes.changed()).await.expect("woken").expect("alive");
        assert!(asked.elapsed() < Duration::from_secs(1), "by the word of the other, not by the clock");
        assert!(one.is_shared());
        let claim = other.claim("w", &[Claimable::new("reel", 1)], 10_000).await.expect("claim").expect("the run");
        assert_eq!(claim.run.id, RunId::derived(&["woken"]));
        assert_eq!(one.claim("w", &[Claimable::new("reel", 1)], 10_000).await.expect("claim"), None, "leased once");
    }

    #[tokio::test]
    async fn a_server_that_crashes_is_ridden_out() {
        let Some(mut server) = Server::start_durable() else { return };
        let folder = tempfile::tempdir().expect("a folder");
        let (_, url) = database(&server, "crash");
        let store = machine(&url, &folder, "one").await;
        for number in 0..20 {
            store.enqueue(new_run(&format!("before {number}"))).await.expect("enqueued");
        }
        server.restart();
        assert_eq!(store.enqueue(new_run("before 0")).await.expect("the writer came back"), Arrived::Again);
        let mut left = 0;
        while let Some(claim) = store.claim("w", &[Claimable::new("reel", 1)], 10_000).await.expect("claim") {
            store.release(claim.run.id, claim.run.epoch, Release::Done(claim.run.input)).await.expect("released");
            left += 1;
        }
        assert_eq!(left, 20, "everything that was accepted is there");
    }

    #[tokio::test]
    async fn connections_that_are_cut_are_made_anew() {
        let Some(server) = Server::start() else { return };
        let folder = tempfile::tempdir().expect("a folder");
        let (_, url) = database(&server, "cut");
        let store = machine(&url, &folder, "one").await;
        for round in 0..5 {
            assert!(server.sql("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'cut'"));
            let run = new_run(&format!("round {round}"));
            store.enqueue(run.clone()).await.expect("enqueued over a new connection");
            assert!(store.run(run.id).await.expect("read over a new connection").is_some());
        }
    }

    fn business(name: &str) -> Business {
        Business { id: BusinessId::derived(&[name]), slug: name.into(), name: name.into(), ..factory::business() }
    }

    #[tokio::test]
    async fn a_statement_that_forgets_the_tenant_sees_nothing_of_others() {
        let Some(server) = Server::start() else { return };
        let folder = tempfile::tempdir().expect("a folder");
        let (address, url) = database(&server, "walls");
        let store = machine(&url, &folder, "one").await;
        assert!(!store.sees_through_walls().await.expect("asked"), "a plain role");
        let root = DatabaseUrl::parse(&server.url()).expect("an address");
        assert!(machine(&root, &folder, "root").await.sees_through_walls().await.expect("asked"), "a superuser");
        let (mine, other) = (business("mine"), business("other"));
        for one in [&mine, &other] {
            store.save(one).await.expect("saved");
            let run = nexus_core::journal::NewRun { business: one.id, ..new_run(&one.name) };
            store.enqueue(run).await.expect("enqueued");
        }
        // The role of the installation, without any condition in the statement.
        let mut raw = PgConnection::connect(&address).await.expect("connected");
        let count = |table: &str| format!("select count(*) from {table}");
        for (tenant, seen) in [(String::new(), 0), (mine.id.to_string(), 1), ("*".into(), 2)] {
            sqlx::query("select set_config('app.tenant', $1, false)")
                .bind(&tenant)
                .execute(&mut raw)
                .await
                .expect("set");
            for table in ["businesses", "runs", "events"] {
                let rows: i64 =
                    sqlx::query_scalar(sqlx::AssertSqlSafe(count(table))).fetch_one(&mut raw).await.expect("counted");
                assert_eq!(rows, seen, "{table} as '{tenant}'");
            }
        }
        let planted =
            format!("insert into quotes (business, quote, step_key, created) values ('{}', 'q', 'k', 1)", other.id);
        sqlx::query("select set_config('app.tenant', $1, false)")
            .bind(mine.id.to_string())
            .execute(&mut raw)
            .await
            .expect("set");
        assert!(raw.execute(sqlx::AssertSqlSafe(planted)).await.is_err(), "nor writes anything for others");
    }

    #[tokio::test]
    async fn every_table_of_a_tenant_is_closed() {
        let Some(server) = Server::start() else { return };
        let folder = tempfile::tempdir().expect("a folder");
        let (address, url) = database(&server, "closed");
        drop(machine(&url, &folder, "one").await);
        let mut raw = PgConnection::connect(&address).await.expect("connected");
        let open = "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace
            and not (relrowsecurity and relforcerowsecurity) order by relname";
        let open: Vec<String> = sqlx::query_scalar(open).fetch_all(&mut raw).await.expect("listed");
        let of_the_installation =
            ["_sqlx_migrations", "idempotency", "installation", "multipart_parts", "vector_clock"];
        assert_eq!(open, of_the_installation, "a new table says in database/migrate.rs whose its rows are");
    }

    #[tokio::test]
    async fn an_installation_moves_to_postgresql_and_back() {
        let Some(server) = Server::start() else { return };
        let folder = tempfile::tempdir().expect("a folder");
        let clock = || TestClock::at(1_780_000_000_000) as Arc<dyn Clock>;
        let old = Store::open(folder.path(), clock()).await.expect("a store");
        let mine = business("mine");
        old.save(&mine).await.expect("saved");
        old.enqueue(new_run("waiting")).await.expect("enqueued");
        let claim = old.claim("w", &[Claimable::new("reel", 1)], 10_000).await.expect("claim").expect("a run");
        old.release(claim.run.id, claim.run.epoch, Release::Wait { signal: "answer".into(), until: None })
            .await
            .expect("parked");
        let (_, url) = database(&server, "grown");
        // `nexus migrate` was there first, and made keys of its own.
        drop(machine(&url, &folder, "first").await);
        let copied = copy_database(&DatabaseUrl::Sqlite, &url, folder.path(), |_| {}).await.expect("copied");
        assert!(copied.iter().any(|table| table.table == "runs" && table.rows == 1));
        let new = Store::open_at(&url, &folder.path().join("new"), clock()).await.expect("opened");
        assert_eq!(new.list().await.expect("businesses"), [mine]);
        new.signal(claim.run.id, "answer", serde_json::json!(1)).await.expect("the parked run is woken there");
        let claim = new.claim("w", &[Claimable::new("reel", 1)], 10_000).await.expect("claim").expect("the run");
        assert!(claim.run.epoch.0 > 1, "its fence goes on");
        let key = |folder: &std::path::Path| std::fs::read_to_string(folder.join("secret.json")).expect("keys");
        let again = copy_database(&DatabaseUrl::Sqlite, &url, folder.path(), |_| {}).await.expect_err("not empty");
        assert!(matches!(again, StoreError::Conflict(_)), "{again}");
        // And back, into another folder.
        let back = folder.path().join("back");
        std::fs::create_dir_all(&back).expect("a folder");
        copy_database(&url, &DatabaseUrl::Sqlite, &back, |_| {}).await.expect("copied back");
        let keys = |text: String| serde_json::from_str::<serde_json::Value>(&text).expect("JSON");
        assert_eq!(keys(key(&back)), keys(key(folder.path())), "links that were sent stay good, there and back");
        let small = Store::open(&back, clock()).await.expect("opened");
        assert_eq!(
            small.events(None, 0, 100).await.expect("events").len(),
            new.events(None, 0, 100).await.expect("events").len()
        );
    }
}
