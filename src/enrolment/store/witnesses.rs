use super::Outcome;
use crate::{
    db::{Conn, Keep, applications, attempt_messages, attempts},
    enrolment::states::Registration,
};
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// What we know of one attempt: what the inquiry decided, and what the browser brought back.
#[derive(Clone, Debug)]
pub struct Witness {
    pub attempt_id: String,
    pub application_id: String,
    pub outcome: Outcome,
    /// UTC.
    pub decided_at: Option<NaiveDateTime>,
    /// The status in the last verified return of the browser, in the gateway's words; `None` when none came.
    pub returned: Option<String>,
}

#[derive(HasQuery)]
#[diesel(table_name = attempts)]
struct Row {
    id: String,
    application_id: String,
    #[diesel(deserialize_as = String)]
    outcome: Outcome,
    decided_at: Option<NaiveDateTime>,
}

/// One attempt of a gateway; `None` when we never began it.
pub fn witness(conn: &mut Conn, gateway: &str, attempt_id: &str) -> QueryResult<Option<Witness>> {
    let row = Row::query()
        .filter(attempts::id.eq(attempt_id).and(attempts::gateway.eq(gateway)))
        .first(conn)
        .optional()?;
    row.map(|row| with_return(conn, row)).transpose()
}

/// The attempts of a gateway that were decided in `[from, to)` (UTC), by their ids.
pub fn decided_between(
    conn: &mut Conn,
    gateway: &str,
    from: NaiveDateTime,
    to: NaiveDateTime,
) -> QueryResult<Vec<Witness>> {
    let rows = Row::query()
        .filter(attempts::gateway.eq(gateway))
        .filter(attempts::decided_at.ge(from).and(attempts::decided_at.lt(to)))
        .order(attempts::id)
        .load(conn)?;
    rows.into_iter().map(|row| with_return(conn, row)).collect()
}

fn with_return(conn: &mut Conn, row: Row) -> QueryResult<Witness> {
    let returned = attempt_messages::table
        .filter(
            attempt_messages::attempt_id
                .eq(&row.id)
                .and(attempt_messages::kind.eq("return")),
        )
        .order(attempt_messages::at.desc())
        .select(attempt_messages::status)
        .first(conn)
        .optional()?;
    Ok(Witness {
        attempt_id: row.id,
        application_id: row.application_id,
        outcome: row.outcome,
        decided_at: row.decided_at,
        returned,
    })
}

/// The newest registered application of a customer number, by its blind index.
pub fn registered_of_customer(conn: &mut Conn, customer_index: &str) -> QueryResult<Option<String>> {
    applications::table
        .filter(applications::customer_index.eq(customer_index))
        .filter(applications::state.eq_any(["registered", "corrected"]))
        .order(applications::decided_at.desc())
        .select(applications::id)
        .first(conn)
        .optional()
}

/// An application's id by its receipt number (9 characters, without hyphens).
pub fn find_id_by_receipt(conn: &mut Conn, receipt_number: &str) -> QueryResult<Option<String>> {
    applications::table
        .filter(applications::receipt_number.eq(receipt_number))
        .select(applications::id)
        .first(conn)
        .optional()
}

/// How many applications stand in a state; where somebody waits, also since when the one that waits longest.
#[derive(Clone, Debug)]
pub struct StateCount {
    pub state: Registration,
    pub count: i64,
    /// UTC.
    pub oldest: Option<NaiveDateTime>,
}

/// Since when each application of a state is in it.
pub fn in_state_since(conn: &mut Conn, state: Registration) -> QueryResult<Vec<NaiveDateTime>> {
    applications::table
        .filter(applications::state.eq(state.as_str()))
        // As in the index.
        .filter(applications::confirmed_at.is_not_null())
        .select(applications::updated_at)
        .load(conn)
}

/// Every state with its count; a state without applications counts 0.
pub fn state_counts(conn: &mut Conn) -> QueryResult<Vec<StateCount>> {
    let mut counts = vec![];
    for state in Registration::ALL {
        counts.push(match state {
            Registration::Draft => drafts(conn)?,
            state => confirmed(conn, *state)?,
        });
    }
    Ok(counts)
}

fn drafts(conn: &mut Conn) -> QueryResult<StateCount> {
    // Written out as in the index: SQLite takes a partial index for nothing else.
    let (count, oldest) = applications::table
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(
            "applications.state = 'draft'",
        ))
        .select((
            diesel::dsl::count(applications::updated_at),
            diesel::dsl::min(applications::updated_at),
        ))
        .first(conn)?;
    let state = Registration::Draft;
    Ok(StateCount { state, count, oldest })
}

fn confirmed(conn: &mut Conn, state: Registration) -> QueryResult<StateCount> {
    let of_state = applications::state.eq(state.as_str());
    let those = of_state.and(applications::confirmed_at.is_not_null());
    let rows = applications::table.filter(those);
    let oldest = match state {
        // Few at any time; of a million that are done nobody asks how old the oldest is.
        Registration::Confirmed | Registration::AtInstitution | Registration::Checking | Registration::Unknown => {
            rows.select(diesel::dsl::min(applications::updated_at)).first(conn)?
        }
        _ => None,
    };
    let count = rows.count().get_result(conn)?;
    Ok(StateCount { state, count, oldest })
}

/// The receipt number of an id; `None` when it has none, or when there is no such application.
pub fn receipt_of(conn: &mut Conn, id: &str) -> QueryResult<Option<String>> {
    let found: Option<Option<String>> = applications::table
        .find(id)
        .select(applications::receipt_number)
        .first(conn)
        .optional()?;
    Ok(found.flatten())
}

/// The receipt numbers of several applications, by their id; a draft has none.
pub fn receipts_of(conn: &mut Conn, ids: Vec<String>) -> QueryResult<Vec<(String, Option<String>)>> {
    applications::table
        .filter(applications::id.eq_any(ids))
        .select((applications::id, applications::receipt_number))
        .load(conn)
}

/// Another application of the same customer number that is handed off and not decided (rule 3).
pub fn in_flight_for(conn: &mut Conn, customer_index: &str, except: &str) -> QueryResult<bool> {
    let count: i64 = applications::table
        .filter(
            applications::customer_index
                .eq(customer_index)
                .and(applications::id.ne(except)),
        )
        .filter(applications::state.eq_any(["at_institution", "checking", "unknown"]))
        .count()
        .kept()
        .get_result(conn)?;
    Ok(count > 0)
}
