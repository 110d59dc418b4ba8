//! What a port may answer instead of a result. `kind` is closed: the engine decides by it alone.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The one question a caller has: what can I do about it?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The request is wrong and stays wrong: mend the input.
    Invalid,
    /// The thing named does not exist.
    NotFound,
    /// Somebody else was first, or the lease was lost.
    Conflict,
    /// The credentials are missing, wrong or expired.
    Unauthorized,
    /// Asked too often: wait `retry_after`.
    RateLimited,
    /// The other side understood and declined, for instance for its content policy.
    Refused,
    /// The other side, or this machine's disk, is not able just now: try again.
    Unavailable,
    /// No answer in time and nothing was started: try again.
    Timeout,
    /// This adapter cannot do what was asked: choose another one.
    Unsupported,
    /// It may or may not have happened: look it up before any repeat.
    UnknownOutcome,
    /// A fault of this program.
    Bug,
}

impl ErrorKind {
    /// True when the same call may succeed later without anybody changing anything.
    #[must_use]
    pub fn is_retryable(self) -> bool {
        match self {
            Self::RateLimited | Self::Unavailable | Self::Timeout => true,
            Self::Invalid
            | Self::NotFound
            | Self::Conflict
            | Self::Unauthorized
            | Self::Refused
            | Self::Unsupported
            | Self::UnknownOutcome
            | Self::Bug => false,
        }
    }
}

/// A failed call of a port: what kind, whose, during what, and one sentence that helps.
#[derive(Debug, thiserror::Error)]
#[error("{provider} could not {op}: {message}")]
pub struct PortError {
    /// What the caller can do.
    pub kind: ErrorKind,
    /// The adapter, as a word for people: `ffmpeg`, `local storage`, `OpenAI`.
    pub provider: &'static str,
    /// The operation as a verb phrase: `read the clip`.
    pub op: &'static str,
    /// What was wrong, what was expected and what to do; one plain paragraph.
    pub message: String,
    /// How long to wait before a repeat, when the other side said so.
    pub retry_after: Option<Duration>,
    /// The cause, printed once by the edge.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The answer of every port.
pub type PortResult<T> = Result<T, PortError>;

impl PortError {
    /// An error without a cause or a waiting time.
    #[must_use]
    pub fn new(kind: ErrorKind, provider: &'static str, op: &'static str, message: impl Into<String>) -> Self {
        Self { kind, provider, op, message: message.into(), retry_after: None, source: None }
    }

    /// The same error with its cause.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The same error with the waiting time that the other side named.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// Message and causes in one line, for journals and terminals.
    #[must_use]
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut source = self.source.as_deref().map(|s| s as &dyn std::error::Error);
        while let Some(cause) = source {
            text.push_str(": ");
            text.push_str(&cause.to_string());
            source = cause.source();
        }
        text
    }
}

impl PortError {
    /// An error of the local disk, its kind read from the operating system's: a full disk is
    /// [`ErrorKind::Unavailable`] and says how to go on.
    #[must_use]
    pub fn disk(provider: &'static str, op: &'static str, path: &std::path::Path, error: std::io::Error) -> Self {
        let (kind, help) = match error.kind() {
            std::io::ErrorKind::NotFound => (ErrorKind::NotFound, "check the path"),
            std::io::ErrorKind::PermissionDenied => (ErrorKind::Unauthorized, "check the permissions of the folder"),
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => (
                ErrorKind::Unavailable,
                "the disk is full: free some space and run the same command again, it goes on where it was",
            ),
            _ => (ErrorKind::Unavailable, "run the same command again; if it persists, check the disk"),
        };
        Self::new(kind, provider, op, format!("{}: {help}", path.display())).caused_by(error)
    }
}
