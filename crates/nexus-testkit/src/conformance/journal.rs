//! Rules of the journal port.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use nexus_core::{
    Arrow, BusinessId, ErrorKind, Instant, PortResult, RunId,
    journal::{
        Arrived, Claim, Claimable, Epoch, IntentState, Journal, NewRun, Priority, Release, RunFailure, RunFilter,
        RunState, StepKey, StepName, StepRow, StepStatus,
    },
    time::Clock,
};
use serde_json::{Value, json};

pub use super::memory_journal::{MemoryJournal, TestClock};

/// Lease of every claim in this suite, in milliseconds.
pub(super) const LEASE_MS: u64 = 10_000;

/// Drives a fresh journal through every rule of the port. `make` gives an empty journal that tells the time by
/// the clock beside it.
///
/// # Panics
/// With the name of the rule that the journal breaks.
pub async fn suite(make: impl AsyncFn() -> (Arc<dyn Journal>, Arc<TestClock>)) {
    enqueueing_the_same_cause_twice_starts_one_run(&fresh(&make).await).await;
    what_has_begun_goes_first_then_what_came_first(&fresh(&make).await).await;
    only_known_flows_and_versions_are_claimed(&fresh(&make).await).await;
    twenty_claimers_never_share_a_run(&fresh(&make).await).await;
    a_claim_brings_input_steps_and_signals(&fresh(&make).await).await;
    every_write_of_an_older_epoch_is_refused(&fresh(&make).await).await;
    a_release_ends_the_claim(&fresh(&make).await).await;
    recovery_makes_leased_runs_claimable(&fresh(&make).await).await;
    the_first_signal_of_a_name_wins(&fresh(&make).await).await;
    a_signal_wakes_the_run_that_is_parked_on_it(&fresh(&make).await).await;
    a_signal_before_the_park_is_not_lost(&fresh(&make).await).await;
    a_hundred_racing_signals_have_one_winner(&fresh(&make).await).await;
    a_recorded_step_resets_the_attempts(&fresh(&make).await).await;
    an_end_is_final(&fresh(&make).await).await;
    an_intent_is_fresh_once(&fresh(&make).await).await;
    a_failed_run_goes_on_after_a_retry(&fresh(&make).await).await;
    a_retry_from_an_arrow_forgets_it_and_what_came_later(&fresh(&make).await).await;
    events_are_complete_and_in_order(&fresh(&make).await).await;
    runs_are_listed_newest_first(&fresh(&make).await).await;
    a_change_is_announced(&fresh(&make).await).await;
    super::journal_time::suite(&make).await;
    super::journal_spine::suite(&make).await;
}

pub(super) struct Desk {
    pub(super) journal: Arc<dyn Journal>,
    pub(super) clock: Arc<TestClock>,
}

pub(super) async fn fresh(make: &impl AsyncFn() -> (Arc<dyn Journal>, Arc<TestClock>)) -> Desk {
    let (journal, clock) = make().await;
    Desk { journal, clock }
}

impl Desk {
    /// Enqueues a run one millisecond later than anything before, so that no two are due at once.
    pub(super) async fn enqueue(&self, name: &str) -> RunId {
        self.advance_ms(1);
        assert_eq!(self.journal.enqueue(new_run(name)).await.expect("enqueue"), Arrived::First, "enqueue {name}");
        RunId::derived(&[name])
    }

    pub(super) async fn claim(&self) -> Option<Claim> {
        self.journal.claim("worker", &[Claimable::new("flow", 1)], LEASE_MS).await.expect("claim")
    }

    pub(super) async fn claimed(&self, name: &str) -> Claim {
        let claim = self.claim().await.unwrap_or_else(|| panic!("{name} is claimable"));
        assert_eq!(claim.run.id, RunId::derived(&[name]), "{name} is the run to claim");
        claim
    }

    pub(super) async fn release(&self, claim: &Claim, release: Release) {
        self.journal.release(claim.run.id, claim.run.epoch, release).await.expect("release a claimed run");
    }

    pub(super) async fn record(&self, claim: &Claim, step: StepName, item: &str) {
        self.journal.record(claim.run.id, claim.run.epoch, self.row(step, item)).await.expect("record a step");
    }

    pub(super) fn row(&self, step: StepName, item: &str) -> StepRow {
        StepRow {
            output: json!({ "made": step.as_str(), "of": item }),
            step,
            item: item.into(),
            status: StepStatus::Done,
            adapter: "embedded".into(),
            started: self.clock.now(),
            ms: 7,
            attempt: 1,
        }
    }

    pub(super) async fn signal(&self, run: RunId, name: &str, payload: Value) -> Arrived {
        self.journal.signal(run, name, payload).await.expect("signal")
    }

    pub(super) async fn state(&self, run: RunId) -> RunState {
        self.journal.run(run).await.expect("read a run").expect("the run exists").state
    }

    pub(super) fn advance_ms(&self, millis: u64) {
        self.clock.advance(Duration::from_millis(millis));
    }

    pub(super) fn in_ms(&self, millis: u64) -> Instant {
        self.clock.now().after(Duration::from_millis(millis))
    }
}

pub(super) fn new_run(name: &str) -> NewRun {
    NewRun {
        id: RunId::derived(&[name]),
        flow: "flow".into(),
        version: 1,
        priority: Priority::Normal,
        business: BusinessId::derived(&["quay-house"]),
        input: json!({ "name": name }),
    }
}

pub(super) fn failure() -> RunFailure {
    RunFailure { kind: ErrorKind::Unavailable, step: "15-render".into(), message: "the disk is full".into() }
}

pub(super) fn wait(signal: &str, until: Option<Instant>) -> Release {
    Release::Wait { signal: signal.into(), until }
}

fn refused<T: std::fmt::Debug>(rule: &str, result: PortResult<T>, want: ErrorKind) {
    match result {
        Err(error) => assert_eq!(error.kind, want, "{rule}: {}", error.chain()),
        Ok(value) => panic!("{rule}: accepted with {value:?}"),
    }
}

async fn enqueueing_the_same_cause_twice_starts_one_run(desk: &Desk) {
    let run = desk.enqueue("once").await;
    let changed = NewRun { input: json!("other"), ..new_run("once") };
    assert_eq!(desk.journal.enqueue(changed).await.expect("enqueue"), Arrived::Again, "enqueue is idempotent");
    let row = desk.journal.run(run).await.expect("read").expect("stored");
    assert_eq!(row.input, json!({ "name": "once" }), "the first input stays");
    assert_eq!((row.state, row.attempts, row.created), (RunState::Ready, 0, desk.clock.now()), "a new run is ready");
    desk.claimed("once").await;
    assert_eq!(desk.claim().await, None, "one run, one claim");
    assert_eq!(desk.journal.run(RunId::derived(&["nobody"])).await.expect("read"), None, "an unknown run is None");
}

async fn what_has_begun_goes_first_then_what_came_first(desk: &Desk) {
    for name in ["first", "second", "third"] {
        desk.enqueue(name).await;
        desk.advance_ms(10);
    }
    let first = desk.claimed("first").await;
    desk.release(&first, Release::Retry { due: desk.clock.now(), failure: failure() }).await;
    desk.advance_ms(1);
    desk.claimed("first").await;
    desk.claimed("second").await;
    desk.claimed("third").await;
    assert_eq!(desk.claim().await, None, "nothing more is due");
}

async fn only_known_flows_and_versions_are_claimed(desk: &Desk) {
    desk.enqueue("a").await;
    for (name, flow, version) in [("newer", "flow", 2), ("older", "flow", 0), ("other", "ingest", 1)] {
        let flows = [Claimable::new(flow, version)];
        let claim = desk.journal.claim("worker", &flows, LEASE_MS).await.expect("claim");
        assert_eq!(claim, None, "{name}: an unknown flow or version is left alone");
    }
    assert_eq!(desk.journal.claim("worker", &[], LEASE_MS).await.expect("claim"), None, "no flows, no claim");
    let flows = [Claimable::new("ingest", 1), Claimable::new("flow", 1)];
    assert!(desk.journal.claim("worker", &flows, LEASE_MS).await.expect("claim").is_some(), "one of several");
}

async fn twenty_claimers_never_share_a_run(desk: &Desk) {
    let mut names = BTreeSet::new();
    for n in 0..40 {
        names.insert(desk.enqueue(&format!("run {n}")).await);
    }
    let mut claimers = tokio::task::JoinSet::new();
    for n in 0..20 {
        let journal = Arc::clone(&desk.journal);
        claimers.spawn(async move {
            let mut mine = Vec::new();
            let (worker, flows) = (format!("worker {n}"), [Claimable::new("flow", 1)]);
            while let Some(claim) = journal.claim(&worker, &flows, LEASE_MS).await.expect("claim") {
                mine.push(claim.run.id);
            }
            mine
        });
    }
    let claimed: Vec<RunId> = claimers.join_all().await.into_iter().flatten().collect();
    assert_eq!(claimed.len(), names.len(), "no run is claimed twice");
    assert_eq!(claimed.into_iter().collect::<BTreeSet<_>>(), names, "no run is left");
}

async fn a_claim_brings_input_steps_and_signals(desk: &Desk) {
    let run = desk.enqueue("a").await;
    let first = desk.claimed("a").await;
    assert_eq!((first.run.input.clone(), first.run.state), (json!({ "name": "a" }), RunState::Running));
    assert!(first.steps.is_empty() && first.signals.is_empty(), "a fresh run brings nothing");
    desk.record(&first, Arrow::Publish.into(), "instagram").await;
    desk.record(&first, Arrow::Publish.into(), "tiktok").await;
    desk.record(&first, StepName::aside("choose-shots"), "").await;
    desk.release(&first, wait("answer", None)).await;
    desk.signal(run, "answer", json!({ "yes": true })).await;
    desk.signal(run, "other", json!([1, null])).await;
    let second = desk.claimed("a").await;
    assert!(second.run.epoch > first.run.epoch, "the epoch grows with every claim");
    let want = [
        desk.row(Arrow::Publish.into(), "instagram"),
        desk.row(Arrow::Publish.into(), "tiktok"),
        desk.row(StepName::aside("choose-shots"), ""),
    ];
    assert_eq!(second.steps, want, "a claim brings all steps as they were recorded");
    assert_eq!(desk.journal.steps(run).await.expect("steps"), want, "steps are read in their order");
    let mut signals = second.signals;
    signals.sort_by(|a, b| a.0.cmp(&b.0));
    let want = [("answer".to_owned(), json!({ "yes": true })), ("other".to_owned(), json!([1, null]))];
    assert_eq!(signals, want, "a claim brings all signals");
}

async fn every_write_of_an_older_epoch_is_refused(desk: &Desk) {
    let run = desk.enqueue("a").await;
    let stale = desk.claimed("a").await;
    desk.advance_ms(LEASE_MS);
    let owner = desk.claimed("a").await;
    let before = desk.journal.events(None, 0, 100).await.expect("events").len();
    assert_stale_writes_are_refused(desk, run, stale.run.epoch, "older epoch").await;
    let after = desk.journal.events(None, 0, 100).await.expect("events").len();
    assert_eq!(before, after, "a refused write leaves no event");
    assert_eq!(desk.journal.steps(run).await.expect("steps"), [], "a refused write leaves no step");
    let key = StepKey { run, step: Arrow::Publish.into(), item: "x".into() };
    let intent = desk.journal.intend(owner.run.epoch, &key, "hash").await.expect("intend");
    assert_eq!(intent, IntentState::Fresh, "a refused write leaves no intent");
    desk.record(&owner, Arrow::Render.into(), "").await;
    desk.release(&owner, Release::Done(json!("made by the owner"))).await;
    let row = desk.journal.run(run).await.expect("read").expect("stored");
    assert_eq!(row.output, Some(json!("made by the owner")), "the owner's writes stand");
}

async fn assert_stale_writes_are_refused(desk: &Desk, run: RunId, epoch: Epoch, rule: &str) {
    let key = StepKey { run, step: Arrow::Publish.into(), item: "x".into() };
    let journal = &desk.journal;
    let step = desk.row(Arrow::Render.into(), "");
    refused(&format!("{rule}: renew"), journal.renew(run, epoch, LEASE_MS).await, ErrorKind::Conflict);
    refused(&format!("{rule}: record"), journal.record(run, epoch, step).await, ErrorKind::Conflict);
    refused(&format!("{rule}: intend"), journal.intend(epoch, &key, "hash").await, ErrorKind::Conflict);
    for release in [
        wait("never", None),
        Release::Retry { due: desk.clock.now(), failure: failure() },
        Release::Done(json!("stale")),
        Release::Failed(failure()),
    ] {
        let rule = format!("{rule}: {release:?}");
        refused(&rule, journal.release(run, epoch, release).await, ErrorKind::Conflict);
    }
}

async fn a_release_ends_the_claim(desk: &Desk) {
    let run = desk.enqueue("a").await;
    let claim = desk.claimed("a").await;
    desk.release(&claim, wait("answer", None)).await;
    assert_stale_writes_are_refused(desk, run, claim.run.epoch, "after a release").await;
    assert_eq!(desk.state(run).await, RunState::Waiting, "a release stands");
}

async fn recovery_makes_leased_runs_claimable(desk: &Desk) {
    let run = desk.enqueue("leased").await;
    desk.enqueue("parked").await;
    let leased = desk.claimed("leased").await;
    let parked = desk.claimed("parked").await;
    desk.release(&parked, wait("answer", None)).await;
    assert_eq!(desk.journal.recover().await.expect("recover"), 1, "recovery counts leased runs");
    let again = desk.claimed("leased").await;
    assert!(again.run.epoch > leased.run.epoch, "a recovered run is claimed anew");
    assert_stale_writes_are_refused(desk, run, leased.run.epoch, "after a recovery").await;
    assert_eq!(desk.claim().await, None, "recovery leaves parked runs alone");
}

async fn the_first_signal_of_a_name_wins(desk: &Desk) {
    let run = desk.enqueue("a").await;
    assert_eq!(desk.signal(run, "answer", json!("yes")).await, Arrived::First);
    assert_eq!(desk.signal(run, "answer", json!("no")).await, Arrived::Again, "the first signal wins");
    assert_eq!(desk.signal(run, "undo", json!(null)).await, Arrived::First, "names are separate");
    let claim = desk.claimed("a").await;
    assert!(claim.signals.contains(&("answer".into(), json!("yes"))), "the first payload stays");
    assert_eq!(claim.signals.len(), 2, "a name arrives once");
    let nobody = desk.journal.signal(RunId::derived(&["nobody"]), "answer", json!(1)).await;
    refused("a signal to nobody", nobody, ErrorKind::NotFound);
}

async fn a_signal_wakes_the_run_that_is_parked_on_it(desk: &Desk) {
    let run = desk.enqueue("a").await;
    let claim = desk.claimed("a").await;
    desk.release(&claim, wait("answer", None)).await;
    let row = desk.journal.run(run).await.expect("read").expect("stored");
    assert_eq!((row.state, row.awaits.as_deref()), (RunState::Waiting, Some("answer")), "a parked run says on what");
    desk.advance_ms(1_000_000_000);
    assert_eq!(desk.claim().await, None, "a parked run waits for ever");
    desk.signal(run, "something else", json!(1)).await;
    assert_eq!(desk.claim().await, None, "another signal does not wake it");
    desk.signal(run, "answer", json!(2)).await;
    let claim = desk.claimed("a").await;
    assert_eq!(claim.signals.len(), 2, "all signals have arrived");
}

async fn a_signal_before_the_park_is_not_lost(desk: &Desk) {
    let run = desk.enqueue("a").await;
    let claim = desk.claimed("a").await;
    desk.signal(run, "answer", json!(1)).await;
    assert_eq!(desk.state(run).await, RunState::Running, "a signal leaves a running run alone");
    desk.release(&claim, wait("answer", Some(desk.in_ms(5_000)))).await;
    let claim = desk.claimed("a").await;
    assert_eq!(claim.signals, [("answer".to_owned(), json!(1))], "a park on a signal that came is ready at once");
}

async fn a_hundred_racing_signals_have_one_winner(desk: &Desk) {
    let run = desk.enqueue("a").await;
    let claim = desk.claimed("a").await;
    desk.release(&claim, wait("answer", None)).await;
    let mut senders = tokio::task::JoinSet::new();
    for n in 0..100 {
        let journal = Arc::clone(&desk.journal);
        senders.spawn(async move { (n, journal.signal(run, "answer", json!(n)).await.expect("signal")) });
    }
    let answers = senders.join_all().await;
    let winners: Vec<i32> = answers.iter().filter(|answer| answer.1 == Arrived::First).map(|answer| answer.0).collect();
    assert_eq!(winners.len(), 1, "one signal wins");
    let claim = desk.claimed("a").await;
    assert_eq!(claim.signals, [("answer".to_owned(), json!(winners[0]))], "the winner's payload is delivered");
    assert_eq!(desk.claim().await, None, "the race wakes the run once");
}

async fn a_recorded_step_resets_the_attempts(desk: &Desk) {
    desk.enqueue("a").await;
    let claim = desk.claimed("a").await;
    desk.release(&claim, Release::Retry { due: desk.clock.now(), failure: failure() }).await;
    let claim = desk.claimed("a").await;
    assert_eq!(claim.run.attempts, 1);
    desk.record(&claim, Arrow::Render.into(), "").await;
    desk.release(&claim, Release::Retry { due: desk.clock.now(), failure: failure() }).await;
    assert_eq!(desk.claimed("a").await.run.attempts, 1, "a success resets the count");
}

async fn an_end_is_final(desk: &Desk) {
    for (name, release, state) in [
        ("done", Release::Done(json!({ "film": 1 })), RunState::Done),
        ("failed", Release::Failed(failure()), RunState::Failed),
    ] {
        let run = desk.enqueue(name).await;
        let claim = desk.claimed(name).await;
        desk.release(&claim, release).await;
        desk.signal(run, "late", json!(1)).await;
        desk.journal.recover().await.expect("recover");
        desk.advance_ms(1_000_000);
        assert_eq!(desk.claim().await, None, "{name}: an ended run is not claimed");
        let row = desk.journal.run(run).await.expect("read").expect("stored");
        assert_eq!(row.state, state, "{name}: an end is final");
        assert_eq!(row.output, (state == RunState::Done).then(|| json!({ "film": 1 })), "{name}: output");
        assert_eq!(row.error, (state == RunState::Failed).then(failure), "{name}: error");
        assert_eq!(desk.journal.next_due().await.expect("next due"), None, "{name}: an end has no moment");
    }
}

async fn an_intent_is_fresh_once(desk: &Desk) {
    let run = desk.enqueue("a").await;
    let other = desk.enqueue("b").await;
    let claim = desk.claimed("a").await;
    let key = |run, item: &str| StepKey { run, step: Arrow::Publish.into(), item: item.into() };
    let epoch = claim.run.epoch;
    let intend = async |epoch, key| desk.journal.intend(epoch, &key, "hash").await.expect("intend");
    assert_eq!(intend(epoch, key(run, "instagram")).await, IntentState::Fresh, "first time");
    assert_eq!(intend(epoch, key(run, "instagram")).await, IntentState::Unsettled, "second time");
    assert_eq!(intend(epoch, key(run, "tiktok")).await, IntentState::Fresh, "each item has its own intent");
    let claim_b = desk.claimed("b").await;
    assert_eq!(intend(claim_b.run.epoch, key(other, "instagram")).await, IntentState::Fresh, "each run has its own");
    desk.journal.recover().await.expect("recover");
    let again = desk.claim().await.into_iter().chain(desk.claim().await).find(|claim| claim.run.id == run);
    let epoch = again.expect("the run is claimed again").run.epoch;
    assert_eq!(intend(epoch, key(run, "instagram")).await, IntentState::Unsettled, "an intent outlives its worker");
    assert_eq!(intend(epoch, key(run, "facebook")).await, IntentState::Fresh, "later intents start fresh");
}

async fn a_failed_run_goes_on_after_a_retry(desk: &Desk) {
    let run = desk.enqueue("a").await;
    let claim = desk.claimed("a").await;
    desk.record(&claim, Arrow::WriteScript.into(), "").await;
    assert!(desk.journal.retry(run, None).await.is_err(), "a run that has not failed is not retried");
    desk.release(&claim, Release::Failed(failure())).await;
    desk.journal.retry(run, None).await.expect("retry");
    let claim = desk.claimed("a").await;
    assert_eq!(claim.steps, [desk.row(Arrow::WriteScript.into(), "")], "finished steps stay");
    assert_eq!(claim.run.attempts, 0, "a retry by hand counts from the start");
    desk.release(&claim, Release::Done(json!(1))).await;
    assert!(desk.journal.retry(run, None).await.is_err(), "a run that is done is not retried");
    assert_eq!(desk.state(run).await, RunState::Done, "a run that is done stays so");
    refused("retry of nobody", desk.journal.retry(RunId::derived(&["?"]), None).await, ErrorKind::NotFound);
}

async fn a_retry_from_an_arrow_forgets_it_and_what_came_later(desk: &Desk) {
    let run = desk.enqueue("a").await;
    let claim = desk.claimed("a").await;
    desk.record(&claim, StepName::aside("before"), "").await;
    for arrow in [Arrow::FetchContext, Arrow::SearchAssets, Arrow::WriteScript] {
        desk.record(&claim, arrow.into(), "").await;
    }
    desk.record(&claim, StepName::aside("choose-shots"), "").await;
    desk.record(&claim, Arrow::Publish.into(), "tiktok").await;
    desk.release(&claim, Release::Failed(failure())).await;
    desk.journal.retry(run, Some(Arrow::SearchAssets)).await.expect("retry");
    let kept: Vec<String> = desk.claimed("a").await.steps.iter().map(|row| row.step.to_string()).collect();
    assert_eq!(kept, ["before", "05-fetch-context"], "the arrow and all later steps are forgotten");
}

async fn events_are_complete_and_in_order(desk: &Desk) {
    let run = desk.enqueue("a").await;
    let other = desk.enqueue("b").await;
    let claim = desk.claimed("a").await;
    desk.record(&claim, Arrow::Render.into(), "").await;
    desk.release(&claim, wait("answer", None)).await;
    desk.advance_ms(5);
    desk.signal(run, "answer", json!(1)).await;
    desk.signal(run, "answer", json!(2)).await;
    let claim = desk.claimed("a").await;
    let held = desk.claimed("b").await;
    desk.release(&claim, Release::Retry { due: desk.clock.now(), failure: failure() }).await;
    let claim = desk.claimed("a").await;
    desk.release(&claim, Release::Done(json!(1))).await;
    desk.release(&held, Release::Failed(failure())).await;

    let all = desk.journal.events(None, 0, 100).await.expect("events");
    let told: Vec<(&str, bool)> = all.iter().map(|event| (event.kind.as_str(), event.run == run)).collect();
    let want = [
        ("enqueued", true),
        ("enqueued", false),
        ("step", true),
        ("waiting", true),
        ("signal", true),
        ("retry", true),
        ("done", true),
        ("failed", false),
    ];
    assert_eq!(told, want, "events tell what became durable, in order");
    assert!(all.windows(2).all(|pair| pair[1].seq == pair[0].seq + 1), "the sequence grows by one");
    assert_eq!(all[3].at.after(Duration::from_millis(5)), desk.clock.now(), "events carry their time");
    assert_eq!(all[4].at, desk.clock.now(), "events carry their time");
    let tail = desk.journal.events(None, all[2].seq, 2).await.expect("events");
    assert_eq!(tail, all[3..5], "a reader resumes after the last one it saw, within its limit");
    let of_other = desk.journal.events(Some(other), 0, 100).await.expect("events");
    assert_eq!(of_other, [all[1].clone(), all[7].clone()], "events of one run");
}

async fn runs_are_listed_newest_first(desk: &Desk) {
    for name in ["a", "b", "c"] {
        desk.enqueue(name).await;
        desk.advance_ms(5);
    }
    let other = NewRun { flow: "ingest".into(), business: BusinessId::derived(&["else"]), ..new_run("d") };
    desk.journal.enqueue(other).await.expect("enqueue");
    desk.claimed("a").await;
    let everything = RunFilter { limit: 10, ..RunFilter::default() };
    for (rule, filter, want) in [
        ("newest first", everything.clone(), vec!["d", "c", "b", "a"]),
        ("limit", RunFilter { limit: 2, ..everything.clone() }, vec!["d", "c"]),
        ("flow", RunFilter { flow: Some("ingest".into()), ..everything.clone() }, vec!["d"]),
        ("state", RunFilter { state: Some(RunState::Running), ..everything.clone() }, vec!["a"]),
        (
            "tenant and state",
            RunFilter {
                business: Some(BusinessId::derived(&["quay-house"])),
                state: Some(RunState::Ready),
                ..everything.clone()
            },
            vec!["c", "b"],
        ),
    ] {
        let rows = desk.journal.runs(&filter).await.expect("runs");
        let ids: Vec<RunId> = rows.iter().map(|row| row.id).collect();
        let want: Vec<RunId> = want.iter().map(|name| RunId::derived(&[name])).collect();
        assert_eq!(ids, want, "{rule}");
    }
}

async fn a_change_is_announced(desk: &Desk) {
    let run = desk.enqueue("a").await;
    let claim = desk.claimed("a").await;
    desk.release(&claim, wait("answer", None)).await;
    for (rule, act) in [("an enqueue", None), ("a signal", Some(run))] {
        settle(&*desk.journal, rule).await;
        let journal = Arc::clone(&desk.journal);
        let waiting = tokio::spawn(async move { journal.changed().await });
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(!waiting.is_finished(), "{rule}: nothing is announced before it happens");
        match act {
            None => _ = desk.enqueue("b").await,
            Some(run) => _ = desk.signal(run, "answer", json!(1)).await,
        }
        let told = tokio::time::timeout(Duration::from_secs(5), waiting).await;
        told.unwrap_or_else(|_| panic!("{rule} is announced")).expect("no panic");
    }
}

/// Takes announcements until none is left.
async fn settle(journal: &dyn Journal, rule: &str) {
    for _ in 0..20 {
        if tokio::time::timeout(Duration::from_millis(100), journal.changed()).await.is_err() {
            return;
        }
    }
    panic!("{rule}: changes are announced although nothing changes");
}
