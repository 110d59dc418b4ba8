//! Files that can be downloaded: by their id, by the render that made them.

use axum::{
    Extension, Json,
    extract::{Path, State},
    http::StatusCode,
};
use nexus_core::fetch::HostedRow;

use super::{
    Named, Owner,
    refusal::Refusal,
    replies::{Asset, AssetAttributes, Data},
};
use crate::App;

/// One file.
#[utoipa::path(get, path = "/serve/{stage}/assets/{id}", tag = "shotstack", params(("stage" = String, Path, description = "v1 or stage"), ("id" = String, Path, description = "UUID")), responses((status = 200, body = Data<Asset>), (status = 401), (status = 404)))]
pub(crate) async fn show(
    State(app): State<App>,
    Extension(Owner(business)): Extension<Owner>,
    Path(named): Path<Named>,
) -> Result<Json<Data<Asset>>, Refusal> {
    let row = app.store.hosted(named.hosted()?).await?;
    let row = row.filter(|row| row.file.business == business).ok_or_else(|| named.unknown())?;
    Ok(Json(Data { data: asset(&app, row) }))
}

/// The files of a render.
#[utoipa::path(get, path = "/serve/{stage}/assets/render/{id}", tag = "shotstack", params(("stage" = String, Path, description = "v1 or stage"), ("id" = String, Path, description = "UUID of the render")), responses((status = 200, body = Data<Vec<Asset>>), (status = 401), (status = 404)))]
pub(crate) async fn of_render(
    State(app): State<App>,
    Extension(Owner(business)): Extension<Owner>,
    Path(named): Path<Named>,
) -> Result<Json<Data<Vec<Asset>>>, Refusal> {
    let id = named.run()?;
    let run = app.journal().run(id).await?;
    run.filter(|run| run.business == business && run.flow == "edit").ok_or_else(|| named.unknown())?;
    let rows = app.store.hosted_by(id, business).await?;
    Ok(Json(Data { data: rows.into_iter().map(|row| asset(&app, row)).collect() }))
}

/// Takes a file down.
#[utoipa::path(delete, path = "/serve/{stage}/assets/{id}", tag = "shotstack", params(("stage" = String, Path, description = "v1 or stage"), ("id" = String, Path, description = "UUID")), responses((status = 204), (status = 401), (status = 404)))]
pub(crate) async fn delete(
    State(app): State<App>,
    Extension(Owner(business)): Extension<Owner>,
    Path(named): Path<Named>,
) -> Result<StatusCode, Refusal> {
    let was_there = app.store.take_down(named.hosted()?, business).await?;
    if was_there { Ok(StatusCode::NO_CONTENT) } else { Err(named.unknown()) }
}

fn asset(app: &App, row: HostedRow) -> Asset {
    let HostedRow { file, created, deleted } = row;
    Asset {
        kind: "asset",
        attributes: AssetAttributes {
            id: file.id.uuid(),
            owner: file.business.to_string(),
            region: "local",
            render_id: file.run.uuid(),
            provider_id: file.id.uuid(),
            url: format!("{}{}", app.shotstack.base_url, file.path()),
            filename: file.file_name,
            status: if deleted.is_some() { "deleted" } else { "ready" },
            created: created.rfc3339(),
            updated: deleted.unwrap_or(created).rfc3339(),
        },
    }
}
