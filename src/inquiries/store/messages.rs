use super::{Inquiry, place};
use crate::{
    crypto::KeyRing,
    db::{Conn, inquiries, inquiry_events, inquiry_messages},
    hidden::hidden_debug,
    inquiries::model::{MessageKind, Source, Status},
    web::Error,
};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use std::collections::BTreeMap;

#[derive(Clone, HasQuery)]
#[diesel(table_name = inquiry_messages)]
pub struct Message {
    pub id: String,
    pub inquiry_id: String,
    #[diesel(deserialize_as = String)]
    pub kind: MessageKind,
    pub author: String,
    /// In the clear once it was read.
    pub body: String,
    pub at: NaiveDateTime,
}
hidden_debug!(Message);

fn open(keys: &KeyRing, mut message: Message) -> Result<Message, Error> {
    message.body = keys.open(place("inquiry_messages", &message.id, "body"), &message.body)?;
    Ok(message)
}

/// Keeps what was said; gives its id.
pub fn add_message(
    conn: &mut Conn,
    keys: &KeyRing,
    inquiry_id: &str,
    kind: MessageKind,
    author: &str,
    body: &str,
    now: NaiveDateTime,
) -> Result<String, Error> {
    let id = ulid::Ulid::generate().to_string();
    diesel::insert_into(inquiry_messages::table)
        .values((
            inquiry_messages::id.eq(&id),
            inquiry_messages::inquiry_id.eq(inquiry_id),
            inquiry_messages::kind.eq(kind.as_str()),
            inquiry_messages::author.eq(author),
            inquiry_messages::body.eq(keys.seal(place("inquiry_messages", &id, "body"), body)?),
            inquiry_messages::at.eq(now),
        ))
        .execute(conn)?;
    Ok(id)
}

/// What was said, oldest first.
pub fn messages_of(conn: &mut Conn, keys: &KeyRing, inquiry_id: &str) -> Result<Vec<Message>, Error> {
    let rows: Vec<Message> = Message::query()
        .filter(inquiry_messages::inquiry_id.eq(inquiry_id))
        .order((inquiry_messages::at, inquiry_messages::id))
        .load(conn)?;
    rows.into_iter().map(|row| open(keys, row)).collect()
}

/// What was last handed over, by inquiry.
pub fn last_handovers(conn: &mut Conn, keys: &KeyRing, ids: Vec<String>) -> Result<BTreeMap<String, Message>, Error> {
    let rows: Vec<Message> = Message::query()
        .filter(inquiry_messages::inquiry_id.eq_any(ids))
        .filter(inquiry_messages::kind.eq(MessageKind::Handover.as_str()))
        .order((inquiry_messages::at, inquiry_messages::id))
        .load(conn)?;
    let last: BTreeMap<String, Message> = rows.into_iter().map(|row| (row.inquiry_id.clone(), row)).collect();
    let opened = last.into_iter().map(|(id, row)| Ok((id, open(keys, row)?)));
    opened.collect()
}

/// The beginning of what was asked, by inquiry.
pub fn first_lines(conn: &mut Conn, keys: &KeyRing, ids: Vec<String>) -> Result<BTreeMap<String, String>, Error> {
    let rows: Vec<Message> = Message::query()
        .filter(inquiry_messages::inquiry_id.eq_any(ids))
        .filter(inquiry_messages::kind.eq(MessageKind::Asked.as_str()))
        .order((inquiry_messages::at.desc(), inquiry_messages::id.desc()))
        .load(conn)?;
    let mut lines = BTreeMap::new();
    for row in rows {
        let message = open(keys, row)?;
        lines.insert(message.inquiry_id, message.body);
    }
    Ok(lines)
}

/// The newest messages of all inquiries, opened: what a search through old answers looks at.
pub fn newest_messages(conn: &mut Conn, keys: &KeyRing, staff_only: bool, most: i64) -> Result<Vec<Message>, Error> {
    let mut query = Message::query()
        .filter(inquiry_messages::kind.ne(MessageKind::Handover.as_str()))
        .order((inquiry_messages::at.desc(), inquiry_messages::id.desc()))
        .limit(most)
        .into_boxed();
    if staff_only {
        let theirs = inquiries::table.filter(inquiries::source.eq(Source::Staff.as_str()));
        query = query.filter(inquiry_messages::inquiry_id.eq_any(theirs.select(inquiries::id)));
    }
    let rows: Vec<Message> = query.load(conn)?;
    rows.into_iter().map(|row| open(keys, row)).collect()
}

/// Something that happened, in a word of ours; the detail holds words and opaque ids.
#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = inquiry_events)]
pub struct Event {
    pub actor: String,
    pub what: String,
    pub detail: String,
    pub at: NaiveDateTime,
}

pub fn add_event(
    conn: &mut Conn,
    inquiry_id: &str,
    actor: &str,
    what: &str,
    detail: &str,
    now: NaiveDateTime,
) -> QueryResult<()> {
    diesel::insert_into(inquiry_events::table)
        .values((
            inquiry_events::id.eq(ulid::Ulid::generate().to_string()),
            inquiry_events::inquiry_id.eq(inquiry_id),
            inquiry_events::actor.eq(actor),
            inquiry_events::what.eq(what),
            inquiry_events::detail.eq(detail),
            inquiry_events::at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

pub fn events_of(conn: &mut Conn, inquiry_id: &str) -> QueryResult<Vec<Event>> {
    Event::query()
        .filter(inquiry_events::inquiry_id.eq(inquiry_id))
        .order((inquiry_events::at, inquiry_events::id))
        .load(conn)
}

/// When each open inquiry was last opened again; one that never was is not among them.
pub fn clocks_began(conn: &mut Conn) -> QueryResult<BTreeMap<String, NaiveDateTime>> {
    let open = inquiries::table.filter(inquiries::status.eq(Status::Open.as_str()));
    let rows: Vec<(String, Option<NaiveDateTime>)> = inquiry_events::table
        .filter(inquiry_events::inquiry_id.eq_any(open.select(inquiries::id)))
        .filter(
            inquiry_events::what
                .eq("moved")
                .and(inquiry_events::detail.eq(Status::Open.as_str())),
        )
        .group_by(inquiry_events::inquiry_id)
        .select((inquiry_events::inquiry_id, diesel::dsl::max(inquiry_events::at)))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(id, at)| Some((id, at?))).collect())
}

/// When the clock of an open inquiry began: when it was last opened again, else when it came.
pub fn clock_began(conn: &mut Conn, inquiry: &Inquiry) -> QueryResult<NaiveDateTime> {
    let opened: Option<NaiveDateTime> = inquiry_events::table
        .filter(inquiry_events::inquiry_id.eq(&inquiry.id))
        .filter(
            inquiry_events::what
                .eq("moved")
                .and(inquiry_events::detail.eq(Status::Open.as_str())),
        )
        .select(diesel::dsl::max(inquiry_events::at))
        .first(conn)?;
    Ok(opened.unwrap_or(inquiry.received_at))
}
