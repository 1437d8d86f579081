//! Days on which the bureau is closed besides weekends and holidays: 年末年始, 開庁記念日.

use chrono::{Datelike, NaiveDate};

use super::date::{parse_compact, parse_slashed};

/// Some days of every year, or of one, both ends included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedDays {
    pub span: Span,
    /// The first day on which this counts; `None`: it always has.
    pub counts_from: Option<NaiveDate>,
    /// From this day on it counts no more.
    pub counts_until: Option<NaiveDate>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// Month and day; the last may be in the next year.
    Yearly {
        first: (u32, u32),
        last: (u32, u32),
    },
    Once {
        first: NaiveDate,
        last: NaiveDate,
    },
}

/// A day as it is written: with its year, or of every year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    Yearly(u32, u32),
    Once(NaiveDate),
}

impl ClosedDays {
    /// 12/29–1/3, which the domain page names.
    pub fn year_end() -> Self {
        Self::always(Span::Yearly {
            first: (12, 29),
            last: (1, 3),
        })
    }

    fn always(span: Span) -> Self {
        Self {
            span,
            counts_from: None,
            counts_until: None,
        }
    }

    /// Reads two days, both `12-29` (of every year) or both `2027-05-01`; also as `12/29`, `2027/5/1`, `12月29日`.
    /// `None` when one is no day, they are of two kinds, or the last is before the first.
    pub fn read(first: &str, last: &str) -> Option<Self> {
        let span = match (written(first)?, written(last)?) {
            (Written::Yearly(m, d), Written::Yearly(to_m, to_d)) => Span::Yearly {
                first: (m, d),
                last: (to_m, to_d),
            },
            (Written::Once(first), Written::Once(last)) if first <= last => Span::Once { first, last },
            _ => return None,
        };
        Some(Self::always(span))
    }

    /// Whether the bureau is closed on a day for this.
    pub fn contains(&self, d: NaiveDate) -> bool {
        let counts = self.counts_from.is_none_or(|from| from <= d) && self.counts_until.is_none_or(|until| d < until);
        counts && self.span.contains(d)
    }
}

impl Span {
    fn contains(self, d: NaiveDate) -> bool {
        let day = (d.month(), d.day());
        match self {
            Span::Yearly { first, last } if first <= last => first <= day && day <= last,
            Span::Yearly { first, last } => first <= day || day <= last,
            Span::Once { first, last } => first <= d && d <= last,
        }
    }

    /// Both ends in the one form that the database keeps.
    pub fn words(self) -> [String; 2] {
        match self {
            Span::Yearly { first, last } => [first, last].map(|(month, day)| format!("{month:02}-{day:02}")),
            Span::Once { first, last } => [first, last].map(|day| day.to_string()),
        }
    }

    /// 「毎年 12月29日から1月3日まで」
    pub fn describe(self) -> String {
        let (every, [first, last]) = match self {
            Span::Yearly { first, last } => ("毎年 ", [first, last].map(|(m, d)| format!("{m}月{d}日"))),
            Span::Once { first, last } => {
                let said = |d: NaiveDate| format!("{}年{}月{}日", d.year(), d.month(), d.day());
                ("", [first, last].map(said))
            }
        };
        match first == last {
            true => format!("{every}{first}"),
            false => format!("{every}{first}から{last}まで"),
        }
    }
}

fn written(typed: &str) -> Option<Written> {
    let folded: String = typed.trim().chars().map(half).filter(|c| *c != '日').collect();
    let parts: Vec<&str> = folded.split('-').collect();
    if let [month, day] = parts[..] {
        // A day that every year has: never 2/29.
        let day = NaiveDate::from_ymd_opt(2027, month.parse().ok()?, day.parse().ok()?)?;
        return Some(Written::Yearly(day.month(), day.day()));
    }
    let date = parse_compact(&folded).or_else(|| parse_slashed(&folded.replace('-', "/")))?;
    Some(Written::Once(date))
}

/// Full-width digits and the signs between year, month and day.
fn half(c: char) -> char {
    match c {
        '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')).unwrap_or(c),
        '/' | '／' | '年' | '月' | '－' | 'ー' => '-',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_year_end_goes_over_into_the_next_year() {
        let closed = ClosedDays::year_end();
        for (date, is_closed) in [
            ("2026-12-28", false),
            ("2026-12-29", true),
            ("2027-01-03", true),
            ("2027-01-04", false),
        ] {
            assert_eq!(closed.contains(day(date)), is_closed, "{date}");
        }
        assert_eq!(closed.span.describe(), "毎年 12月29日から1月3日まで");
    }

    #[test]
    fn every_way_of_writing_a_day_is_read_and_nothing_else() {
        for (typed, word) in [
            ("6-1", "06-01"),
            ("06-01", "06-01"),
            ("６月１日", "06-01"),
            ("6/1", "06-01"),
            ("2027-06-01", "2027-06-01"),
            ("2027年6月1日", "2027-06-01"),
            ("20270601", "2027-06-01"),
        ] {
            let read = ClosedDays::read(typed, typed).unwrap();
            assert_eq!(read.span.words(), [word, word], "{typed}");
        }
        for (first, last) in [
            ("02-29", "03-01"),
            ("6-1", "2027-06-02"),
            ("2027-06-02", "2027-06-01"),
            ("", "x"),
        ] {
            assert_eq!(ClosedDays::read(first, last), None, "{first} {last}");
        }
        assert_eq!(
            ClosedDays::read("2027-6-1", "2027-6-1").unwrap().span.describe(),
            "2027年6月1日"
        );
    }

    proptest! {
        #[test]
        fn any_text_is_answered_and_what_is_kept_is_read_back(first in "\\PC{0,12}", last in "\\PC{0,12}") {
            if let Some(read) = ClosedDays::read(&first, &last) {
                let [a, b] = read.span.words();
                prop_assert_eq!(ClosedDays::read(&a, &b), Some(read));
            }
        }
    }
}
