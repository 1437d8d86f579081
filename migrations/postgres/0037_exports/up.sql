-- 一覧の出力: who asked for which rows of the list, what for, and who agreed (N8.5, security.md 2.3.5).
create table exports (
    id text not null primary key,
    -- Stands in the file's name and in each of its rows.
    number bigint not null unique,
    purpose text not null,
    -- Sealed; empty unless the purpose is `other`.
    note text not null,
    -- The list's filters as its address holds them; no personal data.
    filter text not null,
    -- What a search looked for, as blind tokens, and what that was in words without data.
    tokens text,
    label text,
    -- Rows when it was asked for.
    row_count bigint not null,
    asked_by text not null references staff (id),
    asked_at timestamp not null,
    needs_second boolean not null,
    decided_by text references staff (id),
    decided_at timestamp,
    decision text check (decision in ('approved', 'refused')),
    check (decided_by <> asked_by),
    check ((decided_by is null) = (decided_at is null)),
    check ((decided_by is null) = (decision is null))
);
create index exports_asked on exports (asked_at);
-- What waits for a second person.
create index exports_waiting on exports (asked_at) where needs_second and decision is null;
