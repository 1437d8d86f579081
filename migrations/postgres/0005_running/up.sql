-- Which world this database belongs to, and with which keys it was sealed (S15).
create table world_marker (
    id integer primary key not null check (id = 1),
    environment text not null,
    key_check text not null,
    made_at timestamp not null
);

-- One node plans the standing work; the lease says which, and until when.
create table schedule_leader (
    id integer primary key not null check (id = 1),
    holder text not null,
    lease_until timestamp not null
);
-- The last slot that was put into the queue, per standing job.
create table schedule_slots (
    name text primary key not null,
    slot timestamp not null
);

-- Something a person must look at. One open alarm per key; it ends when its cause does.
create table alarms (
    id text primary key not null,
    key text not null,
    message text not null,
    subject text not null,
    times integer not null,
    first_at timestamp not null,
    last_at timestamp not null,
    acknowledged_at timestamp,
    acknowledged_by text,
    ended_at timestamp
);
create unique index alarms_one_open on alarms (key) where ended_at is null;

-- Whether we answered ourselves, a row a minute: availability is counted from it.
create table probes (
    at timestamp primary key not null,
    ok boolean not null,
    micros bigint not null,
    detail text not null
);

create table backups (
    id text primary key not null,
    name text not null unique,
    engine text not null,
    taken_at timestamp not null,
    bytes bigint not null,
    sha256 text not null,
    seconds integer not null,
    verified_at timestamp not null,
    offsite_at timestamp,
    deleted_at timestamp
);
create index jobs_dead on jobs (dead_at) where dead_at is not null;
create index jobs_finished on jobs (finished_at) where finished_at is not null;
