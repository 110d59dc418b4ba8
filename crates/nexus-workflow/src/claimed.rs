//! The state of one claim: what the journal knew when it was made, and what was recorded since.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use nexus_core::{
    Instant,
    journal::{Claim, IntentState, Journal, RunRow, StepKey, StepName, StepRow},
    port::{Progress, StepContext},
    time::Clock,
};
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast, watch};

use crate::{EngineConfig, FlowError, RunProgress};

/// How an engine works just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Pace {
    /// Runs go on.
    Working,
    /// Runs are let go at the end of their step.
    Draining,
    /// Runs are let go at once.
    Stopping,
}

/// What all handles of a claimed run share.
pub(crate) struct Claimed {
    pub(crate) row: RunRow,
    /// Not later than the claim: a signal that it did not bring had not arrived by then.
    pub(crate) claimed_at: Instant,
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) config: EngineConfig,
    progress: broadcast::Sender<RunProgress>,
    pace: watch::Receiver<Pace>,
    adapters: Arc<BTreeMap<String, Arc<Semaphore>>>,
    signals: BTreeMap<String, Value>,
    expired: Mutex<Option<String>>,
    steps: Mutex<BTreeMap<(StepName, String), StepRow>>,
    failed_attempts: AtomicU32,
}

/// What every claim of one engine has in common.
pub(crate) struct Surroundings {
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) config: EngineConfig,
    pub(crate) progress: broadcast::Sender<RunProgress>,
    pub(crate) pace: watch::Sender<Pace>,
    pub(crate) adapters: Arc<BTreeMap<String, Arc<Semaphore>>>,
}

impl Claimed {
    /// `before` is the time just before the claim was asked for.
    pub(crate) fn new(claim: Claim, before: Instant, around: &Surroundings) -> Self {
        let steps = claim.steps.into_iter().map(|row| ((row.step.clone(), row.item.clone()), row)).collect();
        Self {
            claimed_at: before.max(claim.run.updated),
            failed_attempts: AtomicU32::new(claim.run.attempts),
            row: claim.run,
            journal: Arc::clone(&around.journal),
            clock: Arc::clone(&around.clock),
            config: around.config.clone(),
            progress: around.progress.clone(),
            pace: around.pace.subscribe(),
            adapters: Arc::clone(&around.adapters),
            signals: claim.signals.into_iter().collect(),
            expired: Mutex::new(claim.expired),
            steps: Mutex::new(steps),
        }
    }

    /// The journaled result of a step.
    pub(crate) fn finished(&self, step: &StepName, item: &str) -> Option<Value> {
        self.lock().get(&(step.clone(), item.to_owned())).map(|row| row.output.clone())
    }

    /// The payload of a signal that the claim brought.
    pub(crate) fn signal(&self, name: &str) -> Option<&Value> {
        self.signals.get(name)
    }

    /// Whether the deadline of a wait for this signal ended the run's last park; told once.
    pub(crate) fn has_expired(&self, signal: &str) -> bool {
        let mut expired = self.expired.lock().unwrap_or_else(PoisonError::into_inner);
        expired.take_if(|name| name == signal).is_some()
    }

    /// Lets the run go before it begins something new, when the engine is about to stop.
    pub(crate) fn keep_going(&self) -> Result<(), FlowError> {
        if *self.pace.borrow() == Pace::Working { Ok(()) } else { Err(FlowError::Yielded(None)) }
    }

    /// Waits for a place at an adapter that does few steps at a time.
    pub(crate) async fn place_at(&self, adapter: &str) -> Option<OwnedSemaphorePermit> {
        // Never closed, so an error cannot come.
        Arc::clone(self.adapters.get(adapter)?).acquire_owned().await.ok()
    }

    /// Which attempt the current step is, from 1.
    pub(crate) fn attempt(&self) -> u32 {
        self.failed_attempts.load(Ordering::SeqCst) + 1
    }

    /// Journals a finished step; it is durable when this returns.
    pub(crate) async fn record(&self, row: StepRow) -> Result<(), FlowError> {
        let recorded = self.journal.record(self.row.id, self.row.epoch, row.clone()).await;
        recorded.map_err(|error| FlowError::from_journal(&row.step, error))?;
        self.failed_attempts.store(0, Ordering::SeqCst);
        let name = row.step.clone();
        self.lock().insert((row.step.clone(), row.item.clone()), row);
        self.config.pass_step("after-record", &name);
        Ok(())
    }

    /// Journals that an outside effect is about to be made.
    pub(crate) async fn intend(&self, key: &StepKey, request_hash: &str) -> Result<IntentState, FlowError> {
        let intended = self.journal.intend(self.row.epoch, key, request_hash).await;
        let state = intended.map_err(|error| FlowError::from_journal(&key.step, error))?;
        self.config.pass_step("intended", &key.step);
        Ok(state)
    }

    /// What the adapter that does the step learns of it.
    pub(crate) fn context(&self, step: &StepName, item: &str) -> StepContext {
        let key = StepKey { run: self.row.id, step: step.clone(), item: item.to_owned() };
        let sender = self.progress.clone();
        let seen = key.clone();
        let tell = move |Progress { done, total, what }: Progress| {
            let StepKey { run, step, item } = seen.clone();
            // Nobody listening is fine: progress is for those who watch.
            drop(sender.send(RunProgress { run, step, item, done, total, what }));
        };
        StepContext { key, progress: Arc::new(tell) }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<(StepName, String), StepRow>> {
        self.steps.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
