alter table audit_head drop column seal;
