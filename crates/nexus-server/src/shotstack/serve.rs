//! Files that can be downloaded: by their id, by the render that made them.

use axum::{
    Extension, Json,
    extract::{Path, State},
    http::StatusCode,
};
use nexus_core::{fetch::HostedRow, journal::RunRow};
use nexus_flows::edit::{destinations::leaves_out_ours, merged};

use super::{
    Named, Owner,
    refusal::Refusal,
    replies::{Asset, AssetAttributes, Data},
    transfer::transfers,
};
use crate::App;

/// One file.
#[utoipa::path(get, path = "/serve/{stage}/assets/{id}", tag = "shotstack", params(("stage" = String, Path, description = "v1 or stage"), ("id" = String, Path, description = "UUID")), responses((status = 200, body = Data<Asset>), (status = 401), (status = 404)))]
pub(crate) async fn show(
    State(app): State<App>,
    Extension(Owner(business)): Extension<Owner>,
    Path(named): Path<Named>,
) -> Result<Json<Data<Asset>>, Refusal> {
    let row = match named.hosted() {
        Ok(id) => app.store.hosted(id).await?.filter(|row| row.file.business == business),
        Err(_) => None,
    };
    let Some(row) = row else {
        // Whoever asked for a transfer knows it by the id that they gave it.
        let last = transfers(&app, business, &named.id).await?.pop().ok_or_else(|| named.unknown())?;
        return Ok(Json(Data { data: last }));
    };
    let run = app.journal().run(row.file.run).await?;
    if run.is_some_and(|run| is_left_out(&run)) {
        return Err(named.unknown());
    }
    Ok(Json(Data { data: asset(&app, row) }))
}

/// The files of a render.
#[utoipa::path(get, path = "/serve/{stage}/assets/render/{id}", tag = "shotstack", params(("stage" = String, Path, description = "v1 or stage"), ("id" = String, Path, description = "UUID of the render")), responses((status = 200, body = Data<Vec<Asset>>), (status = 401), (status = 404)))]
pub(crate) async fn of_render(
    State(app): State<App>,
    Extension(Owner(business)): Extension<Owner>,
    Path(named): Path<Named>,
) -> Result<Json<Data<Vec<Asset>>>, Refusal> {
    let run = match named.run() {
        Ok(id) => app.journal().run(id).await?.filter(|run| run.business == business && run.flow == "edit"),
        Err(_) => None,
    };
    let Some(run) = run else {
        let transfers = transfers(&app, business, &named.id).await?;
        return if transfers.is_empty() { Err(named.unknown()) } else { Ok(Json(Data { data: transfers })) };
    };
    if is_left_out(&run) {
        return Ok(Json(Data { data: Vec::new() }));
    }
    let rows = app.store.hosted_by(run.id, business).await?;
    Ok(Json(Data { data: rows.into_iter().map(|row| asset(&app, row)).collect() }))
}

/// Takes a file down.
#[utoipa::path(delete, path = "/serve/{stage}/assets/{id}", tag = "shotstack", params(("stage" = String, Path, description = "v1 or stage"), ("id" = String, Path, description = "UUID")), responses((status = 204), (status = 401), (status = 404)))]
pub(crate) async fn delete(
    State(app): State<App>,
    Extension(Owner(business)): Extension<Owner>,
    Path(named): Path<Named>,
) -> Result<StatusCode, Refusal> {
    let was_there = app.store.take_down(named.hosted()?, business, &*app.ports.blobs).await?;
    if was_there { Ok(StatusCode::NO_CONTENT) } else { Err(named.unknown()) }
}

/// True for renders whose edit leaves them out of this place: their address is known to whoever asks for the render.
fn is_left_out(run: &RunRow) -> bool {
    run.flow == "edit" && leaves_out_ours(&merged(&run.input["edit"])["output"]["destinations"])
}

pub(super) fn asset(app: &App, row: HostedRow) -> Asset {
    let HostedRow { file, created, deleted } = row;
    Asset {
        kind: "asset",
        attributes: AssetAttributes {
            id: file.id.uuid(),
            owner: file.business.to_string(),
            region: "local",
            render_id: file.run.uuid(),
            provider_id: file.id.uuid(),
            url: Some(format!("{}{}", app.shotstack.base_url, file.path())),
            filename: file.file_name,
            status: if deleted.is_some() { "deleted" } else { "ready" },
            created: created.rfc3339(),
            updated: deleted.unwrap_or(created).rfc3339(),
        },
    }
}
