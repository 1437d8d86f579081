//! The closed times of a rule within a range.

use chrono::{Datelike, Duration, NaiveDate, NaiveDateTime};

use super::Window;
use super::rule::{DAY, DayPattern, Pattern, Rule, YearlyTime, at};
use crate::japan::calendar::Calendar;

/// Japan is nine hours ahead, the whole year.
const JST: Duration = Duration::hours(9);

impl Rule {
    /// The closed times that overlap the range from `from` until before `to` (UTC), sorted by their beginning.
    ///
    /// A window is never cut: one that began before `from`, or ends after `to`, is given whole. Windows may touch or
    /// overlap; [`merge`](super::merge) joins them. The period of the rule decides by the Japanese day on which a
    /// window begins. The cost grows with the days of the range, and with nothing else. After
    /// [`Calendar::last_covered`] only weekends and New Year are known. Source: domain-enrolment, "Hours and calendars".
    pub fn windows(&self, from: NaiveDateTime, to: NaiveDateTime, calendar: &Calendar) -> Vec<Window> {
        let local = |utc: NaiveDateTime| utc.checked_add_signed(JST).unwrap_or(NaiveDateTime::MAX);
        let (first, last) = (local(from).date(), local(to).date());
        let spans: Vec<Span> = match &self.pattern {
            Pattern::Days(pattern) => self.spans_of_days(pattern, first, last, calendar),
            Pattern::Yearly { start, end } => self.spans_of_years(*start, *end, first.year(), last.year()),
            Pattern::Once { start, end } => vec![(*start, *end)],
        };
        let windows = spans.into_iter().filter_map(|(start, end)| {
            Some(Window {
                starts_at: start.checked_sub_signed(JST)?,
                ends_at: end.checked_sub_signed(JST)?,
            })
        });
        windows
            .filter(|w| from < to && w.starts_at < to && from < w.ends_at)
            .collect()
    }

    /// The window of a rule that stands once (UTC); `None` for one that comes back.
    pub fn only_window(&self) -> Option<Window> {
        let Pattern::Once { start, end } = &self.pattern else {
            return None;
        };
        Some(Window {
            starts_at: start.checked_sub_signed(JST)?,
            ends_at: end.checked_sub_signed(JST)?,
        })
    }

    fn spans_of_days(&self, pattern: &DayPattern, first: NaiveDate, last: NaiveDate, calendar: &Calendar) -> Vec<Span> {
        // A window of these hours that reaches into the first day began at most so many days before it.
        let reach = Duration::days(pattern.hours.end / DAY);
        let earliest = first.checked_sub_signed(reach).unwrap_or(NaiveDate::MIN);
        let earliest = self.from.map_or(earliest, |from| from.max(earliest));
        let latest = self.until.map_or(last, |until| until.min(last));
        let days = earliest.iter_days().take_while(|day| *day <= latest);
        days.filter(|day| pattern.begins_on(*day, calendar))
            .filter_map(|day| at(day, pattern.hours.start).zip(at(day, pattern.hours.end)))
            .collect()
    }

    fn spans_of_years(&self, start: YearlyTime, end: YearlyTime, first: i32, last: i32) -> Vec<Span> {
        let into_next = i32::from(end <= start);
        let spans =
            (first - into_next..=last).filter_map(|year| start.in_year(year).zip(end.in_year(year + into_next)));
        spans.filter(|(start, _)| self.in_force(start.date())).collect()
    }
}

/// From the first closed moment until before the second, local.
type Span = (NaiveDateTime, NaiveDateTime);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::OnceLock;

    use chrono::Timelike;
    use proptest::prelude::*;

    use super::super::merge;
    use super::super::rule::{Days, Place};
    use super::super::samples::{any_day, any_rule};
    use super::*;

    fn calendar() -> &'static Calendar {
        static CALENDAR: OnceLock<Calendar> = OnceLock::new();
        CALENDAR.get_or_init(|| Calendar::from_csv(include_str!("../../../assets/data/holidays.csv")).unwrap())
    }

    fn local(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
    }

    /// The windows of a rule between two local times, written in local time.
    fn closed(rule: &str, from: &str, to: &str) -> Vec<String> {
        let windows = Rule::parse(rule)
            .unwrap()
            .windows(local(from) - JST, local(to) - JST, calendar());
        let said = |t: NaiveDateTime| (t + JST).format("%Y-%m-%d %H:%M").to_string();
        windows
            .iter()
            .map(|w| format!("{} {}", said(w.starts_at), said(w.ends_at)))
            .collect()
    }

    #[test]
    fn a_daily_window_crosses_midnight() {
        assert_eq!(
            closed("毎日 23:55-翌0:05", "2026-12-31 00:01", "2027-01-01 00:00"),
            ["2026-12-30 23:55 2026-12-31 00:05", "2026-12-31 23:55 2027-01-01 00:05"]
        );
        assert_eq!(
            closed("毎日 23:55-翌0:05", "2026-12-31 00:05", "2026-12-31 23:55"),
            [""; 0]
        );
    }

    #[test]
    fn a_window_is_in_utc() {
        let rule = Rule::parse("第3日曜 21:00-翌7:00").unwrap();
        let windows = rule.windows(local("2026-08-01 00:00"), local("2026-09-01 00:00"), calendar());
        let (starts_at, ends_at) = (local("2026-08-16 12:00"), local("2026-08-16 22:00"));
        assert_eq!(windows, [Window { starts_at, ends_at }]);
    }

    #[test]
    fn the_rules_of_public_notices_close_when_they_say() {
        for (rule, from, to, windows) in [
            (
                "毎週 日 21:00-翌7:00",
                "2026-08-24 06:59",
                "2026-08-30 21:00",
                vec!["2026-08-23 21:00 2026-08-24 07:00"],
            ),
            (
                "第3日曜 21:00-翌7:00",
                "2026-08-01 00:00",
                "2026-09-30 00:00",
                vec!["2026-08-16 21:00 2026-08-17 07:00", "2026-09-20 21:00 2026-09-21 07:00"],
            ),
            (
                "第2月曜の前日 23:55-翌6:00",
                "2026-11-01 00:00",
                "2026-12-01 00:00",
                vec!["2026-11-08 23:55 2026-11-09 06:00"],
            ),
            (
                "1・4・7・10月 最終火曜 1:00-9:00",
                "2026-05-01 00:00",
                "2027-01-31 00:00",
                vec![
                    "2026-07-28 01:00 2026-07-28 09:00",
                    "2026-10-27 01:00 2026-10-27 09:00",
                    "2027-01-26 01:00 2027-01-26 09:00",
                ],
            ),
            (
                "2026-12-05 22:00-2026-12-06 06:00",
                "2026-12-06 05:59",
                "2030-01-01 00:00",
                vec!["2026-12-05 22:00 2026-12-06 06:00"],
            ),
            (
                "祝日の前日 21:00-翌7:00",
                "2026-11-01 00:00",
                "2026-12-01 00:00",
                vec!["2026-11-02 21:00 2026-11-03 07:00", "2026-11-22 21:00 2026-11-23 07:00"],
            ),
        ] {
            assert_eq!(closed(rule, from, to), windows, "{rule}");
        }
    }

    #[test]
    fn new_year_is_one_window_of_two_years() {
        let rule = "毎年 12/31 20:00-1/4 7:00";
        let window = ["2026-12-31 20:00 2027-01-04 07:00"];
        assert_eq!(closed(rule, "2026-12-31 23:00", "2027-01-01 00:00"), window);
        assert_eq!(closed(rule, "2027-01-04 06:59", "2027-12-31 20:00"), window);
        assert_eq!(closed(rule, "2027-01-04 07:00", "2027-12-31 20:00"), [""; 0]);
    }

    #[test]
    fn the_end_of_february_follows_the_year() {
        let leap = closed("2月 末日 22:00-翌6:00", "2027-01-01 00:00", "2028-12-31 00:00");
        assert_eq!(
            leap,
            ["2027-02-28 22:00 2027-03-01 06:00", "2028-02-29 22:00 2028-03-01 06:00"]
        );
        let yearly = closed("毎年 2/28 22:00-3/1 6:00", "2027-01-01 00:00", "2028-12-31 00:00");
        assert_eq!(
            yearly,
            ["2027-02-28 22:00 2027-03-01 06:00", "2028-02-28 22:00 2028-03-01 06:00"]
        );
        let midnight = closed("毎年 2/28 22:00-2/28 24:00", "2028-01-01 00:00", "2028-12-31 00:00");
        assert_eq!(midnight, ["2028-02-28 22:00 2028-02-29 00:00"]);
    }

    #[test]
    fn days_that_touch_are_one_when_merged() {
        let rule = Rule::parse("銀行休業日 終日").unwrap();
        let (from, to) = (local("2026-12-28 00:00") - JST, local("2027-01-08 00:00") - JST);
        let windows = rule.windows(from, to, calendar());
        assert_eq!(windows.len(), 4);
        let (starts_at, ends_at) = (local("2026-12-31 00:00") - JST, local("2027-01-04 00:00") - JST);
        assert_eq!(merge(windows), [Window { starts_at, ends_at }]);
    }

    #[test]
    fn a_period_counts_the_day_on_which_a_window_begins() {
        let rule = "毎日 23:00-翌1:00（2027-01-02から2027-01-03まで）";
        assert_eq!(
            closed(rule, "2026-12-01 00:00", "2027-02-01 00:00"),
            ["2027-01-02 23:00 2027-01-03 01:00", "2027-01-03 23:00 2027-01-04 01:00"]
        );
        let rule = "毎年 12/31 20:00-1/4 7:00（2027-01-01から）";
        assert_eq!(
            closed(rule, "2026-01-01 00:00", "2028-01-02 00:00"),
            ["2027-12-31 20:00 2028-01-04 07:00"]
        );
        let rule = "毎年 12/31 20:00-1/4 7:00（2026-12-31から2027-12-31まで）";
        assert_eq!(closed(rule, "2026-01-01 00:00", "2029-12-31 00:00").len(), 2);
    }

    #[test]
    fn an_empty_range_and_the_ends_of_time_are_no_panic() {
        let (now, min, max) = (local("2026-12-31 23:00"), NaiveDateTime::MIN, NaiveDateTime::MAX);
        for rule in [
            "毎日 23:55-7日後24:00",
            "毎年 12/31 20:00-1/4 7:00",
            "2026-12-31 終日",
            "祝日の7日前 終日",
        ] {
            let rule = Rule::parse(rule).unwrap();
            assert_eq!(rule.windows(now, now, calendar()), []);
            assert_eq!(rule.windows(max, min, calendar()), []);
            rule.windows(min, min + Duration::days(9), calendar());
            rule.windows(max - Duration::days(9), max, calendar());
        }
    }

    /// Which minutes of some local days are closed: the slow way, with nothing of `rule.rs` but the data.
    fn closed_minutes(rule: &Rule, first: NaiveDate, days: i64) -> Vec<bool> {
        let (begin, minutes) = (at(first, 0).unwrap(), (days * DAY) as usize);
        let minute = |index: usize| begin + Duration::minutes(index as i64);
        let pattern = match &rule.pattern {
            Pattern::Once { start, end } => {
                return (0..minutes).map(|i| *start <= minute(i) && minute(i) < *end).collect();
            }
            Pattern::Yearly { start, end } => {
                return (0..minutes)
                    .map(|i| closed_in_year(rule, *start, *end, minute(i)))
                    .collect();
            }
            Pattern::Days(pattern) => pattern,
        };
        let mut closed = vec![false; minutes];
        for named in (-20..days + 10).map(|day| first + Duration::days(day)) {
            let begins_on = named + Duration::days(pattern.shift);
            let in_period = rule.from.is_none_or(|d| d <= begins_on) && rule.until.is_none_or(|d| begins_on <= d);
            if in_period && is_named(pattern, named) {
                let midnight = (begins_on - first).num_minutes();
                for index in midnight + pattern.hours.start..midnight + pattern.hours.end {
                    if let Some(minute) = usize::try_from(index).ok().and_then(|i| closed.get_mut(i)) {
                        *minute = true;
                    }
                }
            }
        }
        closed
    }

    fn closed_in_year(rule: &Rule, start: YearlyTime, end: YearlyTime, t: NaiveDateTime) -> bool {
        let now = (t.month(), t.day(), i64::from(t.hour() * 60 + t.minute()));
        let [start, end] = [start, end].map(|t| (t.month, t.day, t.minute));
        let after_start = now >= start;
        let closed = if start < end {
            after_start && now < end
        } else {
            after_start || now < end
        };
        let year = if after_start { t.year() } else { t.year() - 1 };
        let began = NaiveDate::from_ymd_opt(year, start.0, start.1).unwrap();
        closed && rule.from.is_none_or(|d| d <= began) && rule.until.is_none_or(|d| began <= d)
    }

    fn is_named(pattern: &DayPattern, day: NaiveDate) -> bool {
        let month: Vec<NaiveDate> = day
            .with_day(1)
            .unwrap()
            .iter_days()
            .take_while(|d| d.month() == day.month())
            .collect();
        let place = |days: &[NaiveDate], places: &std::collections::BTreeSet<Place>| {
            places.iter().any(|place| match place {
                Place::At(number) => days.get(*number as usize - 1) == Some(&day),
                Place::Last => days.last() == Some(&day),
            })
        };
        let index = |d: NaiveDate| "月火水木金土日".chars().nth(d.weekday() as usize);
        let of = |weekday: u32| "月火水木金土日".chars().nth(weekday as usize);
        let weekend = [of(5), of(6)].contains(&index(day));
        let new_year = ["12-31", "01-01", "01-02", "01-03"].contains(&day.format("%m-%d").to_string().as_str());
        let bank_closed = weekend || new_year || calendar().is_holiday(day);
        let in_month = pattern.months.is_empty() || pattern.months.iter().any(|m| *m == day.month());
        in_month
            && match &pattern.days {
                Days::Every => true,
                Days::Weekly(weekdays) => weekdays.iter().any(|w| of(*w) == index(day)),
                Days::Nth(places, weekday) => {
                    let days: Vec<_> = month.into_iter().filter(|d| index(*d) == of(*weekday)).collect();
                    place(&days, places)
                }
                Days::OfMonth(places) => place(&month, places),
                Days::Holidays => calendar().is_holiday(day),
                Days::BankClosed => bank_closed,
                Days::BankOpen => !bank_closed,
            }
    }

    /// Days on which ranges are interesting: anywhere, or about a year's end or a leap day.
    fn range_start() -> impl Strategy<Value = NaiveDate> {
        let about = |y, m, d| {
            (-15i64..3).prop_map(move |days| NaiveDate::from_ymd_opt(y, m, d).unwrap() + Duration::days(days))
        };
        prop_oneof![any_day(), about(2027, 1, 1), about(2028, 2, 29), about(2026, 5, 3)]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn the_windows_agree_with_every_minute(rule in any_rule(), first in range_start(), days in 1i64..20) {
            let from = at(first, 0).unwrap() - JST;
            let to = from + Duration::days(days);
            let windows = rule.windows(from, to, calendar());
            prop_assert!(windows.is_sorted());
            prop_assert!(windows.iter().all(|w| w.starts_at < to && from < w.ends_at && w.starts_at < w.ends_at));
            for (index, closed) in closed_minutes(&rule, first, days).into_iter().enumerate() {
                let t = from + Duration::minutes(index as i64);
                let inside = windows.iter().any(|w| w.starts_at <= t && t < w.ends_at);
                prop_assert_eq!(inside, closed, "{} at {} UTC", rule, t);
            }
        }

        #[test]
        fn pieces_merge_to_the_whole(
            rule in any_rule(), first in range_start(), cuts in prop::collection::btree_set(0i64..60 * DAY, 2..8)
        ) {
            let begin = at(first, 0).unwrap() - JST;
            let moments: Vec<NaiveDateTime> = cuts.iter().map(|cut| begin + Duration::minutes(*cut)).collect();
            let pieces = moments.windows(2).flat_map(|cut| rule.windows(cut[0], cut[1], calendar())).collect();
            let whole = rule.windows(moments[0], moments[moments.len() - 1], calendar());
            prop_assert_eq!(merge(pieces), merge(whole));
        }

        #[test]
        fn a_window_is_found_whole_from_any_moment_within(rule in any_rule(), first in range_start(), at_percent in 0i32..100) {
            let from = at(first, 0).unwrap() - JST;
            for window in rule.windows(from, from + Duration::days(40), calendar()) {
                let t = window.starts_at + (window.ends_at - window.starts_at) * at_percent / 100;
                let found = rule.windows(t, t + Duration::seconds(1), calendar());
                prop_assert!(found.contains(&window), "{} at {} UTC", rule, t);
            }
        }
    }
}
