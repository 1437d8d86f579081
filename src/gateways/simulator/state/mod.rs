//! What the simulator keeps. `ledger` is the memory with its indexes, `disk` the log file, `store` keeps both in step.

mod disk;
mod index;
mod ledger;
mod store;

use super::{
    Options,
    autopilot::Flight,
    institutions::{self, Institution, Step},
    messages::Seal,
    outcome::{Outcome, Twist},
    scenarios::{self, Scenario},
    typing::Problem,
};
use chrono::{Duration, NaiveDateTime};
pub use ledger::{Ledger, Settings, Tally};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
pub use store::Store;

/// A bank account as messages write it; all empty when the institution asks for it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub branch: String,
    pub deposit_type: String,
    pub account_number: String,
    pub holder_kana: String,
}

impl Account {
    /// Whether nothing is known of it.
    pub fn is_empty(&self) -> bool {
        *self == Account::default()
    }
}

/// What the bureau sent in a create message, besides the attempt's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    pub institution: String,
    pub account: Account,
    pub return_url: String,
    pub push_url: String,
}

/// One push: what it says, how it is sealed, and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// Letters are numbered in the order in which they were planned.
    pub number: u64,
    pub says: Outcome,
    pub seal: Seal,
    pub first_at: NaiveDateTime,
    pub due_at: NaiveDateTime,
    pub tries: usize,
    pub delivered: bool,
    pub given_up: bool,
    /// The same bytes are sent this many times.
    pub copies: u32,
    /// Waits until a letter planned later has gone out, or until `due_at`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held: bool,
    /// Seconds after which the same bytes come once more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again_after: Option<u32>,
    /// The bytes of one that comes once more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

impl Letter {
    /// One that is sent once, as it should be.
    pub fn of(number: u64, says: Outcome, due_at: NaiveDateTime) -> Letter {
        Letter {
            number,
            says,
            seal: Seal::Own,
            first_at: due_at,
            due_at,
            tries: 0,
            delivered: false,
            given_up: false,
            copies: 1,
            held: false,
            again_after: None,
            body: None,
        }
    }

    /// Whether it is still to be sent.
    pub fn is_waiting(&self) -> bool {
        !self.delivered && !self.given_up
    }
}

/// One transaction. There is no place in it for a PIN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transaction {
    pub attempt_id: String,
    pub tran_id: String,
    pub token: String,
    pub request: Request,
    /// As sent, or as typed at the institution.
    pub account: Account,
    pub created_at: NaiveDateTime,
    pub expires_at: NaiveDateTime,
    /// How often the bureau asked to begin it, and how often it asked for the result.
    #[serde(default)]
    pub begins: u32,
    #[serde(default)]
    pub inquiries: u32,
    /// How many mandates it has brought.
    #[serde(default)]
    pub registrations: u32,
    /// How many choices were made for it.
    #[serde(default)]
    pub rolled: u64,
    /// The secret part of the pages' paths, there from the opening on.
    pub session: Option<String>,
    pub opened_at: Option<NaiveDateTime>,
    /// Set on the control page; otherwise the account number chooses.
    pub scenario: Option<String>,
    /// How it ends if nobody comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flight: Option<Flight>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub done: BTreeSet<Step>,
    /// What was typed on the account page, and what was wrong with the last form.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub typed: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
    pub outcome: Option<Outcome>,
    /// What the inquiry says otherwise than it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub twist: Option<Twist>,
    /// The browser will not find the way back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lost_return: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub letters: Vec<Letter>,
}

impl Transaction {
    /// Its institution; creation checks that there is one.
    pub fn institution(&self) -> &'static Institution {
        institutions::find(&self.request.institution).unwrap_or(&institutions::ALL[0])
    }

    /// The scenario, as soon as it can be known.
    pub fn scenario(&self) -> Option<&'static Scenario> {
        match &self.scenario {
            Some(number) => scenarios::find(number),
            None if self.account.is_empty() => None,
            None => Some(scenarios::of_account(&self.account.account_number)),
        }
    }
}

/// How long things take, from the command line.
#[derive(Debug, Clone)]
pub struct Rules {
    pub late: Duration,
    pub push: Duration,
    /// From a result to its push; `None` if only scenario 23 pushes.
    pub push_after: Option<Duration>,
    pub token: Duration,
    pub session: Duration,
}

impl Rules {
    fn of(options: &Options) -> Rules {
        Rules {
            late: Duration::seconds(options.late_seconds.into()),
            push: Duration::seconds(options.push_seconds.into()),
            push_after: options
                .push_after_result
                .then(|| Duration::seconds(options.push_after_seconds.into())),
            token: Duration::minutes(options.token_minutes.into()),
            session: Duration::minutes(options.session_minutes.into()),
        }
    }
}
