//! What a transaction goes through from its creation to its result. No I/O: the ledger's functions are called
//! inside [`super::state::Store::change`].

use super::{
    faults::{By, Kind, Place},
    institutions::Step,
    messages::random_text,
    scenarios::{Known, Verdict},
    state::{Ledger, Request, Rules, Transaction},
    typing::{self, Form},
};
use chrono::{Duration, NaiveDateTime};

/// What a POST to `start_url` finds.
#[derive(Debug, PartialEq, Eq)]
pub enum Opening {
    /// The transaction is open; its session.
    Opened(String),
    /// No such transaction, or another token.
    Unknown,
    /// The token has died unused.
    Expired,
    /// The token was used before.
    Used,
}

impl Ledger {
    /// A new transaction, the same one again for the same data, or `None` for other data under the same id.
    pub fn create(
        &mut self,
        attempt_id: &str,
        request: Request,
        now: NaiveDateTime,
        rules: &Rules,
    ) -> Option<Transaction> {
        if let Some(at) = self.asked(attempt_id, "") {
            self.count_begin(at);
            let known = &self.transactions()[at];
            return (known.request == request).then(|| known.clone());
        }
        let expired = self.strike(By::Requests(Place::Create), Place::Create, &[Kind::Expired], now);
        let life = expired.map(|fault| Duration::seconds(fault.number("seconds").into()));
        let scenario = if self.settings().next_scenario.is_some() {
            self.set().next_scenario.take()
        } else {
            None
        };
        let flight = self.plan_flight(scenario.is_some(), now);
        let at = self.insert(Transaction {
            attempt_id: attempt_id.to_owned(),
            tran_id: format!("T{}", random_text(15)),
            token: random_text(48),
            account: request.account.clone(),
            request,
            created_at: now,
            expires_at: now + life.unwrap_or(rules.token),
            begins: 0,
            inquiries: 0,
            registrations: 0,
            rolled: 0,
            session: None,
            opened_at: None,
            scenario,
            flight,
            done: Default::default(),
            typed: Default::default(),
            problems: Vec::new(),
            outcome: None,
            twist: None,
            lost_return: false,
            letters: Vec::new(),
        });
        self.count_begin(at);
        Some(self.transactions()[at].clone())
    }

    /// Opens a transaction with its token, once.
    pub fn open(&mut self, tran_id: &str, token: &str, now: NaiveDateTime, rules: &Rules) -> Opening {
        let Some(at) = self.at(tran_id) else {
            return Opening::Unknown;
        };
        let it = &self.transactions()[at];
        if it.token != token {
            return Opening::Unknown;
        }
        if it.session.is_some() {
            return Opening::Used;
        }
        if now >= it.expires_at {
            return Opening::Expired;
        }
        let session = random_text(32);
        self.edit(at, |it| {
            it.session = Some(session.clone());
            it.opened_at = Some(now);
        });
        self.settle(at, now, rules);
        Opening::Opened(session)
    }

    /// Takes the form of a step. Problems are kept with the transaction, to be shown by the page that follows.
    pub fn answer(&mut self, tran_id: &str, step: Step, form: &Form, now: NaiveDateTime, rules: &Rules) {
        let Some(at) = self.at(tran_id) else { return };
        let it = &self.transactions()[at];
        if !it.is_open() || !it.may(step) {
            return;
        }
        let fine = self.edit(at, |it| {
            it.problems = match step {
                Step::Account => it.take_account(form),
                _ => typing::secret(step, form),
            };
            if it.problems.is_empty() {
                it.done.insert(step);
            }
            it.problems.is_empty()
        });
        if fine {
            self.settle(at, now, rules);
        }
    }

    /// The person leaves.
    pub fn cancel(&mut self, tran_id: &str, now: NaiveDateTime, rules: &Rules) {
        if let Some(at) = self.at(tran_id).filter(|at| self.transactions()[*at].is_open()) {
            self.decide(at, ("C01", ""), now, Known::AtOnce, rules);
        }
    }

    /// Decides what can be decided: an early scenario, or everything when all pages are through.
    fn settle(&mut self, at: usize, now: NaiveDateTime, rules: &Rules) {
        let it = &self.transactions()[at];
        let Some(scenario) = it.scenario() else { return };
        if it.next_step().is_some() && !scenario.early {
            return;
        }
        let verdict = match scenario.verdict {
            Verdict::Success => ("0000", ""),
            Verdict::Fail(code, field) => (code, field),
            Verdict::Name if self.name_was_corrected(it) => ("0000", ""),
            Verdict::Name => ("B04", ""),
            Verdict::Stuck => return,
        };
        self.decide(at, verdict, now, scenario.known, rules);
    }

    /// Whether the same account was refused before, but never under this name.
    fn name_was_corrected(&self, it: &Transaction) -> bool {
        let refused = self.index.refused(&it.request.institution, &it.account);
        let mut names = refused
            .map(|at| &self.transactions()[at].account.holder_kana)
            .peekable();
        names.peek().is_some() && names.all(|name| *name != it.account.holder_kana)
    }
}

impl Transaction {
    /// Opened and not ended.
    pub fn is_open(&self) -> bool {
        self.session.is_some() && self.outcome.is_none()
    }

    /// The pages of this journey.
    pub fn steps(&self) -> Vec<Step> {
        self.institution().steps(!self.request.account.is_empty())
    }

    /// The first page not yet through.
    pub fn next_step(&self) -> Option<Step> {
        self.steps().into_iter().find(|step| !self.done.contains(step))
    }

    /// Whether the person may stand on this page: on one that is through, or on the next.
    pub fn may(&self, step: Step) -> bool {
        self.steps().contains(&step) && (self.done.contains(&step) || self.next_step() == Some(step))
    }

    /// Whether the scenario lets nobody further than the page that asks for the PIN.
    pub fn is_stuck(&self) -> bool {
        self.scenario()
            .is_some_and(|scenario| scenario.verdict == Verdict::Stuck)
    }

    fn take_account(&mut self, form: &Form) -> Vec<typing::Problem> {
        let keep = |name: &&str| {
            form.get(*name)
                .map(|value| ((*name).to_owned(), value.chars().take(80).collect()))
        };
        self.typed = typing::ACCOUNT_FIELDS.iter().filter_map(keep).collect();
        match typing::account(form, self.institution().is_yucho()) {
            Ok(account) => {
                self.account = account;
                Vec::new()
            }
            Err(problems) => problems,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::state::Account, *};

    fn rules() -> Rules {
        let minute = Duration::minutes(1);
        Rules {
            late: minute * 2,
            push: minute,
            push_after: Some(minute),
            token: minute * 30,
            session: minute * 60,
        }
    }

    fn begin(number: &str) -> (Ledger, NaiveDateTime, Transaction) {
        let mut ledger = Ledger::default();
        let now = NaiveDateTime::default();
        let account = Account {
            branch: "020".to_owned(),
            deposit_type: "1".to_owned(),
            account_number: number.to_owned(),
            holder_kana: "ﾔﾏﾀﾞ".to_owned(),
        };
        let request = Request {
            institution: "1371".to_owned(),
            account,
            return_url: "http://127.0.0.1/".to_owned(),
            push_url: "http://127.0.0.1/".to_owned(),
        };
        let it = ledger.create("A1", request, now, &rules()).unwrap();
        (ledger, now, it)
    }

    fn through(number: &str) -> (Ledger, NaiveDateTime) {
        let (mut ledger, now, it) = begin(number);
        ledger.open(&it.tran_id, &it.token, now, &rules());
        let form = [("pin".to_owned(), "1234".to_owned())].into();
        ledger.answer(&it.tran_id, Step::Pin, &form, now, &rules());
        (ledger, now)
    }

    #[test]
    fn late_results_and_pushed_ones_become_known() {
        for (number, minutes) in [("1234522", 2), ("1234523", 1)] {
            let (ledger, now) = through(number);
            let it = &ledger.transactions()[0];
            assert_eq!((it.status(now), it.hint(now)), ("ended", "unknown"));
            assert_eq!(it.status(now + Duration::minutes(minutes)), "success");
        }
        let (ledger, now) = through("1234523");
        assert_eq!(ledger.transactions()[0].letters[0].due_at, now + Duration::minutes(1));
    }

    #[test]
    fn a_token_opens_once_and_dies() {
        let (mut ledger, now, it) = begin("1234567");
        assert_eq!(ledger.open(&it.tran_id, "guess", now, &rules()), Opening::Unknown);
        let late = now + Duration::minutes(30);
        assert_eq!(
            (ledger.open(&it.tran_id, &it.token, late, &rules()), it.status(late)),
            (Opening::Expired, "unprocessed")
        );
        assert!(matches!(
            ledger.open(&it.tran_id, &it.token, now, &rules()),
            Opening::Opened(_)
        ));
        assert_eq!(ledger.open(&it.tran_id, &it.token, now, &rules()), Opening::Used);
    }

    #[test]
    fn what_has_ended_stays_so() {
        let (mut ledger, now) = through("1234567");
        let before = ledger.transactions()[0].clone();
        ledger.cancel(&before.tran_id, now + Duration::minutes(1), &rules());
        assert_eq!(ledger.transactions(), [before]);
    }
}
