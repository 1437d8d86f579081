use crate::db::{Conn, attempts};
use chrono::NaiveDateTime;
use diesel::prelude::*;

pub fn handoffs_of_application(conn: &mut Conn, application_id: &str, since: NaiveDateTime) -> QueryResult<i64> {
    attempts::table
        .filter(
            attempts::application_id
                .eq(application_id)
                .and(attempts::created_at.gt(since)),
        )
        .count()
        .get_result(conn)
}

pub fn handoffs_of_account(conn: &mut Conn, account_index: &str, since: NaiveDateTime) -> QueryResult<i64> {
    attempts::table
        .filter(
            attempts::account_index
                .eq(account_index)
                .and(attempts::created_at.gt(since)),
        )
        .count()
        .get_result(conn)
}

/// How many different accounts a client has tried; counts no further than `most`.
pub fn accounts_of_client(conn: &mut Conn, client_index: &str, since: NaiveDateTime, most: i64) -> QueryResult<i64> {
    let accounts = attempts::table
        .filter(
            attempts::client_index
                .eq(client_index)
                .and(attempts::created_at.gt(since)),
        )
        .filter(attempts::account_index.is_not_null())
        .select(attempts::account_index)
        .distinct()
        .limit(most)
        .load::<Option<String>>(conn)?;
    Ok(i64::try_from(accounts.len()).unwrap_or(i64::MAX))
}

/// How many refusals of a client look like guessing; counts no further than `most`.
pub fn guesses_of_client(conn: &mut Conn, client_index: &str, since: NaiveDateTime, most: i64) -> QueryResult<i64> {
    // Written out, word for word as in the index: SQLite takes a partial index for nothing else.
    let guesses = diesel::dsl::sql::<diesel::sql_types::Bool>(
        "reason in ('pin_mismatch', 'no_account', 'name_mismatch', 'credential_mismatch')",
    );
    let found = attempts::table
        .filter(
            attempts::client_index
                .eq(client_index)
                .and(attempts::created_at.gt(since)),
        )
        .filter(guesses)
        .select(attempts::id)
        .limit(most)
        .load::<String>(conn)?;
    Ok(i64::try_from(found.len()).unwrap_or(i64::MAX))
}

/// How many registrations came of a client's hand-offs; counts no further than `most`.
pub fn successes_of_client(conn: &mut Conn, client_index: &str, since: NaiveDateTime, most: i64) -> QueryResult<i64> {
    let found = attempts::table
        .filter(
            attempts::client_index
                .eq(client_index)
                .and(attempts::created_at.gt(since)),
        )
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>("outcome = 'success'"))
        .select(attempts::id)
        .limit(most)
        .load::<String>(conn)?;
    Ok(i64::try_from(found.len()).unwrap_or(i64::MAX))
}
