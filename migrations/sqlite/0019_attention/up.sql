-- Decided, and yet a person must look: the holder's name did not match, or the file lacks characters of it. Null when
-- nobody needs to. The list's filter writes the condition in these very words.
alter table applications add column attention text;
drop index applications_stuck;
create index applications_attention on applications (confirmed_at, id)
    where confirmed_at is not null
        and (state in ('confirmed', 'at_institution', 'checking', 'unknown') or attention is not null);
