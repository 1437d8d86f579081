create index applications_decided on applications (decided_at);
drop index applications_decided_id;
create index applications_decided_id on applications (decided_at, id) where confirmed_at is not null;
