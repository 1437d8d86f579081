use super::{Institution, Kind};
use crate::db::{Conn, branches, institutions};
use chrono::NaiveDate;
use diesel::prelude::*;

/// All institutions, retired or not, in the bureau's order: old applications still name them.
pub fn every(conn: &mut Conn) -> QueryResult<Vec<Institution>> {
    Institution::query().order(institutions::position).load(conn)
}

/// Those that retire, or have retired after a day.
pub fn leaving(conn: &mut Conn, after: NaiveDate) -> QueryResult<Vec<Institution>> {
    Institution::query()
        .filter(institutions::retired_on.gt(after))
        .order((institutions::retired_on, institutions::position))
        .load(conn)
}

/// A new institution, at the end of the bureau's order.
pub fn add(conn: &mut Conn, code: &str, name: &str, kana: &str, kind: Kind) -> QueryResult<()> {
    let last: Option<i32> = institutions::table
        .select(diesel::dsl::max(institutions::position))
        .first(conn)?;
    diesel::insert_into(institutions::table)
        .values((
            institutions::code.eq(code),
            institutions::name.eq(name),
            institutions::kana.eq(kana),
            institutions::kind.eq(kind.as_str()),
            institutions::affiliation.eq("optional"),
            institutions::position.eq(last.unwrap_or(0) + 1),
        ))
        .execute(conn)
        .map(drop)
}

/// What it is called from now on.
pub fn rename(conn: &mut Conn, code: &str, name: &str, kana: &str) -> QueryResult<()> {
    diesel::update(institutions::table.find(code))
        .set((institutions::name.eq(name), institutions::kana.eq(kana)))
        .execute(conn)
        .map(drop)
}

/// From a day on it can be chosen no more; `false` when it retires already.
pub fn retire(conn: &mut Conn, code: &str, day: NaiveDate, reason: &str, successor: Option<&str>) -> QueryResult<bool> {
    let changed = diesel::update(institutions::table.find(code))
        .filter(institutions::retired_on.is_null())
        .set((
            institutions::retired_on.eq(day),
            institutions::retired_reason.eq(reason),
            institutions::successor_code.eq(successor),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// It can be chosen as before; `false` when it was not retired from this very day.
pub fn reinstate(conn: &mut Conn, code: &str, day: NaiveDate) -> QueryResult<bool> {
    let changed = diesel::update(institutions::table.find(code))
        .filter(institutions::retired_on.eq(day))
        .set((
            institutions::retired_on.eq(None::<NaiveDate>),
            institutions::retired_reason.eq(None::<String>),
            institutions::successor_code.eq(None::<String>),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// How many branches can be chosen on a day, and how many of them retire later.
pub fn branches_in_service(conn: &mut Conn, institution: &str, today: NaiveDate) -> QueryResult<(i64, i64)> {
    let begun = branches::institution_code
        .eq(institution.to_owned())
        .and(branches::valid_from.is_null().or(branches::valid_from.le(today)));
    let retires = branches::retired_on.gt(today);
    let in_service = branches::table
        .filter(begun.clone().and(branches::retired_on.is_null().or(retires)))
        .count()
        .get_result(conn)?;
    let retiring = branches::table.filter(begun.and(retires)).count().get_result(conn)?;
    Ok((in_service, retiring))
}
