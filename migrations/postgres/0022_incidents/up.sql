-- Whom to call when something is broken (K13). A row is never changed: what counts on a day is what was added before and
-- not ended then. Names and telephones are sealed.
create table contacts (
    id text primary key not null,
    band text not null check (band in ('office', 'night', 'holiday')),
    position integer not null,
    organisation text not null,
    name text not null,
    phone text not null,
    added_at timestamp not null,
    added_by text not null,
    ended_at timestamp,
    ended_by text,
    check ((ended_at is null) = (ended_by is null))
);
create index contacts_of_band on contacts (band, position);

-- What broke, from its beginning to the measures against its coming back (N8.8, NS インシデント).
create table incidents (
    id text primary key not null,
    no integer not null unique,
    title text not null,
    severity text not null check (severity in ('minor', 'major', 'critical')),
    is_accident boolean not null,
    state text not null check (state in ('open', 'working', 'restored', 'closed')),
    happened_at timestamp not null,
    opened_at timestamp not null,
    opened_by text not null,
    restored_at timestamp,
    closed_at timestamp,
    cause text,
    next_note_at timestamp,
    check ((state in ('restored', 'closed')) = (restored_at is not null)),
    check ((state = 'closed') = (closed_at is not null)),
    check (state <> 'closed' or cause is not null),
    check (next_note_at is null or state in ('open', 'working'))
);
create table incident_targets (
    incident_id text not null references incidents (id),
    kind text not null check (kind in ('institution', 'function')),
    word text not null,
    primary key (incident_id, kind, word)
);
-- The alarms behind an incident. One alarm belongs to one incident, so that it raises no second.
create table incident_alarms (
    alarm_id text primary key not null references alarms (id),
    incident_id text not null references incidents (id),
    linked_at timestamp not null,
    ended_at timestamp
);
create index incident_alarms_of on incident_alarms (incident_id);
create table incident_notes (
    id text primary key not null,
    incident_id text not null references incidents (id),
    kind text not null,
    body text not null,
    made_by text not null,
    at timestamp not null
);
create index incident_notes_of on incident_notes (incident_id, at);
create table incident_calls (
    id text primary key not null,
    incident_id text not null references incidents (id),
    contact_id text not null references contacts (id),
    reached boolean not null,
    note text not null,
    made_by text not null,
    at timestamp not null
);
create index incident_calls_of on incident_calls (incident_id, at);
-- Closed times of institutions that were begun from an incident.
create table incident_stops (
    closure_id text primary key not null references closures (id),
    incident_id text not null references incidents (id)
);
create index incident_stops_of on incident_stops (incident_id);
create table incident_measures (
    id text primary key not null,
    incident_id text not null references incidents (id),
    body text not null,
    unit text not null,
    due date not null,
    made_by text not null,
    made_at timestamp not null,
    done_by text,
    done_at timestamp,
    check ((done_at is null) = (done_by is null))
);
create index incident_measures_of on incident_measures (incident_id);
create index incident_measures_open on incident_measures (due) where done_at is null;
-- The report of an accident with personal data (NP14, KS23), and which entries of the audit record it looks at.
create table accident_reports (
    incident_id text primary key not null references incidents (id),
    contents text not null,
    place text not null,
    situation text not null,
    response text not null,
    seen_by text not null,
    seen_from timestamp not null,
    seen_to timestamp not null,
    rev integer not null,
    made_by text not null,
    made_at timestamp not null,
    check (seen_from < seen_to)
);
create function incident_records_stay() returns trigger language plpgsql as $$
begin
    raise exception 'notes and calls of an incident are never changed or deleted' using errcode = 'check_violation';
end $$;
create trigger incident_notes_stay before update or delete on incident_notes
    for each row execute function incident_records_stay();
create trigger incident_calls_stay before update or delete on incident_calls
    for each row execute function incident_records_stay();
