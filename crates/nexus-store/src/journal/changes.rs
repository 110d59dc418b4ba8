//! The writes of the journal, each a function over the connection of the running transaction.

use std::collections::BTreeSet;

use nexus_core::{
    Arrow, ErrorKind, Instant, RunId,
    journal::{
        Arrived, ChildEnd, Claim, Claimable, Epoch, IntentState, MOST_CRASHES, NewRun, Release, Role, RunFailure,
        RunRow, StepKey, StepName, StepRow, TURN_MS, child_signal,
    },
};
use serde_json::json;
use sqlx::AnyConnection;

use super::{
    rows::{RunRecord, StepRecord, json as from_json, status_word, to_json},
    sql,
};
use crate::{StoreError, database::Engine};

type Answer<T> = Result<T, StoreError>;

/// Adds a run unless it exists.
pub(crate) async fn enqueue(connection: &mut AnyConnection, run: &NewRun, now: Instant) -> Answer<Arrived> {
    add(connection, run, None, now).await
}

async fn add(connection: &mut AnyConnection, run: &NewRun, parent: Option<RunId>, now: Instant) -> Answer<Arrived> {
    let added = sqlx::query(sql::ENQUEUE)
        .bind(run.id.to_string())
        .bind(&run.flow)
        .bind(i64::from(run.version))
        .bind(run.business.to_string())
        .bind(to_json("run", &run.input)?)
        .bind(now.unix_millis())
        .bind(run.priority.rank())
        .bind(parent.map(|parent| parent.to_string()))
        .bind(TURN_MS)
        .execute(&mut *connection)
        .await
        .map_err(StoreError::database("enqueue a run"))?;
    if added.rows_affected() == 0 {
        return Ok(Arrived::Again);
    }
    event(connection, run.id, now, "enqueued", &json!({ "flow": run.flow, "version": run.version })).await?;
    Ok(Arrived::First)
}

/// Leases the run whose turn it is. Ended leases are looked for when nothing else is due, and first when `look`.
pub(super) async fn claim(
    connection: &mut AnyConnection,
    worker: &str,
    kinds: &[Claimable],
    lease_ms: u64,
    (now, look): (Instant, bool),
) -> Answer<Option<Claim>> {
    let known: String = kinds.iter().fold(",".into(), |known, kind| known + &kind_word(kind) + ",");
    let lanes: BTreeSet<&str> = kinds.iter().map(lane).collect();
    let lanes = to_json("claim", &lanes)?;
    let engine = Engine::of(connection);
    let mut may_expire = true;
    if look {
        expire(connection, engine, now).await?;
        may_expire = false;
    }
    loop {
        let record: Option<RunRecord> = sqlx::query_as(sql::CLAIM.of(engine))
            .bind(now.unix_millis())
            .bind(i64::try_from(lease_ms).unwrap_or(i64::MAX / 2))
            .bind(worker)
            .bind(&known)
            .bind(&lanes)
            .fetch_optional(&mut *connection)
            .await
            .map_err(StoreError::database("claim a run"))?;
        let Some(record) = record else {
            if std::mem::take(&mut may_expire) && expire(connection, engine, now).await? {
                continue;
            }
            return Ok(None);
        };
        let id = record.id().to_owned();
        let run = match RunRow::try_from(record) {
            Ok(run) => run,
            Err(error) => {
                set_aside(connection, &id, &error, now).await?;
                continue;
            }
        };
        if run.crashes < MOST_CRASHES {
            return complete(connection, run).await.map(Some);
        }
        let cause = RunFailure {
            kind: ErrorKind::Bug,
            step: "worker".into(),
            message: format!(
                "its worker ended {} times in the middle of it, so it was set aside; look at the worker's log and \
                 memory, then run it again with `nexus run retry {}`",
                run.crashes, run.id
            ),
        };
        release(connection, run.id, run.epoch, &Release::Failed(cause), now).await?;
    }
}

/// Fails a run that cannot be read, with plain words that every version reads.
async fn set_aside(connection: &mut AnyConnection, id: &str, error: &StoreError, now: Instant) -> Answer<()> {
    let message = format!("{error}; `nexus run retry` takes it up once a program that reads it runs here");
    let cause = RunFailure { kind: ErrorKind::Bug, step: "claim".into(), message };
    sqlx::query(sql::SET_ASIDE)
        .bind(id)
        .bind(to_json("failure", &cause)?)
        .bind(now.unix_millis())
        .execute(connection)
        .await
        .map(drop)
        .map_err(StoreError::database("set a run aside"))
}

/// Makes ready what a lease or a deadline held; true when there was any.
async fn expire(connection: &mut AnyConnection, engine: Engine, now: Instant) -> Answer<bool> {
    let expire = sqlx::query(sql::EXPIRE.of(engine)).bind(now.unix_millis());
    let expired = expire.execute(connection).await.map_err(StoreError::database("look for ended leases"))?;
    Ok(expired.rows_affected() > 0)
}

/// `flow/version`, and the role of a run that was handed over.
fn kind_word(Claimable { flow, version, role }: &Claimable) -> String {
    match role {
        None => format!("{flow}/{version}"),
        Some(role) => format!("{flow}/{version}/{}", role.as_str()),
    }
}

/// Where such runs queue: with others of the role that they were handed to, else of their flow.
fn lane(kind: &Claimable) -> &str {
    match kind.role {
        Some(role) => role.as_str(),
        None => &kind.flow,
    }
}

/// A claimed run with what was recorded of it.
async fn complete(connection: &mut AnyConnection, run: RunRow) -> Answer<Claim> {
    let id = run.id.to_string();
    // Nobody had it before, so nobody recorded anything.
    let steps: Vec<StepRecord> = if run.epoch.0 == 1 {
        Vec::new()
    } else {
        let steps = sqlx::query_as(sql::STEPS).bind(&id).fetch_all(&mut *connection).await;
        steps.map_err(StoreError::database("read steps"))?
    };
    let signals: Vec<(String, String)> = sqlx::query_as(sql::SIGNALS)
        .bind(&id)
        .fetch_all(&mut *connection)
        .await
        .map_err(StoreError::database("read signals"))?;
    Ok(Claim {
        run,
        steps: steps.into_iter().map(TryInto::try_into).collect::<Answer<_>>()?,
        signals: signals
            .into_iter()
            .map(|(name, text)| Ok((name, from_json("signal", &text)?)))
            .collect::<Answer<_>>()?,
    })
}

/// Adds runs whose end `parent` learns.
pub(super) async fn spawn(
    connection: &mut AnyConnection,
    parent: RunId,
    epoch: Epoch,
    children: &[NewRun],
    now: Instant,
) -> Answer<()> {
    holds(connection, parent, epoch).await?;
    for child in children {
        add(connection, child, Some(parent), now).await?;
    }
    Ok(())
}

/// Extends the lease.
pub(super) async fn renew(connection: &mut AnyConnection, run: RunId, epoch: Epoch, until: Instant) -> Answer<()> {
    let touched = sqlx::query(sql::RENEW)
        .bind(run.to_string())
        .bind(epoch.0)
        .bind(until.unix_millis())
        .execute(connection)
        .await
        .map_err(StoreError::database("renew a lease"))?;
    held(touched.rows_affected(), run, epoch)
}

/// Records a finished step, which settles its intent.
pub(super) async fn record(
    connection: &mut AnyConnection,
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
    let data = json!({
        "step": step.step, "item": step.item, "arrow": step.step.arrow(), "status": step.status,
        "adapter": step.adapter, "ms": step.ms, "attempt": step.attempt,
    });
    event(connection, run, now, "step", &data).await
}

/// Writes an intent.
pub(super) async fn intend(
    connection: &mut AnyConnection,
    epoch: Epoch,
    key: &StepKey,
    request_hash: &str,
    now: Instant,
) -> Answer<IntentState> {
    let run = key.run.to_string();
    holds(connection, key.run, epoch).await?;
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
    connection: &mut AnyConnection,
    run: RunId,
    epoch: Epoch,
    release: &Release,
    now: Instant,
) -> Answer<()> {
    let id = run.to_string();
    let failed = StoreError::database("release a run");
    match release {
        Release::Wait { signal, until } => {
            lock(connection, &id).await?;
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
        Release::Yield { role } => {
            let touched = sqlx::query(sql::YIELD)
                .bind(&id)
                .bind(epoch.0)
                .bind(now.unix_millis())
                .bind(role.map(Role::as_str))
                .execute(&mut *connection)
                .await
                .map_err(failed)?;
            held(touched.rows_affected(), run, epoch)?;
            event(connection, run, now, "yield", &json!({ "role": role })).await
        }
        Release::Done(output) => {
            let parent: Option<Option<String>> = sqlx::query_scalar(sql::FINISH)
                .bind(&id)
                .bind(epoch.0)
                .bind(to_json("output", output)?)
                .bind(now.unix_millis())
                .fetch_optional(&mut *connection)
                .await
                .map_err(failed)?;
            held(u64::from(parent.is_some()), run, epoch)?;
            event(connection, run, now, "done", output).await?;
            tell_parent(connection, parent.flatten(), run, &ChildEnd::Done(output.clone()), now).await
        }
        Release::Failed(failure) => {
            let parent: Option<Option<String>> = sqlx::query_scalar(sql::FAIL)
                .bind(&id)
                .bind(epoch.0)
                .bind(to_json("failure", failure)?)
                .bind(now.unix_millis())
                .fetch_optional(&mut *connection)
                .await
                .map_err(failed)?;
            held(u64::from(parent.is_some()), run, epoch)?;
            event(connection, run, now, "failed", &json!(failure)).await?;
            tell_parent(connection, parent.flatten(), run, &ChildEnd::Failed(failure.clone()), now).await
        }
    }
}

/// Delivers a signal and wakes the run if it is parked on it.
pub(crate) async fn signal(
    connection: &mut AnyConnection,
    run: RunId,
    name: &str,
    payload: &serde_json::Value,
    now: Instant,
) -> Answer<Arrived> {
    let id = run.to_string();
    let failed = StoreError::database("deliver a signal");
    if lock(connection, &id).await?.is_none() {
        return Err(unknown(run));
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

/// Tells the run that waits for this one how it ended.
async fn tell_parent(
    connection: &mut AnyConnection,
    parent: Option<String>,
    child: RunId,
    end: &ChildEnd,
    now: Instant,
) -> Answer<()> {
    let Some(parent) = parent else { return Ok(()) };
    // The child may have ended before, and been taken up again: the last word counts.
    forget_signal(connection, &parent, child).await?;
    let parent = super::rows::id("run", &parent)?;
    signal(connection, parent, &child_signal(child), &json!(end), now).await.map(drop)
}

/// Forgets how a child ended.
async fn forget_signal(connection: &mut AnyConnection, parent: &str, child: RunId) -> Answer<()> {
    let forget = sqlx::query(sql::FORGET_SIGNAL).bind(parent).bind(child_signal(child));
    forget.execute(connection).await.map(drop).map_err(StoreError::database("forget a signal"))
}

/// Ends a run and its children.
pub(super) async fn cancel(connection: &mut AnyConnection, run: RunId, now: Instant) -> Answer<Arrived> {
    let failed = StoreError::database("cancel a run");
    let failure = RunFailure {
        kind: ErrorKind::Refused,
        step: "cancel".into(),
        message: format!("it was cancelled; `nexus run retry {run}` takes it up again"),
    };
    // Nothing is added below it from here on.
    lock(connection, &run.to_string()).await?;
    let mut below: Vec<String> =
        sqlx::query_scalar(sql::CHILDREN).bind(run.to_string()).fetch_all(&mut *connection).await.map_err(&failed)?;
    below.push(run.to_string());
    let mut arrived = Arrived::Again;
    for id in below {
        let cancelled: Option<Option<String>> = sqlx::query_scalar(sql::CANCEL)
            .bind(&id)
            .bind(now.unix_millis())
            .bind(to_json("failure", &failure)?)
            .fetch_optional(&mut *connection)
            .await
            .map_err(&failed)?;
        let Some(parent) = cancelled else { continue };
        let close = sqlx::query(sql::CLOSE_QUESTIONS).bind(&id).bind(now.unix_millis());
        close.execute(&mut *connection).await.map_err(&failed)?;
        let cancelled: RunId = super::rows::id("run", &id)?;
        event(connection, cancelled, now, "cancelled", &json!({})).await?;
        if cancelled == run {
            arrived = Arrived::First;
            tell_parent(connection, parent, run, &ChildEnd::Failed(failure.clone()), now).await?;
        }
    }
    if arrived == Arrived::Again && lock(connection, &run.to_string()).await?.is_none() {
        return Err(unknown(run));
    }
    Ok(arrived)
}

/// Makes every leased run claimable, and what a clock that was ahead put off for more than a day.
pub(super) async fn recover(connection: &mut AnyConnection, now: Instant) -> Answer<u64> {
    let failed = StoreError::database("recover runs");
    sqlx::query(sql::ASSIGN_LANES).execute(&mut *connection).await.map_err(&failed)?;
    let touched = sqlx::query(sql::RECOVER).bind(now.unix_millis()).execute(&mut *connection).await.map_err(&failed)?;
    let far = now.after(std::time::Duration::from_secs(24 * 60 * 60));
    let pull = sqlx::query(sql::PULL_IN).bind(now.unix_millis()).bind(far.unix_millis());
    pull.execute(connection).await.map_err(&failed)?;
    Ok(touched.rows_affected())
}

/// Makes a failed run ready again, forgetting steps first when asked.
pub(super) async fn retry(connection: &mut AnyConnection, run: RunId, from: Option<Arrow>, now: Instant) -> Answer<()> {
    let id = run.to_string();
    let failed = StoreError::database("retry a run");
    let revived =
        sqlx::query(sql::REVIVE).bind(&id).bind(now.unix_millis()).execute(&mut *connection).await.map_err(&failed)?;
    if revived.rows_affected() == 0 {
        let known: Option<RunRecord> =
            sqlx::query_as(sql::ONE).bind(&id).fetch_optional(&mut *connection).await.map_err(&failed)?;
        return Err(match known.map(RunRow::try_from).transpose()? {
            None => unknown(run),
            Some(row) => StoreError::Conflict(format!(
                "run {run} is {}; only a failed or cancelled run can be retried",
                row.state.as_str()
            )),
        });
    }
    let children: Vec<String> =
        sqlx::query_scalar(sql::FAILED_CHILDREN).bind(&id).fetch_all(&mut *connection).await.map_err(&failed)?;
    for child in children {
        let revive = sqlx::query(sql::REVIVE).bind(&child).bind(now.unix_millis());
        revive.execute(&mut *connection).await.map_err(&failed)?;
        let child: RunId = super::rows::id("run", &child)?;
        forget_signal(connection, &id, child).await?;
        event(connection, child, now, "retry", &json!({ "due": now })).await?;
    }
    let parent: Option<Option<String>> =
        sqlx::query_scalar(sql::PARENT).bind(&id).fetch_optional(&mut *connection).await.map_err(&failed)?;
    if let Some(parent) = parent.flatten() {
        // Whoever failed with it goes on, and waits for it anew.
        forget_signal(connection, &parent, run).await?;
        let revive = sqlx::query(sql::REVIVE).bind(&parent).bind(now.unix_millis());
        if revive.execute(&mut *connection).await.map_err(&failed)?.rows_affected() == 1 {
            event(connection, super::rows::id("run", &parent)?, now, "retry", &json!({ "due": now })).await?;
        }
    }
    if let Some(from) = from {
        sqlx::query(sql::BEGIN_AGAIN).bind(&id).execute(&mut *connection).await.map_err(&failed)?;
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

/// Makes others that change the run wait until this transaction ends; its state, when there is such a run.
async fn lock(connection: &mut AnyConnection, run: &str) -> Answer<Option<String>> {
    let lock = sql::LOCK.of(Engine::of(connection));
    sqlx::query_scalar(lock).bind(run).fetch_optional(connection).await.map_err(StoreError::database("lock a run"))
}

/// The fence of what changes no row of the run itself.
async fn holds(connection: &mut AnyConnection, run: RunId, epoch: Epoch) -> Answer<()> {
    let fence = sql::HOLDS.of(Engine::of(connection));
    let holds: Option<i64> = sqlx::query_scalar(fence)
        .bind(run.to_string())
        .bind(epoch.0)
        .fetch_optional(connection)
        .await
        .map_err(StoreError::database("look at a lease"))?;
    held(u64::from(holds.is_some()), run, epoch)
}

/// Appends an event.
async fn event(
    connection: &mut AnyConnection,
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

fn unknown(run: RunId) -> StoreError {
    StoreError::NotFound(format!("there is no run {run}; list the runs to see their ids"))
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
