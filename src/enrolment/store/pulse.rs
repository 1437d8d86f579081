use super::Outcome;
use crate::{
    db::{Conn, attempts},
    gateways::Reason,
};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use std::collections::BTreeMap;

/// How one institution did with the attempts of a span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pulse {
    pub institution_code: String,
    pub begun: i64,
    /// Those that ended in an answer about the person: registered, refused, given up. An institution that is out of
    /// order, or of which nothing is heard, gives none.
    pub answered: i64,
    pub registered: i64,
    /// Half of those that were handed off and decided took no longer.
    pub median_seconds: Option<i64>,
}

type Row = (
    String,
    String,
    Option<String>,
    Option<NaiveDateTime>,
    Option<NaiveDateTime>,
);

/// The attempts that began in `[from, to)` (UTC), by institution.
pub fn pulse(conn: &mut Conn, from: NaiveDateTime, to: NaiveDateTime) -> QueryResult<Vec<Pulse>> {
    let rows: Vec<Row> = attempts::table
        .filter(attempts::created_at.ge(from).and(attempts::created_at.lt(to)))
        .select((
            attempts::institution_code,
            attempts::outcome,
            attempts::reason,
            attempts::handed_off_at,
            attempts::decided_at,
        ))
        .load(conn)?;
    let mut by_code: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for row in rows {
        by_code.entry(row.0.clone()).or_default().push(row);
    }
    Ok(by_code.into_iter().map(|(code, rows)| summed(code, &rows)).collect())
}

fn summed(institution_code: String, rows: &[Row]) -> Pulse {
    let count =
        |is: &dyn Fn(&Row) -> bool| i64::try_from(rows.iter().filter(|row| is(row)).count()).unwrap_or(i64::MAX);
    let outcome = |row: &Row| Outcome::from_word(&row.1);
    let mut seconds: Vec<i64> = rows
        .iter()
        .filter_map(|row| Some((row.4? - row.3?).num_seconds()))
        .collect();
    seconds.sort_unstable();
    Pulse {
        institution_code,
        begun: count(&|_| true),
        answered: count(&|row| match outcome(row) {
            Some(Outcome::Fail) => !is_out_of_order(row.2.as_deref()),
            Some(Outcome::Open | Outcome::Unknown) | None => false,
            Some(_) => true,
        }),
        registered: count(&|row| outcome(row) == Some(Outcome::Success)),
        median_seconds: seconds.get(seconds.len() / 2).copied(),
    }
}

fn is_out_of_order(reason: Option<&str>) -> bool {
    let reason = reason.and_then(Reason::from_word);
    matches!(
        reason,
        Some(Reason::OutOfHours | Reason::Congested | Reason::TokenInvalid | Reason::SystemError)
    )
}
