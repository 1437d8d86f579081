use crate::{
    crypto::{KeyRing, Place, random_token},
    db::{Conn, assists},
    hidden::hidden_debug,
    web::Error,
};
use chrono::NaiveDateTime;
use diesel::prelude::*;

#[derive(Clone, HasQuery)]
#[diesel(table_name = assists)]
pub struct Assist {
    pub id: String,
    code: String,
    pub page: String,
    pub faults: String,
    pub seen_at: NaiveDateTime,
    pub expires_at: NaiveDateTime,
    hint: Option<String>,
    pub hint_page: Option<String>,
    pub hint_at: Option<NaiveDateTime>,
    pub hint_seen_at: Option<NaiveDateTime>,
}
hidden_debug!(Assist);

fn place<'a>(row: &'a str, field: &'a str) -> Place<'a> {
    Place {
        table: "assists",
        row,
        field,
    }
}

impl Assist {
    pub fn code(&self, keys: &KeyRing) -> Result<String, Error> {
        Ok(keys.open(place(&self.id, "code"), &self.code)?)
    }
    pub fn hint(&self, keys: &KeyRing) -> Result<Option<String>, Error> {
        let open = |sealed: &String| keys.open(place(&self.id, "hint"), sealed);
        Ok(self.hint.as_ref().map(open).transpose()?)
    }
}

/// Whether a code belongs to somebody now.
pub fn is_taken(conn: &mut Conn, code_token: &str) -> QueryResult<bool> {
    let taken: i64 = assists::table
        .filter(assists::code_token.eq(code_token))
        .count()
        .get_result(conn)?;
    Ok(taken > 0)
}

/// Opens one; gives its id and the secret for the cookie.
pub fn open(
    conn: &mut Conn,
    keys: &KeyRing,
    code: &str,
    now: NaiveDateTime,
    until: NaiveDateTime,
) -> Result<(String, String), Error> {
    let (id, secret) = (ulid::Ulid::generate().to_string(), random_token());
    diesel::insert_into(assists::table)
        .values((
            assists::id.eq(&id),
            assists::browser.eq(keys.blind("assists.browser", &secret)),
            assists::code_token.eq(keys.blind("assists.code", code)),
            assists::code.eq(keys.seal(place(&id, "code"), code)?),
            assists::page.eq("other"),
            assists::faults.eq(""),
            assists::seen_at.eq(now),
            assists::expires_at.eq(until),
        ))
        .execute(conn)?;
    Ok((id, secret))
}

/// The living one of a browser.
pub fn of_browser(conn: &mut Conn, keys: &KeyRing, secret: &str, now: NaiveDateTime) -> QueryResult<Option<Assist>> {
    Assist::query()
        .filter(assists::browser.eq(keys.blind("assists.browser", secret)))
        .filter(assists::expires_at.gt(now))
        .first(conn)
        .optional()
}

/// The living one of a code.
pub fn of_code(conn: &mut Conn, keys: &KeyRing, code: &str, now: NaiveDateTime) -> QueryResult<Option<Assist>> {
    Assist::query()
        .filter(assists::code_token.eq(keys.blind("assists.code", code)))
        .filter(assists::expires_at.gt(now))
        .first(conn)
        .optional()
}

pub fn claim(conn: &mut Conn, id: &str, staff_id: &str) -> QueryResult<()> {
    diesel::update(assists::table.find(id))
        .set(assists::claimed_by.eq(staff_id))
        .execute(conn)
        .map(drop)
}

/// Whose an opened one is.
const OF_ITS_OPENER: &str = "相談は、番号を開いた人だけが見られます。";

/// The one that a person has claimed; also shortly after its end, to say so.
pub fn claimed(conn: &mut Conn, id: &str, staff_id: &str) -> Result<Assist, Error> {
    let by: Option<String> = assists::table.find(id).select(assists::claimed_by).first(conn)?;
    match by {
        None => Err(Error::NotFound),
        Some(by) if by != staff_id => Err(Error::Denied(OF_ITS_OPENER)),
        Some(_) => Ok(Assist::query().find(id).first(conn)?),
    }
}

/// Where the browser is.
pub fn note(conn: &mut Conn, id: &str, page: &str, faults: &str, now: NaiveDateTime) -> QueryResult<()> {
    diesel::update(assists::table.find(id))
        .set((
            assists::page.eq(page),
            assists::faults.eq(faults),
            assists::seen_at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

pub fn set_hint(
    conn: &mut Conn,
    keys: &KeyRing,
    id: &str,
    page: &str,
    hint: &str,
    now: NaiveDateTime,
) -> Result<(), Error> {
    diesel::update(assists::table.find(id))
        .set((
            assists::hint.eq(keys.seal(place(id, "hint"), hint)?),
            assists::hint_page.eq(page),
            assists::hint_at.eq(now),
            assists::hint_seen_at.eq(None::<NaiveDateTime>),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn note_hint_seen(conn: &mut Conn, id: &str, now: NaiveDateTime) -> QueryResult<()> {
    diesel::update(assists::table.find(id))
        .set(assists::hint_seen_at.eq(now))
        .execute(conn)
        .map(drop)
}

/// Ends it: its code is free again.
pub fn end(conn: &mut Conn, id: &str, now: NaiveDateTime) -> QueryResult<()> {
    diesel::update(assists::table.find(id))
        .set((assists::expires_at.eq(now), assists::code_token.eq(None::<String>)))
        .execute(conn)
        .map(drop)
}

/// Those that are over.
pub fn forget_old(conn: &mut Conn, now: NaiveDateTime) -> QueryResult<()> {
    diesel::delete(assists::table.filter(assists::expires_at.lt(now)))
        .execute(conn)
        .map(drop)
}
