-- The head of the audit chain at the end of a day, signed (Ed25519): what is kept elsewhere tells a rewritten chain.
create table audit_checkpoints (
    day date primary key not null,
    no bigint not null,
    hash text not null,
    signature text not null,
    made_at timestamp not null
);
create index audit_entries_actor on audit_entries (actor, no);
create index audit_entries_subject on audit_entries (subject, no);
create index audit_entries_at on audit_entries (at);
