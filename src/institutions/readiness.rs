use chrono::{Duration, NaiveDateTime};

/// A closed time of one institution, or of the whole service. UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closure {
    /// Opaque; the same for every occurrence of a recurring one.
    pub id: String,
    /// `None`: the whole service.
    pub institution_code: Option<String>,
    pub starts_at: NaiveDateTime,
    pub ends_at: NaiveDateTime,
    pub reason: String,
    /// `outage/ID` or `incident/ID`, which alone takes it back; `None` when staff announced it by itself.
    pub owner: Option<String>,
}

/// Whether a hand-off to an institution can begin now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    Open,
    /// Still open; closes at the time named (UTC).
    ClosingSoon(NaiveDateTime),
    /// Opens again at the time named (UTC).
    ClosedUntil(NaiveDateTime),
}

/// A hand-off is refused when a closed time begins within this.
const NEEDED: Duration = Duration::minutes(10);
/// From here on the closing is announced.
const SOON: Duration = Duration::minutes(60);

/// The readiness of an institution at `now` (UTC), from the closures that concern it.
pub fn readiness(closures: &[Closure], institution: &str, now: NaiveDateTime) -> Readiness {
    let concerned = |c: &&Closure| c.institution_code.as_deref().is_none_or(|code| code == institution);
    let mut until = None;
    // Closed times that touch or overlap are one: the reopening is after the last of them.
    loop {
        let from = until.unwrap_or(now);
        let next = closures
            .iter()
            .filter(concerned)
            .filter(|c| c.starts_at <= from + NEEDED && c.ends_at > from)
            .map(|c| c.ends_at)
            .max();
        match next {
            Some(end) => until = Some(end),
            None => break,
        }
    }
    if let Some(end) = until {
        return Readiness::ClosedUntil(end);
    }
    let soonest = closures
        .iter()
        .filter(concerned)
        .filter(|c| c.starts_at > now && c.starts_at <= now + SOON)
        .map(|c| c.starts_at)
        .min();
    soonest.map_or(Readiness::Open, Readiness::ClosingSoon)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(minute: i64) -> NaiveDateTime {
        chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap().naive_utc() + Duration::minutes(minute)
    }
    fn closure(code: Option<&str>, from: i64, to: i64) -> Closure {
        Closure {
            id: String::new(),
            institution_code: code.map(str::to_owned),
            starts_at: at(from),
            ends_at: at(to),
            reason: String::new(),
            owner: None,
        }
    }

    #[test]
    fn a_hand_off_that_would_run_into_a_closed_time_is_refused() {
        let list = [closure(Some("0140"), 60, 120)];
        assert_eq!(readiness(&list, "0140", at(-10)), Readiness::Open);
        assert_eq!(readiness(&list, "0140", at(0)), Readiness::ClosingSoon(at(60)));
        assert_eq!(readiness(&list, "0140", at(50)), Readiness::ClosedUntil(at(120)));
        assert_eq!(readiness(&list, "0140", at(120)), Readiness::Open);
        assert_eq!(readiness(&list, "9900", at(70)), Readiness::Open);
    }

    #[test]
    fn the_whole_service_closes_every_institution_and_touching_times_are_one() {
        let list = [closure(None, 0, 30), closure(Some("0140"), 35, 90)];
        assert_eq!(readiness(&list, "0140", at(10)), Readiness::ClosedUntil(at(90)));
        assert_eq!(readiness(&list, "9900", at(10)), Readiness::ClosedUntil(at(30)));
    }
}
