//! Dates as people type and read them: eras, full-width digits, two-digit years (N8.2シ, ux P4).

use chrono::{Datelike, NaiveDate};
use unicode_normalization::UnicodeNormalization;

use super::digits::digits;

/// A date and, where the year was guessed, the sentence that says how it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedDate {
    /// The date meant.
    pub date: NaiveDate,
    /// 「令和8年（2026年）として受け取りました」, only when the year was 1 or 2 digits without an era.
    pub echo: Option<String>,
}

/// Why year, month and day make no date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// The year is empty.
    #[error("the year is missing")]
    MissingYear,
    /// The month is empty.
    #[error("the month is missing")]
    MissingMonth,
    /// The day is empty.
    #[error("the day is missing")]
    MissingDay,
    /// No such day, or an era that had ended or not begun on it.
    #[error("there is no such date")]
    NotADate,
    /// 令和 with a day before it began, 2019-05-01.
    #[error("the date is before 令和 began")]
    BeforeReiwa,
    /// The year is neither four digits nor an era with a year.
    #[error("the year cannot be read")]
    YearForm,
}

/// An era: name, short form, letter, and its first day.
struct Era {
    name: &'static str,
    short: &'static str,
    letter: char,
    first: (i32, u32, u32),
}

const fn era(name: &'static str, short: &'static str, letter: char, first: (i32, u32, u32)) -> Era {
    Era {
        name,
        short,
        letter,
        first,
    }
}

/// Newest first.
const ERAS: [Era; 5] = [
    era("令和", "令", 'R', (2019, 5, 1)),
    era("平成", "平", 'H', (1989, 1, 8)),
    era("昭和", "昭", 'S', (1926, 12, 25)),
    era("大正", "大", 'T', (1912, 7, 30)),
    era("明治", "明", 'M', (1868, 1, 25)),
];

/// The year as typed: in which calendar, and whether the era was guessed.
enum Year {
    Western(i32),
    Era { index: usize, year: i32, guessed: bool },
}

/// Reads the three boxes of a date. Full-width digits and a trailing 年, 月 or 日 are accepted.
///
/// The year may be `2026`, `令和8`, `令8`, `R8`, `令和元`, `平成31`, `昭和64` and so on; 1 or 2 digits
/// alone count as 令和 and are echoed.
///
/// # Errors
/// [`DateError`]; missing boxes first, then the form of the year.
pub fn parse(year: &str, month: &str, day: &str) -> Result<ParsedDate, DateError> {
    let [year, month, day] = [(year, '年'), (month, '月'), (day, '日')].map(tidy);
    if year.is_empty() {
        return Err(DateError::MissingYear);
    }
    if month.is_empty() {
        return Err(DateError::MissingMonth);
    }
    if day.is_empty() {
        return Err(DateError::MissingDay);
    }
    let year = parse_year(&year).ok_or(DateError::YearForm)?;
    let number = |s: &str| digits(s).filter(|d| d.len() <= 2).and_then(|d| d.parse::<u32>().ok());
    let (month, day) = number(&month).zip(number(&day)).ok_or(DateError::NotADate)?;
    let date = NaiveDate::from_ymd_opt(western(&year), month, day).ok_or(DateError::NotADate)?;
    let echo = match year {
        Year::Western(_) => None,
        Year::Era { index, year, guessed } => {
            check_era(index, date)?;
            let said = format!("{}（{}年）として受け取りました", era_year(index, year), date.year());
            guessed.then_some(said)
        }
    };
    Ok(ParsedDate { date, echo })
}

fn tidy((typed, unit): (&str, char)) -> String {
    let plain: String = typed.nfkc().filter(|c| !c.is_whitespace()).collect();
    plain.strip_suffix(unit).map(str::to_owned).unwrap_or(plain)
}

fn parse_year(typed: &str) -> Option<Year> {
    if let Some(year) = western_year(typed.strip_prefix("西暦").unwrap_or(typed)) {
        return Some(Year::Western(year));
    }
    if let Some(year) = year_in_era(typed) {
        return Some(Year::Era {
            index: 0,
            year,
            guessed: true,
        });
    }
    ERAS.iter().enumerate().find_map(|(index, era)| {
        let rest = typed
            .strip_prefix(era.name)
            .or_else(|| typed.strip_prefix(era.short))
            .or_else(|| typed.strip_prefix(era.letter))
            .or_else(|| typed.strip_prefix(era.letter.to_ascii_lowercase()))?;
        let rest = rest.strip_prefix('.').unwrap_or(rest);
        year_in_era(rest).map(|year| Year::Era {
            index,
            year,
            guessed: false,
        })
    })
}

fn western_year(typed: &str) -> Option<i32> {
    let fits = typed.len() == 4 && typed.bytes().all(|b| b.is_ascii_digit());
    typed.parse().ok().filter(|year| fits && *year > 0)
}

fn year_in_era(typed: &str) -> Option<i32> {
    if typed == "元" {
        return Some(1);
    }
    let fits = (1..=2).contains(&typed.len()) && typed.bytes().all(|b| b.is_ascii_digit());
    typed.parse().ok().filter(|year| fits && *year > 0)
}

fn western(year: &Year) -> i32 {
    match year {
        Year::Western(year) => *year,
        Year::Era { index, year, .. } => ERAS.get(*index).map_or(0, |era| era.first.0) + year - 1,
    }
}

fn check_era(index: usize, date: NaiveDate) -> Result<(), DateError> {
    let day = (date.year(), date.month(), date.day());
    let begun = ERAS.get(index).is_some_and(|era| day >= era.first);
    let ended = index
        .checked_sub(1)
        .and_then(|newer| ERAS.get(newer))
        .is_some_and(|newer| day >= newer.first);
    match (begun, ended) {
        (true, false) => Ok(()),
        (false, _) if index == 0 => Err(DateError::BeforeReiwa),
        _ => Err(DateError::NotADate),
    }
}

fn era_year(index: usize, year: i32) -> String {
    let name = ERAS.get(index).map_or("", |era| era.name);
    match year {
        1 => format!("{name}元年"),
        _ => format!("{name}{year}年"),
    }
}

/// The date with its era, 「令和8年4月1日」, half-width digits; before 明治 with the western year.
pub fn wareki(d: NaiveDate) -> String {
    let day = (d.year(), d.month(), d.day());
    let year = ERAS
        .iter()
        .position(|era| day >= era.first)
        .and_then(|index| ERAS.get(index).map(|era| era_year(index, d.year() - era.first.0 + 1)))
        .unwrap_or_else(|| format!("{}年", d.year()));
    format!("{year}{}月{}日", d.month(), d.day())
}

/// The day of the week in one character, 日 to 土.
pub fn weekday(d: NaiveDate) -> &'static str {
    const DAYS: [&str; 7] = ["日", "月", "火", "水", "木", "金", "土"];
    DAYS.get(d.weekday().num_days_from_sunday() as usize)
        .copied()
        .unwrap_or("")
}

/// Reads a date of a file: `YYYYMMDD` or `YYYY-MM-DD` in half width, nothing else.
pub fn parse_compact(s: &str) -> Option<NaiveDate> {
    let digits = match s.len() {
        8 => s.to_owned(),
        10 if s.get(4..5) == Some("-") && s.get(7..8) == Some("-") => s.replacen('-', "", 2),
        _ => return None,
    };
    if digits.len() != 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (year, rest) = digits.split_at(4);
    let (month, day) = rest.split_at(2);
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// Reads a date of the Cabinet Office's table: `YYYY/M/D` in half width, nothing else.
pub fn parse_slashed(s: &str) -> Option<NaiveDate> {
    let parts: Vec<&str> = s.split('/').collect();
    let [year, month, day] = parts[..] else {
        return None;
    };
    let is_number = |part: &str, most: usize| part.len() <= most && part.bytes().all(|b| b.is_ascii_digit());
    if year.len() != 4 || !is_number(year, 4) || !is_number(month, 2) || !is_number(day, 2) {
        return None;
    }
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn ymd(y: i32, m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(y, m, d).unwrap()
    }

    #[test]
    fn every_way_of_typing_the_year_is_read() {
        for year in [
            "2026",
            "２０２６",
            "令和8",
            "令和８年",
            "令8",
            "R8",
            "r8",
            "Ｒ０８",
            "R.8",
            " 令和 8 年 ",
            "西暦2026年",
            "㋿8",
        ] {
            let parsed = parse(year, "４", "1日").unwrap();
            assert_eq!((parsed.date, parsed.echo), (ymd(2026, 4, 1), None), "{year}");
        }
        assert_eq!(parse("令和元", "5", "1").unwrap().date, ymd(2019, 5, 1));
        assert_eq!(parse("平成31", "04", "30").unwrap().date, ymd(2019, 4, 30));
        assert_eq!(parse("H31", "4月", "30").unwrap().date, ymd(2019, 4, 30));
        assert_eq!(parse("昭和64", "1", "7").unwrap().date, ymd(1989, 1, 7));
        assert_eq!(parse("S元", "12", "25").unwrap().date, ymd(1926, 12, 25));
    }

    #[test]
    fn a_bare_small_year_counts_as_reiwa_and_is_echoed() {
        let parsed = parse("８", "4", "1").unwrap();
        assert_eq!(parsed.date, ymd(2026, 4, 1));
        assert_eq!(parsed.echo.as_deref(), Some("令和8年（2026年）として受け取りました"));
        let first = parse("1", "5", "1").unwrap();
        assert_eq!(first.echo.as_deref(), Some("令和元年（2019年）として受け取りました"));
    }

    #[test]
    fn the_missing_box_is_named() {
        assert_eq!(parse("", "", ""), Err(DateError::MissingYear));
        assert_eq!(parse("年", "4", "1"), Err(DateError::MissingYear));
        assert_eq!(parse("8", " ", ""), Err(DateError::MissingMonth));
        assert_eq!(parse("8", "4", "　"), Err(DateError::MissingDay));
    }

    #[test]
    fn an_era_does_not_reach_beyond_its_days() {
        assert_eq!(parse("令和元", "4", "30"), Err(DateError::BeforeReiwa));
        assert_eq!(parse("1", "1", "1"), Err(DateError::BeforeReiwa));
        assert_eq!(parse("平成31", "5", "1"), Err(DateError::NotADate));
        assert_eq!(parse("昭和64", "1", "8"), Err(DateError::NotADate));
    }

    #[test]
    fn what_is_no_date_or_no_year_is_told_apart() {
        for (month, day) in [("2", "30"), ("13", "1"), ("0", "1"), ("4", "あ"), ("4", "001")] {
            assert_eq!(parse("2026", month, day), Err(DateError::NotADate));
        }
        for year in [
            "202",
            "20265",
            "0",
            "00",
            "0000",
            "あ",
            "令和",
            "R",
            "令和2026",
            "X8",
            "西暦8",
        ] {
            assert_eq!(parse(year, "4", "1"), Err(DateError::YearForm), "{year}");
        }
    }

    #[test]
    fn the_era_changes_at_midnight() {
        assert_eq!(wareki(ymd(2026, 4, 1)), "令和8年4月1日");
        assert_eq!(wareki(ymd(2019, 5, 1)), "令和元年5月1日");
        assert_eq!(wareki(ymd(2019, 4, 30)), "平成31年4月30日");
        assert_eq!(wareki(ymd(1989, 1, 7)), "昭和64年1月7日");
        assert_eq!(wareki(ymd(1867, 1, 1)), "1867年1月1日");
    }

    #[test]
    fn the_week_begins_on_sunday() {
        assert_eq!(weekday(ymd(2026, 8, 23)), "日");
        assert_eq!(weekday(ymd(2026, 8, 29)), "土");
    }

    #[test]
    fn a_compact_date_has_exactly_two_forms() {
        assert_eq!(parse_compact("20260401"), Some(ymd(2026, 4, 1)));
        assert_eq!(parse_compact("2026-04-01"), Some(ymd(2026, 4, 1)));
        for no in [
            "",
            "2026-4-1",
            "20260431",
            "2026/04/01",
            "+2026401",
            "2026--0401",
            "あい20",
            "２０２６0",
        ] {
            assert_eq!(parse_compact(no), None, "{no}");
        }
    }

    proptest! {
        #[test]
        fn a_date_written_with_its_era_is_read_back(days in 693_700i32..803_000) {
            let date = NaiveDate::from_num_days_from_ce_opt(days).unwrap();
            let written = wareki(date);
            let (year, rest) = written.split_once('年').unwrap();
            let (month, day) = rest.split_once('月').unwrap();
            if !date.year().to_string().eq(year) && year.chars().count() <= 4 {
                prop_assert_eq!(parse(year, month, day).map(|p| p.date), Ok(date));
            }
            prop_assert_eq!(parse_compact(&date.to_string()), Some(date));
        }

        #[test]
        fn any_text_is_answered(year in "\\PC*", month in "\\PC{0,4}", day in "\\PC{0,4}") {
            let _ = (parse(&year, &month, &day), parse_compact(&year));
        }
    }
}
