//! Footage by meaning.

use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
};
use nexus_core::{
    BusinessId,
    memory::{Found, Hit, SearchQuery},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Answer, business_or_default};
use crate::{App, Problem};

#[derive(Deserialize)]
pub(crate) struct SearchParameters {
    /// What should be seen, in plain words.
    q: String,
    /// Whose footage; may be left out when there is one business.
    business: Option<BusinessId>,
    /// At most that many, 1 to 100; 12 when left out.
    limit: Option<usize>,
}

/// What was found, in two groups: what fits and what might.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct SearchAnswer {
    /// What fits, best first; empty when nothing does.
    best: Vec<FoundShot>,
    /// What might, best first.
    maybe: Vec<FoundShot>,
    /// How meaning was understood.
    method: String,
}

/// One shot.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct FoundShot {
    /// The file's name.
    asset: String,
    /// Seconds of the file.
    start_s: f64,
    /// Seconds of the file.
    end_s: f64,
    /// 0 to 1.
    score: f64,
    /// One sentence.
    why: String,
}

impl From<Hit> for FoundShot {
    fn from(hit: Hit) -> Self {
        let Hit { shot, score, why, .. } = hit;
        Self { asset: shot.file_name, start_s: shot.start_s, end_s: shot.end_s, score, why }
    }
}

impl From<Found> for SearchAnswer {
    fn from(found: Found) -> Self {
        let Found { best, maybe, method } = found;
        let shots = |hits: Vec<Hit>| hits.into_iter().map(FoundShot::from).collect();
        Self { best: shots(best), maybe: shots(maybe), method }
    }
}

/// Finds shots for words.
#[utoipa::path(get, path = "/v1/search", params(
        ("q" = String, Query, description = "What should be seen, in plain words"),
        ("business" = Option<String>, Query, description = "Whose footage; may be left out when there is one business"),
        ("limit" = Option<usize>, Query, description = "At most that many, 1 to 100; 12 when left out"),
    ), responses((status = 200, body = SearchAnswer), (status = 422, body = Problem)))]
pub(crate) async fn search(
    State(app): State<App>,
    parameters: Result<Query<SearchParameters>, QueryRejection>,
) -> Answer<Json<SearchAnswer>> {
    let Query(SearchParameters { q, business, limit }) = parameters?;
    let business = business_or_default(&app, business)?;
    let query = SearchQuery { text: q, limit: limit.unwrap_or(12).clamp(1, 100) };
    Ok(Json(app.ports.memory.search(business, &query).await?.into()))
}
