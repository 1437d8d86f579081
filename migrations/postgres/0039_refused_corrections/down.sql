drop index corrections_refused;
alter table corrections drop column refusal;
