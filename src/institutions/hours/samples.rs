//! Any rule at all, for the property tests.

use std::collections::BTreeSet;

use chrono::{Duration, NaiveDate};
use proptest::prelude::*;

use super::rule::{DAY, DayPattern, Days, Hours, MAX_LATER, MAX_SHIFT, Pattern, Place, Rule, YearlyTime, at};

fn set(of: std::ops::RangeInclusive<u32>, most: usize) -> impl Strategy<Value = BTreeSet<u32>> {
    prop::collection::btree_set(of, 1..=most)
}

fn places(to: u32) -> impl Strategy<Value = BTreeSet<Place>> {
    let place = prop_oneof![4 => (1..=to).prop_map(Place::At), 1 => Just(Place::Last)];
    prop::collection::btree_set(place, 1..=3)
}

fn days() -> impl Strategy<Value = Days> {
    prop_oneof![
        Just(Days::Every),
        set(0..=6, 7).prop_map(Days::Weekly),
        (places(5), 0u32..=6).prop_map(|(places, of)| Days::Nth(places, of)),
        places(31).prop_map(Days::OfMonth),
        Just(Days::Holidays),
        Just(Days::BankClosed),
        Just(Days::BankOpen),
    ]
}

/// Short and long hours, often to the end of a day.
fn hours() -> impl Strategy<Value = Hours> {
    let start = prop_oneof![Just(0), 0..DAY];
    let later = prop_oneof![3 => 0i64..=1, 1 => 0..=MAX_LATER];
    let minute = prop_oneof![Just(DAY), 0..=DAY];
    (start, later, minute).prop_map(|(start, later, minute)| {
        let end = later * DAY + minute;
        Hours {
            start,
            end: end.max(start + 1),
        }
    })
}

fn day_pattern() -> impl Strategy<Value = DayPattern> {
    let months = prop_oneof![Just(BTreeSet::new()), set(1..=12, 4)];
    let parts = (months, days(), -MAX_SHIFT..=MAX_SHIFT, hours());
    parts.prop_map(|(months, days, shift, hours)| DayPattern {
        months,
        shift: if days == Days::Every { 0 } else { shift },
        days,
        hours,
    })
}

fn occurs(pattern: &DayPattern) -> bool {
    let Days::OfMonth(places) = &pattern.days else {
        return true;
    };
    // In a leap year, every day that any year has.
    let exists = |month: &u32, place: &Place| match place {
        Place::At(day) => NaiveDate::from_ymd_opt(2028, *month, *day).is_some(),
        Place::Last => true,
    };
    pattern.months.is_empty() || pattern.months.iter().any(|m| places.iter().any(|p| exists(m, p)))
}

fn yearly() -> impl Strategy<Value = Pattern> {
    let moment = || {
        (0i64..365, 0..DAY).prop_map(|(day, minute)| {
            use chrono::Datelike;
            let date = NaiveDate::from_ymd_opt(2027, 1, 1).expect("exists") + Duration::days(day);
            let (month, day) = (date.month(), date.day());
            YearlyTime { month, day, minute }
        })
    };
    (moment(), moment(), any::<bool>()).prop_map(|(start, mut end, midnight)| {
        if midnight || ((end.month, end.day) == (start.month, start.day) && end <= start) {
            end.minute = DAY;
        }
        Pattern::Yearly { start, end }
    })
}

/// A day from 2024 to 2030.
pub(super) fn any_day() -> impl Strategy<Value = NaiveDate> {
    (0i64..2500).prop_map(|days| NaiveDate::from_ymd_opt(2024, 1, 1).expect("exists") + Duration::days(days))
}

fn once() -> impl Strategy<Value = Pattern> {
    (any_day(), 0..DAY, prop_oneof![1i64..=DAY, 1i64..500_000]).prop_map(|(day, start, minutes)| Pattern::Once {
        start: at(day, start).expect("in time"),
        end: at(day, start + minutes).expect("in time"),
    })
}

/// Any rule that can be written down.
pub(super) fn any_rule() -> impl Strategy<Value = Rule> {
    let pattern = prop_oneof![
        6 => day_pattern().prop_filter("occurs", occurs).prop_map(Pattern::Days),
        1 => yearly(),
        1 => once(),
    ];
    let period = (prop::option::of(any_day()), prop::option::of(any_day()));
    (pattern, period).prop_map(|(pattern, (from, until))| {
        let once = matches!(pattern, Pattern::Once { .. });
        let from = from.filter(|_| !once);
        let until = until.filter(|until| !once && from.is_none_or(|from| from <= *until));
        Rule { pattern, from, until }
    })
}
