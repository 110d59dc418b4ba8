//! Signals and deadlines: parked runs cost nothing, and every repeat of a wait decides alike.

use std::time::Duration;

use nexus_core::{
    Instant,
    journal::{Journal, RunState},
    time::Clock,
};
use serde_json::json;

use crate::bench::{Bench, aside};

fn deadline() -> Instant {
    Instant::from_unix_millis(1_030_000)
}

fn undo_window(bench: &Bench) -> nexus_workflow::Engine {
    bench.engine(|run| {
        Box::pin(async {
            let undo: Option<String> = run.wait_until(aside("undo-window"), "undo", deadline()).await?;
            let _: u8 = run.wait(aside("answered"), "answer").await?;
            Ok(json!(undo))
        })
    })
}

#[tokio::test]
async fn what_came_first_decides_for_ever() {
    for (name, signal_after_s, want) in [
        ("in time", Some(29), json!("stop")),
        ("at the last millisecond nothing came", None, json!(null)),
        ("too late", Some(31), json!(null)),
    ] {
        let bench = Bench::new();
        let run = bench.enqueue("a").await;
        let engine = undo_window(&bench);
        engine.run_until_idle().await;
        let row = bench.row(run).await;
        assert_eq!((row.state, row.due), (RunState::Waiting, Some(deadline())), "{name}");
        if signal_after_s == Some(29) {
            bench.clock.advance(Duration::from_secs(29));
            bench.journal.signal(run, "undo", json!("stop")).await.unwrap();
        }
        engine.run_until_idle().await;
        bench.clock.advance(Duration::from_secs(30));
        engine.run_until_idle().await;
        if signal_after_s == Some(31) {
            bench.journal.signal(run, "undo", json!("stop")).await.unwrap();
        }
        bench.journal.signal(run, "answer", json!(1)).await.unwrap();
        engine.run_until_idle().await;
        assert_eq!(bench.row(run).await.output, Some(want), "{name}");
        assert_eq!(bench.journal.claims(), 3, "{name}: start, decision, answer");
    }
}

#[tokio::test]
async fn a_signal_that_came_before_the_deadline_wins_over_a_slow_step() {
    let bench = Bench::new();
    let run = bench.enqueue("a").await;
    let (journal, clock) = (bench.journal.clone(), bench.clock.clone());
    let engine = bench.engine(move |run| {
        let (journal, clock) = (journal.clone(), clock.clone());
        Box::pin(async move {
            run.step(aside("slow"), async |_| {
                clock.advance(Duration::from_secs(5));
                journal.signal(run.id(), "undo", json!("stop")).await.unwrap();
                clock.advance(Duration::from_secs(3));
                Ok(())
            })
            .await?;
            let until = Instant::from_unix_millis(1_006_000);
            let undo: Option<String> = run.wait_until(aside("undo-window"), "undo", until).await?;
            Ok(json!(undo))
        })
    });
    engine.run_until_idle().await;
    assert_eq!(bench.row(run).await.output, Some(json!("stop")));
}

#[tokio::test]
async fn a_signal_without_a_payload_is_a_signal() {
    let bench = Bench::new();
    let run = bench.enqueue("a").await;
    bench.journal.signal(run, "undo", json!(null)).await.unwrap();
    let engine = bench.engine(|run| {
        Box::pin(async {
            let undo: Option<serde_json::Value> = run.wait_until(aside("window"), "undo", deadline()).await?;
            let _: u8 = run.wait(aside("answered"), "answer").await?;
            Ok(json!(undo.is_some()))
        })
    });
    engine.run_until_idle().await;
    bench.journal.signal(run, "answer", json!(1)).await.unwrap();
    engine.run_until_idle().await;
    assert_eq!(bench.row(run).await.output, Some(json!(true)), "also when replayed");
    assert_eq!(bench.journal.steps(run).await.unwrap()[0].output, json!({ "arrived": null }));
}

#[tokio::test]
async fn an_open_window_closes_in_its_time_although_the_clock_was_set_back() {
    let bench = Bench::new();
    let engine = undo_window(&bench);
    let run = bench.enqueue("a").await;
    engine.run_until_idle().await;
    assert_eq!(bench.row(run).await.awaits.as_deref(), Some("undo"));
    bench.clock.set_back(Duration::from_secs(2 * 24 * 60 * 60));
    bench.journal.recover().await.unwrap();
    bench.clock.advance(Duration::from_secs(29));
    engine.run_until_idle().await;
    assert_eq!(bench.row(run).await.awaits.as_deref(), Some("undo"), "a second is left");
    bench.clock.advance(Duration::from_secs(1));
    engine.run_until_idle().await;
    assert_eq!(bench.row(run).await.awaits.as_deref(), Some("answer"), "it has closed");
}

#[tokio::test]
async fn a_payload_of_the_wrong_shape_fails_and_is_not_journaled() {
    let bench = Bench::new();
    let run = bench.enqueue("a").await;
    bench.journal.signal(run, "answer", json!({ "no": "number" })).await.unwrap();
    let engine = bench.engine(|run| Box::pin(async { Ok(json!(run.wait::<u8>(aside("answered"), "answer").await?)) }));
    engine.run_until_idle().await;
    let row = bench.row(run).await;
    assert_eq!((row.state, row.error.unwrap().step.as_str()), (RunState::Failed, "answered"));
    assert_eq!(bench.trace(run).await, [""; 0]);
}

#[tokio::test]
async fn ten_thousand_parked_runs_cost_no_claims() {
    let bench = Bench::new();
    let engine = bench.engine(|run| Box::pin(async { Ok(json!(run.wait::<u8>(aside("answered"), "answer").await?)) }));
    let mut last = None;
    // A tenth of ten thousand keeps the test short: the journal in memory searches in linear time.
    for n in 0..1_000 {
        last = Some(bench.enqueue(&n.to_string()).await);
    }
    engine.run_until_idle().await;
    assert_eq!(bench.journal.claims(), 1_000);
    for _ in 0..20 {
        engine.run_until_idle().await;
    }
    assert_eq!(bench.journal.claims(), 1_000, "a parked run is not looked at");
    bench.journal.signal(last.unwrap(), "answer", json!(9)).await.unwrap();
    engine.run_until_idle().await;
    assert_eq!(bench.row(last.unwrap()).await.output, Some(json!(9)));
    assert_eq!(bench.journal.claims(), 1_001);
}

#[tokio::test]
async fn a_served_engine_wakes_by_signal_and_by_time_and_stops_when_told() {
    let bench = Bench::new();
    let engine = undo_window(&bench);
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let server = tokio::spawn({
        let engine = engine.clone();
        async move { engine.serve(stopped).await }
    });
    let run = bench.enqueue("a").await;
    let row = tokio::time::timeout(Duration::from_secs(5), engine.wait_run(run)).await.unwrap().unwrap();
    assert_eq!(row.awaits.as_deref(), Some("undo"));
    bench.clock.advance(Duration::from_secs(30));
    let row = tokio::time::timeout(Duration::from_secs(5), engine.wait_run(run)).await.unwrap().unwrap();
    assert_eq!(row.awaits.as_deref(), Some("answer"), "a deadline that has passed is no place to stop");
    bench.journal.signal(run, "answer", json!(1)).await.unwrap();
    let row = tokio::time::timeout(Duration::from_secs(5), async {
        loop {
            let row = engine.wait_run(run).await.unwrap();
            if row.state.is_final() {
                return row;
            }
        }
    });
    assert_eq!(row.await.unwrap().state, RunState::Done);
    assert!(engine.wait_run(nexus_core::RunId::derived(&["nobody"])).await.is_err());
    stop.send(true).unwrap();
    tokio::time::timeout(Duration::from_secs(5), server).await.unwrap().unwrap();
    assert!(bench.clock.now() > Instant::from_unix_millis(1_000_000));
}
