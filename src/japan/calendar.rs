//! Business days of banks and of the bureau, from a table of holidays and closed days that staff can correct.
//!
//! Source: domain-enrolment, "Hours and calendars". Times are Japanese local time.

use std::collections::BTreeSet;
use std::iter::successors;

use chrono::{Datelike, NaiveDate, Weekday};

use super::{closed_days::ClosedDays, date::parse_compact};

/// The national holidays of some years, and the days on which the bureau is closed besides them.
#[derive(Debug, Clone)]
pub struct Calendar {
    holidays: BTreeSet<NaiveDate>,
    last_covered: NaiveDate,
    closed: Vec<ClosedDays>,
}

impl Calendar {
    /// Reads a table with the heading `date,name`, one holiday a line, dates as `YYYY-MM-DD`.
    ///
    /// # Errors
    /// A Japanese sentence for staff that names the line, or says that the table is empty.
    pub fn from_csv(text: &str) -> Result<Self, String> {
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{FEFF}').as_bytes());
        let mut holidays = BTreeSet::new();
        for record in reader.records() {
            let record = record.map_err(|e| unreadable(&e))?;
            let line = record.position().map_or(0, csv::Position::line);
            let typed = record.get(0).unwrap_or("").trim();
            let date = parse_compact(typed).ok_or_else(|| {
                format!("休日の表の{line}行目は、ある日付（例：2026-01-01）で始めてください（いま「{typed}」です）")
            })?;
            holidays.insert(date);
        }
        let last_covered = holidays
            .last()
            .and_then(|last| NaiveDate::from_ymd_opt(last.year(), 12, 31))
            .ok_or("休日の表に、休日を1行以上入れてください")?;
        Ok(Self {
            holidays,
            last_covered,
            closed: vec![ClosedDays::year_end()],
        })
    }

    /// The calendar of some holidays, where a time well inside them is asked about.
    pub fn of(holidays: impl IntoIterator<Item = NaiveDate>) -> Self {
        let holidays: BTreeSet<_> = holidays.into_iter().collect();
        let last_covered = holidays.last().copied().unwrap_or(NaiveDate::MIN);
        Self {
            holidays,
            last_covered,
            closed: vec![ClosedDays::year_end()],
        }
    }

    /// The same with the bureau's own closed days in place of those at the end of the year.
    pub fn closing(mut self, closed: Vec<ClosedDays>) -> Self {
        self.closed = closed;
        self
    }

    /// Whether `d` is a national holiday, substitutes included.
    pub fn is_holiday(&self, d: NaiveDate) -> bool {
        self.holidays.contains(&d)
    }

    /// Whether banks work: not on Saturday, Sunday, a holiday or 12/31–1/3.
    pub fn bank_business_day(&self, d: NaiveDate) -> bool {
        self.weekday_at_work(d) && (d.month(), d.day()) != (12, 31) && !first_three_of_january(d)
    }

    /// Whether the bureau works: not on Saturday, Sunday, a holiday or a closed day of its own (12/29–1/3).
    pub fn bureau_business_day(&self, d: NaiveDate) -> bool {
        !matches!(d.weekday(), Weekday::Sat | Weekday::Sun) && !self.bureau_holiday(d)
    }

    /// Whether the bureau rests whatever the day of the week: a holiday or a closed day of its own.
    pub fn bureau_holiday(&self, d: NaiveDate) -> bool {
        self.is_holiday(d) || self.closed.iter().any(|closed| closed.contains(d))
    }

    /// The first business day of the bureau after `d`, never `d` itself.
    pub fn next_bureau_business_day(&self, d: NaiveDate) -> NaiveDate {
        successors(d.succ_opt(), NaiveDate::succ_opt)
            .find(|day| self.bureau_business_day(*day))
            .unwrap_or(d)
    }

    /// The last business day of the bureau before `d`, never `d` itself.
    pub fn previous_bureau_business_day(&self, d: NaiveDate) -> NaiveDate {
        successors(d.pred_opt(), NaiveDate::pred_opt)
            .find(|day| self.bureau_business_day(*day))
            .unwrap_or(d)
    }

    /// The last day for which the table speaks: 31 December of the year of its last holiday.
    /// A later day may be a holiday unknown to it.
    pub fn last_covered(&self) -> NaiveDate {
        self.last_covered
    }

    fn weekday_at_work(&self, d: NaiveDate) -> bool {
        !matches!(d.weekday(), Weekday::Sat | Weekday::Sun) && !self.is_holiday(d)
    }
}

fn first_three_of_january(d: NaiveDate) -> bool {
    d.month() == 1 && d.day() <= 3
}

fn unreadable(error: &csv::Error) -> String {
    let line = error.position().map_or(0, csv::Position::line);
    format!("休日の表の{line}行目は、日付と名前の2列で入力してください")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn calendar() -> Calendar {
        Calendar::from_csv(include_str!("../../assets/data/holidays.csv")).unwrap()
    }

    fn day(s: &str) -> NaiveDate {
        parse_compact(s).unwrap()
    }

    #[test]
    fn the_table_covers_whole_years() {
        assert_eq!(calendar().last_covered(), day("2050-12-31"));
        assert!(calendar().is_holiday(day("2026-05-06")));
        assert!(!calendar().is_holiday(day("2026-05-07")));
    }

    #[test]
    fn the_bureau_closes_two_days_before_the_banks() {
        for (date, bank, bureau) in [
            ("2026-12-28", true, true),
            ("2026-12-29", true, false),
            ("2026-12-30", true, false),
            ("2026-12-31", false, false),
            ("2027-01-01", false, false),
            ("2025-01-03", false, false),
            ("2027-01-04", true, true),
            ("2026-08-22", false, false),
            ("2026-08-11", false, false),
        ] {
            assert_eq!(calendar().bank_business_day(day(date)), bank, "{date}");
            assert_eq!(calendar().bureau_business_day(day(date)), bureau, "{date}");
        }
    }

    #[test]
    fn next_and_previous_step_over_golden_week_and_new_year() {
        let calendar = calendar();
        assert_eq!(calendar.next_bureau_business_day(day("2026-05-01")), day("2026-05-07"));
        assert_eq!(
            calendar.previous_bureau_business_day(day("2026-05-07")),
            day("2026-05-01")
        );
        assert_eq!(calendar.next_bureau_business_day(day("2026-12-28")), day("2027-01-04"));
    }

    #[test]
    fn the_bureau_closes_on_its_own_days_and_only_while_they_count() {
        let founding = ClosedDays {
            counts_from: Some(day("2026-06-01")),
            counts_until: Some(day("2027-12-01")),
            ..ClosedDays::read("06-10", "06-10").unwrap()
        };
        let calendar = calendar().closing(vec![founding]);
        for (date, open) in [
            ("2025-06-10", true),
            ("2026-06-10", false),
            ("2027-06-10", false),
            ("2026-12-29", true),
        ] {
            assert_eq!(calendar.bureau_business_day(day(date)), open, "{date}");
        }
        assert!(calendar.bank_business_day(day("2026-06-10")));
        assert!(calendar.bureau_business_day(day("2028-06-12")));
        assert_eq!(calendar.next_bureau_business_day(day("2026-06-09")), day("2026-06-11"));
    }

    #[test]
    fn a_wrong_line_is_named() {
        let wrong = Calendar::from_csv("date,name\n2026-01-01,元日\n2026-02-30,?\n").unwrap_err();
        assert!(wrong.contains("3行目") && wrong.contains("2026-02-30"), "{wrong}");
        let uneven = Calendar::from_csv("date,name\n2026-01-01\n").unwrap_err();
        assert!(uneven.contains("2行目"), "{uneven}");
        assert!(Calendar::from_csv("date,name\n").unwrap_err().contains("1行以上"));
    }

    #[test]
    fn the_end_of_time_is_no_panic() {
        assert_eq!(calendar().next_bureau_business_day(NaiveDate::MAX), NaiveDate::MAX);
        assert_eq!(calendar().previous_bureau_business_day(NaiveDate::MIN), NaiveDate::MIN);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_next_business_day_is_the_nearest(days in 738_900i32..748_000) {
            let calendar = calendar();
            let d = NaiveDate::from_num_days_from_ce_opt(days).unwrap();
            let next = calendar.next_bureau_business_day(d);
            prop_assert!(next > d && calendar.bureau_business_day(next) && calendar.bank_business_day(next));
            prop_assert!(d.iter_days().skip(1).take_while(|x| *x < next).all(|x| !calendar.bureau_business_day(x)));
            if calendar.bureau_business_day(d) {
                prop_assert_eq!(calendar.previous_bureau_business_day(next), d);
            }
        }
    }
}
