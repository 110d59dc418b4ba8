//! Rules of the journal port: leases, deadlines, pauses, and a clock that is set.

use std::{sync::Arc, time::Duration};

use nexus_core::{
    Arrow,
    journal::{Journal, Release, RunState},
};
use serde_json::json;

use super::journal::{Desk, LEASE_MS, TestClock, failure, fresh, wait};

pub(super) async fn suite(make: &impl AsyncFn() -> (Arc<dyn Journal>, Arc<TestClock>)) {
    a_lease_holds_until_it_ends(&fresh(make).await).await;
    a_renewed_lease_holds_longer(&fresh(make).await).await;
    a_deadline_wakes_without_a_signal(&fresh(make).await).await;
    a_deadline_that_passed_is_told_until_a_step_is_recorded(&fresh(make).await).await;
    a_clock_that_is_set_back_makes_nothing_wait_longer(&fresh(make).await).await;
    a_retry_is_due_at_its_time_and_counted(&fresh(make).await).await;
}

async fn a_lease_holds_until_it_ends(desk: &Desk) {
    desk.enqueue("a").await;
    let first = desk.claimed("a").await;
    desk.advance_ms(LEASE_MS - 1);
    assert_eq!(desk.claim().await, None, "a lease holds");
    desk.advance_ms(1);
    let second = desk.claimed("a").await;
    assert!(second.run.epoch > first.run.epoch, "taking over raises the epoch");
    assert_eq!(second.run.attempts, 0, "a lost worker is no failed attempt");
}

async fn a_renewed_lease_holds_longer(desk: &Desk) {
    let run = desk.enqueue("a").await;
    let claim = desk.claimed("a").await;
    desk.advance_ms(LEASE_MS - 1);
    desk.journal.renew(run, claim.run.epoch, LEASE_MS).await.expect("renew");
    desk.advance_ms(LEASE_MS - 1);
    assert_eq!(desk.claim().await, None, "a renewed lease holds");
    desk.advance_ms(1);
    desk.claimed("a").await;
}

async fn a_deadline_wakes_without_a_signal(desk: &Desk) {
    desk.enqueue("a").await;
    let claim = desk.claimed("a").await;
    let deadline = desk.in_ms(30_000);
    desk.release(&claim, wait("undo", Some(deadline))).await;
    assert_eq!(desk.journal.next_due().await.expect("next due"), Some(deadline), "the deadline is the next moment");
    desk.advance_ms(29_999);
    assert_eq!(desk.claim().await, None, "not before the deadline");
    desk.advance_ms(1);
    let claim = desk.claimed("a").await;
    assert!(claim.signals.is_empty(), "no signal came");
    desk.release(&claim, wait("undo", None)).await;
    assert_eq!(desk.journal.next_due().await.expect("next due"), None, "a wait for ever has no moment");
}

async fn a_deadline_that_passed_is_told_until_a_step_is_recorded(desk: &Desk) {
    desk.enqueue("a").await;
    let claim = desk.claimed("a").await;
    assert_eq!(claim.expired, None, "it has waited for nothing");
    desk.release(&claim, wait("undo", Some(desk.in_ms(1_000)))).await;
    desk.advance_ms(1_000);
    let claim = desk.claimed("a").await;
    assert_eq!(claim.expired.as_deref(), Some("undo"), "the wait ended by its deadline");
    assert_eq!(claim.run.awaits, None, "it waits no longer");
    desk.journal.recover().await.expect("recover");
    let claim = desk.claimed("a").await;
    assert_eq!(claim.expired.as_deref(), Some("undo"), "a worker that died has decided nothing");
    desk.record(&claim, Arrow::Render.into(), "").await;
    desk.release(&claim, Release::Yield { role: None }).await;
    let claim = desk.claimed("a").await;
    assert_eq!(claim.expired, None, "the next wait has a deadline of its own");
    desk.release(&claim, wait("undo", Some(desk.in_ms(1_000)))).await;
    desk.signal(claim.run.id, "undo", json!(1)).await;
    let claim = desk.claimed("a").await;
    assert_eq!(claim.expired, None, "a signal that came is no deadline that passed");
    desk.release(&claim, wait("second", Some(desk.in_ms(1_000)))).await;
    desk.advance_ms(1_000);
    let claim = desk.claimed("a").await;
    assert_eq!(claim.expired.as_deref(), Some("second"));
    desk.release(&claim, Release::Failed(failure())).await;
    desk.journal.retry(claim.run.id, None).await.expect("retried");
    assert_eq!(desk.claimed("a").await.expired, None, "an end ends the waits too");
}

async fn a_clock_that_is_set_back_makes_nothing_wait_longer(desk: &Desk) {
    let days = Duration::from_secs(2 * 24 * 60 * 60);
    for name in ["parked", "put off", "patient"] {
        desk.enqueue(name).await;
    }
    let (parked, put_off) = (desk.claimed("parked").await, desk.claimed("put off").await);
    let patient = desk.claimed("patient").await;
    desk.release(&parked, wait("undo", Some(desk.in_ms(30_000)))).await;
    desk.release(&put_off, Release::Retry { due: desk.in_ms(60_000), failure: failure() }).await;
    desk.release(&patient, wait("answer", None)).await;
    desk.clock.set_back(days);
    desk.journal.recover().await.expect("recover");
    assert_eq!(desk.claim().await, None, "nor is anything taken up early");
    desk.advance_ms(30_000);
    let claim = desk.claimed("parked").await;
    assert_eq!(claim.expired.as_deref(), Some("undo"), "the deadline passes in its time");
    desk.release(&claim, Release::Done(json!(null))).await;
    desk.advance_ms(30_000);
    desk.claimed("put off").await;
    assert_eq!(desk.state(patient.run.id).await, RunState::Waiting, "who waits for ever goes on waiting");
}

async fn a_retry_is_due_at_its_time_and_counted(desk: &Desk) {
    let run = desk.enqueue("a").await;
    for attempt in 1..=3 {
        let claim = desk.claimed("a").await;
        assert_eq!(claim.run.attempts, attempt - 1, "attempts are counted");
        desk.release(&claim, Release::Retry { due: desk.in_ms(500), failure: failure() }).await;
        let row = desk.journal.run(run).await.expect("read").expect("stored");
        assert_eq!((row.state, row.error), (RunState::Ready, Some(failure())), "a retry says why");
        assert_eq!(desk.journal.next_due().await.expect("next due"), Some(desk.in_ms(500)), "a retry has its moment");
        desk.advance_ms(499);
        assert_eq!(desk.claim().await, None, "a retry is not due early");
        desk.advance_ms(1);
    }
}
