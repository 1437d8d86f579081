-- How a person wants the list of applications; nothing of an applicant.
create table list_settings (
    staff_id text primary key not null references staff (id),
    density text not null check (density in ('standard', 'close'))
);
