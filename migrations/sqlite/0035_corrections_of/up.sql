-- The corrections of one application: the page of a corrected one and each of its rows in a file ask for them.
create index corrections_application on corrections (application_id, decided_at);
