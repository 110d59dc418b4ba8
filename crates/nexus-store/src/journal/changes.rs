//! The writes of the journal, each a function over the connection of the running transaction.

use nexus_core::{
    Arrow, Instant, RunId,
    journal::{Arrived, Claim, Epoch, IntentState, NewRun, Release, StepKey, StepName, StepRow},
};
use serde_json::json;
use sqlx::SqliteConnection;

use super::{
    rows::{RunRecord, StepRecord, json as from_json, status_word, to_json},
    sql,
};
use crate::StoreError;

type Answer<T> = Result<T, StoreError>;

/// Adds a run unless it exists.
pub(crate) async fn enqueue(connection: &mut SqliteConnection, run: &NewRun, now: Instant) -> Answer<Arrived> {
    let added = sqlx::query(sql::ENQUEUE)
        .bind(run.id.to_string())
        .bind(&run.flow)
        .bind(i64::from(run.version))
        .bind(run.business.to_string())
        .bind(to_json("run", &run.input)?)
        .bind(now.unix_millis())
        .execute(&mut *connection)
        .await
        .map_err(StoreError::database("enqueue a run"))?;
    if added.rows_affected() == 0 {
        return Ok(Arrived::Again);
    }
    event(connection, run.id, now, "enqueued", &json!({ "flow": run.flow, "version": run.version })).await?;
    Ok(Arrived::First)
}

/// Leases the run that has been due longest.
pub(super) async fn claim(
    connection: &mut SqliteConnection,
    worker: &str,
    flows: &[(String, u32)],
    lease_ms: u64,
    now: Instant,
) -> Answer<Option<Claim>> {
    let known: Vec<String> = flows.iter().map(|(flow, version)| format!("{flow}/{version}")).collect();
    let record: Option<RunRecord> = sqlx::query_as(sql::CLAIM)
        .bind(now.unix_millis())
        .bind(i64::try_from(lease_ms).unwrap_or(i64::MAX / 2))
        .bind(worker)
        .bind(to_json("claim", &known)?)
        .fetch_optional(&mut *connection)
        .await
        .map_err(StoreError::database("claim a run"))?;
    let Some(record) = record else { return Ok(None) };
    let run = nexus_core::journal::RunRow::try_from(record)?;
    let id = run.id.to_string();
    let steps: Vec<StepRecord> = sqlx::query_as(sql::STEPS)
        .bind(&id)
        .fetch_all(&mut *connection)
        .await
        .map_err(StoreError::database("read steps"))?;
    let signals: Vec<(String, String)> = sqlx::query_as(sql::SIGNALS)
        .bind(&id)
        .fetch_all(&mut *connection)
        .await
        .map_err(StoreError::database("read signals"))?;
    Ok(Some(Claim {
        run,
        steps: steps.into_iter().map(TryInto::try_into).collect::<Answer<_>>()?,
        signals: signals
            .into_iter()
            .map(|(name, text)| Ok((name, from_json("signal", &text)?)))
            .collect::<Answer<_>>()?,
    }))
}

/// Extends the lease.
pub(super) async fn renew(connection: &mut SqliteConnection, run: RunId, epoch: Epoch, until: Instant) -> Answer<()> {
    let touched = sqlx::query(sql::RENEW)
        .bind(run.to_string())
        .bind(epoch.0)
        .bind(until.unix_millis())
        .execute(connection)
        .await
        .map_err(StoreError::database("renew a lease"))?;
    held(touched.rows_affected(), run, epoch)
}

/// Records a finished step and settles its intent.
pub(super) async fn record(
    connection: &mut SqliteConnection,
    run: RunId,
    epoch: Epoch,
    step: &StepRow,
    now: Instant,
) -> Answer<()> {
    let touched = sqlx::query(sql::FENCE)
        .bind(run.to_string())
        .bind(epoch.0)
        .bind(now.unix_millis())
        .execute(&mut *connection)
        .await
        .map_err(StoreError::database("record a step"))?;
    held(touched.rows_affected(), run, epoch)?;
    let added = sqlx::query(sql::ADD_STEP)
        .bind(run.to_string())
        .bind(step.step.as_str())
        .bind(&step.item)
        .bind(status_word(step.status))
        .bind(to_json("step", &step.output)?)
        .bind(&step.adapter)
        .bind(step.started.unix_millis())
        .bind(i64::try_from(step.ms).unwrap_or(i64::MAX))
        .bind(i64::from(step.attempt))
        .execute(&mut *connection)
        .await
        .map_err(StoreError::database("record a step"))?;
    if added.rows_affected() == 0 {
        return Ok(());
    }
    sqlx::query(sql::SETTLE)
        .bind(run.to_string())
        .bind(step.step.as_str())
        .bind(&step.item)
        .bind(now.unix_millis())
        .execute(&mut *connection)
        .await
        .map_err(StoreError::database("settle an intent"))?;
    let data = json!({
        "step": step.step, "item": step.item, "arrow": step.step.arrow(), "status": step.status,
        "adapter": step.adapter, "ms": step.ms, "attempt": step.attempt,
    });
    event(connection, run, now, "step", &data).await
}

/// Writes an intent.
pub(super) async fn intend(
    connection: &mut SqliteConnection,
    epoch: Epoch,
    key: &StepKey,
    request_hash: &str,
    now: Instant,
) -> Answer<IntentState> {
    let run = key.run.to_string();
    let holds: Option<i64> = sqlx::query_scalar(sql::HOLDS)
        .bind(&run)
        .bind(epoch.0)
        .fetch_optional(&mut *connection)
        .await
        .map_err(StoreError::database("write an intent"))?;
    held(u64::from(holds.is_some()), key.run, epoch)?;
    let added = sqlx::query(sql::INTEND)
        .bind(&run)
        .bind(key.step.as_str())
        .bind(&key.item)
        .bind(request_hash)
        .bind(now.unix_millis())
        .execute(connection)
        .await
        .map_err(StoreError::database("write an intent"))?;
    Ok(if added.rows_affected() == 1 { IntentState::Fresh } else { IntentState::Unsettled })
}

/// Ends a claim.
pub(super) async fn release(
    connection: &mut SqliteConnection,
    run: RunId,
    epoch: Epoch,
    release: &Release,
    now: Instant,
) -> Answer<()> {
    let id = run.to_string();
    let failed = StoreError::database("release a run");
    match release {
        Release::Wait { signal, until } => {
            let state: Option<String> = sqlx::query_scalar(sql::PARK)
                .bind(&id)
                .bind(epoch.0)
                .bind(signal)
                .bind(until.map(Instant::unix_millis))
                .bind(now.unix_millis())
                .fetch_optional(&mut *connection)
                .await
                .map_err(failed)?;
            held(u64::from(state.is_some()), run, epoch)?;
            event(connection, run, now, "waiting", &json!({ "signal": signal, "until": until })).await
        }
        Release::Retry { due, failure } => {
            let touched = sqlx::query(sql::RETRY_LATER)
                .bind(&id)
                .bind(epoch.0)
                .bind(due.unix_millis())
                .bind(to_json("failure", failure)?)
                .bind(now.unix_millis())
                .execute(&mut *connection)
                .await
                .map_err(failed)?;
            held(touched.rows_affected(), run, epoch)?;
            event(connection, run, now, "retry", &json!({ "due": due, "failure": failure })).await
        }
        Release::Done(output) => {
            let touched = sqlx::query(sql::FINISH)
                .bind(&id)
                .bind(epoch.0)
                .bind(to_json("output", output)?)
                .bind(now.unix_millis())
                .execute(&mut *connection)
                .await
                .map_err(failed)?;
            held(touched.rows_affected(), run, epoch)?;
            event(connection, run, now, "done", output).await
        }
        Release::Failed(failure) => {
            let touched = sqlx::query(sql::FAIL)
                .bind(&id)
                .bind(epoch.0)
                .bind(to_json("failure", failure)?)
                .bind(now.unix_millis())
                .execute(&mut *connection)
                .await
                .map_err(failed)?;
            held(touched.rows_affected(), run, epoch)?;
            event(connection, run, now, "failed", &json!(failure)).await
        }
    }
}

/// Delivers a signal and wakes the run if it is parked on it.
pub(crate) async fn signal(
    connection: &mut SqliteConnection,
    run: RunId,
    name: &str,
    payload: &serde_json::Value,
    now: Instant,
) -> Answer<Arrived> {
    let id = run.to_string();
    let failed = StoreError::database("deliver a signal");
    let known: Option<RunRecord> =
        sqlx::query_as(sql::ONE).bind(&id).fetch_optional(&mut *connection).await.map_err(&failed)?;
    if known.is_none() {
        return Err(StoreError::NotFound(format!("there is no run {run}; list the runs to see their ids")));
    }
    let added = sqlx::query(sql::ADD_SIGNAL)
        .bind(&id)
        .bind(name)
        .bind(to_json("signal", payload)?)
        .bind(now.unix_millis())
        .execute(&mut *connection)
        .await
        .map_err(&failed)?;
    if added.rows_affected() == 0 {
        return Ok(Arrived::Again);
    }
    sqlx::query(sql::WAKE)
        .bind(&id)
        .bind(name)
        .bind(now.unix_millis())
        .execute(&mut *connection)
        .await
        .map_err(&failed)?;
    event(connection, run, now, "signal", &json!({ "name": name })).await?;
    Ok(Arrived::First)
}

/// Makes every leased run claimable.
pub(super) async fn recover(connection: &mut SqliteConnection, now: Instant) -> Answer<u64> {
    let touched = sqlx::query(sql::RECOVER)
        .bind(now.unix_millis())
        .execute(connection)
        .await
        .map_err(StoreError::database("recover runs"))?;
    Ok(touched.rows_affected())
}

/// Makes a failed run ready again, forgetting steps first when asked.
pub(super) async fn retry(
    connection: &mut SqliteConnection,
    run: RunId,
    from: Option<Arrow>,
    now: Instant,
) -> Answer<()> {
    let id = run.to_string();
    let failed = StoreError::database("retry a run");
    let revived =
        sqlx::query(sql::REVIVE).bind(&id).bind(now.unix_millis()).execute(&mut *connection).await.map_err(&failed)?;
    if revived.rows_affected() == 0 {
        let known: Option<RunRecord> =
            sqlx::query_as(sql::ONE).bind(&id).fetch_optional(&mut *connection).await.map_err(&failed)?;
        return Err(match known.map(nexus_core::journal::RunRow::try_from).transpose()? {
            None => StoreError::NotFound(format!("there is no run {run}; list the runs to see their ids")),
            Some(row) => {
                StoreError::Conflict(format!("run {run} is {}; only a failed run can be retried", row.state.as_str()))
            }
        });
    }
    if let Some(from) = from {
        let steps: Vec<(i64, String)> =
            sqlx::query_as(sql::STEP_NAMES).bind(&id).fetch_all(&mut *connection).await.map_err(&failed)?;
        for seq in forgotten(steps, from) {
            sqlx::query(sql::FORGET_STEP).bind(seq).execute(&mut *connection).await.map_err(&failed)?;
        }
        sqlx::query(sql::FORGET_INTENTS).bind(&id).execute(&mut *connection).await.map_err(&failed)?;
    }
    event(connection, run, now, "retry", &json!({ "due": now, "from": from })).await
}

/// Steps of `from` and of later arrows, and those that are no arrow and were recorded after the first of them.
fn forgotten(steps: Vec<(i64, String)>, from: Arrow) -> Vec<i64> {
    let mut after = false;
    let mut found = Vec::new();
    for (seq, name) in steps {
        let forget = match StepName::stored(name).arrow() {
            Some(arrow) => arrow >= from,
            None => after,
        };
        if forget {
            after = true;
            found.push(seq);
        }
    }
    found
}

/// Appends an event.
async fn event(
    connection: &mut SqliteConnection,
    run: RunId,
    at: Instant,
    kind: &str,
    data: &serde_json::Value,
) -> Answer<()> {
    sqlx::query(sql::ADD_EVENT)
        .bind(run.to_string())
        .bind(at.unix_millis())
        .bind(kind)
        .bind(data.to_string())
        .execute(connection)
        .await
        .map(drop)
        .map_err(StoreError::database("append an event"))
}

fn held(touched: u64, run: RunId, epoch: Epoch) -> Answer<()> {
    if touched == 1 {
        Ok(())
    } else {
        Err(StoreError::Conflict(format!(
            "run {run} is no longer held with epoch {}; another worker took it over",
            epoch.0
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_retry_forgets_from_the_arrow_on() {
        let names = ["05-fetch-context", "choose-shots", "13-track-beats", "12-send-audio", "plan", "14-send-edit"];
        let steps = || names.iter().zip(1..).map(|(name, seq)| (seq, (*name).to_owned())).collect();
        for (name, from, want) in [
            ("everything", Arrow::Upload, vec![1, 2, 3, 4, 5, 6]),
            ("one in the middle keeps earlier asides", Arrow::TrackBeats, vec![3, 5, 6]),
            ("an arrow recorded late", Arrow::SendAudio, vec![3, 4, 5, 6]),
            ("nothing recorded so far", Arrow::Publish, vec![]),
        ] {
            assert_eq!(forgotten(steps(), from), want, "{name}");
        }
    }
}
