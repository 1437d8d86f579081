drop index applications_attention;
create index applications_stuck on applications (confirmed_at, id)
    where confirmed_at is not null and state in ('confirmed', 'at_institution', 'checking', 'unknown');
alter table applications drop column attention;
