//! What the staff keep about applications: searches, saved views, reveals, notes.
use crate::{
    crypto::{KeyRing, Place, random_token},
    db::{Conn, Portable, application_notes, list_settings, reveals, saved_views, searches, text_enum},
    web::Error,
};
use chrono::{Duration, NaiveDateTime};
use diesel::prelude::*;

/// A search by name or phone: the blind tokens, and what was searched in words without data.
#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = searches)]
pub struct Search {
    pub tokens: String,
    pub label: String,
}

/// A search is found for so long.
const KEPT: Duration = Duration::days(1);

/// Keeps a search for a day; gives its opaque id.
pub fn keep_search(
    conn: &mut Conn,
    staff_id: &str,
    tokens: &str,
    label: &str,
    now: NaiveDateTime,
) -> QueryResult<String> {
    diesel::delete(searches::table.filter(searches::created_at.lt(now - KEPT))).execute(conn)?;
    let id = random_token();
    diesel::insert_into(searches::table)
        .values((
            searches::id.eq(&id),
            searches::staff_id.eq(staff_id),
            searches::tokens.eq(tokens),
            searches::label.eq(label),
            searches::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(id)
}

/// A search of this person, of the last day; another's id finds nothing.
pub fn find_search(conn: &mut Conn, staff_id: &str, id: &str, now: NaiveDateTime) -> QueryResult<Option<Search>> {
    Search::query()
        .filter(searches::id.eq(id).and(searches::staff_id.eq(staff_id)))
        .filter(searches::created_at.ge(now - KEPT))
        .first(conn)
        .optional()
}

#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = saved_views)]
pub struct SavedView {
    pub id: String,
    pub name: String,
    pub query: String,
}

pub fn views_of(conn: &mut Conn, staff_id: &str) -> QueryResult<Vec<SavedView>> {
    SavedView::query()
        .filter(saved_views::staff_id.eq(staff_id))
        .order((saved_views::name, saved_views::id))
        .load(conn)
}

pub fn add_view(conn: &mut Conn, staff_id: &str, name: &str, query: &str, now: NaiveDateTime) -> QueryResult<()> {
    diesel::insert_into(saved_views::table)
        .values((
            saved_views::id.eq(ulid::Ulid::generate().to_string()),
            saved_views::staff_id.eq(staff_id),
            saved_views::name.eq(name),
            saved_views::query.eq(query),
            saved_views::created_at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

pub fn drop_view(conn: &mut Conn, staff_id: &str, id: &str) -> QueryResult<()> {
    diesel::delete(saved_views::table.filter(saved_views::id.eq(id).and(saved_views::staff_id.eq(staff_id))))
        .execute(conn)
        .map(drop)
}

text_enum! {
    /// How close the rows of the list stand.
    pub enum Density {
        Standard = "standard",
        Close = "close",
    }
}

/// How a person wants the list.
pub fn density_of(conn: &mut Conn, staff_id: &str) -> QueryResult<Density> {
    let word: Option<String> = list_settings::table
        .find(staff_id)
        .select(list_settings::density)
        .first(conn)
        .optional()?;
    Ok(word.and_then(|w| Density::from_word(&w)).unwrap_or(Density::Standard))
}

pub fn choose_density(conn: &mut Conn, staff_id: &str, density: Density) -> QueryResult<()> {
    let insert = diesel::insert_into(list_settings::table)
        .values((
            list_settings::staff_id.eq(staff_id),
            list_settings::density.eq(density.as_str()),
        ))
        .on_conflict(list_settings::staff_id)
        .do_update()
        .set(list_settings::density.eq(density.as_str()));
    Portable(insert).execute(conn).map(drop)
}

#[derive(HasQuery)]
#[diesel(table_name = reveals)]
struct RevealRow {
    id: String,
    staff_id: String,
    reason: String,
    note: String,
    at: NaiveDateTime,
    until: NaiveDateTime,
}

/// Masked items of an application are shown to one person for a while.
#[derive(Clone)]
pub struct Reveal {
    pub staff_id: String,
    pub reason: String,
    /// What was typed of a reason that is not in the list; may name somebody.
    pub note: String,
    pub at: NaiveDateTime,
    pub until: NaiveDateTime,
}

fn place<'a>(table: &'a str, row: &'a str, field: &'a str) -> Place<'a> {
    Place { table, row, field }
}

pub fn add_reveal(conn: &mut Conn, keys: &KeyRing, application_id: &str, by: &Reveal) -> Result<(), Error> {
    let id = ulid::Ulid::generate().to_string();
    diesel::insert_into(reveals::table)
        .values((
            reveals::id.eq(&id),
            reveals::application_id.eq(application_id),
            reveals::staff_id.eq(&by.staff_id),
            reveals::reason.eq(&by.reason),
            reveals::note.eq(keys.seal(place("reveals", &id, "note"), &by.note)?),
            reveals::at.eq(by.at),
            reveals::until.eq(by.until),
        ))
        .execute(conn)?;
    Ok(())
}

/// Until when a person sees the items in the clear.
pub fn revealed_until(
    conn: &mut Conn,
    application_id: &str,
    staff_id: &str,
    now: NaiveDateTime,
) -> QueryResult<Option<NaiveDateTime>> {
    reveals::table
        .filter(
            reveals::application_id
                .eq(application_id)
                .and(reveals::staff_id.eq(staff_id)),
        )
        .filter(reveals::until.gt(now))
        .select(diesel::dsl::max(reveals::until))
        .first(conn)
}

/// Who saw them in the clear, newest first.
pub fn reveals_of(conn: &mut Conn, keys: &KeyRing, application_id: &str) -> Result<Vec<Reveal>, Error> {
    let rows: Vec<RevealRow> = RevealRow::query()
        .filter(reveals::application_id.eq(application_id))
        .order(reveals::at.desc())
        .load(conn)?;
    rows.into_iter()
        .map(|row| {
            Ok(Reveal {
                note: keys.open(place("reveals", &row.id, "note"), &row.note)?,
                staff_id: row.staff_id,
                reason: row.reason,
                at: row.at,
                until: row.until,
            })
        })
        .collect()
}

/// What a person gave as the reason at this moment.
pub fn find_reveal(
    conn: &mut Conn,
    keys: &KeyRing,
    application_id: &str,
    staff_id: &str,
    at: NaiveDateTime,
) -> Result<Option<Reveal>, Error> {
    let mut those = reveals_of(conn, keys, application_id)?.into_iter();
    Ok(those.find(|r| r.staff_id == staff_id && r.at == at))
}

/// The applications that a person asked to see in the clear after `from`.
pub fn revealed_since(conn: &mut Conn, staff_id: &str, from: NaiveDateTime) -> QueryResult<Vec<String>> {
    reveals::table
        .filter(reveals::staff_id.eq(staff_id).and(reveals::at.gt(from)))
        .select(reveals::application_id)
        .distinct()
        .load(conn)
}

/// A note of the staff; sealed, because people write names into notes.
#[derive(HasQuery)]
#[diesel(table_name = application_notes)]
struct NoteRow {
    id: String,
    staff_id: String,
    body: String,
    at: NaiveDateTime,
}

pub struct Note {
    pub staff_id: String,
    pub body: String,
    pub at: NaiveDateTime,
}

pub fn add_note(
    conn: &mut Conn,
    keys: &KeyRing,
    application_id: &str,
    staff_id: &str,
    body: &str,
    now: NaiveDateTime,
) -> Result<String, Error> {
    let id = ulid::Ulid::generate().to_string();
    diesel::insert_into(application_notes::table)
        .values((
            application_notes::id.eq(&id),
            application_notes::application_id.eq(application_id),
            application_notes::staff_id.eq(staff_id),
            application_notes::body.eq(keys.seal(place("application_notes", &id, "body"), body)?),
            application_notes::at.eq(now),
        ))
        .execute(conn)?;
    Ok(id)
}

pub fn notes_of(conn: &mut Conn, keys: &KeyRing, application_id: &str) -> Result<Vec<Note>, Error> {
    let rows: Vec<NoteRow> = NoteRow::query()
        .filter(application_notes::application_id.eq(application_id))
        .order(application_notes::at.desc())
        .load(conn)?;
    rows.into_iter()
        .map(|row| {
            Ok(Note {
                body: keys.open(place("application_notes", &row.id, "body"), &row.body)?,
                staff_id: row.staff_id,
                at: row.at,
            })
        })
        .collect()
}
