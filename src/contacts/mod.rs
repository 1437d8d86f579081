//! Whom to call, by the time of day (K13): the contact chart. It is data, every change is kept, and the chart of any day
//! can be shown and printed.
mod pages;
mod store;
mod views;

pub use pages::routes;
pub use store::{Contact, Person, contact};

use crate::{
    clock::jst,
    crypto::KeyRing,
    db::{Conn, text_enum},
    inquiries::DeskHours,
    web::Error,
};
use chrono::{NaiveDateTime, NaiveTime};

text_enum! {
    /// When a line of the chart counts.
    pub enum Band {
        Office = "office",
        Night = "night",
        Holiday = "holiday",
    }
}

impl Band {
    pub fn label(self) -> &'static str {
        match self {
            Band::Office => "日中（受付の時間内）",
            Band::Night => "受付のある日の夜間・早朝",
            Band::Holiday => "受付のない日（土日・祝日・年末年始など）",
        }
    }

    /// The band of a moment in Japan, by the hours of that day.
    fn of(local: NaiveDateTime, worked: Option<(NaiveTime, NaiveTime)>) -> Band {
        match worked {
            None => Band::Holiday,
            Some((opens, closes)) if (opens..closes).contains(&local.time()) => Band::Office,
            Some(_) => Band::Night,
        }
    }
}

/// The band of a moment (UTC), and the desk's usual hours; the desk has one clock.
fn band_at(conn: &mut Conn, now: NaiveDateTime) -> Result<(Band, (NaiveTime, NaiveTime)), Error> {
    let (hours, local) = (DeskHours::read(conn, now)?, jst(now));
    Ok((Band::of(local, hours.of_day(local.date())), hours.usual()))
}

/// Whom to call now, in order, and in which band we are.
pub fn on_call(conn: &mut Conn, keys: &KeyRing, now: NaiveDateTime) -> Result<(Band, Vec<Contact>), Error> {
    let (band, _) = band_at(conn, now)?;
    let mut chart = store::chart(conn, keys, now)?;
    chart.retain(|contact| contact.band == band);
    Ok((band, chart))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_band_follows_the_hours_of_the_day() {
        let at = |text: &str| text.parse::<NaiveDateTime>().unwrap();
        let worked = Some((at("2026-11-25T08:30:00").time(), at("2026-11-25T17:15:00").time()));
        for (time, worked, band) in [
            ("2026-11-25T08:30:00", worked, Band::Office),
            ("2026-11-25T17:14:59", worked, Band::Office),
            ("2026-11-25T08:29:59", worked, Band::Night),
            ("2026-11-25T17:15:00", worked, Band::Night),
            ("2026-11-25T03:00:00", worked, Band::Night),
            ("2026-11-23T10:00:00", None, Band::Holiday),
        ] {
            assert_eq!(Band::of(at(time), worked), band, "{time}");
        }
    }
}
