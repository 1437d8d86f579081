//! When what can be reached: announced stops, recurring closed times and the switch of the whole service, read at once.
use super::{
    Closure, Readiness, ServiceMode,
    hours::{self, Rule, Window},
    readiness, store,
};
use crate::{db::Conn, japan::calendar::Calendar, web::Error};
use chrono::{Duration, NaiveDateTime};

/// How far ahead recurring closed times are worked out: longer than any chain of them at a year's end.
const AHEAD: Duration = Duration::days(12);

/// A recurring closed time as it is announced.
pub struct Regular {
    pub id: String,
    /// `None`: the whole service.
    pub institution_code: Option<String>,
    pub rule: Rule,
    pub reason: String,
}

/// Everything that decides whether a hand-off can begin.
pub struct Openings {
    /// Announced single stops that have not ended, soonest first.
    pub stops: Vec<Closure>,
    pub regular: Vec<Regular>,
    pub service: ServiceMode,
    /// Stops and the next occurrences of the regular ones.
    closures: Vec<Closure>,
}

impl Openings {
    /// Reads what counts at `now` (UTC).
    pub fn read(conn: &mut Conn, now: NaiveDateTime) -> Result<Self, Error> {
        let stops = store::closures(conn, now)?;
        let regular = store::rules(conn)?;
        let mut closures = stops.clone();
        if !regular.is_empty() {
            let calendar = store::calendar(conn, now)?;
            closures.extend(regular.iter().flat_map(|rule| occurrences(rule, now, &calendar)));
        }
        Ok(Self {
            stops,
            regular,
            service: store::current_mode(conn)?,
            closures,
        })
    }
    /// Whether a hand-off to an institution can begin at `now`.
    pub fn readiness(&self, institution: &str, now: NaiveDateTime) -> Readiness {
        readiness(&self.closures, institution, now)
    }
}

/// The closed times that overlap a range (UTC), joined: of the whole service, and of one institution if it is named. The
/// recurring ones are `regular`.
pub fn closed_between(
    conn: &mut Conn,
    institution: Option<&str>,
    (from, to): (NaiveDateTime, NaiveDateTime),
    regular: &[Regular],
) -> Result<Vec<Window>, Error> {
    let concerned = |code: &Option<String>| code.is_none() || code.as_deref() == institution;
    let stops = store::closures(conn, from)?;
    let stops = stops
        .iter()
        .filter(|c| concerned(&c.institution_code) && c.starts_at < to);
    let mut windows: Vec<Window> = stops
        .map(|c| Window {
            starts_at: c.starts_at,
            ends_at: c.ends_at,
        })
        .collect();
    let calendar = store::calendar(conn, from)?;
    for rule in regular.iter().filter(|r| concerned(&r.institution_code)) {
        windows.extend(rule.rule.windows(from, to, &calendar));
    }
    Ok(hours::merge(windows))
}

fn occurrences(regular: &Regular, now: NaiveDateTime, calendar: &Calendar) -> Vec<Closure> {
    let windows = regular.rule.windows(now, now + AHEAD, calendar);
    let closure = |window: Window| Closure {
        id: regular.id.clone(),
        institution_code: regular.institution_code.clone(),
        starts_at: window.starts_at,
        ends_at: window.ends_at,
        reason: regular.reason.clone(),
        owner: None,
    };
    hours::merge(windows).into_iter().map(closure).collect()
}
