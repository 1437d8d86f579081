-- Papers of the contract (N9, N10): progress, issues, changes, minutes. What the system put in and what people typed are
-- sealed. A fixed paper never changes; a newer edition names the one that it replaces.
create table papers (
    id text primary key not null,
    kind text not null check (kind in ('progress', 'issues', 'changes', 'minutes')),
    period date not null,
    edition integer not null check (edition > 0),
    state text not null check (state in ('draft', 'fixed')),
    body text not null,
    typed text not null,
    rev integer not null,
    replaces text unique references papers (id),
    made_by text not null,
    made_at timestamp not null,
    changed_by text not null,
    changed_at timestamp not null,
    fixed_by text,
    fixed_at timestamp,
    check ((state = 'fixed') = (fixed_at is not null)),
    check ((fixed_at is null) = (fixed_by is null))
);
create index papers_period on papers (period);
-- A month has one progress report of an edition; a day may have several meetings.
create unique index papers_edition on papers (kind, period, edition) where kind <> 'minutes';
create trigger fixed_papers_stay before update on papers when old.state = 'fixed'
begin
    select raise(abort, 'a fixed paper is never changed');
end;
create trigger fixed_papers_remain before delete on papers when old.state = 'fixed'
begin
    select raise(abort, 'a fixed paper is never deleted');
end;
