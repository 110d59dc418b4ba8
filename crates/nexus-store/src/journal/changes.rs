//! The writes of the journal of one run at a time, each a function over the connection of the running transaction.

use nexus_core::{
    Arrow, ErrorKind, Instant, RunId,
    journal::{
        Arrived, ChildEnd, Epoch, IntentState, NewRun, Role, RunFailure, RunRow, StepKey, StepName, TURN_MS,
        child_signal,
    },
};
use serde_json::json;
use sqlx::{Any, AnyConnection, any::AnyArguments, query::QueryScalar};

use super::{
    rows::{RunRecord, to_json},
    sql,
};
use crate::{StoreError, database::Engine};

type Answer<T> = Result<T, StoreError>;

/// Adds a run unless it exists.
pub(crate) async fn enqueue(connection: &mut AnyConnection, run: &NewRun, now: Instant) -> Answer<Arrived> {
    add(connection, run, None, now).await
}

async fn add(connection: &mut AnyConnection, run: &NewRun, parent: Option<RunId>, now: Instant) -> Answer<Arrived> {
    let (id, engine) = (run.id.to_string(), Engine::of(connection));
    let told = || Event::new(&id, now, "enqueued", &json!({ "flow": run.flow, "version": run.version }));
    let added = told()
        .with(sql::ENQUEUE.of(engine))
        .bind(&run.flow)
        .bind(i64::from(run.version))
        .bind(run.business.to_string())
        .bind(to_json("run", &run.input)?)
        .bind(run.priority.rank())
        .bind(parent.map(|parent| parent.to_string()))
        .bind(TURN_MS);
    let failed = StoreError::database("enqueue a run");
    if first(connection, added).await.map_err(&failed)?.is_none() {
        return Ok(Arrived::Again);
    }
    if engine == Engine::Postgres {
        first(connection, told().with(sql::ADD_EVENT)).await.map_err(&failed)?;
    }
    Ok(Arrived::First)
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
    held(touched.rows_affected() == 1, run, epoch)
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

/// Lets go of a run until `signal` arrives, at the latest until `until`.
pub(super) async fn park(
    connection: &mut AnyConnection,
    (run, epoch): (RunId, Epoch),
    signal: &str,
    until: Option<Instant>,
    now: Instant,
) -> Answer<()> {
    let (id, engine) = (run.to_string(), Engine::of(connection));
    if engine == Engine::Postgres {
        lock(connection, &id).await?;
    }
    let data = json!({ "signal": signal, "until": until });
    let change = Event::new(&id, now, "waiting", &data).with(sql::PARK.of(engine)).bind(epoch.0);
    let change = change.bind(signal).bind(until.map(Instant::unix_millis));
    let touched = first(connection, change).await.map_err(StoreError::database("release a run"))?;
    held(touched.is_some(), run, epoch)
}

/// Lets go of a run that failed, until `due`.
pub(super) async fn retry_later(
    connection: &mut AnyConnection,
    (run, epoch): (RunId, Epoch),
    due: Instant,
    failure: &RunFailure,
    now: Instant,
) -> Answer<()> {
    let (id, data) = (run.to_string(), json!({ "due": due, "failure": failure }));
    let change = Event::new(&id, now, "retry", &data).with(sql::RETRY_LATER.of(Engine::of(connection)));
    let change = change.bind(epoch.0).bind(due.unix_millis()).bind(to_json("failure", failure)?);
    let touched = first(connection, change).await.map_err(StoreError::database("release a run"))?;
    held(touched.is_some(), run, epoch)
}

/// Lets go of a run that goes on at once, in `role` when it is handed over.
pub(super) async fn hand_back(
    connection: &mut AnyConnection,
    (run, epoch): (RunId, Epoch),
    role: Option<Role>,
    now: Instant,
) -> Answer<()> {
    let (id, data) = (run.to_string(), json!({ "role": role }));
    let change = Event::new(&id, now, "yield", &data).with(sql::YIELD.of(Engine::of(connection)));
    let change = change.bind(epoch.0).bind(role.map(Role::as_str));
    let touched = first(connection, change).await.map_err(StoreError::database("release a run"))?;
    held(touched.is_some(), run, epoch)
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
    let told = Event::new(&id, now, "signal", &json!({ "name": name })).with(sql::ADD_EVENT);
    told.fetch_all(connection).await.map_err(failed)?;
    Ok(Arrived::First)
}

/// Tells the run that waits for this one how it ended.
pub(super) async fn tell_parent(
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
        let change = Event::new(&id, now, "cancelled", &json!({})).with(sql::CANCEL.of(Engine::of(connection)));
        let cancelled = first(connection, change.bind(to_json("failure", &failure)?)).await.map_err(&failed)?;
        let Some(parent) = cancelled else { continue };
        let close = sqlx::query(sql::CLOSE_QUESTIONS).bind(&id).bind(now.unix_millis());
        close.execute(&mut *connection).await.map_err(&failed)?;
        if id == run.to_string() {
            arrived = Arrived::First;
            tell_parent(connection, parent, run, &ChildEnd::Failed(failure.clone()), now).await?;
        }
    }
    if arrived == Arrived::Again && lock(connection, &run.to_string()).await?.is_none() {
        return Err(unknown(run));
    }
    Ok(arrived)
}

/// Makes every leased run claimable, and counts the pauses of all others anew that began in what is now the future.
pub(super) async fn recover(connection: &mut AnyConnection, now: Instant) -> Answer<u64> {
    let failed = StoreError::database("recover runs");
    sqlx::query(sql::ASSIGN_LANES).execute(&mut *connection).await.map_err(&failed)?;
    let touched = sqlx::query(sql::RECOVER).bind(now.unix_millis()).execute(&mut *connection).await.map_err(&failed)?;
    let pulled = sqlx::query(sql::PULL_IN).bind(now.unix_millis()).execute(connection).await.map_err(&failed)?;
    if pulled.rows_affected() > 0 {
        tracing::warn!(
            runs = pulled.rows_affected(),
            "the clock of this machine stands before what is written down; pauses and deadlines are counted anew from now"
        );
    }
    Ok(touched.rows_affected())
}

/// Makes a failed run ready again, forgetting steps first when asked.
pub(super) async fn retry(connection: &mut AnyConnection, run: RunId, from: Option<Arrow>, now: Instant) -> Answer<()> {
    let id = run.to_string();
    let failed = StoreError::database("retry a run");
    if !revive(connection, &id, &json!({ "due": now, "from": from }), now).await? {
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
        revive(connection, &child, &json!({ "due": now }), now).await?;
        forget_signal(connection, &id, super::rows::id("run", &child)?).await?;
    }
    let parent: Option<Option<String>> =
        sqlx::query_scalar(sql::PARENT).bind(&id).fetch_optional(&mut *connection).await.map_err(&failed)?;
    if let Some(parent) = parent.flatten() {
        // Whoever failed with it goes on, and waits for it anew.
        forget_signal(connection, &parent, run).await?;
        revive(connection, &parent, &json!({ "due": now }), now).await?;
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
    Ok(())
}

/// Makes a failed run ready; false when it has not failed.
async fn revive(connection: &mut AnyConnection, run: &str, data: &serde_json::Value, now: Instant) -> Answer<bool> {
    let change = Event::new(run, now, "retry", data).with(sql::REVIVE.of(Engine::of(connection)));
    let revived = first(connection, change).await.map_err(StoreError::database("retry a run"))?;
    Ok(revived.is_some())
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
    held(holds.is_some(), run, epoch)
}

/// What is told of a change.
struct Event<'a> {
    run: &'a str,
    at: Instant,
    kind: &'static str,
    data: String,
}

/// A statement that answers one word of the run that it changed.
type Change<'a> = QueryScalar<'a, Any, Option<String>, AnyArguments>;

impl<'a> Event<'a> {
    fn new(run: &'a str, at: Instant, kind: &'static str, data: &serde_json::Value) -> Self {
        Self { run, at, kind, data: data.to_string() }
    }

    /// A statement with this event as its first four values.
    fn with<'q>(self, statement: &'static str) -> Change<'q> {
        sqlx::query_scalar(statement)
            .bind(self.run.to_owned())
            .bind(self.at.unix_millis())
            .bind(self.kind)
            .bind(self.data)
    }
}

/// The answer of a change, when anything was changed. All of it is read, so that what follows in the statement is done.
async fn first(connection: &mut AnyConnection, change: Change<'_>) -> Result<Option<Option<String>>, sqlx::Error> {
    Ok(change.fetch_all(connection).await?.into_iter().next())
}

fn unknown(run: RunId) -> StoreError {
    StoreError::NotFound(format!("there is no run {run}; list the runs to see their ids"))
}

pub(super) fn held(is_held: bool, run: RunId, epoch: Epoch) -> Answer<()> {
    if is_held {
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
