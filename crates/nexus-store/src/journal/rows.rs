//! From rows to the words of the journal.

use nexus_core::{
    Instant, RunId,
    journal::{Depth, Epoch, Priority, Role, RunEvent, RunRow, RunState, StepName, StepRow, StepStatus},
};
use serde::de::DeserializeOwned;

use crate::{StoreError, database::record};

record! {
    /// A row of `runs`.
    pub(super) struct RunRecord {
        id: String,
        flow: String,
        version: i64,
        business: String,
        input: String,
        state: String,
        epoch: i64,
        attempts: i64,
        wake: Option<i64>,
        awaits: Option<String>,
        output: Option<String>,
        error: Option<String>,
        created: i64,
        updated: i64,
        priority: i64,
        role: Option<String>,
        parent: Option<String>,
        crashes: i64,
        cancelled: Option<i64>,
    }
}

impl RunRecord {
    /// Its id as it is stored.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// What it waits for; in a run that waits no longer, what it waited for until the deadline.
    pub(super) fn awaits(&self) -> Option<&str> {
        self.awaits.as_deref()
    }
}

record! {
    /// A line of the count by flow and state.
    pub(super) struct DepthRecord {
        flow: String,
        stands: String,
        runs: i64,
        oldest: Option<i64>,
    }
}

record! {
    /// A row of `steps`.
    pub(super) struct StepRecord {
        step: String,
        item: String,
        status: String,
        output: String,
        adapter: String,
        started: i64,
        ms: i64,
        attempt: i64,
    }
}

record! {
    /// A row of `events`.
    pub(super) struct EventRecord {
        seq: i64,
        run: String,
        at: i64,
        kind: String,
        data: String,
    }
}

impl TryFrom<RunRecord> for RunRow {
    type Error = StoreError;

    fn try_from(record: RunRecord) -> Result<Self, StoreError> {
        let state = if record.cancelled.is_some() { RunState::Cancelled } else { state(&record.state)? };
        // The end of a lease is the store's own affair.
        let due = record.wake.filter(|_| state != RunState::Running).map(Instant::from_unix_millis);
        Ok(Self {
            id: id("run", &record.id)?,
            flow: record.flow,
            version: u32::try_from(record.version).unwrap_or(u32::MAX),
            business: id("run", &record.business)?,
            input: json("run", &record.input)?,
            state,
            priority: Priority::of_rank(record.priority),
            role: record.role.as_deref().and_then(Role::parse),
            parent: record.parent.as_deref().map(|parent| id("run", parent)).transpose()?,
            crashes: u32::try_from(record.crashes).unwrap_or(u32::MAX),
            epoch: Epoch(record.epoch),
            attempts: u32::try_from(record.attempts).unwrap_or(u32::MAX),
            due,
            awaits: record.awaits.filter(|_| state == RunState::Waiting),
            output: record.output.as_deref().map(|text| json("run", text)).transpose()?,
            error: record.error.as_deref().map(|text| json("run", text)).transpose()?,
            created: Instant::from_unix_millis(record.created),
            updated: Instant::from_unix_millis(record.updated),
        })
    }
}

fn state(word: &str) -> Result<RunState, StoreError> {
    RunState::parse(word).ok_or_else(|| StoreError::Corrupt { what: "run", detail: format!("unknown state {word}") })
}

impl TryFrom<DepthRecord> for Depth {
    type Error = StoreError;

    fn try_from(record: DepthRecord) -> Result<Self, StoreError> {
        Ok(Self {
            flow: record.flow,
            state: state(&record.stands)?,
            runs: u64::try_from(record.runs).unwrap_or(0),
            oldest_due: record.oldest.map(Instant::from_unix_millis),
        })
    }
}

impl TryFrom<StepRecord> for StepRow {
    type Error = StoreError;

    fn try_from(record: StepRecord) -> Result<Self, StoreError> {
        let status = match record.status.as_str() {
            "done" => StepStatus::Done,
            "skipped" => StepStatus::Skipped,
            other => return Err(StoreError::Corrupt { what: "step", detail: format!("unknown status {other}") }),
        };
        Ok(Self {
            step: StepName::stored(record.step),
            item: record.item,
            status,
            output: json("step", &record.output)?,
            adapter: record.adapter,
            started: Instant::from_unix_millis(record.started),
            ms: u64::try_from(record.ms).unwrap_or(0),
            attempt: u32::try_from(record.attempt).unwrap_or(u32::MAX),
        })
    }
}

impl TryFrom<EventRecord> for RunEvent {
    type Error = StoreError;

    fn try_from(record: EventRecord) -> Result<Self, StoreError> {
        Ok(Self {
            seq: record.seq,
            run: id::<RunId>("event", &record.run)?,
            at: Instant::from_unix_millis(record.at),
            kind: record.kind,
            data: json("event", &record.data)?,
        })
    }
}

/// The word of a status in the database.
pub(super) fn status_word(status: StepStatus) -> &'static str {
    match status {
        StepStatus::Done => "done",
        StepStatus::Skipped => "skipped",
    }
}

/// A stored id.
pub(crate) fn id<T>(what: &'static str, text: &str) -> Result<T, StoreError>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error: T::Err| StoreError::Corrupt { what, detail: error.to_string() })
}

/// A stored document.
pub(crate) fn json<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(StoreError::corrupt(what))
}

/// A document to store.
pub(crate) fn to_json<T: serde::Serialize>(what: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(StoreError::corrupt(what))
}
