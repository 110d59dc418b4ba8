//! How an engine works: how many runs at once, how long a lease, how often to try.

use std::{collections::BTreeMap, fmt, num::NonZeroUsize, sync::Arc, time::Duration};

use nexus_core::journal::Role;

use crate::RetryPolicy;

/// A hook that is called by name at every boundary at which a crash could matter; crash tests stop the
/// process there. Names, in the order of a step: `claimed`, `before:<step>`, `intended:<step>` (effects only),
/// `after-call:<step>`, `after-record:<step>`, `releasing`, `released`.
pub type Failpoint = Arc<dyn Fn(&str) + Send + Sync>;

/// Settings of an [`Engine`](crate::Engine).
#[derive(Clone)]
pub struct EngineConfig {
    /// The roles that are served, and how many runs of each at the same time.
    pub hands: BTreeMap<Role, NonZeroUsize>,
    /// Steps at the same time by the name of the adapter that does them; as many as there are without an entry.
    pub at_once: BTreeMap<String, NonZeroUsize>,
    /// How long runs may go on to the end of their step when the engine is told to stop; then they are let go in its
    /// middle.
    pub drain: Duration,
    /// Length of a lease in milliseconds; renewed every third of it, and every second when that is sooner.
    pub lease_ms: u64,
    /// When failed steps are tried again.
    pub retry: RetryPolicy,
    /// Name of this process in leases and logs.
    pub worker_name: String,
    /// Longest pause between two looks at the journal when nothing is announced.
    pub poll: Duration,
    /// Called at every boundary; `None` outside of crash tests.
    pub failpoint: Option<Failpoint>,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            hands: Self::everything(NonZeroUsize::MIN.saturating_add(1)),
            at_once: BTreeMap::new(),
            drain: Duration::ZERO,
            lease_ms: 10_000,
            retry: RetryPolicy::default(),
            worker_name: "worker".into(),
            poll: Duration::from_secs(1),
            failpoint: None,
        }
    }
}

impl EngineConfig {
    /// Every role with as many hands.
    #[must_use]
    pub fn everything(each: NonZeroUsize) -> BTreeMap<Role, NonZeroUsize> {
        Role::ALL.into_iter().map(|role| (role, each)).collect()
    }

    /// How often a lease is renewed. Short, because a run that somebody cancelled is found out then.
    pub(crate) fn renewal(&self) -> Duration {
        Duration::from_millis(self.lease_ms / 3).min(Duration::from_secs(1))
    }

    /// Calls the hook, if there is one.
    pub(crate) fn pass(&self, boundary: &str) {
        if let Some(failpoint) = &self.failpoint {
            failpoint(boundary);
        }
    }

    /// Calls the hook with `<boundary>:<step>`, if there is one.
    pub(crate) fn pass_step(&self, boundary: &str, step: impl fmt::Display) {
        if let Some(failpoint) = &self.failpoint {
            failpoint(&format!("{boundary}:{step}"));
        }
    }
}

impl fmt::Debug for EngineConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineConfig")
            .field("hands", &self.hands)
            .field("lease_ms", &self.lease_ms)
            .field("retry", &self.retry)
            .field("worker_name", &self.worker_name)
            .field("poll", &self.poll)
            .finish_non_exhaustive()
    }
}
