//! What a rule is, and on which days it begins. Japanese local time throughout.

use std::collections::BTreeSet;

use chrono::{Datelike, Duration, NaiveDate, NaiveDateTime, NaiveTime};

use crate::japan::calendar::Calendar;

/// The minutes of a day.
pub(super) const DAY: i64 = 24 * 60;

/// Days of the week as they are written, Monday first: the index is `num_days_from_monday`.
pub(super) const WEEKDAYS: [&str; 7] = ["月", "火", "水", "木", "金", "土", "日"];

/// A closed time that comes back, or one that stands once, in Japanese local time (UTC+9, no summer time).
///
/// Read with [`Rule::parse`], written with `Display`; the two are inverse. Source: domain-enrolment, "Hours and
/// calendars".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub(super) pattern: Pattern,
    /// The first day on which a window may begin; never set for [`Pattern::Once`].
    pub(super) from: Option<NaiveDate>,
    /// The last day on which a window may begin, not before `from`; never set for [`Pattern::Once`].
    pub(super) until: Option<NaiveDate>,
}

/// When a rule closes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pattern {
    /// From a time of day on each of some days.
    Days(DayPattern),
    /// Between two moments of the year; the end is in the next year if it is not after the start.
    Yearly { start: YearlyTime, end: YearlyTime },
    /// Once, `start` before `end`.
    Once { start: NaiveDateTime, end: NaiveDateTime },
}

/// Named days, how far from them the window begins, and its hours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DayPattern {
    /// The months of the named day, 1 to 12; empty means all.
    pub(super) months: BTreeSet<u32>,
    pub(super) days: Days,
    /// The window begins so many days after the named day; negative is before. At most [`MAX_SHIFT`] either way.
    pub(super) shift: i64,
    pub(super) hours: Hours,
}

/// "N days before" reaches a week: with more, another named day says it better.
pub(super) const MAX_SHIFT: i64 = 7;

/// Minutes from midnight of the day on which the window begins: `0 <= start < DAY` and
/// `start < end <= (MAX_LATER + 1) * DAY`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hours {
    pub(super) start: i64,
    pub(super) end: i64,
}

/// "N days later" reaches a week. A longer stop is not a rule but a date range.
pub(super) const MAX_LATER: i64 = 7;

/// The days a rule names. None of the sets is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Days {
    Every,
    /// Days of the week, 0 is Monday.
    Weekly(BTreeSet<u32>),
    /// Which ones in the month, and the day of the week, 0 is Monday.
    Nth(BTreeSet<Place>, u32),
    OfMonth(BTreeSet<Place>),
    Holidays,
    BankClosed,
    BankOpen,
}

/// A place in a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// 1 is the first.
    At(u32),
    Last,
}

/// A moment that every year has: never 2/29. `minute` may be [`DAY`], the end of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct YearlyTime {
    pub(super) month: u32,
    pub(super) day: u32,
    pub(super) minute: i64,
}

impl Rule {
    /// The same until the day before; `None` where nothing of it is left, and for one that stands once.
    pub fn ended_before(&self, day: NaiveDate) -> Option<Self> {
        let last = day.pred_opt()?;
        let until = self.until.map_or(last, |until| until.min(last));
        let is_left = self.recurs() && self.from.is_none_or(|from| from <= until);
        is_left.then(|| Self {
            until: Some(until),
            ..self.clone()
        })
    }

    /// The same from that day on; `None` where it is over by then, and for one that stands once.
    pub fn begun_on(&self, day: NaiveDate) -> Option<Self> {
        let from = self.from.map_or(day, |from| from.max(day));
        let is_left = self.recurs() && self.until.is_none_or(|until| from <= until);
        is_left.then(|| Self {
            from: Some(from),
            ..self.clone()
        })
    }

    /// Whether no window begins on this day or later.
    pub fn is_over(&self, day: NaiveDate) -> bool {
        self.until.is_some_and(|until| until < day)
    }

    /// The same, and none that began the day before is open still.
    pub fn is_past(&self, today: NaiveDate) -> bool {
        self.is_over(today - Duration::days(1))
    }

    fn recurs(&self) -> bool {
        !matches!(self.pattern, Pattern::Once { .. })
    }

    /// Whether a window may begin on this day.
    pub(super) fn in_force(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| day >= from) && self.until.is_none_or(|until| day <= until)
    }
}

impl DayPattern {
    /// Whether a window begins on this day.
    pub(super) fn begins_on(&self, day: NaiveDate, calendar: &Calendar) -> bool {
        let named = day.checked_sub_signed(Duration::days(self.shift));
        named.is_some_and(|named| {
            (self.months.is_empty() || self.months.contains(&named.month())) && self.days.contain(named, calendar)
        })
    }
}

impl Days {
    fn contain(&self, day: NaiveDate, calendar: &Calendar) -> bool {
        let weekday = day.weekday().num_days_from_monday();
        let last_day = u32::from(day.num_days_in_month());
        match self {
            Self::Every => true,
            Self::Weekly(weekdays) => weekdays.contains(&weekday),
            Self::Nth(places, of) => {
                let last = day.day() + 7 > last_day;
                *of == weekday && has(places, day.day0() / 7 + 1, last)
            }
            Self::OfMonth(places) => has(places, day.day(), day.day() == last_day),
            Self::Holidays => calendar.is_holiday(day),
            Self::BankClosed => !calendar.bank_business_day(day),
            Self::BankOpen => calendar.bank_business_day(day),
        }
    }
}

fn has(places: &BTreeSet<Place>, number: u32, last: bool) -> bool {
    places.contains(&Place::At(number)) || (last && places.contains(&Place::Last))
}

impl YearlyTime {
    /// The moment in that year, local; `None` beyond the end of time.
    pub(super) fn in_year(self, year: i32) -> Option<NaiveDateTime> {
        at(NaiveDate::from_ymd_opt(year, self.month, self.day)?, self.minute)
    }
}

/// So many minutes after midnight of a day; `None` beyond the end of time.
pub(super) fn at(day: NaiveDate, minutes: i64) -> Option<NaiveDateTime> {
    day.and_time(NaiveTime::MIN)
        .checked_add_signed(Duration::minutes(minutes))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn calendar() -> Calendar {
        Calendar::from_csv(include_str!("../../../assets/data/holidays.csv")).unwrap()
    }

    /// The days of a range on which the days and the shift of a rule begin a window, as `MM-DD`.
    fn days(text: &str, from: &str, to: &str) -> Vec<String> {
        let Pattern::Days(pattern) = Rule::parse(&format!("{text} 1:00-2:00")).unwrap().pattern else {
            panic!("{text} names no days");
        };
        let (from, to): (NaiveDate, NaiveDate) = (from.parse().unwrap(), to.parse().unwrap());
        let begins = |day: &NaiveDate| *day <= to && pattern.begins_on(*day, &calendar());
        let range = from.iter_days().take_while(|day| *day <= to);
        range
            .filter(begins)
            .map(|day| day.format("%m-%d").to_string())
            .collect()
    }

    #[test]
    fn a_rule_that_takes_anothers_place_leaves_no_day_to_both_and_none_to_neither() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        for text in ["毎日 1:00-2:00", "毎日 1:00-2:00（2026-12-01から2027-03-31まで）"] {
            let rule = Rule::parse(text).unwrap();
            let (old, new) = (
                rule.ended_before(day("2027-01-10")).unwrap(),
                rule.begun_on(day("2027-01-10")).unwrap(),
            );
            for date in day("2026-11-20").iter_days().take(200) {
                assert_eq!(
                    u32::from(old.in_force(date)) + u32::from(new.in_force(date)),
                    u32::from(rule.in_force(date))
                );
            }
            for written in [&old, &new] {
                assert_eq!(Rule::parse(&written.to_string()).as_ref(), Ok(written));
            }
            assert!(old.is_over(day("2027-01-10")) && !old.is_over(day("2027-01-09")));
            assert!(old.is_past(day("2027-01-11")) && !old.is_past(day("2027-01-10")));
        }
        let bounded = Rule::parse("毎日 1:00-2:00（2026-12-01から2027-03-31まで）").unwrap();
        assert_eq!(bounded.ended_before(day("2026-12-01")), None, "it has not begun");
        assert_eq!(bounded.begun_on(day("2027-04-01")), None, "it is over");
        let once = Rule::parse("2026-12-05 22:00-2026-12-06 6:00").unwrap();
        assert_eq!(
            (once.ended_before(day("2026-12-06")), once.begun_on(day("2026-12-01"))),
            (None, None)
        );
    }

    #[test]
    fn the_fifth_weekday_is_only_where_it_exists_and_the_last_always_is() {
        assert_eq!(days("第5日曜", "2026-01-01", "2026-06-30"), ["03-29", "05-31"]);
        assert_eq!(
            days("最終日曜", "2026-01-01", "2026-03-31"),
            ["01-25", "02-22", "03-29"]
        );
        // The month ends on a Saturday, so the one a week before is not the last.
        assert_eq!(days("最終土曜", "2026-01-01", "2026-01-31"), ["01-31"]);
        assert_eq!(days("第1・3月曜", "2027-02-01", "2027-02-28"), ["02-01", "02-15"]);
    }

    #[test]
    fn the_month_is_that_of_the_named_day() {
        assert_eq!(days("6月 第1月曜の前日", "2026-05-01", "2026-06-30"), ["05-31"]);
        assert_eq!(days("2月 末日の翌日", "2028-01-01", "2028-12-31"), ["03-01"]);
        assert_eq!(days("2月 29日", "2026-01-01", "2028-12-31"), ["02-29"]);
    }

    #[test]
    fn the_day_before_a_holiday_follows_the_table() {
        assert_eq!(
            days("祝日の前日", "2026-04-01", "2026-05-31"),
            ["04-28", "05-02", "05-03", "05-04", "05-05"]
        );
        assert_eq!(days("祝日の2日後", "2026-07-01", "2026-08-31"), ["07-22", "08-13"]);
    }

    #[test]
    fn banks_rest_at_the_weekend_on_holidays_and_at_new_year() {
        assert_eq!(
            days("銀行休業日", "2026-12-24", "2027-01-11"),
            [
                "12-26", "12-27", "12-31", "01-01", "01-02", "01-03", "01-09", "01-10", "01-11"
            ]
        );
        assert_eq!(
            days("銀行営業日", "2026-12-30", "2027-01-05"),
            ["12-30", "01-04", "01-05"]
        );
    }
}
