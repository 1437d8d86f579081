-- The edges of the state machine; the same table stands in src/enrolment/states.rs and a test compares them.
create table application_edges (
    from_state text not null,
    to_state text not null,
    primary key (from_state, to_state)
);
insert into application_edges (from_state, to_state) values
    ('none', 'draft'),
    ('draft', 'confirmed'),
    ('draft', 'expired'),
    ('draft', 'cancelled'),
    ('draft', 'paper'),
    ('confirmed', 'at_institution'),
    ('confirmed', 'expired'),
    ('confirmed', 'cancelled'),
    ('confirmed', 'paper'),
    ('at_institution', 'checking'),
    ('checking', 'registered'),
    ('checking', 'rejected'),
    ('checking', 'cancelled'),
    ('checking', 'unknown'),
    ('checking', 'expired'),
    ('checking', 'at_institution'),
    ('unknown', 'registered'),
    ('unknown', 'rejected'),
    ('unknown', 'cancelled'),
    ('unknown', 'expired'),
    ('unknown', 'corrected'),
    ('rejected', 'at_institution'),
    ('rejected', 'paper'),
    ('rejected', 'expired'),
    ('rejected', 'registered'),
    ('expired', 'registered'),
    ('cancelled', 'registered'),
    ('registered', 'corrected'),
    ('registered', 'withdrawn');

create table terms_versions (
    hash text primary key not null,
    version text not null,
    body text not null,
    first_shown_at timestamp not null
);

create table applications (
    id text primary key not null,
    receipt_number text unique,
    state text not null,
    event_no integer,
    rev integer not null,
    institution_code text references institutions (code),
    answers text not null,
    customer_index text,
    submit_key text not null unique,
    submit_digest text,
    submitted_rev integer,
    terms_hash text not null references terms_versions (hash),
    terms_accepted_at timestamp not null,
    mail_wanted boolean not null,
    reason text,
    reason_field text,
    created_at timestamp not null,
    updated_at timestamp not null,
    confirmed_at timestamp,
    decided_at timestamp,
    foreign key (id, event_no, state) references application_events (application_id, no, to_state),
    check (state = 'draft' or event_no is not null),
    check (state in ('draft', 'expired', 'cancelled', 'paper') or receipt_number is not null)
);
-- Rule 3: one application in flight for a customer number.
create unique index applications_one_in_flight on applications (customer_index)
    where state in ('at_institution', 'checking', 'unknown');
create index applications_decided on applications (decided_at);
create index applications_drafts on applications (updated_at) where state = 'draft';

create table application_events (
    application_id text not null references applications (id),
    no integer not null,
    from_state text not null,
    to_state text not null,
    actor text not null,
    cause text not null,
    evidence text not null,
    at timestamp not null,
    primary key (application_id, no),
    unique (application_id, no, to_state),
    foreign key (from_state, to_state) references application_edges (from_state, to_state)
);

-- Blind tokens for search: phone numbers, kana prefixes.
create table application_tokens (
    application_id text not null references applications (id),
    kind text not null,
    token text not null,
    primary key (kind, token, application_id)
);

create table attempts (
    id text primary key not null,
    application_id text not null references applications (id),
    no integer not null,
    gateway text not null,
    institution_code text not null references institutions (code),
    request text not null,
    details text not null,
    account_index text,
    tran_id text,
    token text,
    start_url text,
    token_expires_at timestamp,
    outcome text not null,
    raw_code text,
    reason text,
    registered_account text,
    inquiries integer not null,
    ladder_from timestamp,
    created_at timestamp not null,
    handed_off_at timestamp,
    decided_at timestamp,
    unique (application_id, no),
    unique (gateway, tran_id)
);
create index attempts_account on attempts (account_index);

-- What the gateway said to us, without secrets: the exchange of the timeline.
create table attempt_messages (
    id text primary key not null,
    attempt_id text not null references attempts (id),
    kind text not null,
    status text not null,
    raw_code text not null,
    at timestamp not null
);
create index attempt_messages_attempt on attempt_messages (attempt_id);

-- A browser that may see (viewer) or fill in (applicant) one application.
create table visits (
    token text primary key not null,
    application_id text not null references applications (id),
    kind text not null check (kind in ('applicant', 'viewer')),
    seen_at timestamp not null,
    expires_at timestamp not null,
    locked boolean not null
);
-- One-time links: the status QR shown before the hand-off.
create table status_links (
    token text primary key not null,
    application_id text not null references applications (id),
    expires_at timestamp not null,
    used_at timestamp
);
-- Look-up tries per receipt number and client, both as blind tokens.
create table lookup_tries (
    id text primary key not null,
    token text not null,
    at timestamp not null
);
create index lookup_tries_token on lookup_tries (token, at);

create trigger applications_follow_an_edge before update of state on applications
    when new.state <> old.state
     and not exists (select 1 from application_edges where from_state = old.state and to_state = new.state)
begin
    select raise(abort, 'the state machine has no such edge');
end;
create trigger applications_state_needs_event before update of state on applications
    when new.state <> old.state and coalesce(new.event_no, 0) <> coalesce(old.event_no, 0) + 1
begin
    select raise(abort, 'a state changes only with its event');
end;
create trigger applications_begin_as_draft before insert on applications when new.state <> 'draft'
begin
    select raise(abort, 'an application begins as a draft');
end;
create trigger application_events_stay before update on application_events
begin
    select raise(abort, 'events are never changed');
end;
create trigger application_events_remain before delete on application_events
begin
    select raise(abort, 'events are never deleted');
end;
