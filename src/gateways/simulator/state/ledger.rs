//! All transactions in memory. A change is kept apart until it is on disk, and can be taken back until then.

use super::{
    super::{autopilot::Autopilot, faults::Fault, scenarios::Known},
    Rules, Transaction,
    disk::Record,
    index::Index,
};
use chrono::{Duration, NaiveDateTime};
use serde::{Deserialize, Serialize};
use std::{
    borrow::Cow,
    collections::{BTreeMap, HashSet, VecDeque},
    sync::Arc,
};

/// A nonce is remembered for this long.
const NONCE_MEMORY: Duration = Duration::minutes(30);

/// What people and tests have set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    pub next_scenario: Option<String>,
    /// Where the choices begin.
    pub seed: u64,
    pub faults: Vec<Fault>,
    pub autopilot: Option<Autopilot>,
}

/// How many choices were made since the seed was set, and how often each fault has struck.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// For each place.
    pub rolled: [u64; 5],
    pub struck: Vec<u64>,
}

/// A nonce that was taken, with what the message asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    nonce: String,
    at: NaiveDateTime,
    /// The position of the transaction whose result was asked for, or that was to begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    inquired: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    begun: Option<usize>,
}

/// What a change has done so far.
#[derive(Debug, Default)]
struct Work {
    /// Each changed transaction as it was; `None` if it is new.
    before: BTreeMap<usize, Option<Transaction>>,
    asked: Option<Asked>,
    settings: Option<Settings>,
    tally: Option<Tally>,
}

/// Everything the file holds.
#[derive(Debug, Default)]
pub struct Ledger {
    transactions: Vec<Transaction>,
    pub index: Index,
    nonces: HashSet<Arc<str>>,
    nonces_by_age: VecDeque<(NaiveDateTime, Arc<str>)>,
    settings: Settings,
    tally: Tally,
    /// The highest numbers of letters planned and tried.
    pub planned: u64,
    pub tried: u64,
    work: Work,
}

impl Ledger {
    /// All of them, the oldest first; a position never changes.
    pub fn transactions(&self) -> &[Transaction] {
        &self.transactions
    }

    /// The position of the transaction with this id.
    pub fn at(&self, tran_id: &str) -> Option<usize> {
        self.index.by_tran.get(tran_id).copied()
    }

    /// The transaction with this id.
    pub fn by_tran(&self, tran_id: &str) -> Option<&Transaction> {
        self.at(tran_id).map(|at| &self.transactions[at])
    }

    /// The transaction that a session of a site belongs to.
    pub fn by_session(&self, institution: &str, session: &str) -> Option<&Transaction> {
        let it = &self.transactions[*self.index.by_session.get(session)?];
        (it.request.institution == institution).then_some(it)
    }

    /// The position of the transaction an inquiry means: its attempt, and the same `tran_id` if one is given.
    pub fn asked(&self, attempt_id: &str, tran_id: &str) -> Option<usize> {
        let at = *self.index.by_attempt.get(attempt_id)?;
        (tran_id.is_empty() || self.transactions[at].tran_id == tran_id).then_some(at)
    }

    /// What is set.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The choices made so far.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Changes what is set.
    pub fn set(&mut self) -> &mut Settings {
        self.work.settings.get_or_insert_with(|| self.settings.clone());
        &mut self.settings
    }

    /// Counts choices.
    pub fn count(&mut self) -> &mut Tally {
        self.work.tally.get_or_insert_with(|| self.tally.clone());
        &mut self.tally
    }

    /// Takes in a new transaction.
    pub fn insert(&mut self, it: Transaction) -> usize {
        let at = self.transactions.len();
        self.work.before.insert(at, None);
        self.index.insert(at, &it);
        self.transactions.push(it);
        at
    }

    /// Changes a transaction.
    pub fn edit<T>(&mut self, at: usize, change: impl FnOnce(&mut Transaction) -> T) -> T {
        let now = &self.transactions[at];
        self.work.before.entry(at).or_insert_with(|| Some(now.clone()));
        self.index.remove(at, &self.transactions[at]);
        let answer = change(&mut self.transactions[at]);
        self.index.insert(at, &self.transactions[at]);
        answer
    }

    /// Takes a nonce; `false` if it was seen before.
    pub fn take_nonce(&mut self, nonce: &str, now: NaiveDateTime) -> bool {
        while let Some((seen, _)) = self.nonces_by_age.front()
            && now - *seen > NONCE_MEMORY
        {
            if let Some((_, old)) = self.nonces_by_age.pop_front() {
                self.nonces.remove(&old);
            }
        }
        let asked = Asked {
            nonce: nonce.to_owned(),
            at: now,
            inquired: None,
            begun: None,
        };
        let new = self.remember(&asked);
        if new {
            self.work.asked = Some(asked);
        }
        new
    }

    fn remember(&mut self, asked: &Asked) -> bool {
        let nonce: Arc<str> = asked.nonce.as_str().into();
        let new = self.nonces.insert(nonce.clone());
        if new {
            self.nonces_by_age.push_back((asked.at, nonce));
        }
        new
    }

    /// Counts an inquiry; a number for the log, so that asking writes little.
    pub fn count_inquiry(&mut self, at: usize) -> u32 {
        if let Some(asked) = &mut self.work.asked {
            asked.inquired = Some(at);
        }
        self.transactions[at].inquiries += 1;
        self.transactions[at].inquiries
    }

    /// Counts a wish to begin.
    pub fn count_begin(&mut self, at: usize) {
        if let Some(asked) = &mut self.work.asked {
            asked.begun = Some(at);
        }
        self.transactions[at].begins += 1;
    }

    /// Ends what was opened and left alone for too long.
    pub fn sweep(&mut self, now: NaiveDateTime, rules: &Rules) {
        while self.needs_sweep(now, rules)
            && let Some((_, at)) = self.index.open.first().copied()
        {
            self.decide(at, ("C02", ""), now, Known::AtOnce, rules);
        }
    }

    /// Whether [`Ledger::sweep`] has something to do.
    pub fn needs_sweep(&self, now: NaiveDateTime, rules: &Rules) -> bool {
        let oldest = self.index.open.first();
        oldest.is_some_and(|(since, _)| now - *since >= rules.session)
    }

    /// What has to be written, in order; nothing if nothing has changed.
    pub(super) fn records(&self) -> Vec<Record<'_>> {
        // The nonce first: its counts are already in the transaction that follows.
        let asked = self.work.asked.as_ref();
        let mut records: Vec<_> = asked
            .map(|asked| Record::Asked(Cow::Borrowed(asked)))
            .into_iter()
            .collect();
        for (at, before) in &self.work.before {
            let now = &self.transactions[*at];
            if before.as_ref() != Some(now) {
                records.push(Record::Transaction(Cow::Borrowed(now)));
            }
        }
        if let Some(before) = &self.work.settings
            && *before != self.settings
        {
            records.push(Record::Settings(Cow::Borrowed(&self.settings)));
        }
        if let Some(before) = &self.work.tally
            && *before != self.tally
        {
            records.push(Record::Tally(Cow::Borrowed(&self.tally)));
        }
        records
    }

    /// It is written: what was is forgotten.
    pub(super) fn keep(&mut self) {
        self.work = Work::default();
    }

    /// It is not written: everything is as it was.
    pub(super) fn take_back(&mut self) {
        let work = std::mem::take(&mut self.work);
        for (at, before) in work.before.into_iter().rev() {
            match before {
                Some(before) => {
                    self.index.remove(at, &self.transactions[at]);
                    self.index.insert(at, &before);
                    self.transactions[at] = before;
                }
                None => {
                    if let Some(it) = self.transactions.pop() {
                        self.index.forget(at, &it);
                    }
                }
            }
        }
        if let Some(asked) = work.asked {
            // Counts come before edits, so what was restored still has them.
            if let Some(it) = asked.inquired.and_then(|at| self.transactions.get_mut(at)) {
                it.inquiries -= 1;
            }
            if let Some(it) = asked.begun.and_then(|at| self.transactions.get_mut(at)) {
                it.begins -= 1;
            }
            self.nonces_by_age.pop_back();
            self.nonces.remove(asked.nonce.as_str());
        }
        self.settings = work.settings.unwrap_or(std::mem::take(&mut self.settings));
        self.tally = work.tally.unwrap_or(std::mem::take(&mut self.tally));
    }

    /// What a whole new file holds.
    pub(super) fn everything(&self) -> impl Iterator<Item = Record<'_>> {
        let set = [
            Record::Settings(Cow::Borrowed(&self.settings)),
            Record::Tally(Cow::Borrowed(&self.tally)),
        ];
        let transactions = self
            .transactions
            .iter()
            .map(|it| Record::Transaction(Cow::Borrowed(it)));
        let nonces = self.nonces_by_age.iter().map(|(at, nonce)| {
            Record::Asked(Cow::Owned(Asked {
                nonce: nonce.to_string(),
                at: *at,
                inquired: None,
                begun: None,
            }))
        });
        set.into_iter().chain(transactions).chain(nonces)
    }

    /// Takes in a record of the file.
    pub(super) fn replay(&mut self, record: Record<'_>) {
        match record {
            Record::Settings(settings) => self.settings = settings.into_owned(),
            Record::Tally(tally) => self.tally = tally.into_owned(),
            Record::Transaction(it) => {
                for letter in &it.letters {
                    self.planned = self.planned.max(letter.number);
                    self.tried = self.tried.max(if letter.tries > 0 { letter.number } else { 0 });
                }
                match self.at(&it.tran_id) {
                    Some(at) => {
                        self.index.remove(at, &self.transactions[at]);
                        self.index.insert(at, &it);
                        self.transactions[at] = it.into_owned();
                    }
                    None => {
                        self.index.insert(self.transactions.len(), &it);
                        self.transactions.push(it.into_owned());
                    }
                }
            }
            Record::Asked(asked) => {
                self.remember(&asked);
                if let Some(it) = asked.inquired.and_then(|at| self.transactions.get_mut(at)) {
                    it.inquiries += 1;
                }
                if let Some(it) = asked.begun.and_then(|at| self.transactions.get_mut(at)) {
                    it.begins += 1;
                }
            }
        }
    }
}
