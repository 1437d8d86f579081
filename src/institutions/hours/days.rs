//! Reading the days of a rule: `1・4・7・10月 最終火曜`, `毎週 土・日`, `祝日の前日`.

use std::collections::BTreeSet;

use super::cursor::Cursor;
use super::error::RuleError;
use super::rule::{Days, MAX_SHIFT, Place};

/// The most days of each month, January first.
const MONTH_DAYS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// `1・4・7・10月`; none if something else stands here.
pub(super) fn months(cursor: &mut Cursor<'_>) -> Result<BTreeSet<u32>, RuleError> {
    let mut ahead = *cursor;
    let mut months = BTreeSet::new();
    loop {
        let Some(month) = ahead.number(1, 2) else {
            return Ok(BTreeSet::new());
        };
        months.insert(month);
        // 「1月・4月」 is as good as 「1・4月」.
        let named = ahead.eat("月");
        if ahead.eat("・") {
            continue;
        }
        if !named {
            return Ok(BTreeSet::new());
        }
        ahead.eat("の");
        if months.iter().any(|month| !(1..=12).contains(month)) {
            return Err(RuleError::Month(cursor.found()));
        }
        *cursor = ahead;
        return Ok(months);
    }
}

/// The days that are named, of these months.
pub(super) fn days(cursor: &mut Cursor<'_>, months: &BTreeSet<u32>) -> Result<Days, RuleError> {
    let here = *cursor;
    for (word, days) in [
        ("毎日", Days::Every),
        ("祝日", Days::Holidays),
        ("銀行休業日", Days::BankClosed),
        ("銀行営業日", Days::BankOpen),
    ] {
        if cursor.eat(word) {
            return Ok(days);
        }
    }
    if cursor.eat("毎週") {
        return weekly(cursor);
    }
    let monthly = cursor.eat("毎月") || !months.is_empty();
    let mut ahead = *cursor;
    if ahead.eat("第") || ahead.eat("最終") {
        return nth(cursor);
    }
    match monthly {
        true => of_month(cursor, months),
        false => Err(RuleError::Days(here.found())),
    }
}

/// After 毎週: `土・日`, `土日`, `月-金`, each also with 曜 or 曜日.
fn weekly(cursor: &mut Cursor<'_>) -> Result<Days, RuleError> {
    let mut weekdays = BTreeSet::new();
    let mut more = true;
    while more {
        let mut day = weekday(cursor, true)?;
        weekdays.insert(day);
        if cursor.eat("-") {
            let to = weekday(cursor, true)?;
            while day != to {
                day = (day + 1) % 7;
                weekdays.insert(day);
            }
        }
        more = cursor.eat("・") || { *cursor }.weekday(true).is_some();
    }
    Ok(Days::Weekly(weekdays))
}

fn weekday(cursor: &mut Cursor<'_>, short: bool) -> Result<u32, RuleError> {
    cursor.weekday(short).ok_or_else(|| RuleError::Weekday(cursor.found()))
}

/// `第1・3月曜`, `第1・第3月曜`, `最終火曜`, `第1・最終火曜`.
fn nth(cursor: &mut Cursor<'_>) -> Result<Days, RuleError> {
    let here = *cursor;
    let wrong = || RuleError::Nth(here.found());
    let mut places = BTreeSet::new();
    loop {
        cursor.eat("第");
        let place = match cursor.eat("最終") {
            true => Some(Place::Last),
            false => cursor.number(1, 1).filter(|n| (1..=5).contains(n)).map(Place::At),
        };
        places.insert(place.ok_or_else(wrong)?);
        if !cursor.eat("・") {
            return Ok(Days::Nth(places, weekday(cursor, false)?));
        }
    }
}

/// `1・15日`, `末日`, `15日・末日`; at least one of them must be a day of one of the months.
fn of_month(cursor: &mut Cursor<'_>, months: &BTreeSet<u32>) -> Result<Days, RuleError> {
    let here = *cursor;
    let wrong = || RuleError::MonthDay(here.found());
    let longest = (1..).zip(MONTH_DAYS).filter(|(month, _)| months.contains(month));
    let longest = longest.map(|(_, days)| days).max().unwrap_or(31);
    let mut places = BTreeSet::new();
    loop {
        let named = if cursor.eat("末日") {
            places.insert(Place::Last);
            true
        } else {
            let day = cursor.number(1, 2).filter(|day| (1..=31).contains(day));
            places.insert(day.map(Place::At).ok_or_else(wrong)?);
            cursor.eat("日")
        };
        if cursor.eat("・") {
            continue;
        }
        let occurs = |place: &Place| *place == Place::Last || *place <= Place::At(longest);
        return match named && places.iter().any(occurs) {
            true => Ok(Days::OfMonth(places)),
            false => Err(wrong()),
        };
    }
}

/// How many days after the named day the window begins; 0 if nothing is said.
pub(super) fn shift(cursor: &mut Cursor<'_>, days: &Days) -> Result<i64, RuleError> {
    let here = *cursor;
    let joined = cursor.eat("の");
    let shift = if cursor.eat("前日") {
        -1
    } else if cursor.eat("翌日") {
        1
    } else if let Some(before) = cursor.number_before("日前") {
        -i64::from(before)
    } else if let Some(after) = cursor.number_before("日後") {
        i64::from(after)
    } else if joined {
        return Err(RuleError::Shift(here.found()));
    } else {
        return Ok(0);
    };
    match (shift.abs(), days) {
        (_, Days::Every) => Err(RuleError::ShiftedEveryDay),
        (1..=MAX_SHIFT, _) => Ok(shift),
        _ => Err(RuleError::Shift(here.found())),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::rule::Rule;
    use super::*;

    #[test]
    fn the_days_people_type_are_put_in_order() {
        for (typed, line) in [
            ("毎週土曜日・日曜日", "毎週 土・日"),
            ("毎週土日", "毎週 土・日"),
            ("毎週 月〜金", "毎週 月・火・水・木・金"),
            ("毎週 土-月曜", "毎週 月・土・日"),
            ("毎月 第3日曜日", "第3日曜"),
            ("第１・第３月曜日の前日", "第1・3月曜の前日"),
            ("第2月曜 前日", "第2月曜の前日"),
            ("1月、4月、7月、10月の最終火曜日", "1・4・7・10月 最終火曜"),
            ("最終・第1火曜", "第1・最終火曜"),
            ("毎月 15日・1日", "毎月 1・15日"),
            ("２月　末日 の １日後", "2月 末日の翌日"),
        ] {
            let rule = Rule::parse(&format!("{typed} 終日")).unwrap_or_else(|e| panic!("{typed}: {e}"));
            assert_eq!(rule.to_string(), format!("{line} 終日"));
        }
    }

    #[test]
    fn the_error_names_what_is_wrong_with_the_days() {
        let quoted = |s: &str| format!("「{s} 終日」です");
        for (typed, error) in [
            ("平日", RuleError::Days(quoted("平日"))),
            ("1・15日", RuleError::Days(quoted("1・15日"))),
            ("毎週", RuleError::Weekday("「終日」です".to_owned())),
            ("毎週 土・", RuleError::Weekday("「終日」です".to_owned())),
            ("第3日", RuleError::Weekday(quoted("日"))),
            ("第6日曜", RuleError::Nth(quoted("第6日曜"))),
            ("第1・日曜", RuleError::Nth(quoted("第1・日曜"))),
            ("0・13月 毎日", RuleError::Month(quoted("0・13月 毎日"))),
            ("毎月 32日", RuleError::MonthDay(quoted("32日"))),
            ("毎月 15", RuleError::MonthDay(quoted("15"))),
            ("2月 30・31日", RuleError::MonthDay(quoted("30・31日"))),
            ("4・6月 31日", RuleError::MonthDay(quoted("31日"))),
            ("祝日の8日前", RuleError::Shift(quoted("の8日前"))),
            ("祝日の0日後", RuleError::Shift(quoted("の0日後"))),
            ("祝日の", RuleError::Shift(quoted("の"))),
            ("毎日の前日", RuleError::ShiftedEveryDay),
        ] {
            assert_eq!(Rule::parse(&format!("{typed} 終日")), Err(error), "{typed}");
        }
    }
}
