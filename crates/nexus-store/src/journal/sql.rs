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

/// A change of one run and the event that tells of it, in one round trip; answers `$answer` of the run when it was
/// changed, else nothing. `$1` is the run, `$2` the time, `$3` and `$4` the event's kind and data.
macro_rules! told {
    ($change:literal, $answer:literal) => {
        Both {
            sqlite: concat!(
                $change,
                " returning ",
                $answer,
                "; insert into events (run, at, kind, data) select $1, $2, $3, $4 where changes() > 0"
            ),
            postgres: concat!(
                "with changed as (",
                $change,
                " returning ",
                $answer,
                "), told as (insert into events (run, at, kind, data) select $1, $2, $3, $4 from changed)
                select * from changed"
            ),
        }
    };
}

/// The same where PostgreSQL needs the event in a statement of its own, [`ADD_EVENT`]: the wall around events looks for
/// their run, and a statement does not see a run that it adds itself.
macro_rules! told_apart {
    ($change:literal, $answer:literal) => {
        Both { sqlite: told!($change, $answer).sqlite, postgres: concat!($change, " returning ", $answer) }
    };
}

/// A tenant's next turn stands a step behind the last one that it has waiting, so that tenants alternate.
pub(super) const ENQUEUE: Both = told_apart!(
    "insert into runs (id, flow, version, business, input, state, wake, created, updated, priority, parent, lane, turn)
    values ($1, $5, $6, $7, $8, 'ready', $2, $2, $2, $9, $10, $5, coalesce((select max(turn) + $11 from runs
        where business = $7 and state = 'ready' and turn > $2 - $11), $2))
    on conflict (id) do nothing",
    "id"
);

/// Leases that ended and deadlines that passed become ready; `awaits` tells the next claim which wait has ended.
pub(super) const EXPIRE: Both = Both {
    sqlite: "update runs set crashes = crashes + case when state = 'running' then 1 else 0 end,
        state = 'ready', turn = wake, worker = null, updated = $1
    where state <> 'ready' and wake is not null and wake <= $1",
    postgres:
        "update runs set crashes = crashes + case when state = 'running' then 1 else 0 end,
        state = 'ready', turn = wake, worker = null, updated = $1
    where id in (select id from runs where state <> 'ready' and wake is not null and wake <= $1 for update skip locked)",
};

/// Of each lane the first that are known, and of those the first `$6`: what a busy lane holds back is not looked through.
/// `$4` names the kinds between commas, `$5` their lanes as JSON. (In PostgreSQL the rows are chosen once: as a list that is
/// looked into they might be chosen anew, and more of them leased, for each row that is compared.)
pub(super) const CLAIM: Both = Both {
    sqlite: "update runs set state = 'running', epoch = epoch + 1, wake = $1 + $2, worker = $3, updated = $1
    where seq in (select first.seq from json_each($5) as wanted join runs as first on first.seq in (
            select seq from runs indexed by runs_ready where state = 'ready' and lane = wanted.value
                and wake <= $1 and instr($4, ',' || flow || '/' || version || coalesce('/' || role, '') || ',') > 0
            order by priority desc, turn, seq limit $6)
        order by first.priority desc, first.turn, first.seq limit $6)
    returning *",
    postgres: "update runs set state = 'running', epoch = epoch + 1, wake = $1 + $2, worker = $3, updated = $1
    where id = any (array (select first.id from json_array_elements_text($5::json) as wanted (name) cross join lateral (
            select id, priority, turn, seq from runs where state = 'ready' and lane = wanted.name
                and wake <= $1 and strpos($4, ',' || flow || '/' || version || coalesce('/' || role, '') || ',') > 0
            order by priority desc, turn, seq limit $6 for update skip locked) as first
        order by first.priority desc, first.turn, first.seq limit $6))
    returning *",
};

/// The signals of runs that were just claimed, `$1` as JSON: read after the claim, so that none that came before it is missed.
pub(super) const SIGNALS: Both = Both {
    sqlite: "select run, name, payload from signals where run in (select value from json_each($1))",
    postgres: "select run, name, payload from signals where run in (select json_array_elements_text($1::json))",
};

pub(super) const RENEW: &str = "update runs set wake = $3 where id = $1 and epoch = $2 and state = 'running'";

/// Finished steps, `$1` as JSON, which settles their intents: fenced by touching their runs, told once. Answers the runs
/// that are held, with their epochs.
pub(super) const RECORD: Both = Both {
    sqlite: "insert into events (run, at, kind, data)
        select runs.id, line.value ->> 'at', 'step', line.value ->> 'data' from json_each($1) as line
        join runs on runs.id = line.value ->> 'run' and runs.epoch = line.value ->> 'epoch' and runs.state = 'running'
        where not exists (select 1 from steps where steps.run = line.value ->> 'run'
            and steps.step = line.value ->> 'step' and steps.item = line.value ->> 'item');
    insert into steps (run, step, item, status, output, adapter, started, ms, attempt)
        select runs.id, line.value ->> 'step', line.value ->> 'item', line.value ->> 'status', line.value ->> 'output',
            line.value ->> 'adapter', line.value ->> 'started', line.value ->> 'ms', line.value ->> 'attempt'
        from json_each($1) as line
        join runs on runs.id = line.value ->> 'run' and runs.epoch = line.value ->> 'epoch' and runs.state = 'running'
        where true on conflict (run, step, item) do nothing;
    update runs set attempts = 0, crashes = 0, awaits = null, updated = line.value ->> 'at' from json_each($1) as line
        where runs.id = line.value ->> 'run' and runs.epoch = line.value ->> 'epoch' and runs.state = 'running'
        returning id, epoch",
    postgres:
        "with line as (select * from json_to_recordset($1::json) as line (run text, epoch bigint, at bigint, step text,
            item text, status text, output text, adapter text, started bigint, ms bigint, attempt bigint, data text)),
    held as (update runs set attempts = 0, crashes = 0, awaits = null, updated = line.at from line
        where runs.id = line.run and runs.epoch = line.epoch and runs.state = 'running' returning runs.id, runs.epoch),
    added as (insert into steps (run, step, item, status, output, adapter, started, ms, attempt)
        select line.run, step, item, status, output, adapter, started, ms, attempt from line
        join held on held.id = line.run and held.epoch = line.epoch
        on conflict (run, step, item) do nothing returning run, step, item),
    told as (insert into events (run, at, kind, data)
        select line.run, at, 'step', data from line join added using (run, step, item))
    select id, epoch from held",
};

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

/// Open until its step is finished.
pub(super) const INTEND: &str = "insert into intents (run, step, item, request_hash, created)
    values ($1, $2, $3, $4, $5) on conflict (run, step, item) do nothing";

/// Waits, unless the signal came before: then the run is ready at once.
pub(super) const PARK: Both = told!(
    "update runs set
        state = case when exists (select 1 from signals where run = $1 and name = $6) then 'ready' else 'waiting' end,
        wake = case when exists (select 1 from signals where run = $1 and name = $6) then $2 else $7 end,
        awaits = case when exists (select 1 from signals where run = $1 and name = $6) then null else $6 end,
        worker = null, turn = $2, updated = $2
    where id = $1 and epoch = $5 and state = 'running'",
    "id"
);

pub(super) const RETRY_LATER: Both = told!(
    "update runs set state = 'ready', wake = $6, turn = $6, attempts = attempts + 1, error = $7, worker = null,
        updated = $2
    where id = $1 and epoch = $5 and state = 'running'",
    "id"
);

pub(super) const YIELD: Both = told!(
    "update runs set state = 'ready', wake = $2, turn = $2, role = coalesce($6, role), lane = coalesce($6, lane),
        worker = null, updated = $2
    where id = $1 and epoch = $5 and state = 'running'",
    "id"
);

/// Runs that have ended, `$1` as JSON. Answers those that were held, with their epochs and parents.
pub(super) const END: Both = Both {
    sqlite: "insert into events (run, at, kind, data)
        select runs.id, line.value ->> 'at', line.value ->> 'state',
            coalesce(line.value ->> 'output', line.value ->> 'error') from json_each($1) as line
        join runs on runs.id = line.value ->> 'run' and runs.epoch = line.value ->> 'epoch' and runs.state = 'running';
    update runs set state = line.value ->> 'state', wake = null, awaits = null, output = line.value ->> 'output',
            error = line.value ->> 'error', worker = null, updated = line.value ->> 'at' from json_each($1) as line
        where runs.id = line.value ->> 'run' and runs.epoch = line.value ->> 'epoch' and runs.state = 'running'
        returning id, epoch, parent",
    postgres: "with line as (select * from json_to_recordset($1::json)
            as line (run text, epoch bigint, at bigint, state text, output text, error text)),
    ended as (update runs set state = line.state, wake = null, awaits = null, output = line.output,
            error = line.error, worker = null, updated = line.at from line
        where runs.id = line.run and runs.epoch = line.epoch and runs.state = 'running'
        returning runs.id, runs.epoch, runs.parent),
    told as (insert into events (run, at, kind, data)
        select line.run, line.at, line.state, coalesce(line.output, line.error) from ended
        join line on line.run = ended.id and line.epoch = ended.epoch)
    select id, epoch, parent from ended",
};

/// The next epoch, so that whoever works on it finds out.
pub(super) const CANCEL: Both = told!(
    "update runs set state = 'failed', cancelled = $2, epoch = epoch + 1, wake = null, awaits = null, error = $5,
        worker = null, updated = $2
    where id = $1 and state in ('ready', 'running', 'waiting')",
    "parent"
);

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

/// What was written in what is now the future, because the clock was set: its pause is counted anew from now.
pub(super) const PULL_IN: &str = "update runs set wake = $1 + wake - updated, turn = $1 + turn - updated, updated = $1
    where updated > $1 and wake is not null";

pub(super) const NEWEST: &str = "select at from events order by seq desc limit 1";

pub(super) const REVIVE: Both = told!(
    "update runs set state = 'ready', wake = $2, turn = $2, attempts = 0, crashes = 0, error = null, cancelled = null,
        updated = $2
    where id = $1 and state = 'failed'",
    "id"
);

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
