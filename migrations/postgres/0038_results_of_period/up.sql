-- The results of a period, in their order: when an application was confirmed is read from the index, too. Without it the
-- applications of a whole month were read and sorted.
drop index applications_decided_id;
create index applications_decided_id on applications (decided_at, id, confirmed_at) where confirmed_at is not null;
-- It serves whatever this one did.
drop index applications_decided;
