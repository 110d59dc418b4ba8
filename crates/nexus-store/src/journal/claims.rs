//! Leases: whose turn it is, and whose lease has ended.

use std::collections::{BTreeMap, BTreeSet};

use nexus_core::{
    ErrorKind, Instant,
    journal::{ChildEnd, Claim, Claimable, MOST_CRASHES, RunFailure, RunRow},
};
use sqlx::AnyConnection;

use super::{
    rows::{RunRecord, StepRecord, json as from_json, to_json},
    sql,
    together::{Ended, Worker, end},
};
use crate::{StoreError, database::Engine};

type Answer<T> = Result<T, StoreError>;

/// Leases the runs whose turn it is, at most `most`. Ended leases are looked for when nothing else is due, and first when
/// `look`.
pub(super) async fn claim_some(
    connection: &mut AnyConnection,
    Worker { name, kinds, lease_ms }: &Worker,
    most: usize,
    (now, look): (Instant, bool),
) -> Answer<Vec<Claim>> {
    let known: String = kinds.iter().fold(",".into(), |known, kind| known + &kind_word(kind) + ",");
    let lanes: BTreeSet<&str> = kinds.iter().map(lane).collect();
    let lanes = to_json("claim", &lanes)?;
    let engine = Engine::of(connection);
    let mut may_expire = true;
    if look {
        expire(connection, engine, now).await?;
        may_expire = false;
    }
    let mut claims = Vec::new();
    while claims.len() < most {
        let wanted = most - claims.len();
        let records: Vec<RunRecord> = sqlx::query_as(sql::CLAIM.of(engine))
            .bind(now.unix_millis())
            .bind(i64::try_from(*lease_ms).unwrap_or(i64::MAX / 2))
            .bind(name)
            .bind(&known)
            .bind(&lanes)
            .bind(i64::try_from(wanted).unwrap_or(i64::MAX))
            .fetch_all(&mut *connection)
            .await
            .map_err(StoreError::database("claim a run"))?;
        let there_is_no_more = records.len() < wanted;
        let mut signals = signals(connection, &records).await?;
        for record in records {
            let signals = signals.remove(record.id()).unwrap_or_default();
            claims.extend(take(connection, record, signals, now).await?);
        }
        let may_expire = claims.is_empty() && std::mem::take(&mut may_expire);
        if there_is_no_more && !(may_expire && expire(connection, engine, now).await?) {
            break;
        }
    }
    Ok(claims)
}

/// Names and payloads.
type Signals = Vec<(String, String)>;

/// The signals of runs, by their ids.
async fn signals(connection: &mut AnyConnection, runs: &[RunRecord]) -> Answer<BTreeMap<String, Signals>> {
    let ids: Vec<&str> = runs.iter().map(RunRecord::id).collect();
    let mut found: BTreeMap<String, Signals> = BTreeMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let rows: Vec<(String, String, String)> = sqlx::query_as(sql::SIGNALS.of(Engine::of(connection)))
        .bind(to_json("claim", &ids)?)
        .fetch_all(connection)
        .await
        .map_err(StoreError::database("read signals"))?;
    for (run, name, payload) in rows {
        found.entry(run).or_default().push((name, payload));
    }
    Ok(found)
}

/// The claim of a run that was leased, unless it cannot be read or ended its workers too often: those are set aside.
async fn take(
    connection: &mut AnyConnection,
    record: RunRecord,
    signals: Signals,
    now: Instant,
) -> Answer<Option<Claim>> {
    let id = record.id().to_owned();
    let expired = record.awaits().map(str::to_owned);
    let run = match RunRow::try_from(record) {
        Ok(run) => run,
        Err(error) => return set_aside(connection, &id, &error, now).await.map(|()| None),
    };
    if run.crashes < MOST_CRASHES {
        return complete(connection, run, signals, expired).await.map(Some);
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
    let ended = Ended { held: (run.id, run.epoch), end: ChildEnd::Failed(cause), at: now };
    end(connection, vec![ended]).await.map(|_| None)
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
async fn complete(
    connection: &mut AnyConnection,
    run: RunRow,
    signals: Signals,
    expired: Option<String>,
) -> Answer<Claim> {
    // Nobody had it before, so nobody recorded anything.
    let steps: Vec<StepRecord> = if run.epoch.0 == 1 {
        Vec::new()
    } else {
        let steps = sqlx::query_as(sql::STEPS).bind(run.id.to_string()).fetch_all(&mut *connection).await;
        steps.map_err(StoreError::database("read steps"))?
    };
    Ok(Claim {
        run,
        steps: steps.into_iter().map(TryInto::try_into).collect::<Answer<_>>()?,
        signals: signals
            .into_iter()
            .map(|(name, text)| Ok((name, from_json("signal", &text)?)))
            .collect::<Answer<_>>()?,
        expired,
    })
}
