use super::place;
use crate::{
    crypto::KeyRing,
    db::{Conn, incident_calls, incident_measures, incident_notes, incident_stops},
    incidents::model::NoteKind,
    web::Error,
};
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

/// A line of the timeline; its words are sealed, because people write names.
#[derive(Clone, HasQuery)]
#[diesel(table_name = incident_notes)]
pub struct Note {
    pub id: String,
    #[diesel(deserialize_as = String)]
    pub kind: NoteKind,
    pub body: String,
    pub made_by: String,
    pub at: NaiveDateTime,
}
crate::hidden::hidden_debug!(Note);

pub fn add_note(
    conn: &mut Conn,
    keys: &KeyRing,
    incident_id: &str,
    kind: NoteKind,
    body: &str,
    by: &str,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let id = ulid::Ulid::generate().to_string();
    diesel::insert_into(incident_notes::table)
        .values((
            incident_notes::id.eq(&id),
            incident_notes::incident_id.eq(incident_id),
            incident_notes::kind.eq(kind.as_str()),
            incident_notes::body.eq(keys.seal(place("incident_notes", &id, "body"), body)?),
            incident_notes::made_by.eq(by),
            incident_notes::at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Oldest first.
pub fn notes_of(conn: &mut Conn, keys: &KeyRing, incident_id: &str) -> Result<Vec<Note>, Error> {
    let rows: Vec<Note> = Note::query()
        .filter(incident_notes::incident_id.eq(incident_id))
        .order((incident_notes::at, incident_notes::id))
        .load(conn)?;
    let open = |row: Note| {
        let body = keys.open(place("incident_notes", &row.id, "body"), &row.body)?;
        Ok(Note { body, ..row })
    };
    rows.into_iter().map(open).collect()
}

/// Somebody of the chart was called.
#[derive(Clone, HasQuery)]
#[diesel(table_name = incident_calls)]
pub struct Call {
    pub id: String,
    pub contact_id: String,
    pub reached: bool,
    pub note: String,
    pub made_by: String,
    pub at: NaiveDateTime,
}
crate::hidden::hidden_debug!(Call);

#[allow(clippy::too_many_arguments, reason = "a row has so many columns")]
pub fn add_call(
    conn: &mut Conn,
    keys: &KeyRing,
    incident_id: &str,
    contact_id: &str,
    reached: bool,
    note: &str,
    by: &str,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let id = ulid::Ulid::generate().to_string();
    diesel::insert_into(incident_calls::table)
        .values((
            incident_calls::id.eq(&id),
            incident_calls::incident_id.eq(incident_id),
            incident_calls::contact_id.eq(contact_id),
            incident_calls::reached.eq(reached),
            incident_calls::note.eq(keys.seal(place("incident_calls", &id, "note"), note)?),
            incident_calls::made_by.eq(by),
            incident_calls::at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Oldest first.
pub fn calls_of(conn: &mut Conn, keys: &KeyRing, incident_id: &str) -> Result<Vec<Call>, Error> {
    let rows: Vec<Call> = Call::query()
        .filter(incident_calls::incident_id.eq(incident_id))
        .order((incident_calls::at, incident_calls::id))
        .load(conn)?;
    let open = |row: Call| {
        let note = keys.open(place("incident_calls", &row.id, "note"), &row.note)?;
        Ok(Call { note, ..row })
    };
    rows.into_iter().map(open).collect()
}

/// What is done so that it does not come again, by whom and until when.
#[derive(Clone, HasQuery)]
#[diesel(table_name = incident_measures)]
pub struct Measure {
    pub id: String,
    pub body: String,
    pub unit: String,
    pub due: NaiveDate,
    pub done_at: Option<NaiveDateTime>,
}
crate::hidden::hidden_debug!(Measure);

/// A measure as it is typed.
#[derive(Clone)]
pub struct NewMeasure {
    pub body: String,
    pub unit: String,
    pub due: NaiveDate,
}
crate::hidden::hidden_debug!(NewMeasure);

pub fn add_measure(
    conn: &mut Conn,
    keys: &KeyRing,
    incident_id: &str,
    new: &NewMeasure,
    by: &str,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let id = ulid::Ulid::generate().to_string();
    diesel::insert_into(incident_measures::table)
        .values((
            incident_measures::id.eq(&id),
            incident_measures::incident_id.eq(incident_id),
            incident_measures::body.eq(keys.seal(place("incident_measures", &id, "body"), &new.body)?),
            incident_measures::unit.eq(&new.unit),
            incident_measures::due.eq(new.due),
            incident_measures::made_by.eq(by),
            incident_measures::made_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn measures_of(conn: &mut Conn, keys: &KeyRing, incident_id: &str) -> Result<Vec<Measure>, Error> {
    let rows: Vec<Measure> = Measure::query()
        .filter(incident_measures::incident_id.eq(incident_id))
        .order((incident_measures::due, incident_measures::id))
        .load(conn)?;
    let open = |row: Measure| {
        let body = keys.open(place("incident_measures", &row.id, "body"), &row.body)?;
        Ok(Measure { body, ..row })
    };
    rows.into_iter().map(open).collect()
}

/// Measures that are not done, with the number of their incident, by the day they are due.
pub fn open_measures(conn: &mut Conn, keys: &KeyRing) -> Result<Vec<(i32, Measure)>, Error> {
    let ids: Vec<(String, String)> = incident_measures::table
        .filter(incident_measures::done_at.is_null())
        .order((incident_measures::due, incident_measures::id))
        .select((incident_measures::id, incident_measures::incident_id))
        .load(conn)?;
    let mut open = vec![];
    for (id, incident_id) in ids {
        let no = super::find(conn, &incident_id)?.no;
        let measures = measures_of(conn, keys, &incident_id)?;
        open.extend(measures.into_iter().filter(|m| m.id == id).map(|m| (no, m)));
    }
    Ok(open)
}

/// `false` when it was done before, or is another incident's.
pub fn finish_measure(conn: &mut Conn, incident_id: &str, id: &str, by: &str, now: NaiveDateTime) -> QueryResult<bool> {
    let open = incident_measures::table
        .filter(incident_measures::id.eq(id))
        .filter(incident_measures::incident_id.eq(incident_id))
        .filter(incident_measures::done_at.is_null());
    let done = diesel::update(open)
        .set((incident_measures::done_at.eq(now), incident_measures::done_by.eq(by)))
        .execute(conn)?;
    Ok(done == 1)
}

/// Measure and incident of what should have been done before `today`.
pub fn overdue_measures(conn: &mut Conn, today: NaiveDate) -> QueryResult<Vec<(String, String)>> {
    incident_measures::table
        .filter(incident_measures::done_at.is_null())
        .filter(incident_measures::due.lt(today))
        .order(incident_measures::due)
        .select((incident_measures::id, incident_measures::incident_id))
        .load(conn)
}

/// A closed time that was begun from an incident.
pub fn add_stop(conn: &mut Conn, closure_id: &str, incident_id: &str) -> QueryResult<()> {
    diesel::insert_into(incident_stops::table)
        .values((
            incident_stops::closure_id.eq(closure_id),
            incident_stops::incident_id.eq(incident_id),
        ))
        .execute(conn)
        .map(drop)
}

/// The closed times that were begun from an incident.
pub fn stops_of(conn: &mut Conn, incident_id: &str) -> QueryResult<Vec<String>> {
    incident_stops::table
        .filter(incident_stops::incident_id.eq(incident_id))
        .select(incident_stops::closure_id)
        .load(conn)
}
