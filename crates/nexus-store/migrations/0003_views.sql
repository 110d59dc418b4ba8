-- What shots mean to the models that saw them: one vector per shot and space, beside the vector of its words in `shots`.

create table shot_vectors (
    business text not null,
    asset text not null,
    number bigint not null,
    space text not null,
    vector blob not null,
    primary key (business, asset, number, space)
);
