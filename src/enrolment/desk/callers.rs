//! An application as other features need it: found by what a caller says, told in a line, with what happened to it.
use super::{institution_name, row, search, views};
use crate::{
    clock::jst,
    db::Conn,
    enrolment::{
        receipt,
        states::Registration,
        store::{self, Narrow, Order, Span},
    },
    institutions,
    web::Error,
    workspace::Workspace,
};
use chrono::NaiveDateTime;

/// More than so many are no answer to a caller.
const MOST: i64 = 10;

/// An application in a line. The name is masked.
pub struct Candidate {
    pub id: String,
    pub receipt_number: String,
    pub name: String,
    pub institution: String,
    pub institution_code: Option<String>,
    pub state: &'static str,
}

/// The newest applications that fit a receipt number, a customer number, a phone number or a name in kana.
pub fn by_what_is_said(conn: &mut Conn, workspace: &Workspace, said: &str) -> Result<Vec<Candidate>, Error> {
    let said = said.trim();
    if said.is_empty() {
        return Ok(vec![]);
    }
    if let Some(number) = receipt::parse(said)
        && let Some(id) = store::find_id_by_receipt(conn, &number)?
    {
        return Ok(brief(conn, workspace, &id)?.into_iter().collect());
    }
    let (tokens, _) = search::tokens(conn, &workspace.keys, said)?;
    let narrow = Narrow {
        sought: Some(search::sought(tokens)),
        ..Narrow::default()
    };
    let found = store::list(conn, &narrow, Order::Newest, &Span::First, MOST)?;
    candidates(conn, workspace, found)
}

/// One application in a line; `None` for a draft, which is its applicant's.
pub fn brief(conn: &mut Conn, workspace: &Workspace, id: &str) -> Result<Option<Candidate>, Error> {
    let application = store::find(conn, id)?;
    match application.confirmed_at {
        None => Ok(None),
        Some(_) => Ok(candidates(conn, workspace, vec![application])?.pop()),
    }
}

fn candidates(conn: &mut Conn, workspace: &Workspace, found: Vec<store::Application>) -> Result<Vec<Candidate>, Error> {
    let institutions = institutions::all(conn, jst(workspace.clock.now()).date())?;
    let candidate = |application: store::Application| {
        let institution_code = application.institution_code.clone();
        let row = row(workspace, &institutions, Order::Newest, application)?;
        Ok(Candidate {
            id: row.id,
            receipt_number: row.receipt,
            name: row.name,
            institution: row.institution,
            institution_code,
            state: row.state.label(),
        })
    };
    found.into_iter().map(candidate).collect()
}

/// Why somebody saw an application in the clear at this moment, in words: the reason, and what was typed with it.
pub fn why_revealed(
    conn: &mut Conn,
    workspace: &Workspace,
    id: &str,
    staff_id: &str,
    at: NaiveDateTime,
) -> Result<Option<(&'static str, String)>, Error> {
    let reveal = store::find_reveal(conn, &workspace.keys, id, staff_id, at)?;
    Ok(reveal.map(|r| (views::reveal_reason(&r.reason).unwrap_or_default(), r.note)))
}

/// What a list was exported for, in words, and what was typed with it.
pub fn why_exported(conn: &mut Conn, workspace: &Workspace, id: &str) -> Result<(&'static str, String), Error> {
    let export = store::find_export(conn, id)?;
    Ok((views::purpose_label(export.purpose), export.note(&workspace.keys)?))
}

/// How many exports wait for a second person.
pub fn waiting_exports(conn: &mut Conn) -> Result<i64, Error> {
    Ok(store::waiting_exports(conn)?)
}

/// An application whose result nobody knows.
pub struct Undecided {
    pub id: String,
    pub receipt_number: String,
    pub institution: String,
    /// When it was received.
    pub since: NaiveDateTime,
}

/// Those whose result nobody knows, the oldest first, at most so many.
pub fn unknowns(conn: &mut Conn, most: i64) -> Result<Vec<Undecided>, Error> {
    let narrow = Narrow {
        states: vec![Registration::Unknown],
        ..Narrow::default()
    };
    let institutions = institutions::every(conn)?;
    let found = store::lines(conn, &narrow, Order::Oldest, &Span::First, most)?;
    let undecided = |line: store::Line| {
        Some(Undecided {
            receipt_number: receipt::display(line.receipt_number.as_deref()?),
            institution: institution_name(&institutions, line.institution_code.as_deref()),
            since: line.confirmed_at?,
            id: line.id,
        })
    };
    Ok(found.into_iter().filter_map(undecided).collect())
}

/// What happened to an application: when, the state it came to, and who moved it.
pub fn happenings(conn: &mut Conn, id: &str) -> Result<Vec<(NaiveDateTime, &'static str, String)>, Error> {
    let events = store::events(conn, id)?;
    Ok(events
        .into_iter()
        .map(|e| (e.at, e.to_state.label(), e.actor))
        .collect())
}
