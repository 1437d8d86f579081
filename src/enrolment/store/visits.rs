use crate::{
    crypto::{KeyRing, random_token},
    db::{Conn, Keep, Portable, lookup_tries, status_links, text_enum, visits},
};
use chrono::{Duration, NaiveDateTime};
use diesel::prelude::*;

text_enum! {
    /// What a browser may do with an application.
    pub enum VisitKind {
        /// Fill it in, hand it off, try again.
        Applicant = "applicant",
        /// See its state, masked.
        Viewer = "viewer",
    }
}

/// A browser's hold on one application. The cookie's value is stored only as a blind token.
#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = visits)]
pub struct Visit {
    pub token: String,
    pub application_id: String,
    pub seen_at: NaiveDateTime,
    /// Closed for inactivity; opens again by 「続きから再開する」.
    pub locked: bool,
}

/// Makes a visit; gives the secret for the cookie.
pub fn open_visit(
    conn: &mut Conn,
    keys: &KeyRing,
    kind: VisitKind,
    application_id: &str,
    now: NaiveDateTime,
    lasts: Duration,
) -> QueryResult<String> {
    let secret = random_token();
    diesel::insert_into(visits::table)
        .values((
            visits::token.eq(keys.blind("visits.token", &secret)),
            visits::application_id.eq(application_id),
            visits::kind.eq(kind.as_str()),
            visits::seen_at.eq(now),
            visits::expires_at.eq(now + lasts),
            visits::locked.eq(false),
        ))
        .execute(conn)?;
    Ok(secret)
}

/// The visit of a cookie, unless it has run out.
pub fn find_visit(
    conn: &mut Conn,
    keys: &KeyRing,
    kind: VisitKind,
    secret: &str,
    now: NaiveDateTime,
) -> QueryResult<Option<Visit>> {
    Visit::query()
        .filter(visits::token.eq(keys.blind("visits.token", secret)))
        .filter(visits::kind.eq(kind.as_str()).and(visits::expires_at.gt(now)))
        .first(conn)
        .optional()
}

/// A sign of life; opens a locked visit again.
pub fn touch_visit(conn: &mut Conn, token: &str, now: NaiveDateTime, lasts: Duration) -> QueryResult<()> {
    diesel::update(visits::table.find(token))
        .set((
            visits::seen_at.eq(now),
            visits::expires_at.eq(now + lasts),
            visits::locked.eq(false),
        ))
        .kept()
        .execute(conn)
        .map(drop)
}

/// Closes a visit for inactivity.
pub fn lock_visit(conn: &mut Conn, token: &str) -> QueryResult<()> {
    diesel::update(visits::table.find(token))
        .set(visits::locked.eq(true))
        .kept()
        .execute(conn)
        .map(drop)
}

/// Ends a visit for good.
pub fn close_visit(conn: &mut Conn, token: &str) -> QueryResult<()> {
    diesel::delete(visits::table.find(token)).execute(conn).map(drop)
}

/// The code in the one-time status QR of an attempt; the same at every look at the page, until it is used.
pub fn status_code(
    conn: &mut Conn,
    keys: &KeyRing,
    application_id: &str,
    attempt_id: &str,
    now: NaiveDateTime,
) -> QueryResult<String> {
    let code = keys.blind("status_links.code", attempt_id);
    let insert = diesel::insert_into(status_links::table)
        .values((
            status_links::token.eq(keys.blind("status_links.token", &code)),
            status_links::application_id.eq(application_id),
            status_links::expires_at.eq(now + Duration::days(7)),
        ))
        .on_conflict(status_links::token)
        .do_nothing();
    Portable(insert).execute(conn)?;
    Ok(code)
}

/// Uses a status code up; gives its application the first time.
pub fn use_status_code(conn: &mut Conn, keys: &KeyRing, code: &str, now: NaiveDateTime) -> QueryResult<Option<String>> {
    let token = keys.blind("status_links.token", code);
    let used = diesel::update(status_links::table.find(&token))
        .filter(status_links::used_at.is_null().and(status_links::expires_at.gt(now)))
        .set(status_links::used_at.eq(now))
        .kept()
        .execute(conn)?;
    match used {
        1 => status_links::table
            .find(&token)
            .select(status_links::application_id)
            .first(conn)
            .optional(),
        _ => Ok(None),
    }
}

/// Notes a look-up try under a blind token of client and receipt number.
pub fn try_lookup(conn: &mut Conn, token: &str, now: NaiveDateTime) -> QueryResult<()> {
    diesel::insert_into(lookup_tries::table)
        .values((
            lookup_tries::id.eq(ulid::Ulid::generate().to_string()),
            lookup_tries::token.eq(token),
            lookup_tries::at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

/// Tries under a token since a time.
pub fn count_tries(conn: &mut Conn, token: &str, since: NaiveDateTime) -> QueryResult<i64> {
    lookup_tries::table
        .filter(lookup_tries::token.eq(token).and(lookup_tries::at.gt(since)))
        .count()
        .get_result(conn)
}

/// Visits, one-time links and tries that can have no effect any more.
pub fn forget_old_visits(conn: &mut Conn, now: NaiveDateTime) -> QueryResult<()> {
    diesel::delete(visits::table.filter(visits::expires_at.lt(now))).execute(conn)?;
    diesel::delete(status_links::table.filter(status_links::expires_at.lt(now))).execute(conn)?;
    diesel::delete(lookup_tries::table.filter(lookup_tries::at.lt(now - Duration::days(2)))).execute(conn)?;
    Ok(())
}
