//! `POST /serve/{stage}/assets`: a file elsewhere is brought in and offered here.
//!
//! A transfer is a run of the flow `source`. Its sender gives it an id, which need not be the only one of its kind: the
//! runs of an id are numbered, and each one's own id follows from both.

use axum::{
    Extension, Json,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
};
use nexus_core::{
    BusinessId, RunId,
    fetch::{HostedFile, HostedRole},
    journal::{Arrived, NewRun, Priority, RunRow, RunState},
};
use nexus_flows::{SourceInput, edit::destinations::foreign, source::SourceFrom};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Owner,
    refusal::Refusal,
    replies::{Asset, AssetAttributes, Data, Transfer, TransferAttributes},
    serve::asset,
};
use crate::App;

/// Transfers with the same id.
const MOST_OF_AN_ID: u32 = 100;
/// Longest id, in characters.
const MOST_ID_CHARS: usize = 200;

#[derive(Debug, Deserialize)]
struct TransferBody {
    url: Option<String>,
    id: Option<String>,
    destinations: Option<Value>,
}

/// Brings a file in and offers it.
#[utoipa::path(post, path = "/serve/{stage}/assets", tag = "shotstack", params(("stage" = String, Path, description = "v1 or stage")), request_body = Object, responses((status = 200, body = Data<Transfer>), (status = 400), (status = 401), (status = 429)))]
pub(crate) async fn transfer(
    State(app): State<App>,
    Extension(Owner(business)): Extension<Owner>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Data<Transfer>>, Refusal> {
    let TransferBody { url, id, destinations } =
        serde_json::from_slice(&body?).map_err(|error| Refusal::unreadable(&error))?;
    let url = url.filter(|url| url.contains("://"));
    let url = url.ok_or_else(|| Refusal::fault("url", "\"url\" is required: the https:// address of a file"))?;
    let id = id.filter(|id| (1..=MOST_ID_CHARS).contains(&id.chars().count()));
    let id = id.ok_or_else(|| {
        Refusal::fault(
            "id",
            format!("\"id\" is required: 1 to {MOST_ID_CHARS} characters by which to ask for the asset"),
        )
    })?;
    let destinations = destinations.filter(|list| list.as_array().is_some_and(|list| !list.is_empty()));
    let destinations = destinations.ok_or_else(|| {
        Refusal::fault("destinations", "\"destinations\" is required: [{\"provider\": \"shotstack\"}] is this server")
    })?;
    let faults = foreign(&destinations, "destinations");
    if !faults.is_empty() {
        return Err(Refusal::invalid(faults));
    }
    let base_url = app.shotstack.base_url.clone();
    let input = json!(SourceInput { from: SourceFrom::Link(url), base_url, renditions: Vec::new() });
    for number in 0..MOST_OF_AN_ID {
        let run = NewRun {
            id: run_of(business, &id, number),
            flow: "source".into(),
            version: 1,
            priority: Priority::Normal,
            business,
            input: input.clone(),
        };
        if app.journal().enqueue(run).await? == Arrived::First {
            let attributes = TransferAttributes {
                id,
                owner: business.to_string(),
                status: "queued",
                created: app.clock.now().rfc3339(),
            };
            return Ok(Json(Data { data: Transfer { kind: "asset", attributes } }));
        }
    }
    Err(Refusal::fault("id", format!("'{id}' has {MOST_OF_AN_ID} transfers already; give this one another id")))
}

/// The transfers of an id, oldest first.
pub(super) async fn transfers(app: &App, business: BusinessId, id: &str) -> Result<Vec<Asset>, Refusal> {
    let mut all = Vec::new();
    for number in 0..MOST_OF_AN_ID {
        let Some(run) = app.journal().run(run_of(business, id, number)).await? else { break };
        all.push(described(app, &run, id).await?);
    }
    Ok(all)
}

fn run_of(business: BusinessId, id: &str, number: u32) -> RunId {
    RunId::derived(&["transfer", &business.to_string(), id, &number.to_string()])
}

async fn described(app: &App, run: &RunRow, id: &str) -> Result<Asset, Refusal> {
    let hosted = HostedFile::id_of(run.id, HostedRole::Source);
    if let Some(row) = app.store.hosted(hosted).await? {
        let mut ready = asset(app, row);
        ready.attributes.render_id = id.to_owned();
        return Ok(ready);
    }
    let attributes = AssetAttributes {
        id: hosted.uuid(),
        owner: run.business.to_string(),
        region: "local",
        render_id: id.to_owned(),
        provider_id: hosted.uuid(),
        filename: String::new(),
        url: None,
        status: if matches!(run.state, RunState::Failed | RunState::Cancelled) { "failed" } else { "importing" },
        created: run.created.rfc3339(),
        updated: run.updated.rfc3339(),
    };
    Ok(Asset { kind: "asset", attributes })
}
