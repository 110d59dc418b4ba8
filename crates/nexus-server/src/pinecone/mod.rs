//! The HTTP API of Pinecone, so that its clients keep their vectors here: the control plane below `/pinecone`, the
//! data plane of an index below `/pinecone/data/{index}`.
//!
//! Names, bodies and statuses follow the versions 2025-10 and 2026-04 and, where the control plane differs, what
//! clients of 2026-07 send. An index belongs to the owner of the key that made it; nobody else sees it.

mod bodies;
mod control;
mod data;
mod dialect;
mod namespaces;
mod refusal;

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Path, Request, State},
    middleware::{Next, from_fn_with_state, map_response},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use nexus_core::{
    BusinessId,
    port::{VectorCatalog, VectorIndex},
    vectors::IndexName,
};
use serde::Deserialize;

use self::refusal::{Refusal, as_control_plane, as_data_plane};
use crate::{App, shotstack::Gate};

/// Largest request, in bytes.
const MOST_BODY_BYTES: usize = 2 * 1024 * 1024;

/// What the API needs beside the application.
pub struct Pinecone {
    /// Who may come in, and how often.
    pub gate: Gate,
    /// The address under which clients reach this server, without a slash at its end.
    pub base_url: String,
    /// The indexes.
    pub catalog: Arc<dyn VectorCatalog>,
}

/// Whose request it is.
#[derive(Clone, Copy)]
struct Owner(BusinessId);

/// The index that a request of the data plane names.
#[derive(Clone)]
struct Opened(Arc<dyn VectorIndex>);

/// The routes; none when nobody may use them.
pub(crate) fn router(app: &App) -> Router<App> {
    let Some(pinecone) = &app.pinecone else { return Router::new() };
    let control = Router::new()
        .route("/indexes", get(control::list).post(control::create))
        .route("/indexes/{index}", get(control::describe).delete(control::delete))
        .fallback(unknown)
        .layer(DefaultBodyLimit::max(MOST_BODY_BYTES))
        .layer(from_fn_with_state((app.clone(), Arc::clone(pinecone)), admit))
        .layer(map_response(as_control_plane));
    let data = Router::new()
        .route("/vectors/upsert", post(data::upsert))
        .route("/query", post(data::query))
        .route("/vectors/fetch", get(data::fetch))
        .route("/vectors/fetch_by_metadata", post(data::fetch_by_metadata))
        .route("/vectors/update", post(data::update))
        .route("/vectors/delete", post(data::delete))
        .route("/vectors/list", get(data::list))
        .route("/describe_index_stats", get(data::stats_of_all).post(data::stats))
        .route("/namespaces", get(namespaces::list).post(namespaces::create))
        .route("/namespaces/{namespace}", get(namespaces::describe).delete(namespaces::delete))
        .fallback(unknown)
        .layer(DefaultBodyLimit::max(MOST_BODY_BYTES))
        .layer(from_fn_with_state((app.clone(), Arc::clone(pinecone)), open))
        .layer(map_response(as_data_plane));
    Router::new().nest("/pinecone/data/{index}", data).nest("/pinecone", control)
}

async fn unknown() -> Refusal {
    Refusal::not_found("there is no such route here; docs/pinecone.md lists them all")
}

impl Pinecone {
    fn owner(&self, app: &App, request: &Request) -> Result<Owner, Refusal> {
        let key = request.headers().get("api-key").map(|key| key.as_bytes()).unwrap_or_default();
        let owner = self.gate.owner_of(key).ok_or_else(Refusal::unauthorized)?;
        self.gate.take(owner, app.clock.now()).map_err(Refusal::too_many)?;
        Ok(Owner(owner))
    }
}

/// Lets a request pass with its [`Owner`], or refuses it.
async fn admit(State((app, pinecone)): State<(App, Arc<Pinecone>)>, mut request: Request, next: Next) -> Response {
    match pinecone.owner(&app, &request) {
        Ok(owner) => {
            request.extensions_mut().insert(owner);
            request.extensions_mut().insert(pinecone);
            next.run(request).await
        }
        Err(refusal) => refusal.into_response(),
    }
}

#[derive(Deserialize)]
struct OfIndex {
    index: String,
}

/// Lets a request pass with the index that it names and its key opens, or refuses it.
async fn open(
    State((app, pinecone)): State<(App, Arc<Pinecone>)>,
    Path(OfIndex { index }): Path<OfIndex>,
    mut request: Request,
    next: Next,
) -> Response {
    let owner = pinecone.owner(&app, &request);
    let opened = async {
        let Owner(owner) = owner?;
        let name = IndexName::new(&index)?;
        Ok::<_, Refusal>(Opened(pinecone.catalog.open(owner, &name).await?))
    };
    match opened.await {
        Ok(opened) => {
            request.extensions_mut().insert(opened);
            next.run(request).await
        }
        Err(refusal) => refusal.into_response(),
    }
}
