-- The staff's list in every order and filter it offers; drafts are not in it.
create index applications_newest on applications (confirmed_at, id) where confirmed_at is not null;
create index applications_state on applications (state, confirmed_at, id) where confirmed_at is not null;
create index applications_institution on applications (institution_code, confirmed_at, id) where confirmed_at is not null;
create index applications_decided_id on applications (decided_at, id) where confirmed_at is not null;
create index applications_state_decided on applications (state, decided_at, id) where confirmed_at is not null;
create index applications_customer on applications (customer_index) where customer_index is not null;

-- A search by name or phone, under an opaque id: what was typed is kept as blind tokens only.
create table searches (
    id text primary key not null,
    staff_id text not null references staff (id),
    tokens text not null,
    label text not null,
    created_at timestamp not null
);
create index searches_created on searches (created_at);

-- Filters that somebody gave a name.
create table saved_views (
    id text primary key not null,
    staff_id text not null references staff (id),
    name text not null,
    query text not null,
    created_at timestamp not null
);
create index saved_views_staff on saved_views (staff_id, name);

-- Who looked at masked items of an application, why, until when.
create table reveals (
    id text primary key not null,
    application_id text not null references applications (id),
    staff_id text not null references staff (id),
    reason text not null,
    note text not null,
    at timestamp not null,
    until timestamp not null
);
create index reveals_application on reveals (application_id, staff_id, until);

create table application_notes (
    id text primary key not null,
    application_id text not null references applications (id),
    staff_id text not null references staff (id),
    body text not null,
    at timestamp not null
);
create index application_notes_application on application_notes (application_id, at);
