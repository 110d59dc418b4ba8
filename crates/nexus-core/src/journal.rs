//! The durable journal behind every run: steps by name, leases with fencing, signals that first comers win.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::{Arrow, BusinessId, ErrorKind, Instant, PortResult, RunId};

/// Name of a step: stable over versions of a flow, unique within a run together with its item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepName(String);

impl StepName {
    /// The name of an arrow's step: `05-fetch-context`.
    #[must_use]
    pub fn of_arrow(arrow: Arrow) -> Self {
        Self(arrow.to_string())
    }

    /// A step that is not an arrow, for instance `choose-shots`.
    #[must_use]
    pub fn aside(name: &'static str) -> Self {
        Self(name.to_owned())
    }

    /// A name read back from storage.
    #[must_use]
    pub fn stored(name: String) -> Self {
        Self(name)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The arrow, when the step is one.
    #[must_use]
    pub fn arrow(&self) -> Option<Arrow> {
        Arrow::ALL.into_iter().find(|arrow| arrow.to_string() == self.0)
    }
}

impl std::fmt::Display for StepName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Identifies one step of one run; adapters turn it into an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StepKey {
    /// The run.
    pub run: RunId,
    /// The step.
    pub step: StepName,
    /// Distinguishes repeats of one step, for instance per network; empty for one of a kind.
    pub item: String,
}

impl StepKey {
    /// 32 hexadecimal digits, the same for the same step for ever.
    #[must_use]
    pub fn token(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for part in [&self.run.to_string(), self.step.as_str(), &self.item] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.finalize().to_hex()[..32].to_owned()
    }
}

/// Grows with every claim of a run; a write with an older one is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Epoch(pub i64);

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunState {
    /// Due now or at a time.
    Ready,
    /// Leased by a worker.
    Running,
    /// Parked on a signal, perhaps with a deadline.
    Waiting,
    /// Ended well.
    Done,
    /// Ended by an error that repeating does not mend: a dead letter, which a retry makes ready again.
    Failed,
    /// Ended because somebody said so.
    Cancelled,
}

impl RunState {
    /// The word in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state with that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Ready, Self::Running, Self::Waiting, Self::Done, Self::Failed, Self::Cancelled]
            .into_iter()
            .find(|state| state.as_str() == word)
    }

    /// True when nothing more will happen by itself.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

/// What goes first when there is more to do than hands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// Nobody waits for it.
    Background,
    /// Somebody will look at it.
    #[default]
    Normal,
    /// Somebody waits for it.
    Urgent,
}

impl Priority {
    /// The number in the database; the higher goes first.
    #[must_use]
    pub fn rank(self) -> i64 {
        match self {
            Self::Background => 0,
            Self::Normal => 1,
            Self::Urgent => 2,
        }
    }

    /// The priority with that number.
    #[must_use]
    pub fn of_rank(rank: i64) -> Self {
        match rank {
            ..=0 => Self::Background,
            1 => Self::Normal,
            2.. => Self::Urgent,
        }
    }
}

/// What a worker is there for; a deployment gives each kind its own machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Looks at footage.
    Ingest,
    /// Makes films.
    Render,
    /// Tells the outside: networks, maps, callbacks.
    Publish,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 3] = [Self::Ingest, Self::Render, Self::Publish];

    /// The word in the database and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Render => "render",
            Self::Publish => "publish",
        }
    }

    /// The role with that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }
}

/// A kind of run that a worker may claim: a flow, its version, and the role in which a run of it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimable {
    /// Name of the flow.
    pub flow: String,
    /// Version of the flow.
    pub version: u32,
    /// The role that a run was handed over to; `None` for one that stands where its flow begins.
    pub role: Option<Role>,
}

impl Claimable {
    /// Runs of a flow that were not handed over.
    #[must_use]
    pub fn new(flow: impl Into<String>, version: u32) -> Self {
        Self { flow: flow.into(), version, role: None }
    }

    /// The same runs, once they were handed over to `role`.
    #[must_use]
    pub fn in_role(self, role: Role) -> Self {
        Self { role: Some(role), ..self }
    }
}

/// A run to start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewRun {
    /// Derived from what caused it: enqueueing the same cause twice starts one run.
    pub id: RunId,
    /// Name of the flow: `ingest`, `reel`.
    pub flow: String,
    /// Version of the flow's steps; a worker that does not know it leaves the run alone.
    pub version: u32,
    /// The tenant.
    pub business: BusinessId,
    /// What goes first.
    pub priority: Priority,
    /// The flow's input.
    pub input: serde_json::Value,
}

/// A run as stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRow {
    /// Its id.
    pub id: RunId,
    /// Name of the flow.
    pub flow: String,
    /// Version of the flow.
    pub version: u32,
    /// The tenant.
    pub business: BusinessId,
    /// Input of the flow.
    pub input: serde_json::Value,
    /// Where it stands.
    pub state: RunState,
    /// What goes first.
    pub priority: Priority,
    /// The role that it was handed over to; `None` while it stands where its flow begins.
    pub role: Option<Role>,
    /// The run that waits for its end.
    pub parent: Option<RunId>,
    /// Claims since its last finished step that ended with their worker.
    pub crashes: u32,
    /// Claim counter.
    pub epoch: Epoch,
    /// Attempts of the current step that failed in a retryable way, since its last success.
    pub attempts: u32,
    /// When it is due (ready), or its deadline (waiting).
    pub due: Option<Instant>,
    /// The signal it is parked on.
    pub awaits: Option<String>,
    /// The flow's result when done.
    pub output: Option<serde_json::Value>,
    /// The last error, for people.
    pub error: Option<RunFailure>,
    /// When it was enqueued.
    pub created: Instant,
    /// When it last changed.
    pub updated: Instant,
}

/// Why a run failed or is being retried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFailure {
    /// What can be done.
    pub kind: ErrorKind,
    /// The step at which it happened.
    pub step: String,
    /// One paragraph with the remedy.
    pub message: String,
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StepStatus {
    /// Its result is journaled.
    Done,
    /// There was nothing to do; the reason is its result.
    Skipped,
}

/// A finished step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepRow {
    /// Its name.
    pub step: StepName,
    /// Its item, empty for one of a kind.
    pub item: String,
    /// Done or skipped.
    pub status: StepStatus,
    /// Its result.
    pub output: serde_json::Value,
    /// The adapter that did it: `embedded` or a vendor.
    pub adapter: String,
    /// When it began.
    pub started: Instant,
    /// How long it took, in milliseconds.
    pub ms: u64,
    /// Which attempt succeeded, from 1.
    pub attempt: u32,
}

/// A claimed run with all its finished steps and its unread signals.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// The run; `epoch` is the fence for all writes.
    pub run: RunRow,
    /// Finished steps.
    pub steps: Vec<StepRow>,
    /// Signals that have arrived: name and payload.
    pub signals: Vec<(String, serde_json::Value)>,
    /// The signal whose deadline passed while the run was parked on it, until a step is recorded.
    pub expired: Option<String>,
}

/// What becomes of a run when its worker lets go of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Release {
    /// Parked until a signal, or until the deadline, whichever comes first.
    Wait {
        /// The signal.
        signal: String,
        /// The deadline; `None` waits for ever.
        until: Option<Instant>,
    },
    /// To be run again at a time, after a retryable failure.
    Retry {
        /// When.
        due: Instant,
        /// Why.
        failure: RunFailure,
    },
    /// To go on at once in another hand: of the same role, or of the one named.
    Yield {
        /// The role that goes on; `None` for the one that it has.
        role: Option<Role>,
    },
    /// Ended well.
    Done(serde_json::Value),
    /// Ended badly.
    Failed(RunFailure),
}

/// How a child run ended: the payload of the signal that its parent gets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChildEnd {
    /// Well, with this output.
    Done(serde_json::Value),
    /// Badly, or it was cancelled.
    Failed(RunFailure),
}

/// The signal by which a parent learns that `child` has ended.
#[must_use]
pub fn child_signal(child: RunId) -> String {
    format!("child/{child}")
}

/// True for the signals of [`child_signal`].
#[must_use]
pub fn is_child_signal(signal: &str) -> bool {
    signal.starts_with("child/")
}

/// How many runs stand somewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Depth {
    /// Name of the flow.
    pub flow: String,
    /// Where they stand.
    pub state: RunState,
    /// How many.
    pub runs: u64,
    /// Since when the first of them has been due, when it is ready.
    pub oldest_due: Option<Instant>,
}

/// The state of an outside effect.
#[derive(Debug, Clone, PartialEq)]
pub enum IntentState {
    /// First time: make the call.
    Fresh,
    /// An earlier try began it and its outcome was not recorded: look it up first.
    Unsettled,
}

/// Whether an enqueue or a signal was the first of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrived {
    /// It changed something.
    First,
    /// The same had come before; nothing changed.
    Again,
}

/// Something that happened in a run, in the order in which it became durable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunEvent {
    /// Grows by one per event; a reader resumes after the last one it saw.
    pub seq: i64,
    /// The run.
    pub run: RunId,
    /// When.
    pub at: Instant,
    /// `enqueued`, `step`, `waiting`, `retry`, `yield`, `done`, `failed`, `cancelled`, `signal`.
    pub kind: String,
    /// Details, by kind.
    pub data: serde_json::Value,
}

/// Which runs to list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RunFilter {
    /// Only this tenant's.
    pub business: Option<BusinessId>,
    /// Only in this state.
    pub state: Option<RunState>,
    /// Only this flow.
    pub flow: Option<String>,
    /// At most that many, newest first.
    pub limit: u32,
}

/// Ends of workers that one run may outlive without finishing a step between; then it is taken for the cause.
pub const MOST_CRASHES: u32 = 20;

/// What one tenant's runs are apart in the order of claims, in milliseconds: another tenant's run is at most that far
/// behind each of them.
pub const TURN_MS: i64 = 1000;

/// The narrow store under the engine. Every write is durable when its future resolves; every write with an
/// epoch that is not the newest fails with [`ErrorKind::Conflict`] and changes nothing.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Adds a run, unless one with its id exists.
    async fn enqueue(&self, run: NewRun) -> PortResult<Arrived>;

    /// Leases a run of one of `kinds` to `worker`: ready and due, waiting with a deadline passed, or running with a
    /// lease that ended. The highest priority goes first; within it tenants take turns, and each goes on with what
    /// it began, then with what it enqueued first. A run whose workers ended [`MOST_CRASHES`] times without one finished step between fails.
    async fn claim(&self, worker: &str, kinds: &[Claimable], lease_ms: u64) -> PortResult<Option<Claim>>;

    /// Adds runs whose end `parent` learns by [`child_signal`]; those that exist are left as they are.
    async fn spawn(&self, parent: RunId, epoch: Epoch, children: Vec<NewRun>) -> PortResult<()>;

    /// Ends a run, its children, and the questions that it put to people. Its worker finds out at its next write, or
    /// when it renews its lease.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when there is no such run.
    async fn cancel(&self, run: RunId) -> PortResult<Arrived>;

    /// Extends the lease.
    async fn renew(&self, run: RunId, epoch: Epoch, lease_ms: u64) -> PortResult<()>;

    /// Records a finished step and settles its intent, in one transaction. Resets `attempts`.
    async fn record(&self, run: RunId, epoch: Epoch, step: StepRow) -> PortResult<()>;

    /// Writes the intent of an outside effect before it is made.
    async fn intend(&self, epoch: Epoch, key: &StepKey, request_hash: &str) -> PortResult<IntentState>;

    /// Ends the claim. A `Wait` on a signal that has already arrived becomes ready at once.
    async fn release(&self, run: RunId, epoch: Epoch, release: Release) -> PortResult<()>;

    /// Delivers a signal; the first of a name wins. Wakes the run if it is parked on it.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when there is no such run.
    async fn signal(&self, run: RunId, name: &str, payload: serde_json::Value) -> PortResult<Arrived>;

    /// Makes every leased run claimable at once: at the start of the only process on this data. A pause that began in what
    /// is now the future, because the clock was set, is counted anew.
    async fn recover(&self) -> PortResult<u64>;

    /// Makes a failed or cancelled run ready again, and with it its children that did not end well; with `from`,
    /// forgets that arrow's steps and all later ones first.
    async fn retry(&self, run: RunId, from: Option<Arrow>) -> PortResult<()>;

    /// One run.
    async fn run(&self, id: RunId) -> PortResult<Option<RunRow>>;

    /// Runs, newest first.
    async fn runs(&self, filter: &RunFilter) -> PortResult<Vec<RunRow>>;

    /// The finished steps of a run, in the order in which they were recorded.
    async fn steps(&self, run: RunId) -> PortResult<Vec<StepRow>>;

    /// Events after `seq`, at most `limit`, of one run or of all.
    async fn events(&self, run: Option<RunId>, after: i64, limit: u32) -> PortResult<Vec<RunEvent>>;

    /// The moment at which the next run falls due, if any has a time.
    async fn next_due(&self) -> PortResult<Option<Instant>>;

    /// How many runs stand where, by flow and state.
    async fn depths(&self) -> PortResult<Vec<Depth>>;

    /// Resolves when something may have become claimable since the last call, or an event was written.
    async fn changed(&self);
}
