use super::compare::{Kind, Line};
use crate::{
    crypto::{KeyRing, Place},
    db::{Conn, Portable, daily_files, daily_results, differences, first_debits},
    gateways::DailyLine,
    web::Error,
};
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use std::collections::BTreeMap;

/// Two witnesses that disagree.
#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = differences)]
pub struct Difference {
    pub id: String,
    #[diesel(deserialize_as = String)]
    pub kind: Kind,
    /// The attempt, or the application where the first debit disagrees.
    pub attempt_id: String,
    pub application_id: Option<String>,
    pub gateway: String,
    pub detail: String,
    pub found_at: NaiveDateTime,
    pub ended_at: Option<NaiveDateTime>,
    /// Sealed where a person settled it.
    resolution: Option<String>,
    /// `staff/ID`, or a name that was typed at the server.
    pub settled_by: Option<String>,
}

impl Difference {
    /// How a person settled it, in their words.
    pub fn resolution(&self, keys: &KeyRing) -> Result<String, Error> {
        match &self.resolution {
            Some(sealed) => Ok(keys.open(place(&self.id), sealed)?),
            None => Ok(String::new()),
        }
    }
}

fn place(id: &str) -> Place<'_> {
    Place {
        table: "differences",
        row: id,
        field: "resolution",
    }
}

/// Keeps a day's file; a file of the same day that came before is replaced.
pub fn put_file(
    conn: &mut Conn,
    gateway: &str,
    day: NaiveDate,
    lines: &[DailyLine],
    now: NaiveDateTime,
) -> QueryResult<()> {
    let old = daily_results::table.filter(daily_results::gateway.eq(gateway).and(daily_results::day.eq(day)));
    diesel::delete(old).execute(conn)?;
    diesel::delete(daily_files::table.find((gateway, day))).execute(conn)?;
    diesel::insert_into(daily_files::table)
        .values((
            daily_files::gateway.eq(gateway),
            daily_files::day.eq(day),
            daily_files::lines.eq(i32::try_from(lines.len()).unwrap_or(i32::MAX)),
            daily_files::imported_at.eq(now),
        ))
        .execute(conn)?;
    for line in lines {
        let insert = diesel::insert_into(daily_results::table)
            .values((
                daily_results::gateway.eq(gateway),
                daily_results::day.eq(day),
                daily_results::attempt_id.eq(&line.attempt_id),
                daily_results::status.eq(&line.status),
                daily_results::code.eq(&line.code),
            ))
            .on_conflict_do_nothing();
        Portable(insert).execute(conn)?;
    }
    Ok(())
}

/// The days of a gateway for which we have a file, in `[from, to]`.
pub fn days_with_file(conn: &mut Conn, gateway: &str, from: NaiveDate, to: NaiveDate) -> QueryResult<Vec<NaiveDate>> {
    daily_files::table
        .filter(daily_files::gateway.eq(gateway))
        .filter(daily_files::day.ge(from).and(daily_files::day.le(to)))
        .order(daily_files::day)
        .select(daily_files::day)
        .load(conn)
}

/// The lines of a day's file by attempt.
pub fn lines_of(conn: &mut Conn, gateway: &str, day: NaiveDate) -> QueryResult<BTreeMap<String, Line>> {
    let rows = daily_results::table
        .filter(daily_results::gateway.eq(gateway).and(daily_results::day.eq(day)))
        .select((daily_results::attempt_id, daily_results::status, daily_results::code))
        .load::<(String, String, String)>(conn)?;
    let line = |(id, status, code)| (id, Line { status, code });
    Ok(rows.into_iter().map(line).collect())
}

/// The newest line of any file about an attempt: a late change stands in a later file.
pub fn newest_line(conn: &mut Conn, gateway: &str, attempt_id: &str) -> QueryResult<Option<Line>> {
    let row = daily_results::table
        .filter(
            daily_results::gateway
                .eq(gateway)
                .and(daily_results::attempt_id.eq(attempt_id)),
        )
        .order(daily_results::day.desc())
        .select((daily_results::status, daily_results::code))
        .first::<(String, String)>(conn)
        .optional()?;
    Ok(row.map(|(status, code)| Line { status, code }))
}

/// What to write down of a difference.
pub struct Found<'a> {
    pub kind: Kind,
    pub attempt_id: &'a str,
    pub application_id: Option<&'a str>,
    pub gateway: &'a str,
    pub detail: &'a str,
}

/// Opens a difference; `false` when it stands open already, or when a person has settled the very same.
pub fn open(conn: &mut Conn, found: &Found, now: NaiveDateTime) -> QueryResult<bool> {
    let settled = differences::table
        .filter(differences::attempt_id.eq(found.attempt_id))
        .filter(differences::kind.eq(found.kind.as_str()))
        .filter(differences::detail.eq(found.detail))
        .filter(differences::settled_by.is_not_null());
    if settled.count().get_result::<i64>(conn)? > 0 {
        return Ok(false);
    }
    let insert = diesel::insert_into(differences::table)
        .values((
            differences::id.eq(ulid::Ulid::generate().to_string()),
            differences::kind.eq(found.kind.as_str()),
            differences::attempt_id.eq(found.attempt_id),
            differences::application_id.eq(found.application_id),
            differences::gateway.eq(found.gateway),
            differences::detail.eq(found.detail),
            differences::found_at.eq(now),
        ))
        .on_conflict_do_nothing();
    Ok(Portable(insert).execute(conn)? == 1)
}

/// A person (`by`) has settled it, and how is sealed; `false` when it is none, or has ended.
pub fn settle(
    conn: &mut Conn,
    keys: &KeyRing,
    (id, by, how): (&str, &str, &str),
    now: NaiveDateTime,
) -> Result<bool, Error> {
    Ok(end(conn, id, &keys.seal(place(id), how)?, Some(by), now)?)
}

/// Ends a difference: the witnesses agree again, or a person has settled it.
pub fn end(conn: &mut Conn, id: &str, resolution: &str, by: Option<&str>, now: NaiveDateTime) -> QueryResult<bool> {
    let ended = diesel::update(differences::table.find(id))
        .filter(differences::ended_at.is_null())
        .set((
            differences::ended_at.eq(now),
            differences::resolution.eq(resolution),
            differences::settled_by.eq(by),
        ))
        .execute(conn)?;
    Ok(ended == 1)
}

pub fn find(conn: &mut Conn, id: &str) -> QueryResult<Difference> {
    Difference::query().filter(differences::id.eq(id)).first(conn)
}

/// The differences nobody has settled, oldest first.
pub fn open_differences(conn: &mut Conn) -> QueryResult<Vec<Difference>> {
    Difference::query()
        .filter(differences::ended_at.is_null())
        .order((differences::found_at, differences::id))
        .load(conn)
}

/// The same, one part of them.
pub fn some_open_differences(conn: &mut Conn, skipped: i64, most: i64) -> QueryResult<Vec<Difference>> {
    Difference::query()
        .filter(differences::ended_at.is_null())
        .order((differences::found_at, differences::id))
        .offset(skipped)
        .limit(most)
        .load(conn)
}

/// Those that people settled, the newest first.
pub fn settled_differences(conn: &mut Conn, most: i64) -> QueryResult<Vec<Difference>> {
    Difference::query()
        .filter(differences::settled_by.is_not_null())
        .order((differences::ended_at.desc(), differences::id.desc()))
        .limit(most)
        .load(conn)
}

/// How many nobody has settled.
pub fn count_open_differences(conn: &mut Conn) -> QueryResult<i64> {
    differences::table
        .filter(differences::ended_at.is_null())
        .count()
        .get_result(conn)
}

/// Whether one of a gateway is left.
pub fn has_open_difference(conn: &mut Conn, gateway: &str) -> QueryResult<bool> {
    let left = differences::table
        .filter(differences::ended_at.is_null().and(differences::gateway.eq(gateway)))
        .select(differences::id)
        .first::<String>(conn)
        .optional()?;
    Ok(left.is_some())
}

/// Notes a first debit; `false` when it stands there already. A corrected file has another code for the same day.
pub fn put_debit(
    conn: &mut Conn,
    application_id: &str,
    debited_on: NaiveDate,
    code: &str,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let corrected = diesel::update(first_debits::table.find((application_id, debited_on)))
        .filter(first_debits::code.ne(code))
        .set((first_debits::code.eq(code), first_debits::imported_at.eq(now)))
        .execute(conn)?;
    if corrected == 1 {
        return Ok(true);
    }
    let insert = diesel::insert_into(first_debits::table)
        .values((
            first_debits::application_id.eq(application_id),
            first_debits::debited_on.eq(debited_on),
            first_debits::code.eq(code),
            first_debits::imported_at.eq(now),
        ))
        .on_conflict_do_nothing();
    Ok(Portable(insert).execute(conn)? == 1)
}
