//! Why a URL was not followed, and what the engine makes of it.

use std::{io, net::IpAddr, path::PathBuf, time::Duration};

use nexus_core::{ErrorKind, PortError};

/// A URL that was not, or could not be, followed. URLs stand here without query and user part.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// No URL that is followed at all.
    #[error("'{url}' cannot be followed: {why}; give a public https:// address of a file")]
    Unreadable {
        /// What was given.
        url: String,
        /// What is wrong.
        why: String,
    },
    /// A user or a password stands in it.
    #[error("'{url}' holds a user name or a password; give a signed link instead")]
    Credentials {
        /// The URL.
        url: String,
    },
    /// `http://` without permission.
    #[error("'{url}' is not encrypted; give its https:// address, or set fetch.allow_http")]
    Plain {
        /// The URL.
        url: String,
    },
    /// One of its addresses is not public.
    #[error(
        "'{url}' leads to {address}, which is not a public address; put the file on a public server, upload it, \
         or list its origin in fetch.allowed_private_origins"
    )]
    Private {
        /// The URL.
        url: String,
        /// The first address that was refused.
        address: IpAddr,
    },
    /// The name has no address.
    #[error("the host {host} was not found; check its spelling")]
    Unresolved {
        /// The host.
        host: String,
        /// What the resolver said.
        source: io::Error,
    },
    /// No connection.
    #[error("'{url}' cannot be reached; check that its server runs")]
    Unreachable {
        /// The URL.
        url: String,
        /// Why.
        source: io::Error,
    },
    /// The certificate or the handshake is bad.
    #[error("'{url}' could not prove who it is; its certificate must come from a public authority")]
    Tls {
        /// The URL.
        url: String,
        /// Why.
        source: io::Error,
    },
    /// Another status than success.
    #[error("'{url}' answered with HTTP {status}; open it in a browser and give the address of the file itself")]
    Answered {
        /// The URL.
        url: String,
        /// The status.
        status: u16,
        /// How long the other side asks to wait.
        wait: Option<Duration>,
    },
    /// One redirect too many.
    #[error("'{url}' redirects more than {most} times; give the address at which it ends")]
    TooManyRedirects {
        /// The first URL.
        url: String,
        /// How many are followed.
        most: usize,
    },
    /// More bytes than are taken.
    #[error("'{url}' is larger than {} MB; give a smaller file, or raise fetch.max_mb", most_bytes / 1_000_000)]
    TooLarge {
        /// The URL.
        url: String,
        /// The limit.
        most_bytes: u64,
    },
    /// Nothing in it.
    #[error("'{url}' is empty (0 bytes); check the file")]
    Empty {
        /// The URL.
        url: String,
    },
    /// The whole transfer took too long.
    #[error("'{url}' did not arrive within {seconds} s; give a faster server, or raise fetch.time_limit_s")]
    TooSlow {
        /// The URL.
        url: String,
        /// The limit.
        seconds: u64,
    },
    /// The other side says nothing.
    #[error("'{url}' did not answer in time; check that its server runs")]
    Silent {
        /// The URL.
        url: String,
    },
    /// The connection broke in the middle.
    #[error("the connection to '{url}' broke off; try again")]
    Broken {
        /// The URL.
        url: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The local disk.
    #[error("{}", path.display())]
    Disk {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// An extra certificate is none.
    #[error("one of the extra certificates cannot be read; give them in DER")]
    Roots {
        /// Why.
        source: rustls::Error,
    },
}

impl From<FetchError> for PortError {
    fn from(error: FetchError) -> Self {
        const PROVIDER: &str = "the fetcher";
        const OP: &str = "fetch";
        let message = error.to_string();
        let plain = |kind| Self::new(kind, PROVIDER, OP, message.clone());
        match error {
            FetchError::Unreadable { .. } | FetchError::Credentials { .. } | FetchError::Empty { .. } => {
                plain(ErrorKind::Invalid)
            }
            FetchError::Plain { .. } | FetchError::Private { .. } | FetchError::TooManyRedirects { .. } => {
                plain(ErrorKind::Refused)
            }
            FetchError::TooLarge { .. } => plain(ErrorKind::Invalid),
            FetchError::Unresolved { source, .. } | FetchError::Unreachable { source, .. } => {
                plain(ErrorKind::Unavailable).caused_by(source)
            }
            FetchError::Tls { source, .. } => plain(ErrorKind::Refused).caused_by(source),
            FetchError::Answered { status, wait, .. } => {
                let told = plain(kind_of_status(status));
                match wait {
                    Some(wait) => told.retry_after(wait),
                    None => told,
                }
            }
            FetchError::TooSlow { .. } | FetchError::Silent { .. } => plain(ErrorKind::Timeout),
            FetchError::Broken { source, .. } => plain(ErrorKind::Unavailable).caused_by(source),
            FetchError::Disk { path, source } => Self::disk(PROVIDER, OP, &path, source),
            FetchError::Roots { source } => plain(ErrorKind::Invalid).caused_by(source),
        }
    }
}

fn kind_of_status(status: u16) -> ErrorKind {
    match status {
        404 | 410 => ErrorKind::NotFound,
        401 | 403 | 407 => ErrorKind::Unauthorized,
        408 | 425 | 429 => ErrorKind::RateLimited,
        500..=599 => ErrorKind::Unavailable,
        _ => ErrorKind::Invalid,
    }
}
