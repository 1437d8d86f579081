-- The refusals that look like guessing, and the registrations, of one client: a limit asks for them at every hand-off.
create index attempts_guesses on attempts (client_index, created_at)
    where reason in ('pin_mismatch', 'no_account', 'name_mismatch', 'credential_mismatch');
create index attempts_successes on attempts (client_index, created_at) where outcome = 'success';
