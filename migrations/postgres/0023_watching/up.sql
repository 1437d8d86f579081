-- Figures of the running service, some minutes apart: one row for each figure of a moment.
create table figures (
    at timestamp not null,
    name text not null,
    value bigint not null,
    primary key (name, at)
);
create index figures_at on figures (at);
-- Somebody looked with their own eyes (NS データセンター): when it was due, what was seen, and the figures of that moment.
create table visual_checks (
    id text primary key not null,
    slot timestamp not null,
    at timestamp not null,
    made_by text not null,
    is_odd boolean not null,
    seen text not null,
    figures text not null
);
create index visual_checks_slot on visual_checks (slot);
create function visual_checks_stay() returns trigger language plpgsql as $$
begin
    raise exception 'a check is never changed or deleted' using errcode = 'check_violation';
end $$;
create trigger visual_checks_stay before update or delete on visual_checks
    for each row execute function visual_checks_stay();
-- How each institution did in the last hours.
create index attempts_begun on attempts (created_at);
