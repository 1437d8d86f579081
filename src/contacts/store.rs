use super::Band;
use crate::{
    crypto::{KeyRing, Place},
    db::{Conn, contacts},
    web::Error,
};
use chrono::NaiveDateTime;
use diesel::prelude::*;

#[derive(HasQuery)]
#[diesel(table_name = contacts)]
struct ContactRow {
    id: String,
    #[diesel(deserialize_as = String)]
    band: Band,
    position: i32,
    organisation: String,
    name: String,
    phone: String,
    added_at: NaiveDateTime,
    added_by: String,
}

/// A line of the chart.
#[derive(Clone)]
pub struct Contact {
    pub id: String,
    pub band: Band,
    /// The place in the order of calls.
    pub position: i32,
    pub organisation: String,
    pub name: String,
    pub phone: String,
    pub added_at: NaiveDateTime,
    pub added_by: String,
}
crate::hidden::hidden_debug!(Contact);

/// Who is written into the chart.
#[derive(Clone, Default)]
pub struct Person {
    pub organisation: String,
    pub name: String,
    pub phone: String,
}
crate::hidden::hidden_debug!(Person);

fn place<'a>(id: &'a str, field: &'a str) -> Place<'a> {
    Place {
        table: "contacts",
        row: id,
        field,
    }
}

fn open(keys: &KeyRing, row: ContactRow) -> Result<Contact, Error> {
    Ok(Contact {
        name: keys.open(place(&row.id, "name"), &row.name)?,
        phone: keys.open(place(&row.id, "phone"), &row.phone)?,
        id: row.id,
        band: row.band,
        position: row.position,
        organisation: row.organisation,
        added_at: row.added_at,
        added_by: row.added_by,
    })
}

/// The chart as it was at a moment, in the order of calls.
pub fn chart(conn: &mut Conn, keys: &KeyRing, at: NaiveDateTime) -> Result<Vec<Contact>, Error> {
    let rows: Vec<ContactRow> = ContactRow::query()
        .filter(contacts::added_at.le(at))
        .filter(contacts::ended_at.is_null().or(contacts::ended_at.gt(at)))
        .order((contacts::band, contacts::position, contacts::added_at))
        .load(conn)?;
    rows.into_iter().map(|row| open(keys, row)).collect()
}

/// A line, also one that has ended.
pub fn contact(conn: &mut Conn, keys: &KeyRing, id: &str) -> Result<Contact, Error> {
    let row = ContactRow::query().filter(contacts::id.eq(id)).first(conn)?;
    open(keys, row)
}

pub fn add(
    conn: &mut Conn,
    keys: &KeyRing,
    band: Band,
    position: i32,
    person: &Person,
    by: &str,
    now: NaiveDateTime,
) -> Result<String, Error> {
    let id = ulid::Ulid::generate().to_string();
    diesel::insert_into(contacts::table)
        .values((
            contacts::id.eq(&id),
            contacts::band.eq(band.as_str()),
            contacts::position.eq(position),
            contacts::organisation.eq(&person.organisation),
            contacts::name.eq(keys.seal(place(&id, "name"), &person.name)?),
            contacts::phone.eq(keys.seal(place(&id, "phone"), &person.phone)?),
            contacts::added_at.eq(now),
            contacts::added_by.eq(by),
        ))
        .execute(conn)?;
    Ok(id)
}

/// Ends a line; `false` when it has ended.
pub fn end(conn: &mut Conn, id: &str, by: &str, now: NaiveDateTime) -> QueryResult<bool> {
    let living = contacts::table.filter(contacts::id.eq(id).and(contacts::ended_at.is_null()));
    let ended = diesel::update(living)
        .set((contacts::ended_at.eq(now), contacts::ended_by.eq(by)))
        .execute(conn)?;
    Ok(ended == 1)
}
