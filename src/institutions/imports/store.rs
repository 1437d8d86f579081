use crate::db::{Conn, branch_imports};
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

/// A table that somebody brought.
#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = branch_imports)]
pub struct Import {
    pub id: String,
    pub body: String,
    pub made_by: String,
    pub made_at: NaiveDateTime,
    pub applied_by: Option<String>,
    pub applied_at: Option<NaiveDateTime>,
    pub effective_on: Option<NaiveDate>,
    pub added: i32,
    pub changed: i32,
    pub retired: i32,
}

/// Imports that the page lists.
const SHOWN: i64 = 20;

/// Newest first.
pub fn newest(conn: &mut Conn) -> QueryResult<Vec<Import>> {
    Import::query()
        .order(branch_imports::made_at.desc())
        .limit(SHOWN)
        .load(conn)
}

pub fn find(conn: &mut Conn, id: &str) -> QueryResult<Import> {
    Import::query().filter(branch_imports::id.eq(id)).first(conn)
}

/// Tables that were taken in and hold these digits somewhere, newest first.
pub fn applied_with(conn: &mut Conn, digits: &str) -> QueryResult<Vec<Import>> {
    Import::query()
        .filter(branch_imports::applied_at.is_not_null())
        .filter(branch_imports::body.like(format!("%{digits}%")))
        .order(branch_imports::applied_at.desc())
        .limit(SHOWN)
        .load(conn)
}

/// Keeps a table; gives its id.
pub fn add(conn: &mut Conn, body: &str, by: &str, now: NaiveDateTime) -> QueryResult<String> {
    let id = ulid::Ulid::generate().to_string();
    diesel::insert_into(branch_imports::table)
        .values((
            branch_imports::id.eq(&id),
            branch_imports::body.eq(body),
            branch_imports::made_by.eq(by),
            branch_imports::made_at.eq(now),
            branch_imports::added.eq(0),
            branch_imports::changed.eq(0),
            branch_imports::retired.eq(0),
        ))
        .execute(conn)?;
    Ok(id)
}

/// Writes down who took it in, from when on, and how many branches were added, changed and retired.
pub fn mark_applied(
    conn: &mut Conn,
    id: &str,
    by: &str,
    day: NaiveDate,
    counts: [usize; 3],
    now: NaiveDateTime,
) -> QueryResult<()> {
    let [added, changed, retired] = counts.map(|count| i32::try_from(count).unwrap_or(i32::MAX));
    diesel::update(branch_imports::table.find(id))
        .set((
            branch_imports::applied_by.eq(by),
            branch_imports::applied_at.eq(now),
            branch_imports::effective_on.eq(day),
            branch_imports::added.eq(added),
            branch_imports::changed.eq(changed),
            branch_imports::retired.eq(retired),
        ))
        .execute(conn)
        .map(drop)
}
