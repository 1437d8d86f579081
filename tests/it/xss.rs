//! What people type is text, never markup: a corpus of payloads in every free field of both listeners (S11).
mod console;
mod inert;
mod public;

use crate::harness::Wish;

/// Forms without end from one machine.
pub fn no_limits() -> Wish {
    Wish {
        more_settings:
            "[limits]\naccount_handoffs = 100000\nclient_refusals = 100000\nclient_accounts_alarm = 100000\n\
                        client_drafts_per_hour = 1000000\n"
                .into(),
        ..Wish::with_console()
    }
}
