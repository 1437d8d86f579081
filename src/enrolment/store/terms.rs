use crate::{
    config::Terms,
    crypto::sha256_hex,
    db::{Conn, Portable, terms_versions},
};
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// Keeps the very text that is agreed to; its hash names it.
pub fn keep_terms(conn: &mut Conn, terms: &Terms, shown: &str, now: NaiveDateTime) -> QueryResult<String> {
    let hash = sha256_hex(shown.as_bytes());
    let insert = diesel::insert_into(terms_versions::table)
        .values((
            terms_versions::hash.eq(&hash),
            terms_versions::version.eq(&terms.version),
            terms_versions::body.eq(shown),
            terms_versions::first_shown_at.eq(now),
        ))
        .on_conflict(terms_versions::hash)
        .do_nothing();
    Portable(insert).execute(conn)?;
    Ok(hash)
}

/// The version under a hash.
pub fn terms_version(conn: &mut Conn, hash: &str) -> QueryResult<String> {
    terms_versions::table
        .find(hash)
        .select(terms_versions::version)
        .first(conn)
}
