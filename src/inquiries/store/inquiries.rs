use super::{messages, place};
use crate::{
    crypto::KeyRing,
    db::{Conn, Keep, inquiries, inquiry_tokens},
    hidden::hidden_debug,
    inquiries::{
        model::{Category, Contact, MessageKind, Priority, Source, Status},
        number,
    },
    japan::kana,
    web::Error,
};
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use std::collections::BTreeSet;

#[derive(Clone, HasQuery)]
#[diesel(table_name = inquiries)]
pub struct Inquiry {
    pub id: String,
    pub number: String,
    #[diesel(deserialize_as = String)]
    pub source: Source,
    #[diesel(deserialize_as = String)]
    pub category: Category,
    #[diesel(deserialize_as = String)]
    pub priority: Priority,
    #[diesel(deserialize_as = String)]
    pub status: Status,
    pub rev: i32,
    /// Sealed; see [`Inquiry::contact`].
    contact: String,
    pub code_token: Option<String>,
    pub submit_digest: Option<String>,
    pub application_id: Option<String>,
    pub institution_code: Option<String>,
    pub assignee: Option<String>,
    pub next_contact_on: Option<NaiveDate>,
    pub received_at: NaiveDateTime,
    pub due_at: NaiveDateTime,
    pub answered_at: Option<NaiveDateTime>,
    /// An answer came after its time; what begins anew later does not change that.
    answered_late: bool,
    /// Who says that the application is the one that is meant; `None` when only the form named it.
    pub linked_by: Option<String>,
}
hidden_debug!(Inquiry, NewInquiry<'_>);

impl Inquiry {
    pub fn contact(&self, keys: &KeyRing) -> Result<Contact, Error> {
        let json = keys.open(place("inquiries", &self.id, "contact"), &self.contact)?;
        serde_json::from_str(&json).map_err(|e| Error::Internal(e.to_string()))
    }
    pub fn is_overdue(&self, now: NaiveDateTime) -> bool {
        self.status == Status::Open && self.due_at < now
    }
    /// `inquiry/ID`, as audit entries and alarms name it.
    pub fn subject(&self) -> String {
        format!("inquiry/{}", self.id)
    }
    pub fn shown_number(&self) -> String {
        number::display(&self.number)
    }
}

pub struct NewInquiry<'a> {
    pub number: &'a str,
    pub source: Source,
    pub category: Category,
    pub priority: Priority,
    pub contact: &'a Contact,
    pub body: &'a str,
    pub code_token: Option<&'a str>,
    /// Blind key and digest of a form that is sent.
    pub submit: Option<(&'a str, &'a str)>,
    pub application_id: Option<&'a str>,
    pub linked_by: Option<&'a str>,
    pub assignee: Option<&'a str>,
    pub made_by: &'a str,
    pub received_at: NaiveDateTime,
    pub due_at: NaiveDateTime,
}

/// Keeps an inquiry with its first message, its blind tokens and its first event.
pub fn add(conn: &mut Conn, keys: &KeyRing, new: &NewInquiry) -> Result<Inquiry, Error> {
    let (id, now) = (ulid::Ulid::generate().to_string(), new.received_at);
    let contact = serde_json::to_string(new.contact).map_err(|e| Error::Internal(e.to_string()))?;
    diesel::insert_into(inquiries::table)
        .values((
            (
                inquiries::id.eq(&id),
                inquiries::number.eq(new.number),
                inquiries::source.eq(new.source.as_str()),
                inquiries::category.eq(new.category.as_str()),
                inquiries::priority.eq(new.priority.as_str()),
                inquiries::status.eq(Status::Open.as_str()),
                inquiries::rev.eq(0),
                inquiries::contact.eq(keys.seal(place("inquiries", &id, "contact"), &contact)?),
                inquiries::code_token.eq(new.code_token),
                inquiries::submit_key.eq(new.submit.map(|(key, _)| key)),
                inquiries::submit_digest.eq(new.submit.map(|(_, digest)| digest)),
            ),
            inquiries::application_id.eq(new.application_id),
            inquiries::linked_by.eq(new.linked_by),
            inquiries::assignee.eq(new.assignee),
            inquiries::made_by.eq(new.made_by),
            inquiries::received_at.eq(now),
            inquiries::due_at.eq(new.due_at),
            inquiries::updated_at.eq(now),
        ))
        .execute(conn)?;
    index(conn, keys, &id, new.contact)?;
    messages::add_message(conn, keys, &id, MessageKind::Asked, new.made_by, new.body, now)?;
    messages::add_event(conn, &id, new.made_by, "received", new.source.as_str(), now)?;
    Ok(find(conn, &id)?)
}

/// Kana or kanji prefixes of a name up to this length can be searched.
pub const LONGEST_PREFIX: usize = 6;

fn index(conn: &mut Conn, keys: &KeyRing, id: &str, contact: &Contact) -> QueryResult<()> {
    let mut tokens = BTreeSet::new();
    if !contact.phone.is_empty() {
        tokens.insert(("phone", keys.blind("inquiries.phone", &contact.phone)));
    }
    for prefix in kana::prefixes(&contact.name, LONGEST_PREFIX) {
        tokens.insert(("name", keys.blind("inquiries.name", &prefix)));
    }
    for (kind, token) in tokens {
        diesel::insert_into(inquiry_tokens::table)
            .values((
                inquiry_tokens::kind.eq(kind),
                inquiry_tokens::token.eq(token),
                inquiry_tokens::inquiry_id.eq(id),
            ))
            .execute(conn)?;
    }
    Ok(())
}

pub fn find(conn: &mut Conn, id: &str) -> QueryResult<Inquiry> {
    Inquiry::query().filter(inquiries::id.eq(id)).first(conn)
}

/// The numbers of several inquiries, by their id.
pub fn numbers_of(conn: &mut Conn, ids: Vec<String>) -> QueryResult<Vec<(String, String)>> {
    inquiries::table
        .filter(inquiries::id.eq_any(ids))
        .select((inquiries::id, inquiries::number))
        .load(conn)
}

pub fn find_by_number(conn: &mut Conn, number: &str) -> QueryResult<Option<Inquiry>> {
    Inquiry::query()
        .filter(inquiries::number.eq(number))
        .first(conn)
        .optional()
}

pub fn find_by_submit_key(conn: &mut Conn, key: &str) -> QueryResult<Option<Inquiry>> {
    Inquiry::query()
        .filter(inquiries::submit_key.eq(key))
        .first(conn)
        .optional()
}

/// What staff decide about an inquiry besides answering it.
pub struct Handling<'a> {
    pub category: Category,
    pub priority: Priority,
    pub assignee: Option<&'a str>,
    pub next_contact_on: Option<NaiveDate>,
    pub application_id: Option<&'a str>,
    pub linked_by: Option<&'a str>,
    pub institution_code: Option<&'a str>,
    pub due_at: NaiveDateTime,
}

/// Writes it, if nobody else changed the inquiry since it was read.
pub fn set_handling(conn: &mut Conn, seen: &Inquiry, to: &Handling, now: NaiveDateTime) -> Result<(), Error> {
    let changed = diesel::update(inquiries::table.find(&seen.id))
        .filter(inquiries::rev.eq(seen.rev))
        .set((
            inquiries::rev.eq(seen.rev + 1),
            inquiries::category.eq(to.category.as_str()),
            inquiries::priority.eq(to.priority.as_str()),
            inquiries::assignee.eq(to.assignee),
            inquiries::next_contact_on.eq(to.next_contact_on),
            inquiries::application_id.eq(to.application_id),
            inquiries::linked_by.eq(to.linked_by),
            inquiries::institution_code.eq(to.institution_code),
            inquiries::due_at.eq(to.due_at),
            inquiries::updated_at.eq(now),
        ))
        .execute(conn)?;
    if changed == 1 { Ok(()) } else { Err(Error::Conflict) }
}

/// Moves an inquiry to a status, with what goes along: the end, a due time that begins anew.
pub fn set_status(
    conn: &mut Conn,
    seen: &Inquiry,
    status: Status,
    due_at: NaiveDateTime,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let closed = (status == Status::Closed).then_some(now);
    let changed = diesel::update(inquiries::table.find(&seen.id))
        .filter(inquiries::rev.eq(seen.rev))
        .set((
            inquiries::rev.eq(seen.rev + 1),
            inquiries::status.eq(status.as_str()),
            inquiries::closed_at.eq(closed),
            inquiries::due_at.eq(due_at),
            inquiries::updated_at.eq(now),
        ))
        .kept()
        .execute(conn)?;
    if changed == 1 { Ok(()) } else { Err(Error::Conflict) }
}

/// Notes an answer: when the first was given, and whether one came after its time while the clock ran.
pub fn note_answer(conn: &mut Conn, seen: &Inquiry, now: NaiveDateTime) -> QueryResult<()> {
    diesel::update(inquiries::table.find(&seen.id))
        .set((
            inquiries::answered_at.eq(seen.answered_at.unwrap_or(now)),
            inquiries::answered_late.eq(seen.answered_late || seen.is_overdue(now)),
        ))
        .execute(conn)
        .map(drop)
}

/// Those whose clock runs, oldest due first.
pub fn open_ones(conn: &mut Conn) -> QueryResult<Vec<Inquiry>> {
    Inquiry::query()
        .filter(inquiries::status.eq(Status::Open.as_str()))
        .order((inquiries::due_at, inquiries::id))
        .load(conn)
}

/// Another due time, because the hours of the desk changed.
pub fn set_due(conn: &mut Conn, id: &str, due_at: NaiveDateTime) -> QueryResult<()> {
    diesel::update(inquiries::table.find(id))
        .set(inquiries::due_at.eq(due_at))
        .execute(conn)
        .map(drop)
}

/// Inquiries of a span, in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    pub received: i64,
    pub answered: i64,
    /// Received in the span and answered after their time, or waiting for an answer although it has passed.
    pub overdue: i64,
}

/// The inquiries of one source that came, and those that were answered, in `[from, to)` (UTC).
pub fn tally(
    conn: &mut Conn,
    source: Source,
    (from, to): (NaiveDateTime, NaiveDateTime),
    now: NaiveDateTime,
) -> QueryResult<Tally> {
    let of_source = || inquiries::table.filter(inquiries::source.eq(source.as_str()));
    let received = || of_source().filter(inquiries::received_at.ge(from).and(inquiries::received_at.lt(to)));
    let late = inquiries::answered_late.eq(true);
    let waits = inquiries::status
        .eq(Status::Open.as_str())
        .and(inquiries::due_at.lt(now));
    Ok(Tally {
        received: received().count().get_result(conn)?,
        answered: of_source()
            .filter(inquiries::answered_at.ge(from).and(inquiries::answered_at.lt(to)))
            .count()
            .get_result(conn)?,
        overdue: received().filter(late.or(waits)).count().get_result(conn)?,
    })
}
