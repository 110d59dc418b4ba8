-- What the Shotstack-compatible API keeps beside its runs, in the same subset of SQL as 0001.

create table templates (
    id text primary key,
    business text not null,
    name text not null,
    document text not null,
    created bigint not null,
    updated bigint not null
);
create index templates_by_business on templates (business, created);

-- Files that anybody with their address may download.
create table hosted_files (
    id text primary key,
    business text not null,
    run text not null references runs (id),
    role text not null,
    file_name text not null,
    media_type text not null,
    bucket text not null,
    object_key text not null,
    size_bytes bigint not null,
    etag text not null,
    created bigint not null,
    deleted bigint
);
create index hosted_files_by_run on hosted_files (run);
create index hosted_files_by_object on hosted_files (bucket, object_key);

-- Files that were announced as sources. The run that brings one in has the same UUID; an upload has none before it
-- arrived.
create table sources (
    id text primary key,
    business text not null,
    input text not null,
    created bigint not null,
    deleted bigint
);
create index sources_by_business on sources (business, created);

-- Who wants to know that a run has ended; `handed` says when the run that tells it was enqueued.
create table callbacks (
    run text primary key references runs (id),
    url text not null,
    created bigint not null,
    handed bigint
);
create index callbacks_open on callbacks (created) where handed is null;
