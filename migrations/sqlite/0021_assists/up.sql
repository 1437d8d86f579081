-- A citizen on the phone, and where in the form their browser is. Never a value of the form, and no application:
-- only words that the program has for its pages and fields.
create table assists (
    id text primary key not null,
    -- A blind token of the cookie's secret.
    browser text not null unique,
    -- The six digits, blind and sealed; gone when it ends.
    code_token text unique,
    code text not null,
    page text not null,
    -- `field:kind field:kind …`
    faults text not null,
    seen_at timestamp not null,
    expires_at timestamp not null,
    claimed_by text references staff (id),
    hint text,
    hint_page text,
    hint_at timestamp,
    hint_seen_at timestamp
);
create index assists_expires on assists (expires_at);
