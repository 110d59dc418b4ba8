//! `POST /render` and what became of it.

use std::collections::BTreeMap;

use axum::{
    Extension, Json,
    body::Bytes,
    extract::{Path, Query, State, rejection::BytesRejection, rejection::QueryRejection},
    http::StatusCode,
};
use nexus_core::{
    HostedId, RunId,
    blob::BlobRef,
    fetch::HostedRole,
    journal::{NewRun, Priority, RunRow},
};
use nexus_flows::{
    EditInput, EditOutput,
    edit::{Fault, Phase, check, merged, render_ms, sources},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Named, Owner, fresh_run,
    refusal::Refusal,
    replies::{Envelope, Receipt, RenderStatus},
};
use crate::App;

/// Queues an edit.
#[utoipa::path(post, path = "/edit/{stage}/render", tag = "shotstack", params(("stage" = String, Path, description = "v1 or stage")), request_body = Object, responses((status = 201, body = Envelope<Receipt>), (status = 400), (status = 401), (status = 429)))]
pub(crate) async fn render(
    State(app): State<App>,
    Extension(owner): Extension<Owner>,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Envelope<Receipt>>), Refusal> {
    let edit: Value = serde_json::from_slice(&body?).map_err(|error| Refusal::unreadable(&error))?;
    queue(&app, owner, edit).await
}

/// Starts the run of an edit.
pub(super) async fn queue(
    app: &App,
    Owner(business): Owner,
    edit: Value,
) -> Result<(StatusCode, Json<Envelope<Receipt>>), Refusal> {
    let faults = check(&edit);
    if !faults.is_empty() {
        return Err(Refusal::invalid(faults));
    }
    let most = app.shotstack.gate.most_unfinished();
    if most > 0 && app.store.unfinished(business, "edit").await? >= most {
        let message = format!("{most} renders have not ended yet; send this one when some have");
        return Err(Refusal::too_many(message, 10));
    }
    let links = links(app, &edit).await?;
    let callback = edit["callback"].as_str().filter(|url| !url.is_empty()).map(str::to_owned);
    let id = fresh_run(app);
    let input = EditInput { edit, links, base_url: app.shotstack.base_url.clone() };
    let run = NewRun { id, flow: "edit".into(), version: 1, priority: Priority::Normal, business, input: json!(input) };
    app.store.enqueue_telling(run, callback.as_deref()).await?;
    let receipt = Receipt { message: "Render Successfully Queued", id: id.uuid() };
    Ok((StatusCode::CREATED, Json(Envelope::created(receipt))))
}

/// The sources of an edit that are files of ours: whoever has the address of one may use it.
async fn links(app: &App, edit: &Value) -> Result<BTreeMap<String, BlobRef>, Refusal> {
    let place = format!("{}/files/", app.shotstack.base_url);
    let mut links = BTreeMap::new();
    let mut faults = Vec::new();
    for source in sources(&merged(edit)) {
        let Some(rest) = source.src.strip_prefix(&place) else { continue };
        let id = rest.split('/').next().and_then(|id| HostedId::from_uuid(id).ok());
        let row = match id {
            Some(id) => app.store.hosted(id).await?,
            None => None,
        };
        match row.filter(|row| row.deleted.is_none()) {
            Some(row) => drop(links.insert(source.src, row.file.blob)),
            None => faults.push(Fault {
                path: source.path,
                message: format!("'{}' is not offered here any more; upload the file again", source.src),
            }),
        }
    }
    if faults.is_empty() { Ok(links) } else { Err(Refusal::invalid(faults)) }
}

/// What to show of a render. Booleans come as every language prints them.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct RenderQuery {
    data: Option<String>,
    merged: Option<String>,
}

/// Where a render stands.
#[utoipa::path(get, path = "/edit/{stage}/render/{id}", tag = "shotstack", params(("stage" = String, Path, description = "v1 or stage"), ("id" = String, Path, description = "UUID"), ("data" = Option<bool>, Query, description = "with the edit; true by default"), ("merged" = Option<bool>, Query, description = "with merge fields replaced")), responses((status = 200, body = Envelope<RenderStatus>), (status = 401), (status = 404)))]
pub(crate) async fn show(
    State(app): State<App>,
    Extension(owner): Extension<Owner>,
    Path(named): Path<Named>,
    query: Result<Query<RenderQuery>, QueryRejection>,
) -> Result<Json<Envelope<RenderStatus>>, Refusal> {
    let Query(query) = query?;
    let run = render_of(&app, owner, &named).await?;
    let steps = app.journal().steps(run.id).await?;
    let phase = Phase::of(&run, &steps);
    let output: Option<EditOutput> = run.output.clone().and_then(|output| serde_json::from_value(output).ok());
    let address = |role| output.as_ref()?.file(role).map(|file| format!("{}{}", app.shotstack.base_url, file.path()));
    let error = run.error.as_ref().filter(|_| phase == Phase::Failed).map(|failure| failure.message.clone());
    Ok(Json(Envelope::ok(RenderStatus {
        id: run.id.uuid(),
        owner: run.business.to_string(),
        plan: "self-hosted",
        status: phase.as_str(),
        error: error.unwrap_or_default(),
        duration: output.as_ref().map(|output| output.film.rate.start_of(output.film.length).0),
        render_time: render_ms(&steps),
        url: address(HostedRole::Film),
        poster: address(HostedRole::Poster),
        thumbnail: address(HostedRole::Thumbnail),
        data: flag(query.data.as_deref(), true).then(|| shown(&run, flag(query.merged.as_deref(), false))),
        created: run.created.rfc3339(),
        updated: run.updated.rfc3339(),
    })))
}

/// A render of the owner; another tenant's does not exist.
async fn render_of(app: &App, Owner(business): Owner, named: &Named) -> Result<RunRow, Refusal> {
    let id: RunId = named.run()?;
    let run = app.journal().run(id).await?;
    run.filter(|run| run.business == business && run.flow == "edit").ok_or_else(|| named.unknown())
}

fn shown(run: &RunRow, is_merged: bool) -> Value {
    let edit = &run.input["edit"];
    if is_merged { merged(edit) } else { edit.clone() }
}

fn flag(text: Option<&str>, default: bool) -> bool {
    match text {
        Some(text) => text.eq_ignore_ascii_case("true") || text == "1",
        None => default,
    }
}

#[cfg(test)]
mod tests {
    use super::flag;

    #[test]
    fn booleans_of_all_languages() {
        for (name, text, want) in [
            ("absent", None, true),
            ("JavaScript", Some("false"), false),
            ("Python", Some("True"), true),
            ("Python", Some("False"), false),
            ("PHP", Some("1"), true),
        ] {
            assert_eq!(flag(text, true), want, "{name}");
        }
    }
}
