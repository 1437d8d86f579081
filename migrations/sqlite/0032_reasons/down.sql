alter table faq_entries drop column refusal;
alter table layout_versions drop column refusal;
alter table text_versions drop column refusal;
drop index corrections_withdrawn;
drop index corrections_one_open;
delete from corrections where withdrawn_at is not null;
alter table corrections drop column withdrawal_reason;
alter table corrections drop column withdrawn_at;
create unique index corrections_one_open on corrections (application_id) where decision is null;
