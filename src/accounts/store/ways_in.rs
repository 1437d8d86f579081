use crate::db::{Conn, passkeys, text_enum, ways_in};
use chrono::NaiveDateTime;
use diesel::prelude::*;

text_enum! {
    /// Why somebody may enrol a key without having one.
    pub enum WayInKind {
        Invitation = "invitation",
        Recovery = "recovery",
    }
}

/// A one-time right to enrol a key. The token is stored blind only.
#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = ways_in)]
pub struct WayIn {
    pub token: String,
    #[diesel(deserialize_as = String)]
    pub kind: WayInKind,
    pub staff_id: String,
    pub created_by: String,
    pub created_at: NaiveDateTime,
    pub expires_at: Option<NaiveDateTime>,
}

fn add_way_in(conn: &mut Conn, way: &WayIn) -> QueryResult<()> {
    diesel::insert_into(ways_in::table)
        .values((
            ways_in::token.eq(&way.token),
            ways_in::kind.eq(way.kind.as_str()),
            ways_in::staff_id.eq(&way.staff_id),
            ways_in::created_by.eq(&way.created_by),
            ways_in::created_at.eq(way.created_at),
            ways_in::expires_at.eq(way.expires_at),
        ))
        .execute(conn)
        .map(drop)
}

/// The way in of a blind token, if it was not used and has not expired.
pub fn open_way_in(conn: &mut Conn, token: &str, now: NaiveDateTime) -> QueryResult<Option<WayIn>> {
    WayIn::query()
        .filter(ways_in::token.eq(token).and(ways_in::used_at.is_null()))
        .filter(ways_in::expires_at.is_null().or(ways_in::expires_at.gt(now)))
        .first(conn)
        .optional()
}

/// `false` when somebody was faster.
pub fn use_way_in(conn: &mut Conn, token: &str, now: NaiveDateTime) -> QueryResult<bool> {
    let used = diesel::update(ways_in::table.find(token))
        .filter(ways_in::used_at.is_null())
        .filter(ways_in::expires_at.is_null().or(ways_in::expires_at.gt(now)))
        .set(ways_in::used_at.eq(now))
        .execute(conn)?;
    Ok(used == 1)
}

/// Voids what a person has of a kind and puts others in its place.
pub fn replace_codes(
    conn: &mut Conn,
    staff_id: &str,
    kind: WayInKind,
    fresh: &[WayIn],
    now: NaiveDateTime,
) -> QueryResult<()> {
    diesel::update(ways_in::table)
        .filter(ways_in::staff_id.eq(staff_id).and(ways_in::kind.eq(kind.as_str())))
        .filter(ways_in::used_at.is_null())
        .set(ways_in::used_at.eq(now))
        .execute(conn)?;
    for way in fresh {
        add_way_in(conn, way)?;
    }
    Ok(())
}

/// How many recovery codes a person has left.
pub fn open_codes(conn: &mut Conn, staff_id: &str) -> QueryResult<i64> {
    ways_in::table
        .filter(ways_in::staff_id.eq(staff_id).and(ways_in::used_at.is_null()))
        .filter(ways_in::kind.eq(WayInKind::Recovery.as_str()))
        .count()
        .get_result(conn)
}

/// Of the invitations since a moment that were made after a person's first key: by whom, when, and when a key was enrolled
/// by it. Newest first. An invitation that was voided has a time of use, too, and no key of that time.
pub fn invitations_after_a_key(
    conn: &mut Conn,
    staff_id: &str,
    since: NaiveDateTime,
) -> QueryResult<Vec<(String, NaiveDateTime, Option<NaiveDateTime>)>> {
    let enrolled: Vec<NaiveDateTime> = passkeys::table
        .filter(passkeys::staff_id.eq(staff_id))
        .order(passkeys::created_at)
        .select(passkeys::created_at)
        .load(conn)?;
    let Some(first) = enrolled.first() else {
        return Ok(vec![]);
    };
    let mut found: Vec<(String, NaiveDateTime, Option<NaiveDateTime>)> = ways_in::table
        .filter(ways_in::staff_id.eq(staff_id))
        .filter(ways_in::kind.eq(WayInKind::Invitation.as_str()))
        .filter(ways_in::created_at.gt(*first).and(ways_in::created_at.gt(since)))
        .order(ways_in::created_at.desc())
        .select((ways_in::created_by, ways_in::created_at, ways_in::used_at))
        .load(conn)?;
    for (_, _, used_at) in &mut found {
        *used_at = used_at.filter(|at| enrolled.contains(at));
    }
    Ok(found)
}
