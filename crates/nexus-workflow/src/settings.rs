//! How an engine works: how many runs at once, how long a lease, how often to try.

use std::{fmt, num::NonZeroUsize, sync::Arc, time::Duration};

use crate::RetryPolicy;

/// A hook that is called by name at every boundary at which a crash could matter; crash tests stop the
/// process there. Names, in the order of a step: `claimed`, `before:<step>`, `intended:<step>` (effects only),
/// `after-call:<step>`, `after-record:<step>`, `releasing`, `released`.
pub type Failpoint = Arc<dyn Fn(&str) + Send + Sync>;

/// Settings of an [`Engine`](crate::Engine).
#[derive(Clone)]
pub struct EngineConfig {
    /// Runs at the same time.
    pub workers: NonZeroUsize,
    /// Length of a lease in milliseconds; renewed every third of it.
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
            workers: NonZeroUsize::MIN.saturating_add(1),
            lease_ms: 10_000,
            retry: RetryPolicy::default(),
            worker_name: "worker".into(),
            poll: Duration::from_secs(1),
            failpoint: None,
        }
    }
}

impl EngineConfig {
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
            .field("workers", &self.workers)
            .field("lease_ms", &self.lease_ms)
            .field("retry", &self.retry)
            .field("worker_name", &self.worker_name)
            .field("poll", &self.poll)
            .finish_non_exhaustive()
    }
}
