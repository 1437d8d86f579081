-- Whose closed time it is: `outage/ID` or `incident/ID`; null when staff announced it alone. Its owner alone takes it back.
alter table closures add column owner text;
update closures set owner = (select 'outage/' || outages.id from outages where outages.closure_id = closures.id)
    where id in (select closure_id from outages where closure_id is not null);
update closures set owner = (select 'incident/' || incident_stops.incident_id from incident_stops where incident_stops.closure_id = closures.id)
    where id in (select closure_id from incident_stops);
