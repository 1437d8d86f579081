//! The staff's list of applications: filtered, in an order, a page at a time by key.
use super::Application;
use crate::{
    db::{Conn, application_tokens, applications, text_enum},
    enrolment::states::Registration,
};
use chrono::NaiveDateTime;
use diesel::{
    dsl::{exists, sql},
    expression::SqlLiteral,
    prelude::*,
    sql_types::{Bool, Integer, Nullable, Timestamp},
};
use std::collections::HashMap;

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
    pub sought: Option<Sought>,
}

/// What a search looks for, as blind indexes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sought {
    Customer(String),
    /// Kind and token; an application carries all of them. The rarest comes first.
    Tokens(Vec<(String, String)>),
    /// The search is over and finds nothing.
    Nothing,
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

/// Hits of a search from which on it is quicker to read the list in its order, and to ask each row for the words.
const MANY: i64 = 4_000;

/// What is read first of a list that is searched. SQLite keeps no statistics here, so it is told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lead {
    /// The hits of the rarest word; they are sorted.
    Hits,
    /// The list, which need not be read further than its page goes.
    List,
    /// The results since the first day of a period, in their order: none came before its application was confirmed. On
    /// SQLite alone; PostgreSQL knows how many there are.
    Results,
}

/// What leads to a page.
fn lead(conn: &mut Conn, narrow: &Narrow, order: Order) -> QueryResult<Lead> {
    let is_sqlite = matches!(conn, Conn::Sqlite(_));
    let tokens = match &narrow.sought {
        None if is_sqlite && order == Order::Decided && is_period_alone(narrow) => return Ok(Lead::Results),
        Some(Sought::Tokens(tokens)) => tokens,
        _ => return Ok(Lead::Hits),
    };
    // By result, rows of other days would have to be passed over.
    let is_apart = order == Order::Decided && (narrow.from.is_some() || narrow.to.is_some());
    match tokens.first() {
        Some((kind, token)) if !is_apart && has_many(conn, kind, token)? => Ok(Lead::List),
        _ => Ok(Lead::Hits),
    }
}

/// Whether a beginning, and perhaps an end, is all that the list is narrowed to.
fn is_period_alone(narrow: &Narrow) -> bool {
    let Narrow { from, to, .. } = *narrow;
    let period = Narrow {
        from,
        to,
        ..Narrow::default()
    };
    from.is_some() && *narrow == period
}

fn has_many(conn: &mut Conn, kind: &str, token: &str) -> QueryResult<bool> {
    let last: Option<i32> = application_tokens::table
        .filter(
            application_tokens::kind
                .eq(kind)
                .and(application_tokens::token.eq(token)),
        )
        .select(sql::<Integer>("1"))
        .offset(MANY - 1)
        .first(conn)
        .optional()?;
    Ok(last.is_some())
}

/// When an application was confirmed, in words that lead to no index.
fn confirmed_at() -> SqlLiteral<Nullable<Timestamp>> {
    sql("coalesce(applications.confirmed_at, applications.confirmed_at)")
}

/// When its result came, in such words.
fn decided_at() -> SqlLiteral<Nullable<Timestamp>> {
    sql("coalesce(applications.decided_at, applications.decided_at)")
}

/// Adds the filters to a boxed query; a macro, because the rows and their count are queries of different types.
macro_rules! narrowed {
    ($query:expr, $narrow:expr, $lead:expr) => {{
        let (mut query, narrow): (_, &Narrow) = ($query.filter(applications::confirmed_at.is_not_null()), $narrow);
        let lead = $lead;
        let hits_lead = narrow.sought.is_some() && lead == Lead::Hits;
        let in_order_of_results = lead == Lead::Results;
        query = match narrow.from {
            None => query,
            Some(from) if in_order_of_results => query
                .filter(applications::decided_at.ge(from))
                .filter(confirmed_at().ge(from)),
            Some(from) => query.filter(applications::confirmed_at.ge(from)),
        };
        query = match narrow.to {
            None => query,
            Some(to) if in_order_of_results => query.filter(confirmed_at().lt(to)),
            Some(to) => query.filter(applications::confirmed_at.lt(to)),
        };
        let words: Vec<&str> = narrow.states.iter().map(|s| s.as_str()).collect();
        // Where hits lead, SQLite would still take the index of a state with a million rows. What is concatenated has
        // no index.
        query = match (hits_lead, words.is_empty()) {
            (_, true) => query,
            (false, _) => query.filter(applications::state.eq_any(words)),
            (true, _) => query.filter(applications::state.concat("").eq_any(words)),
        };
        query = match (hits_lead, narrow.institution.clone()) {
            (_, None) => query,
            (false, Some(code)) => query.filter(applications::institution_code.eq(code)),
            (true, Some(code)) => query.filter(applications::institution_code.concat("").eq(code)),
        };
        if let Some(since) = narrow.attention_since {
            query = query.filter(sql::<Bool>(ATTENTION)).filter(
                applications::state
                    .eq("unknown")
                    .or(applications::updated_at.lt(since))
                    .or(applications::attention.is_not_null()),
            );
        }
        match &narrow.sought {
            None => {}
            Some(Sought::Nothing) => query = query.filter(applications::id.eq_any(Vec::<String>::new())),
            Some(Sought::Customer(index)) => query = query.filter(applications::customer_index.eq(index.clone())),
            Some(Sought::Tokens(tokens)) => {
                for (n, (kind, token)) in tokens.iter().enumerate() {
                    let carriers = application_tokens::table
                        .filter(application_tokens::kind.eq(kind.clone()))
                        .filter(application_tokens::token.eq(token.clone()));
                    // Where hits lead, the first token gives them; the others are asked of each row.
                    query = match (n, lead) {
                        (0, Lead::Hits) => {
                            query.filter(applications::id.eq_any(carriers.select(application_tokens::application_id)))
                        }
                        _ => query.filter(exists(
                            carriers.filter(application_tokens::application_id.eq(applications::id)),
                        )),
                    };
                }
            }
        }
        query
    }};
}

/// Only what stands behind a place, in words that both databases plan by the index: row by row the same as
/// (time, id) < (at, id).
macro_rules! behind {
    ($query:expr, $column:expr, $cursor:expr, $descending:expr) => {{
        let (at, id) = ($cursor.at, $cursor.id.clone());
        match $descending {
            true => $query
                .filter($column.le(at))
                .filter($column.lt(at).assume_not_null().or(applications::id.lt(id))),
            false => $query
                .filter($column.ge(at))
                .filter($column.gt(at).assume_not_null().or(applications::id.gt(id))),
        }
    }};
}

/// Narrowed, and behind the place of a span.
macro_rules! spanned {
    ($query:expr, $narrow:expr, $order:expr, $span:expr, $lead:expr) => {{
        let query = narrowed!($query, $narrow, $lead);
        let descending = is_descending($order, $span);
        match ($span, $order) {
            (Span::First, _) => query,
            (Span::After(cursor) | Span::Before(cursor), Order::Decided) => {
                behind!(query, applications::decided_at, cursor, descending)
            }
            (Span::After(cursor) | Span::Before(cursor), _) => {
                behind!(query, applications::confirmed_at, cursor, descending)
            }
        }
    }};
}

mod count;

pub use count::{count, count_all};

/// Whether no row can be there: only what is decided stands in the order of the results.
fn is_empty(narrow: &Narrow, order: Order) -> bool {
    order == Order::Decided && !narrow.states.is_empty() && !narrow.states.iter().any(|state| state.is_result())
}

/// Which way the index is read; what stands before a place is read backwards.
fn is_descending(order: Order, span: &Span) -> bool {
    (order != Order::Oldest) != matches!(span, Span::Before(_))
}

/// Without the bound of the period that a place in the list says already. Of two bounds on one side SQLite seeks by one: by
/// the period's it read, for each part of an export, all that stood before the place.
fn one_bound(narrow: &Narrow, order: Order, span: &Span) -> Narrow {
    let mut narrow = narrow.clone();
    let place = match span {
        Span::After(place) | Span::Before(place) if order != Order::Decided => place,
        _ => return narrow,
    };
    match is_descending(order, span) {
        true => narrow.to = narrow.to.filter(|to| *to <= place.at),
        false => narrow.from = narrow.from.filter(|from| *from > place.at),
    }
    narrow
}

/// What the list shows of an application without its sealed answers.
#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = applications)]
pub struct Line {
    pub id: String,
    pub receipt_number: Option<String>,
    #[diesel(deserialize_as = String)]
    pub state: Registration,
    pub institution_code: Option<String>,
    pub reason: Option<String>,
    pub confirmed_at: Option<NaiveDateTime>,
    pub decided_at: Option<NaiveDateTime>,
}

impl Line {
    pub fn place(&self, order: Order) -> Option<Cursor> {
        let at = match order {
            Order::Decided => self.decided_at,
            _ => self.confirmed_at,
        };
        at.map(|at| Cursor {
            at,
            id: self.id.clone(),
        })
    }
}

/// Lines of the list in its order; those before a cursor come in the list's order, too.
pub fn lines(conn: &mut Conn, narrow: &Narrow, order: Order, span: &Span, most: i64) -> QueryResult<Vec<Line>> {
    if is_empty(narrow, order) {
        return Ok(vec![]);
    }
    let lead = lead(conn, narrow, order)?;
    let narrow = &one_bound(narrow, order, span);
    let mut query = spanned!(Line::query().into_boxed(), narrow, order, span, lead);
    // What is said in plain SQL is no prepared statement: PostgreSQL then plans for these words and this length. Its plan
    // for any words and any length read the whole list for a rare name.
    query = query.filter(sql::<Bool>("true"));
    if order == Order::Decided {
        query = query.filter(applications::decided_at.is_not_null());
    }
    query = match (order == Order::Decided, is_descending(order, span)) {
        (false, true) => query.order((applications::confirmed_at.desc(), applications::id.desc())),
        (false, false) => query.order((applications::confirmed_at.asc(), applications::id.asc())),
        (true, true) => query.order((applications::decided_at.desc(), applications::id.desc())),
        (true, false) => query.order((applications::decided_at.asc(), applications::id.asc())),
    };
    let mut lines: Vec<Line> = query.limit(most).load(conn)?;
    if matches!(span, Span::Before(_)) {
        lines.reverse();
    }
    Ok(lines)
}

/// The same as whole applications. Each is heavy with its sealed answers: where a page comes of a sort, thousands would be
/// carried through it, so they are read by the ids of the page.
pub fn list(conn: &mut Conn, narrow: &Narrow, order: Order, span: &Span, most: i64) -> QueryResult<Vec<Application>> {
    let lines = lines(conn, narrow, order, span, most)?;
    let place: HashMap<&str, usize> = lines.iter().enumerate().map(|(n, line)| (&*line.id, n)).collect();
    let ids = applications::id.eq_any(place.keys().copied().collect::<Vec<_>>());
    let mut rows: Vec<Application> = Application::query().filter(ids).load(conn)?;
    rows.sort_by_key(|row| place.get(&*row.id).copied());
    Ok(rows)
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn day(day: u32) -> NaiveDateTime {
        format!("2026-11-{day:02}T00:00:00").parse().unwrap()
    }

    #[test]
    fn of_the_period_and_the_place_in_the_list_only_the_narrower_bound_is_asked() {
        let narrow = Narrow {
            from: Some(day(10)),
            to: Some(day(20)),
            ..Narrow::default()
        };
        let place = |at| Cursor { at, id: "a".into() };
        let bounds = |order, span| {
            let narrow = one_bound(&narrow, order, &span);
            (narrow.from, narrow.to)
        };
        let (from, to) = (Some(day(10)), Some(day(20)));
        assert_eq!(bounds(Order::Newest, Span::First), (from, to));
        assert_eq!(bounds(Order::Newest, Span::After(place(day(15)))), (from, None));
        assert_eq!(bounds(Order::Newest, Span::Before(place(day(15)))), (None, to));
        assert_eq!(bounds(Order::Oldest, Span::After(place(day(15)))), (None, to));
        assert_eq!(bounds(Order::Decided, Span::After(place(day(15)))), (from, to));
        // A place outside the period, as an address may hold it, widens nothing.
        assert_eq!(bounds(Order::Newest, Span::After(place(day(20)))), (from, to));
        assert_eq!(bounds(Order::Oldest, Span::After(place(day(9)))), (from, to));
        assert_eq!(bounds(Order::Oldest, Span::After(place(day(10)))), (None, to));
    }
}
