//! When a failed step is tried again: exponential, with a jitter that is the same on every machine.

use std::{num::NonZeroU32, time::Duration};

use nexus_core::RunId;

/// How often and how soon a step that failed in a retryable way is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Tries in all, the first one included.
    pub max_attempts: NonZeroU32,
    /// Pause after the first failure, before jitter; doubles with every further one.
    pub base: Duration,
    /// Longest pause, before a longer one that the other side asked for.
    pub cap: Duration,
    /// Longest pause that the other side may ask for.
    pub most_asked: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: NonZeroU32::MIN.saturating_add(5),
            base: Duration::from_secs(1),
            cap: Duration::from_secs(300),
            most_asked: Duration::from_secs(24 * 3600),
        }
    }
}

impl RetryPolicy {
    /// The pause after failed attempt `attempt` (from 1): `base * 2^(attempt - 1)`, at most `cap`, of which the
    /// upper half is spread by a hash of run and attempt; never less than `retry_after`,
    /// of which no more than `most_asked` counts: a run is not put off for ever.
    #[must_use]
    pub fn pause(&self, run: RunId, attempt: u32, retry_after: Option<Duration>) -> Duration {
        let doublings = attempt.saturating_sub(1).min(31);
        let whole = self.base.saturating_mul(1 << doublings).min(self.cap);
        let jittered = whole.mul_f64(0.5 + 0.5 * spread(run, attempt));
        jittered.max(retry_after.unwrap_or_default().min(self.most_asked))
    }

    /// Whether another try is left after `attempt` (from 1) failed.
    #[must_use]
    pub fn goes_on(&self, attempt: u32) -> bool {
        attempt < self.max_attempts.get()
    }
}

/// A number in [0, 1) that depends on run and attempt alone.
fn spread(run: RunId, attempt: u32) -> f64 {
    let hash = blake3::hash(format!("{run}/{attempt}").as_bytes());
    let mut bytes = [0_u8; 4];
    bytes.copy_from_slice(&hash.as_bytes()[..4]);
    f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_pause_lies_in_the_upper_half_and_honours_both_bounds(
            seed in 0_u32..500, attempt in 1_u32..80, asked_ms in proptest::option::of(prop_oneof![0_u64..900_000, any::<u64>()]),
        ) {
            let policy = RetryPolicy::default();
            let run = RunId::derived(&["retry", &seed.to_string()]);
            let asked = asked_ms.map(Duration::from_millis);
            let counted = asked.unwrap_or_default().min(policy.most_asked);
            let pause = policy.pause(run, attempt, asked);
            let whole = Duration::from_secs(1_u64.checked_shl(attempt - 1).unwrap_or(u64::MAX).clamp(1, 300));
            prop_assert!(pause >= (whole / 2).max(counted));
            prop_assert!(pause <= whole.max(counted));
            prop_assert_eq!(pause, policy.pause(run, attempt, asked), "the same on every machine");
        }
    }

    #[test]
    fn runs_are_spread() {
        let pauses: std::collections::BTreeSet<Duration> =
            (0..50).map(|n| RetryPolicy::default().pause(RunId::derived(&[&n.to_string()]), 3, None)).collect();
        assert!(pauses.len() > 45, "{} of 50 pauses differ", pauses.len());
    }

    #[test]
    fn tries_are_counted_with_the_first() {
        let policy = RetryPolicy { max_attempts: NonZeroU32::MIN, ..RetryPolicy::default() };
        assert!(!policy.goes_on(1));
        assert!(RetryPolicy::default().goes_on(5));
        assert!(!RetryPolicy::default().goes_on(6));
    }
}
