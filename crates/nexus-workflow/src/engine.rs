//! Claims runs that are due, drives their flows, keeps their leases and lets go of them.

use std::{collections::BTreeMap, num::NonZeroUsize, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::{FutureExt as _, StreamExt as _, stream::FuturesUnordered};
use nexus_core::{
    ErrorKind, Instant, PortError, PortResult, RunId,
    journal::{Claim, Claimable, Epoch, Journal, Release, Role, RunFailure, RunRow, RunState, is_child_signal},
    time::Clock,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, broadcast, watch},
    task::JoinSet,
};
use tracing::Instrument;

use crate::{
    EngineConfig, Flow, FlowError, Run, RunProgress,
    claimed::{Claimed, Pace, Surroundings},
    metrics,
};

/// Progress messages kept for a listener that is slow; older ones are dropped.
const PROGRESS_KEPT: usize = 256;

/// How soon to look again when a run is due that this engine could not claim a moment ago.
const OVERDUE_LOOK: Duration = Duration::from_millis(100);

/// Most claims that are asked for together.
const MOST_CLAIMS: usize = 64;

/// Longest answer of the journal to when something is due.
const SILENCE: Duration = Duration::from_secs(5);

/// How long the journal may take to note that runs were let go.
const GOODBYE: Duration = Duration::from_secs(5);

/// Runs flows over a journal. Cheap to clone; all clones are one engine. Dropping the future of
/// [`Engine::serve`] is like a crash: nothing more is written, and the leases run out.
#[derive(Clone)]
pub struct Engine {
    around: Arc<Surroundings>,
    flows: Arc<[Arc<dyn Flow>]>,
    hands: Arc<BTreeMap<Role, Arc<Semaphore>>>,
}

/// When a claim was asked for: its lease began no later.
struct Asked {
    at: Instant,
    since: tokio::time::Instant,
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
        let places = |count: NonZeroUsize| Arc::new(Semaphore::new(count.get()));
        let hands = config.hands.iter().map(|(role, count)| (*role, places(*count))).collect();
        let adapters = config.at_once.iter().map(|(adapter, count)| (adapter.clone(), places(*count))).collect();
        let (pace, adapters) = (watch::Sender::new(Pace::Working), Arc::new(adapters));
        let around = Arc::new(Surroundings { journal, clock, config, progress, pace, adapters });
        Self { around, flows: flows.into(), hands: Arc::new(hands) }
    }

    /// Works until `shutdown` turns true (or its sender is dropped), then claims nothing more. What is running may go
    /// on to the end of its step for as long as [`EngineConfig::drain`] says; then all runs are let go, so that other
    /// workers take them up at once.
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
            // A run that waits for its children goes on by itself.
            let awaits_others = row.awaits.as_deref().is_some_and(|signal| !is_child_signal(signal));
            let parked =
                row.state == RunState::Waiting && awaits_others && row.due.is_none_or(|deadline| deadline > now);
            if parked || row.state.is_final() {
                return Ok(row);
            }
            tokio::time::sleep(self.around.config.poll.min(Duration::from_millis(50))).await;
        }
    }

    /// Claims are asked for one at a time while there is little to do, and as many together as there are hands while
    /// there is much: the journal answers those with one commit.
    async fn drive(&self, mut until: Until) {
        self.around.pace.send_replace(Pace::Working);
        let mut running = JoinSet::new();
        let mut claims = FuturesUnordered::new();
        // Whether something may be claimable, and whether the last answer was that there is.
        let (mut due, mut busy) = (true, false);
        // Claims are numbered: one that was asked for before something happened does not know of it.
        let (mut asked, mut happened) = (0_u64, 0_u64);
        loop {
            if due {
                let most = if busy { MOST_CLAIMS } else { 1 };
                while claims.len() < self.free_hands().min(most) {
                    let number = asked;
                    asked += 1;
                    claims.push(async move { (number, self.claim().await) });
                }
            }
            match &mut until {
                Until::Idle if !due && claims.is_empty() && running.is_empty() => return,
                Until::Shutdown(shutdown) if *shutdown.borrow() => break,
                Until::Idle | Until::Shutdown(_) => {}
            }
            // Whoever waits for an answer or for a hand need not know when something falls due.
            let waits = !claims.is_empty() || self.free_hands() == 0;
            let pause = if waits { self.around.config.poll } else { self.pause().await };
            tokio::select! {
                Some(ended) = running.join_next() => {
                    report(ended);
                    (due, happened) = (true, asked);
                }
                Some((number, claimed)) = claims.next() => {
                    busy = matches!(claimed, Ok(Some(_)));
                    due = busy || number < happened;
                    self.begin(claimed, &mut running);
                }
                () = self.around.journal.changed(), if self.free_hands() > claims.len() => {
                    (due, happened) = (true, asked);
                }
                () = tokio::time::sleep(pause) => (due, happened) = (true, asked),
                () = told(&mut until) => break,
            }
        }
        // What was asked for may have been given.
        while let Some((_, claimed)) = claims.next().await {
            self.begin(claimed, &mut running);
        }
        self.let_all_go(running).await;
    }

    /// Drives a run that was claimed.
    fn begin(&self, claimed: PortResult<Option<(Claim, Asked)>>, running: &mut JoinSet<()>) {
        match claimed {
            Ok(Some((claim, asked))) => {
                let hand = self.hand_for(&claim.run);
                running.spawn(self.clone().execute(claim, asked, hand));
            }
            Ok(None) => {}
            Err(error) => {
                metrics::error();
                tracing::error!(error = error.chain(), "could not claim a run; trying again shortly");
            }
        }
    }

    /// Lets every running run go: at the end of its step while there is time, then in its middle.
    async fn let_all_go(&self, mut running: JoinSet<()>) {
        let pace = &self.around.pace;
        pace.send_replace(Pace::Draining);
        let mut all_ended = async || {
            while let Some(ended) = running.join_next().await {
                report(ended);
            }
        };
        if tokio::time::timeout(self.around.config.drain, all_ended()).await.is_err() {
            pace.send_replace(Pace::Stopping);
            if tokio::time::timeout(GOODBYE, all_ended()).await.is_err() {
                tracing::warn!("runs could not be let go in time; others take them up when their leases end");
            }
        }
    }

    /// Hands that are surely free for whatever is claimed: it may be of the role that has the fewest left.
    fn free_hands(&self) -> usize {
        self.hands.values().map(|hands| hands.available_permits()).filter(|free| *free > 0).min().unwrap_or(0)
    }

    /// What may be claimed by the hands that are free.
    fn claimable(&self) -> Vec<Claimable> {
        let free = self.hands.iter().filter(|(_, hands)| hands.available_permits() > 0);
        let of_role = |role: Role| {
            self.flows.iter().flat_map(move |flow| {
                let kind = Claimable::new(flow.name(), flow.version());
                let begins = (flow.role() == role).then(|| kind.clone());
                begins.into_iter().chain([kind.in_role(role)])
            })
        };
        free.flat_map(|(role, _)| of_role(*role)).collect()
    }

    async fn claim(&self) -> PortResult<Option<(Claim, Asked)>> {
        let Surroundings { journal, clock, config, .. } = &*self.around;
        let asked = Asked { at: clock.now(), since: tokio::time::Instant::now() };
        let claim = journal.claim(&config.worker_name, &self.claimable(), config.lease_ms).await?;
        if let Some(claim) = &claim {
            config.pass("claimed");
            metrics::claim(&claim.run.flow);
        }
        Ok(claim.map(|claim| (claim, asked)))
    }

    /// One of the free hands that the claim was made for.
    fn hand_for(&self, run: &RunRow) -> Option<(metrics::Active, OwnedSemaphorePermit)> {
        let role = run.role.or_else(|| self.flow_of(run).map(|flow| flow.role()))?;
        let hand = Arc::clone(self.hands.get(&role)?).try_acquire_owned().ok()?;
        Some((metrics::Active::new(role.as_str()), hand))
    }

    /// How long to sleep when nothing is announced: until the next run falls due, at most one poll.
    async fn pause(&self) -> Duration {
        let poll = self.around.config.poll;
        // A database that falls silent must not keep the engine from being told to stop.
        match tokio::time::timeout(SILENCE, self.around.journal.next_due()).await {
            Ok(Ok(Some(due))) => {
                let millis = due.millis_since(self.around.clock.now());
                // Due and yet not claimed: it belongs to other workers, or it fell due just now.
                let wait = if millis == 0 { OVERDUE_LOOK } else { Duration::from_millis(millis) };
                wait.min(poll)
            }
            Ok(Ok(None) | Err(_)) | Err(_) => poll,
        }
    }

    /// Drives one claimed run until it lets go of it, or loses it.
    async fn execute(self, claim: Claim, asked: Asked, _hand: Option<(metrics::Active, OwnedSemaphorePermit)>) {
        let span = tracing::info_span!("run", run.id = %claim.run.id, flow = claim.run.flow, epoch = claim.run.epoch.0);
        let work = async {
            let Some(flow) = self.flow_of(&claim.run) else {
                return tracing::error!("the journal gave a run of a flow that was not asked for");
            };
            let claimed = Arc::new(Claimed::new(claim, asked.at, &self.around));
            let run = Run::new(Arc::clone(&claimed));
            // A task of its own: a flow that computes for long must not starve it. Aborted when dropped.
            let mut lease = JoinSet::new();
            lease.spawn(self.clone().keep_lease(claimed.row.id, claimed.row.epoch, asked.since));
            let mut pace = self.around.pace.subscribe();
            let outcome = tokio::select! {
                outcome = AssertUnwindSafe(flow.run(&run)).catch_unwind() => outcome,
                _ = lease.join_next() => Ok(Err(FlowError::LostLease)),
                _ = pace.wait_for(|pace| *pace == Pace::Stopping) => Ok(Err(FlowError::Yielded(None))),
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
    async fn keep_lease(self, run: RunId, epoch: Epoch, claimed: tokio::time::Instant) {
        let Surroundings { journal, config, .. } = &*self.around;
        let lease = Duration::from_millis(config.lease_ms);
        let mut renewed = claimed;
        loop {
            tokio::time::sleep(config.renewal()).await;
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
            Ok(Err(FlowError::Yielded(role))) => return Some(Release::Yield { role }),
            Ok(Err(error)) => error,
            Err(failure) => return Some(Release::Failed(failure)),
        };
        let failure = error.failure()?;
        let attempt = claimed.attempt();
        let retry = &self.around.config.retry;
        if error.is_retryable() && retry.goes_on(attempt) {
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
            Release::Yield { role } => tracing::info!(role = role.map(Role::as_str), "goes on in another hand"),
            Release::Done(_) => tracing::info!("done"),
        }
        metrics::release(&claimed.row.flow, outcome_word(&release));
        self.around.config.pass("releasing");
        match self.around.journal.release(claimed.row.id, claimed.row.epoch, release).await {
            Ok(()) => self.around.config.pass("released"),
            Err(error) if error.kind == ErrorKind::Conflict => tracing::warn!("the lease was lost at the end"),
            Err(error) => {
                metrics::error();
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

/// What became of a run, in a word.
fn outcome_word(release: &Release) -> &'static str {
    match release {
        Release::Wait { .. } => "waiting",
        Release::Retry { .. } => "retry",
        Release::Yield { .. } => "yield",
        Release::Done(_) => "done",
        Release::Failed(_) => "failed",
    }
}

/// A panic outside of a flow is a fault of the engine itself: it is never silent.
fn report(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        metrics::error();
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
