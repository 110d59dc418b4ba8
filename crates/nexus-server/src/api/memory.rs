//! What a brand is remembered by: read, taught, edited, forgotten.

use axum::{
    Json,
    extract::{
        Path, Query, State,
        rejection::{JsonRejection, PathRejection, QueryRejection},
    },
    http::StatusCode,
};
use nexus_core::{
    BusinessId, StatementId,
    brand::{Evidence, Leaning, Lesson, Origin, Statement},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Answer, business_or_default};
use crate::{App, Problem};

/// Statements that a question gives at most.
const MOST_RECALLED: usize = 20;

#[derive(Deserialize)]
pub(crate) struct Whose {
    /// Whose memory; may be left out when there is one business.
    business: Option<BusinessId>,
    /// Only what is near to this in meaning.
    q: Option<String>,
}

/// One sentence of the memory.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct StatementTold {
    /// Its id.
    #[schema(value_type = String)]
    id: StatementId,
    /// One sentence.
    text: String,
    /// `more`, `less`, `never` or `voice`.
    #[schema(value_type = String)]
    leaning: Leaning,
    /// What it speaks of.
    topic: String,
    /// How surely, 0 to 1.
    weight: f64,
    /// True when the owner wrote or edited it.
    by_owner: bool,
    /// How near it is to the question, 0 to 1, when there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    /// What it rests on, newest first.
    evidence: Vec<EvidenceTold>,
}

/// A piece of evidence.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct EvidenceTold {
    /// `owner`, `document`, `wish`, `declined` or `approved`.
    #[schema(value_type = String)]
    origin: Origin,
    /// The owner's words; empty for what was only done.
    words: String,
    /// The run whose film it was about.
    run: Option<String>,
    /// When.
    at: String,
}

impl StatementTold {
    fn new(statement: Statement, score: Option<f64>) -> Self {
        let Statement { id, text, leaning, topic, weight, by_owner, evidence } = statement;
        let told = |Evidence { origin, words, run, at, .. }: Evidence| EvidenceTold {
            origin,
            words,
            run: run.map(|run| run.to_string()),
            at: at.rfc3339(),
        };
        let evidence = evidence.into_iter().map(told).collect();
        Self { id, text, leaning, topic, weight, by_owner, score, evidence }
    }
}

fn told(statements: Vec<Statement>) -> Json<Vec<StatementTold>> {
    Json(statements.into_iter().map(|statement| StatementTold::new(statement, None)).collect())
}

/// Every statement, the surest first; with `q` the nearest to it.
#[utoipa::path(get, path = "/v1/memory", params(
        ("business" = Option<String>, Query, description = "Whose memory; may be left out when there is one business"),
        ("q" = Option<String>, Query, description = "Only what is near to this in meaning"),
    ), responses((status = 200, body = Vec<StatementTold>), (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(app): State<App>,
    whose: Result<Query<Whose>, QueryRejection>,
) -> Answer<Json<Vec<StatementTold>>> {
    let Query(Whose { business, q }) = whose?;
    let business = business_or_default(&app, business)?;
    let Some(question) = q else { return Ok(told(app.ports.brand.statements(business).await?)) };
    let recalled = app.ports.brand.recall(business, &question, MOST_RECALLED).await?;
    Ok(Json(recalled.into_iter().map(|found| StatementTold::new(found.statement, Some(found.score))).collect()))
}

/// Something to remember.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Teaching {
    /// One sentence, or a whole document on the brand's voice.
    words: String,
    /// The document's name, when it is one.
    document: Option<String>,
}

/// Tells the memory something; the statements that follow from it.
#[utoipa::path(post, path = "/v1/memory", request_body = Teaching, params(
        ("business" = Option<String>, Query, description = "Whose memory; may be left out when there is one business"),
    ), responses((status = 201, body = Vec<StatementTold>), (status = 422, body = Problem)))]
pub(crate) async fn teach(
    State(app): State<App>,
    whose: Result<Query<Whose>, QueryRejection>,
    teaching: Result<Json<Teaching>, JsonRejection>,
) -> Answer<(StatusCode, Json<Vec<StatementTold>>)> {
    let business = business_or_default(&app, whose?.0.business)?;
    let Json(Teaching { words, document }) = teaching?;
    let learnt = app.ports.brand.learn(business, &Lesson::Told { words, document }).await?;
    Ok((StatusCode::CREATED, told(learnt)))
}

/// What a statement is to say.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Edit {
    /// One sentence.
    text: String,
}

/// Makes a statement say something else.
#[utoipa::path(patch, path = "/v1/memory/{statement}", request_body = Edit, params(
        ("statement" = String, Path, description = "Its id"),
        ("business" = Option<String>, Query, description = "Whose memory; may be left out when there is one business"),
    ), responses((status = 200, body = StatementTold), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn edit(
    State(app): State<App>,
    statement: Result<Path<StatementId>, PathRejection>,
    whose: Result<Query<Whose>, QueryRejection>,
    edit: Result<Json<Edit>, JsonRejection>,
) -> Answer<Json<StatementTold>> {
    let business = business_or_default(&app, whose?.0.business)?;
    let (Path(id), Json(Edit { text })) = (statement?, edit?);
    Ok(Json(StatementTold::new(app.ports.brand.edit(business, id, &text).await?, None)))
}

/// Forgets a statement and what it rests on.
#[utoipa::path(delete, path = "/v1/memory/{statement}", params(
        ("statement" = String, Path, description = "Its id"),
        ("business" = Option<String>, Query, description = "Whose memory; may be left out when there is one business"),
    ), responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn forget(
    State(app): State<App>,
    statement: Result<Path<StatementId>, PathRejection>,
    whose: Result<Query<Whose>, QueryRejection>,
) -> Answer<StatusCode> {
    let business = business_or_default(&app, whose?.0.business)?;
    app.ports.brand.forget(business, statement?.0).await?;
    Ok(StatusCode::NO_CONTENT)
}
