-- Each of these was a statement that read a growing table from end to end.
create index application_tokens_application on application_tokens (application_id);
create index visits_expiry on visits (expires_at);
create index status_links_expiry on status_links (expires_at);
-- The different accounts of one client, in order, so that counting them can stop early.
create index attempts_client_accounts on attempts (client_index, account_index, created_at);
