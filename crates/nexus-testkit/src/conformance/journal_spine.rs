//! Rules of the journal port for many workers: turns, roles, children, cancellation, dead letters.

use std::sync::Arc;

use nexus_core::{
    BusinessId, ErrorKind, RunId,
    journal::{
        Arrived, ChildEnd, Claimable, Journal, MOST_CRASHES, NewRun, Priority, Release, Role, RunFailure, RunState,
        StepName, child_signal,
    },
};
use serde_json::json;

use super::journal::{Desk, LEASE_MS, TestClock, fresh, new_run};

pub(super) async fn suite(make: &impl AsyncFn() -> (Arc<dyn Journal>, Arc<TestClock>)) {
    the_higher_priority_goes_first(&fresh(make).await).await;
    tenants_take_turns(&fresh(make).await).await;
    a_run_goes_on_in_the_role_that_it_was_handed_to(&fresh(make).await).await;
    a_yielded_run_is_claimable_at_once_and_not_counted_as_a_failure(&fresh(make).await).await;
    a_parent_learns_how_its_children_ended(&fresh(make).await).await;
    spawning_needs_the_lease_and_happens_once(&fresh(make).await).await;
    a_cancelled_run_is_over_for_its_worker(&fresh(make).await).await;
    a_cancellation_reaches_the_children(&fresh(make).await).await;
    a_retry_takes_failed_children_up_again(&fresh(make).await).await;
    a_retry_of_a_child_takes_its_parent_up_again(&fresh(make).await).await;
    a_run_that_ends_its_workers_is_set_aside(&fresh(make).await).await;
    depths_count_by_flow_and_state(&fresh(make).await).await;
}

fn failure() -> RunFailure {
    RunFailure { kind: ErrorKind::Invalid, step: "s".into(), message: "wrong".into() }
}

async fn the_higher_priority_goes_first(desk: &Desk) {
    desk.enqueue("first").await;
    for (name, priority) in [("soon", Priority::Urgent), ("late", Priority::Background)] {
        let run = NewRun { priority, ..new_run(name) };
        desk.journal.enqueue(run).await.expect("enqueue");
    }
    desk.claimed("soon").await;
    desk.claimed("first").await;
    let last = desk.claimed("late").await;
    assert_eq!(last.run.priority, Priority::Background, "the row knows its priority");
}

async fn tenants_take_turns(desk: &Desk) {
    let of = |tenant: &str, number: usize| NewRun {
        business: BusinessId::derived(&[tenant]),
        ..new_run(&format!("{tenant}-{number}"))
    };
    for number in 0..20 {
        desk.journal.enqueue(of("greedy", number)).await.expect("enqueue");
    }
    for number in 0..3 {
        desk.journal.enqueue(of("modest", number)).await.expect("enqueue");
    }
    let modest = BusinessId::derived(&["modest"]);
    let mut order = Vec::new();
    while let Some(claim) = desk.claim().await {
        order.push(claim.run.business == modest);
    }
    assert_eq!(order.len(), 23, "every run gets its turn");
    let last = order.iter().rposition(|is_modest| *is_modest).expect("the modest one is there");
    assert!(last <= 6, "three runs of a modest tenant wait for a few of a greedy one, not for all: place {last}");
}

async fn a_run_goes_on_in_the_role_that_it_was_handed_to(desk: &Desk) {
    desk.enqueue("handed").await;
    let claim = desk.claimed("handed").await;
    desk.release(&claim, Release::Yield { role: Some(Role::Publish) }).await;
    assert!(desk.claim().await.is_none(), "those who begin it do not go on");
    let other = [Claimable::new("flow", 1).in_role(Role::Render)];
    assert!(desk.journal.claim("w", &other, LEASE_MS).await.expect("claim").is_none(), "nor does another role");
    let publish = [Claimable::new("flow", 1).in_role(Role::Publish)];
    let claim = desk.journal.claim("w", &publish, LEASE_MS).await.expect("claim").expect("the role named");
    assert_eq!(claim.run.role, Some(Role::Publish));
    // Letting go without a role keeps it.
    desk.release(&claim, Release::Yield { role: None }).await;
    assert!(desk.journal.claim("w", &publish, LEASE_MS).await.expect("claim").is_some(), "still in that role");
}

async fn a_yielded_run_is_claimable_at_once_and_not_counted_as_a_failure(desk: &Desk) {
    desk.enqueue("let go").await;
    let claim = desk.claimed("let go").await;
    desk.release(&claim, Release::Yield { role: None }).await;
    let again = desk.claimed("let go").await;
    assert_eq!((again.run.attempts, again.run.crashes), (0, 0));
}

async fn a_parent_learns_how_its_children_ended(desk: &Desk) {
    let parent = desk.enqueue("parent").await;
    let claim = desk.claimed("parent").await;
    let children = vec![new_run("good child"), new_run("bad child")];
    let [good, bad] = [children[0].id, children[1].id];
    desk.journal.spawn(parent, claim.run.epoch, children).await.expect("spawn");
    desk.release(&claim, Release::Wait { signal: child_signal(good), until: None }).await;
    let first = desk.claimed("good child").await;
    assert_eq!(first.run.parent, Some(parent), "a child knows its parent");
    desk.release(&first, Release::Done(json!(7))).await;
    let second = desk.claim().await.expect("the other child or the parent");
    let third = desk.claim().await.expect("the parent or the other child");
    let (child, woken) = if second.run.id == bad { (second, third) } else { (third, second) };
    assert_eq!(woken.run.id, parent, "the end of the child that it is parked on wakes it");
    let told = |claim: &nexus_core::journal::Claim, child: RunId| {
        let (_, payload) = claim.signals.iter().find(|(name, _)| *name == child_signal(child))?.clone();
        Some(serde_json::from_value::<ChildEnd>(payload).expect("the end of a child"))
    };
    assert_eq!(told(&woken, good), Some(ChildEnd::Done(json!(7))));
    assert_eq!(told(&woken, bad), None, "that one has not ended");
    desk.release(&woken, Release::Wait { signal: child_signal(bad), until: None }).await;
    desk.release(&child, Release::Failed(failure())).await;
    let woken = desk.claimed("parent").await;
    assert_eq!(told(&woken, bad), Some(ChildEnd::Failed(failure())));
}

async fn spawning_needs_the_lease_and_happens_once(desk: &Desk) {
    let parent = desk.enqueue("spawner").await;
    let claim = desk.claimed("spawner").await;
    for _ in 0..2 {
        desk.journal.spawn(parent, claim.run.epoch, vec![new_run("only child")]).await.expect("spawn");
    }
    let stale = nexus_core::journal::Epoch(claim.run.epoch.0 - 1);
    let refused = desk.journal.spawn(parent, stale, vec![new_run("stranger")]).await.expect_err("a stale lease");
    assert_eq!(refused.kind, ErrorKind::Conflict);
    assert!(desk.journal.run(RunId::derived(&["stranger"])).await.expect("read").is_none(), "nothing was added");
    desk.claimed("only child").await;
    assert!(desk.claim().await.is_none(), "one child");
}

async fn a_cancelled_run_is_over_for_its_worker(desk: &Desk) {
    let run = desk.enqueue("over").await;
    let claim = desk.claimed("over").await;
    assert_eq!(desk.journal.cancel(run).await.expect("cancel"), Arrived::First);
    assert_eq!(desk.journal.cancel(run).await.expect("cancel"), Arrived::Again, "once is enough");
    assert_eq!(desk.state(run).await, RunState::Cancelled);
    let late = desk.journal.record(run, claim.run.epoch, desk.row(StepName::aside("late"), "")).await;
    assert_eq!(late.expect_err("no longer held").kind, ErrorKind::Conflict);
    let renewed = desk.journal.renew(run, claim.run.epoch, LEASE_MS).await;
    assert_eq!(renewed.expect_err("no longer held").kind, ErrorKind::Conflict, "a renewal finds out");
    assert!(desk.claim().await.is_none(), "nobody takes it up");
    let unknown = desk.journal.cancel(RunId::derived(&["nobody"])).await.expect_err("no such run");
    assert_eq!(unknown.kind, ErrorKind::NotFound);
    desk.journal.retry(run, None).await.expect("taken back");
    desk.claimed("over").await;
}

async fn a_cancellation_reaches_the_children(desk: &Desk) {
    let parent = desk.enqueue("family").await;
    let claim = desk.claimed("family").await;
    desk.journal.spawn(parent, claim.run.epoch, vec![new_run("member")]).await.expect("spawn");
    desk.journal.cancel(parent).await.expect("cancel");
    assert_eq!(desk.state(RunId::derived(&["member"])).await, RunState::Cancelled);
}

async fn a_retry_takes_failed_children_up_again(desk: &Desk) {
    let parent = desk.enqueue("again").await;
    let claim = desk.claimed("again").await;
    desk.journal.spawn(parent, claim.run.epoch, vec![new_run("weak")]).await.expect("spawn");
    let child = desk.claimed("weak").await;
    desk.release(&child, Release::Failed(failure())).await;
    desk.release(&claim, Release::Failed(failure())).await;
    desk.journal.retry(parent, None).await.expect("retry");
    let mut claims = Vec::new();
    while let Some(claim) = desk.claim().await {
        claims.push(claim);
    }
    let parent = claims.iter().find(|claim| claim.run.id == parent).expect("the parent is ready again");
    assert!(parent.signals.is_empty(), "it does not hear of the failure of before");
    assert!(claims.iter().any(|claim| claim.run.id == child.run.id), "and so is the child");
}

async fn a_retry_of_a_child_takes_its_parent_up_again(desk: &Desk) {
    let parent = desk.enqueue("waiting parent").await;
    let claim = desk.claimed("waiting parent").await;
    desk.journal.spawn(parent, claim.run.epoch, vec![new_run("dead letter")]).await.expect("spawn");
    let child = desk.claimed("dead letter").await;
    desk.release(&child, Release::Failed(failure())).await;
    desk.release(&claim, Release::Failed(failure())).await;
    desk.journal.retry(child.run.id, None).await.expect("the command that the dead letter names");
    assert_eq!(desk.state(parent).await, RunState::Ready, "the parent goes on too");
    let mut claims = Vec::new();
    while let Some(claim) = desk.claim().await {
        claims.push(claim);
    }
    let parent_claim = claims.iter().find(|claim| claim.run.id == parent).expect("the parent");
    assert!(parent_claim.signals.is_empty(), "the failure of before is forgotten");
    let child = claims.iter().find(|claim| claim.run.id == child.run.id).expect("the child");
    let wait = Release::Wait { signal: child_signal(child.run.id), until: None };
    desk.release(parent_claim, wait).await;
    desk.release(child, Release::Done(json!(1))).await;
    let woken = desk.claimed("waiting parent").await;
    let heard = serde_json::from_value::<ChildEnd>(woken.signals[0].1.clone()).expect("an end");
    assert_eq!(heard, ChildEnd::Done(json!(1)), "and hears of the new end");
}

async fn a_run_that_ends_its_workers_is_set_aside(desk: &Desk) {
    let run = desk.enqueue("poison").await;
    desk.enqueue("bystander").await;
    let mut claims = 0;
    while desk.state(run).await != RunState::Failed {
        assert!(claims < 100, "it is claimed for ever");
        while let Some(claim) = desk.claim().await {
            if claim.run.id == run {
                claims += 1;
            } else {
                desk.release(&claim, Release::Done(json!(null))).await;
            }
        }
        desk.advance_ms(LEASE_MS + 1);
    }
    assert_eq!(claims, MOST_CRASHES, "as often as it may be");
    let row = desk.journal.run(run).await.expect("read").expect("there");
    assert!(row.error.expect("a cause").message.contains("worker"), "the cause is named");
    assert_eq!(desk.state(RunId::derived(&["bystander"])).await, RunState::Done, "others are not affected");
    desk.journal.retry(run, None).await.expect("one action takes it up again");
    let again = desk.claimed("poison").await;
    desk.record(&again, StepName::aside("done"), "").await;
    desk.advance_ms(LEASE_MS + 1);
    assert_eq!(desk.claimed("poison").await.run.crashes, 1, "counted since the last finished step");
}

async fn depths_count_by_flow_and_state(desk: &Desk) {
    desk.enqueue("one").await;
    desk.enqueue("two").await;
    let claim = desk.claimed("one").await;
    desk.release(&claim, Release::Failed(failure())).await;
    let depths = desk.journal.depths().await.expect("depths");
    let counted: Vec<_> = depths.iter().map(|depth| (depth.flow.as_str(), depth.state, depth.runs)).collect();
    assert_eq!(counted, [("flow", RunState::Failed, 1), ("flow", RunState::Ready, 1)]);
    assert!(depths[1].oldest_due.is_some(), "since when the oldest waits");
}
