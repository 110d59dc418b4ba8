//! Edits that are kept and rendered again with other words.

use axum::{
    Extension, Json,
    body::Bytes,
    extract::{Path, State, rejection::BytesRejection},
    http::StatusCode,
};
use nexus_core::TemplateId;
use nexus_flows::edit::{MergeField, overridden};
use nexus_store::TemplateRow;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    MOST_ROWS, Named, Owner, fresh_template,
    refusal::Refusal,
    renders::queue,
    replies::{Envelope, Receipt, TemplateData, TemplateItem, TemplateList},
};
use crate::App;

/// Longest name of a template, in characters.
const MOST_NAME_CHARS: usize = 200;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TemplateBody {
    name: String,
    template: Option<Value>,
}

/// Name and document of a request; without a document a blank one.
fn read(body: &Bytes) -> Result<(String, Value), Refusal> {
    let TemplateBody { name, template } = serde_json::from_slice(body).map_err(|error| Refusal::unreadable(&error))?;
    if name.trim().is_empty() || name.chars().count() > MOST_NAME_CHARS {
        return Err(Refusal::fault("name", format!("\"name\" must have 1 to {MOST_NAME_CHARS} characters")));
    }
    let blank = || json!({ "timeline": { "tracks": [] }, "output": { "format": "mp4" } });
    match template.unwrap_or_else(blank) {
        document @ Value::Object(_) => Ok((name, document)),
        _ => Err(Refusal::fault("template", "\"template\" must be an edit: an object with timeline and output")),
    }
}

/// Keeps a template.
#[utoipa::path(post, path = "/edit/{stage}/templates", tag = "shotstack", params(("stage" = String, Path, description = "v1 or stage")), request_body = Object, responses((status = 201, body = Envelope<Receipt>), (status = 400), (status = 401)))]
pub(crate) async fn create(
    State(app): State<App>,
    Extension(Owner(business)): Extension<Owner>,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Envelope<Receipt>>), Refusal> {
    let (name, document) = read(&body?)?;
    let id = fresh_template(&app);
    app.store.save_template(id, business, &name, &document).await?;
    let receipt = Receipt { message: "Template Successfully Created", id: id.uuid() };
    Ok((StatusCode::CREATED, Json(Envelope::created(receipt))))
}

/// Every template.
#[utoipa::path(get, path = "/edit/{stage}/templates", tag = "shotstack", params(("stage" = String, Path, description = "v1 or stage")), responses((status = 200, body = Envelope<TemplateList>), (status = 401)))]
pub(crate) async fn list(
    State(app): State<App>,
    Extension(Owner(business)): Extension<Owner>,
) -> Result<Json<Envelope<TemplateList>>, Refusal> {
    let rows = app.store.templates(business, MOST_ROWS).await?;
    let templates = rows.into_iter().map(|row| TemplateItem {
        id: row.id.uuid(),
        name: row.name,
        created: row.created.rfc3339(),
        updated: row.updated.rfc3339(),
    });
    Ok(Json(Envelope::ok(TemplateList { owner: business.to_string(), templates: templates.collect() })))
}

/// One template with its edit.
#[utoipa::path(get, path = "/edit/{stage}/templates/{id}", tag = "shotstack", params(("stage" = String, Path, description = "v1 or stage"), ("id" = String, Path, description = "UUID")), responses((status = 200, body = Envelope<TemplateData>), (status = 401), (status = 404)))]
pub(crate) async fn show(
    State(app): State<App>,
    Extension(owner): Extension<Owner>,
    Path(named): Path<Named>,
) -> Result<Json<Envelope<TemplateData>>, Refusal> {
    let row = template_of(&app, owner, named.template()?, || named.unknown()).await?;
    Ok(Json(Envelope::ok(TemplateData {
        id: row.id.uuid(),
        name: row.name,
        owner: row.business.to_string(),
        template: row.document,
    })))
}

/// Replaces name and edit of a template.
#[utoipa::path(put, path = "/edit/{stage}/templates/{id}", tag = "shotstack", params(("stage" = String, Path, description = "v1 or stage"), ("id" = String, Path, description = "UUID")), request_body = Object, responses((status = 200, body = Envelope<Receipt>), (status = 400), (status = 401), (status = 404)))]
pub(crate) async fn update(
    State(app): State<App>,
    Extension(owner): Extension<Owner>,
    Path(named): Path<Named>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Envelope<Receipt>>, Refusal> {
    let id = named.template()?;
    template_of(&app, owner, id, || named.unknown()).await?;
    let (name, document) = read(&body?)?;
    app.store.save_template(id, owner.0, &name, &document).await?;
    Ok(Json(Envelope::ok(Receipt { message: "Template Successfully Updated", id: id.uuid() })))
}

/// Forgets a template; renders that were made of it stay.
#[utoipa::path(delete, path = "/edit/{stage}/templates/{id}", tag = "shotstack", params(("stage" = String, Path, description = "v1 or stage"), ("id" = String, Path, description = "UUID")), responses((status = 204), (status = 401), (status = 404)))]
pub(crate) async fn delete(
    State(app): State<App>,
    Extension(Owner(business)): Extension<Owner>,
    Path(named): Path<Named>,
) -> Result<StatusCode, Refusal> {
    let was_there = app.store.forget_template(named.template()?, business).await?;
    if was_there { Ok(StatusCode::NO_CONTENT) } else { Err(named.unknown()) }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TemplateRenderBody {
    id: String,
    #[serde(default)]
    merge: Vec<MergeField>,
}

/// Queues a template with other merge fields.
#[utoipa::path(post, path = "/edit/{stage}/templates/render", tag = "shotstack", params(("stage" = String, Path, description = "v1 or stage")), request_body = Object, responses((status = 201, body = Envelope<Receipt>), (status = 400), (status = 401), (status = 404), (status = 429)))]
pub(crate) async fn render(
    State(app): State<App>,
    Extension(owner): Extension<Owner>,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Envelope<Receipt>>), Refusal> {
    let TemplateRenderBody { id, merge } =
        serde_json::from_slice(&body?).map_err(|error| Refusal::unreadable(&error))?;
    let named = Named { id };
    let row = template_of(&app, owner, named.template()?, || named.unknown()).await?;
    queue(&app, owner, overridden(row.document, &merge)).await
}

async fn template_of(
    app: &App,
    Owner(business): Owner,
    id: TemplateId,
    unknown: impl Fn() -> Refusal,
) -> Result<TemplateRow, Refusal> {
    app.store.template(id, business).await?.ok_or_else(unknown)
}
