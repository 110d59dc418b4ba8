//! What can go wrong on the way out, and what a port's caller learns of it.

use std::path::PathBuf;

use nexus_core::{ErrorKind, PortError};

/// A failed publication.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// A limit of the destination is exceeded.
    #[error("{destination} takes at most {most} {what}, this has {have}: shorten it")]
    TooMuch {
        /// The network, as a slug, or `google`.
        destination: &'static str,
        /// What is counted, with its unit.
        what: &'static str,
        /// How much there is.
        have: u64,
        /// How much there may be.
        most: u64,
    },
    /// Something that the destination refuses, or lacks.
    #[error("{destination} refuses this: {message}")]
    Refused {
        /// The network, as a slug, or `google`.
        destination: &'static str,
        /// What is wrong and how to mend it.
        message: String,
    },
    /// The film has gone to this destination already, by another step.
    #[error(
        "{destination} already has this film, at {}: it was put there by another step; \
         remove that folder to publish the film again",
        place.display()
    )]
    Taken {
        /// The network, as a slug, or `google`.
        destination: &'static str,
        /// The entry that is there.
        place: PathBuf,
    },
    /// An entry on the disk is not what the outbox wrote.
    #[error("{} cannot be read as an outbox entry: restore it, or remove its folder to publish again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// The poster is no picture.
    #[error("the picture {} is neither JPEG nor PNG: give one of these", path.display())]
    Picture {
        /// The file.
        path: PathBuf,
        /// Why.
        source: image::ImageError,
    },
    /// The disk.
    #[error("{}", path.display())]
    Disk {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl ConnectError {
    /// For `map_err` on an operation on `path`.
    pub(crate) fn disk(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Disk { path, source }
    }
}

impl From<ConnectError> for PortError {
    fn from(error: ConnectError) -> Self {
        const PROVIDER: &str = "the outbox";
        const OP: &str = "publish the film";
        let message = error.to_string();
        match error {
            ConnectError::TooMuch { .. } | ConnectError::Refused { .. } => {
                Self::new(ErrorKind::Invalid, PROVIDER, OP, message)
            }
            ConnectError::Taken { .. } => Self::new(ErrorKind::Conflict, PROVIDER, OP, message),
            ConnectError::Damaged { source, .. } => {
                Self::new(ErrorKind::Invalid, PROVIDER, OP, message).caused_by(source)
            }
            ConnectError::Picture { source, .. } => {
                Self::new(ErrorKind::Invalid, PROVIDER, OP, message).caused_by(source)
            }
            ConnectError::Disk { path, source } => Self::disk(PROVIDER, OP, &path, source),
        }
    }
}
