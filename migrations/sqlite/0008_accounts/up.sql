-- People of the bureau's side. Names are sealed; the code is the bureau's own number of the person.
create table staff (
    id text primary key not null,
    code text not null unique,
    name text not null,
    unit text not null,
    handle text not null unique,
    -- Raised by "sign out everywhere": older sessions and ceremonies are void.
    epoch integer not null,
    active boolean not null,
    created_at timestamp not null,
    updated_at timestamp not null
);

-- Who may do what, from when until when (KS5, KS19).
create table staff_roles (
    id text primary key not null,
    staff_id text not null references staff (id),
    role text not null,
    granted_by text not null,
    since timestamp not null,
    until timestamp
);
create unique index staff_roles_one on staff_roles (staff_id, role) where until is null;

create table staff_trainings (
    id text primary key not null,
    staff_id text not null references staff (id),
    held_on date not null,
    title text not null,
    recorded_by text not null,
    recorded_at timestamp not null
);
create index staff_trainings_staff on staff_trainings (staff_id, held_on);

create table passkeys (
    id text primary key not null,
    credential_id text not null unique,
    staff_id text not null references staff (id),
    label text not null,
    passkey text not null,
    counter bigint not null,
    created_at timestamp not null,
    used_at timestamp,
    revoked_at timestamp
);
create index passkeys_staff on passkeys (staff_id);

-- A challenge that was given and not yet answered; read once.
create table ceremonies (
    id text primary key not null,
    kind text not null,
    staff_id text references staff (id),
    way_in text,
    state text not null,
    created_at timestamp not null
);
create index ceremonies_created on ceremonies (created_at);

-- One-time rights to enrol a key: an invitation, or one of a person's recovery codes. The token is blind.
create table ways_in (
    token text primary key not null,
    kind text not null check (kind in ('invitation', 'recovery')),
    staff_id text not null references staff (id),
    created_by text not null,
    created_at timestamp not null,
    expires_at timestamp,
    used_at timestamp
);
create index ways_in_staff on ways_in (staff_id, kind);

-- One row a sign-in. `key_hash` is that of the cookie in use, and null between two of them.
create table staff_sessions (
    id text primary key not null,
    staff_id text not null references staff (id),
    key_hash text unique,
    state text not null,
    epoch integer not null,
    address text not null,
    agent text not null,
    began_at timestamp not null,
    seen_at timestamp not null,
    confirmed_at timestamp not null,
    expires_at timestamp not null,
    ended_at timestamp
);
create index staff_sessions_staff on staff_sessions (staff_id, began_at);
