//! What can go wrong between shots, vectors and the search.

use nexus_core::{AssetId, BusinessId, ErrorKind, PortError};

/// Why shots could not be stored or found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MemoryError {
    /// A shot of another tenant.
    #[error("shot {index} of {asset} belongs to {found}, not to {expected}; ingest it under its own business")]
    Stranger {
        /// The asset.
        asset: AssetId,
        /// The number of the shot.
        index: u32,
        /// The tenant that the shot names.
        found: BusinessId,
        /// The tenant that was asked to store it.
        expected: BusinessId,
    },
    /// Two shots of one asset with the same number.
    #[error("{asset} has two shots number {index}; number the shots of an asset from 0 without repeats")]
    Repeated {
        /// The asset.
        asset: AssetId,
        /// The number that stands twice.
        index: u32,
    },
    /// A text model that does not keep its contract.
    #[error("the text model '{space}' answered {what}; choose another model or install it again")]
    Embedder {
        /// The space of the model.
        space: String,
        /// What was wrong, against what was expected.
        what: String,
    },
    /// The task that ranks ended without an answer.
    #[error("the task that ranks the shots stopped early ({detail}); search again")]
    Stopped {
        /// What the runtime said.
        detail: String,
    },
}

impl From<MemoryError> for PortError {
    fn from(error: MemoryError) -> Self {
        let (kind, op) = match error {
            MemoryError::Stranger { .. } | MemoryError::Repeated { .. } => (ErrorKind::Invalid, "remember the shots"),
            MemoryError::Embedder { .. } => (ErrorKind::Bug, "understand the words"),
            MemoryError::Stopped { .. } => (ErrorKind::Unavailable, "search the footage"),
        };
        PortError::new(kind, "footage memory", op, error.to_string())
    }
}
