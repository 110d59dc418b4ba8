//! How busy a worker is, in the figures of Potassium.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use nexus_core::{Instant, time::Clock};
use serde_json::{Value, json};

/// Requests that may wait or run; more are told to come again.
const MOST_PRESENT: usize = 64;

/// Requests as they come and go.
pub(super) struct Status {
    clock: Arc<dyn Clock>,
    figures: Mutex<Figures>,
}

struct Figures {
    sequence: u64,
    idle_since: Instant,
    /// By number: since when it runs, `None` while it waits.
    present: BTreeMap<u64, Option<Instant>>,
}

/// A request that is present until this is dropped, also when its client goes away.
pub(super) struct Place<'a> {
    status: &'a Status,
    number: u64,
}

impl Status {
    /// Nothing happened yet.
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        let figures = Mutex::new(Figures { sequence: 0, idle_since: clock.now(), present: BTreeMap::new() });
        Self { clock, figures }
    }

    /// A request came; `None` when too many wait.
    pub(super) fn enter(&self) -> Option<Place<'_>> {
        self.with(|figures| {
            if figures.present.len() >= MOST_PRESENT {
                return None;
            }
            figures.sequence += 1;
            figures.present.insert(figures.sequence, None);
            Some(Place { status: self, number: figures.sequence })
        })
    }

    /// Somebody looked whether the worker is there.
    pub(super) fn touched(&self) {
        let now = self.clock.now();
        self.with(|figures| {
            figures.sequence += 1;
            figures.idle_since = now;
        });
    }

    /// The document that a load balancer reads; times in milliseconds.
    pub(super) fn told(&self) -> Value {
        let now = self.clock.now();
        self.with(|figures| {
            let longest = figures.present.values().flatten().map(|since| now.millis_since(*since)).max();
            let is_idle = figures.present.is_empty();
            json!({
                "gpu_available": is_idle,
                "sequence_number": figures.sequence,
                "idle_time": if is_idle { now.millis_since(figures.idle_since) } else { 0 },
                "inference_time": longest.unwrap_or(0),
            })
        })
    }

    fn with<T>(&self, change: impl FnOnce(&mut Figures) -> T) -> T {
        change(&mut self.figures.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Place<'_> {
    /// It is its turn.
    pub(super) fn start(&self) {
        let now = self.status.clock.now();
        self.status.with(|figures| figures.present.insert(self.number, Some(now)));
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let now = self.status.clock.now();
        self.status.with(|figures| {
            figures.present.remove(&self.number);
            figures.idle_since = now;
        });
    }
}
