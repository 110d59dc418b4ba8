-- What brands are remembered by. Evidence is added and never changed; statements follow from it. What the owner made of
-- a statement stands beside it, one row per statement.

create table brand_evidence (
    seq integer primary key autoincrement,
    business text not null,
    topic text not null,
    evidence_key text not null,
    -- A lesson that is told again counts from then on; one that a run repeats does not.
    told bigint not null,
    at bigint not null,
    document text not null,
    unique (business, topic, evidence_key)
);

create table brand_amendments (
    business text not null,
    statement text not null,
    document text not null,
    primary key (business, statement)
);
