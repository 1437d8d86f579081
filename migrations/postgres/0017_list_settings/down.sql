drop table list_settings;
drop index applications_institution_state;
drop index applications_institution_decided;
