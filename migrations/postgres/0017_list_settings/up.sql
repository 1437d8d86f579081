-- An institution in the order of the results, and with a state that few have: a million rows would be read for fifty.
create index applications_institution_decided on applications (institution_code, decided_at, id) where confirmed_at is not null;
create index applications_institution_state on applications (institution_code, state, confirmed_at, id) where confirmed_at is not null;

-- How a person wants the list of applications; nothing of an applicant.
create table list_settings (
    staff_id text primary key not null references staff (id),
    density text not null check (density in ('standard', 'close'))
);
