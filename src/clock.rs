//! The one source of time. Production follows the system; a training class and a test move their own clock.
use chrono::{DateTime, Duration, NaiveDateTime, SubsecRound, Utc};
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// A clock that can be moved. Clones move together.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    ahead_micros: Arc<AtomicI64>,
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self::default()
    }
    /// A clock of its own that stands so many days ahead of the system's.
    pub fn days_ahead(days: u16) -> Self {
        let clock = Self::system();
        clock.advance(Duration::days(days.into()));
        clock
    }
    /// Now in UTC, cut to microseconds, which is what PostgreSQL keeps.
    pub fn now(&self) -> NaiveDateTime {
        let ahead = Duration::microseconds(self.ahead_micros.load(Ordering::Relaxed));
        (Utc::now() + ahead).naive_utc().trunc_subsecs(6)
    }
    /// Moves this clock and all its clones.
    pub fn advance(&self, by: Duration) {
        let micros = by.num_microseconds().unwrap_or(0);
        self.ahead_micros.fetch_add(micros, Ordering::Relaxed);
    }
}

const JST_HOURS: i64 = 9;

/// UTC to Japan's local time (no daylight saving since 1951, so a fixed nine hours).
pub fn jst(utc: NaiveDateTime) -> NaiveDateTime {
    utc + Duration::hours(JST_HOURS)
}
/// Japan's local time to UTC.
pub fn utc_from_jst(local: NaiveDateTime) -> NaiveDateTime {
    local - Duration::hours(JST_HOURS)
}
/// A moment as people type it, in Japan, as UTC: `2026-11-25 10:00`.
pub fn typed_moment(typed: &str) -> Option<NaiveDateTime> {
    let local = NaiveDateTime::parse_from_str(typed.trim(), "%Y-%m-%d %H:%M").ok()?;
    Some(utc_from_jst(local))
}
/// Seconds since 1970 to UTC, for what is stored as a number.
pub fn from_unix(seconds: i64) -> Option<NaiveDateTime> {
    DateTime::from_timestamp(seconds, 0).map(|t| t.naive_utc())
}
