use crate::{
    db::{Conn, closed_days, holiday_imports, holidays},
    japan::closed_days::{ClosedDays, Span},
};
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use std::collections::BTreeMap;

/// A table that somebody brought.
#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = holiday_imports)]
pub struct Import {
    pub id: String,
    pub body: String,
    pub made_by: String,
    pub made_at: NaiveDateTime,
    pub applied_by: Option<String>,
    pub applied_at: Option<NaiveDateTime>,
    pub added: i32,
    pub removed: i32,
    pub renamed: i32,
}

/// Imports that the page lists.
const SHOWN: i64 = 20;

/// Newest first.
pub fn newest(conn: &mut Conn) -> QueryResult<Vec<Import>> {
    Import::query()
        .order(holiday_imports::made_at.desc())
        .limit(SHOWN)
        .load(conn)
}

pub fn find(conn: &mut Conn, id: &str) -> QueryResult<Import> {
    Import::query().filter(holiday_imports::id.eq(id)).first(conn)
}

/// Keeps a table; gives its id.
pub fn add(conn: &mut Conn, body: &str, by: &str, now: NaiveDateTime) -> QueryResult<String> {
    let id = ulid::Ulid::generate().to_string();
    diesel::insert_into(holiday_imports::table)
        .values((
            holiday_imports::id.eq(&id),
            holiday_imports::body.eq(body),
            holiday_imports::made_by.eq(by),
            holiday_imports::made_at.eq(now),
            holiday_imports::added.eq(0),
            holiday_imports::removed.eq(0),
            holiday_imports::renamed.eq(0),
        ))
        .execute(conn)?;
    Ok(id)
}

/// Writes down who took it in, and how many holidays were added, removed and renamed.
pub fn mark_applied(conn: &mut Conn, id: &str, by: &str, counts: [usize; 3], now: NaiveDateTime) -> QueryResult<()> {
    let [added, removed, renamed] = counts.map(|count| i32::try_from(count).unwrap_or(i32::MAX));
    diesel::update(holiday_imports::table.find(id))
        .set((
            holiday_imports::applied_by.eq(by),
            holiday_imports::applied_at.eq(now),
            holiday_imports::added.eq(added),
            holiday_imports::removed.eq(removed),
            holiday_imports::renamed.eq(renamed),
        ))
        .execute(conn)
        .map(drop)
}

/// The whole table.
pub fn all(conn: &mut Conn) -> QueryResult<BTreeMap<NaiveDate, String>> {
    let rows: Vec<(NaiveDate, String)> = holidays::table.select((holidays::day, holidays::name)).load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Writes a holiday; one that is there gets the name.
pub fn put(conn: &mut Conn, day: NaiveDate, name: &str) -> QueryResult<()> {
    let known = diesel::update(holidays::table.find(day))
        .set(holidays::name.eq(name))
        .execute(conn)?;
    if known == 0 {
        diesel::insert_into(holidays::table)
            .values((holidays::day.eq(day), holidays::name.eq(name)))
            .execute(conn)?;
    }
    Ok(())
}

/// The day is a holiday no more.
pub fn remove(conn: &mut Conn, day: NaiveDate) -> QueryResult<()> {
    diesel::delete(holidays::table.find(day)).execute(conn).map(drop)
}

/// Closed days of the bureau as they stand in the table.
#[derive(Clone, Debug)]
pub struct Entry {
    pub id: String,
    pub name: String,
    pub days: ClosedDays,
}

/// Every entry that ever counted, oldest first.
///
/// # Errors
/// An entry that this version cannot read stops everything: guessing would close a file on a wrong day.
pub fn entries(conn: &mut Conn) -> QueryResult<Vec<Entry>> {
    type Row = (String, String, String, String, Option<NaiveDate>, Option<NaiveDate>);
    let rows: Vec<Row> = closed_days::table
        .order((closed_days::made_at, closed_days::id))
        .select((
            closed_days::id,
            closed_days::name,
            closed_days::first_day,
            closed_days::last_day,
            closed_days::counts_from,
            closed_days::counts_until,
        ))
        .load(conn)?;
    let entry = |(id, name, first, last, counts_from, counts_until): Row| {
        let unreadable = format!("closed days {id}: {first:?} to {last:?}");
        let days = ClosedDays::read(&first, &last)
            .ok_or_else(|| diesel::result::Error::DeserializationError(unreadable.into()))?;
        let days = ClosedDays {
            counts_from,
            counts_until,
            ..days
        };
        Ok(Entry { id, name, days })
    };
    rows.into_iter().map(entry).collect()
}

/// Adds closed days that count from a day on.
pub fn add_entry(
    conn: &mut Conn,
    (name, span): (&str, Span),
    from: NaiveDate,
    by: &str,
    now: NaiveDateTime,
) -> QueryResult<String> {
    let (id, [first, last]) = (ulid::Ulid::generate().to_string(), span.words());
    diesel::insert_into(closed_days::table)
        .values((
            closed_days::id.eq(&id),
            closed_days::name.eq(name),
            closed_days::first_day.eq(first),
            closed_days::last_day.eq(last),
            closed_days::counts_from.eq(from),
            closed_days::made_by.eq(by),
            closed_days::made_at.eq(now),
        ))
        .execute(conn)?;
    Ok(id)
}

/// From a day on an entry counts no more; `false` when there is none, or it has ended before.
pub fn end_entry(conn: &mut Conn, id: &str, from: NaiveDate) -> QueryResult<bool> {
    let ended = diesel::update(closed_days::table.find(id))
        .filter(closed_days::counts_until.is_null())
        .set(closed_days::counts_until.eq(from))
        .execute(conn)?;
    Ok(ended == 1)
}
