-- Long work that somebody at the console asked for: a job does it, this row tells how far it is and what came of it.
create table tasks (
    id text not null primary key,
    kind text not null,
    -- What it is about, as audit entries name it; empty where it is about all of it.
    subject text not null,
    -- What else was asked for, by opaque ids; never personal data.
    wish text not null,
    asked_by text not null references staff (id),
    -- From where, for the audit entry of what is done.
    address text not null,
    asked_at timestamp not null,
    done bigint not null default 0,
    total bigint not null default 0,
    ended_at timestamp,
    -- done, nothing or failed
    ending text check (ending in ('done', 'nothing', 'failed')),
    -- The page of what was made.
    result text,
    check ((ended_at is null) = (ending is null))
);
-- Who asks twice for the same is led to the first.
create unique index tasks_one_open on tasks (kind, subject, wish) where ended_at is null;
create index tasks_ended on tasks (ended_at) where ended_at is not null;
