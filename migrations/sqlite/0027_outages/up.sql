-- Stops that are planned and agreed upon with the bureau (N8.8, KS22): who proposed, who agreed, when it began and ended.
-- What people type is sealed. The closed time that citizens read is a row of `closures`; an extension is a new one.
create table outages (
    id text primary key not null,
    no integer not null unique,
    state text not null check (state in ('proposed', 'approved', 'refused', 'withdrawn', 'begun', 'ended')),
    institution_code text references institutions (code),
    starts_at timestamp not null,
    ends_at timestamp not null,
    work text not null,
    notice text not null,
    effect text not null,
    way_back text not null,
    proposed_by text not null,
    proposed_at timestamp not null,
    decided_by text,
    begun_at timestamp,
    ended_at timestamp,
    closure_id text references closures (id),
    check (starts_at < ends_at),
    check (decided_by <> proposed_by),
    check (state in ('proposed', 'withdrawn') or decided_by is not null),
    check (state not in ('approved', 'begun', 'ended') or closure_id is not null),
    check ((state in ('begun', 'ended')) = (begun_at is not null)),
    check ((state = 'ended') = (ended_at is not null))
);
create index outages_state on outages (state, starts_at);
create index outages_starts on outages (starts_at);
-- Every step of an outage, for its record.
create table outage_steps (
    id text primary key not null,
    outage_id text not null references outages (id),
    kind text not null check (kind in ('proposed', 'approved', 'refused', 'withdrawn', 'begun', 'extended', 'ended')),
    words text not null,
    made_by text not null,
    at timestamp not null
);
create index outage_steps_of on outage_steps (outage_id, at);
create trigger outage_steps_stay before update on outage_steps
begin
    select raise(abort, 'steps of an outage are never changed');
end;
create trigger outage_steps_remain before delete on outage_steps
begin
    select raise(abort, 'steps of an outage are never deleted');
end;
