-- The client behind a hand-off, as a blind token, for the abuse limits.
alter table attempts add column client_index text;
create index attempts_client on attempts (client_index, created_at);

-- The gateway's daily file, line by line.
create table daily_files (
    gateway text not null,
    day date not null,
    lines integer not null,
    imported_at timestamp not null,
    primary key (gateway, day)
);
create table daily_results (
    gateway text not null,
    day date not null,
    attempt_id text not null,
    status text not null,
    code text not null,
    primary key (gateway, day, attempt_id),
    foreign key (gateway, day) references daily_files (gateway, day)
);
create index daily_results_attempt on daily_results (attempt_id);

-- Where two of the three witnesses (browser return, inquiry, daily file) or the first debit disagree.
create table differences (
    id text primary key not null,
    kind text not null,
    attempt_id text not null,
    application_id text,
    gateway text not null,
    detail text not null,
    found_at timestamp not null,
    ended_at timestamp,
    resolution text
);
create unique index differences_one_open on differences (kind, attempt_id) where ended_at is null;

-- 振替結果コード of a first debit, from the billing system.
create table first_debits (
    application_id text not null references applications (id),
    debited_on date not null,
    code text not null,
    imported_at timestamp not null,
    primary key (application_id, debited_on)
);

-- A correction by two people. Note and evidence are sealed.
create table corrections (
    id text primary key not null,
    application_id text not null references applications (id),
    result text not null check (result in ('registered', 'not_registered')),
    note text not null,
    evidence text not null,
    proposed_by text not null,
    proposed_at timestamp not null,
    decided_by text,
    decided_at timestamp,
    decision text check (decision in ('approved', 'refused')),
    check (decided_by is null or decided_by <> proposed_by),
    check ((decision is null) = (decided_by is null) and (decision is null) = (decided_at is null))
);
create unique index corrections_one_open on corrections (application_id) where decision is null;
