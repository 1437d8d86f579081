-- Tables of branches that somebody brought, and what became of them. `body` is the CSV in UTF-8.
create table branch_imports (
    id text primary key not null,
    body text not null,
    made_by text not null,
    made_at timestamp not null,
    applied_by text,
    applied_at timestamp,
    effective_on date,
    added integer not null,
    changed integer not null,
    retired integer not null
);
create index branch_imports_made on branch_imports (made_at);
