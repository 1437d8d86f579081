-- Closed times that come again, in the words of src/institutions/hours; of the whole service where institution_code is null.
create table closure_rules (
    id text primary key not null,
    institution_code text references institutions (code),
    rule text not null,
    reason text not null,
    created_at timestamp not null,
    withdrawn_at timestamp
);
alter table closures add column withdrawn_at timestamp;
-- A stop that was not announced before it began is no announced one (N7.3).
alter table closures add column announced_at timestamp;

-- The whole service: open, degraded (accept, hand off later) or stopped. The last row counts; none means open.
create table service_modes (
    no integer primary key not null,
    mode text not null check (mode in ('open', 'degraded', 'stopped')),
    reason text not null,
    announcement text not null,
    decided_by text not null,
    at timestamp not null
);
