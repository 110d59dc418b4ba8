//! Sources for later edits: fetched from elsewhere, or uploaded.

use std::time::Duration;

use axum::{
    Extension, Json,
    body::Bytes,
    extract::{Path, State, rejection::BytesRejection},
    http::StatusCode,
};
use nexus_core::{
    blob::{BlobKey, Bucket, UploadTicket},
    fetch::HostedFile,
    journal::{NewRun, Priority, RunRow, RunState},
};
use nexus_flows::{
    RenditionOutput, SourceInput, SourceOutput,
    edit::destinations::foreign,
    source::{SourceFrom, renditions::wished},
};
use nexus_store::{SourceRow, UploadRegistration};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    MOST_ROWS, Named, Owner, fresh_run,
    refusal::Refusal,
    replies::{Data, Outputs, QueuedSource, RenditionAttributes, Source, SourceAttributes, Upload, UploadAttributes},
};
use crate::App;

/// Seconds for which an upload link lives.
const TICKET_S: u64 = 3600;
/// Largest upload, in bytes: 5 GB, what S3 takes in one PUT.
const MOST_BYTES: u64 = 5_000_000_000;

#[derive(Debug, Deserialize)]
struct SourceBody {
    url: Option<String>,
    callback: Option<String>,
    #[serde(default)]
    outputs: Value,
    #[serde(default)]
    destinations: Value,
}

/// Brings a file in.
#[utoipa::path(post, path = "/ingest/{stage}/sources", tag = "shotstack", params(("stage" = String, Path, description = "v1 or stage")), request_body = Object, responses((status = 201, body = Data<QueuedSource>), (status = 400), (status = 401), (status = 429)))]
pub(crate) async fn create(
    State(app): State<App>,
    Extension(Owner(business)): Extension<Owner>,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Data<QueuedSource>>), Refusal> {
    let SourceBody { url, callback, outputs, destinations } =
        serde_json::from_slice(&body?).map_err(|error| Refusal::unreadable(&error))?;
    let url = url.filter(|url| url.contains("://"));
    let url = url.ok_or_else(|| Refusal::fault("url", "\"url\" is required: the https:// address of a file"))?;
    let faults = foreign(&destinations, "destinations");
    if !faults.is_empty() {
        return Err(Refusal::invalid(faults));
    }
    let renditions = wished(&outputs).map_err(Refusal::invalid)?;
    let id = fresh_run(&app);
    let base_url = app.shotstack.base_url.clone();
    let input = SourceInput { from: SourceFrom::Link(url.clone()), base_url, renditions };
    let run =
        NewRun { id, flow: "source".into(), version: 1, priority: Priority::Normal, business, input: json!(input) };
    let callback = callback.filter(|callback| !callback.is_empty());
    app.store.accept_source(run, &url, callback.as_deref()).await?;
    Ok((StatusCode::CREATED, Json(Data { data: QueuedSource { kind: "source", id: id.uuid() } })))
}

/// A link to upload a file to.
#[utoipa::path(post, path = "/ingest/{stage}/upload", tag = "shotstack", params(("stage" = String, Path, description = "v1 or stage")), responses((status = 200, body = Data<Upload>), (status = 401), (status = 429)))]
pub(crate) async fn upload(
    State(app): State<App>,
    Extension(Owner(business)): Extension<Owner>,
) -> Result<Json<Data<Upload>>, Refusal> {
    let id = fresh_run(&app);
    let key = BlobKey::new(business, &format!("sources/{}", id.uuid())).expect("a UUID is a fit object name");
    let registration = UploadRegistration {
        business,
        key: key.clone(),
        file_name: "source".into(),
        user_tags: Vec::new(),
        size: MOST_BYTES,
    };
    app.store.announce_source(id, business).await?;
    app.store.register_upload(registration).await?;
    let UploadTicket { url, expires_in_s, .. } =
        app.ports.blobs.presign_put(Bucket::Raw, &key, MOST_BYTES, TICKET_S).await?;
    let expires = app.clock.now().after(Duration::from_secs(expires_in_s)).rfc3339();
    let attributes = UploadAttributes { id: id.uuid(), url, expires };
    Ok(Json(Data { data: Upload { kind: "upload", id: id.uuid(), attributes } }))
}

/// Every source.
#[utoipa::path(get, path = "/ingest/{stage}/sources", tag = "shotstack", params(("stage" = String, Path, description = "v1 or stage")), responses((status = 200, body = Data<Vec<Source>>), (status = 401)))]
pub(crate) async fn list(
    State(app): State<App>,
    Extension(Owner(business)): Extension<Owner>,
) -> Result<Json<Data<Vec<Source>>>, Refusal> {
    let mut data = Vec::new();
    for row in app.store.sources(business, MOST_ROWS).await? {
        data.push(described(&app, row).await?);
    }
    Ok(Json(Data { data }))
}

/// One source.
#[utoipa::path(get, path = "/ingest/{stage}/sources/{id}", tag = "shotstack", params(("stage" = String, Path, description = "v1 or stage"), ("id" = String, Path, description = "UUID")), responses((status = 200, body = Data<Source>), (status = 401), (status = 404)))]
pub(crate) async fn show(
    State(app): State<App>,
    Extension(Owner(business)): Extension<Owner>,
    Path(named): Path<Named>,
) -> Result<Json<Data<Source>>, Refusal> {
    let row = app.store.source(named.run()?, business).await?.ok_or_else(|| named.unknown())?;
    Ok(Json(Data { data: described(&app, row).await? }))
}

/// Takes a source down.
#[utoipa::path(delete, path = "/ingest/{stage}/sources/{id}", tag = "shotstack", params(("stage" = String, Path, description = "v1 or stage"), ("id" = String, Path, description = "UUID")), responses((status = 204), (status = 401), (status = 404)))]
pub(crate) async fn delete(
    State(app): State<App>,
    Extension(Owner(business)): Extension<Owner>,
    Path(named): Path<Named>,
) -> Result<StatusCode, Refusal> {
    let id = named.run()?;
    if !app.store.forget_source(id, business).await? {
        return Err(named.unknown());
    }
    // The source itself and its versions.
    for row in app.store.hosted_by(id, business).await? {
        app.store.take_down(row.file.id, business, &*app.ports.blobs).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn described(app: &App, row: SourceRow) -> Result<Source, Refusal> {
    let run = app.journal().run(row.id).await?;
    let output: Option<SourceOutput> =
        run.as_ref().and_then(|run| run.output.clone()).and_then(|output| serde_json::from_value(output).ok());
    let status = status(&row, run.as_ref());
    let info = output.as_ref().and_then(|output| output.info.as_ref());
    let video = info.and_then(|info| info.video.as_ref());
    let address = output.as_ref().map(|output| format!("{}{}", app.shotstack.base_url, output.file.path()));
    let failure = run.as_ref().and_then(|run| run.error.as_ref()).filter(|_| status == "failed");
    let updated = row.deleted.or(run.as_ref().map(|run| run.updated)).unwrap_or(row.created);
    let id = row.id.uuid();
    Ok(Source {
        kind: "source",
        id: id.clone(),
        attributes: SourceAttributes {
            id,
            owner: row.business.to_string(),
            input: Some(row.input).filter(|input| !input.is_empty()),
            source: address.filter(|_| status == "ready"),
            status,
            error: failure.map(|failure| failure.message.clone()),
            outputs: run.as_ref().and_then(|run| outputs(app, run, output.as_ref(), status)),
            width: video.map(|video| video.width_px),
            height: video.map(|video| video.height_px),
            duration: info.map(|info| info.duration_s),
            fps: video.map(|video| video.rate.as_f64()),
            created: row.created.rfc3339(),
            updated: updated.rfc3339(),
        },
    })
}

/// The versions of a source that were asked for; until it is ready they stand where it stands.
fn outputs(app: &App, run: &RunRow, output: Option<&SourceOutput>, status: &'static str) -> Option<Outputs> {
    let input: SourceInput = serde_json::from_value(run.input.clone()).ok()?;
    let made = output.map(|output| output.renditions.as_slice()).unwrap_or_default();
    let rendition = |(index, transformation): (usize, Value)| {
        let plain = RenditionAttributes {
            id: HostedFile::rendition_id(run.id, index).uuid(),
            owner: run.business.to_string(),
            status,
            transformation,
            ..RenditionAttributes::default()
        };
        match made.get(index).filter(|_| status == "ready") {
            None => plain,
            Some(RenditionOutput::Failed(error)) => {
                RenditionAttributes { status: "failed", error: Some(error.clone()), ..plain }
            }
            Some(RenditionOutput::Ready { file, size_px: (width, height), length_s, fps }) => {
                // A sound has no picture, and a picture no length.
                let is_seen = *width > 0;
                let lasts = !matches!(file.media_type.as_str(), "image/jpeg" | "image/png");
                RenditionAttributes {
                    url: Some(format!("{}{}", app.shotstack.base_url, file.path())),
                    width: is_seen.then_some(*width),
                    height: is_seen.then_some(*height),
                    duration: lasts.then_some(*length_s),
                    fps: (is_seen && lasts).then_some(*fps),
                    ..plain
                }
            }
        }
    };
    let renditions: Vec<RenditionAttributes> = input.renditions.into_iter().enumerate().map(rendition).collect();
    (!renditions.is_empty()).then_some(Outputs { renditions })
}

fn status(row: &SourceRow, run: Option<&RunRow>) -> &'static str {
    match run.map(|run| run.state) {
        _ if row.deleted.is_some() => "deleted",
        None | Some(RunState::Ready) => "queued",
        Some(RunState::Running | RunState::Waiting) => "importing",
        Some(RunState::Done) => "ready",
        Some(RunState::Failed | RunState::Cancelled) => "failed",
    }
}
