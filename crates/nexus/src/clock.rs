//! The clock of the machine: the one place that asks for the time.

use std::time::{SystemTime, UNIX_EPOCH};

use nexus_core::{Instant, time::Clock};

/// Wall time of this machine.
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everything else asks")]
    fn now(&self) -> Instant {
        let millis = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        Instant::from_unix_millis(i64::try_from(millis).unwrap_or(i64::MAX))
    }
}
