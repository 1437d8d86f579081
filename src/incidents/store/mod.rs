//! The tables of the incidents: the incident, its alarms and targets; its record; the report of an accident.
mod accidents;
mod record;

pub use accidents::{Accident, Scope, Words, accident, save_accident};
pub use record::{
    Call, Measure, NewMeasure, Note, add_call, add_measure, add_note, add_stop, calls_of, finish_measure, measures_of,
    notes_of, open_measures, overdue_measures, stops_of,
};

use super::model::{Severity, State};
use crate::{
    crypto::{KeyRing, Place},
    db::{Conn, incident_alarms, incident_targets, incidents, one_at_a_time},
    web::Error,
};
use chrono::NaiveDateTime;
use diesel::prelude::*;

#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = incidents)]
pub struct Incident {
    pub id: String,
    pub no: i32,
    pub title: String,
    #[diesel(deserialize_as = String)]
    pub severity: Severity,
    /// With personal data: the prescribed report is due (NP14, KS23).
    pub is_accident: bool,
    #[diesel(deserialize_as = String)]
    pub state: State,
    pub happened_at: NaiveDateTime,
    pub opened_at: NaiveDateTime,
    pub restored_at: Option<NaiveDateTime>,
    pub closed_at: Option<NaiveDateTime>,
    /// Sealed: see [`cause_of`].
    cause: Option<String>,
    pub next_note_at: Option<NaiveDateTime>,
}

impl Incident {
    pub fn has_cause(&self) -> bool {
        self.cause.is_some()
    }
}

/// What is known of an incident when it begins.
#[derive(Clone, Debug)]
pub struct NewIncident {
    pub title: String,
    pub severity: Severity,
    pub is_accident: bool,
    pub happened_at: NaiveDateTime,
    pub institutions: Vec<String>,
    pub functions: Vec<String>,
}

pub(super) fn place<'a>(table: &'a str, row: &'a str, field: &'a str) -> Place<'a> {
    Place { table, row, field }
}

/// Writes an incident down under the next number.
pub fn add(conn: &mut Conn, new: &NewIncident, by: &str, now: NaiveDateTime) -> QueryResult<Incident> {
    one_at_a_time(conn, "incidents")?;
    let last: Option<i32> = incidents::table.select(diesel::dsl::max(incidents::no)).first(conn)?;
    let id = ulid::Ulid::generate().to_string();
    diesel::insert_into(incidents::table)
        .values((
            incidents::id.eq(&id),
            incidents::no.eq(last.unwrap_or(0) + 1),
            incidents::title.eq(&new.title),
            incidents::severity.eq(new.severity.as_str()),
            incidents::is_accident.eq(new.is_accident),
            incidents::state.eq(State::Open.as_str()),
            incidents::happened_at.eq(new.happened_at),
            incidents::opened_at.eq(now),
            incidents::opened_by.eq(by),
            incidents::next_note_at.eq(now + new.severity.rhythm()),
        ))
        .execute(conn)?;
    add_targets(conn, &id, &new.institutions, &new.functions)?;
    find(conn, &id)
}

fn add_targets(conn: &mut Conn, id: &str, institutions: &[String], functions: &[String]) -> QueryResult<()> {
    for (kind, words) in [("institution", institutions), ("function", functions)] {
        for word in words {
            diesel::insert_into(incident_targets::table)
                .values((
                    incident_targets::incident_id.eq(id),
                    incident_targets::kind.eq(kind),
                    incident_targets::word.eq(word),
                ))
                .execute(conn)?;
        }
    }
    Ok(())
}

/// How bad an incident is and what it touches.
pub struct Touched {
    pub severity: Severity,
    pub is_accident: bool,
    pub functions: Vec<String>,
    pub institutions: Vec<String>,
}

/// Corrects it; another severity has another rhythm, which begins anew.
pub fn set_touched(conn: &mut Conn, seen: &Incident, to: &Touched, now: NaiveDateTime) -> QueryResult<()> {
    let next_note = match to.severity == seen.severity {
        true => seen.next_note_at,
        false => seen.next_note_at.map(|_| now + to.severity.rhythm()),
    };
    diesel::update(incidents::table.find(&seen.id))
        .set((
            incidents::severity.eq(to.severity.as_str()),
            incidents::is_accident.eq(to.is_accident),
            incidents::next_note_at.eq(next_note),
        ))
        .execute(conn)?;
    diesel::delete(incident_targets::table.filter(incident_targets::incident_id.eq(&seen.id))).execute(conn)?;
    add_targets(conn, &seen.id, &to.institutions, &to.functions)
}

pub fn find(conn: &mut Conn, id: &str) -> QueryResult<Incident> {
    Incident::query().filter(incidents::id.eq(id)).first(conn)
}

/// Those that are not closed first, then the newest.
pub fn list(conn: &mut Conn, most: i64) -> QueryResult<Vec<Incident>> {
    Incident::query()
        .order((incidents::closed_at.is_not_null(), incidents::no.desc()))
        .limit(most)
        .load(conn)
}

/// Those that were opened in `[from, to)` (UTC), oldest first.
pub fn opened_between(conn: &mut Conn, from: NaiveDateTime, to: NaiveDateTime) -> QueryResult<Vec<Incident>> {
    Incident::query()
        .filter(incidents::opened_at.ge(from).and(incidents::opened_at.lt(to)))
        .order(incidents::no)
        .load(conn)
}

/// Those that are not closed, oldest first.
pub fn not_closed(conn: &mut Conn) -> QueryResult<Vec<Incident>> {
    Incident::query()
        .filter(incidents::closed_at.is_null())
        .order(incidents::no)
        .load(conn)
}

/// Those in which something is broken still.
pub fn burning(conn: &mut Conn) -> QueryResult<Vec<Incident>> {
    Incident::query()
        .filter(incidents::state.eq_any(["open", "working"]))
        .order(incidents::no)
        .load(conn)
}

/// The words of what is touched: `institution` or `function`.
pub fn targets(conn: &mut Conn, id: &str, kind: &str) -> QueryResult<Vec<String>> {
    incident_targets::table
        .filter(
            incident_targets::incident_id
                .eq(id)
                .and(incident_targets::kind.eq(kind)),
        )
        .order(incident_targets::word)
        .select(incident_targets::word)
        .load(conn)
}

pub fn cause_of(keys: &KeyRing, incident: &Incident) -> Result<Option<String>, Error> {
    let sealed = incident.cause.as_deref();
    let open = |sealed| keys.open(place("incidents", &incident.id, "cause"), sealed);
    Ok(sealed.map(open).transpose()?)
}

pub fn set_cause(conn: &mut Conn, keys: &KeyRing, id: &str, cause: &str) -> Result<(), Error> {
    let sealed = keys.seal(place("incidents", id, "cause"), cause)?;
    let open = incidents::table.filter(incidents::id.eq(id).and(incidents::state.ne("closed")));
    match diesel::update(open).set(incidents::cause.eq(sealed)).execute(conn)? {
        1 => Ok(()),
        _ => Err(Error::Conflict),
    }
}

/// Goes from the state that was seen to another; `false` when somebody was faster.
pub fn change_state(conn: &mut Conn, seen: &Incident, to: State, now: NaiveDateTime) -> QueryResult<bool> {
    let restored = match to {
        State::Open | State::Working => None,
        State::Restored => Some(now),
        State::Closed => seen.restored_at,
    };
    let next_note = to.is_burning().then(|| now + seen.severity.rhythm());
    let row = incidents::table.filter(incidents::id.eq(&seen.id).and(incidents::state.eq(seen.state.as_str())));
    let changed = diesel::update(row)
        .set((
            incidents::state.eq(to.as_str()),
            incidents::restored_at.eq(restored),
            incidents::closed_at.eq((to == State::Closed).then_some(now)),
            incidents::next_note_at.eq(next_note),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Progress was written down: the next note is due a rhythm later. Nothing is due once it is over.
pub fn put_off_note(conn: &mut Conn, seen: &Incident, now: NaiveDateTime) -> QueryResult<()> {
    let burning = incidents::table
        .filter(incidents::id.eq(&seen.id))
        .filter(incidents::next_note_at.is_not_null());
    diesel::update(burning)
        .set(incidents::next_note_at.eq(now + seen.severity.rhythm()))
        .execute(conn)
        .map(drop)
}

/// The alarms that belong to incidents that are not closed: alarm, incident, whether its end is written down.
pub fn linked(conn: &mut Conn) -> QueryResult<Vec<(String, String, bool)>> {
    incident_alarms::table
        .inner_join(incidents::table.on(incidents::id.eq(incident_alarms::incident_id)))
        .filter(incidents::closed_at.is_null())
        .select((
            incident_alarms::alarm_id,
            incident_alarms::incident_id,
            incident_alarms::ended_at.is_not_null(),
        ))
        .load(conn)
}

/// Whether an alarm belongs to an incident, open or closed.
pub fn is_linked(conn: &mut Conn, alarm_id: &str) -> QueryResult<bool> {
    let rows = incident_alarms::table.filter(incident_alarms::alarm_id.eq(alarm_id));
    Ok(rows.count().get_result::<i64>(conn)? > 0)
}

/// The alarms of an incident, by id.
pub fn alarms_of(conn: &mut Conn, id: &str) -> QueryResult<Vec<String>> {
    incident_alarms::table
        .filter(incident_alarms::incident_id.eq(id))
        .order(incident_alarms::linked_at)
        .select(incident_alarms::alarm_id)
        .load(conn)
}

pub fn link(conn: &mut Conn, alarm_id: &str, incident_id: &str, now: NaiveDateTime) -> QueryResult<()> {
    diesel::insert_into(incident_alarms::table)
        .values((
            incident_alarms::alarm_id.eq(alarm_id),
            incident_alarms::incident_id.eq(incident_id),
            incident_alarms::linked_at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

pub fn note_alarm_end(conn: &mut Conn, alarm_id: &str, now: NaiveDateTime) -> QueryResult<()> {
    diesel::update(incident_alarms::table.find(alarm_id))
        .set(incident_alarms::ended_at.eq(now))
        .execute(conn)
        .map(drop)
}
