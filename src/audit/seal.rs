//! The head of the chain, bound to our keys with every write that adds an entry, in its transaction (S7).
//!
//! Whoever writes into the database alone can calculate a chain anew, and not this seal. It is replaced with every such
//! write, so an end that was cut off, changed or added to fits it no more. What does not fit is never sealed again: a
//! cut stays to be found, whatever is written after it.
use super::{
    Actor,
    store::{self, Head},
};
use crate::{
    crypto::{KeyRing, hmac_matches, hmac_sha256},
    db::{Around, Conn},
};
use chrono::NaiveDateTime;
use diesel::QueryResult;
use std::{
    cell::RefCell,
    sync::atomic::{AtomicBool, Ordering},
};

const PURPOSE: &str = "audit head";

thread_local! {
    /// The head before the first entry of the transaction that this thread runs: `record` is given a connection and no
    /// keys. A transaction stays on its thread from its begin to its commit.
    static BEFORE: RefCell<Option<Head>> = const { RefCell::new(None) };
}

/// Called with the head that an entry is chained to.
pub fn remember(head: &Head) {
    BEFORE.with_borrow_mut(|before| {
        before.get_or_insert_with(|| head.clone());
    });
}

/// The seal as it is kept: `SINCE NO HMAC`.
pub struct Seal {
    /// The head when the first seal was made; what came later was sealed as it was written.
    pub since: i64,
    pub no: i64,
    hmac: String,
}

fn message(since: i64, no: i64, hash: &str) -> String {
    format!("{since} {no} {hash}")
}

impl Seal {
    pub fn read(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        Some(Self {
            since: words.next()?.parse().ok()?,
            no: words.next()?.parse().ok()?,
            hmac: words.next()?.to_owned(),
        })
    }
    /// Whether it was made with our keys for the entry of its number when that had this hash.
    pub fn is_of(&self, keys: &KeyRing, hash: &str) -> bool {
        self.fits(&keys.derive(PURPOSE), hash)
    }
    fn fits(&self, key: &[u8; 32], hash: &str) -> bool {
        hmac_matches(key, message(self.since, self.no, hash).as_bytes(), &self.hmac)
    }
}

/// Seals the head around every write.
pub struct HeadSeal {
    key: [u8; 32],
    /// Whether the log has been told that the head does not fit.
    told: AtomicBool,
}

impl HeadSeal {
    pub fn new(keys: &KeyRing) -> Self {
        Self {
            key: keys.derive(PURPOSE),
            told: AtomicBool::new(false),
        }
    }
    fn text(&self, since: i64, head: &Head) -> String {
        let hmac = hmac_sha256(&self.key, message(since, head.no, &head.hash).as_bytes());
        format!("{since} {} {}", head.no, hex::encode(hmac))
    }
}

/// Seals a head that does not fit, after somebody has looked into it; what is before stays as unsealed as it was, and `since` says
/// so. The entry says who decided it.
pub fn reseal(conn: &mut Conn, keys: &KeyRing, by: Actor, now: NaiveDateTime) -> QueryResult<()> {
    store::record(conn, now, by, "audit.resealed", "", "")?;
    let head = store::head(conn)?;
    store::seal(conn, &HeadSeal::new(keys).text(head.no, &head))
}

impl Around for HeadSeal {
    /// A database of before the seal gets its first. Whoever empties the seal gets one too, and `since` tells it.
    fn opened(&self, conn: &mut Conn) -> QueryResult<()> {
        let head = store::head(conn)?;
        if !head.seal.is_empty() {
            return Ok(());
        }
        if head.no > 0 {
            tracing::warn!(since = head.no, "the audit chain gets its first seal");
        }
        store::seal_first(conn, &head, &self.text(head.no, &head))
    }

    fn begin(&self) {
        BEFORE.take();
    }

    fn end(&self, conn: &mut Conn) -> QueryResult<()> {
        let Some(before) = BEFORE.take() else { return Ok(()) };
        let head = store::head(conn)?;
        // Every entry was taken back with the savepoint of its write.
        if head.no == before.no {
            return Ok(());
        }
        let seal = Seal::read(&before.seal).filter(|seal| seal.no == before.no && seal.fits(&self.key, &before.hash));
        match seal {
            Some(seal) => store::seal(conn, &self.text(seal.since, &head)),
            None => {
                if !self.told.swap(true, Ordering::Relaxed) {
                    tracing::error!(
                        no = before.no,
                        "the head of the audit chain is not the one that was sealed"
                    );
                }
                Ok(())
            }
        }
    }
}
