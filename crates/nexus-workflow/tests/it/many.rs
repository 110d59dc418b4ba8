//! Many hands: children, roles, draining, cancelling, limits.

use std::{
    collections::BTreeMap,
    num::NonZeroUsize,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use nexus_core::{
    ErrorKind, RunId,
    journal::{Journal as _, NewRun, Role, RunState},
};
use nexus_workflow::{Engine, EngineConfig, FlowError, Run};
use serde_json::{Value, json};
use tokio::sync::{Notify, watch};

use crate::bench::{Bench, aside, broken, new_run, quick};

const SOON: Duration = Duration::from_secs(5);

/// `family` waits for three children; `child-b` fails until it is told otherwise.
async fn family(run: &Run, strict: bool) -> Result<Value, FlowError> {
    let input: BTreeMap<String, String> = run.input()?;
    match input["name"].as_str() {
        "family" => {
            let child = |name: &str| NewRun { id: RunId::derived(&["family", name]), ..new_run(name) };
            let outputs = run.join(aside("parts"), ["child-a", "child-b", "child-c"].map(child).to_vec()).await?;
            run.note(aside("after"), json!(outputs)).await
        }
        "child-b" if strict => run.step(aside("work"), async |_| Err::<Value, _>(broken(ErrorKind::Invalid))).await,
        name => run.step(aside("work"), async |_| Ok(json!(name))).await,
    }
}

#[tokio::test]
async fn a_parent_gets_the_outputs_of_its_children_in_order() {
    let bench = Bench::new();
    let engine = bench.engine(|run| Box::pin(family(run, false)));
    let run = bench.enqueue("family").await;
    engine.run_until_idle().await;
    let row = bench.row(run).await;
    assert_eq!(row.output, Some(json!(["child-a", "child-b", "child-c"])));
    assert_eq!(bench.trace(run).await, ["parts/spawned", "parts/joined", "after"]);
    let child = bench.row(RunId::derived(&["family", "child-a"])).await;
    assert_eq!(child.parent, Some(run));
}

#[tokio::test]
async fn who_waits_for_a_parent_waits_for_its_children_too() {
    let bench = Bench::new();
    let run = bench.enqueue("family").await;
    let engine = bench.engine(|run| {
        Box::pin(async move {
            let input: BTreeMap<String, String> = run.input()?;
            if input["name"].starts_with("child") {
                tokio::time::sleep(Duration::from_millis(120)).await;
            }
            family(run, false).await
        })
    });
    let working = engine.clone();
    let worker = tokio::spawn(async move { working.run_until_idle().await });
    let row = tokio::time::timeout(SOON, engine.wait_run(run)).await.unwrap().unwrap();
    assert_eq!(row.state, RunState::Done, "a wait for children is no wait for people");
    worker.await.unwrap();
}

#[tokio::test]
async fn a_failed_child_fails_its_parent_and_one_retry_mends_both() {
    let bench = Bench::new();
    let run = bench.enqueue("family").await;
    bench.engine(|run| Box::pin(family(run, true))).run_until_idle().await;
    let row = bench.row(run).await;
    let failure = row.error.expect("a cause");
    assert_eq!((row.state, failure.kind), (RunState::Failed, ErrorKind::Invalid));
    assert_eq!(failure.step, "parts/work");
    assert!(failure.message.contains("repair it") && failure.message.contains("run"), "{}", failure.message);
    bench.journal.retry(run, None).await.unwrap();
    bench.engine(|run| Box::pin(family(run, false))).run_until_idle().await;
    assert_eq!(bench.row(run).await.output, Some(json!(["child-a", "child-b", "child-c"])));
    let good = bench.trace(RunId::derived(&["family", "child-a"])).await;
    assert_eq!(good, ["work"], "what had ended well was not done again");
}

fn serving(roles: &[Role]) -> EngineConfig {
    EngineConfig { hands: roles.iter().map(|role| (*role, NonZeroUsize::MIN)).collect(), ..quick() }
}

#[tokio::test]
async fn a_run_goes_from_role_to_role() {
    let bench = Bench::new();
    let engine = |roles: &[Role]| {
        bench.engine_with(serving(roles), |run| {
            Box::pin(async move {
                run.note(aside("made"), 1_u8).await?;
                run.hand_over(Role::Publish).await?;
                run.note(aside("told"), 2_u8).await?;
                run.hand_over(Role::Render).await?;
                run.note(aside("made-again"), 3_u8).await.map(|n| json!(n))
            })
        })
    };
    let run = bench.enqueue("a").await;
    engine(&[Role::Ingest]).run_until_idle().await;
    assert_eq!(bench.journal.claims(), 0, "nothing for eyes to do");
    engine(&[Role::Render]).run_until_idle().await;
    assert_eq!(bench.trace(run).await, ["made"]);
    engine(&[Role::Publish]).run_until_idle().await;
    assert_eq!(bench.trace(run).await, ["made", "hand-over/publish", "told"]);
    engine(&[Role::Render]).run_until_idle().await;
    assert_eq!(bench.row(run).await.output, Some(json!(3)));
    assert_eq!(bench.journal.claims(), 3, "one claim per hand");
    // Where one worker serves both, nothing is handed around.
    let other = bench.enqueue("b").await;
    engine(&[Role::Render, Role::Publish]).run_until_idle().await;
    assert_eq!(bench.row(other).await.state, RunState::Done);
    assert_eq!(bench.journal.claims(), 4);
}

/// An engine whose runs finish a step when `go` says so, and would begin another.
fn two_steps(bench: &Bench, drain: Duration, reached: &Arc<Notify>, go: &Arc<Notify>) -> Engine {
    let (reached, go) = (Arc::clone(reached), Arc::clone(go));
    bench.engine_with(EngineConfig { drain, ..quick() }, move |run| {
        let (reached, go) = (Arc::clone(&reached), Arc::clone(&go));
        Box::pin(async move {
            run.step(aside("one"), async |_| {
                reached.notify_one();
                go.notified().await;
                Ok(1_u8)
            })
            .await?;
            run.note(aside("two"), 2_u8).await.map(|n| json!(n))
        })
    })
}

#[tokio::test]
async fn a_drained_engine_ends_the_step_and_lets_go() {
    let bench = Bench::new();
    let (reached, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let engine = two_steps(&bench, SOON, &reached, &go);
    let run = bench.enqueue("a").await;
    let (stop, stopped) = watch::channel(false);
    let server = tokio::spawn(async move { engine.serve(stopped).await });
    reached.notified().await;
    stop.send(true).unwrap();
    tokio::time::sleep(Duration::from_millis(30)).await;
    bench.enqueue("not begun").await;
    go.notify_one();
    tokio::time::timeout(SOON, server).await.unwrap().unwrap();
    let row = bench.row(run).await;
    assert_eq!((row.state, row.attempts, row.crashes), (RunState::Ready, 0, 0), "another worker goes on at once");
    assert_eq!(bench.trace(run).await, ["one"], "the step that was under way is not lost, the next was not begun");
    assert_eq!(bench.journal.claims(), 1, "nothing more was claimed");
}

#[tokio::test]
async fn a_step_that_takes_too_long_is_let_go_in_its_middle() {
    let bench = Bench::new();
    let (reached, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let engine = two_steps(&bench, Duration::from_millis(30), &reached, &go);
    let run = bench.enqueue("a").await;
    let (stop, stopped) = watch::channel(false);
    let server = tokio::spawn(async move { engine.serve(stopped).await });
    reached.notified().await;
    stop.send(true).unwrap();
    tokio::time::timeout(SOON, server).await.unwrap().unwrap();
    assert_eq!(bench.row(run).await.state, RunState::Ready, "not leased by somebody who is gone");
    assert_eq!(bench.trace(run).await, [""; 0]);
}

#[tokio::test]
async fn a_cancelled_run_stops_in_the_middle_of_a_step() {
    let bench = Bench::new();
    let (reached, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let engine = two_steps(&bench, Duration::ZERO, &reached, &go);
    let run = bench.enqueue("a").await;
    let worker = tokio::spawn(async move { engine.run_until_idle().await });
    reached.notified().await;
    bench.journal.cancel(run).await.unwrap();
    // The step is never allowed to end: the worker comes back because it was told.
    tokio::time::timeout(SOON, worker).await.unwrap().unwrap();
    assert_eq!(bench.row(run).await.state, RunState::Cancelled);
    assert_eq!(bench.trace(run).await, [""; 0]);
}

#[tokio::test]
async fn a_slow_provider_gets_as_many_steps_at_once_as_it_takes() {
    let bench = Bench::new();
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let config = EngineConfig {
        hands: EngineConfig::everything(NonZeroUsize::new(8).unwrap()),
        at_once: BTreeMap::from([("slow".to_owned(), NonZeroUsize::new(2).unwrap())]),
        ..quick()
    };
    let seen = Arc::clone(&most);
    let engine = bench.engine_with(config, move |run| {
        let (now, most) = (Arc::clone(&now), Arc::clone(&most));
        Box::pin(async move {
            let slow = run.by("slow");
            let step = slow.step(aside("call"), async |_| {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(5)).await;
                now.fetch_sub(1, Ordering::SeqCst);
                Ok(json!(1))
            });
            step.await
        })
    });
    for name in 0..12 {
        bench.enqueue(&name.to_string()).await;
    }
    engine.run_until_idle().await;
    assert_eq!(seen.load(Ordering::SeqCst), 2);
}

/// A claim that was asked for while all hands of a role were busy does not say that nothing of that role is due.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_engine_is_idle_only_when_everything_is_done() {
    for hands in [1, 3, 16] {
        let bench = Bench::new();
        let config = EngineConfig { hands: EngineConfig::everything(NonZeroUsize::new(hands).unwrap()), ..quick() };
        let engine = bench.engine_with(config, |run| {
            Box::pin(async move {
                tokio::task::yield_now().await;
                run.note(aside("done"), 1_u8).await.map(|n| json!(n))
            })
        });
        for name in 0..400 {
            bench.enqueue(&format!("{hands} {name}")).await;
        }
        engine.run_until_idle().await;
        assert_eq!(bench.journal.claims(), 400, "{hands} hands");
    }
}
