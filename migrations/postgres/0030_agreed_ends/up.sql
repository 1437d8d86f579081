-- The end that a second person agreed upon; whoever extends an outage alone is held against it.
alter table outages add column agreed_until timestamp;
update outages set agreed_until = ends_at;
