//! What was decided, and what an inquiry says of it. The two differ only where a fault wants it so.

use super::{
    faults::{By, Fault, Kind, Place},
    messages::{Fields, fields, stamp},
    scenarios::{Known, WayBack},
    state::{Ledger, Rules, Transaction},
};
use chrono::{Duration, NaiveDateTime};
use serde::{Deserialize, Serialize};

/// The result. It is told from `decided_at` on, which may lie ahead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    pub code: String,
    pub field: String,
    pub decided_at: NaiveDateTime,
}

impl Outcome {
    /// Whether a mandate was registered.
    pub fn is_success(&self) -> bool {
        self.code == "0000"
    }

    /// Its word in messages.
    pub fn status(&self) -> &'static str {
        if self.is_success() { "success" } else { "fail" }
    }

    /// The same the other way round, a failure with this code.
    pub fn opposite(&self, code: &str) -> Outcome {
        Outcome {
            code: if self.is_success() { code } else { "0000" }.to_owned(),
            field: String::new(),
            decided_at: self.decided_at,
        }
    }
}

/// What the inquiry says otherwise than it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Twist {
    /// A failure until this time, which the inquiry of this number may set; then the success that it is.
    Late {
        code: String,
        until: Option<NaiveDateTime>,
        inquiry: Option<u32>,
    },
    /// At every second inquiry the opposite, from after this number up to that.
    Flip { code: String, after: u32, upto: u32 },
}

impl Transaction {
    /// The status of an inquiry.
    pub fn status(&self, now: NaiveDateTime) -> &'static str {
        match (&self.outcome, self.opened_at) {
            (Some(_), _) => self.told(now).map_or("ended", |outcome| outcome.status()),
            (None, Some(_)) => "started",
            (None, None) if now < self.expires_at => "entry",
            (None, None) => "unprocessed",
        }
    }

    /// The outcome as it is told, once it may be told.
    pub fn told(&self, now: NaiveDateTime) -> Option<Outcome> {
        let outcome = self.outcome.as_ref().filter(|outcome| now >= outcome.decided_at)?;
        Some(match &self.twist {
            Some(Twist::Late { until, code, .. }) => match until.filter(|until| now >= *until) {
                Some(changed_at) => Outcome {
                    decided_at: changed_at,
                    ..outcome.clone()
                },
                None => outcome.opposite(code),
            },
            _ => outcome.clone(),
        })
    }

    /// The outcome as the inquiry of this number hears it.
    fn heard(&self, now: NaiveDateTime, number: u32) -> Option<Outcome> {
        let told = self.told(now)?;
        Some(match &self.twist {
            Some(Twist::Flip { code, after, upto }) if number <= *upto && (number - after) % 2 == 1 => {
                told.opposite(code)
            }
            _ => told,
        })
    }

    /// The word the browser brings back; the bureau asks whatever it is.
    pub fn hint(&self, now: NaiveDateTime) -> &'static str {
        match self.told(now).as_ref().map(|outcome| outcome.code.as_str()) {
            Some("0000") => "success",
            Some("C01") => "cancel",
            Some(_) => "fail",
            None => "unknown",
        }
    }

    /// How the last page lets the browser go. One that left early goes back in the ordinary way.
    pub fn way_back(&self) -> WayBack {
        let success = self.outcome.as_ref().is_some_and(Outcome::is_success);
        match self
            .scenario()
            .filter(|_| success)
            .map_or(WayBack::Post, |scenario| scenario.way_back)
        {
            WayBack::Nowhere => WayBack::Nowhere,
            _ if self.lost_return => WayBack::Lost,
            way => way,
        }
    }

    /// What is said of it: the fields of an inquiry's answer and of a push.
    pub fn said(&self, status: &str, outcome: Option<&Outcome>) -> Fields {
        let mut said = fields([
            ("attempt_id", self.attempt_id.clone()),
            ("tran_id", self.tran_id.clone()),
            ("status", status.to_owned()),
        ]);
        let Some(outcome) = outcome else { return said };
        said.extend(fields([
            ("code", outcome.code.clone()),
            ("decided_at", stamp(outcome.decided_at)),
        ]));
        if !outcome.field.is_empty() {
            said.extend(fields([("field", outcome.field.clone())]));
        }
        if outcome.is_success() {
            said.extend(fields([
                ("branch", self.account.branch.clone()),
                ("deposit_type", self.account.deposit_type.clone()),
                ("account_number", self.account.account_number.clone()),
                ("holder_kana", self.account.holder_kana.clone()),
            ]));
        }
        said
    }
}

impl Ledger {
    /// Writes the result down, lets the faults that may strike here strike, and plans the pushes.
    pub fn decide(&mut self, at: usize, (code, field): (&str, &str), now: NaiveDateTime, known: Known, rules: &Rules) {
        let decided_at = match known {
            Known::AtOnce => now,
            Known::Late => now + rules.late,
            Known::WithPush => now + rules.push,
        };
        let outcome = Outcome {
            code: code.to_owned(),
            field: field.to_owned(),
            decided_at,
        };
        let by = By::Transaction(at);
        let lost_return = self.strike(by, Place::Return, &[Kind::Lost], now).is_some();
        let twists: &[Kind] = if outcome.is_success() {
            &[Kind::LateChange, Kind::Flip]
        } else {
            &[Kind::Flip]
        };
        let fault = self.strike(by, Place::Inquire, twists, now);
        self.edit(at, |it| {
            it.problems.clear();
            it.registrations += u32::from(outcome.is_success());
            it.lost_return = lost_return;
            it.twist = fault.map(|fault| twist(&fault, decided_at, it.inquiries));
            it.outcome = Some(outcome);
        });
        let after = match known {
            Known::WithPush => Some(Duration::zero()),
            _ => rules.push_after,
        };
        let it = &self.transactions()[at];
        let (first, then) = (it.told(decided_at), it.changes_at());
        let then = then.and_then(|changes_at| Some((changes_at, it.told(changes_at)?)));
        let Some(after) = after else { return };
        for (time, says) in first.map(|says| (decided_at, says)).into_iter().chain(then) {
            self.plan_push(at, says, time + after, now);
        }
    }

    /// Counts an inquiry and gives its answer.
    pub fn inquire(&mut self, at: usize, now: NaiveDateTime, rules: &Rules) -> Fields {
        let number = self.count_inquiry(at);
        if self.transactions()[at].changes_with(number) {
            self.edit(at, |it| {
                if let Some(Twist::Late { until, .. }) = &mut it.twist {
                    *until = Some(now);
                }
            });
            let says = self.transactions()[at].told(now);
            if let (Some(after), Some(says)) = (rules.push_after, says) {
                self.plan_push(at, says, now + after, now);
            }
        }
        let it = &self.transactions()[at];
        let heard = it.heard(now, number);
        let status = heard.as_ref().map_or(it.status(now), Outcome::status);
        it.said(status, heard.as_ref())
    }
}

impl Transaction {
    fn changes_at(&self) -> Option<NaiveDateTime> {
        match self.twist {
            Some(Twist::Late { until, .. }) => until,
            _ => None,
        }
    }

    /// Whether the inquiry of this number is the one that brings the change.
    fn changes_with(&self, number: u32) -> bool {
        matches!(self.twist, Some(Twist::Late { until: None, inquiry: Some(last), .. }) if number >= last)
    }
}

fn twist(fault: &Fault, decided_at: NaiveDateTime, asked: u32) -> Twist {
    let inquiries = fault.number("inquiries");
    if fault.fault == Kind::Flip {
        return Twist::Flip {
            code: fault.code(),
            after: asked,
            upto: asked.saturating_add(inquiries),
        };
    }
    // By the number of inquiries if one is given, by time otherwise.
    let seconds = Duration::seconds(fault.number("seconds").into());
    let by_inquiry = inquiries > 0;
    Twist::Late {
        code: fault.code(),
        until: (!by_inquiry).then_some(decided_at + seconds),
        inquiry: by_inquiry.then_some(asked.saturating_add(inquiries).saturating_add(1)),
    }
}
