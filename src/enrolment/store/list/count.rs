//! How long a list is, as far as it is counted.
use super::{
    ATTENTION, Lead, MANY, Narrow, Order, Sought, Span, confirmed_at, decided_at, is_descending, is_empty,
    is_period_alone, lead,
};
use crate::{
    db::{Conn, application_tokens, applications},
    enrolment::states::Registration,
};
use chrono::NaiveDateTime;
use diesel::{
    dsl::{exists, sql},
    prelude::*,
    sql_types::{Bool, Integer},
};

/// How many rows a span of the list has; counts no further than `most`. Undecided ones have no place among the results.
pub fn count(conn: &mut Conn, narrow: &Narrow, order: Order, span: &Span, most: i64) -> QueryResult<i64> {
    if is_empty(narrow, order) {
        return Ok(0);
    }
    if let Some(Sought::Tokens(tokens)) = &narrow.sought
        && *span == Span::First
        && without_search(narrow) == Narrow::default()
    {
        return count_hits(conn, tokens, order, most);
    }
    let mut narrow = narrow.clone();
    let is_by_result = order == Order::Decided && *span == Span::First;
    if is_by_result && is_period_alone(&narrow) {
        narrow.states = Registration::ALL
            .iter()
            .copied()
            .filter(|state| state.is_result())
            .collect();
    }
    let lead = lead_to_count(conn, &narrow, order, span)?;
    let ones = applications::table.select(sql::<Integer>("1")).into_boxed();
    let mut ones = spanned!(ones, &narrow, order, span, lead);
    let has_results_only = !narrow.states.is_empty() && narrow.states.iter().all(|state| state.is_result());
    ones = match order == Order::Decided {
        false => ones,
        // Of results each is decided: without the question, the index of states answers alone.
        true if has_results_only && *span == Span::First => ones,
        // The few that wait for a person, whose index SQLite would leave for that of all results.
        true if narrow.attention_since.is_some() => ones.filter(decided_at().is_not_null()),
        // Whatever is decided was so after 1970: as a range, SQLite reads it from the index.
        true => ones.filter(applications::decided_at.gt(NaiveDateTime::default())),
    };
    let ones: Vec<i32> = ones.limit(most).load(conn)?;
    Ok(i64::try_from(ones.len()).unwrap_or(i64::MAX))
}

/// The same of a search that nothing else narrows. Only what was confirmed has tokens: they are counted without their
/// applications.
fn count_hits(conn: &mut Conn, tokens: &[(String, String)], order: Order, most: i64) -> QueryResult<i64> {
    let others = diesel::alias!(application_tokens as others);
    let carries = |kind: &str, token: &str| {
        let carrier = others
            .field(application_tokens::application_id)
            .eq(application_tokens::application_id);
        let kind = others.field(application_tokens::kind).eq(kind.to_owned());
        exists(
            others
                .filter(carrier)
                .filter(kind)
                .filter(others.field(application_tokens::token).eq(token.to_owned())),
        )
    };
    let mut hits = application_tokens::table.select(sql::<Integer>("1")).into_boxed();
    for (n, (kind, token)) in tokens.iter().enumerate() {
        hits = match n {
            0 => hits
                .filter(application_tokens::kind.eq(kind))
                .filter(application_tokens::token.eq(token)),
            _ => hits.filter(carries(kind, token)),
        };
    }
    if order == Order::Decided {
        let own = applications::table.filter(applications::id.eq(application_tokens::application_id));
        hits = hits.filter(exists(own.filter(applications::decided_at.is_not_null())));
    }
    let ones: Vec<i32> = hits.limit(most).load(conn)?;
    Ok(i64::try_from(ones.len()).unwrap_or(i64::MAX))
}

/// How many rows the list has, however many.
pub fn count_all(conn: &mut Conn, narrow: &Narrow, order: Order) -> QueryResult<i64> {
    let mut query = narrowed!(applications::table.count().into_boxed(), narrow, Lead::Hits);
    query = match order == Order::Decided {
        false => query,
        true if narrow.attention_since.is_some() => query.filter(decided_at().is_not_null()),
        true => query.filter(applications::decided_at.gt(NaiveDateTime::default())),
    };
    query.get_result(conn)
}

/// What leads to a count, which is in no order: whatever has fewer.
fn lead_to_count(conn: &mut Conn, narrow: &Narrow, order: Order, span: &Span) -> QueryResult<Lead> {
    let others = without_search(narrow);
    match lead(conn, narrow, order)? {
        Lead::List if others == Narrow::default() => Ok(Lead::Hits),
        Lead::List if count(conn, &others, order, span, MANY)? >= MANY => Ok(Lead::Hits),
        lead => Ok(lead),
    }
}

fn without_search(narrow: &Narrow) -> Narrow {
    Narrow {
        sought: None,
        ..narrow.clone()
    }
}
