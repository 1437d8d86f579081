-- Versions of the words that citizens read: pages, terms, mails. The approved one with the latest day counts;
-- without one the text that ships does.
create table text_versions (
    id text primary key not null,
    name text not null,
    version integer not null,
    body text not null,
    effective_from date not null,
    state text not null check (state in ('draft', 'proposed', 'approved', 'refused')),
    made_by text not null,
    made_at timestamp not null,
    note text not null,
    decided_by text,
    decided_at timestamp,
    unique (name, version),
    check (decided_by is null or decided_by <> made_by),
    check (state in ('draft', 'proposed') or decided_by is not null)
);
create index text_versions_in_use on text_versions (name, effective_from) where state = 'approved';
create function text_versions_stay() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.state in ('draft', 'proposed') then
        return new;
    end if;
    raise exception 'a text that was decided is never changed, and no version is deleted' using errcode = 'check_violation';
end $$;
create trigger text_versions_stay before update or delete on text_versions
    for each row execute function text_versions_stay();
