create table institutions (
    code text primary key not null,
    name text not null,
    kana text not null,
    kind text not null check (kind in ('bank', 'shinkin', 'rokin', 'shinkumi', 'nokyo', 'yucho')),
    affiliation text not null check (affiliation in ('partner', 'optional')),
    position integer not null,
    retired_on date
);
create table branches (
    institution_code text not null references institutions (code),
    code text not null,
    name text not null,
    kana text not null,
    search_key text not null,
    valid_from date,
    retired_on date,
    primary key (institution_code, code)
);
-- A closed time of one institution, or of the whole service where institution_code is null. UTC.
create table closures (
    id text primary key not null,
    institution_code text references institutions (code),
    starts_at timestamp not null,
    ends_at timestamp not null,
    reason text not null,
    check (starts_at < ends_at)
);
create index closures_end on closures (ends_at);
create table postal_codes (
    postal_code text not null,
    prefecture text not null,
    city text not null,
    town text not null,
    primary key (postal_code, city, town)
);
create table holidays (
    day date primary key not null,
    name text not null
);
