//! Finds transactions without walking through all of them. Derived from the transactions; never on disk.

use super::{Account, Transaction};
use chrono::NaiveDateTime;
use std::collections::{BTreeSet, HashMap};

/// Institution, branch, type and number of an account.
type Place = (String, String, String, String);

/// Every way to a transaction; the values are positions in the ledger.
#[derive(Debug, Default)]
pub struct Index {
    pub by_attempt: HashMap<String, usize>,
    pub by_tran: HashMap<String, usize>,
    pub by_session: HashMap<String, usize>,
    /// Opened and undecided, the oldest first.
    pub open: BTreeSet<(NaiveDateTime, usize)>,
    /// Undecided and with an end planned, the nearest first.
    pub flights: BTreeSet<(NaiveDateTime, usize)>,
    /// Letters to send, the nearest first: due time, transaction, letter.
    pub letters: BTreeSet<(NaiveDateTime, usize, usize)>,
    /// Letters that wait for a later one: number, transaction, letter.
    pub held: BTreeSet<(u64, usize, usize)>,
    /// Refused for their name.
    refused: HashMap<Place, BTreeSet<usize>>,
}

fn place(institution: &str, account: &Account) -> Place {
    (
        institution.to_owned(),
        account.branch.clone(),
        account.deposit_type.clone(),
        account.account_number.clone(),
    )
}

impl Index {
    /// Takes in what is new, or changed after [`Index::remove`].
    pub fn insert(&mut self, at: usize, it: &Transaction) {
        if !self.by_tran.contains_key(&it.tran_id) {
            self.by_attempt.insert(it.attempt_id.clone(), at);
            self.by_tran.insert(it.tran_id.clone(), at);
        }
        if let Some(session) = &it.session {
            self.by_session.insert(session.clone(), at);
        }
        match &it.outcome {
            None => {
                self.open.extend(it.opened_at.map(|since| (since, at)));
                self.flights
                    .extend(it.flight.as_ref().map(|flight| (flight.due_at, at)));
            }
            Some(outcome) if outcome.code == "B04" => {
                let same = self.refused.entry(place(&it.request.institution, &it.account));
                same.or_default().insert(at);
            }
            Some(_) => {}
        }
        for (n, letter) in it.letters.iter().enumerate().filter(|(_, letter)| letter.is_waiting()) {
            self.letters.insert((letter.due_at, at, n));
            if letter.held {
                self.held.insert((letter.number, at, n));
            }
        }
    }

    /// Forgets what may change; the ids stay.
    pub fn remove(&mut self, at: usize, it: &Transaction) {
        if let Some(session) = &it.session {
            self.by_session.remove(session);
        }
        if let Some(since) = it.opened_at {
            self.open.remove(&(since, at));
        }
        if let Some(flight) = &it.flight {
            self.flights.remove(&(flight.due_at, at));
        }
        if it.outcome.as_ref().is_some_and(|outcome| outcome.code == "B04")
            && let Some(same) = self.refused.get_mut(&place(&it.request.institution, &it.account))
        {
            same.remove(&at);
        }
        for (n, letter) in it.letters.iter().enumerate() {
            self.letters.remove(&(letter.due_at, at, n));
            self.held.remove(&(letter.number, at, n));
        }
    }

    /// Forgets the ids too: it was never begun.
    pub fn forget(&mut self, at: usize, it: &Transaction) {
        self.remove(at, it);
        self.by_attempt.remove(&it.attempt_id);
        self.by_tran.remove(&it.tran_id);
    }

    /// Those refused for their name on this account.
    pub fn refused(&self, institution: &str, account: &Account) -> impl Iterator<Item = usize> {
        let same = self.refused.get(&place(institution, account));
        same.into_iter().flatten().copied()
    }
}
