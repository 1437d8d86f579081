//! A column's text for a row, before encoding and width.
use super::{
    convert::convert,
    date,
    finding::Kind,
    model::{Column, Part, Summary, When},
    row::{FieldKind, Row, field},
};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use std::{borrow::Cow, collections::BTreeMap};

/// What is known of a file before its first row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    pub batch_number: u64,
    pub delivery_date: NaiveDate,
    pub made_at: NaiveDateTime,
    pub layout_version: u32,
}

/// What a column can take its text from.
#[derive(Clone, Copy)]
pub(super) struct Given<'a> {
    pub context: &'a Context,
    /// None in a head or tail record.
    pub row: Option<&'a dyn Row>,
    /// The row that maps and conditions are asked of: the same one, or in a trial its mask.
    pub asked: Option<&'a dyn Row>,
    /// Rows written so far, this one included.
    pub rows: u64,
}

impl<'a> Given<'a> {
    /// A record that belongs to no row.
    pub fn of_no_row(context: &'a Context, rows: u64) -> Self {
        Self {
            context,
            row: None,
            asked: None,
            rows,
        }
    }

    fn as_asked(self) -> Self {
        Self {
            row: self.asked,
            ..self
        }
    }

    /// What a map is given: a value that it looks up must not tell more than may be seen of it.
    fn for_map(self, map: &BTreeMap<String, String>) -> Self {
        if map.is_empty() { self } else { self.as_asked() }
    }
}

/// The form of dates and times where a column names none.
pub(super) const PLAIN_DATE: &str = "%Y%m%d";
pub(super) const PLAIN_TIME: &str = "%Y%m%d%H%M%S";

/// The column's text, converted but neither padded nor encoded; `told` takes what went wrong.
pub(super) fn text(column: &Column, given: &Given<'_>, told: &mut Vec<Kind>) -> String {
    let broken = column.when.as_ref().filter(|when| !holds(when, given));
    let plain = match broken {
        None => own(column, given, told),
        Some(When {
            else_field: Some(name), ..
        }) => mapped(
            of_field(name, &column.date, &given.for_map(&column.map), told),
            &column.map,
            told,
        ),
        Some(when) => return when.otherwise.clone(),
    };
    convert(plain, &column.convert, told)
}

fn own(column: &Column, given: &Given<'_>, told: &mut Vec<Kind>) -> String {
    let given = &given.for_map(&column.map);
    let text = if column.join.is_empty() {
        source(&column.field, &column.fixed, column.summary, &column.date, given, told)
    } else {
        let parts = column.join.iter().map(|p| part(p, given, told));
        let parts: Vec<String> = parts.filter(|p| !p.is_empty()).collect();
        parts.join(&column.separator)
    };
    mapped(text, &column.map, told)
}

fn part(part: &Part, given: &Given<'_>, told: &mut Vec<Kind>) -> String {
    let given = &given.for_map(&part.map);
    let text = source(&part.field, &part.fixed, part.summary, &part.date, given, told);
    mapped(text, &part.map, told)
}

fn source(
    field: &Option<String>,
    fixed: &Option<String>,
    summary: Option<Summary>,
    date: &Option<String>,
    given: &Given<'_>,
    told: &mut Vec<Kind>,
) -> String {
    match (field, fixed, summary) {
        (Some(name), ..) => of_field(name, date, given, told),
        (_, Some(text), _) => text.clone(),
        (_, _, Some(summary)) => of_file(summary, date, given, told),
        _ => String::new(),
    }
}

fn of_field(name: &str, date: &Option<String>, given: &Given<'_>, told: &mut Vec<Kind>) -> String {
    let Some(row) = given.row else { return String::new() };
    match row.time(name) {
        Some(at) => {
            let is_date = field(name).is_some_and(|f| f.kind == FieldKind::Date);
            dated(at, date, if is_date { PLAIN_DATE } else { PLAIN_TIME }, told)
        }
        None => row.text(name).map(Cow::into_owned).unwrap_or_default(),
    }
}

fn of_file(summary: Summary, date: &Option<String>, given: &Given<'_>, told: &mut Vec<Kind>) -> String {
    let context = given.context;
    match summary {
        Summary::DeliveryDate => dated(context.delivery_date.and_time(NaiveTime::MIN), date, PLAIN_DATE, told),
        Summary::MadeAt => dated(context.made_at, date, PLAIN_TIME, told),
        Summary::BatchNumber => context.batch_number.to_string(),
        Summary::LayoutVersion => context.layout_version.to_string(),
        Summary::RowNumber | Summary::RowCount => given.rows.to_string(),
    }
}

fn dated(at: NaiveDateTime, form: &Option<String>, plain: &str, told: &mut Vec<Kind>) -> String {
    let text = date::form(at, form.as_deref().unwrap_or(plain));
    if text.is_none() {
        told.push(Kind::NoDate);
    }
    text.unwrap_or_default()
}

fn mapped(text: String, map: &BTreeMap<String, String>, told: &mut Vec<Kind>) -> String {
    if map.is_empty() {
        return text;
    }
    match map.get(&text).or_else(|| map.get("*")) {
        Some(value) => value.clone(),
        None => {
            told.push(Kind::NotInMap { value: text });
            String::new()
        }
    }
}

fn holds(when: &When, given: &Given<'_>) -> bool {
    // A date has no form here: it can only be asked whether it is empty.
    let text = of_field(&when.field, &None, &given.as_asked(), &mut vec![]);
    match when.empty {
        Some(empty) => text.is_empty() == empty,
        None if when.is.is_empty() => !when.is_not.contains(&text),
        None => when.is.contains(&text),
    }
}
