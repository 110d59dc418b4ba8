//! Refusals that arrive: an answer to a request whose body nobody read is lost when the connection closes over it.

use std::time::Duration;

use axum::extract::Request;
use futures::StreamExt as _;

/// Longest time that a refused request may take to end.
const PATIENCE: Duration = Duration::from_secs(5);

/// Takes what is left of a request and throws it away, at most `most_bytes`.
pub(crate) async fn drain(request: Request, most_bytes: usize) {
    let mut body = request.into_body().into_data_stream();
    let reading = async {
        let mut left = most_bytes;
        while let Some(Ok(piece)) = body.next().await {
            match left.checked_sub(piece.len()) {
                Some(rest) => left = rest,
                None => return,
            }
        }
    };
    // Whoever is slower than that may miss the answer.
    drop(tokio::time::timeout(PATIENCE, reading).await);
}
