-- Vectors with metadata, in the same subset of SQL as 0001: little-endian values, documents as JSON text.

create table vector_indexes (
    id text primary key,
    owner text not null,
    name text not null,
    dimension bigint,
    metric text not null,
    notes text not null,
    created bigint not null,
    unique (owner, name)
);

-- A version is taken from one counter for all of them, so that none comes back when a namespace is made again.
create table vector_namespaces (
    index_id text not null references vector_indexes (id),
    name text not null,
    version bigint not null,
    primary key (index_id, name)
);

create table vectors (
    index_id text not null,
    namespace text not null,
    id text not null,
    data blob not null,
    sparse text,
    metadata text not null,
    primary key (index_id, namespace, id),
    foreign key (index_id, namespace) references vector_namespaces (index_id, name)
);

create table vector_clock (
    id bigint primary key check (id = 1),
    version bigint not null
);
insert into vector_clock (id, version) values (1, 0);
