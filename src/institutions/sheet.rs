//! A calendar sheet: what is closed on each of some days, an institution's hours or the bureau's days. The views draw it.
use super::{
    Institution, hours::Rule, hours::Window, hours::merge, openings::Regular, openings::closed_between, store,
};
use crate::{clock::utc_from_jst, db::Conn, japan::date::parse_compact, web::Error};
use chrono::{Datelike, Days, Duration, Months, NaiveDate, NaiveTime};
use std::collections::BTreeMap;

/// One day of a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    pub date: NaiveDate,
    /// The holiday's name.
    pub holiday: Option<String>,
    /// What is closed; none means open all day.
    pub lines: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub text: String,
    /// It comes with the rule that is looked at.
    pub is_new: bool,
}

/// The month of a page: the one that is asked for, within a year from now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Month {
    pub first: NaiveDate,
    this: NaiveDate,
}

/// Months that can be looked at beyond the current one; the calendar's table is read so far.
const MONTHS: Months = Months::new(12);

impl Month {
    /// `asked` is `2027-01`; anything else is the month of `or`.
    pub fn read(asked: &str, or: NaiveDate, today: NaiveDate) -> Self {
        let this = first_of(today);
        let asked = parse_compact(&format!("{asked}-01")).unwrap_or(first_of(or));
        Self {
            first: asked.clamp(this, this + MONTHS),
            this,
        }
    }
    pub fn last(self) -> NaiveDate {
        self.first + Months::new(1) - Days::new(1)
    }
    /// The words of the month before and after, as `2027-01`, where they can be looked at.
    pub fn neighbours(self) -> [Option<String>; 2] {
        let (before, after) = (self.first - Months::new(1), self.first + Months::new(1));
        let word = |month: NaiveDate| month.format("%Y-%m").to_string();
        [
            (before >= self.this).then(|| word(before)),
            (after <= self.this + MONTHS).then(|| word(after)),
        ]
    }
    pub fn word(self) -> String {
        self.first.format("%Y-%m").to_string()
    }
    pub fn title(self) -> String {
        format!("{}年{}月", self.first.year(), self.first.month())
    }
}

fn first_of(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// The hours in which an institution is closed (`None`: the whole service) from a day to another, both included; those
/// of `rule` are marked. `regular` are the recurring ones that stand.
pub fn of_hours(
    conn: &mut Conn,
    institution: Option<&Institution>,
    (first, last): (NaiveDate, NaiveDate),
    regular: &[Regular],
    rule: Option<&Rule>,
) -> Result<Vec<Day>, Error> {
    let midnight = |day: NaiveDate| utc_from_jst(day.and_time(NaiveTime::MIN));
    let (from, to) = (midnight(first), midnight(last + Days::new(1)));
    let closed = closed_between(conn, institution.map(|i| i.code.as_str()), (from, to), regular)?;
    let added = match rule {
        Some(rule) => merge(rule.windows(from, to, &store::calendar(conn, from)?)),
        None => vec![],
    };
    let names = store::holiday_names(conn, first, last)?;
    let day = |date: NaiveDate| match institution.is_some_and(|i| i.is_over(date)) {
        true => day_of(date, &names, vec![line("取扱い終了", false)]),
        false => {
            let stands = spans(date, &closed)
                .into_iter()
                .map(|span| line(&format!("休止 {span}"), false));
            let comes = spans(date, &added)
                .into_iter()
                .map(|span| line(&format!("追加 {span}"), true));
            day_of(date, &names, stands.chain(comes).collect())
        }
    };
    Ok(days(first, last).map(day).collect())
}

/// The bureau's days from a day to another, both included.
pub fn of_bureau(conn: &mut Conn, (first, last): (NaiveDate, NaiveDate)) -> Result<Vec<Day>, Error> {
    let calendar = store::calendar(conn, utc_from_jst(first.and_time(NaiveTime::MIN)))?;
    let names = store::holiday_names(conn, first, last)?;
    let closed = super::holidays::entries_named(conn)?;
    let day = |date: NaiveDate| {
        let own = closed.iter().find(|(_, days)| days.contains(date));
        let lines = match (own, calendar.bureau_business_day(date)) {
            (Some((name, _)), _) => vec![line(name, false)],
            (None, false) => vec![line("休業", false)],
            (None, true) => vec![],
        };
        day_of(date, &names, lines)
    };
    Ok(days(first, last).map(day).collect())
}

fn day_of(date: NaiveDate, names: &BTreeMap<NaiveDate, String>, lines: Vec<Line>) -> Day {
    Day {
        date,
        holiday: names.get(&date).cloned(),
        lines,
    }
}

fn line(text: &str, is_new: bool) -> Line {
    Line {
        text: text.to_owned(),
        is_new,
    }
}

fn days(first: NaiveDate, last: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    first.iter_days().take_while(move |day| *day <= last)
}

const DAY: i64 = 24 * 60;

/// The closed hours of one day in Japan, from merged windows (UTC): 「22:00–24:00」, or 「終日」.
fn spans(date: NaiveDate, windows: &[Window]) -> Vec<String> {
    let midnight = utc_from_jst(date.and_time(NaiveTime::MIN));
    let clipped = windows.iter().map(|w| {
        let minutes = |at: chrono::NaiveDateTime| (at - midnight).num_minutes().clamp(0, DAY);
        // A stop that ends within a minute is closed for that minute, too.
        (minutes(w.starts_at), minutes(w.ends_at + Duration::seconds(59)))
    });
    let said = |minute: i64| format!("{}:{:02}", minute / 60, minute % 60);
    clipped
        .filter(|(from, to)| from < to)
        .map(|(from, to)| match (from, to) {
            (0, DAY) => "終日".to_owned(),
            (from, to) => format!("{}–{}", said(from), said(to)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn window(from: &str, to: &str) -> Window {
        let utc = |text: &str| utc_from_jst(text.parse().unwrap());
        Window {
            starts_at: utc(from),
            ends_at: utc(to),
        }
    }
    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_window_over_days_is_cut_at_each_midnight() {
        let list = [window("2026-12-05T22:00:00", "2026-12-07T06:00:00")];
        let said = |date: &str| spans(day(date), &list);
        assert!(said("2026-12-04").is_empty());
        assert_eq!(said("2026-12-05"), ["22:00–24:00"]);
        assert_eq!(said("2026-12-06"), ["終日"]);
        assert_eq!(said("2026-12-07"), ["0:00–6:00"]);
        assert!(said("2026-12-08").is_empty());
    }

    #[test]
    fn a_month_stays_within_the_year_that_can_be_looked_at() {
        let today = day("2026-11-25");
        let month = |asked: &str| Month::read(asked, today, today);
        assert_eq!(
            month("2026-12").neighbours(),
            [Some("2026-11".into()), Some("2027-01".into())]
        );
        assert_eq!(
            (month("x").first, month("x").neighbours()[0].clone()),
            (day("2026-11-01"), None)
        );
        assert_eq!(month("2020-01").first, day("2026-11-01"));
        assert_eq!(
            (month("2099-01").first, month("2099-01").neighbours()[1].clone()),
            (day("2027-11-01"), None)
        );
        assert_eq!(month("2027-02").last(), day("2027-02-28"));
    }
}
