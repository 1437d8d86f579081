-- The few that are to be looked at, in the order of their results: without it a million decided ones were read for them.
create index applications_attention_decided on applications (decided_at, id)
    where confirmed_at is not null
        and (state in ('confirmed', 'at_institution', 'checking', 'unknown') or attention is not null);
