//! Refusals that arrive: a connection that closes while the other side still sends takes the answer with it.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Error,
    body::{Body, Bytes},
    extract::Request,
    http::header,
    middleware::Next,
    response::Response,
};
use futures::future::poll_fn;
use http_body::{Body as _, Frame, SizeHint};

/// How long bytes that nobody wants are taken after the answer; the default of nginx's `lingering_time`.
const PATIENCE: Duration = Duration::from_secs(30);

/// A layer around routes: gives their answer at once and, beside that, reads what they left of the request's body and
/// throws it away, for at most 30 s.
pub async fn linger(request: Request, next: Next) -> Response {
    // Who asks first does not send what was refused, and reading would ask for it.
    if request.body().is_end_stream() || request.headers().contains_key(header::EXPECT) {
        return next.run(request).await;
    }
    let (head, body) = request.into_parts();
    let mut body = Shared(Arc::new(Mutex::new(body)));
    let response = next.run(Request::from_parts(head, Body::new(body.clone()))).await;
    if !body.is_end_stream() {
        tokio::spawn(tokio::time::timeout(PATIENCE, async move {
            while let Some(Ok(_)) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {}
        }));
    }
    response
}

/// One body with two readers: the handler, and whoever takes the rest when the handler is done.
#[derive(Clone)]
struct Shared(Arc<Mutex<Body>>);

impl Shared {
    fn body(&self) -> MutexGuard<'_, Body> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl http_body::Body for Shared {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        Pin::new(&mut *self.body()).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body().is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body().size_hint()
    }
}
