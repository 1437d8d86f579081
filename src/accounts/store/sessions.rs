use crate::db::{Conn, Keep, staff, staff_sessions};
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// One sign-in of a person. Ended rows stay: they are the list of who was here, from where.
#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = staff_sessions)]
pub struct Session {
    pub id: String,
    pub staff_id: String,
    pub state: String,
    pub address: String,
    pub agent: String,
    pub began_at: NaiveDateTime,
    pub seen_at: NaiveDateTime,
    /// When the person last proved to be there.
    pub confirmed_at: NaiveDateTime,
    pub expires_at: NaiveDateTime,
    pub ended_at: Option<NaiveDateTime>,
}

pub struct NewSession<'a> {
    pub staff_id: &'a str,
    pub epoch: i32,
    pub address: &'a str,
    pub agent: &'a str,
    pub expires_at: NaiveDateTime,
}

/// Writes a sign-in, still without the cookie's key; gives its id.
pub fn begin(conn: &mut Conn, new: &NewSession, now: NaiveDateTime) -> QueryResult<String> {
    let id = ulid::Ulid::generate().to_string();
    diesel::insert_into(staff_sessions::table)
        .values((
            staff_sessions::id.eq(&id),
            staff_sessions::staff_id.eq(new.staff_id),
            staff_sessions::state.eq("{}"),
            staff_sessions::epoch.eq(new.epoch),
            staff_sessions::address.eq(new.address),
            staff_sessions::agent.eq(new.agent),
            staff_sessions::began_at.eq(now),
            staff_sessions::seen_at.eq(now),
            staff_sessions::confirmed_at.eq(now),
            staff_sessions::expires_at.eq(new.expires_at),
        ))
        .execute(conn)?;
    Ok(id)
}

/// The living session of a cookie's key.
pub fn by_key(conn: &mut Conn, key_hash: &str, now: NaiveDateTime) -> QueryResult<Option<Session>> {
    let id: Option<String> = staff_sessions::table
        .filter(staff_sessions::key_hash.eq(key_hash))
        .select(staff_sessions::id)
        .first(conn)
        .optional()?;
    match id {
        Some(id) => living(conn, &id, now),
        None => Ok(None),
    }
}

/// A session that has not ended and is not too old, whose person is active and was not signed out everywhere.
pub fn living(conn: &mut Conn, id: &str, now: NaiveDateTime) -> QueryResult<Option<Session>> {
    let counts = staff_sessions::table
        .inner_join(staff::table)
        .filter(staff_sessions::id.eq(id).and(staff_sessions::ended_at.is_null()))
        .filter(staff_sessions::expires_at.gt(now).and(staff::active.eq(true)))
        .filter(staff_sessions::epoch.eq(staff::epoch))
        .count()
        .get_result::<i64>(conn)?;
    match counts {
        0 => Ok(None),
        _ => Session::query()
            .filter(staff_sessions::id.eq(id))
            .first(conn)
            .optional(),
    }
}

/// Gives a living session that has no key its next one; `false` when it has one, or has ended.
pub fn adopt_key(conn: &mut Conn, id: &str, key_hash: &str, state: &str) -> QueryResult<bool> {
    let adopted = diesel::update(staff_sessions::table.find(id))
        .filter(
            staff_sessions::key_hash
                .is_null()
                .and(staff_sessions::ended_at.is_null()),
        )
        .set((staff_sessions::key_hash.eq(key_hash), staff_sessions::state.eq(state)))
        .kept()
        .execute(conn)?;
    Ok(adopted == 1)
}

/// A key that is gone is not brought back.
pub fn replace_state(conn: &mut Conn, key_hash: &str, state: &str) -> QueryResult<()> {
    diesel::update(staff_sessions::table)
        .filter(
            staff_sessions::key_hash
                .eq(key_hash)
                .and(staff_sessions::ended_at.is_null()),
        )
        .set(staff_sessions::state.eq(state))
        .kept()
        .execute(conn)
        .map(drop)
}

/// The cookie with this key opens nothing any more; the session may get another.
pub fn forget_key(conn: &mut Conn, key_hash: &str) -> QueryResult<()> {
    diesel::update(staff_sessions::table.filter(staff_sessions::key_hash.eq(key_hash)))
        .set(staff_sessions::key_hash.eq(None::<String>))
        .kept()
        .execute(conn)
        .map(drop)
}

/// A sign of life.
pub fn seen(conn: &mut Conn, id: &str, now: NaiveDateTime) -> QueryResult<()> {
    diesel::update(staff_sessions::table.find(id))
        .set(staff_sessions::seen_at.eq(now))
        .kept()
        .execute(conn)
        .map(drop)
}

/// The person proved to be there: unlocks, and counts as step-up for a while. `false` when the session has ended.
pub fn confirm(conn: &mut Conn, id: &str, now: NaiveDateTime) -> QueryResult<bool> {
    let confirmed = diesel::update(staff_sessions::table.find(id))
        .filter(staff_sessions::ended_at.is_null())
        .set((staff_sessions::seen_at.eq(now), staff_sessions::confirmed_at.eq(now)))
        .kept()
        .execute(conn)?;
    Ok(confirmed == 1)
}

/// Ends one session of a person; `false` when there is none to end.
pub fn end(conn: &mut Conn, staff_id: &str, id: &str, now: NaiveDateTime) -> QueryResult<bool> {
    let ended = diesel::update(staff_sessions::table.find(id))
        .filter(
            staff_sessions::staff_id
                .eq(staff_id)
                .and(staff_sessions::ended_at.is_null()),
        )
        .set(staff_sessions::ended_at.eq(now))
        .kept()
        .execute(conn)?;
    Ok(ended == 1)
}

pub fn end_all(conn: &mut Conn, staff_id: &str, now: NaiveDateTime) -> QueryResult<usize> {
    diesel::update(staff_sessions::table)
        .filter(
            staff_sessions::staff_id
                .eq(staff_id)
                .and(staff_sessions::ended_at.is_null()),
        )
        .set(staff_sessions::ended_at.eq(now))
        .kept()
        .execute(conn)
}

/// Ends every sign-in of a person but this one; how many there were.
pub fn end_others(conn: &mut Conn, staff_id: &str, id: &str, now: NaiveDateTime) -> QueryResult<usize> {
    diesel::update(staff_sessions::table)
        .filter(staff_sessions::staff_id.eq(staff_id))
        .filter(staff_sessions::id.ne(id).and(staff_sessions::ended_at.is_null()))
        .set(staff_sessions::ended_at.eq(now))
        .kept()
        .execute(conn)
}

/// The newest sign-ins of a person, newest first.
pub fn sessions_of(conn: &mut Conn, staff_id: &str, most: i64) -> QueryResult<Vec<Session>> {
    Session::query()
        .filter(staff_sessions::staff_id.eq(staff_id))
        .order(staff_sessions::began_at.desc())
        .limit(most)
        .load(conn)
}
