//! How long a campaign is: small in the suite, as long as the environment says by hand (`make promises`).
use crate::harness::Wish;

/// A number of the environment, or the suite's.
pub fn number(name: &str, in_the_suite: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} is a whole number")),
        Err(_) => in_the_suite,
    }
}

/// A world in which one machine may apply as often as it likes.
pub fn without_limits() -> Wish {
    let limits = ["account_handoffs", "client_refusals", "client_accounts_alarm"];
    let limits: String = limits.iter().map(|name| format!("{name} = 1000000\n")).collect();
    Wish {
        more_settings: format!("[limits]\n{limits}client_drafts_per_hour = 100000000\n"),
        ..Wish::default()
    }
}
