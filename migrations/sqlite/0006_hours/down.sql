drop table service_modes;
alter table closures drop column announced_at;
alter table closures drop column withdrawn_at;
drop table closure_rules;
