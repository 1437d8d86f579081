//! The desk's hours and the templates of answers.
use crate::{
    db::{Conn, inquiry_templates, support_days, support_hours},
    inquiries::{
        hours::{Rule, Span},
        model::Priority,
    },
    web::Error,
};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use diesel::prelude::*;
use std::collections::BTreeMap;

#[derive(HasQuery)]
#[diesel(table_name = support_hours)]
struct HoursRow {
    weekdays: String,
    opens: String,
    closes: String,
    urgent_minutes: i32,
    high_minutes: i32,
    normal_minutes: i32,
    low_minutes: i32,
    rev: i32,
}

#[derive(HasQuery)]
#[diesel(table_name = support_days)]
struct DayRow {
    day: NaiveDate,
    opens: Option<String>,
    closes: Option<String>,
    note: String,
}

/// The desk's hours as they stand: the rule, what is written to its days, and its revision.
pub struct Kept {
    pub rule: Rule,
    pub notes: BTreeMap<NaiveDate, String>,
    pub rev: i32,
}

fn time(text: &str) -> Result<NaiveTime, Error> {
    NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| Error::Internal(format!("support hours hold {text:?}")))
}

pub fn rule(conn: &mut Conn) -> Result<Kept, Error> {
    let row: HoursRow = HoursRow::query().first(conn)?;
    let (mut days, mut notes) = (BTreeMap::new(), BTreeMap::new());
    for special in DayRow::query().order(support_days::day).load::<DayRow>(conn)? {
        let span = match (&special.opens, &special.closes) {
            (Some(opens), Some(closes)) => Some((time(opens)?, time(closes)?)),
            _ => None,
        };
        days.insert(special.day, span);
        notes.insert(special.day, special.note);
    }
    let minutes = [
        row.urgent_minutes,
        row.high_minutes,
        row.normal_minutes,
        row.low_minutes,
    ];
    let mut weekdays = [false; 7];
    for (n, at_work) in weekdays.iter_mut().enumerate() {
        *at_work = row.weekdays.contains(&(n + 1).to_string());
    }
    let rule = Rule {
        weekdays,
        span: (time(&row.opens)?, time(&row.closes)?),
        minutes: Priority::ALL.iter().copied().zip(minutes.map(i64::from)).collect(),
        days,
    };
    Ok(Kept {
        rule,
        notes,
        rev: row.rev,
    })
}

/// Writes weekdays, hours and minutes, if nobody else did since `rev`.
pub fn save_rule(conn: &mut Conn, rule: &Rule, rev: i32) -> Result<(), Error> {
    let weekdays: String = (1..=7)
        .filter(|n| rule.weekdays[n - 1])
        .map(|n| n.to_string())
        .collect();
    let minutes = |priority| i32::try_from(rule.minutes.get(&priority).copied().unwrap_or(0)).unwrap_or(i32::MAX);
    let changed = diesel::update(support_hours::table.filter(support_hours::rev.eq(rev)))
        .set((
            support_hours::weekdays.eq(weekdays),
            support_hours::opens.eq(rule.span.0.format("%H:%M").to_string()),
            support_hours::closes.eq(rule.span.1.format("%H:%M").to_string()),
            support_hours::urgent_minutes.eq(minutes(Priority::Urgent)),
            support_hours::high_minutes.eq(minutes(Priority::High)),
            support_hours::normal_minutes.eq(minutes(Priority::Normal)),
            support_hours::low_minutes.eq(minutes(Priority::Low)),
            support_hours::rev.eq(rev + 1),
        ))
        .execute(conn)?;
    if changed == 1 { Ok(()) } else { Err(Error::Conflict) }
}

/// Says of one day when it is worked; `None`: not at all.
pub fn put_day(conn: &mut Conn, day: NaiveDate, span: Option<Span>, note: &str) -> QueryResult<()> {
    drop_day(conn, day)?;
    let word = |at: NaiveTime| at.format("%H:%M").to_string();
    diesel::insert_into(support_days::table)
        .values((
            support_days::day.eq(day),
            support_days::opens.eq(span.map(|(opens, _)| word(opens))),
            support_days::closes.eq(span.map(|(_, closes)| word(closes))),
            support_days::note.eq(note),
        ))
        .execute(conn)
        .map(drop)
}

/// The day follows the rule again.
pub fn drop_day(conn: &mut Conn, day: NaiveDate) -> QueryResult<()> {
    diesel::delete(support_days::table.find(day)).execute(conn).map(drop)
}

/// Words of an answer that is given often.
#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = inquiry_templates)]
pub struct Template {
    pub id: String,
    pub name: String,
    pub body: String,
}

pub fn templates(conn: &mut Conn) -> QueryResult<Vec<Template>> {
    Template::query()
        .filter(inquiry_templates::retired_at.is_null())
        .order((inquiry_templates::name, inquiry_templates::id))
        .load(conn)
}

pub fn find_template(conn: &mut Conn, id: &str) -> QueryResult<Template> {
    Template::query()
        .filter(
            inquiry_templates::id
                .eq(id)
                .and(inquiry_templates::retired_at.is_null()),
        )
        .first(conn)
}

/// The name of a template, also of one that is used no more.
pub fn template_name(conn: &mut Conn, id: &str) -> QueryResult<String> {
    inquiry_templates::table
        .find(id)
        .select(inquiry_templates::name)
        .first(conn)
}

pub fn add_template(conn: &mut Conn, name: &str, body: &str, by: &str, now: NaiveDateTime) -> QueryResult<String> {
    let id = ulid::Ulid::generate().to_string();
    diesel::insert_into(inquiry_templates::table)
        .values((
            inquiry_templates::id.eq(&id),
            inquiry_templates::name.eq(name),
            inquiry_templates::body.eq(body),
            inquiry_templates::made_by.eq(by),
            inquiry_templates::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(id)
}

pub fn update_template(conn: &mut Conn, id: &str, name: &str, body: &str, now: NaiveDateTime) -> QueryResult<()> {
    diesel::update(inquiry_templates::table.find(id))
        .set((
            inquiry_templates::name.eq(name),
            inquiry_templates::body.eq(body),
            inquiry_templates::updated_at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

pub fn retire_template(conn: &mut Conn, id: &str, now: NaiveDateTime) -> QueryResult<()> {
    diesel::update(inquiry_templates::table.find(id))
        .set(inquiry_templates::retired_at.eq(now))
        .execute(conn)
        .map(drop)
}
