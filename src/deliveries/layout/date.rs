//! Dates as files want them.
use crate::japan::date::wareki;
use chrono::{Datelike, NaiveDate, NaiveDateTime};
use std::fmt::Write;

/// The forms that are no strftime pattern, with an example of each.
pub const WAREKI_FORMS: &[(&str, &str)] = &[
    ("wareki", "令和8年4月1日"),
    ("wareki-short", "R08.04.01"),
    ("wareki-digits", "5080401"),
];

/// Eras as old systems number them: name, letter, code.
const ERAS: &[(&str, char, u32)] = &[
    ("令和", 'R', 5),
    ("平成", 'H', 4),
    ("昭和", 'S', 3),
    ("大正", 'T', 2),
    ("明治", 'M', 1),
];

/// The time in a form; `None` when the form cannot be written, or the day is before 明治.
pub(super) fn form(at: NaiveDateTime, form: &str) -> Option<String> {
    let day = at.date();
    match form {
        "wareki" => Some(wareki(day)),
        "wareki-short" => {
            let (letter, _, year) = era(day)?;
            Some(format!("{letter}{year:02}.{:02}.{:02}", day.month(), day.day()))
        }
        "wareki-digits" => {
            let (_, code, year) = era(day)?;
            Some(format!("{code}{year:02}{:02}{:02}", day.month(), day.day()))
        }
        pattern => {
            // `to_string` would panic on a pattern that chrono does not know.
            let mut out = String::new();
            write!(out, "{}", at.format(pattern)).ok().map(|()| out)
        }
    }
}

/// Letter and code of the era, and its year. Read from the one table of eras, which `japan::date` keeps.
pub(super) fn era(day: NaiveDate) -> Option<(char, u32, u32)> {
    let long = wareki(day);
    ERAS.iter().find_map(|(name, letter, code)| {
        let (year, _) = long.strip_prefix(name)?.split_once('年')?;
        let year = if year == "元" { 1 } else { year.parse().ok()? };
        Some((*letter, *code, year))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(y: i32, m: u32, d: u32) -> NaiveDateTime {
        NaiveDate::from_ymd_opt(y, m, d).unwrap().and_hms_opt(9, 5, 0).unwrap()
    }

    #[test]
    fn a_day_has_its_forms() {
        for (name, example) in WAREKI_FORMS {
            assert_eq!(form(at(2026, 4, 1), name).as_deref(), Some(*example));
        }
        assert_eq!(form(at(2019, 5, 1), "wareki-digits").as_deref(), Some("5010501"));
        assert_eq!(form(at(2019, 4, 30), "wareki-short").as_deref(), Some("H31.04.30"));
        assert_eq!(form(at(1989, 1, 7), "wareki-digits").as_deref(), Some("3640107"));
        assert_eq!(
            form(at(2026, 4, 1), "%Y-%m-%d %H:%M").as_deref(),
            Some("2026-04-01 09:05")
        );
    }

    #[test]
    fn what_cannot_be_written_is_none_and_no_panic() {
        assert_eq!(form(at(1800, 1, 1), "wareki-digits"), None);
        assert_eq!(form(at(2026, 4, 1), "%Q"), None);
        assert_eq!(form(at(2026, 4, 1), "%Y %z"), None);
        assert_eq!(form(at(2026, 4, 1), "%"), None);
    }
}
