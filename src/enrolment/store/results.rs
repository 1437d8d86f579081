use super::Application;
use crate::db::{Conn, applications};
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// Applications with a result decided in `[from, to)`, UTC, oldest first; those that were ever confirmed.
pub fn results_between(conn: &mut Conn, from: NaiveDateTime, to: NaiveDateTime) -> QueryResult<Vec<Application>> {
    Application::query()
        .filter(applications::decided_at.ge(from).and(applications::decided_at.lt(to)))
        .filter(applications::confirmed_at.is_not_null())
        .order((applications::decided_at, applications::id))
        .load(conn)
}

/// The newest `most` of them, newest first.
pub fn newest_results_between(
    conn: &mut Conn,
    from: NaiveDateTime,
    to: NaiveDateTime,
    most: i64,
) -> QueryResult<Vec<Application>> {
    Application::query()
        .filter(applications::decided_at.ge(from).and(applications::decided_at.lt(to)))
        .filter(applications::confirmed_at.is_not_null())
        .order((applications::decided_at.desc(), applications::id.desc()))
        .limit(most)
        .load(conn)
}
