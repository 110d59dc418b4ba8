//! The clock of the machine: the one place that asks for the time.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use nexus_core::{Instant, time::Clock};

/// A difference to the time since boot that no drift explains: somebody set the clock.
const JUMP_MS: i64 = 2000;

/// How often the two are compared, in milliseconds of wall time.
const COMPARED_EVERY_MS: i64 = 100;

/// A clock that stands further behind what is written down was ahead before, and is right now.
const MOST_BEHIND_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// Wall time of this machine as it was set when the process began. When somebody sets the clock meanwhile, the time goes on
/// as before until the next start: leases must not end, nor pauses last for days, because a clock was wrong. Sleep of the
/// machine counts as time.
pub(crate) struct SystemClock;

impl SystemClock {
    /// Goes on from `newest`, the last moment that is written down, where the clock was set back since: deadlines that flows
    /// work out from what they journaled come in their time, and everybody in this process agrees on them.
    pub(crate) fn go_on_from(newest: Instant) {
        let now = Self.now();
        let mut steady = STEADY.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(steady) = steady.as_mut()
            && steady.go_on_from(newest.unix_millis(), now.unix_millis())
        {
            tracing::warn!(
                behind_ms = newest.unix_millis() - now.unix_millis(),
                "the clock of this machine was set back since the last start; times go on from what is written down"
            );
        }
    }
}

static STEADY: Mutex<Option<Steady>> = Mutex::new(None);

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        let wall = wall_ms();
        let mut steady = STEADY.lock().unwrap_or_else(PoisonError::into_inner);
        let steady = steady.get_or_insert_with(|| Steady::begin(wall, since_boot_ms()));
        Instant::from_unix_millis(steady.now(wall, since_boot_ms))
    }
}

/// What is to be taken off the wall clock because it was set.
struct Steady {
    wall_ms: i64,
    boot_ms: Option<i64>,
    compared_ms: i64,
    set_forward_ms: i64,
}

impl Steady {
    fn begin(wall_ms: i64, boot_ms: Option<i64>) -> Self {
        Self { wall_ms, boot_ms, compared_ms: wall_ms, set_forward_ms: 0 }
    }

    /// True when the time had to be moved.
    fn go_on_from(&mut self, newest_ms: i64, now_ms: i64) -> bool {
        let behind = newest_ms - now_ms;
        let is_set_back = (JUMP_MS..=MOST_BEHIND_MS).contains(&behind);
        if is_set_back {
            self.set_forward_ms -= behind;
            self.wall_ms += behind;
        }
        is_set_back
    }

    fn now(&mut self, wall_ms: i64, since_boot_ms: impl Fn() -> Option<i64>) -> i64 {
        if (wall_ms - self.compared_ms).abs() >= COMPARED_EVERY_MS
            && let (Some(began), Some(boot)) = (self.boot_ms, since_boot_ms())
        {
            self.compared_ms = wall_ms;
            let expected = self.wall_ms + (boot - began);
            let off = wall_ms - self.set_forward_ms - expected;
            if off.abs() > JUMP_MS {
                self.set_forward_ms += off;
                tracing::warn!(
                    off_ms = off,
                    "the clock of this machine was set; times go on as before until a new start"
                );
            }
        }
        wall_ms - self.set_forward_ms
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the clock that everything else asks")]
fn wall_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Milliseconds since boot, sleep included, from Linux; elsewhere nothing is compared.
fn since_boot_ms() -> Option<i64> {
    let text = std::fs::read_to_string("/proc/uptime").ok()?;
    let seconds: f64 = text.split_whitespace().next()?.parse().ok()?;
    Some((seconds * 1000.0) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_MS: i64 = 24 * 60 * 60 * 1000;

    #[test]
    fn a_clock_that_is_set_changes_nothing_and_sleep_counts() {
        let mut steady = Steady::begin(1_000_000, Some(50_000));
        assert_eq!(steady.now(1_000_500, || Some(50_500)), 1_000_500, "it goes on");
        assert_eq!(steady.now(1_001_000 + 2 * DAY_MS, || Some(51_000)), 1_001_000, "set two days ahead");
        assert_eq!(steady.now(1_002_000 + 2 * DAY_MS, || Some(52_000)), 1_002_000, "and on from there");
        assert_eq!(steady.now(1_003_000 - 2 * DAY_MS, || Some(53_000)), 1_003_000, "set two days back");
        let asleep = 8 * 60 * 60 * 1000;
        let woken = steady.now(1_004_000 - 2 * DAY_MS + asleep, || Some(54_000 + asleep));
        assert_eq!(woken, 1_004_000 + asleep, "the machine slept for eight hours");
        let mut elsewhere = Steady::begin(5, None);
        assert_eq!(elsewhere.now(9_000_000, || None), 9_000_000, "without a time since boot the wall clock counts");
    }

    #[test]
    fn a_clock_that_was_set_back_goes_on_from_what_is_written_down() {
        let written = 100 * DAY_MS;
        let mut steady = Steady::begin(written - 2 * DAY_MS, Some(50_000));
        assert!(steady.go_on_from(written, written - 2 * DAY_MS));
        assert_eq!(steady.now(written - 2 * DAY_MS + 1_000, || Some(51_000)), written + 1_000);
        let again = written + 2_000;
        assert_eq!(steady.now(again, || Some(52_000)), again, "set right again");
        let mut ahead_before = Steady::begin(written - 30 * DAY_MS, Some(50_000));
        assert!(!ahead_before.go_on_from(written, written - 30 * DAY_MS), "then it was wrong");
        let mut right = Steady::begin(written + 5, Some(50_000));
        assert!(!right.go_on_from(written, written + 5));
    }

    #[test]
    fn slow_drift_is_followed() {
        let mut steady = Steady::begin(0, Some(0));
        assert_eq!(steady.now(1_001_500, || Some(1_000_000)), 1_001_500, "a second and a half in a quarter of an hour");
    }
}
