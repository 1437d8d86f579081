-- What people ask, by whichever way it reached the bureau. Everything that a person said or left is sealed.
create table inquiries (
    id text primary key not null,
    number text not null unique,
    source text not null check (source in ('web', 'phone', 'counter', 'mail', 'staff')),
    category text not null,
    priority text not null check (priority in ('urgent', 'high', 'normal', 'low')),
    status text not null check (status in ('open', 'waiting', 'answered', 'closed')),
    rev integer not null,
    -- The sealed name, phone and mail address of who asks.
    contact text not null,
    -- A blind token of the code that was shown once.
    code_token text,
    -- Makes a form that is sent twice one inquiry.
    submit_key text unique,
    submit_digest text,
    application_id text references applications (id),
    institution_code text references institutions (code),
    assignee text references staff (id),
    next_contact_on date,
    made_by text not null,
    received_at timestamp not null,
    due_at timestamp not null,
    answered_at timestamp,
    closed_at timestamp,
    updated_at timestamp not null
);
create index inquiries_newest on inquiries (received_at, id);
create index inquiries_open on inquiries (due_at, id) where status <> 'closed';
create index inquiries_application on inquiries (application_id) where application_id is not null;

create table inquiry_messages (
    id text primary key not null,
    inquiry_id text not null references inquiries (id),
    kind text not null check (kind in ('asked', 'reply', 'note', 'handover')),
    author text not null,
    body text not null,
    at timestamp not null
);
create index inquiry_messages_inquiry on inquiry_messages (inquiry_id, at);
create index inquiry_messages_kind on inquiry_messages (kind, at);

-- What happened, in words of ours and opaque ids.
create table inquiry_events (
    id text primary key not null,
    inquiry_id text not null references inquiries (id),
    actor text not null,
    what text not null,
    detail text not null,
    at timestamp not null
);
create index inquiry_events_inquiry on inquiry_events (inquiry_id, at);

-- Blind tokens of the phone number and of kana, so that an inquiry is found by what a caller says.
create table inquiry_tokens (
    kind text not null,
    token text not null,
    inquiry_id text not null references inquiries (id),
    primary key (kind, token, inquiry_id)
);

-- A citizen's browser: what is typed and not yet sent, or an inquiry that it may read.
create table inquiry_browsers (
    token text primary key not null,
    inquiry_id text references inquiries (id),
    sealed text not null,
    expires_at timestamp not null
);
create index inquiry_browsers_expires on inquiry_browsers (expires_at);

-- Tries to send or to look up, under blind tokens.
create table inquiry_tries (
    id text primary key not null,
    token text not null,
    at timestamp not null
);
create index inquiry_tries_token on inquiry_tries (token, at);

-- Words that somebody looks for in old answers, sealed, under an opaque id.
create table inquiry_queries (
    id text primary key not null,
    staff_id text not null references staff (id),
    words text not null,
    created_at timestamp not null
);

-- Files beside an inquiry. What is infected has no content any more.
create table inquiry_files (
    id text primary key not null,
    inquiry_id text not null references inquiries (id),
    kind text not null,
    name text not null,
    content text not null,
    bytes integer not null,
    state text not null check (state in ('waiting', 'clean', 'infected')),
    finding text,
    added_by text not null,
    added_at timestamp not null,
    checked_at timestamp
);
create index inquiry_files_inquiry on inquiry_files (inquiry_id, added_at);
create index inquiry_files_waiting on inquiry_files (added_at) where state = 'waiting';

create table inquiry_templates (
    id text primary key not null,
    name text not null,
    body text not null,
    retired_at timestamp,
    made_by text not null,
    updated_at timestamp not null
);

-- When the desk answers, and how soon. One row; days that differ; working minutes per priority.
create table support_hours (
    id integer primary key not null check (id = 1),
    weekdays text not null,
    opens text not null,
    closes text not null,
    urgent_minutes integer not null,
    high_minutes integer not null,
    normal_minutes integer not null,
    low_minutes integer not null,
    rev integer not null
);
insert into support_hours values (1, '12345', '08:30', '17:15', 60, 240, 1050, 2625, 0);
create table support_days (
    day date primary key not null,
    opens text,
    closes text,
    note text not null
);

-- Questions and answers of the public page that come of inquiries: written by one person, approved by another.
create table faq_entries (
    id text primary key not null,
    question text not null,
    answer text not null,
    category text not null,
    inquiry_id text references inquiries (id),
    -- The entry that goes when this one is approved.
    replaces text references faq_entries (id),
    state text not null check (state in ('draft', 'proposed', 'approved', 'refused')),
    made_by text not null,
    made_at timestamp not null,
    decided_by text,
    decided_at timestamp,
    retired_at timestamp,
    check (decided_by is null or decided_by <> made_by),
    check (state in ('draft', 'proposed') or decided_by is not null)
);
create index faq_entries_shown on faq_entries (category, decided_at) where state = 'approved' and retired_at is null;

-- Requests for improvement, heard in inquiries and evaluations, and who asked for them.
create table improvements (
    id text primary key not null,
    title text not null,
    body text not null,
    origin text not null check (origin in ('inquiry', 'evaluation', 'staff')),
    state text not null check (state in ('asked', 'planned', 'done', 'declined')),
    rev integer not null,
    reason text not null,
    version text,
    made_by text not null,
    made_at timestamp not null,
    decided_by text,
    decided_at timestamp,
    check (state <> 'done' or version is not null)
);
create table improvement_askers (
    improvement_id text not null references improvements (id),
    inquiry_id text not null references inquiries (id),
    primary key (improvement_id, inquiry_id)
);
