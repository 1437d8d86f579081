drop index attempts_client_accounts;
drop index status_links_expiry;
drop index visits_expiry;
drop index application_tokens_application;
