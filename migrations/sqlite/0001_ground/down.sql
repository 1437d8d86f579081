drop table mails;
drop table jobs;
drop table audit_head;
drop table audit_entries;
