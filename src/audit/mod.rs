//! The record of who did what, chained by hashes so that a later change shows (NS 目的外, S7).
//!
//! An entry names its subject by an opaque id and never holds personal data.
mod checkpoints;
mod seal;
mod store;
mod words;

use chrono::NaiveDate;
use std::borrow::Cow;

pub use checkpoints::{
    Checkpoint, check, check_copy, check_slowly, checkpoints, make_checkpoint, public_key, signed_head, vouched,
};
pub use seal::{HeadSeal, reseal};
pub use store::{AuditEntry, Wanted, after, count, details_of, head_hash, head_no, record, search, verify};
pub use words::{ACTIONS, FAMILIES, action_label, actor_label, actor_word, detail_word, family_label, subject_label};

/// Stands between what was done and the address of who did it.
const FROM: &str = " from ";

/// Who acted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor<'a> {
    /// The citizen at the public form.
    Applicant,
    /// The gateway, by a verified message.
    Gateway,
    /// mizumado itself: a timer, a job, a start.
    System,
    /// A person at the command line of the server.
    Operator,
    /// The same, and who decided it (`staff/ID`), which stands behind the detail.
    OperatorFor(&'a str),
    /// A person signed in at the console: who, and from where. Without an address nobody acts.
    Staff { id: &'a str, address: &'a str },
}

/// A person at the console, for work that outlives the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub id: String,
    pub address: String,
}

impl Person {
    pub fn actor(&self) -> Actor<'_> {
        Actor::Staff {
            id: &self.id,
            address: &self.address,
        }
    }
}

impl<'a> Actor<'a> {
    /// The word in events and audit entries: `system`, `staff/01J…`.
    pub fn word(self) -> Cow<'a, str> {
        Cow::Borrowed(match self {
            Actor::Applicant => "applicant",
            Actor::Gateway => "gateway",
            Actor::System => "system",
            Actor::Operator | Actor::OperatorFor(_) => "operator",
            Actor::Staff { id, .. } => return Cow::Owned(format!("staff/{id}")),
        })
    }

    /// What an entry says in its detail: of a person at the console, also from where.
    fn detail(self, detail: &str) -> Cow<'_, str> {
        match self {
            Actor::Staff { address, .. } => Cow::Owned(format!("{detail}{FROM}{address}").trim_start().to_owned()),
            Actor::OperatorFor(by) => Cow::Owned(format!("{detail} by {by}").trim_start().to_owned()),
            _ => Cow::Owned(detail.to_owned()),
        }
    }
}

/// Where a chain stops being the one that was signed.
#[derive(Debug, PartialEq, Eq)]
pub struct Unlike {
    /// The day of the first checkpoint that does not fit.
    pub day: NaiveDate,
    /// The entry of the last checkpoint before it that fits; 0 is the beginning. Up to here nothing was changed.
    pub after: i64,
    /// The entry of the checkpoint that does not fit.
    pub upto: i64,
}

/// How far which key vouches for the entries.
#[derive(Debug, PartialEq, Eq)]
pub struct Vouched {
    /// The head when the first seal was made: 0 for a database that always had one.
    pub since: i64,
    /// Every entry up to this one is sealed.
    pub sealed: i64,
    /// Day and entry of the newest checkpoint.
    pub signed: Option<(NaiveDate, i64)>,
}

impl std::fmt::Display for Vouched {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.signed {
            Some((day, no)) => write!(f, "SIGNED up to entry {no} at the end of {day}; ")?,
            None => write!(f, "SIGNED up to no entry yet; ")?,
        }
        let Self { since, sealed, .. } = self;
        write!(f, "SEALED up to entry {sealed}, with every write since entry {since}")
    }
}

/// The outcome of [`check`].
#[derive(Debug, PartialEq, Eq)]
pub enum ChainCheck {
    /// All entries follow from one another; their number.
    Whole(i64),
    /// The first entry that does not follow.
    BrokenAt(i64),
    /// The chain follows, but is not the one that was signed: it was rewritten, or cut, somewhere in this range.
    NotAsSigned(Unlike),
    /// The chain follows and is what was signed, but its end is not the one that was sealed: after this entry something
    /// was changed, cut off or added without the keys.
    NotAsSealed { after: i64 },
}

impl ChainCheck {
    /// What an entry about a check says in its detail.
    pub fn word(&self) -> String {
        match self {
            ChainCheck::Whole(count) => format!("whole {count}"),
            ChainCheck::BrokenAt(no) => format!("broken {no}"),
            ChainCheck::NotAsSigned(Unlike { day, after, upto }) => format!("unsigned {day} {after} {upto}"),
            ChainCheck::NotAsSealed { after } => format!("unsealed {after}"),
        }
    }

    /// Reads such a word.
    pub fn read(detail: &str) -> Option<Self> {
        let words: Vec<&str> = detail.split(' ').collect();
        let number = |place: usize| words.get(place).and_then(|word| word.parse().ok());
        Some(match *words.first()? {
            "whole" => ChainCheck::Whole(number(1)?),
            "broken" => ChainCheck::BrokenAt(number(1)?),
            "unsigned" => ChainCheck::NotAsSigned(Unlike {
                day: words.get(1)?.parse().ok()?,
                after: number(2)?,
                upto: number(3)?,
            }),
            "unsealed" => ChainCheck::NotAsSealed { after: number(1)? },
            _ => return None,
        })
    }
}

impl std::fmt::Display for ChainCheck {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ChainCheck::Whole(count) => write!(f, "the audit chain is whole: {count} entries"),
            ChainCheck::BrokenAt(no) => write!(f, "the audit chain is broken at entry {no}"),
            ChainCheck::NotAsSigned(Unlike { day, after, upto }) => write!(
                f,
                "the audit chain is not the one that was signed on {day}: it differs between entry {after} (the last \
                 signed head that fits) and entry {upto} (the first that does not)"
            ),
            ChainCheck::NotAsSealed { after } => write!(
                f,
                "the audit chain is not the one that was sealed: after entry {after} something was changed, cut off or \
                 added without the keys"
            ),
        }
    }
}
