//! Signed heads of the chain. One that is kept elsewhere tells a chain that was rewritten as a whole (S7).
mod store;

pub use store::{Checkpoint, checkpoints};

use super::{
    ChainCheck, Unlike, Vouched,
    seal::Seal,
    store::{self as chain, Head},
};
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

/// The head of the chain as it is, signed for a day.
pub fn signed_head(conn: &mut Conn, keys: &KeyRing, day: NaiveDate) -> QueryResult<Checkpoint> {
    let head = chain::head(conn)?;
    let mut checkpoint = Checkpoint {
        day,
        no: head.no,
        hash: head.hash,
        signature: String::new(),
    };
    checkpoint.signature = keys.sign(PURPOSE, &checkpoint.message());
    Ok(checkpoint)
}

/// Signs the head of the chain for a day; the first of a day stays.
pub fn make_checkpoint(conn: &mut Conn, keys: &KeyRing, day: NaiveDate, now: NaiveDateTime) -> QueryResult<()> {
    let checkpoint = signed_head(conn, keys, day)?;
    store::keep(conn, &checkpoint, now)
}

/// The chain from its first entry to its head, held against our own checkpoints, those that were `kept` elsewhere, and
/// the seal of its head.
pub fn check(conn: &mut Conn, keys: &KeyRing, kept: &[Checkpoint]) -> QueryResult<ChainCheck> {
    check_slowly(conn, keys, kept, &mut |_| ())
}

/// The same; `passed` is told how many more entries were read.
pub fn check_slowly(
    conn: &mut Conn,
    keys: &KeyRing,
    kept: &[Checkpoint],
    passed: &mut dyn FnMut(usize),
) -> QueryResult<ChainCheck> {
    match against_signatures(conn, keys, kept, passed)? {
        Ok((head, signed)) => against_seal(conn, keys, head, signed),
        Err(check) => Ok(check),
    }
}

/// The same for a copy, which may be older than the seal.
pub fn check_copy(conn: &mut Conn, keys: &KeyRing) -> QueryResult<ChainCheck> {
    match against_signatures(conn, keys, &[], &mut |_| ())? {
        Ok((head, _)) if head.seal.is_empty() => Ok(ChainCheck::Whole(head.no)),
        Ok((head, signed)) => against_seal(conn, keys, head, signed),
        Err(check) => Ok(check),
    }
}

/// The head, and the newest entry that is signed, if nothing speaks against the chain.
type Signed = Result<(Head, i64), ChainCheck>;

fn against_signatures(
    conn: &mut Conn,
    keys: &KeyRing,
    kept: &[Checkpoint],
    passed: &mut dyn FnMut(usize),
) -> QueryResult<Signed> {
    let head = match chain::walk(conn, passed)? {
        Ok(head) => head,
        Err(no) => return Ok(Err(ChainCheck::BrokenAt(no))),
    };
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
        return Ok(Ok((head, fits.into_iter().max().unwrap_or_default())));
    };
    let before = fits.into_iter().filter(|no| *no < first.no).max();
    Ok(Err(ChainCheck::NotAsSigned(Unlike {
        day: first.day,
        after: before.unwrap_or_default(),
        upto: first.no,
    })))
}

/// What was written without the keys after the newest signed head.
fn against_seal(conn: &mut Conn, keys: &KeyRing, head: Head, signed: i64) -> QueryResult<ChainCheck> {
    let Some(seal) = Seal::read(&head.seal) else {
        return Ok(ChainCheck::NotAsSealed { after: signed });
    };
    let sealed = store::hash_of(conn, seal.no)?.filter(|hash| seal.is_of(keys, hash));
    Ok(match sealed {
        Some(_) if seal.no == head.no => ChainCheck::Whole(head.no),
        // The entry that was sealed is there as it was: something follows it that we did not write.
        Some(_) => ChainCheck::NotAsSealed {
            after: seal.no.max(signed),
        },
        None => ChainCheck::NotAsSealed { after: signed },
    })
}

/// How far the keys vouch for a chain that [`check`] found whole. A seal that is not of the head vouches for nothing.
pub fn vouched(conn: &mut Conn, keys: &KeyRing) -> QueryResult<Vouched> {
    let head = chain::head(conn)?;
    let seal = Seal::read(&head.seal).filter(|seal| seal.no == head.no && seal.is_of(keys, &head.hash));
    let signed = checkpoints(conn)?.pop();
    Ok(Vouched {
        since: seal.as_ref().map_or(0, |seal| seal.since),
        sealed: seal.map_or(0, |seal| seal.no),
        signed: signed.map(|checkpoint| (checkpoint.day, checkpoint.no)),
    })
}
