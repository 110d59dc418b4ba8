//! Counters of what engines of this process do, in the default registry of Prometheus.

use std::sync::LazyLock;

use nexus_core::journal::StepRow;
use prometheus::{HistogramVec, IntCounter, IntCounterVec, IntGaugeVec};

/// Bounds of step durations in seconds: from a look-up to a film.
const SECONDS: [f64; 12] = [0.005, 0.02, 0.1, 0.5, 1.0, 2.0, 5.0, 15.0, 30.0, 60.0, 300.0, 1800.0];

static STEPS: LazyLock<HistogramVec> = LazyLock::new(|| {
    let made = prometheus::register_histogram_vec!(
        "nexus_step_seconds",
        "Duration of finished steps, by step and by the adapter that did them.",
        &["step", "adapter"],
        SECONDS.to_vec()
    );
    made.expect("registered once, with valid names")
});
static CLAIMS: LazyLock<IntCounterVec> = LazyLock::new(|| {
    let made = prometheus::register_int_counter_vec!("nexus_claims_total", "Runs claimed.", &["flow"]);
    made.expect("registered once, with valid names")
});
static ENDS: LazyLock<IntCounterVec> = LazyLock::new(|| {
    let made = prometheus::register_int_counter_vec!(
        "nexus_releases_total",
        "Runs let go, by what became of them.",
        &["flow", "outcome"]
    );
    made.expect("registered once, with valid names")
});
static BUSY: LazyLock<IntGaugeVec> = LazyLock::new(|| {
    let made = prometheus::register_int_gauge_vec!("nexus_runs_active", "Runs under way here.", &["role"]);
    made.expect("registered once, with valid names")
});
static ERRORS: LazyLock<IntCounter> = LazyLock::new(|| {
    let made = prometheus::register_int_counter!(
        "nexus_engine_errors_total",
        "Errors of the engine itself: journal calls that failed, workers that broke. Zero in good times."
    );
    made.expect("registered once, with valid names")
});

pub(crate) fn step(row: &StepRow) {
    STEPS.with_label_values(&[row.step.as_str(), &row.adapter]).observe(row.ms as f64 / 1000.0);
}

pub(crate) fn claim(flow: &str) {
    CLAIMS.with_label_values(&[flow]).inc();
}

pub(crate) fn release(flow: &str, outcome: &str) {
    ENDS.with_label_values(&[flow, outcome]).inc();
}

/// Counts a run as under way for as long as it lives.
pub(crate) struct Active(&'static str);

impl Active {
    pub(crate) fn new(role: &'static str) -> Self {
        BUSY.with_label_values(&[role]).inc();
        Self(role)
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        BUSY.with_label_values(&[self.0]).dec();
    }
}

pub(crate) fn error() {
    ERRORS.inc();
}

/// Errors of the engine itself since this process began.
#[must_use]
pub fn engine_errors() -> u64 {
    ERRORS.get()
}
