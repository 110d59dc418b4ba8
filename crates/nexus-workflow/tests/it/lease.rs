//! Leases: kept while a step runs, and respected when they are lost.

use std::{
    num::NonZeroUsize,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use nexus_core::{
    Arrow,
    journal::{Claimable, Journal, RunState},
};
use nexus_workflow::EngineConfig;
use serde_json::json;

use crate::bench::{Bench, quick};

fn short_lease() -> EngineConfig {
    EngineConfig { lease_ms: 90, hands: EngineConfig::everything(NonZeroUsize::MIN), ..quick() }
}

#[tokio::test]
async fn a_lease_is_renewed_while_a_step_runs() {
    let bench = Bench::new();
    let run = bench.enqueue("a").await;
    let clock = bench.clock.clone();
    let first = bench.engine_with(short_lease(), move |run| {
        let clock = clock.clone();
        Box::pin(async move {
            run.step(Arrow::Render, async |_| {
                // The journal's clock runs with the real one, four leases long.
                for _ in 0..36 {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    clock.advance(Duration::from_millis(10));
                }
                Ok(1_u8)
            })
            .await?;
            Ok(json!("whole"))
        })
    });
    let second = bench.engine_with(short_lease(), |_| Box::pin(async { Ok(json!("taken over")) }));
    tokio::join!(first.run_until_idle(), async {
        tokio::task::yield_now().await;
        for _ in 0..30 {
            tokio::time::sleep(Duration::from_millis(10)).await;
            second.run_until_idle().await;
        }
    });
    assert_eq!(bench.row(run).await.output, Some(json!("whole")));
    assert_eq!(bench.journal.claims(), 1, "nobody took over");
}

#[tokio::test]
async fn a_lost_lease_cancels_the_flow_and_nothing_stale_is_written() {
    struct Dropped(Arc<AtomicBool>);
    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }
    let bench = Bench::new();
    let run = bench.enqueue("a").await;
    let cancelled = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&cancelled);
    let slow = bench.engine_with(short_lease(), move |run| {
        let flag = Arc::clone(&flag);
        Box::pin(async move {
            run.step(Arrow::Render, async |_| {
                let _guard = Dropped(flag);
                tokio::time::sleep(Duration::from_secs(600)).await;
                Ok(1_u8)
            })
            .await?;
            Ok(json!("stale"))
        })
    });
    let quick_engine = bench.engine_with(short_lease(), |_| Box::pin(async { Ok(json!("fresh")) }));
    let paused = tokio::spawn(async move { slow.run_until_idle().await });
    tokio::time::sleep(Duration::from_millis(10)).await;
    bench.clock.advance(Duration::from_secs(10));
    quick_engine.run_until_idle().await;
    tokio::time::timeout(Duration::from_secs(5), paused).await.unwrap().unwrap();
    assert!(cancelled.load(Ordering::SeqCst), "the slow worker's step was dropped");
    assert_eq!(bench.row(run).await.output, Some(json!("fresh")));
    assert_eq!(bench.trace(run).await, [""; 0], "nothing stale");
}

#[tokio::test]
async fn a_worker_paused_beyond_its_lease_fails_its_save() {
    let bench = Bench::new();
    let run = bench.enqueue("a").await;
    let taken = Arc::new(AtomicU32::new(0));
    let (journal, clock) = (bench.journal.clone(), bench.clock.clone());
    let engine =
        bench.engine_with(EngineConfig { hands: EngineConfig::everything(NonZeroUsize::MIN), ..quick() }, move |run| {
            let (journal, clock, taken) = (journal.clone(), clock.clone(), Arc::clone(&taken));
            Box::pin(async move {
                if taken.fetch_add(1, Ordering::SeqCst) > 0 {
                    return Ok(json!("second"));
                }
                run.step(Arrow::Render, async |_| {
                    // While this worker was stopped, its lease ended and another one claimed the run.
                    clock.advance(Duration::from_secs(11));
                    let claim = journal.claim("another", &[Claimable::new("flow", 1)], 10_000).await.unwrap();
                    assert!(claim.is_some());
                    Ok(1_u8)
                })
                .await?;
                Ok(json!("stale"))
            })
        });
    engine.run_until_idle().await;
    let row = bench.row(run).await;
    assert_eq!((row.state, row.output, row.error), (RunState::Running, None, None), "the other worker's claim stands");
    assert_eq!(bench.trace(run).await, [""; 0], "the stale save was refused");
    bench.clock.advance(Duration::from_secs(11));
    engine.run_until_idle().await;
    assert_eq!(bench.row(run).await.output, Some(json!("second")));
    assert_eq!(bench.journal.claims(), 3);
}
