//! Claims runs that are due, drives their flows, keeps their leases and lets go of them.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::FutureExt;
use nexus_core::{
    ErrorKind, Instant, PortError, PortResult, RunId,
    journal::{Claim, Epoch, Journal, Release, RunFailure, RunRow, RunState},
    time::Clock,
};
use tokio::{
    sync::{broadcast, watch},
    task::JoinSet,
};
use tracing::Instrument;

use crate::{
    EngineConfig, Flow, FlowError, Run, RunProgress,
    claimed::{Claimed, Surroundings},
};

/// Progress messages kept for a listener that is slow; older ones are dropped.
const PROGRESS_KEPT: usize = 256;

/// How soon to look again when a run is due that this engine could not claim a moment ago.
const OVERDUE_LOOK: Duration = Duration::from_millis(100);

/// Runs flows over a journal. Cheap to clone; all clones are one engine. Dropping the future of
/// [`Engine::serve`] is like a crash: nothing more is written, and the leases run out.
#[derive(Clone)]
pub struct Engine {
    around: Arc<Surroundings>,
    flows: Arc<[Arc<dyn Flow>]>,
}

/// When the engine's loop ends.
enum Until {
    /// Told to.
    Shutdown(watch::Receiver<bool>),
    /// Nothing is due now and nothing runs.
    Idle,
}

impl Engine {
    /// An engine for `flows`; runs of other flows or versions are left to other workers.
    #[must_use]
    pub fn new(
        journal: Arc<dyn Journal>,
        clock: Arc<dyn Clock>,
        flows: Vec<Arc<dyn Flow>>,
        config: EngineConfig,
    ) -> Self {
        let (progress, _) = broadcast::channel(PROGRESS_KEPT);
        Self { around: Arc::new(Surroundings { journal, clock, config, progress }), flows: flows.into() }
    }

    /// Works until `shutdown` turns true (or its sender is dropped), then stops at once: what was running is
    /// claimed again when its lease ends, or at the next start after [`Journal::recover`].
    pub async fn serve(&self, shutdown: watch::Receiver<bool>) {
        self.drive(Until::Shutdown(shutdown)).await;
    }

    /// Works until nothing is claimable now and nothing runs. Runs that wait for a signal, a deadline or a
    /// later retry are left as they are.
    pub async fn run_until_idle(&self) {
        self.drive(Until::Idle).await;
    }

    /// Progress of running steps from now on. A listener that is slow misses the oldest.
    #[must_use]
    pub fn progress(&self) -> broadcast::Receiver<RunProgress> {
        self.around.progress.subscribe()
    }

    /// The run, once it has ended or is parked on a signal with no deadline that has passed. Somebody must
    /// drive an engine meanwhile.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when there is no such run; what the journal says otherwise.
    pub async fn wait_run(&self, run: RunId) -> PortResult<RunRow> {
        loop {
            let Some(row) = self.around.journal.run(run).await? else {
                let message = format!("there is no {run}: check the id, or list the runs");
                return Err(PortError::new(ErrorKind::NotFound, "the workflow engine", "wait for a run", message));
            };
            let now = self.around.clock.now();
            let parked = row.state == RunState::Waiting && row.due.is_none_or(|deadline| deadline > now);
            if parked || row.state.is_final() {
                return Ok(row);
            }
            tokio::time::sleep(self.around.config.poll.min(Duration::from_millis(50))).await;
        }
    }

    async fn drive(&self, mut until: Until) {
        let known: Vec<(String, u32)> =
            self.flows.iter().map(|flow| (flow.name().to_owned(), flow.version())).collect();
        let mut running = JoinSet::new();
        loop {
            let idle = self.fill(&known, &mut running).await;
            match &mut until {
                Until::Idle if idle && running.is_empty() => return,
                Until::Shutdown(shutdown) if *shutdown.borrow() => return,
                Until::Idle | Until::Shutdown(_) => {}
            }
            let pause = self.pause().await;
            tokio::select! {
                Some(ended) = running.join_next() => report(ended),
                () = self.around.journal.changed(), if running.len() < self.around.config.workers.get() => {}
                () = tokio::time::sleep(pause) => {}
                () = told(&mut until) => return,
            }
        }
    }

    /// Claims until all workers are busy or nothing is due. True when nothing more was due.
    async fn fill(&self, known: &[(String, u32)], running: &mut JoinSet<()>) -> bool {
        let Surroundings { journal, clock, config, .. } = &*self.around;
        while running.len() < config.workers.get() {
            let before = clock.now();
            match journal.claim(&config.worker_name, known, config.lease_ms).await {
                Ok(Some(claim)) => {
                    config.pass("claimed");
                    running.spawn(self.clone().execute(claim, before));
                }
                Ok(None) => return true,
                Err(error) => {
                    tracing::error!(error = error.chain(), "could not claim a run; trying again shortly");
                    tokio::time::sleep(config.poll).await;
                    return false;
                }
            }
        }
        false
    }

    /// How long to sleep when nothing is announced: until the next run falls due, at most one poll.
    async fn pause(&self) -> Duration {
        let poll = self.around.config.poll;
        match self.around.journal.next_due().await {
            Ok(Some(due)) => {
                let millis = due.millis_since(self.around.clock.now());
                // Due and yet not claimed: it belongs to other workers, or it fell due just now.
                let wait = if millis == 0 { OVERDUE_LOOK } else { Duration::from_millis(millis) };
                wait.min(poll)
            }
            Ok(None) | Err(_) => poll,
        }
    }

    /// Drives one claimed run until it lets go of it, or loses it.
    async fn execute(self, claim: Claim, before: Instant) {
        let span = tracing::info_span!("run", run.id = %claim.run.id, flow = claim.run.flow, epoch = claim.run.epoch.0);
        let work = async {
            let Some(flow) = self.flow_of(&claim.run) else {
                return tracing::error!("the journal gave a run of a flow that was not asked for");
            };
            let claimed = Arc::new(Claimed::new(claim, before, &self.around));
            let run = Run::new(Arc::clone(&claimed));
            // A task of its own: a flow that computes for long must not starve it. Aborted when dropped.
            let mut lease = JoinSet::new();
            lease.spawn(self.clone().keep_lease(claimed.row.id, claimed.row.epoch));
            let outcome = tokio::select! {
                outcome = AssertUnwindSafe(flow.run(&run)).catch_unwind() => outcome,
                _ = lease.join_next() => Ok(Err(FlowError::LostLease)),
            };
            lease.abort_all();
            let outcome = outcome.map_err(|panic| panicked(&*panic));
            match self.release_for(&claimed, outcome) {
                Some(release) => self.let_go(&claimed, release).await,
                None => tracing::warn!("the lease was lost; another worker goes on"),
            }
        };
        work.instrument(span).await;
    }

    fn flow_of(&self, run: &RunRow) -> Option<Arc<dyn Flow>> {
        self.flows.iter().find(|flow| flow.name() == run.flow && flow.version() == run.version).cloned()
    }

    /// Renews the lease for as long as it can; returns when it is lost.
    async fn keep_lease(self, run: RunId, epoch: Epoch) {
        let Surroundings { journal, config, .. } = &*self.around;
        let lease = Duration::from_millis(config.lease_ms);
        let mut renewed = tokio::time::Instant::now();
        loop {
            tokio::time::sleep(lease / 3).await;
            let asked = tokio::time::Instant::now();
            match tokio::time::timeout_at(renewed + lease, journal.renew(run, epoch, config.lease_ms)).await {
                Ok(Ok(())) => renewed = asked,
                Ok(Err(error)) if error.kind == ErrorKind::Conflict => return,
                Ok(Err(error)) if asked < renewed + lease => {
                    tracing::warn!(error = error.chain(), "could not renew the lease; trying again");
                }
                Ok(Err(_)) | Err(_) => return,
            }
        }
    }

    /// What becomes of the run; `None` when it is no longer ours.
    fn release_for(
        &self,
        claimed: &Claimed,
        outcome: Result<Result<serde_json::Value, FlowError>, RunFailure>,
    ) -> Option<Release> {
        let error = match outcome {
            Ok(Ok(output)) => return Some(Release::Done(output)),
            Ok(Err(FlowError::LostLease)) => return None,
            Ok(Err(FlowError::Parked(park))) => {
                return Some(Release::Wait { signal: park.signal, until: park.until });
            }
            Ok(Err(error)) => error,
            Err(failure) => return Some(Release::Failed(failure)),
        };
        let failure = error.failure()?;
        let attempt = claimed.attempt();
        let retry = &self.around.config.retry;
        if failure.kind.is_retryable() && retry.goes_on(attempt) {
            let pause = retry.pause(claimed.row.id, attempt, error.retry_after());
            return Some(Release::Retry { due: self.around.clock.now().after(pause), failure });
        }
        Some(Release::Failed(failure))
    }

    async fn let_go(&self, claimed: &Claimed, release: Release) {
        match &release {
            Release::Retry { due, failure } => {
                tracing::warn!(step = failure.step, due = due.rfc3339(), "will be tried again: {}", failure.message);
            }
            Release::Failed(failure) => tracing::error!(step = failure.step, "failed: {}", failure.message),
            Release::Wait { signal, .. } => tracing::info!(signal, "parked"),
            Release::Done(_) => tracing::info!("done"),
        }
        self.around.config.pass("releasing");
        match self.around.journal.release(claimed.row.id, claimed.row.epoch, release).await {
            Ok(()) => self.around.config.pass("released"),
            Err(error) if error.kind == ErrorKind::Conflict => tracing::warn!("the lease was lost at the end"),
            Err(error) => {
                tracing::error!(error = error.chain(), "could not let go of the run; it goes on when its lease ends");
            }
        }
    }
}

/// Resolves when the loop is told to stop; never when it ends by itself.
async fn told(until: &mut Until) {
    match until {
        // An error means that nobody can tell any more: the sender is gone, so stop.
        Until::Shutdown(shutdown) => drop(shutdown.wait_for(|stop| *stop).await),
        Until::Idle => std::future::pending().await,
    }
}

/// A panic outside of a flow is a fault of the engine itself: it is never silent.
fn report(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a worker broke; its run goes on when its lease ends");
    }
}

/// A panic inside a flow ends the run, not the process.
fn panicked(panic: &(dyn std::any::Any + Send)) -> RunFailure {
    let words = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    RunFailure {
        kind: ErrorKind::Bug,
        step: "flow".into(),
        message: format!(
            "the flow broke with '{}': this is a fault of the program; please report it with this run's id",
            words.unwrap_or("no words")
        ),
    }
}
