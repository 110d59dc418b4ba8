//! A process that works on one database until nothing is left to do, or until it is killed.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use nexus_core::{RunId, journal::Journal as _};
use nexus_store::{DatabaseUrl, Store};
use nexus_workflow::{Engine, EngineConfig, Failpoint, RetryPolicy, engine_errors};

use super::story::{Wall, story};

/// Short, so that a shared database needs not be waited for.
pub(crate) const LEASE_MS: u64 = 1000;

/// `<url> <folder> <kill at> <run>`: works until the run has ended; the process ends itself at the boundary of that
/// number, from 1; 0 is none. Says at the end how many boundaries it met and what errors its engine had.
pub(crate) async fn live(arguments: &[String]) {
    let [url, folder, kill_at, run] = arguments else { panic!("child <url> <folder> <kill at> <run>") };
    let (folder, kill_at): (PathBuf, u64) = (folder.into(), kill_at.parse().expect("a number"));
    let url = DatabaseUrl::parse(url).expect("an address");
    let store = Store::open_at(&url, &folder, Arc::new(Wall)).await.expect("a store");
    let _alone = if store.is_shared() {
        None
    } else {
        let lock = store.hold_alone().await.expect("alone");
        store.recover().await.expect("recovered");
        Some(lock)
    };
    let passed = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&passed);
    let failpoint: Failpoint = Arc::new(move |_| {
        if counted.fetch_add(1, Ordering::SeqCst) + 1 == kill_at {
            std::process::abort();
        }
    });
    let engine = Engine::new(Arc::new(store.clone()), Arc::new(Wall), story(&folder), config(Some(failpoint)));
    let run: RunId = RunId::derived(&[run]);
    loop {
        engine.run_until_idle().await;
        let ended = store.run(run).await.expect("read").is_some_and(|row| row.state.is_final());
        if ended {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    println!("{} {}", passed.load(Ordering::SeqCst), engine_errors());
}

/// Quick in everything, so that many rounds fit.
pub(crate) fn config(failpoint: Option<Failpoint>) -> EngineConfig {
    EngineConfig {
        lease_ms: LEASE_MS,
        poll: Duration::from_millis(20),
        retry: RetryPolicy { base: Duration::from_millis(20), ..RetryPolicy::default() },
        failpoint,
        ..EngineConfig::default()
    }
}
