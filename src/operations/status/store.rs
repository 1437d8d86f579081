use super::Figure;
use crate::db::{Conn, Portable, figures};
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// Writes the figures of a moment; what stands there already stays.
pub fn add(conn: &mut Conn, all: &[Figure], at: NaiveDateTime) -> QueryResult<()> {
    for figure in all {
        let insert = diesel::insert_into(figures::table)
            .values((
                figures::at.eq(at),
                figures::name.eq(&figure.name),
                figures::value.eq(figure.value),
            ))
            .on_conflict_do_nothing();
        Portable(insert).execute(conn)?;
    }
    Ok(())
}

/// Every figure of the newest moment, and that moment.
pub fn newest_all(conn: &mut Conn) -> QueryResult<Option<(NaiveDateTime, Vec<Figure>)>> {
    let at: Option<NaiveDateTime> = figures::table.select(diesel::dsl::max(figures::at)).first(conn)?;
    let Some(at) = at else {
        return Ok(None);
    };
    let rows: Vec<(String, i64)> = figures::table
        .filter(figures::at.eq(at))
        .order(figures::name)
        .select((figures::name, figures::value))
        .load(conn)?;
    let all = rows.into_iter().map(|(name, value)| Figure { name, value });
    Ok(Some((at, all.collect())))
}

/// The newest value of a figure.
pub fn newest(conn: &mut Conn, name: &str) -> QueryResult<Option<i64>> {
    figures::table
        .filter(figures::name.eq(name))
        .order(figures::at.desc())
        .select(figures::value)
        .first(conn)
        .optional()
}

/// The values of a figure since a moment, oldest first.
pub fn since(conn: &mut Conn, name: &str, from: NaiveDateTime) -> QueryResult<Vec<i64>> {
    figures::table
        .filter(figures::name.eq(name).and(figures::at.ge(from)))
        .order(figures::at)
        .select(figures::value)
        .load(conn)
}

/// Every figure since a moment: name, moment, value; by name, oldest first.
pub fn all_since(conn: &mut Conn, from: NaiveDateTime) -> QueryResult<Vec<(String, NaiveDateTime, i64)>> {
    figures::table
        .filter(figures::at.ge(from))
        .order((figures::name, figures::at))
        .select((figures::name, figures::at, figures::value))
        .load(conn)
}

/// When the first figure was written down: since then somebody watches.
pub fn begun_at(conn: &mut Conn) -> QueryResult<Option<NaiveDateTime>> {
    figures::table.select(diesel::dsl::min(figures::at)).first(conn)
}

/// Deletes figures from before a moment, at most so many moments' at once.
pub fn forget(conn: &mut Conn, before: NaiveDateTime, most: i64) -> QueryResult<()> {
    let old: Vec<NaiveDateTime> = figures::table
        .filter(figures::at.lt(before))
        .select(figures::at)
        .distinct()
        .order(figures::at)
        .limit(most / 50)
        .load(conn)?;
    let Some(last) = old.last() else {
        return Ok(());
    };
    diesel::delete(figures::table.filter(figures::at.le(last)))
        .execute(conn)
        .map(drop)
}
