//! Every statement over runs, steps, intents, signals and events.
//! All are in the subset that SQLite and PostgreSQL share, except where a comment says otherwise.

pub(super) const ENQUEUE: &str = "insert into runs (id, flow, version, business, input, state, wake, created, updated)
    values ($1, $2, $3, $4, $5, 'ready', $6, $6, $6) on conflict (id) do nothing";

/// Engine-specific: `json_each` (PostgreSQL: `= any($4)`), and there `for update skip locked` in the sub-select.
pub(super) const CLAIM: &str =
    "update runs set state = 'running', epoch = epoch + 1, wake = $1 + $2, worker = $3, awaits = null, updated = $1
    where id = (select id from runs where wake is not null and wake <= $1
        and flow || '/' || version in (select value from json_each($4)) order by wake, seq limit 1)
    returning *";

pub(super) const RENEW: &str = "update runs set wake = $3 where id = $1 and epoch = $2 and state = 'running'";

/// The fence in front of every write: touches the run only when the caller still holds it.
pub(super) const FENCE: &str =
    "update runs set attempts = 0, updated = $3 where id = $1 and epoch = $2 and state = 'running'";

pub(super) const HOLDS: &str = "select 1 from runs where id = $1 and epoch = $2 and state = 'running'";

pub(super) const ADD_STEP: &str = "insert into steps (run, step, item, status, output, adapter, started, ms, attempt)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (run, step, item) do nothing";

pub(super) const SETTLE: &str = "update intents set settled = $4 where run = $1 and step = $2 and item = $3";

pub(super) const INTEND: &str = "insert into intents (run, step, item, request_hash, created)
    values ($1, $2, $3, $4, $5) on conflict (run, step, item) do nothing";

/// Waits, unless the signal came before: then the run is ready at once.
pub(super) const PARK: &str = "update runs set
        state = case when exists (select 1 from signals where run = $1 and name = $3) then 'ready' else 'waiting' end,
        wake = case when exists (select 1 from signals where run = $1 and name = $3) then $5 else $4 end,
        awaits = case when exists (select 1 from signals where run = $1 and name = $3) then null else $3 end,
        worker = null, updated = $5
    where id = $1 and epoch = $2 and state = 'running' returning state";

pub(super) const RETRY_LATER: &str =
    "update runs set state = 'ready', wake = $3, attempts = attempts + 1, error = $4, worker = null, updated = $5
    where id = $1 and epoch = $2 and state = 'running'";

pub(super) const FINISH: &str =
    "update runs set state = 'done', wake = null, awaits = null, output = $3, error = null, worker = null, updated = $4
    where id = $1 and epoch = $2 and state = 'running'";

pub(super) const FAIL: &str =
    "update runs set state = 'failed', wake = null, awaits = null, error = $3, worker = null, updated = $4
    where id = $1 and epoch = $2 and state = 'running'";

pub(super) const ADD_SIGNAL: &str =
    "insert into signals (run, name, payload, created) values ($1, $2, $3, $4) on conflict (run, name) do nothing";

pub(super) const WAKE: &str = "update runs set state = 'ready', wake = $3, awaits = null, updated = $3
    where id = $1 and state = 'waiting' and awaits = $2";

pub(super) const RECOVER: &str =
    "update runs set state = 'ready', wake = $1, worker = null, updated = $1 where state = 'running'";

pub(super) const REVIVE: &str = "update runs set state = 'ready', wake = $2, attempts = 0, error = null, updated = $2
    where id = $1 and state = 'failed'";

pub(super) const STEP_NAMES: &str = "select seq, step from steps where run = $1 order by seq";

pub(super) const FORGET_STEP: &str = "delete from steps where seq = $1";

/// Intents of steps that are not finished (any more): the person who asks for the repeat has decided.
pub(super) const FORGET_INTENTS: &str = "delete from intents where run = $1 and not exists
    (select 1 from steps where steps.run = intents.run and steps.step = intents.step and steps.item = intents.item)";

pub(super) const ADD_EVENT: &str = "insert into events (run, at, kind, data) values ($1, $2, $3, $4)";

pub(super) const ONE: &str = "select * from runs where id = $1";

pub(super) const LIST: &str = "select * from runs where ($1 is null or business = $1) and ($2 is null or state = $2)
    and ($3 is null or flow = $3) order by created desc, seq desc limit $4";

pub(super) const STEPS: &str = "select * from steps where run = $1 order by seq";

pub(super) const SIGNALS: &str = "select name, payload from signals where run = $1 order by created, name";

pub(super) const EVENTS: &str = "select * from events where seq > $1 order by seq limit $2";

pub(super) const EVENTS_OF_RUN: &str = "select * from events where seq > $1 and run = $3 order by seq limit $2";

pub(super) const NEXT_DUE: &str = "select min(wake) from runs where wake is not null";
