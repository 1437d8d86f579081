//! The staff's list of applications: filtered, in an order, a page at a time by key.
use super::Application;
use crate::{
    db::{Conn, application_tokens, applications, text_enum},
    enrolment::states::Registration,
};
use chrono::NaiveDateTime;
use diesel::prelude::*;

text_enum! {
    /// The orders of the list.
    pub enum Order {
        Newest = "newest",
        Oldest = "oldest",
        Decided = "decided",
    }
}

/// What the list is narrowed to. Times are UTC.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Narrow {
    pub from: Option<NaiveDateTime>,
    pub to: Option<NaiveDateTime>,
    /// Any of these; all when empty.
    pub states: Vec<Registration>,
    pub institution: Option<String>,
    /// Unknown, or undecided without a move since then, or decided and to be looked at.
    pub attention_since: Option<NaiveDateTime>,
    /// Only these: the hits of a search.
    pub ids: Option<Vec<String>>,
}

/// A place in the list: the order's time and the id of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub at: NaiveDateTime,
    pub id: String,
}

/// Which rows of the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span {
    First,
    After(Cursor),
    Before(Cursor),
}

/// The words of the index `applications_attention`: as parameters, no database would see that it fits.
const ATTENTION: &str = "(applications.state in ('confirmed', 'at_institution', 'checking', 'unknown') \
                         or applications.attention is not null)";

/// Adds the filters to a boxed query; a macro, because the rows and their count are queries of different types.
macro_rules! narrowed {
    ($query:expr, $narrow:expr) => {{
        let (mut query, narrow): (_, &Narrow) = ($query.filter(applications::confirmed_at.is_not_null()), $narrow);
        if let Some(from) = narrow.from {
            query = query.filter(applications::confirmed_at.ge(from));
        }
        if let Some(to) = narrow.to {
            query = query.filter(applications::confirmed_at.lt(to));
        }
        if !narrow.states.is_empty() {
            let words: Vec<&str> = narrow.states.iter().map(|s| s.as_str()).collect();
            query = query.filter(applications::state.eq_any(words));
        }
        if let Some(code) = &narrow.institution {
            query = query.filter(applications::institution_code.eq(code.clone()));
        }
        if let Some(since) = narrow.attention_since {
            query = query
                .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(ATTENTION))
                .filter(
                    applications::state
                        .eq("unknown")
                        .or(applications::updated_at.lt(since))
                        .or(applications::attention.is_not_null()),
                );
        }
        if let Some(ids) = &narrow.ids {
            query = query.filter(applications::id.eq_any(ids.clone()));
        }
        query
    }};
}

/// Rows of the list in its order; those before a cursor come in the list's order, too.
pub fn list(conn: &mut Conn, narrow: &Narrow, order: Order, span: &Span, most: i64) -> QueryResult<Vec<Application>> {
    let mut query = narrowed!(Application::query().into_boxed(), narrow);
    let backwards = matches!(span, Span::Before(_));
    let descending = (order != Order::Oldest) != backwards;
    if let Span::After(cursor) | Span::Before(cursor) = span {
        let (at, id) = (cursor.at, cursor.id.clone());
        // Row by row the same as (time, id) < (at, id), in words that both databases plan by the index.
        query = match (order == Order::Decided, descending) {
            (false, true) => query.filter(applications::confirmed_at.le(at)).filter(
                applications::confirmed_at
                    .lt(at)
                    .assume_not_null()
                    .or(applications::id.lt(id)),
            ),
            (false, false) => query.filter(applications::confirmed_at.ge(at)).filter(
                applications::confirmed_at
                    .gt(at)
                    .assume_not_null()
                    .or(applications::id.gt(id)),
            ),
            (true, true) => query.filter(applications::decided_at.le(at)).filter(
                applications::decided_at
                    .lt(at)
                    .assume_not_null()
                    .or(applications::id.lt(id)),
            ),
            (true, false) => query.filter(applications::decided_at.ge(at)).filter(
                applications::decided_at
                    .gt(at)
                    .assume_not_null()
                    .or(applications::id.gt(id)),
            ),
        };
    }
    if order == Order::Decided {
        query = query.filter(applications::decided_at.is_not_null());
    }
    query = match (order == Order::Decided, descending) {
        (false, true) => query.order((applications::confirmed_at.desc(), applications::id.desc())),
        (false, false) => query.order((applications::confirmed_at.asc(), applications::id.asc())),
        (true, true) => query.order((applications::decided_at.desc(), applications::id.desc())),
        (true, false) => query.order((applications::decided_at.asc(), applications::id.asc())),
    };
    let mut rows: Vec<Application> = query.limit(most).load(conn)?;
    if backwards {
        rows.reverse();
    }
    Ok(rows)
}

/// How many rows the list has in an order; counts no further than `most`. Undecided ones have no place among the results.
pub fn count(conn: &mut Conn, narrow: &Narrow, order: Order, most: i64) -> QueryResult<i64> {
    let ones = applications::table
        .select(diesel::dsl::sql::<diesel::sql_types::Integer>("1"))
        .into_boxed();
    let mut ones = narrowed!(ones, narrow);
    if order == Order::Decided {
        // Whatever is decided was so after 1970: as a range, SQLite reads it from the index.
        ones = ones.filter(applications::decided_at.gt(NaiveDateTime::default()));
    }
    let ones: Vec<i32> = ones.limit(most).load(conn)?;
    Ok(i64::try_from(ones.len()).unwrap_or(i64::MAX))
}

/// The newest applications that carry a token, newest first.
pub fn tokens_hits(conn: &mut Conn, kind: &str, token: &str, most: i64) -> QueryResult<Vec<String>> {
    application_tokens::table
        .filter(
            application_tokens::kind
                .eq(kind)
                .and(application_tokens::token.eq(token)),
        )
        .order(application_tokens::application_id.desc())
        .limit(most)
        .select(application_tokens::application_id)
        .load(conn)
}

/// The applications of a customer number, by its blind index, newest first.
pub fn of_customer(conn: &mut Conn, customer_index: &str, most: i64) -> QueryResult<Vec<String>> {
    applications::table
        .filter(applications::customer_index.eq(customer_index))
        .filter(applications::confirmed_at.is_not_null())
        .order(applications::id.desc())
        .limit(most)
        .select(applications::id)
        .load(conn)
}
