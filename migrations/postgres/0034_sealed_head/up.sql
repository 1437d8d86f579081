-- Which head of the audit chain was written with the keys: replaced with every write that adds an entry. Empty until the
-- first opening with keys.
alter table audit_head add column seal text not null default '';
