//! The papers. What they hold is sealed.
use super::model::{Kind, State, Typed};
use crate::{
    crypto::{KeyRing, Place},
    db::{Conn, one_at_a_time, papers},
    web::{Error, document::Document},
};
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

#[derive(Clone, HasQuery)]
#[diesel(table_name = papers)]
pub struct Paper {
    pub id: String,
    #[diesel(deserialize_as = String)]
    pub kind: Kind,
    /// The first of its month, or the day of the meeting.
    pub period: NaiveDate,
    pub edition: i32,
    #[diesel(deserialize_as = String)]
    pub state: State,
    body: String,
    typed: String,
    /// Counts the changes, so that two who write at once do not overwrite one another.
    pub rev: i32,
    /// The edition in whose place it stands.
    pub replaces: Option<String>,
    pub changed_by: String,
    pub changed_at: NaiveDateTime,
    pub fixed_by: Option<String>,
    pub fixed_at: Option<NaiveDateTime>,
}
crate::hidden::hidden_debug!(Paper);

fn seal<T: Serialize>(keys: &KeyRing, id: &str, field: &str, value: &T) -> Result<String, Error> {
    let json = serde_json::to_string(value).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(keys.seal(place(id, field), &json)?)
}

fn open<T: DeserializeOwned>(keys: &KeyRing, id: &str, field: &str, sealed: &str) -> Result<T, Error> {
    let json = keys.open(place(id, field), sealed)?;
    serde_json::from_str(&json).map_err(|e| Error::Internal(e.to_string()))
}

fn place<'a>(row: &'a str, field: &'a str) -> Place<'a> {
    Place {
        table: "papers",
        row,
        field,
    }
}

impl Paper {
    /// What the system put in.
    pub fn body(&self, keys: &KeyRing) -> Result<Document, Error> {
        open(keys, &self.id, "body", &self.body)
    }
    /// What people typed.
    pub fn typed(&self, keys: &KeyRing) -> Result<Typed, Error> {
        open(keys, &self.id, "typed", &self.typed)
    }
    /// `paper/ID`, as audit entries name it.
    pub fn subject(&self) -> String {
        format!("paper/{}", self.id)
    }
}

/// One writer at a time looks which edition is the next.
pub fn lock(conn: &mut Conn) -> QueryResult<()> {
    one_at_a_time(conn, "papers")
}

/// Adds a draft; the edition after the one that it replaces.
pub fn add(
    conn: &mut Conn,
    keys: &KeyRing,
    (kind, period): (Kind, NaiveDate),
    replaces: Option<&Paper>,
    (body, typed): (&Document, &Typed),
    by: &str,
    now: NaiveDateTime,
) -> Result<Paper, Error> {
    let id = ulid::Ulid::generate().to_string();
    diesel::insert_into(papers::table)
        .values((
            papers::id.eq(&id),
            papers::kind.eq(kind.as_str()),
            papers::period.eq(period),
            papers::edition.eq(replaces.map_or(1, |old| old.edition + 1)),
            papers::state.eq(State::Draft.as_str()),
            papers::body.eq(seal(keys, &id, "body", body)?),
            papers::typed.eq(seal(keys, &id, "typed", typed)?),
            papers::rev.eq(0),
            papers::replaces.eq(replaces.map(|old| &old.id)),
            papers::made_by.eq(by),
            papers::made_at.eq(now),
            papers::changed_by.eq(by),
            papers::changed_at.eq(now),
        ))
        .execute(conn)?;
    Ok(find(conn, &id)?)
}

pub fn find(conn: &mut Conn, id: &str) -> QueryResult<Paper> {
    Paper::query().filter(papers::id.eq(id)).first(conn)
}

/// By month, the newest first.
pub fn list(conn: &mut Conn, most: i64) -> QueryResult<Vec<Paper>> {
    Paper::query()
        .order((papers::period.desc(), papers::made_at.desc(), papers::id.desc()))
        .limit(most)
        .load(conn)
}

/// The newest edition of a month.
pub fn newest(conn: &mut Conn, kind: Kind, period: NaiveDate) -> QueryResult<Option<Paper>> {
    Paper::query()
        .filter(papers::kind.eq(kind.as_str()).and(papers::period.eq(period)))
        .order(papers::edition.desc())
        .first(conn)
        .optional()
}

/// The minutes of the meeting before this one, if they are fixed.
pub fn minutes_before(conn: &mut Conn, day: NaiveDate) -> QueryResult<Option<Paper>> {
    Paper::query()
        .filter(papers::kind.eq(Kind::Minutes.as_str()).and(papers::period.lt(day)))
        .filter(papers::state.eq(State::Fixed.as_str()))
        .order((papers::period.desc(), papers::edition.desc()))
        .first(conn)
        .optional()
}

/// The edition that stands in the place of a paper.
pub fn successor(conn: &mut Conn, id: &str) -> QueryResult<Option<Paper>> {
    Paper::query().filter(papers::replaces.eq(id)).first(conn).optional()
}

/// Keeps what was typed, and what the system puts in, in a draft that is as it was seen; else `Conflict`.
pub fn save(
    conn: &mut Conn,
    keys: &KeyRing,
    (id, seen): (&str, i32),
    (body, typed): (&Document, &Typed),
    by: &str,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let as_seen = papers::state.eq(State::Draft.as_str()).and(papers::rev.eq(seen));
    let changed = diesel::update(papers::table.find(id))
        .filter(as_seen)
        .set((
            papers::body.eq(seal(keys, id, "body", body)?),
            papers::typed.eq(seal(keys, id, "typed", typed)?),
            papers::rev.eq(seen + 1),
            papers::changed_by.eq(by),
            papers::changed_at.eq(now),
        ))
        .execute(conn)?;
    if changed == 1 { Ok(()) } else { Err(Error::Conflict) }
}

/// A draft becomes what it is for good; `false` when it was fixed before.
pub fn fix(conn: &mut Conn, id: &str, by: &str, now: NaiveDateTime) -> QueryResult<bool> {
    let fixed = diesel::update(papers::table.find(id))
        .filter(papers::state.eq(State::Draft.as_str()))
        .set((
            papers::state.eq(State::Fixed.as_str()),
            papers::fixed_by.eq(by),
            papers::fixed_at.eq(now),
        ))
        .execute(conn)?;
    Ok(fixed == 1)
}
