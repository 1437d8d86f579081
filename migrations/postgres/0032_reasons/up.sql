-- A proposed correction is taken back by the person who made it, as long as nobody has decided it. The reason is sealed.
alter table corrections add column withdrawn_at timestamp check (withdrawn_at is null or decision is null);
alter table corrections add column withdrawal_reason text;
drop index corrections_one_open;
create unique index corrections_one_open on corrections (application_id) where decision is null and withdrawn_at is null;
create index corrections_withdrawn on corrections (withdrawn_at) where withdrawn_at is not null;
-- Why a second person refused a version; null for those that were refused before it was asked for. Of a question it is
-- sealed, as the question is.
alter table text_versions add column refusal text;
alter table layout_versions add column refusal text;
alter table faq_entries add column refusal text;
