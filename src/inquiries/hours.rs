//! The desk's working time (N8.7): on which days it answers, from when until when, and when an answer is due. Pure;
//! times are Japan's.
use super::model::Priority;
use crate::japan::calendar::Calendar;
use chrono::{Datelike, Days, Duration, NaiveDate, NaiveDateTime, NaiveTime};
use std::collections::BTreeMap;

/// No inquiry is due later than after so many days, even if the desk is closed on all of them.
const LOOK_AHEAD: u64 = 400;

/// From when until when a day is worked.
pub type Span = (NaiveTime, NaiveTime);

/// The rule as staff wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// `true` for each weekday that is worked, Monday first.
    pub weekdays: [bool; 7],
    pub span: Span,
    /// Working minutes until an answer is due.
    pub minutes: BTreeMap<Priority, i64>,
    /// Days that differ: other hours, or closed.
    pub days: BTreeMap<NaiveDate, Option<Span>>,
}

/// The rule on the calendar of the bureau.
#[derive(Clone, Debug)]
pub struct Hours<'a> {
    pub rule: &'a Rule,
    pub calendar: &'a Calendar,
}

impl Hours<'_> {
    /// When a day is worked; `None` when it is not.
    pub fn of_day(&self, day: NaiveDate) -> Option<Span> {
        if let Some(special) = self.rule.days.get(&day) {
            return *special;
        }
        let at_work = self.rule.weekdays[day.weekday().num_days_from_monday() as usize];
        (at_work && !self.calendar.bureau_holiday(day)).then_some(self.rule.span)
    }

    /// When so many working minutes have passed since `from`. What ends with the day's last minute is due then, not
    /// on the next morning.
    pub fn after(&self, from: NaiveDateTime, minutes: i64) -> NaiveDateTime {
        let mut left = Duration::minutes(minutes);
        let days = (0..=LOOK_AHEAD).filter_map(|n| from.date().checked_add_days(Days::new(n)));
        for day in days {
            let Some((begin, end)) = self.worked(day, from) else {
                continue;
            };
            if left <= end - begin {
                return begin + left;
            }
            left -= end - begin;
        }
        from + Duration::days(LOOK_AHEAD as i64)
    }

    /// When an answer of a priority is due.
    pub fn due(&self, received: NaiveDateTime, priority: Priority) -> NaiveDateTime {
        self.after(received, self.rule.minutes.get(&priority).copied().unwrap_or(0))
    }

    /// What is left of a day's work after `from`.
    fn worked(&self, day: NaiveDate, from: NaiveDateTime) -> Option<(NaiveDateTime, NaiveDateTime)> {
        let (opens, closes) = self.of_day(day)?;
        let (begin, end) = (day.and_time(opens).max(from), day.and_time(closes));
        (begin < end).then_some((begin, end))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    impl Default for Rule {
        /// Weekdays from 8:30 until 17:15 (N8.7).
        fn default() -> Self {
            let at = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default();
            let minutes = Priority::ALL.iter().zip([60, 240, 1050, 2625]);
            Self {
                weekdays: [true, true, true, true, true, false, false],
                span: (at(8, 30), at(17, 15)),
                minutes: minutes.map(|(priority, minutes)| (*priority, minutes)).collect(),
                days: BTreeMap::new(),
            }
        }
    }

    impl Hours<'_> {
        fn is_open(&self, local: NaiveDateTime) -> bool {
            let open = self.of_day(local.date());
            open.is_some_and(|(opens, closes)| local.time() >= opens && local.time() < closes)
        }

        /// The working time between two moments.
        fn between(&self, from: NaiveDateTime, to: NaiveDateTime) -> Duration {
            let mut sum = Duration::zero();
            let days = from.date().iter_days().take_while(|day| *day <= to.date());
            for day in days {
                if let Some((begin, end)) = self.worked(day, from) {
                    sum += (end.min(to) - begin).max(Duration::zero());
                }
            }
            sum
        }
    }

    fn calendar() -> Calendar {
        Calendar::from_csv(include_str!("../../assets/data/holidays.csv")).unwrap()
    }
    fn at(text: &str) -> NaiveDateTime {
        format!("{text}:00").parse().unwrap()
    }
    fn due(rule: &Rule, from: &str, minutes: i64) -> String {
        let hours = Hours {
            rule,
            calendar: &calendar(),
        };
        hours.after(at(from), minutes).format("%Y-%m-%dT%H:%M").to_string()
    }

    #[test]
    fn an_answer_is_due_in_working_hours() {
        let rule = Rule::default();
        for (from, minutes, expected) in [
            ("2026-11-25T10:00", 60, "2026-11-25T11:00"),
            // The last minute of the day is that day's.
            ("2026-11-25T16:15", 60, "2026-11-25T17:15"),
            ("2026-11-25T16:16", 60, "2026-11-26T08:31"),
            // Asked at night, on a Saturday, on a holiday, on a Friday evening.
            ("2026-11-25T23:00", 60, "2026-11-26T09:30"),
            ("2026-11-28T12:00", 60, "2026-11-30T09:30"),
            ("2026-11-23T12:00", 60, "2026-11-24T09:30"),
            ("2026-11-27T17:00", 60, "2026-11-30T09:15"),
            // Over the year's end: 12/29 to 1/3 rest.
            ("2026-12-28T17:00", 60, "2027-01-04T09:15"),
            // Over the golden week.
            ("2026-05-01T17:15", 1, "2026-05-07T08:31"),
            // Two working days of 525 minutes.
            ("2026-11-25T08:30", 1050, "2026-11-26T17:15"),
        ] {
            assert_eq!(due(&rule, from, minutes), expected, "{from} + {minutes}");
        }
    }

    #[test]
    fn a_day_that_differs_counts_as_it_says() {
        let mut rule = Rule::default();
        let (day, saturday) = (at("2026-11-26T00:00").date(), at("2026-11-28T00:00").date());
        rule.days.insert(day, None);
        assert_eq!(
            due(&rule, "2026-11-25T17:00", 60),
            "2026-11-27T09:15",
            "closed for a day"
        );
        let until_noon = (at("2026-11-28T08:30").time(), at("2026-11-28T12:00").time());
        rule.days.insert(saturday, Some(until_noon));
        assert_eq!(
            due(&rule, "2026-11-27T17:00", 60),
            "2026-11-28T09:15",
            "open on a Saturday"
        );
        assert_eq!(due(&rule, "2026-11-28T11:30", 60), "2026-11-30T09:00");
    }

    #[test]
    fn a_desk_that_never_opens_still_has_an_end() {
        let rule = Rule {
            weekdays: [false; 7],
            ..Rule::default()
        };
        assert_eq!(due(&rule, "2026-11-25T10:00", 60), "2027-12-30T10:00");
    }

    fn some_rule() -> impl Strategy<Value = Rule> {
        let days = proptest::collection::btree_map(0u64..800, proptest::option::of((0u32..12, 1u32..12)), 0..12);
        (proptest::array::uniform7(any::<bool>()), 0u32..12, 1u32..12, days).prop_map(
            |(mut weekdays, from, long, days)| {
                weekdays[2] = true;
                let span = |from: u32, long: u32| {
                    let at = |h| NaiveTime::from_hms_opt(h, 0, 0).unwrap();
                    (at(from), at(from + long))
                };
                let first = at("2026-01-01T00:00").date();
                Rule {
                    weekdays,
                    span: span(from, long),
                    days: days
                        .into_iter()
                        .map(|(n, s)| (first + Days::new(n), s.map(|(f, l)| span(f, l))))
                        .collect(),
                    ..Rule::default()
                }
            },
        )
    }
    fn some_time() -> impl Strategy<Value = NaiveDateTime> {
        (0i64..60 * 24 * 700).prop_map(|minutes| at("2026-01-01T00:00") + Duration::minutes(minutes))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn exactly_the_promised_working_time_lies_before_the_due_time(rule in some_rule(), from in some_time(), minutes in 1i64..1500) {
            let hours = Hours { rule: &rule, calendar: &calendar() };
            let due = hours.after(from, minutes);
            prop_assert!(due > from);
            prop_assert_eq!(hours.between(from, due), Duration::minutes(minutes));
            // Just before it the desk is open, on a day that is worked.
            prop_assert!(hours.is_open(due - Duration::seconds(1)), "{due}");
        }

        #[test]
        fn who_asks_later_or_less_urgently_is_never_due_earlier(rule in some_rule(), from in some_time(), later in 0i64..3000, minutes in 1i64..700, more in 0i64..700) {
            let hours = Hours { rule: &rule, calendar: &calendar() };
            prop_assert!(hours.after(from + Duration::minutes(later), minutes) >= hours.after(from, minutes));
            prop_assert!(hours.after(from, minutes + more) >= hours.after(from, minutes));
        }

        #[test]
        fn closing_a_day_never_makes_anything_due_earlier_and_opening_one_never_later(rule in some_rule(), from in some_time(), minutes in 1i64..1500, day in 0u64..900) {
            let calendar = calendar();
            let day = at("2026-01-01T00:00").date() + Days::new(day);
            let before = Hours { rule: &rule, calendar: &calendar }.after(from, minutes);
            let (mut closed, mut open) = (rule.clone(), rule.clone());
            closed.days.insert(day, None);
            open.days.insert(day, Some((NaiveTime::MIN, NaiveTime::from_hms_opt(23, 59, 0).unwrap())));
            let after = |rule: &Rule| Hours { rule, calendar: &calendar }.after(from, minutes);
            prop_assert!(after(&closed) >= before);
            prop_assert!(after(&open) <= before);
        }
    }
}
