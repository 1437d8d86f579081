use super::place;
use crate::{
    crypto::KeyRing,
    db::{Conn, accident_reports, one_at_a_time},
    web::Error,
};
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// Which entries of the audit record an accident is about. Times are UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// `staff/ID`; empty for whoever it was.
    pub seen_by: String,
    pub seen_from: NaiveDateTime,
    pub seen_to: NaiveDateTime,
}

/// The report of an accident with personal data, as NP14 and KS23 prescribe it.
#[derive(Clone, HasQuery)]
#[diesel(table_name = accident_reports)]
pub struct Accident {
    /// Which personal data.
    pub contents: String,
    /// Where it happened.
    pub place: String,
    /// How it happened.
    pub situation: String,
    /// What was done at once.
    pub response: String,
    pub seen_by: String,
    pub seen_from: NaiveDateTime,
    pub seen_to: NaiveDateTime,
    pub made_by: String,
    pub made_at: NaiveDateTime,
    /// Counts the changes, so that two who write at once do not overwrite one another.
    pub rev: i32,
}
crate::hidden::hidden_debug!(Accident);

impl Accident {
    pub fn scope(&self) -> Scope {
        Scope {
            seen_by: self.seen_by.clone(),
            seen_from: self.seen_from,
            seen_to: self.seen_to,
        }
    }
}

/// What is typed of a report: contents, place, situation, response.
pub struct Words<'a> {
    pub contents: &'a str,
    pub place: &'a str,
    pub situation: &'a str,
    pub response: &'a str,
}

pub fn accident(conn: &mut Conn, keys: &KeyRing, incident_id: &str) -> Result<Option<Accident>, Error> {
    let row: Option<Accident> = Accident::query()
        .filter(accident_reports::incident_id.eq(incident_id))
        .first(conn)
        .optional()?;
    let Some(row) = row else {
        return Ok(None);
    };
    let open = |field, sealed: &str| keys.open(place("accident_reports", incident_id, field), sealed);
    Ok(Some(Accident {
        contents: open("contents", &row.contents)?,
        place: open("place", &row.place)?,
        situation: open("situation", &row.situation)?,
        response: open("response", &row.response)?,
        ..row
    }))
}

/// Writes the report in place of the one of revision `seen` (0: there was none); another one is `Conflict`.
#[allow(clippy::too_many_arguments, reason = "what is written, where, by whom and when")]
pub fn save_accident(
    conn: &mut Conn,
    keys: &KeyRing,
    incident_id: &str,
    words: &Words,
    scope: &Scope,
    seen: i32,
    by: &str,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let seal = |field, plain: &str| keys.seal(place("accident_reports", incident_id, field), plain);
    let values = (
        accident_reports::contents.eq(seal("contents", words.contents)?),
        accident_reports::place.eq(seal("place", words.place)?),
        accident_reports::situation.eq(seal("situation", words.situation)?),
        accident_reports::response.eq(seal("response", words.response)?),
        accident_reports::seen_by.eq(&scope.seen_by),
        accident_reports::seen_from.eq(scope.seen_from),
        accident_reports::seen_to.eq(scope.seen_to),
        accident_reports::made_by.eq(by),
        accident_reports::made_at.eq(now),
    );
    one_at_a_time(conn, incident_id)?;
    let row = accident_reports::table.find(incident_id);
    let changed = diesel::update(row.filter(accident_reports::rev.eq(seen)))
        .set((values.clone(), accident_reports::rev.eq(seen + 1)))
        .execute(conn)?;
    if changed == 0 {
        let there: i64 = row.count().get_result(conn)?;
        if seen != 0 || there != 0 {
            return Err(Error::Conflict);
        }
        let id = accident_reports::incident_id.eq(incident_id);
        let insert = diesel::insert_into(accident_reports::table).values((id, accident_reports::rev.eq(1), values));
        insert.execute(conn)?;
    }
    Ok(())
}
