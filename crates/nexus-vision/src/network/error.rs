//! What can be wrong with a model.

use std::path::PathBuf;

use nexus_core::{ErrorKind, PortError};

/// Why a model cannot be used, and what would help.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// A file of it cannot be read.
    #[error("{} could not be read; fetch the model again with 'nexus models pull'", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file of it is not what its name says.
    #[error("{} is not {expected}: {detail}; fetch the model again with 'nexus models pull'", file.display())]
    Format {
        /// The file.
        file: PathBuf,
        /// What was expected, with its article.
        expected: &'static str,
        /// What is wrong.
        detail: String,
    },
    /// Weights that the architecture needs are not there.
    #[error("{} holds no weights '{tensor}'; expected those of {expected}", file.display())]
    Missing {
        /// The file.
        file: PathBuf,
        /// The name of the weights.
        tensor: String,
        /// The architecture.
        expected: &'static str,
    },
    /// The runtime refuses the network.
    #[error("the network {} cannot be run", file.display())]
    Load {
        /// The file.
        file: PathBuf,
        /// What the runtime said.
        source: Box<rten::LoadError>,
    },
    /// The network failed on an input.
    #[error("the network {} failed on its input", file.display())]
    Run {
        /// The file.
        file: PathBuf,
        /// What the runtime said.
        source: rten::RunError,
    },
    /// The network answered in another shape.
    #[error("the network {} answered {found}, expected {expected}", file.display())]
    Answer {
        /// The file.
        file: PathBuf,
        /// What was expected.
        expected: String,
        /// What came.
        found: String,
    },
    /// A list or table that belongs to a model has a mistake.
    #[error("{what}, line {line}: {detail}")]
    Table {
        /// The table.
        what: String,
        /// The line, from 1.
        line: usize,
        /// What was expected.
        detail: String,
    },
}

impl ModelError {
    /// The error as the ports tell it.
    pub(crate) fn port(self, op: &'static str) -> PortError {
        let kind = match self {
            Self::Read { .. } | Self::Format { .. } | Self::Missing { .. } | Self::Load { .. } | Self::Table { .. } => {
                ErrorKind::Invalid
            }
            Self::Run { .. } | Self::Answer { .. } => ErrorKind::Bug,
        };
        let mut message = self.to_string();
        let mut source: Option<&dyn std::error::Error> = std::error::Error::source(&self);
        while let Some(error) = source {
            message.push_str(": ");
            message.push_str(&error.to_string());
            source = error.source();
        }
        PortError::new(kind, "models", op, message)
    }
}
