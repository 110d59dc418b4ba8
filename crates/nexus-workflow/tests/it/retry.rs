//! What is tried again, when, how often; and effects that were left open.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use nexus_core::{
    Arrow, ErrorKind,
    journal::{Journal, RunState},
    time::Clock,
};
use serde_json::json;

use crate::bench::{Bench, broken};

#[tokio::test]
async fn only_retryable_kinds_are_tried_again() {
    for (kind, tries) in [
        (ErrorKind::Unavailable, 6),
        (ErrorKind::Timeout, 6),
        (ErrorKind::RateLimited, 6),
        (ErrorKind::Invalid, 1),
        (ErrorKind::NotFound, 1),
        (ErrorKind::Conflict, 1),
        (ErrorKind::Unauthorized, 1),
        (ErrorKind::Refused, 1),
        (ErrorKind::Unsupported, 1),
        (ErrorKind::UnknownOutcome, 1),
        (ErrorKind::Bug, 1),
    ] {
        let bench = Bench::new();
        let run = bench.enqueue("a").await;
        let calls = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&calls);
        let engine = bench.engine(move |run| {
            let calls = Arc::clone(&counted);
            Box::pin(async move {
                run.step(Arrow::Render, async |_| {
                    calls.fetch_add(1, Ordering::SeqCst);
                    Err::<u8, _>(broken(kind))
                })
                .await?;
                Ok(json!(null))
            })
        });
        for _ in 0..20 {
            engine.run_until_idle().await;
            bench.clock.advance(Duration::from_secs(301));
        }
        let row = bench.row(run).await;
        let failure = row.error.unwrap();
        assert_eq!(calls.load(Ordering::SeqCst), tries, "{kind:?}");
        assert_eq!((row.state, failure.kind, failure.step.as_str()), (RunState::Failed, kind, "15-render"), "{kind:?}");
        assert_eq!(failure.message, "the stub could not answer: out of order: repair it");
        assert_eq!(bench.journal.claims(), u64::from(tries), "{kind:?}");
    }
}

#[tokio::test]
async fn the_wait_that_the_other_side_asked_for_is_kept() {
    let bench = Bench::new();
    let run = bench.enqueue("a").await;
    let engine = bench.engine(|run| {
        Box::pin(async {
            run.step(Arrow::WriteScript, async |_| {
                Err::<u8, _>(broken(ErrorKind::RateLimited).retry_after(Duration::from_secs(77)))
            })
            .await?;
            Ok(json!(null))
        })
    });
    engine.run_until_idle().await;
    let row = bench.row(run).await;
    assert_eq!((row.state, row.attempts), (RunState::Ready, 1));
    assert_eq!(row.due, Some(bench.clock.now().after(Duration::from_secs(77))));
}

#[tokio::test]
async fn a_success_starts_the_count_again() {
    let bench = Bench::new();
    let run = bench.enqueue("a").await;
    let calls = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&calls);
    let engine = bench.engine(move |run| {
        let calls = Arc::clone(&counted);
        Box::pin(async move {
            for item in ["a", "b"] {
                run.step_item(Arrow::Animate, item, async |_| match calls.fetch_add(1, Ordering::SeqCst) % 5 {
                    4 => Ok(1_u8),
                    _ => Err(broken(ErrorKind::Timeout)),
                })
                .await?;
            }
            Ok(json!(null))
        })
    });
    for _ in 0..12 {
        engine.run_until_idle().await;
        bench.clock.advance(Duration::from_secs(301));
    }
    assert_eq!(bench.row(run).await.state, RunState::Done, "four failures each, six tries allowed for each");
    let attempts: Vec<u32> = bench.journal.steps(run).await.unwrap().iter().map(|row| row.attempt).collect();
    assert_eq!(attempts, [5, 5]);
}

/// A network that may apply a post and then fail to say so.
#[derive(Default)]
struct Network {
    posted: Mutex<Vec<String>>,
    looked_up: AtomicU32,
}

#[tokio::test]
async fn an_open_effect_is_looked_up_before_it_is_repeated() {
    for (name, kind, applies, posts, lookups, state) in [
        ("applied, then unknown: found at once", ErrorKind::UnknownOutcome, true, 1, 1, RunState::Done),
        ("unknown and not found: a person decides", ErrorKind::UnknownOutcome, false, 0, 1, RunState::Failed),
        ("applied, then a time-out: found before the repeat", ErrorKind::Timeout, true, 1, 1, RunState::Done),
        ("a time-out before anything: repeated", ErrorKind::Timeout, false, 1, 1, RunState::Done),
    ] {
        let bench = Bench::new();
        let run = bench.enqueue("a").await;
        let network = Arc::new(Network::default());
        let stub = Arc::clone(&network);
        let tries = Arc::new(AtomicU32::new(0));
        let engine = bench.engine(move |run| {
            let (stub, tries) = (Arc::clone(&stub), Arc::clone(&tries));
            Box::pin(async move {
                let lookup = async |context: nexus_core::port::StepContext| {
                    stub.looked_up.fetch_add(1, Ordering::SeqCst);
                    let token = context.key.token();
                    Ok(stub.posted.lock().unwrap().iter().find(|known| **known == token).cloned())
                };
                let post = async |context: nexus_core::port::StepContext| {
                    let first = tries.fetch_add(1, Ordering::SeqCst) == 0;
                    if applies || !first {
                        stub.posted.lock().unwrap().push(context.key.token());
                    }
                    if first { Err(broken(kind)) } else { Ok(context.key.token()) }
                };
                let posted = run.effect(Arrow::Publish, "tiktok", &json!({ "text": "hi" }), lookup, post).await?;
                Ok(json!(posted))
            })
        });
        for _ in 0..3 {
            engine.run_until_idle().await;
            bench.clock.advance(Duration::from_secs(301));
        }
        assert_eq!(bench.row(run).await.state, state, "{name}");
        assert_eq!(network.posted.lock().unwrap().len(), posts, "{name}: posts");
        assert_eq!(network.looked_up.load(Ordering::SeqCst), lookups, "{name}: look-ups");
    }
}
