use super::Cause;
use crate::db::{Conn, Portable, alarms};
use chrono::NaiveDateTime;
use diesel::prelude::*;

#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = alarms)]
pub struct Alarm {
    pub id: String,
    pub key: String,
    pub message: String,
    pub subject: String,
    /// How often it was raised since it is open.
    pub times: i32,
    pub first_at: NaiveDateTime,
    pub last_at: NaiveDateTime,
    pub acknowledged_at: Option<NaiveDateTime>,
    pub acknowledged_by: Option<String>,
}

/// Says whether the alarm is news: a new one, or one that came back after it was seen. An unseen one is counted.
pub fn raise(conn: &mut Conn, cause: &Cause, now: NaiveDateTime) -> QueryResult<bool> {
    let open = || alarms::table.filter(alarms::key.eq(cause.key).and(alarms::ended_at.is_null()));
    // Somebody has looked after it, and here it is again: that is news.
    let back = diesel::update(open().filter(alarms::acknowledged_at.is_not_null()))
        .set((
            alarms::times.eq(alarms::times + 1),
            alarms::last_at.eq(now),
            alarms::message.eq(cause.message),
            alarms::acknowledged_at.eq(None::<NaiveDateTime>),
            alarms::acknowledged_by.eq(None::<String>),
        ))
        .execute(conn)?;
    if back > 0 {
        return Ok(true);
    }
    let counted = diesel::update(open())
        .set((
            alarms::times.eq(alarms::times + 1),
            alarms::last_at.eq(now),
            alarms::message.eq(cause.message),
        ))
        .execute(conn)?;
    if counted > 0 {
        return Ok(false);
    }
    let insert = diesel::insert_into(alarms::table)
        .values((
            alarms::id.eq(ulid::Ulid::generate().to_string()),
            alarms::key.eq(cause.key),
            alarms::message.eq(cause.message),
            alarms::subject.eq(cause.subject),
            alarms::times.eq(1),
            alarms::first_at.eq(now),
            alarms::last_at.eq(now),
        ))
        // Another node was faster.
        .on_conflict_do_nothing();
    Ok(Portable(insert).execute(conn)? == 1)
}

/// Says whether an alarm of this key was open.
pub fn end(conn: &mut Conn, key: &str, now: NaiveDateTime) -> QueryResult<bool> {
    let open = alarms::table.filter(alarms::key.eq(key).and(alarms::ended_at.is_null()));
    Ok(diesel::update(open).set(alarms::ended_at.eq(now)).execute(conn)? > 0)
}

/// The alarms that have not ended, newest first.
pub fn open_alarms(conn: &mut Conn) -> QueryResult<Vec<Alarm>> {
    Alarm::query()
        .filter(alarms::ended_at.is_null())
        .order(alarms::last_at.desc())
        .load(conn)
}

/// Notes who has seen an alarm; `false` when it was seen before, or is none.
pub fn acknowledge(conn: &mut Conn, id: &str, by: &str, now: NaiveDateTime) -> QueryResult<bool> {
    let unseen = alarms::table.filter(alarms::id.eq(id).and(alarms::acknowledged_at.is_null()));
    let seen = diesel::update(unseen)
        .set((alarms::acknowledged_at.eq(now), alarms::acknowledged_by.eq(by)))
        .execute(conn)?;
    Ok(seen == 1)
}

/// Ends an alarm by its id, because somebody settled its cause; `false` when it is none, or has ended.
pub fn settle(conn: &mut Conn, id: &str, now: NaiveDateTime) -> QueryResult<bool> {
    let open = alarms::table.filter(alarms::id.eq(id).and(alarms::ended_at.is_null()));
    Ok(diesel::update(open).set(alarms::ended_at.eq(now)).execute(conn)? == 1)
}

/// When the open alarm of a key was acknowledged, if it was.
pub fn seen_at(conn: &mut Conn, key: &str) -> QueryResult<Option<NaiveDateTime>> {
    alarms::table
        .filter(alarms::key.eq(key).and(alarms::ended_at.is_null()))
        .select(diesel::dsl::max(alarms::acknowledged_at))
        .first(conn)
}

pub fn find(conn: &mut Conn, id: &str) -> QueryResult<Alarm> {
    Alarm::query().filter(alarms::id.eq(id)).first(conn)
}

/// How many alarms are open that nobody has acknowledged.
pub fn unseen(conn: &mut Conn) -> QueryResult<i64> {
    alarms::table
        .filter(alarms::ended_at.is_null().and(alarms::acknowledged_at.is_null()))
        .count()
        .get_result(conn)
}
