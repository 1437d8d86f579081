-- Audit: an append-only chain; the head row serialises writers on PostgreSQL.
create table audit_entries (
    no bigint primary key not null,
    at timestamp not null,
    actor text not null,
    action text not null,
    subject text not null,
    detail text not null,
    previous_hash text not null,
    hash text not null unique
);
create table audit_head (
    id integer primary key not null check (id = 1),
    no bigint not null,
    hash text not null
);
insert into audit_head (id, no, hash) values (1, 0, 'mizumado');

create table jobs (
    id text primary key not null,
    kind text not null,
    payload text not null,
    run_at timestamp not null,
    attempts integer not null,
    lease_until timestamp,
    finished_at timestamp,
    dead_at timestamp,
    last_error text,
    created_at timestamp not null
);
create index jobs_waiting on jobs (run_at) where finished_at is null and dead_at is null;

create table mails (
    id text primary key not null,
    kind text not null,
    subject_id text not null,
    recipient text not null,
    title text not null,
    body text not null,
    created_at timestamp not null,
    sent_at timestamp
);
create index mails_subject on mails (subject_id);

create trigger audit_entries_stay before update on audit_entries
begin
    select raise(abort, 'audit entries are never changed');
end;
create trigger audit_entries_remain before delete on audit_entries
begin
    select raise(abort, 'audit entries are never deleted');
end;
