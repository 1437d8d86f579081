drop index audit_entries_at;
drop index audit_entries_subject;
drop index audit_entries_actor;
drop table audit_checkpoints;
