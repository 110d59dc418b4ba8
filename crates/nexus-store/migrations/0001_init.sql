-- Everything durable. Written in the subset that SQLite and PostgreSQL share: ids are text, documents JSON
-- text, instants bigint milliseconds since 1970. Not in that subset, and to be replaced for PostgreSQL:
-- `integer primary key autoincrement` (there: `bigint generated always as identity primary key`), `blob` (`bytea`).

create table runs (
    seq integer primary key autoincrement,
    id text not null unique,
    flow text not null,
    version bigint not null,
    business text not null,
    input text not null,
    state text not null check (state in ('ready', 'running', 'waiting', 'done', 'failed')),
    epoch bigint not null default 0,
    attempts bigint not null default 0,
    -- The one moment at which the run may be claimed: due (ready), deadline (waiting), end of lease (running).
    wake bigint,
    worker text,
    awaits text,
    output text,
    error text,
    created bigint not null,
    updated bigint not null,
    check (state not in ('ready', 'running') or wake is not null),
    check (state not in ('done', 'failed') or wake is null),
    check (state <> 'waiting' or awaits is not null)
);
create index runs_by_wake on runs (wake, seq) where wake is not null;
create index runs_by_business on runs (business, created);
create index runs_by_created on runs (created);

create table steps (
    seq integer primary key autoincrement,
    run text not null references runs (id),
    step text not null,
    item text not null,
    status text not null,
    output text not null,
    adapter text not null,
    started bigint not null,
    ms bigint not null,
    attempt bigint not null,
    unique (run, step, item)
);

create table intents (
    run text not null references runs (id),
    step text not null,
    item text not null,
    request_hash text not null,
    settled bigint,
    created bigint not null,
    primary key (run, step, item)
);

create table signals (
    run text not null references runs (id),
    name text not null,
    payload text not null,
    created bigint not null,
    primary key (run, name)
);

create table events (
    seq integer primary key autoincrement,
    run text not null references runs (id),
    at bigint not null,
    kind text not null,
    data text not null
);
create index events_by_run on events (run, seq);

create table businesses (
    id text primary key,
    slug text not null unique,
    name text not null,
    document text not null
);

create table quotes (
    seq integer primary key autoincrement,
    business text not null references businesses (id),
    quote text not null,
    step_key text not null unique,
    created bigint not null
);
create index quotes_by_business on quotes (business, seq);

create table shots (
    business text not null,
    asset text not null,
    number bigint not null,
    file_name text not null,
    document text not null,
    space text not null,
    vector blob not null,
    primary key (business, asset, number)
);

create table shot_versions (
    business text primary key,
    version bigint not null
);

create table uploads (
    object_key text primary key,
    business text not null,
    file_name text not null,
    user_tags text not null,
    size_bytes bigint not null,
    created bigint not null,
    completed bigint
);

create table objects (
    bucket text not null,
    object_key text not null,
    size_bytes bigint not null,
    etag text not null,
    created bigint not null,
    primary key (bucket, object_key)
);

create table multiparts (
    id text primary key,
    bucket text not null,
    object_key text not null,
    created bigint not null,
    etag text
);

create table multipart_parts (
    upload text not null references multiparts (id) on delete cascade,
    number bigint not null,
    size_bytes bigint not null,
    etag text not null,
    created bigint not null,
    primary key (upload, number)
);

create table object_events (
    seq integer primary key autoincrement,
    bucket text not null,
    object_key text not null,
    etag text not null,
    size_bytes bigint not null,
    event text not null,
    created bigint not null,
    acked bigint,
    unique (bucket, object_key, etag)
);
create index object_events_open on object_events (seq) where acked is null;

create table approvals (
    id text primary key,
    run text not null,
    signal text not null,
    business text not null,
    film_hash text not null,
    notice text not null,
    expires bigint not null,
    created bigint not null,
    superseded bigint,
    verdict text,
    answered bigint
);
create index approvals_by_run on approvals (run);
create index approvals_open on approvals (business, created) where verdict is null;

create table notifications (
    seq integer primary key autoincrement,
    business text not null,
    approval text not null unique references approvals (id),
    headline text not null,
    link_path text not null,
    created bigint not null
);
create index notifications_by_business on notifications (business, seq);

create table reviews (
    seq integer primary key autoincrement,
    id text not null unique,
    business text not null,
    state text not null check (state in ('accepted', 'kept')),
    run text references runs (id),
    document text not null,
    created bigint not null,
    check (state <> 'accepted' or run is not null)
);
create index reviews_by_business on reviews (business, seq);

create table idempotency (
    request_key text not null,
    route text not null,
    request_hash text not null,
    status bigint,
    body text,
    created bigint not null,
    primary key (request_key, route)
);
create index idempotency_by_age on idempotency (created);
