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
use chrono::{Duration, NaiveDateTime, NaiveTime};

/// A check counts for its time from so long before it.
const EARLY: Duration = Duration::minutes(60);
const MISSED: &str = "operations.check_missed:";

/// Before this version one alarm stood for all times.
const OF_ALL: &str = "operations.check_missed";
/// A check that was missed is looked for so long; its alarm stands until somebody writes it down.
const LOOKED_FOR: Duration = Duration::hours(24);
/// A time of the day in Japan, as it stands in a key and in a form.
const WORD: &str = "%Y-%m-%dT%H%M";

/// The times (UTC) in `(from, to]`, of times of day in Japan, in order.
fn slots(times: &[(u32, u32)], from: NaiveDateTime, to: NaiveDateTime) -> Vec<NaiveDateTime> {
    let days = jst(from).date().iter_days().take_while(|day| *day <= jst(to).date());
    let slots = days.flat_map(|day| {
        let time = |(hour, minute): &(u32, u32)| NaiveTime::from_hms_opt(*hour, *minute, 0);
        times
            .iter()
            .filter_map(time)
            .map(move |time| utc_from_jst(day.and_time(time)))
    });
    let mut slots: Vec<_> = slots.filter(|slot| *slot > from && *slot <= to).collect();
    slots.sort_unstable();
    slots
}

/// The newest time (UTC) that is not after `at`.
fn newest_slot(times: &[(u32, u32)], at: NaiveDateTime) -> Option<NaiveDateTime> {
    slots(times, at - Duration::hours(24), at).pop()
}

/// The time that a check made now is for: the next one when it is near, else the last.
fn slot_of(times: &[(u32, u32)], now: NaiveDateTime) -> NaiveDateTime {
    newest_slot(times, now + EARLY).unwrap_or(now)
}

/// A time as a word of ours.
fn word(slot: NaiveDateTime) -> String {
    jst(slot).format(WORD).to_string()
}

fn from_word(word: &str) -> Option<NaiveDateTime> {
    NaiveDateTime::parse_from_str(word, WORD).ok().map(utc_from_jst)
}

/// The alarm of one missed check.
fn alarm_of(slot: NaiveDateTime) -> String {
    format!("{MISSED}{}", word(slot))
}

/// The times whose alarm stands: they can still be written down.
fn missed(conn: &mut Conn) -> Result<Vec<NaiveDateTime>, Error> {
    let open = alarms::open_alarms(conn)?.into_iter();
    let mut slots: Vec<_> = open.filter_map(|a| from_word(a.key.strip_prefix(MISSED)?)).collect();
    slots.sort_unstable();
    Ok(slots)
}

/// Raises the alarm of each check that nobody made in its time. Before somebody watched, none was due.
pub fn hold(conn: &mut Conn, workspace: &Workspace, now: NaiveDateTime) -> Result<(), Error> {
    let watch = &workspace.settings.watch;
    let until = now - Duration::minutes(watch.check_grace_minutes);
    alarms::end(conn, OF_ALL, now)?;
    // Where no console is served, nobody can write a check down.
    let (Some(begun), Some(_)) = (status::begun_at(conn)?, &workspace.settings.console) else {
        return Ok(());
    };
    let due = slots(&watch.times(), until - LOOKED_FOR, until);
    for slot in due.into_iter().filter(|slot| begun <= *slot) {
        let message = format!(
            "{}の目視点検が記録されていません（設定 watch.checks、watch.check_grace_minutes）。目視点検の画面で記録してください。",
            jst(slot).format("%m月%d日 %H:%M")
        );
        let cause = Cause {
            key: &alarm_of(slot),
            subject: "",
            message: &message,
        };
        let is_missed = !store::is_made(conn, slot)?;
        alarms::hold(conn, workspace, is_missed, &cause, now)?;
    }
    Ok(())
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

    #[test]
    fn a_time_is_found_again_in_its_alarm() {
        let slot = japan("2026-11-25T09:00:00");
        assert_eq!(alarm_of(slot), "operations.check_missed:2026-11-25T0900");
        assert_eq!(from_word(&word(slot)), Some(slot));
        assert_eq!(from_word("2026-11-25"), None);
        let day = slots(&[(13, 0), (9, 0)], slot, slot + Duration::hours(24));
        assert_eq!(day, [japan("2026-11-25T13:00:00"), japan("2026-11-26T09:00:00")]);
    }
}
