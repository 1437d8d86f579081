-- 「要対応」: few applications of many; the list's filter writes its states in these very words.
create index applications_stuck on applications (confirmed_at, id)
    where confirmed_at is not null and state in ('confirmed', 'at_institution', 'checking', 'unknown');
