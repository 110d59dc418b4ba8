//! The three writes of which a busy engine makes most, each for many runs in one statement.

use std::collections::{BTreeMap, BTreeSet};

use nexus_core::{
    Instant, RunId,
    journal::{ChildEnd, Claim, Claimable, Epoch, Release, StepRow},
};
use serde::Serialize;
use serde_json::json;
use sqlx::AnyConnection;

use super::{
    changes::{hand_back, held, park, retry_later, tell_parent},
    claims::claim_some,
    merged::Merged,
    rows::{id, status_word, to_json},
    sql,
};
use crate::{
    StoreError,
    database::{Engine, Scope},
    writer::Writer,
};

/// A run that a worker holds.
type Held = (RunId, Epoch);

/// A finished step of a run that is held.
#[derive(Clone)]
pub(super) struct Finished {
    pub(super) held: Held,
    pub(super) step: StepRow,
    pub(super) at: Instant,
}

/// A run that its worker lets go of.
#[derive(Clone)]
pub(super) struct LetGo {
    pub(super) held: Held,
    pub(super) release: Release,
    pub(super) at: Instant,
}

/// A run that has ended.
pub(super) struct Ended {
    pub(super) held: Held,
    pub(super) end: ChildEnd,
    pub(super) at: Instant,
}

/// A worker that has a hand free.
#[derive(Clone)]
pub(super) struct Wanted {
    pub(super) by: Worker,
    pub(super) at: Instant,
    /// Ended leases are looked for first.
    pub(super) look: bool,
}

/// Who asks, and what may be given.
#[derive(Clone, PartialEq)]
pub(super) struct Worker {
    pub(super) name: String,
    pub(super) kinds: Vec<Claimable>,
    pub(super) lease_ms: u64,
}

/// Where these requests gather. An inner error is of one request alone: it holds its run no more.
pub(crate) struct Together {
    pub(super) finished: Merged<Finished, Result<(), StoreError>>,
    pub(super) released: Merged<LetGo, Result<(), StoreError>>,
    pub(super) wanted: Merged<Wanted, Option<Claim>>,
}

impl Together {
    pub(crate) fn start(writer: &Writer) -> Self {
        Self {
            finished: gather(writer, |_| true, |connection, all| Box::pin(record(connection, all))),
            released: gather(writer, |_| true, |connection, all| Box::pin(release(connection, all))),
            // A claim wakes others too: there may be more to claim.
            wanted: gather(
                writer,
                |claims| claims.iter().any(Option::is_some),
                |connection, all| Box::pin(claim(connection, all)),
            ),
        }
    }
}

type Work<Q, A> =
    for<'c> fn(&'c mut AnyConnection, Vec<Q>) -> futures::future::BoxFuture<'c, Result<Vec<A>, StoreError>>;

fn gather<Q: Clone + Send + 'static, A: Send + 'static>(
    writer: &Writer,
    wakes: fn(&Vec<A>) -> bool,
    work: Work<Q, A>,
) -> Merged<Q, A> {
    let writer = writer.clone();
    Merged::start(move |all: Vec<Q>| {
        let writer = writer.clone();
        Box::pin(async move { writer.run(Scope::All, wakes, move |connection| work(connection, all)).await })
    })
}

/// As the statement reads it.
#[derive(Serialize)]
struct StepLine {
    run: String,
    epoch: i64,
    at: i64,
    step: String,
    item: String,
    status: &'static str,
    output: String,
    adapter: String,
    started: i64,
    ms: i64,
    attempt: u32,
    data: String,
}

/// Records finished steps, which settles their intents.
async fn record(connection: &mut AnyConnection, all: Vec<Finished>) -> Result<Vec<Result<(), StoreError>>, StoreError> {
    let (mut seen, mut lines) = (BTreeSet::new(), Vec::with_capacity(all.len()));
    for Finished { held: (run, epoch), step, at } in &all {
        // The same step twice would be told twice.
        if !seen.insert((*run, epoch.0, step.step.as_str(), step.item.as_str())) {
            continue;
        }
        let data = json!({
            "step": step.step, "item": step.item, "arrow": step.step.arrow(), "status": step.status,
            "adapter": step.adapter, "ms": step.ms, "attempt": step.attempt,
        });
        lines.push(StepLine {
            run: run.to_string(),
            epoch: epoch.0,
            at: at.unix_millis(),
            step: step.step.as_str().to_owned(),
            item: step.item.clone(),
            status: status_word(step.status),
            output: to_json("step", &step.output)?,
            adapter: step.adapter.clone(),
            started: step.started.unix_millis(),
            ms: i64::try_from(step.ms).unwrap_or(i64::MAX),
            attempt: step.attempt,
            data: data.to_string(),
        });
    }
    let rows: Vec<(String, i64)> = sqlx::query_as(sql::RECORD.of(Engine::of(connection)))
        .bind(to_json("step", &lines)?)
        .fetch_all(connection)
        .await
        .map_err(StoreError::database("record a step"))?;
    let touched = rows.into_iter().map(|(run, epoch)| Ok((id("run", &run)?, epoch)));
    let touched: BTreeSet<(RunId, i64)> = touched.collect::<Result<_, StoreError>>()?;
    Ok(all.iter().map(|one| held(touched.contains(&(one.held.0, one.held.1.0)), one.held.0, one.held.1)).collect())
}

/// Lets runs go: those that have ended in one statement, the others one by one.
async fn release(connection: &mut AnyConnection, all: Vec<LetGo>) -> Result<Vec<Result<(), StoreError>>, StoreError> {
    let mut answers = Vec::with_capacity(all.len());
    let (mut ended, mut places) = (Vec::new(), Vec::new());
    for (place, LetGo { held, release, at }) in all.into_iter().enumerate() {
        answers.push(match release {
            Release::Done(output) => {
                ended.push(Ended { held, end: ChildEnd::Done(output), at });
                places.push(place);
                Ok(())
            }
            Release::Failed(failure) => {
                ended.push(Ended { held, end: ChildEnd::Failed(failure), at });
                places.push(place);
                Ok(())
            }
            Release::Wait { signal, until } => alone(park(connection, held, &signal, until, at).await)?,
            Release::Retry { due, failure } => alone(retry_later(connection, held, due, &failure, at).await)?,
            Release::Yield { role } => alone(hand_back(connection, held, role, at).await)?,
        });
    }
    for (place, answer) in places.into_iter().zip(end(connection, ended).await?) {
        answers[place] = answer;
    }
    Ok(answers)
}

/// A lost lease concerns one request alone; anything else undoes the statement.
fn alone(answer: Result<(), StoreError>) -> Result<Result<(), StoreError>, StoreError> {
    match answer {
        Err(error) if !matches!(error, StoreError::Conflict(_)) => Err(error),
        answer => Ok(answer),
    }
}

/// As the statement reads it.
#[derive(Serialize)]
struct EndLine {
    run: String,
    epoch: i64,
    at: i64,
    state: &'static str,
    output: Option<String>,
    error: Option<String>,
}

/// Ends runs, and tells those who wait for them.
pub(super) async fn end(
    connection: &mut AnyConnection,
    all: Vec<Ended>,
) -> Result<Vec<Result<(), StoreError>>, StoreError> {
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let mut lines = Vec::with_capacity(all.len());
    for Ended { held: (run, epoch), end, at } in &all {
        let (state, output, error) = match end {
            ChildEnd::Done(output) => ("done", Some(to_json("output", output)?), None),
            ChildEnd::Failed(failure) => ("failed", None, Some(to_json("failure", failure)?)),
        };
        lines.push(EndLine { run: run.to_string(), epoch: epoch.0, at: at.unix_millis(), state, output, error });
    }
    let rows: Vec<(String, i64, Option<String>)> = sqlx::query_as(sql::END.of(Engine::of(connection)))
        .bind(to_json("runs", &lines)?)
        .fetch_all(&mut *connection)
        .await
        .map_err(StoreError::database("end a run"))?;
    let ended = rows.into_iter().map(|(run, epoch, parent)| Ok(((id("run", &run)?, epoch), parent)));
    let mut parents: BTreeMap<(RunId, i64), Option<String>> = ended.collect::<Result<_, StoreError>>()?;
    let mut answers = Vec::with_capacity(all.len());
    for Ended { held: (run, epoch), end, at } in all {
        let ended = parents.remove(&(run, epoch.0));
        answers.push(held(ended.is_some(), run, epoch));
        tell_parent(connection, ended.flatten(), run, &end, at).await?;
    }
    Ok(answers)
}

/// Leases as many runs as are wanted, while there are any.
async fn claim(connection: &mut AnyConnection, all: Vec<Wanted>) -> Result<Vec<Option<Claim>>, StoreError> {
    let mut answers: Vec<Option<Claim>> = all.iter().map(|_| None).collect();
    let mut open: Vec<usize> = (0..all.len()).collect();
    while let Some(first) = open.first().map(|place| all[*place].clone()) {
        let (alike, rest): (Vec<usize>, Vec<usize>) = open.iter().partition(|place| all[**place].by == first.by);
        let look = alike.iter().any(|place| all[*place].look);
        let claims = claim_some(connection, &first.by, alike.len(), (first.at, look)).await?;
        for (place, claim) in alike.into_iter().zip(claims) {
            answers[place] = Some(claim);
        }
        open = rest;
    }
    Ok(answers)
}
