-- Results that no batch holds yet: written with the edge, taken with the batch, each in one transaction (rule 6).
create table result_outbox (
    application_id text not null references applications (id),
    event_no integer not null,
    at timestamp not null,
    primary key (application_id, event_no)
);
create index result_outbox_at on result_outbox (at);
insert into result_outbox (application_id, event_no, at)
    select id, event_no, decided_at from applications
    where decided_at is not null and receipt_number is not null
      and state in ('registered', 'rejected', 'cancelled', 'expired', 'corrected', 'withdrawn', 'paper');

-- Versions of the layout. `body` is its TOML; the approved one with the latest day counts.
create table layout_versions (
    id text primary key not null,
    version integer not null unique,
    body text not null,
    effective_from date not null,
    state text not null check (state in ('draft', 'proposed', 'approved', 'refused')),
    made_by text not null,
    made_at timestamp not null,
    note text not null,
    decided_by text,
    decided_at timestamp,
    check (decided_by is null or decided_by <> made_by)
);

-- A numbered, immutable file for the billing system. `content` is sealed.
create table deliveries (
    no bigint primary key not null,
    -- The business day of its cut; a reissue has the day of its original.
    day date not null,
    reissue_of bigint references deliveries (no),
    layout_id text not null references layout_versions (id),
    file_name text not null,
    content text not null,
    report text not null,
    bytes bigint not null,
    sha256 text not null,
    row_count bigint not null,
    findings bigint not null,
    made_by text not null,
    made_at timestamp not null
);
-- One by the clock for a day; a person may close another batch in between.
create unique index deliveries_day on deliveries (day) where reissue_of is null and made_by = 'system';

-- Which results a batch holds; each result stands in exactly one.
create table delivery_items (
    application_id text not null,
    event_no integer not null,
    delivery_no bigint not null references deliveries (no),
    position integer not null,
    kind text not null check (kind in ('result', 'correction')),
    -- The row as it was delivered, sealed; null for a result that a newer one of the same batch stands for.
    record text,
    primary key (application_id, event_no),
    foreign key (application_id, event_no) references application_events (application_id, no)
);
create index delivery_items_delivery on delivery_items (delivery_no, position);

create table delivery_downloads (
    id text primary key not null,
    delivery_no bigint not null references deliveries (no),
    staff_id text not null references staff (id),
    what text not null,
    at timestamp not null
);
create index delivery_downloads_delivery on delivery_downloads (delivery_no, at);

create function deliveries_stay() returns trigger language plpgsql as $$
begin
    raise exception 'a delivery is never changed or deleted' using errcode = 'check_violation';
end $$;
create trigger deliveries_stay before update or delete on deliveries
    for each row execute function deliveries_stay();
create trigger delivery_items_stay before update or delete on delivery_items
    for each row execute function deliveries_stay();
