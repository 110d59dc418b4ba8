//! The journal port in memory, for tests of flows and of the engine, and a clock that tests move.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use nexus_core::{
    Arrow, ErrorKind, Instant, PortError, PortResult, RunId,
    journal::{
        Arrived, ChildEnd, Claim, Claimable, Depth, Epoch, IntentState, Journal, MOST_CRASHES, NewRun, Release,
        RunEvent, RunFailure, RunFilter, RunRow, RunState, StepKey, StepRow, TURN_MS, child_signal,
    },
    time::Clock,
};
use serde_json::{Value, json};
use tokio::sync::Notify;

/// A clock that stands still until a test moves it.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl TestClock {
    /// A clock that shows `millis` since 1970.
    #[must_use]
    pub fn at(millis: i64) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(millis)))
    }

    /// Moves the clock forward.
    ///
    /// # Panics
    /// When `by` exceeds 292 million years.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(millis(by), Ordering::SeqCst);
    }

    /// Sets the clock back, as somebody sets the clock of a machine.
    ///
    /// # Panics
    /// When `by` exceeds 292 million years.
    pub fn set_back(&self, by: Duration) {
        self.0.fetch_sub(millis(by), Ordering::SeqCst);
    }
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).expect("a time span for a test")
}

impl Clock for TestClock {
    fn now(&self) -> Instant {
        Instant::from_unix_millis(self.0.load(Ordering::SeqCst))
    }
}

/// A [`Journal`] that forgets everything when it is dropped.
pub struct MemoryJournal {
    clock: Arc<dyn Clock>,
    rows: Mutex<Rows>,
    version: AtomicU64,
    seen: AtomicU64,
    notify: Notify,
}

#[derive(Default)]
struct Rows {
    runs: BTreeMap<RunId, Stored>,
    enqueued: u64,
    events: Vec<RunEvent>,
    claims: u64,
}

struct Stored {
    row: RunRow,
    order: u64,
    turn: Instant,
    lease_end: Instant,
    steps: Vec<StepRow>,
    expired: Option<String>,
    signals: Vec<(String, Value)>,
    intents: BTreeSet<(String, String)>,
}

impl MemoryJournal {
    /// An empty journal that tells the time by `clock`.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self {
            clock,
            rows: Mutex::default(),
            version: AtomicU64::new(0),
            seen: AtomicU64::new(0),
            notify: Notify::new(),
        })
    }

    /// How many claims succeeded so far: a recovery that hides a bug shows here.
    #[must_use]
    pub fn claims(&self) -> u64 {
        self.lock().claims
    }

    fn lock(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().expect("no test panics while it holds the journal")
    }

    /// Changes one run under the lock, with the fence when `epoch` is given, and tells the waiting.
    fn change<T>(
        &self,
        run: RunId,
        epoch: Option<Epoch>,
        act: impl FnOnce(&mut Stored, Instant, &mut Vec<(&'static str, Value)>) -> PortResult<T>,
    ) -> PortResult<T> {
        let now = self.clock.now();
        let mut rows = self.lock();
        let stored = rows.runs.get_mut(&run).ok_or_else(|| error(ErrorKind::NotFound, format!("there is no {run}")))?;
        if let Some(epoch) = epoch
            && (stored.row.state != RunState::Running || stored.row.epoch != epoch)
        {
            return Err(error(ErrorKind::Conflict, format!("{run} is no longer claimed with epoch {}", epoch.0)));
        }
        let mut events = Vec::new();
        let result = act(stored, now, &mut events)?;
        stored.row.updated = now;
        for (kind, data) in events {
            rows.tell(run, now, kind, data);
        }
        drop(rows);
        self.wake();
        Ok(result)
    }

    fn add(&self, run: NewRun, parent: Option<RunId>) -> Arrived {
        let now = self.clock.now();
        let mut rows = self.lock();
        if rows.runs.contains_key(&run.id) {
            return Arrived::Again;
        }
        let apart = Duration::from_millis(TURN_MS.cast_unsigned());
        let waiting = rows
            .runs
            .values()
            .filter(|other| other.row.business == run.business && other.row.state == RunState::Ready)
            .map(|other| other.turn.after(apart));
        let turn = waiting.max().map_or(now, |next| next.max(now));
        rows.enqueued += 1;
        let row = RunRow {
            id: run.id,
            flow: run.flow.clone(),
            version: run.version,
            business: run.business,
            input: run.input,
            state: RunState::Ready,
            priority: run.priority,
            role: None,
            parent,
            crashes: 0,
            epoch: Epoch(0),
            attempts: 0,
            due: Some(now),
            awaits: None,
            output: None,
            error: None,
            created: now,
            updated: now,
        };
        let stored = Stored {
            row,
            order: rows.enqueued,
            turn,
            lease_end: now,
            steps: Vec::new(),
            expired: None,
            signals: Vec::new(),
            intents: BTreeSet::new(),
        };
        rows.runs.insert(run.id, stored);
        rows.tell(run.id, now, "enqueued", json!({ "flow": run.flow }));
        drop(rows);
        self.wake();
        Arrived::First
    }

    /// Leases the run whose turn it is.
    fn next(&self, kinds: &[Claimable], lease_ms: u64) -> Option<Claim> {
        let now = self.clock.now();
        let mut rows = self.lock();
        rows.runs.values_mut().for_each(|stored| stored.expire(now));
        let known = |row: &RunRow| {
            kinds.iter().any(|kind| kind.flow == row.flow && kind.version == row.version && kind.role == row.role)
        };
        let stored = rows
            .runs
            .values_mut()
            .filter(|stored| known(&stored.row) && stored.row.state == RunState::Ready)
            .filter(|stored| stored.row.due.is_some_and(|due| due <= now))
            .min_by_key(|stored| (std::cmp::Reverse(stored.row.priority), stored.turn, stored.order))?;
        stored.row.state = RunState::Running;
        stored.row.epoch.0 += 1;
        stored.row.due = None;
        stored.row.updated = now;
        stored.lease_end = now.after(Duration::from_millis(lease_ms));
        Some(Claim {
            run: stored.row.clone(),
            steps: stored.steps.clone(),
            signals: stored.signals.clone(),
            expired: stored.expired.clone(),
        })
    }

    /// Tells the run that waits for this one how it ended.
    fn tell_parent(&self, child: RunId, end: &ChildEnd) {
        let parent = self.lock().runs.get(&child).and_then(|stored| stored.row.parent);
        let Some(parent) = parent else { return };
        if let Some(stored) = self.lock().runs.get_mut(&parent) {
            stored.signals.retain(|(name, _)| *name != child_signal(child));
        }
        // A parent that is gone needs no word.
        drop(self.deliver(parent, &child_signal(child), json!(end)));
    }

    fn deliver(&self, run: RunId, name: &str, payload: Value) -> PortResult<Arrived> {
        self.change(run, None, |stored, now, events| {
            if stored.has_signal(name) {
                return Ok(Arrived::Again);
            }
            events.push(("signal", json!({ "name": name })));
            stored.signals.push((name.to_owned(), payload));
            if stored.row.state == RunState::Waiting && stored.row.awaits.as_deref() == Some(name) {
                stored.make_ready(now);
            }
            Ok(Arrived::First)
        })
    }

    fn wake(&self) {
        self.version.fetch_add(1, Ordering::SeqCst);
        self.notify.notify_waiters();
    }
}

impl Rows {
    fn tell(&mut self, run: RunId, at: Instant, kind: &str, data: Value) {
        let seq = self.events.last().map_or(1, |event| event.seq + 1);
        self.events.push(RunEvent { seq, run, at, kind: kind.to_owned(), data });
    }
}

impl Stored {
    /// Since when it has been claimable, or from when it will be.
    fn due(&self) -> Option<Instant> {
        match self.row.state {
            RunState::Ready | RunState::Waiting => self.row.due,
            RunState::Running => Some(self.lease_end),
            RunState::Done | RunState::Failed | RunState::Cancelled => None,
        }
    }

    fn has_signal(&self, name: &str) -> bool {
        self.signals.iter().any(|(known, _)| known == name)
    }

    fn make_ready(&mut self, now: Instant) {
        self.row.state = RunState::Ready;
        self.row.due = Some(now);
        self.row.awaits = None;
        self.turn = now;
    }

    /// A lease that ended or a deadline that passed makes it ready.
    fn expire(&mut self, now: Instant) {
        let due = self.due().filter(|due| *due <= now);
        if let Some(due) = due.filter(|_| self.row.state != RunState::Ready) {
            self.row.crashes += u32::from(self.row.state == RunState::Running);
            self.expired = self.row.awaits.take().or(self.expired.take());
            self.make_ready(due);
        }
    }
}

fn error(kind: ErrorKind, message: String) -> PortError {
    PortError::new(kind, "memory journal", "use the journal", message)
}

#[async_trait]
impl Journal for MemoryJournal {
    async fn enqueue(&self, run: NewRun) -> PortResult<Arrived> {
        Ok(self.add(run, None))
    }

    async fn spawn(&self, parent: RunId, epoch: Epoch, children: Vec<NewRun>) -> PortResult<()> {
        self.change(parent, Some(epoch), |_, _, _| Ok(()))?;
        for child in children {
            self.add(child, Some(parent));
        }
        Ok(())
    }

    async fn cancel(&self, run: RunId) -> PortResult<Arrived> {
        let children: Vec<RunId> = self
            .lock()
            .runs
            .values()
            .filter(|stored| stored.row.parent == Some(run) && !stored.row.state.is_final())
            .map(|stored| stored.row.id)
            .collect();
        let end = |id: RunId| {
            self.change(id, None, |stored, _, events| {
                if stored.row.state.is_final() {
                    return Ok(None);
                }
                let failure =
                    RunFailure { kind: ErrorKind::Refused, step: "cancel".into(), message: "cancelled".into() };
                stored.row.state = RunState::Cancelled;
                stored.row.epoch.0 += 1;
                stored.row.due = None;
                stored.row.awaits = None;
                stored.row.error = Some(failure.clone());
                events.push(("cancelled", json!({})));
                Ok(Some(failure))
            })
        };
        for child in children {
            end(child)?;
        }
        let Some(failure) = end(run)? else { return Ok(Arrived::Again) };
        self.tell_parent(run, &ChildEnd::Failed(failure));
        Ok(Arrived::First)
    }

    async fn depths(&self) -> PortResult<Vec<Depth>> {
        let mut counted: BTreeMap<(String, &str), Depth> = BTreeMap::new();
        for stored in self.lock().runs.values().filter(|stored| stored.row.state != RunState::Done) {
            let (flow, state) = (stored.row.flow.clone(), stored.row.state);
            let depth = counted.entry((flow.clone(), state.as_str())).or_insert(Depth {
                flow,
                state,
                runs: 0,
                oldest_due: None,
            });
            depth.runs += 1;
            if state == RunState::Ready {
                depth.oldest_due = [depth.oldest_due, stored.row.due].into_iter().flatten().min();
            }
        }
        Ok(counted.into_values().collect())
    }

    async fn claim(&self, _worker: &str, kinds: &[Claimable], lease_ms: u64) -> PortResult<Option<Claim>> {
        while let Some(claim) = self.next(kinds, lease_ms) {
            if claim.run.crashes < MOST_CRASHES {
                self.lock().claims += 1;
                return Ok(Some(claim));
            }
            let message = format!("its worker ended {} times", claim.run.crashes);
            let failure = RunFailure { kind: ErrorKind::Bug, step: "worker".into(), message };
            self.release(claim.run.id, claim.run.epoch, Release::Failed(failure)).await?;
        }
        Ok(None)
    }

    async fn renew(&self, run: RunId, epoch: Epoch, lease_ms: u64) -> PortResult<()> {
        self.change(run, Some(epoch), |stored, now, _| {
            stored.lease_end = now.after(Duration::from_millis(lease_ms));
            Ok(())
        })
    }

    async fn record(&self, run: RunId, epoch: Epoch, step: StepRow) -> PortResult<()> {
        self.change(run, Some(epoch), |stored, _, events| {
            stored.row.attempts = 0;
            stored.row.crashes = 0;
            stored.expired = None;
            events.push(("step", json!({ "step": step.step, "item": step.item, "status": step.status })));
            stored.steps.push(step);
            Ok(())
        })
    }

    async fn intend(&self, epoch: Epoch, key: &StepKey, _request_hash: &str) -> PortResult<IntentState> {
        self.change(key.run, Some(epoch), |stored, _, _| {
            let fresh = stored.intents.insert((key.step.as_str().to_owned(), key.item.clone()));
            Ok(if fresh { IntentState::Fresh } else { IntentState::Unsettled })
        })
    }

    async fn release(&self, run: RunId, epoch: Epoch, release: Release) -> PortResult<()> {
        let end = match &release {
            Release::Done(output) => Some(ChildEnd::Done(output.clone())),
            Release::Failed(failure) => Some(ChildEnd::Failed(failure.clone())),
            Release::Wait { .. } | Release::Retry { .. } | Release::Yield { .. } => None,
        };
        self.change(run, Some(epoch), |stored, now, events| {
            match release {
                Release::Wait { signal, until } => {
                    events.push(("waiting", json!({ "signal": signal, "until": until })));
                    stored.expired = None;
                    if stored.has_signal(&signal) {
                        stored.make_ready(now);
                    } else {
                        stored.row.state = RunState::Waiting;
                        stored.row.due = until;
                        stored.row.awaits = Some(signal);
                    }
                }
                Release::Retry { due, failure } => {
                    stored.row.state = RunState::Ready;
                    stored.row.due = Some(due);
                    stored.turn = due;
                    stored.row.attempts += 1;
                    events.push(("retry", json!(failure)));
                    stored.row.error = Some(failure);
                }
                Release::Done(output) => {
                    stored.row.state = RunState::Done;
                    events.push(("done", output.clone()));
                    stored.row.output = Some(output);
                }
                Release::Failed(failure) => {
                    stored.row.state = RunState::Failed;
                    events.push(("failed", json!(failure)));
                    stored.row.error = Some(failure);
                }
                Release::Yield { role } => {
                    events.push(("yield", json!({ "role": role })));
                    stored.row.role = role.or(stored.row.role);
                    stored.make_ready(now);
                }
            }
            Ok(())
        })?;
        if let Some(end) = end {
            self.tell_parent(run, &end);
        }
        Ok(())
    }

    async fn signal(&self, run: RunId, name: &str, payload: Value) -> PortResult<Arrived> {
        self.deliver(run, name, payload)
    }

    async fn recover(&self) -> PortResult<u64> {
        let now = self.clock.now();
        let mut recovered = 0;
        for stored in self.lock().runs.values_mut().filter(|stored| stored.row.state == RunState::Running) {
            stored.row.crashes += 1;
            stored.make_ready(now);
            recovered += 1;
        }
        for stored in self.lock().runs.values_mut().filter(|stored| stored.row.updated > now) {
            let begun = std::mem::replace(&mut stored.row.updated, now);
            let anew = |at: Instant| now.after(Duration::from_millis(at.millis_since(begun)));
            stored.row.due = stored.row.due.map(anew);
            stored.turn = anew(stored.turn);
        }
        self.wake();
        Ok(recovered)
    }

    async fn retry(&self, run: RunId, from: Option<Arrow>) -> PortResult<()> {
        let failed: Vec<RunId> = self
            .lock()
            .runs
            .values()
            .filter(|stored| stored.row.parent == Some(run) && stored.row.state.is_final())
            .filter(|stored| stored.row.state != RunState::Done)
            .map(|stored| stored.row.id)
            .collect();
        for child in &failed {
            self.change(*child, None, |stored, now, _| {
                stored.row.attempts = 0;
                stored.row.crashes = 0;
                stored.expired = None;
                stored.make_ready(now);
                Ok(())
            })?;
        }
        let parent = self.lock().runs.get(&run).and_then(|stored| stored.row.parent);
        if let Some(parent) = parent {
            self.change(parent, None, |stored, now, _| {
                stored.signals.retain(|(name, _)| *name != child_signal(run));
                if matches!(stored.row.state, RunState::Failed | RunState::Cancelled) {
                    stored.make_ready(now);
                }
                Ok(())
            })?;
        }
        self.change(run, None, |stored, now, events| {
            stored.signals.retain(|(name, _)| !failed.iter().any(|child| child_signal(*child) == *name));
            if !matches!(stored.row.state, RunState::Failed | RunState::Cancelled) {
                return Err(error(ErrorKind::Conflict, format!("{run} has not failed: only a failed run is retried")));
            }
            let reached =
                |step: &StepRow| from.is_some_and(|from| step.step.arrow().is_some_and(|arrow| arrow >= from));
            if let Some(first) = stored.steps.iter().position(reached) {
                stored.steps.truncate(first);
            }
            stored.expired = None;
            stored.row.attempts = 0;
            stored.row.crashes = 0;
            stored.make_ready(now);
            events.push(("retry", json!({ "from": from })));
            Ok(())
        })
    }

    async fn run(&self, id: RunId) -> PortResult<Option<RunRow>> {
        Ok(self.lock().runs.get(&id).map(|stored| stored.row.clone()))
    }

    async fn runs(&self, filter: &RunFilter) -> PortResult<Vec<RunRow>> {
        let rows = self.lock();
        let mut found: Vec<&Stored> = rows
            .runs
            .values()
            .filter(|stored| filter.business.is_none_or(|business| business == stored.row.business))
            .filter(|stored| filter.state.is_none_or(|state| state == stored.row.state))
            .filter(|stored| filter.flow.as_ref().is_none_or(|flow| *flow == stored.row.flow))
            .collect();
        found.sort_by_key(|stored| std::cmp::Reverse(stored.order));
        Ok(found.into_iter().take(filter.limit as usize).map(|stored| stored.row.clone()).collect())
    }

    async fn steps(&self, run: RunId) -> PortResult<Vec<StepRow>> {
        Ok(self.lock().runs.get(&run).map(|stored| stored.steps.clone()).unwrap_or_default())
    }

    async fn events(&self, run: Option<RunId>, after: i64, limit: u32) -> PortResult<Vec<RunEvent>> {
        let rows = self.lock();
        let wanted = |event: &&RunEvent| event.seq > after && run.is_none_or(|run| run == event.run);
        Ok(rows.events.iter().filter(wanted).take(limit as usize).cloned().collect())
    }

    async fn next_due(&self) -> PortResult<Option<Instant>> {
        Ok(self.lock().runs.values().filter_map(Stored::due).min())
    }

    async fn changed(&self) {
        let notified = self.notify.notified();
        tokio::pin!(notified);
        notified.as_mut().enable();
        let version = self.version.load(Ordering::SeqCst);
        if self.seen.swap(version, Ordering::SeqCst) == version {
            notified.await;
            self.seen.store(self.version.load(Ordering::SeqCst), Ordering::SeqCst);
        }
    }
}
