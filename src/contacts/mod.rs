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
    institutions,
    japan::calendar::Calendar,
    web::Error,
};
use chrono::NaiveDateTime;

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
            Band::Office => "平日の日中（8時30分から17時15分まで）",
            Band::Night => "平日の夜間・早朝",
            Band::Holiday => "土日・祝日・年末年始",
        }
    }

    /// The band of a moment in Japan.
    pub fn of(local: NaiveDateTime, calendar: &Calendar) -> Band {
        if !calendar.bureau_business_day(local.date()) {
            Band::Holiday
        } else if calendar.support_open(local) {
            Band::Office
        } else {
            Band::Night
        }
    }
}

/// Whom to call now, in order, and in which band we are.
pub fn on_call(conn: &mut Conn, keys: &KeyRing, now: NaiveDateTime) -> Result<(Band, Vec<Contact>), Error> {
    let calendar = institutions::calendar(conn, now)?;
    let band = Band::of(jst(now), &calendar);
    let mut chart = store::chart(conn, keys, now)?;
    chart.retain(|contact| contact.band == band);
    Ok((band, chart))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_band_follows_the_desk_s_hours_and_the_calendar() {
        let calendar = Calendar::of(["2026-11-23".parse().unwrap()]);
        for (at, band) in [
            ("2026-11-25T08:30:00", Band::Office),
            ("2026-11-25T17:14:59", Band::Office),
            ("2026-11-25T08:29:59", Band::Night),
            ("2026-11-25T17:15:00", Band::Night),
            ("2026-11-25T03:00:00", Band::Night),
            ("2026-11-23T10:00:00", Band::Holiday),
            ("2026-11-28T10:00:00", Band::Holiday),
            ("2027-01-02T10:00:00", Band::Holiday),
        ] {
            assert_eq!(Band::of(at.parse().unwrap(), &calendar), band, "{at}");
        }
    }
}
