use crate::{
    crypto::{KeyRing, Place},
    db::{Conn, exports, one_at_a_time, text_enum},
    web::Error,
};
use chrono::{Duration, NaiveDateTime};
use diesel::prelude::*;

text_enum! {
    /// What a list is exported for.
    pub enum Purpose {
        Billing = "billing",
        Inquiry = "inquiry",
        Report = "report",
        Audit = "audit",
        Other = "other",
    }
}

text_enum! {
    /// What the second person said.
    pub enum Agreement {
        Approved = "approved",
        Refused = "refused",
    }
}

/// A list as somebody asked for it. Which rows are meant was settled then (`asked_at`); the file is written when it is fetched.
#[derive(Clone, HasQuery)]
#[diesel(table_name = exports)]
pub struct Export {
    pub id: String,
    /// Stands in the file's name and in each of its rows.
    pub number: i64,
    #[diesel(deserialize_as = String)]
    pub purpose: Purpose,
    note: String,
    /// The list's filters as its address holds them.
    pub filter: String,
    /// Blind tokens of a search (JSON), and what was searched in words without data.
    pub tokens: Option<String>,
    pub label: Option<String>,
    pub row_count: i64,
    /// `staff.id`
    pub asked_by: String,
    pub asked_at: NaiveDateTime,
    pub needs_second: bool,
    pub decided_by: Option<String>,
    pub decided_at: Option<NaiveDateTime>,
    decision: Option<String>,
    refusal: Option<String>,
}
crate::hidden::hidden_debug!(Export);

impl Export {
    /// From when it is asked for or, where a second person is needed, agreed to, the file can be fetched for so long.
    pub const OPEN: Duration = Duration::days(7);

    pub fn agreement(&self) -> Option<Agreement> {
        self.decision.as_deref().and_then(Agreement::from_word)
    }
    /// Nobody has decided it yet, and somebody must.
    pub fn waits(&self) -> bool {
        self.needs_second && self.decision.is_none()
    }
    /// Until when its file can be fetched; `None` where it cannot.
    pub fn open_until(&self) -> Option<NaiveDateTime> {
        match (self.needs_second, self.agreement()) {
            (false, _) => Some(self.asked_at + Self::OPEN),
            (true, Some(Agreement::Approved)) => self.decided_at.map(|at| at + Self::OPEN),
            (true, _) => None,
        }
    }
    /// What was written where the purpose is [`Purpose::Other`]; empty otherwise.
    pub fn note(&self, keys: &KeyRing) -> Result<String, Error> {
        Ok(keys.open(place(&self.id, "note"), &self.note)?)
    }
    /// Why it was refused; empty where it was not.
    pub fn why_not(&self, keys: &KeyRing) -> Result<String, Error> {
        let open = |sealed: &String| keys.open(place(&self.id, "refusal"), sealed);
        Ok(self.refusal.as_ref().map(open).transpose()?.unwrap_or_default())
    }
}

fn place<'a>(id: &'a str, field: &'a str) -> Place<'a> {
    Place {
        table: "exports",
        row: id,
        field,
    }
}

/// What somebody asks for.
pub struct NewExport<'a> {
    pub purpose: Purpose,
    pub note: &'a str,
    pub filter: &'a str,
    /// Tokens and label of a search.
    pub search: Option<(&'a str, &'a str)>,
    pub row_count: i64,
    /// `staff.id`
    pub by: &'a str,
    pub needs_second: bool,
}

/// Writes it down under the next number.
pub fn add_export(conn: &mut Conn, keys: &KeyRing, new: &NewExport, now: NaiveDateTime) -> Result<Export, Error> {
    one_at_a_time(conn, "exports")?;
    let last: Option<i64> = exports::table.select(diesel::dsl::max(exports::number)).first(conn)?;
    let id = ulid::Ulid::generate().to_string();
    diesel::insert_into(exports::table)
        .values((
            exports::id.eq(&id),
            exports::number.eq(last.unwrap_or_default() + 1),
            exports::purpose.eq(new.purpose.as_str()),
            exports::note.eq(keys.seal(place(&id, "note"), new.note)?),
            exports::filter.eq(new.filter),
            exports::tokens.eq(new.search.map(|(tokens, _)| tokens)),
            exports::label.eq(new.search.map(|(_, label)| label)),
            exports::row_count.eq(new.row_count),
            exports::asked_by.eq(new.by),
            exports::asked_at.eq(now),
            exports::needs_second.eq(new.needs_second),
        ))
        .execute(conn)?;
    find_export(conn, &id)
}

pub fn find_export(conn: &mut Conn, id: &str) -> Result<Export, Error> {
    Ok(Export::query().find(id).first(conn)?)
}

/// Asked for after `after` or waiting still, newest first.
pub fn exports_since(conn: &mut Conn, after: NaiveDateTime) -> QueryResult<Vec<Export>> {
    let waits = exports::needs_second.and(exports::decision.is_null());
    Export::query()
        .filter(exports::asked_at.gt(after).or(exports::decided_at.gt(after)).or(waits))
        .order((exports::asked_at.desc(), exports::id.desc()))
        .load(conn)
}

/// Rows that somebody asked for after `after` and needed nobody for.
pub fn taken_alone(conn: &mut Conn, staff_id: &str, after: NaiveDateTime) -> QueryResult<i64> {
    let counts: Vec<i64> = exports::table
        .filter(exports::asked_by.eq(staff_id).and(exports::asked_at.gt(after)))
        .filter(exports::needs_second.eq(false))
        .select(exports::row_count)
        .load(conn)?;
    Ok(counts.into_iter().sum())
}

/// How many wait for a second person.
pub fn waiting_exports(conn: &mut Conn) -> QueryResult<i64> {
    exports::table
        .filter(exports::needs_second.and(exports::decision.is_null()))
        .count()
        .get_result(conn)
}

/// Writes down that the second person agreed, or refused and why; false where somebody has decided before.
pub fn decide_export(
    conn: &mut Conn,
    keys: &KeyRing,
    id: &str,
    refusal: Option<&str>,
    by: &str,
    now: NaiveDateTime,
) -> Result<bool, Error> {
    let agreement = match refusal {
        None => Agreement::Approved,
        Some(_) => Agreement::Refused,
    };
    let seal = |reason: &str| keys.seal(place(id, "refusal"), reason);
    let open = exports::table
        .find(id)
        .filter(exports::needs_second)
        .filter(exports::decision.is_null());
    let changed = diesel::update(open)
        .set((
            exports::decision.eq(agreement.as_str()),
            exports::decided_by.eq(by),
            exports::decided_at.eq(now),
            exports::refusal.eq(refusal.map(seal).transpose()?),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}
