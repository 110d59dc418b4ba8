//! A finished step is never run again, and what it gave is what it gives for ever.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use nexus_core::{
    Arrow, ErrorKind,
    journal::{Journal, RunState, StepStatus},
};
use nexus_workflow::FlowError;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::bench::{Bench, aside, new_run};

#[derive(Debug, Serialize, Deserialize, PartialEq)]
struct Grid {
    beats: Vec<f64>,
}

#[tokio::test]
async fn steps_are_journaled_once_with_item_scope_adapter_and_time() {
    let bench = Bench::new();
    let calls = Arc::new(AtomicU32::new(0));
    let (counted, clock) = (Arc::clone(&calls), bench.clock.clone());
    let engine = bench.engine(move |run| {
        let (calls, clock) = (Arc::clone(&counted), clock.clone());
        Box::pin(async move {
            let grid: Grid = run
                .by("librosa")
                .step(Arrow::TrackBeats, async |context| {
                    calls.fetch_add(1, Ordering::SeqCst);
                    clock.advance(std::time::Duration::from_millis(40));
                    context.report(1, 2, "listening");
                    Ok(Grid { beats: vec![0.5, 1.0] })
                })
                .await?;
            let revision = run.scoped("r1");
            let first = revision.note(aside("seed"), calls.load(Ordering::SeqCst)).await?;
            revision.skip(Arrow::AssetMissing, "all shots were found").await?;
            revision.scoped("deep").step_item(Arrow::Publish, "tiktok", async |_| Ok(7_u8)).await?;
            let _: String = run.wait(aside("answered"), "answer").await?;
            Ok(json!({ "beats": grid.beats.len(), "seed": first }))
        })
    });
    let mut progress = engine.progress();
    let run = bench.enqueue("a").await;
    engine.run_until_idle().await;
    assert_eq!(engine.wait_run(run).await.unwrap().awaits.as_deref(), Some("answer"));
    bench.journal.signal(run, "answer", json!("go")).await.unwrap();
    engine.run_until_idle().await;

    let row = bench.row(run).await;
    assert_eq!((row.state, row.output), (RunState::Done, Some(json!({ "beats": 2, "seed": 1 }))));
    assert_eq!(calls.load(Ordering::SeqCst), 1, "a finished step is never run again");
    assert_eq!(
        bench.trace(run).await,
        ["13-track-beats", "seed/r1", "09-asset-missing/r1", "18-publish/r1/deep/tiktok", "answered"]
    );
    let steps = bench.journal.steps(run).await.unwrap();
    assert_eq!((steps[0].adapter.as_str(), steps[0].ms, steps[0].attempt), ("librosa", 40, 1));
    assert_eq!((steps[2].status, &steps[2].output), (StepStatus::Skipped, &json!("all shots were found")));
    assert_eq!((steps[4].adapter.as_str(), &steps[4].output), ("embedded", &json!("go")));
    let seen = progress.recv().await.unwrap();
    assert_eq!(
        (seen.run, seen.step, seen.done, seen.total, seen.what.as_str()),
        (run, Arrow::TrackBeats.into(), 1, 2, "listening")
    );
    assert_eq!(bench.journal.claims(), 2, "one claim before the wait, one after it");
}

#[tokio::test]
async fn a_result_of_another_shape_names_its_step() {
    let bench = Bench::new();
    let run = bench.enqueue("a").await;
    let old = bench.engine(|run| {
        Box::pin(async {
            run.note(Arrow::TrackBeats, 120.0).await?;
            run.wait(aside("answered"), "answer").await
        })
    });
    old.run_until_idle().await;
    bench.journal.signal(run, "answer", json!(1)).await.unwrap();
    let new = bench.engine(|run| {
        Box::pin(async {
            let grid: Grid = run.step(Arrow::TrackBeats, async |_| Ok(Grid { beats: vec![] })).await?;
            Ok(json!(grid))
        })
    });
    new.run_until_idle().await;
    let failure = bench.row(run).await.error.unwrap();
    assert_eq!((failure.kind, failure.step.as_str()), (ErrorKind::Bug, "13-track-beats"));
    assert!(failure.message.contains("does not have the shape"), "{}", failure.message);
}

#[tokio::test]
async fn input_of_another_shape_fails_before_anything_is_done() {
    let bench = Bench::new();
    let run = bench.enqueue("a").await;
    let engine = bench.engine(|run| {
        Box::pin(async {
            let grid: Grid = run.input()?;
            run.note(aside("grid"), grid).await?;
            Ok(json!(null))
        })
    });
    engine.run_until_idle().await;
    assert_eq!(bench.row(run).await.error.unwrap().step, "input");
    assert_eq!(bench.trace(run).await, [""; 0]);
}

#[tokio::test]
async fn a_timestamp_is_taken_once() {
    let bench = Bench::new();
    let run = bench.enqueue("a").await;
    let engine = bench.engine(|run| {
        Box::pin(async {
            let began = run.timestamp(aside("began")).await?;
            let _: u8 = run.wait(aside("answered"), "answer").await?;
            Ok(json!(began))
        })
    });
    engine.run_until_idle().await;
    bench.clock.advance(std::time::Duration::from_secs(3600));
    bench.journal.signal(run, "answer", json!(1)).await.unwrap();
    engine.run_until_idle().await;
    assert_eq!(bench.row(run).await.output, Some(json!(1_000_000)));
}

#[tokio::test]
async fn a_refusal_ends_the_run_in_its_own_words() {
    let bench = Bench::new();
    let run = bench.enqueue("a").await;
    let engine = bench.engine(|_| {
        Box::pin(async { Err(FlowError::refused(Arrow::WriteScript, "the review has no sentence that may be quoted")) })
    });
    engine.run_until_idle().await;
    let row = bench.row(run).await;
    let failure = row.error.unwrap();
    assert_eq!(
        (row.state, failure.kind, failure.step.as_str()),
        (RunState::Failed, ErrorKind::Refused, "08-write-script")
    );
    assert_eq!(failure.message, "the review has no sentence that may be quoted");
}

#[tokio::test]
async fn a_panic_ends_its_run_and_no_other() {
    let bench = Bench::new();
    let bad = bench.enqueue("bad").await;
    let good = bench.enqueue("good").await;
    let engine = bench.engine(|run| {
        Box::pin(async {
            let input: serde_json::Value = run.input()?;
            assert_ne!(input["name"], "bad", "a poisoned job");
            Ok(json!("fine"))
        })
    });
    engine.run_until_idle().await;
    let failure = bench.row(bad).await.error.unwrap();
    assert_eq!(failure.kind, ErrorKind::Bug);
    assert!(failure.message.contains("a poisoned job"), "{}", failure.message);
    assert_eq!(bench.row(good).await.output, Some(json!("fine")));
    assert_eq!(bench.journal.claims(), 2);
}

#[tokio::test]
async fn steps_side_by_side_are_all_journaled() {
    let bench = Bench::new();
    let run = bench.enqueue("a").await;
    let engine = bench.engine(|run| {
        Box::pin(async move {
            let publish =
                |network: &'static str| run.step_item(Arrow::Publish, network, async move |_| Ok(network.len()));
            let (a, b, c) = futures::try_join!(publish("tiktok"), publish("youtube"), publish("x"))?;
            Ok(json!([a, b, c]))
        })
    });
    engine.run_until_idle().await;
    assert_eq!(bench.row(run).await.output, Some(json!([6, 7, 1])));
    assert_eq!(bench.trace(run).await.len(), 3);
}

#[tokio::test]
async fn a_run_of_an_unknown_version_is_left_alone() {
    let bench = Bench::new();
    let newer = nexus_core::journal::NewRun { version: 2, ..new_run("newer") };
    bench.journal.enqueue(newer).await.unwrap();
    let engine = bench.engine(|_| Box::pin(async { Ok(json!(1)) }));
    engine.run_until_idle().await;
    assert_eq!(bench.row(new_run("newer").id).await.state, RunState::Ready);
    assert_eq!(bench.journal.claims(), 0);
}
