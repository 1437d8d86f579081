//! Signed heads of the chain. One that is kept elsewhere tells a chain that was rewritten as a whole (S7).
mod store;

pub use store::{Checkpoint, checkpoints};

use super::{ChainCheck, Unlike};
use crate::{
    crypto::{KeyRing, is_signed_by},
    db::Conn,
};
use chrono::{NaiveDate, NaiveDateTime};
use diesel::QueryResult;

const PURPOSE: &str = "audit checkpoint";

impl Checkpoint {
    /// What is signed.
    fn message(&self) -> String {
        format!("{} {} {}", self.day, self.no, self.hash)
    }
    /// One line to keep elsewhere.
    pub fn line(&self) -> String {
        format!("{} {}", self.message(), self.signature)
    }
    /// Reads such a line; a comment is none.
    pub fn read(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace();
        Some(Self {
            day: words.next()?.parse().ok()?,
            no: words.next()?.parse().ok()?,
            hash: words.next()?.to_owned(),
            signature: words.next()?.to_owned(),
        })
    }
}

/// The public half with which everybody can check a line.
pub fn public_key(keys: &KeyRing) -> String {
    keys.public_key(PURPOSE)
}

/// Signs the head of the chain for a day; the first of a day stays.
pub fn make_checkpoint(conn: &mut Conn, keys: &KeyRing, day: NaiveDate, now: NaiveDateTime) -> QueryResult<()> {
    let (no, hash) = store::head(conn)?;
    let mut checkpoint = Checkpoint {
        day,
        no,
        hash,
        signature: String::new(),
    };
    checkpoint.signature = keys.sign(PURPOSE, &checkpoint.message());
    store::keep(conn, &checkpoint, now)
}

/// The chain from its first entry to its head, held against our own checkpoints and those that were `kept` elsewhere.
pub fn check(conn: &mut Conn, keys: &KeyRing, kept: &[Checkpoint]) -> QueryResult<ChainCheck> {
    let chain = super::verify(conn)?;
    if !matches!(chain, ChainCheck::Whole(_)) {
        return Ok(chain);
    }
    let (public, ours) = (public_key(keys), checkpoints(conn)?);
    let (mut fits, mut unlike): (Vec<i64>, Vec<&Checkpoint>) = (vec![], vec![]);
    for checkpoint in ours.iter().chain(kept) {
        let is_ours = is_signed_by(&public, &checkpoint.message(), &checkpoint.signature);
        let found = store::hash_of(conn, checkpoint.no)?;
        match is_ours && found.as_deref() == Some(&checkpoint.hash) {
            true => fits.push(checkpoint.no),
            false => unlike.push(checkpoint),
        }
    }
    // The chain is whole, so a head that fits vouches for every entry before it.
    let Some(first) = unlike.into_iter().min_by_key(|checkpoint| checkpoint.no) else {
        return Ok(chain);
    };
    let before = fits.into_iter().filter(|no| *no < first.no).max();
    Ok(ChainCheck::NotAsSigned(Unlike {
        day: first.day,
        after: before.unwrap_or_default(),
        upto: first.no,
    }))
}
