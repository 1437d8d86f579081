use crate::db::{Conn, Portable, probes};
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// One look at ourselves. `at` is the minute (UTC).
#[derive(Clone, Debug, PartialEq, Eq, HasQuery)]
#[diesel(table_name = probes)]
pub struct Probe {
    pub at: NaiveDateTime,
    pub ok: bool,
    pub micros: i64,
    pub detail: String,
}

/// Writes a probe; the first of a minute counts.
pub fn add_probe(conn: &mut Conn, probe: &Probe) -> QueryResult<()> {
    let insert = diesel::insert_into(probes::table)
        .values((
            probes::at.eq(probe.at),
            probes::ok.eq(probe.ok),
            probes::micros.eq(probe.micros),
            probes::detail.eq(&probe.detail),
        ))
        .on_conflict_do_nothing();
    Portable(insert).execute(conn).map(drop)
}

/// The probes of `[from, to)`, oldest first.
pub fn probes_between(conn: &mut Conn, from: NaiveDateTime, to: NaiveDateTime) -> QueryResult<Vec<Probe>> {
    Probe::query()
        .filter(probes::at.ge(from).and(probes::at.lt(to)))
        .order(probes::at)
        .load(conn)
}
