-- Why an institution retires and who takes its place, in words that citizens read.
alter table institutions add column retired_reason text;
alter table institutions add column successor_code text;
-- Days on which the bureau is closed: each year (MM-DD) or once (YYYY-MM-DD), both ends included. An entry counts from
-- `counts_from` until before `counts_until`, so that no change touches days that are over.
create table closed_days (
    id text primary key not null,
    name text not null,
    first_day text not null,
    last_day text not null,
    counts_from date,
    counts_until date,
    made_by text not null,
    made_at timestamp not null
);
insert into closed_days (id, name, first_day, last_day, made_by, made_at)
values ('year-end', '年末年始', '12-29', '01-03', 'system', '2026-01-01 00:00:00');
-- Tables of holidays that somebody brought, and what became of them. `body` is the CSV in UTF-8.
create table holiday_imports (
    id text primary key not null,
    body text not null,
    made_by text not null,
    made_at timestamp not null,
    applied_by text,
    applied_at timestamp,
    added integer not null,
    removed integer not null,
    renamed integer not null
);
create index holiday_imports_made on holiday_imports (made_at);
