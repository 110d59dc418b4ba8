//! Requests of one kind that come while others are being written, answered by one statement: a commit serves many
//! operations, and so does a trip to the database.

use futures::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};

use crate::StoreError;

/// Most requests of one statement.
const MOST: usize = 128;

/// What a statement answers, one for each request in their order.
type Answers<A> = BoxFuture<'static, Result<Vec<A>, StoreError>>;

/// A place where requests gather.
pub(crate) struct Merged<Q, A> {
    asked: mpsc::Sender<(Q, oneshot::Sender<Result<A, StoreError>>)>,
}

impl<Q: Clone + Send + 'static, A: Send + 'static> Merged<Q, A> {
    /// `write` answers requests together. When it fails, each is tried by itself, so that one that cannot be written
    /// takes nothing with it.
    pub(crate) fn start(write: impl Fn(Vec<Q>) -> Answers<A> + Send + Sync + 'static) -> Self {
        let (asked, requests) = mpsc::channel(1024);
        tokio::spawn(serve(requests, write));
        Self { asked }
    }

    /// The answer to `request`, once it is on disk.
    pub(crate) async fn ask(&self, request: Q) -> Result<A, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.asked.send((request, reply)).await.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }
}

async fn serve<Q: Clone + Send + 'static, A: Send + 'static>(
    mut requests: mpsc::Receiver<(Q, oneshot::Sender<Result<A, StoreError>>)>,
    write: impl Fn(Vec<Q>) -> Answers<A> + Send + Sync + 'static,
) {
    while let Some(first) = requests.recv().await {
        let (all, replies) = gathered(first, &mut requests).await;
        let answers = match write(all.clone()).await {
            Ok(answers) => answers.into_iter().map(Ok).collect(),
            // What passes for none would not pass for one either, and the others would wait behind it.
            Err(error) if all.len() == 1 || error.is_passing() => all.iter().map(|_| Err(error.clone())).collect(),
            Err(_) => apart(all, &write).await,
        };
        for (reply, answer) in replies.into_iter().zip(answers) {
            // Whoever has gone away does not undo what was asked for.
            drop(reply.send(answer));
        }
    }
}

/// The first request and all that come after it, until nobody asks for more who could do so at once.
async fn gathered<Q, R>(first: (Q, R), requests: &mut mpsc::Receiver<(Q, R)>) -> (Vec<Q>, Vec<R>) {
    let mut gathered = vec![first];
    let mut known = 0;
    while known < gathered.len() && gathered.len() < MOST {
        known = gathered.len();
        // Those whom the last commit answered ask again as soon as it is their turn.
        tokio::task::yield_now().await;
        while let Some(next) = (gathered.len() < MOST).then(|| requests.try_recv().ok()).flatten() {
            gathered.push(next);
        }
    }
    gathered.into_iter().unzip()
}

/// The answers of requests that failed together.
async fn apart<Q, A>(all: Vec<Q>, write: &impl Fn(Vec<Q>) -> Answers<A>) -> Vec<Result<A, StoreError>> {
    let mut answers = Vec::with_capacity(all.len());
    for request in all {
        let answer = write(vec![request]).await;
        answers.push(answer.and_then(|mut one| one.pop().ok_or(StoreError::Closed)));
    }
    answers
}
