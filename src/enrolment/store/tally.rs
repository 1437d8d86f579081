use crate::{
    db::{Conn, applications},
    enrolment::states::Registration,
};
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// How many applications of an institution stand in a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    pub institution_code: String,
    pub state: Registration,
    pub count: i64,
}

/// The applications that were confirmed in `[from, to)` (UTC), by institution and by where they stand now.
pub fn tally(conn: &mut Conn, from: NaiveDateTime, to: NaiveDateTime) -> QueryResult<Vec<Tally>> {
    let rows: Vec<(Option<String>, String, i64)> = applications::table
        .filter(
            applications::confirmed_at
                .ge(from)
                .and(applications::confirmed_at.lt(to)),
        )
        .group_by((applications::institution_code, applications::state))
        .order((applications::institution_code, applications::state))
        .select((
            applications::institution_code,
            applications::state,
            diesel::dsl::count_star(),
        ))
        .load(conn)?;
    let tally = |(code, state, count): (Option<String>, String, i64)| {
        Some(Tally {
            institution_code: code.unwrap_or_default(),
            state: Registration::from_word(&state)?,
            count,
        })
    };
    Ok(rows.into_iter().filter_map(tally).collect())
}
