//! Hand-offs are limited, so that the form is no tool for guessing accounts and PINs (domain page, "Abuse").
//!
//! Many people share one address of a mobile network. So a client is not limited by how much comes from it, but by
//! how much of it looks like guessing, held against what was registered from there.
use super::store::{self, Application};
use crate::{
    alarms,
    db::{Conn, one_at_a_time},
    web::Error,
    workspace::Workspace,
};
use chrono::{Duration, NaiveDateTime};

/// Which limit keeps a hand-off from being begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    Account,
    Application,
    Client,
}

impl Limit {
    /// The word in the figures.
    pub fn as_str(self) -> &'static str {
        match self {
            Limit::Account => "account",
            Limit::Application => "application",
            Limit::Client => "client",
        }
    }
}

/// Limits look back so far.
const WINDOW: Duration = Duration::hours(24);

/// Nothing is counted further, so that a flood of one client makes no hand-off slow.
const MOST_COUNTED: i64 = 2000;

/// Who asks for a hand-off, by blind tokens; empty or `None` where it is not known.
pub struct Asking<'a> {
    pub application: &'a Application,
    pub account_index: Option<&'a str>,
    pub client_index: Option<&'a str>,
}

/// The limit that is reached, if any. Raises an alarm when one client tries many accounts.
pub fn reached(
    conn: &mut Conn,
    workspace: &Workspace,
    asking: &Asking,
    now: NaiveDateTime,
) -> Result<Option<Limit>, Error> {
    let (limits, since) = (&workspace.settings.limits, now - WINDOW);
    // Hand-offs that are sent at once count one after the other, always in this order.
    for token in [asking.account_index, asking.client_index].into_iter().flatten() {
        one_at_a_time(conn, token)?;
    }
    if store::handoffs_of_application(conn, &asking.application.id, since)? >= limits.application_handoffs {
        return Ok(Some(Limit::Application));
    }
    if let Some(account) = asking.account_index
        && store::handoffs_of_account(conn, account, since)? >= limits.account_handoffs
    {
        return Ok(Some(Limit::Account));
    }
    let Some(client) = asking.client_index else {
        return Ok(None);
    };
    let accounts = store::accounts_of_client(conn, client, since, limits.client_accounts_alarm)?;
    if accounts >= limits.client_accounts_alarm {
        let key = format!("enrolment.many_accounts:{}", &client[..12.min(client.len())]);
        let message =
            "1つの接続元から、多くの口座の手続きが続いています。不正な試行でないか、アクセスログで確かめてください。";
        let cause = alarms::Cause {
            key: &key,
            subject: "",
            message,
        };
        alarms::raise(conn, workspace, &cause, now)?;
    }
    let guesses = store::guesses_of_client(conn, client, since, MOST_COUNTED)?;
    if guesses < limits.client_refusals {
        return Ok(None);
    }
    let successes = store::successes_of_client(conn, client, since, MOST_COUNTED)?;
    let allowed = limits.client_refusals + limits.refusals_per_success * successes;
    Ok((guesses >= allowed).then_some(Limit::Client))
}
