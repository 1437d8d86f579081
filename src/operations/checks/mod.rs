//! 目視点検: several times a day somebody looks with their own eyes and says what they saw; the figures of that moment are
//! written down beside it, and a check that nobody made raises an alarm (NS データセンター).
mod pages;
mod store;
mod views;

pub use pages::routes;

use super::status;
use crate::{
    alarms::{self, Cause},
    clock::{jst, utc_from_jst},
    db::Conn,
    web::Error,
    workspace::Workspace,
};
use chrono::{Days, Duration, NaiveDateTime, NaiveTime};

/// A check counts for its time from so long before it.
const EARLY: Duration = Duration::minutes(60);
const MISSED: &str = "operations.check_missed";

/// The newest time (UTC) that is not after `at`, of times of day in Japan.
fn newest_slot(times: &[(u32, u32)], at: NaiveDateTime) -> Option<NaiveDateTime> {
    let local = jst(at);
    let days = [local.date() - Days::new(1), local.date()];
    let slots = days.iter().flat_map(|day| {
        let time = |(hour, minute): &(u32, u32)| NaiveTime::from_hms_opt(*hour, *minute, 0);
        times.iter().filter_map(time).map(|time| day.and_time(time))
    });
    slots.filter(|slot| *slot <= local).max().map(utc_from_jst)
}

/// The time that a check made now is for: the next one when it is near, else the last.
fn slot_of(times: &[(u32, u32)], now: NaiveDateTime) -> NaiveDateTime {
    newest_slot(times, now + EARLY).unwrap_or(now)
}

/// Raises the alarm of a check that nobody made in its time. Before somebody watched, none was due.
pub fn hold(conn: &mut Conn, workspace: &Workspace, now: NaiveDateTime) -> Result<(), Error> {
    let watch = &workspace.settings.watch;
    let grace = Duration::minutes(watch.check_grace_minutes);
    // Where no console is served, nobody can write a check down.
    let (Some(slot), Some(_)) = (newest_slot(&watch.times(), now - grace), &workspace.settings.console) else {
        return Ok(());
    };
    let was_due = status::begun_at(conn)?.is_some_and(|begun| begun <= slot);
    let is_missed = was_due && !store::is_made(conn, slot)?;
    let message = format!(
        "{}の目視点検が記録されていません（設定 watch.checks、watch.check_grace_minutes）。目視点検の画面で記録してください。",
        jst(slot).format("%m月%d日 %H:%M")
    );
    let cause = Cause {
        key: MISSED,
        subject: "",
        message: &message,
    };
    alarms::hold(conn, workspace, is_missed, &cause, now)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn japan(text: &str) -> NaiveDateTime {
        utc_from_jst(text.parse().unwrap())
    }

    #[test]
    fn a_check_is_for_the_time_that_is_near_or_was_last() {
        let times = [(9, 0), (13, 0), (17, 0)];
        for (now, slot) in [
            ("2026-11-25T08:00:00", "2026-11-25T09:00:00"),
            ("2026-11-25T07:59:59", "2026-11-24T17:00:00"),
            ("2026-11-25T11:59:59", "2026-11-25T09:00:00"),
            ("2026-11-25T12:00:00", "2026-11-25T13:00:00"),
            ("2026-11-25T23:59:59", "2026-11-25T17:00:00"),
        ] {
            assert_eq!(slot_of(&times, japan(now)), japan(slot), "{now}");
        }
        assert_eq!(
            newest_slot(&times, japan("2026-11-25T08:59:59")),
            Some(japan("2026-11-24T17:00:00"))
        );
    }
}
