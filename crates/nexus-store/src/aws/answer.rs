//! Answers of AWS as text, never more of it than there can be.

use nexus_core::{ErrorKind, PortError, PortResult};
use reqwest::Response;

/// Most bytes of an answer: ten messages of 256 KiB as JSON, or a thousand parts as XML, and room beside.
const MOST_BYTES: usize = 16 << 20;

/// The body of an answer; `unreached` is what a connection that breaks means.
pub(super) async fn text(
    mut answer: Response,
    (provider, op): (&'static str, &'static str),
    unreached: impl Fn(reqwest::Error) -> PortError,
) -> PortResult<String> {
    let mut bytes = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(&unreached)? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > MOST_BYTES {
            let message = "the answer is longer than any of this service; check its address";
            return Err(PortError::new(ErrorKind::Invalid, provider, op, message));
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
