drop index attempts_client_accounts;
drop index status_links_expiry;
drop index visits_expiry;
drop index applications_state_updated;
drop index application_tokens_application;
