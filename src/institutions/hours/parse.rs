//! Reading a rule from the one line that an operator types.
//!
//! ```text
//! rule   = days hours [period] | 毎年 M/D dated [period] | YYYY-MM-DD dated
//! days   = [M・M月] ( 毎日 | 毎週 W・W | 第N・N W曜 | 最終W曜 | 毎月 D・D日・末日 | 祝日 | 銀行休業日 | 銀行営業日 ) [shift]
//! shift  = の前日 | の翌日 | のN日前 | のN日後
//! hours  = 終日 | H:MM-[翌 | 翌々日 | N日後]H:MM
//! dated  = 終日 | H:MM-[date]H:MM
//! period = （date から [date まで]） | （date まで）
//! ```

use std::str::FromStr;

use chrono::{Duration, NaiveDate};

use super::cursor::{Cursor, plain};
use super::days::{days, months, shift};
use super::error::RuleError;
use super::rule::{DAY, DayPattern, Hours, MAX_LATER, Pattern, Rule, YearlyTime, at};

/// The longest text that is read; the longest that `Display` writes has about 150 characters.
const MOST: usize = 200;

impl Rule {
    /// Reads a rule such as `第3日曜 21:00-翌7:00` or `毎年 12/31 20:00-1/4 7:00（2027-01-01から）`, in Japanese local
    /// time. Digits, colons, dashes and spaces may be full or half width. `Display` writes it back. Source:
    /// domain-enrolment, "Hours and calendars".
    ///
    /// # Errors
    /// [`RuleError`], for the first thing that cannot be read; its `Display` is the sentence for the operator.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        let now = text.chars().count();
        if now > MOST {
            return Err(RuleError::TooLong { most: MOST, now });
        }
        let plain = plain(text);
        let mut cursor = Cursor::new(&plain);
        if cursor.is_at_end() {
            return Err(RuleError::Empty);
        }
        let pattern = pattern(&mut cursor)?;
        let (from, until) = period(&mut cursor)?;
        if matches!(pattern, Pattern::Once { .. }) && (from.is_some() || until.is_some()) {
            return Err(RuleError::PeriodOfOnce);
        }
        Ok(Self { pattern, from, until })
    }
}

/// As [`Rule::parse`], with the same errors.
impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        Self::parse(text)
    }
}

fn pattern(cursor: &mut Cursor<'_>) -> Result<Pattern, RuleError> {
    if cursor.eat("毎年") {
        return yearly(cursor);
    }
    let here = *cursor;
    if let Some(day) = cursor.date()? {
        return once(cursor, here, day);
    }
    let months = months(cursor)?;
    let days = days(cursor, &months)?;
    let shift = shift(cursor, &days)?;
    let hours = hours(cursor)?;
    Ok(Pattern::Days(DayPattern {
        months,
        days,
        shift,
        hours,
    }))
}

/// After the first day: 終日, or times; the end on another date, 翌, or on the same day.
fn once(cursor: &mut Cursor<'_>, here: Cursor<'_>, day: NaiveDate) -> Result<Pattern, RuleError> {
    let (start, end_day, end) = if cursor.eat("終日") {
        (0, day, DAY)
    } else {
        let start = cursor.start_time()?;
        let end_day = match cursor.date()? {
            Some(other) => other,
            None => day + Duration::days(later(cursor)?),
        };
        (start, end_day, cursor.end_time()?)
    };
    let (start, end) = at(day, start)
        .zip(at(end_day, end))
        .ok_or_else(|| RuleError::Date(here.found()))?;
    match start < end {
        true => Ok(Pattern::Once { start, end }),
        false => Err(RuleError::Order(here.found())),
    }
}

/// After 毎年: a first day, and 終日 or times; the end on another day or the same.
fn yearly(cursor: &mut Cursor<'_>) -> Result<Pattern, RuleError> {
    let here = *cursor;
    let first = cursor.month_day()?;
    let first = first.ok_or_else(|| RuleError::YearlyDate(here.found()))?;
    let moment = |(month, day), minute| YearlyTime { month, day, minute };
    if cursor.eat("終日") {
        let (start, end) = (moment(first, 0), moment(first, DAY));
        return Ok(Pattern::Yearly { start, end });
    }
    let start = moment(first, cursor.start_time()?);
    let before_end = *cursor;
    let last = match cursor.month_day()? {
        Some(date) => date,
        None if later(cursor)? > 0 => return Err(RuleError::YearlyEnd(before_end.found())),
        None => first,
    };
    let end = moment(last, cursor.end_time()?);
    match last == first && end <= start {
        true => Err(RuleError::Order(here.found())),
        false => Ok(Pattern::Yearly { start, end }),
    }
}

fn hours(cursor: &mut Cursor<'_>) -> Result<Hours, RuleError> {
    if cursor.eat("終日") {
        return Ok(Hours { start: 0, end: DAY });
    }
    let here = *cursor;
    let start = cursor.start_time()?;
    let end = later(cursor)? * DAY + cursor.end_time()?;
    match start < end {
        true => Ok(Hours { start, end }),
        false => Err(RuleError::Order(here.found())),
    }
}

/// How many days after its beginning a window ends: 翌 1, 翌々日 2, N日後 N, otherwise 0.
fn later(cursor: &mut Cursor<'_>) -> Result<i64, RuleError> {
    let here = *cursor;
    let words = [("翌々日", 2), ("翌々", 2), ("翌日", 1), ("翌", 1)];
    let days = match words.into_iter().find(|(word, _)| cursor.eat(word)) {
        Some((_, days)) => days,
        None => match cursor.number_before("日後") {
            Some(days) => i64::from(days),
            None => return Ok(0),
        },
    };
    cursor.eat("の");
    match days {
        1..=MAX_LATER => Ok(days),
        _ => Err(RuleError::Hours(here.found())),
    }
}

type Period = (Option<NaiveDate>, Option<NaiveDate>);

/// What is left after the times: a period in parentheses, or nothing.
fn period(cursor: &mut Cursor<'_>) -> Result<Period, RuleError> {
    if cursor.is_at_end() {
        return Ok((None, None));
    }
    let here = *cursor;
    let wrong = || RuleError::Period(here.found());
    if !cursor.eat("(") {
        return Err(wrong());
    }
    let first = cursor.date()?.ok_or_else(wrong)?;
    let period = if cursor.eat("まで") {
        (None, Some(first))
    } else if !cursor.eat("から") {
        return Err(wrong());
    } else {
        let last = cursor.date()?;
        if last.is_some() && !cursor.eat("まで") {
            return Err(wrong());
        }
        if last.is_some_and(|last| last < first) {
            return Err(RuleError::PeriodOrder);
        }
        (Some(first), last)
    };
    match cursor.eat(")") && cursor.is_at_end() {
        true => Ok(period),
        false => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::super::samples::any_rule;
    use super::*;

    fn written(typed: &str) -> String {
        Rule::parse(typed).map_or_else(|e| panic!("{typed}: {e}"), |rule| rule.to_string())
    }

    fn refused(typed: &str) -> RuleError {
        Rule::parse(typed).map_or_else(|e| e, |rule| panic!("{typed} was read as {rule}"))
    }

    #[test]
    fn the_canonical_line_of_every_kind_is_its_own_form() {
        for line in [
            "毎日 23:55-翌0:05",
            "毎日 終日",
            "毎週 日 21:00-翌7:00",
            "毎週 土 21:00-翌々日7:00",
            "第3日曜 21:00-翌7:00",
            "第1・3月曜の前日 23:55-翌6:00",
            "1・4・7・10月 最終火曜 1:00-9:00",
            "第1・最終火曜の2日後 1:00-3日後9:00",
            "毎月 1・15日・末日 2:00-6:00",
            "12月 末日の前日 20:00-24:00",
            "毎年 12/31 20:00-1/4 7:00",
            "毎年 1/1 終日",
            "2026-12-05 22:00-2026-12-06 6:00",
            "祝日の前日 21:00-翌7:00",
            "5月 祝日 終日",
            "銀行休業日 終日",
            "銀行営業日の翌日 0:00-6:00",
            "毎日 23:55-翌0:05（2027-01-01から）",
            "毎日 23:55-翌0:05（2027-03-31まで）",
            "毎年 12/31 20:00-1/4 7:00（2027-01-01から2030-12-31まで）",
            "毎日 終日（2027-01-01から2027-01-01まで）",
        ] {
            assert_eq!(written(line), line);
            assert_eq!(line.parse::<Rule>(), Rule::parse(line));
        }
    }

    #[test]
    fn what_people_type_is_put_in_order() {
        for (typed, line) in [
            ("　毎日　２３：５５～翌０：０５　", "毎日 23:55-翌0:05"),
            ("毎日23時55分から翌日0時5分まで", "毎日 23:55-翌0:05"),
            ("毎週 日 21時-翌07:00", "毎週 日 21:00-翌7:00"),
            ("毎日 22:00-3日後の6:00", "毎日 22:00-3日後6:00"),
            ("毎日 22:00-1日後6:00", "毎日 22:00-翌6:00"),
            ("毎年 12月31日 20:00-1月4日 07:00", "毎年 12/31 20:00-1/4 7:00"),
            ("毎年 5/3 8:00-21:00", "毎年 5/3 8:00-5/3 21:00"),
            ("2026/12/5 22:00-翌6:00", "2026-12-05 22:00-2026-12-06 6:00"),
            (
                "２０２６年１２月５日　２２：００　―　２０２６年１２月６日　６：００",
                "2026-12-05 22:00-2026-12-06 6:00",
            ),
            ("2026-12-05 8:00-12:00", "2026-12-05 8:00-2026-12-05 12:00"),
            (
                "祝日 終日(2027/1/1から 2027/3/31まで)",
                "祝日 終日（2027-01-01から2027-03-31まで）",
            ),
        ] {
            assert_eq!(written(typed), line);
        }
    }

    #[test]
    fn the_error_names_what_is_wrong() {
        let quoted = |s: &str| format!("「{s}」です");
        let nothing = || "何もありません".to_owned();
        for (typed, error) in [
            ("", RuleError::Empty),
            (" \u{3000}\t\u{FEFF}", RuleError::Empty),
            ("12/31 20:00-1/4 7:00", RuleError::Days(quoted("12/31 20:00-1/4 7:00"))),
            ("2026-02-29 終日", RuleError::Date(quoted("2026-02-29 終日"))),
            ("1999-12-31 終日", RuleError::Date(quoted("1999-12-31 終日"))),
            ("毎年 2/29 終日", RuleError::YearlyDate(quoted("2/29 終日"))),
            ("毎年 祝日 終日", RuleError::YearlyDate(quoted("祝日 終日"))),
            ("毎年 12/31 20:00-翌7:00", RuleError::YearlyEnd(quoted("翌7:00"))),
            ("毎日", RuleError::Hours(nothing())),
            ("毎日 23:55", RuleError::Hours(nothing())),
            ("毎日 23:55-", RuleError::Hours(nothing())),
            ("毎日 7:5-8:00", RuleError::Hours(quoted("7:5-8:00"))),
            ("毎日 1:00-8日後2:00", RuleError::Hours(quoted("8日後2:00"))),
            ("毎日 24:00-翌1:00", RuleError::Time(quoted("24:00-翌1:00"))),
            ("毎日 1:00-24:01", RuleError::Time(quoted("24:01"))),
            ("毎日 1:60-2:00", RuleError::Time(quoted("1:60-2:00"))),
            ("毎日 23:55-0:05", RuleError::Order(quoted("23:55-0:05"))),
            ("毎日 1:00-1:00", RuleError::Order(quoted("1:00-1:00"))),
            ("毎年 1/1 7:00-1/1 7:00", RuleError::Order(quoted("1/1 7:00-1/1 7:00"))),
            ("毎日 終日 以上", RuleError::Period(quoted("以上"))),
            ("毎日 終日（2027-01-01）", RuleError::Period(quoted("(2027-01-01)"))),
            ("毎日 終日（2027-01-02から2027-01-01まで）", RuleError::PeriodOrder),
            ("2026-12-05 終日（2027-01-01から）", RuleError::PeriodOfOnce),
        ] {
            assert_eq!(refused(typed), error, "{typed}");
        }
        let long = "毎日 ".repeat(100);
        assert_eq!(refused(&long), RuleError::TooLong { most: 200, now: 300 });
    }

    #[test]
    fn the_example_in_every_error_is_one_that_is_read() {
        for typed in [
            "",
            "平日",
            "毎週 1",
            "第6日曜",
            "13月 毎日",
            "毎月 32日",
            "祝日の8日前",
            "毎日の前日",
            "2026-02-29",
            "毎年 2/29",
            "毎年 12/31 20:00-翌7:00",
            "2026-12-05 終日（2027-01-01から）",
            "毎日 終日 以上",
            "毎日",
            "毎日 25:00-26:00",
            "毎日 2:00-1:00",
            "毎日 終日（2027-01-02から2027-01-01まで）",
        ] {
            let sentence = refused(typed).to_string();
            let example = sentence.rsplit_once("例：").unwrap().1.strip_suffix('）').unwrap();
            // Some show only the times or only the period.
            let whole = [
                example.to_owned(),
                format!("毎日 {example}"),
                format!("毎日 終日{example}"),
            ];
            assert!(whole.iter().any(|line| Rule::parse(line).is_ok()), "{sentence}");
        }
    }

    #[test]
    fn a_long_rest_is_quoted_in_part() {
        let sentence = refused(&format!("毎日 {}", "あ".repeat(50))).to_string();
        assert!(sentence.contains(&format!("「{}…」", "あ".repeat(20))), "{sentence}");
    }

    const WORDS: &str = "(毎日|毎週|毎月|毎年|第|最終|[月火日]|曜|日|前日|翌|々|日後|・|の|-|:|[0-9]{1,4}|/|\
                         終日|祝日|（|）|から|まで| ){0,14}";

    proptest! {
        #[test]
        fn any_text_is_answered(typed in "\\PC*") {
            let _ = Rule::parse(&typed);
        }

        #[test]
        fn any_mixture_of_the_words_is_answered_and_what_is_read_is_read_again(typed in WORDS) {
            if let Ok(rule) = Rule::parse(&typed) {
                prop_assert_eq!(Rule::parse(&rule.to_string()), Ok(rule));
            }
        }

        #[test]
        fn a_broken_rule_is_answered(rule in any_rule(), at in 0usize..60, put in "[0-9月日曜翌:/・の （）-]?") {
            let mut typed: Vec<char> = rule.to_string().chars().collect();
            let at = at.min(typed.len());
            typed.splice(at..(at + 1).min(typed.len()), put.chars());
            let typed: String = typed.into_iter().collect();
            if let Ok(rule) = Rule::parse(&typed) {
                prop_assert_eq!(Rule::parse(&rule.to_string()), Ok(rule));
            }
        }

        #[test]
        fn the_width_of_the_characters_does_not_matter(rule in any_rule()) {
            let wide = |c: char| match c {
                '0'..='9' | ':' | '/' => char::from_u32(u32::from(c) + 0xFEE0).unwrap(),
                ' ' => '\u{3000}',
                '-' => '－',
                _ => c,
            };
            let typed: String = rule.to_string().chars().map(wide).collect();
            prop_assert_eq!(Rule::parse(&typed), Ok(rule));
        }
    }
}
