-- Many workers on one journal: whose turn it is, which hand may take it, who waits for whom.

alter table runs add column priority bigint not null default 1;
-- Order among runs of one priority: the moment of becoming ready, later for a tenant that has much waiting already.
alter table runs add column turn bigint not null default 0;
-- The role that a run was handed over to; null while it stands where its flow begins.
alter table runs add column role text;
-- Claims since the last finished step that ended with their worker.
alter table runs add column crashes bigint not null default 0;
-- The run that is told of the end.
alter table runs add column parent text;
-- A cancelled run is a failed one with the moment of its cancellation.
alter table runs add column cancelled bigint;

-- The role that it was handed over to, else its flow: each is looked into by itself.
alter table runs add column lane text not null default '';

update runs set turn = coalesce(wake, created), lane = flow;

create index runs_ready on runs (lane, priority desc, turn, seq) where state = 'ready';
create index runs_overdue on runs (wake) where state <> 'ready' and wake is not null;
create index runs_of_tenant on runs (business, turn) where state = 'ready';
create index runs_by_parent on runs (parent) where parent is not null;
create index runs_by_state on runs (state, flow) where state <> 'done';

-- What one installation keeps for itself where several machines share a database: its own keys.
create table installation (
    name text primary key,
    value text not null
);
