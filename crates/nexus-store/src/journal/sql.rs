//! Every statement over runs, steps, intents, signals and events, in the subset that SQLite and PostgreSQL share; where
//! they differ, a pair.

use crate::database::Engine;

/// The same question in both languages.
pub(super) struct Both {
    sqlite: &'static str,
    postgres: &'static str,
}

impl Both {
    pub(super) fn of(&self, engine: Engine) -> &'static str {
        engine.pick(self.sqlite, self.postgres)
    }
}

/// A tenant's next turn stands a step behind the last one that it has waiting, so that tenants alternate.
pub(super) const ENQUEUE: &str =
    "insert into runs (id, flow, version, business, input, state, wake, created, updated, priority, parent, lane, turn)
    values ($1, $2, $3, $4, $5, 'ready', $6, $6, $6, $7, $8, $2, coalesce((select max(turn) + $9 from runs
        where business = $4 and state = 'ready' and turn > $6 - $9), $6))
    on conflict (id) do nothing";

/// Leases that ended and deadlines that passed become ready.
pub(super) const EXPIRE: Both = Both {
    sqlite: "update runs set crashes = crashes + case when state = 'running' then 1 else 0 end,
        state = 'ready', turn = wake, worker = null, awaits = null, updated = $1
    where state <> 'ready' and wake is not null and wake <= $1",
    postgres:
        "update runs set crashes = crashes + case when state = 'running' then 1 else 0 end,
        state = 'ready', turn = wake, worker = null, awaits = null, updated = $1
    where id in (select id from runs where state <> 'ready' and wake is not null and wake <= $1 for update skip locked)",
};

/// Of each lane the first that is known, and of those the first: what a busy lane holds back is not looked through. `$4`
/// names the kinds between commas, `$5` their lanes as JSON.
pub(super) const CLAIM: Both = Both {
    sqlite: "update runs set state = 'running', epoch = epoch + 1, wake = $1 + $2, worker = $3, updated = $1
    where id = (select first.id from json_each($5) as wanted join runs as first on first.id = (
            select id from runs indexed by runs_ready where state = 'ready' and lane = wanted.value
                and wake <= $1 and instr($4, ',' || flow || '/' || version || coalesce('/' || role, '') || ',') > 0
            order by priority desc, turn, seq limit 1)
        order by first.priority desc, first.turn, first.seq limit 1)
    returning *",
    postgres: "update runs set state = 'running', epoch = epoch + 1, wake = $1 + $2, worker = $3, updated = $1
    where id = (select first.id from json_array_elements_text($5::json) as wanted (name) cross join lateral (
            select id, priority, turn, seq from runs where state = 'ready' and lane = wanted.name
                and wake <= $1 and strpos($4, ',' || flow || '/' || version || coalesce('/' || role, '') || ',') > 0
            order by priority desc, turn, seq limit 1 for update skip locked) as first
        order by first.priority desc, first.turn, first.seq limit 1)
    returning *",
};

pub(super) const RENEW: &str = "update runs set wake = $3 where id = $1 and epoch = $2 and state = 'running'";

/// The fence in front of every write: touches the run only when the caller still holds it.
pub(super) const FENCE: &str =
    "update runs set attempts = 0, crashes = 0, updated = $3 where id = $1 and epoch = $2 and state = 'running'";

/// The fence in front of what writes beside the run; until the transaction ends nobody may cancel it.
pub(super) const HOLDS: Both = Both {
    sqlite: "select 1 from runs where id = $1 and epoch = $2 and state = 'running'",
    postgres: "select 1 from runs where id = $1 and epoch = $2 and state = 'running' for update",
};

/// Makes others that change the run wait, so that a signal and a park see each other. SQLite has one writer.
pub(super) const LOCK: Both = Both {
    sqlite: "select state from runs where id = $1",
    postgres: "select state from runs where id = $1 for update",
};

pub(super) const ADD_STEP: &str = "insert into steps (run, step, item, status, output, adapter, started, ms, attempt)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (run, step, item) do nothing";

/// Open until its step is finished.
pub(super) const INTEND: &str = "insert into intents (run, step, item, request_hash, created)
    values ($1, $2, $3, $4, $5) on conflict (run, step, item) do nothing";

/// Waits, unless the signal came before: then the run is ready at once.
pub(super) const PARK: &str = "update runs set
        state = case when exists (select 1 from signals where run = $1 and name = $3) then 'ready' else 'waiting' end,
        wake = case when exists (select 1 from signals where run = $1 and name = $3) then $5 else $4 end,
        awaits = case when exists (select 1 from signals where run = $1 and name = $3) then null else $3 end,
        worker = null, turn = $5, updated = $5
    where id = $1 and epoch = $2 and state = 'running' returning state";

pub(super) const RETRY_LATER: &str =
    "update runs set state = 'ready', wake = $3, turn = $3, attempts = attempts + 1, error = $4, worker = null, updated = $5
    where id = $1 and epoch = $2 and state = 'running'";

pub(super) const YIELD: &str =
    "update runs set state = 'ready', wake = $3, turn = $3, role = coalesce($4, role), lane = coalesce($4, lane), worker = null, updated = $3
    where id = $1 and epoch = $2 and state = 'running'";

pub(super) const FINISH: &str =
    "update runs set state = 'done', wake = null, awaits = null, output = $3, error = null, worker = null, updated = $4
    where id = $1 and epoch = $2 and state = 'running' returning parent";

pub(super) const FAIL: &str =
    "update runs set state = 'failed', wake = null, awaits = null, error = $3, worker = null, updated = $4
    where id = $1 and epoch = $2 and state = 'running' returning parent";

/// The next epoch, so that whoever works on it finds out.
pub(super) const CANCEL: &str = "update runs set state = 'failed', cancelled = $2, epoch = epoch + 1, wake = null,
        awaits = null, error = $3, worker = null, updated = $2
    where id = $1 and state in ('ready', 'running', 'waiting') returning parent";

pub(super) const CLOSE_QUESTIONS: &str =
    "update approvals set superseded = $2 where run = $1 and verdict is null and superseded is null";

pub(super) const CHILDREN: &str =
    "select id from runs where parent = $1 and state in ('ready', 'running', 'waiting') order by seq";

pub(super) const ADD_SIGNAL: &str =
    "insert into signals (run, name, payload, created) values ($1, $2, $3, $4) on conflict (run, name) do nothing";

pub(super) const FORGET_SIGNAL: &str = "delete from signals where run = $1 and name = $2";

pub(super) const WAKE: &str = "update runs set state = 'ready', wake = $3, turn = $3, awaits = null, updated = $3
    where id = $1 and state = 'waiting' and awaits = $2";

pub(super) const RECOVER: &str =
    "update runs set state = 'ready', wake = $1, turn = $1, crashes = crashes + 1, worker = null, updated = $1
    where state = 'running'";

/// A clock that was ahead left times that would be waited for in vain.
pub(super) const PULL_IN: &str = "update runs set wake = $1, turn = $1 where state = 'ready' and wake > $2";

pub(super) const REVIVE: &str =
    "update runs set state = 'ready', wake = $2, turn = $2, attempts = 0, crashes = 0, error = null, cancelled = null, updated = $2
    where id = $1 and state = 'failed'";

/// A run that begins earlier begins where its flow does.
pub(super) const BEGIN_AGAIN: &str = "update runs set role = null, lane = flow where id = $1";

/// A row that this program cannot read must not stand in front of all others.
pub(super) const SET_ASIDE: &str =
    "update runs set state = 'failed', wake = null, error = $2, worker = null, updated = $3 where id = $1";

/// Runs that an older program enqueued know nothing of lanes.
pub(super) const ASSIGN_LANES: &str = "update runs set lane = coalesce(role, flow) where lane = ''";

pub(super) const FAILED_CHILDREN: &str = "select id from runs where parent = $1 and state = 'failed' order by seq";

pub(super) const PARENT: &str = "select parent from runs where id = $1";

pub(super) const STEP_NAMES: &str = "select seq, step from steps where run = $1 order by seq";

pub(super) const FORGET_STEP: &str = "delete from steps where seq = $1";

/// Intents of steps that are not finished (any more): the person who asks for the repeat has decided.
pub(super) const FORGET_INTENTS: &str = "delete from intents where run = $1 and not exists
    (select 1 from steps where steps.run = intents.run and steps.step = intents.step and steps.item = intents.item)";

pub(super) const ADD_EVENT: &str = "insert into events (run, at, kind, data) values ($1, $2, $3, $4)";

pub(super) const ONE: &str = "select * from runs where id = $1";

pub(super) const LIST: &str = "select * from runs where ($1 is null or business = $1)
    and ($2 is null or case when cancelled is null then state else 'cancelled' end = $2)
    and ($3 is null or flow = $3) order by created desc, seq desc limit $4";

pub(super) const STEPS: &str = "select * from steps where run = $1 order by seq";

pub(super) const SIGNALS: &str = "select name, payload from signals where run = $1 order by created, name";

/// In PostgreSQL a lower number may still be on its way while a higher one is there; it is waited for.
pub(super) const EVENTS: Both = Both {
    sqlite: "select seq, run, at, kind, data from events where seq > $1 order by seq limit $2",
    postgres: "select seq, run, at, kind, data from events where seq > $1
        and tx < pg_snapshot_xmin(pg_current_snapshot())::text::bigint order by seq limit $2",
};

pub(super) const EVENTS_OF_RUN: Both = Both {
    sqlite: "select seq, run, at, kind, data from events where seq > $1 and run = $3 order by seq limit $2",
    postgres: "select seq, run, at, kind, data from events where seq > $1 and run = $3
        and tx < pg_snapshot_xmin(pg_current_snapshot())::text::bigint order by seq limit $2",
};

pub(super) const NEXT_DUE: &str = "select min(wake) from runs where wake is not null";

pub(super) const DEPTHS: &str = "select flow, case when cancelled is null then state else 'cancelled' end as stands,
        count(*) as runs, min(case when state = 'ready' then wake end) as oldest
    from runs where state <> 'done' group by flow, case when cancelled is null then state else 'cancelled' end
    order by 1, 2";
