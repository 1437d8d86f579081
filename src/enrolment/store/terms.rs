use crate::{
    db::{Conn, Portable, terms_versions},
    texts::TermsInUse,
};
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// Keeps the very text that is agreed to, under its hash.
pub fn keep_terms(conn: &mut Conn, shown: &TermsInUse, now: NaiveDateTime) -> QueryResult<()> {
    let insert = diesel::insert_into(terms_versions::table)
        .values((
            terms_versions::hash.eq(&shown.hash),
            terms_versions::version.eq(&shown.terms.version),
            terms_versions::body.eq(&shown.terms.body),
            terms_versions::first_shown_at.eq(now),
        ))
        .on_conflict(terms_versions::hash)
        .do_nothing();
    Portable(insert).execute(conn).map(drop)
}

/// The version under a hash.
pub fn terms_version(conn: &mut Conn, hash: &str) -> QueryResult<String> {
    terms_versions::table
        .find(hash)
        .select(terms_versions::version)
        .first(conn)
}
