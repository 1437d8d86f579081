use crate::{
    crypto::{KeyRing, Place},
    db::{Conn, visual_checks},
    operations::status::Figure,
    web::Error,
};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One check. What was seen is sealed, because people write names.
#[derive(Clone, HasQuery)]
#[diesel(table_name = visual_checks)]
pub struct Check {
    pub id: String,
    /// The time that it was due for (UTC).
    pub slot: NaiveDateTime,
    pub at: NaiveDateTime,
    pub made_by: String,
    /// Something was not as usual.
    pub is_odd: bool,
    pub seen: String,
    #[diesel(deserialize_as = String)]
    pub figures: Figures,
}
crate::hidden::hidden_debug!(Check);

/// The figures of a moment by name; kept as JSON. What cannot be read is an error, never an empty sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures(pub BTreeMap<String, i64>);

/// How old they were, in minutes, among them.
pub const AGE: &str = "age";

impl Figures {
    /// The figures of a moment beside a check that is made `now`.
    pub fn of(newest: Option<(NaiveDateTime, Vec<Figure>)>, now: NaiveDateTime) -> Self {
        let Some((at, figures)) = newest else {
            return Self::default();
        };
        let mut all: BTreeMap<_, _> = figures.into_iter().map(|f| (f.name, f.value)).collect();
        all.insert(AGE.to_owned(), (now - at).num_minutes());
        Self(all)
    }
}

impl TryFrom<String> for Figures {
    type Error = serde_json::Error;

    fn try_from(kept: String) -> Result<Self, Self::Error> {
        serde_json::from_str(&kept)
    }
}

fn place(id: &str) -> Place<'_> {
    Place {
        table: "visual_checks",
        row: id,
        field: "seen",
    }
}

pub struct NewCheck<'a> {
    pub slot: NaiveDateTime,
    pub made_by: &'a str,
    pub is_odd: bool,
    pub seen: &'a str,
    pub figures: &'a Figures,
}

pub fn add(conn: &mut Conn, keys: &KeyRing, new: &NewCheck, now: NaiveDateTime) -> Result<String, Error> {
    let id = ulid::Ulid::generate().to_string();
    let figures = serde_json::to_string(new.figures).map_err(|e| Error::Internal(e.to_string()))?;
    diesel::insert_into(visual_checks::table)
        .values((
            visual_checks::id.eq(&id),
            visual_checks::slot.eq(new.slot),
            visual_checks::at.eq(now),
            visual_checks::made_by.eq(new.made_by),
            visual_checks::is_odd.eq(new.is_odd),
            visual_checks::seen.eq(keys.seal(place(&id), new.seen)?),
            visual_checks::figures.eq(figures),
        ))
        .execute(conn)?;
    Ok(id)
}

pub fn is_made(conn: &mut Conn, slot: NaiveDateTime) -> QueryResult<bool> {
    let made = visual_checks::table.filter(visual_checks::slot.eq(slot));
    Ok(made.count().get_result::<i64>(conn)? > 0)
}

/// The checks whose time lies in `[from, to)`, in order.
pub fn between(conn: &mut Conn, keys: &KeyRing, from: NaiveDateTime, to: NaiveDateTime) -> Result<Vec<Check>, Error> {
    let rows: Vec<Check> = Check::query()
        .filter(visual_checks::slot.ge(from).and(visual_checks::slot.lt(to)))
        .order((visual_checks::slot, visual_checks::at))
        .load(conn)?;
    let open = |row: Check| {
        let seen = keys.open(place(&row.id), &row.seen)?;
        Ok(Check { seen, ..row })
    };
    rows.into_iter().map(open).collect()
}
