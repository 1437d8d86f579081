//! Browsers of citizens, their tries, and the searches of staff.
use super::place;
use crate::{
    crypto::{KeyRing, random_token},
    db::{Conn, inquiry_browsers, inquiry_queries, inquiry_tries},
    web::Error,
};
use chrono::{Duration, NaiveDateTime};
use diesel::prelude::*;
use std::collections::BTreeMap;

/// What a browser holds: fields that are typed, or an inquiry that it may read.
#[derive(Clone, HasQuery)]
#[diesel(table_name = inquiry_browsers)]
pub struct Visit {
    pub token: String,
    pub inquiry_id: Option<String>,
    sealed: String,
}

impl Visit {
    /// What was typed, or the code that was given once.
    pub fn fields(&self, keys: &KeyRing) -> Result<BTreeMap<String, String>, Error> {
        let json = keys.open(place("inquiry_browsers", &self.token, "sealed"), &self.sealed)?;
        serde_json::from_str(&json).map_err(|e| Error::Internal(e.to_string()))
    }
}

/// Opens a visit; gives the secret for the cookie.
pub fn open_visit(
    conn: &mut Conn,
    keys: &KeyRing,
    inquiry_id: Option<&str>,
    fields: &BTreeMap<String, String>,
    until: NaiveDateTime,
) -> Result<String, Error> {
    let secret = random_token();
    let token = keys.blind("inquiry_browsers.token", &secret);
    diesel::insert_into(inquiry_browsers::table)
        .values((
            inquiry_browsers::token.eq(&token),
            inquiry_browsers::inquiry_id.eq(inquiry_id),
            inquiry_browsers::sealed.eq(seal(keys, &token, fields)?),
            inquiry_browsers::expires_at.eq(until),
        ))
        .execute(conn)?;
    Ok(secret)
}

fn seal(keys: &KeyRing, token: &str, fields: &BTreeMap<String, String>) -> Result<String, Error> {
    let json = serde_json::to_string(fields).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(keys.seal(place("inquiry_browsers", token, "sealed"), &json)?)
}

/// Other fields in a visit that is there.
pub fn keep_visit(
    conn: &mut Conn,
    keys: &KeyRing,
    token: &str,
    fields: &BTreeMap<String, String>,
    until: NaiveDateTime,
) -> Result<(), Error> {
    diesel::update(inquiry_browsers::table.find(token))
        .set((
            inquiry_browsers::sealed.eq(seal(keys, token, fields)?),
            inquiry_browsers::expires_at.eq(until),
        ))
        .execute(conn)?;
    Ok(())
}

/// The visit of a cookie, unless it has run out.
pub fn find_visit(conn: &mut Conn, keys: &KeyRing, secret: &str, now: NaiveDateTime) -> QueryResult<Option<Visit>> {
    Visit::query()
        .filter(inquiry_browsers::token.eq(keys.blind("inquiry_browsers.token", secret)))
        .filter(inquiry_browsers::expires_at.gt(now))
        .first(conn)
        .optional()
}

pub fn close_visit(conn: &mut Conn, token: &str) -> QueryResult<()> {
    diesel::delete(inquiry_browsers::table.find(token))
        .execute(conn)
        .map(drop)
}

/// Notes a try under a blind token.
pub fn try_once(conn: &mut Conn, token: &str, now: NaiveDateTime) -> QueryResult<()> {
    diesel::insert_into(inquiry_tries::table)
        .values((
            inquiry_tries::id.eq(ulid::Ulid::generate().to_string()),
            inquiry_tries::token.eq(token),
            inquiry_tries::at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

pub fn count_tries(conn: &mut Conn, token: &str, since: NaiveDateTime) -> QueryResult<i64> {
    inquiry_tries::table
        .filter(inquiry_tries::token.eq(token).and(inquiry_tries::at.gt(since)))
        .count()
        .get_result(conn)
}

/// A search is found for so long.
const SEARCH_KEPT: Duration = Duration::days(1);

/// Keeps the words of a search, sealed; gives its opaque id.
pub fn keep_search(
    conn: &mut Conn,
    keys: &KeyRing,
    staff_id: &str,
    words: &str,
    now: NaiveDateTime,
) -> Result<String, Error> {
    let id = random_token();
    diesel::insert_into(inquiry_queries::table)
        .values((
            inquiry_queries::id.eq(&id),
            inquiry_queries::staff_id.eq(staff_id),
            inquiry_queries::words.eq(keys.seal(place("inquiry_queries", &id, "words"), words)?),
            inquiry_queries::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(id)
}

/// The words of this person's search of the last day; another's id finds nothing.
pub fn find_search(
    conn: &mut Conn,
    keys: &KeyRing,
    staff_id: &str,
    id: &str,
    now: NaiveDateTime,
) -> Result<Option<String>, Error> {
    let sealed: Option<String> = inquiry_queries::table
        .filter(inquiry_queries::id.eq(id).and(inquiry_queries::staff_id.eq(staff_id)))
        .filter(inquiry_queries::created_at.gt(now - SEARCH_KEPT))
        .select(inquiry_queries::words)
        .first(conn)
        .optional()?;
    let open = |sealed: String| keys.open(place("inquiry_queries", id, "words"), &sealed);
    Ok(sealed.map(open).transpose()?)
}

/// Visits, tries and searches that can have no effect any more.
pub fn forget_old(conn: &mut Conn, now: NaiveDateTime) -> QueryResult<()> {
    diesel::delete(inquiry_browsers::table.filter(inquiry_browsers::expires_at.lt(now))).execute(conn)?;
    diesel::delete(inquiry_tries::table.filter(inquiry_tries::at.lt(now - Duration::days(2)))).execute(conn)?;
    let old = inquiry_queries::created_at.lt(now - SEARCH_KEPT);
    diesel::delete(inquiry_queries::table.filter(old))
        .execute(conn)
        .map(drop)
}
