//! Writing a rule: the line that an operator types, and the sentence that a citizen reads.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{Datelike, Duration, NaiveDate, NaiveDateTime, Timelike};

use super::rule::{DAY, DayPattern, Days, Hours, Pattern, Place, Rule, WEEKDAYS, YearlyTime};

/// The line that [`Rule::parse`] reads back to the same rule. Half-width, no leading zeros in hours; midnight at the
/// end is 24:00 of the day before.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.pattern {
            Pattern::Days(pattern) => write!(f, "{} {}", days_line(pattern), hours_line(pattern.hours))?,
            Pattern::Yearly { start, end } => write!(f, "毎年 {}", yearly_line(*start, *end))?,
            Pattern::Once { start, end } => f.write_str(&once_line(*start, *end))?,
        }
        match (self.from, self.until) {
            (None, None) => Ok(()),
            (Some(from), None) => write!(f, "（{from}から）"),
            (None, Some(until)) => write!(f, "（{until}まで）"),
            (Some(from), Some(until)) => write!(f, "（{from}から{until}まで）"),
        }
    }
}

impl Rule {
    /// The sentence that a citizen reads, without 。, in Japanese local time: 「毎月第3日曜日 21時から翌日7時まで」.
    pub fn describe(&self) -> String {
        let when = match &self.pattern {
            Pattern::Days(pattern) => format!("{} {}", days_said(pattern), hours_said(pattern.hours)),
            Pattern::Yearly { start, end } => yearly_said(*start, *end),
            Pattern::Once { start, end } => once_said(*start, *end),
        };
        let date = |d: NaiveDate| format!("{}年{}月{}日", d.year(), d.month(), d.day());
        match (self.from, self.until) {
            (None, None) => when,
            (Some(from), None) => format!("{when}（{}から）", date(from)),
            (None, Some(until)) => format!("{when}（{}まで）", date(until)),
            (Some(from), Some(until)) => format!("{when}（{}から{}まで）", date(from), date(until)),
        }
    }
}

fn days_line(pattern: &DayPattern) -> String {
    let months = match pattern.months.is_empty() {
        true => String::new(),
        false => format!("{}月 ", list(&pattern.months, u32::to_string)),
    };
    let days = match &pattern.days {
        Days::Every => "毎日".to_owned(),
        Days::Weekly(weekdays) => format!("毎週 {}", list(weekdays, |w| weekday(*w).to_owned())),
        Days::Nth(places, of) => {
            let places = list(places, place_line);
            let ordinal = if places.starts_with("最終") { "" } else { "第" };
            format!("{ordinal}{places}{}曜", weekday(*of))
        }
        Days::OfMonth(places) if months.is_empty() => format!("毎月 {}", of_month(places)),
        Days::OfMonth(places) => of_month(places),
        Days::Holidays => "祝日".to_owned(),
        Days::BankClosed => "銀行休業日".to_owned(),
        Days::BankOpen => "銀行営業日".to_owned(),
    };
    format!("{months}{days}{}", shift(pattern.shift))
}

fn place_line(place: &Place) -> String {
    match place {
        Place::At(number) => number.to_string(),
        Place::Last => "最終".to_owned(),
    }
}

/// 「1・15日・末日」.
fn of_month(places: &BTreeSet<Place>) -> String {
    let numbers = places.iter().filter(|place| **place != Place::Last);
    let numbers: Vec<String> = numbers.map(place_line).collect();
    match (numbers.is_empty(), places.contains(&Place::Last)) {
        (true, _) => "末日".to_owned(),
        (false, true) => format!("{}日・末日", numbers.join("・")),
        (false, false) => format!("{}日", numbers.join("・")),
    }
}

fn shift(days: i64) -> String {
    match days {
        0 => String::new(),
        -1 => "の前日".to_owned(),
        1 => "の翌日".to_owned(),
        ..0 => format!("の{}日前", -days),
        _ => format!("の{days}日後"),
    }
}

fn hours_line(hours: Hours) -> String {
    let (later, end) = split_end(hours.end);
    let later = match later {
        0 => String::new(),
        1 => "翌".to_owned(),
        2 => "翌々日".to_owned(),
        days => format!("{days}日後"),
    };
    match (hours.start, hours.end) {
        (0, DAY) => "終日".to_owned(),
        (start, _) => format!("{}-{later}{}", clock(start), clock(end)),
    }
}

/// Days later, and minutes of that day from 0:01 to 24:00.
fn split_end(end: i64) -> (i64, i64) {
    let later = (end - 1) / DAY;
    (later, end - later * DAY)
}

fn yearly_line(start: YearlyTime, end: YearlyTime) -> String {
    let date = |t: YearlyTime| format!("{}/{}", t.month, t.day);
    match date(start) == date(end) && (start.minute, end.minute) == (0, DAY) {
        true => format!("{} 終日", date(start)),
        false => format!(
            "{} {}-{} {}",
            date(start),
            clock(start.minute),
            date(end),
            clock(end.minute)
        ),
    }
}

fn once_line(start: NaiveDateTime, end: NaiveDateTime) -> String {
    let (end_day, end_minute) = day_and_end(end);
    match start.date() == end_day && (minute(start), end_minute) == (0, DAY) {
        true => format!("{end_day} 終日"),
        false => format!(
            "{} {}-{end_day} {}",
            start.date(),
            clock(minute(start)),
            clock(end_minute)
        ),
    }
}

fn minute(t: NaiveDateTime) -> i64 {
    i64::from(t.hour() * 60 + t.minute())
}

/// The day of an end and its minute; midnight belongs to the day before.
fn day_and_end(end: NaiveDateTime) -> (NaiveDate, i64) {
    let before = (end - Duration::minutes(1)).date();
    match minute(end) {
        0 => (before, DAY),
        minute => (end.date(), minute),
    }
}

fn clock(minute: i64) -> String {
    format!("{}:{:02}", minute / 60, minute % 60)
}

fn list<T>(items: &BTreeSet<T>, say: impl Fn(&T) -> String) -> String {
    items.iter().map(say).collect::<Vec<_>>().join("・")
}

fn weekday(index: u32) -> &'static str {
    WEEKDAYS.get(index as usize).copied().unwrap_or("")
}

fn days_said(pattern: &DayPattern) -> String {
    let months = match pattern.months.is_empty() {
        true => String::new(),
        false => format!("{}の", list(&pattern.months, |m| format!("{m}月"))),
    };
    let every = if months.is_empty() { "毎月" } else { "" };
    let days = match &pattern.days {
        Days::Every => "毎日".to_owned(),
        Days::Weekly(weekdays) => format!("毎週{}", list(weekdays, |w| format!("{}曜日", weekday(*w)))),
        Days::Nth(places, of) => {
            let places = list(places, |place| match place {
                Place::At(number) => format!("第{number}"),
                Place::Last => "最終".to_owned(),
            });
            format!("{every}{places}{}曜日", weekday(*of))
        }
        Days::OfMonth(places) => format!("{every}{}", of_month(places)),
        Days::Holidays => "祝日".to_owned(),
        Days::BankClosed => "銀行の休業日（土曜日・日曜日・祝日・12月31日から1月3日まで）".to_owned(),
        Days::BankOpen => "銀行の営業日".to_owned(),
    };
    format!("{months}{days}{}", shift_said(pattern))
}

/// 「の前日（日曜日）」: with the day of the week where there is only one.
fn shift_said(pattern: &DayPattern) -> String {
    let only = match &pattern.days {
        Days::Weekly(weekdays) if weekdays.len() == 1 => weekdays.first(),
        Days::Nth(_, of) => Some(of),
        _ => None,
    };
    let named = shift(pattern.shift);
    match only {
        Some(of) if pattern.shift != 0 => {
            let day = (i64::from(*of) + pattern.shift).rem_euclid(7);
            format!("{named}（{}曜日）", weekday(day as u32))
        }
        _ => named,
    }
}

fn hours_said(hours: Hours) -> String {
    let (later, end) = split_end(hours.end);
    let later = match later {
        0 => String::new(),
        1 => "翌日".to_owned(),
        2 => "翌々日".to_owned(),
        days => format!("{days}日後の"),
    };
    match (hours.start, hours.end) {
        (0, DAY) => "終日".to_owned(),
        (start, _) => format!("{}から{later}{}まで", time_said(start), time_said(end)),
    }
}

fn time_said(minute: i64) -> String {
    match (minute / 60, minute % 60) {
        (hour, 0) => format!("{hour}時"),
        (hour, minute) => format!("{hour}時{minute:02}分"),
    }
}

fn yearly_said(start: YearlyTime, end: YearlyTime) -> String {
    let date = |t: YearlyTime| format!("{}月{}日", t.month, t.day);
    let hours = Hours {
        start: start.minute,
        end: end.minute,
    };
    match date(start) == date(end) {
        true => format!("毎年{} {}", date(start), hours_said(hours)),
        false => format!(
            "毎年{} {}から{}{} {}まで",
            date(start),
            time_said(start.minute),
            if end < start { "翌年" } else { "" },
            date(end),
            time_said(end.minute)
        ),
    }
}

fn once_said(start: NaiveDateTime, end: NaiveDateTime) -> String {
    let day = |d: NaiveDate| {
        let weekday = weekday(d.weekday().num_days_from_monday());
        format!("{}月{}日（{weekday}）", d.month(), d.day())
    };
    let (end_day, end_minute) = day_and_end(end);
    let year = start.year();
    let first = day(start.date());
    if start.date() == end_day {
        let hours = Hours {
            start: minute(start),
            end: end_minute,
        };
        return format!("{year}年{first} {}", hours_said(hours));
    }
    let end_year = match end_day.year() {
        same if same == year => String::new(),
        other => format!("{other}年"),
    };
    let (from, to) = (time_said(minute(start)), time_said(end_minute));
    format!("{year}年{first} {from}から{end_year}{} {to}まで", day(end_day))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::super::samples::any_rule;
    use super::*;

    #[test]
    fn a_citizen_reads_a_sentence() {
        for (line, sentence) in [
            ("毎日 23:55-翌0:05", "毎日 23時55分から翌日0時05分まで"),
            ("毎週 土・日 0:00-24:00", "毎週土曜日・日曜日 終日"),
            ("第3日曜 21:00-翌7:00", "毎月第3日曜日 21時から翌日7時まで"),
            (
                "第1・3月曜の前日 23:55-翌6:00",
                "毎月第1・第3月曜日の前日（日曜日） 23時55分から翌日6時まで",
            ),
            (
                "1・4・7・10月 最終火曜 1:00-9:00",
                "1月・4月・7月・10月の最終火曜日 1時から9時まで",
            ),
            ("毎月 1・末日 21:00-24:00", "毎月1日・末日 21時から24時まで"),
            ("毎週 土 21:00-翌々日7:00", "毎週土曜日 21時から翌々日7時まで"),
            ("毎週 木 21:00-4日後7:00", "毎週木曜日 21時から4日後の7時まで"),
            ("祝日の2日前 1:30-2:00", "祝日の2日前 1時30分から2時まで"),
            (
                "銀行休業日 終日",
                "銀行の休業日（土曜日・日曜日・祝日・12月31日から1月3日まで） 終日",
            ),
            (
                "毎年 12/31 20:00-1/4 7:00（2027-01-01から）",
                "毎年12月31日 20時から翌年1月4日 7時まで（2027年1月1日から）",
            ),
            ("毎年 5/3 8:00-5/3 21:00", "毎年5月3日 8時から21時まで"),
            ("毎年 8/13 8:00-8/16 21:00", "毎年8月13日 8時から8月16日 21時まで"),
            (
                "2026-12-05 22:00-2026-12-06 06:00",
                "2026年12月5日（土） 22時から12月6日（日） 6時まで",
            ),
            (
                "2026-12-31 22:00-2027-01-01 06:00",
                "2026年12月31日（木） 22時から2027年1月1日（金） 6時まで",
            ),
            ("2026-12-05 終日", "2026年12月5日（土） 終日"),
            (
                "祝日 終日（2027-01-01から2027-03-31まで）",
                "祝日 終日（2027年1月1日から2027年3月31日まで）",
            ),
        ] {
            assert_eq!(Rule::parse(line).unwrap().describe(), sentence);
        }
    }

    #[test]
    fn midnight_at_the_end_is_twenty_four_hours_of_the_day_before() {
        for (typed, written) in [
            ("毎日 21:00-翌0:00", "毎日 21:00-24:00"),
            ("毎日 21:00-翌々日0:00", "毎日 21:00-翌24:00"),
            ("毎日 0:00-24:00", "毎日 終日"),
            ("2026-12-05 22:00-2026-12-06 0:00", "2026-12-05 22:00-2026-12-05 24:00"),
            ("2999-12-31 0:00-2999-12-31 24:00", "2999-12-31 終日"),
            ("毎年 12/31 0:00-12/31 24:00", "毎年 12/31 終日"),
        ] {
            assert_eq!(Rule::parse(typed).unwrap().to_string(), written);
        }
    }

    proptest! {
        #[test]
        fn a_written_rule_is_read_back(rule in any_rule()) {
            prop_assert_eq!(Rule::parse(&rule.to_string()), Ok(rule));
        }

        #[test]
        fn different_rules_are_said_differently(a in any_rule(), b in any_rule()) {
            prop_assert_eq!(a.describe() == b.describe(), a == b);
        }
    }
}
