//! Results that no delivery holds yet.
use crate::db::{Conn, result_outbox};
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// Written with the edge to a result, in its transaction.
pub fn put(conn: &mut Conn, application_id: &str, event_no: i32, at: NaiveDateTime) -> QueryResult<()> {
    diesel::insert_into(result_outbox::table)
        .values((
            result_outbox::application_id.eq(application_id),
            result_outbox::event_no.eq(event_no),
            result_outbox::at.eq(at),
        ))
        .execute(conn)
        .map(drop)
}

/// What waits since before `until`, oldest first.
pub fn outbox(conn: &mut Conn, until: NaiveDateTime, most: i64) -> QueryResult<Vec<(String, i32)>> {
    result_outbox::table
        .filter(result_outbox::at.lt(until))
        .order((
            result_outbox::at,
            result_outbox::application_id,
            result_outbox::event_no,
        ))
        .limit(most)
        .select((result_outbox::application_id, result_outbox::event_no))
        .load(conn)
}

/// `false` when it was taken before.
pub fn take_from_outbox(conn: &mut Conn, application_id: &str, event_no: i32) -> QueryResult<bool> {
    let taken = diesel::delete(result_outbox::table.find((application_id, event_no))).execute(conn)?;
    Ok(taken == 1)
}
