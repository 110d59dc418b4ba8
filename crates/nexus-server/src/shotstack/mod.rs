//! The HTTP API of Shotstack, so that its clients render here: `/edit`, `/serve` and `/ingest`, each for `v1` and
//! `stage`. Both stages are the same here; there is no watermark to leave out.
//!
//! Names, bodies and statuses follow `@shotstack/schemas` 1.18.3. A render is a durable run of the flow `edit`; its
//! id is the run's UUID.

mod files;
mod gate;
pub(crate) mod ingest;
pub(crate) mod probe;
mod refusal;
pub(crate) mod renders;
mod replies;
pub(crate) mod serve;
pub(crate) mod templates;
pub(crate) mod transfer;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn_with_state, map_response},
    routing::{get, post},
};
use nexus_core::{BusinessId, RunId, TemplateId};

pub use gate::{ApiKey, Gate, GateLimits};

use self::{
    gate::admit,
    refusal::{Refusal, as_data_api, as_edit_api},
};
use crate::App;

/// Largest edit or template, in bytes.
const MOST_EDIT_BYTES: usize = 10 * 1024 * 1024;
/// Most rows of one list.
const MOST_ROWS: u32 = 1000;

/// What the API needs beside the application.
pub struct Shotstack {
    /// Who may come in, and how often.
    pub gate: Gate,
    /// The address under which others reach this server, without a slash at its end.
    pub base_url: String,
}

/// The routes.
pub(crate) fn router(app: &App) -> Router<App> {
    let edit = Router::new()
        .route("/render", post(renders::render))
        .route("/render/{id}", get(renders::show))
        .route("/templates", get(templates::list).post(templates::create))
        .route("/templates/render", post(templates::render))
        .route("/templates/{id}", get(templates::show).put(templates::update).delete(templates::delete))
        .route("/probe/{*url}", get(probe::probe))
        .fallback(unknown)
        .layer(DefaultBodyLimit::max(MOST_EDIT_BYTES))
        .layer(from_fn_with_state(app.clone(), admit))
        .layer(map_response(as_edit_api));
    let serve = Router::new()
        .route("/assets", post(transfer::transfer))
        .route("/assets/{id}", get(serve::show).delete(serve::delete))
        .route("/assets/render/{id}", get(serve::of_render))
        .fallback(unknown)
        .layer(from_fn_with_state(app.clone(), admit))
        .layer(map_response(as_data_api));
    let ingest = Router::new()
        .route("/sources", get(ingest::list).post(ingest::create))
        .route("/sources/{id}", get(ingest::show).delete(ingest::delete))
        .route("/upload", post(ingest::upload))
        .fallback(unknown)
        .layer(from_fn_with_state(app.clone(), admit))
        .layer(map_response(as_data_api));
    Router::new()
        .nest("/edit/{stage}", edit)
        .nest("/serve/{stage}", serve)
        .nest("/ingest/{stage}", ingest)
        .route("/files/{id}/{name}", get(files::serve))
}

/// Whose request it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner(pub(crate) BusinessId);

async fn unknown() -> Refusal {
    Refusal::not_found("there is no such route; /openapi.json lists them all")
}

/// The `{id}` of a path.
#[derive(Debug, Clone, serde::Deserialize)]
pub(crate) struct Named {
    id: String,
}

impl Named {
    fn run(&self) -> Result<RunId, Refusal> {
        RunId::from_uuid(&self.id).map_err(|_| self.unknown())
    }

    fn template(&self) -> Result<TemplateId, Refusal> {
        TemplateId::from_uuid(&self.id).map_err(|_| self.unknown())
    }

    fn hosted(&self) -> Result<nexus_core::HostedId, Refusal> {
        nexus_core::HostedId::from_uuid(&self.id).map_err(|_| self.unknown())
    }

    fn unknown(&self) -> Refusal {
        let id: String = self.id.chars().take(80).collect();
        Refusal::not_found(format!("there is nothing with the id '{id}'"))
    }
}

/// A new id that nobody can guess.
fn fresh_run(app: &App) -> RunId {
    RunId::fresh(app.clock.now(), entropy())
}

fn fresh_template(app: &App) -> TemplateId {
    TemplateId::fresh(app.clock.now(), entropy())
}

/// 74 of these 80 bits come from the operating system; the rest is the version of the UUID they are taken from.
fn entropy() -> [u8; 10] {
    let mut bytes = [0; 10];
    bytes.copy_from_slice(&uuid::Uuid::new_v4().as_bytes()[6..]);
    bytes
}
