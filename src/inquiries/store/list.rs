//! The list of inquiries at the console.
use super::Inquiry;
use crate::{
    db::{Conn, inquiries, inquiry_messages, inquiry_tokens, text_enum},
    inquiries::model::{Category, MessageKind, Source, Status},
};
use chrono::{NaiveDate, NaiveDateTime};
use diesel::{dsl::sql, prelude::*, sql_types::Bool};

text_enum! {
    /// Which inquiries; the words are in addresses.
    pub enum View {
        /// Nobody has closed them.
        Open = "open",
        Unanswered = "unanswered",
        Overdue = "overdue",
        Mine = "mine",
        Unassigned = "unassigned",
        /// Somebody promised to be in touch, today or before.
        Contact = "contact",
        Closed = "closed",
        All = "all",
    }
}

/// What the list is narrowed to.
#[derive(Clone, Debug)]
pub struct Narrow {
    pub view: View,
    pub staff_id: String,
    pub today: NaiveDate,
    pub now: NaiveDateTime,
    pub category: Option<Category>,
    pub source: Option<Source>,
    /// The hits of a search.
    pub ids: Option<Vec<String>>,
    /// Only what staff ask the operator.
    pub staff_only: bool,
}

/// A page of the list: what stands on it, and whether more follows.
pub struct Page {
    pub rows: Vec<Inquiry>,
    pub more: bool,
}

/// The words of the index `inquiries_open`: as a parameter, no database would see that it fits.
const OPEN: &str = "inquiries.status <> 'closed'";

macro_rules! narrowed {
    ($query:expr, $narrow:expr) => {{
        let (mut query, narrow): (_, &Narrow) = ($query, $narrow);
        if !matches!(narrow.view, View::Closed | View::All) {
            query = query.filter(sql::<Bool>(OPEN));
        }
        query = match narrow.view {
            View::Open | View::All => query,
            View::Unanswered => query.filter(inquiries::status.eq(Status::Open.as_str())),
            View::Overdue => query
                .filter(inquiries::status.eq(Status::Open.as_str()))
                .filter(inquiries::due_at.lt(narrow.now)),
            View::Mine => query.filter(inquiries::assignee.eq(narrow.staff_id.clone())),
            View::Unassigned => query.filter(inquiries::assignee.is_null()),
            View::Contact => query.filter(inquiries::next_contact_on.le(narrow.today)),
            View::Closed => query.filter(inquiries::status.eq(Status::Closed.as_str())),
        };
        if let Some(category) = narrow.category {
            query = query.filter(inquiries::category.eq(category.as_str()));
        }
        if let Some(source) = narrow.source {
            query = query.filter(inquiries::source.eq(source.as_str()));
        }
        if let Some(ids) = &narrow.ids {
            query = query.filter(inquiries::id.eq_any(ids.clone()));
        }
        if narrow.staff_only {
            query = query.filter(inquiries::source.eq(Source::Staff.as_str()));
        }
        query
    }};
}

/// `most` rows from the `from`-th on: what waits for somebody first, by due time; where nothing does, the newest first.
pub fn list(conn: &mut Conn, narrow: &Narrow, from: i64, most: i64) -> QueryResult<Page> {
    let is_answered = inquiries::status.eq(Status::Answered.as_str());
    let query = narrowed!(Inquiry::query().into_boxed(), narrow);
    let query = match narrow.view {
        View::Closed | View::All => query.order((inquiries::received_at.desc(), inquiries::id.desc())),
        View::Contact => query.order((inquiries::next_contact_on, inquiries::due_at, inquiries::id)),
        _ => query.order((is_answered, inquiries::due_at, inquiries::id)),
    };
    let mut rows: Vec<Inquiry> = query.offset(from).limit(most + 1).load(conn)?;
    let more = rows.len() as i64 > most;
    rows.truncate(most as usize);
    Ok(Page { rows, more })
}

/// What the next shift must know of: what waits for somebody; of what is answered, where something was handed over or
/// promised.
pub fn to_hand_over(conn: &mut Conn, narrow: &Narrow, most: i64) -> QueryResult<Page> {
    let is_answered = inquiries::status.eq(Status::Answered.as_str());
    let handed_over = inquiry_messages::table
        .filter(inquiry_messages::kind.eq(MessageKind::Handover.as_str()))
        .select(inquiry_messages::inquiry_id);
    let goes_on = inquiries::status
        .ne(Status::Answered.as_str())
        .or(inquiries::next_contact_on.is_not_null())
        .or(inquiries::id.eq_any(handed_over));
    let mut rows: Vec<Inquiry> = narrowed!(Inquiry::query().into_boxed(), narrow)
        .filter(goes_on)
        .order((is_answered, inquiries::due_at, inquiries::id))
        .limit(most + 1)
        .load(conn)?;
    let more = rows.len() as i64 > most;
    rows.truncate(most as usize);
    Ok(Page { rows, more })
}

pub fn count(conn: &mut Conn, narrow: &Narrow) -> QueryResult<i64> {
    let all = inquiries::table.select(diesel::dsl::count_star()).into_boxed();
    narrowed!(all, narrow).first(conn)
}

/// The inquiries that carry a token, newest first.
pub fn tokens_hits(conn: &mut Conn, kind: &str, token: &str, most: i64) -> QueryResult<Vec<String>> {
    inquiry_tokens::table
        .filter(inquiry_tokens::kind.eq(kind).and(inquiry_tokens::token.eq(token)))
        .order(inquiry_tokens::inquiry_id.desc())
        .limit(most)
        .select(inquiry_tokens::inquiry_id)
        .load(conn)
}
