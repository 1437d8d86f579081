//! Reading a typed rule piece by piece: words, numbers, times and dates, in full or half width.

use chrono::{Datelike, NaiveDate};

use super::error::RuleError;
use super::rule::{DAY, WEEKDAYS};

/// The years that a date may have.
const YEARS: std::ops::RangeInclusive<i32> = 2000..=2999;

/// Characters of the rest that an error quotes.
const QUOTED: usize = 20;

/// What people type, in the characters that [`Cursor`] knows: ASCII digits, `:`, `/`, `-`, parentheses and spaces, and
/// ・ between the items of a list.
pub(super) fn plain(typed: &str) -> String {
    let plain = |c: char| match c {
        '０'..='９' | '／' | '：' | '（' | '）' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{2500}' | '\u{2501}' | '\u{FE63}' | '－' => '-',
        'ー' | 'ｰ' | '~' | '〜' | '～' => '-',
        '･' | '·' | '、' | '，' | ',' => '・',
        _ if c.is_whitespace() || c.is_control() => ' ',
        _ => c,
    };
    let seen = |c: &char| !matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}');
    typed.chars().filter(seen).map(plain).collect()
}

/// The part of a plain text that is not yet read. A copy goes back to where it was taken.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(plain: &'a str) -> Self {
        Self { rest: plain.trim() }
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.rest.trim_start().is_empty()
    }

    /// What stands here, as an error says it after いま: 「…」です.
    pub(super) fn found(&self) -> String {
        let rest = self.rest.trim_start();
        match rest.chars().count() {
            0 => "何もありません".to_owned(),
            1..=QUOTED => format!("「{rest}」です"),
            _ => format!("「{}…」です", rest.chars().take(QUOTED).collect::<String>()),
        }
    }

    /// Reads the word if it stands here, after any spaces.
    pub(super) fn eat(&mut self, word: &str) -> bool {
        let rest = self.rest.trim_start().strip_prefix(word);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Reads a number of `fewest` to `most` digits, and nothing if there are more or fewer.
    pub(super) fn number(&mut self, fewest: usize, most: usize) -> Option<u32> {
        let rest = self.rest.trim_start();
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (digits, after) = rest.split_at(end);
        let number = digits
            .parse()
            .ok()
            .filter(|_| (fewest..=most).contains(&digits.len()))?;
        self.rest = after;
        Some(number)
    }

    /// Reads a number and the word after it, or nothing.
    pub(super) fn number_before(&mut self, word: &str) -> Option<u32> {
        let mut ahead = *self;
        let number = ahead.number(1, 2).filter(|_| ahead.eat(word))?;
        *self = ahead;
        Some(number)
    }

    /// Reads 日, 日曜 or 日曜日; the first only if `short`. 0 is Monday.
    pub(super) fn weekday(&mut self, short: bool) -> Option<u32> {
        let mut ahead = *self;
        let day = (0..).zip(WEEKDAYS).find(|(_, name)| ahead.eat(name))?.0;
        if ahead.eat("曜") {
            // 「土曜日曜」 is two days.
            let mut next = ahead;
            if next.eat("日") && !next.eat("曜") {
                ahead.eat("日");
            }
        } else if !short {
            return None;
        }
        *self = ahead;
        Some(day)
    }

    /// Reads `H:MM`, `H時` or `H時MM分` up to `latest`; minutes from midnight.
    pub(super) fn time(&mut self, latest: i64) -> Result<i64, RuleError> {
        let start = *self;
        let wrong = || RuleError::Hours(start.found());
        let hour = self.number(1, 2).ok_or_else(wrong)?;
        let minute = match self.eat("時") {
            true => self.number_before("分").unwrap_or(0),
            false if self.eat(":") => self.number(2, 2).ok_or_else(wrong)?,
            false => return Err(wrong()),
        };
        let time = i64::from(hour) * 60 + i64::from(minute);
        match minute < 60 && time <= latest {
            true => Ok(time),
            false => Err(RuleError::Time(start.found())),
        }
    }

    /// Reads the beginning of a time of closing, before 24:00, and the dash after it.
    pub(super) fn start_time(&mut self) -> Result<i64, RuleError> {
        let time = self.time(DAY - 1)?;
        let here = *self;
        match self.eat("-") || self.eat("から") {
            true => Ok(time),
            false => Err(RuleError::Hours(here.found())),
        }
    }

    /// Reads the end of a time of closing, 24:00 at the latest.
    pub(super) fn end_time(&mut self) -> Result<i64, RuleError> {
        let time = self.time(DAY)?;
        self.eat("まで");
        Ok(time)
    }

    /// Reads `YYYY-MM-DD`, `YYYY/M/D` or `YYYY年M月D日`; nothing if it has another form.
    pub(super) fn date(&mut self) -> Result<Option<NaiveDate>, RuleError> {
        let mut ahead = *self;
        let Some((year, month, day)) = ahead.date_form() else {
            return Ok(None);
        };
        let date = i32::try_from(year).ok().filter(|year| YEARS.contains(year));
        let date = date.and_then(|year| NaiveDate::from_ymd_opt(year, month, day));
        let date = date.ok_or_else(|| RuleError::Date(self.found()))?;
        *self = ahead;
        Ok(Some(date))
    }

    fn date_form(&mut self) -> Option<(u32, u32, u32)> {
        let year = self.number(4, 4)?;
        let separator = ["-", "/", "年"].into_iter().find(|s| self.eat(s))?;
        let month = self.number(1, 2)?;
        let (between, after) = if separator == "年" {
            ("月", "日")
        } else {
            (separator, "")
        };
        let day = self.eat(between).then(|| self.number(1, 2)).flatten()?;
        self.eat(after).then_some((year, month, day))
    }

    /// Reads `M/D` or `M月D日`, a day that every year has; nothing if it has another form.
    pub(super) fn month_day(&mut self) -> Result<Option<(u32, u32)>, RuleError> {
        let mut ahead = *self;
        let Some((month, day)) = ahead.month_day_form() else {
            return Ok(None);
        };
        // Any year without 2/29 will do.
        let date = NaiveDate::from_ymd_opt(2001, month, day);
        let date = date.ok_or_else(|| RuleError::YearlyDate(self.found()))?;
        *self = ahead;
        Ok(Some((date.month(), date.day())))
    }

    fn month_day_form(&mut self) -> Option<(u32, u32)> {
        let month = self.number(1, 2)?;
        let separator = ["/", "月"].into_iter().find(|s| self.eat(s))?;
        let day = self.number(1, 2)?;
        let after = if separator == "月" { "日" } else { "" };
        self.eat(after).then_some((month, day))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rest(mut cursor: Cursor<'_>, eaten: bool) -> (bool, &str) {
        cursor.eat("");
        (eaten, cursor.rest)
    }

    #[test]
    fn every_width_and_dash_becomes_plain() {
        assert_eq!(plain("２３：５５〜翌０：０５（から）"), "23:55-翌0:05(から)");
        assert_eq!(plain("土、日，月･火"), "土・日・月・火");
        for dash in "-‐‑‒–—―−ー－〜～~".chars() {
            assert_eq!(plain(&format!("1\u{3000}{dash}\t2\u{FEFF}")), "1 - 2", "{dash:?}");
        }
    }

    #[test]
    fn a_number_is_read_whole_or_not_at_all() {
        let mut cursor = Cursor::new("123 4");
        assert_eq!(cursor.number(1, 2), None);
        assert_eq!(cursor.number(4, 4), None);
        assert_eq!(cursor.number(1, 3), Some(123));
        assert_eq!(cursor.number(1, 3), Some(4));
        assert!(cursor.is_at_end());
    }

    #[test]
    fn a_weekday_may_be_long_or_short_and_two_may_stand_together() {
        let mut cursor = Cursor::new("土曜日曜日 月火曜");
        assert_eq!([5, 6, 0, 1].map(Some), [(); 4].map(|()| cursor.weekday(true)));
        assert_eq!(Cursor::new("日 9:00").weekday(false), None);
    }

    #[test]
    fn what_was_not_read_is_still_there() {
        let mut cursor = Cursor::new("12日前");
        let number = cursor.number_before("日後");
        assert_eq!((number, rest(cursor, false)), (None, (false, "12日前")));
        let date = cursor.date();
        assert_eq!((date, rest(cursor, true)), (Ok(None), (true, "12日前")));
    }

    proptest! {
        #[test]
        fn plain_text_stays_plain(typed in "\\PC*") {
            prop_assert_eq!(plain(&plain(&typed)), plain(&typed));
        }
    }
}
