//! Media time as exact counts, wall time as milliseconds, and the one clock.

use serde::{Deserialize, Serialize};

/// Frames per second as an exact fraction, for instance 30000/1001.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FrameRate {
    /// Numerator, at least 1.
    pub num: u32,
    /// Denominator, at least 1.
    pub den: u32,
}

impl FrameRate {
    /// 30 frames per second.
    pub const FPS_30: Self = Self { num: 30, den: 1 };
    /// 25 frames per second.
    pub const FPS_25: Self = Self { num: 25, den: 1 };

    /// A rate, or `None` when a part is zero.
    #[must_use]
    pub fn new(num: u32, den: u32) -> Option<Self> {
        (num > 0 && den > 0).then_some(Self { num, den })
    }

    /// Frames per second as a float, for display and for maths that end in rounding.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        f64::from(self.num) / f64::from(self.den)
    }

    /// The frame whose start is nearest to `at`; the later one on a tie. Negative times give frame 0.
    #[must_use]
    pub fn nearest_frame(self, at: Seconds) -> Frames {
        Frames((at.0 * self.as_f64() + 0.5).floor().max(0.0) as u64)
    }

    /// The start of frame `frame`.
    #[must_use]
    pub fn start_of(self, frame: Frames) -> Seconds {
        Seconds(frame.0 as f64 * f64::from(self.den) / f64::from(self.num))
    }
}

impl std::fmt::Display for FrameRate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.num, self.den)
    }
}

/// A count of frames at a [`FrameRate`] that the context names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Frames(pub u64);

/// Seconds of media time, at JSON borders and in signal processing.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
pub struct Seconds(pub f64);

/// A moment of wall time: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Instant(i64);

impl Instant {
    /// From milliseconds since the epoch.
    #[must_use]
    pub fn from_unix_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub fn unix_millis(self) -> i64 {
        self.0
    }

    /// This moment, `wait` later.
    #[must_use]
    pub fn after(self, wait: std::time::Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)))
    }

    /// Milliseconds from `earlier` to this moment, 0 when it lies ahead.
    #[must_use]
    pub fn millis_since(self, earlier: Self) -> u64 {
        u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0)
    }

    /// `2026-01-31T08:00:00.000Z`, the form of RFC 3339 that AWS events and JSON APIs use.
    #[must_use]
    pub fn rfc3339(self) -> String {
        let days = self.0.div_euclid(86_400_000);
        let millis = self.0.rem_euclid(86_400_000);
        let (year, month, day) = civil_from_days(days);
        format!(
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:03}Z",
            millis / 3_600_000,
            millis / 60_000 % 60,
            millis / 1000 % 60,
            millis % 1000
        )
    }
}

/// Year, month, day of a count of days since 1970-01-01 in the proleptic Gregorian calendar.
/// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// The only source of wall time; tests hold their own.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Instant;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rfc3339_of_known_moments() {
        for (millis, want) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400_123, "2000-02-29T00:00:00.123Z"),
            (1_795_478_399_999, "2026-11-23T23:59:59.999Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(Instant::from_unix_millis(millis).rfc3339(), want);
        }
    }

    proptest! {
        #[test]
        fn nearest_frame_is_within_half_a_frame(at in 0.0_f64..36_000.0, which in 0_usize..4) {
            let rate = [FrameRate::FPS_30, FrameRate::FPS_25, FrameRate { num: 30_000, den: 1001 }, FrameRate { num: 60, den: 1 }][which];
            let start = rate.start_of(rate.nearest_frame(Seconds(at)));
            prop_assert!((start.0 - at).abs() <= 0.5 / rate.as_f64() + 1e-9);
        }
    }
}
