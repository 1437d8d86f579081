//! Phone assist: a citizen who is on the phone reads out a short code; the clerk sees on which page of the form the browser is
//! and what is asked to be mended there, never a value, and can send a hint to that page.
//!
//! The form names its pages and fields by the words of `words.rs`, and nothing else is kept.
mod desk;
mod store;
mod views;
mod words;

pub use desk::routes as desk_routes;
pub use views::{banner, code_page, start_page};
pub use words::Fault;

use crate::{
    audit::{self, Actor},
    crypto::random_code,
    db::{Conn, one_at_a_time},
    web::{Error, ui::FieldError},
    workspace::Workspace,
};
use chrono::{Duration, NaiveDateTime};
use store::Assist;

/// The citizen's cookie.
pub const COOKIE: &str = "assist";
/// A code counts so long.
pub const LASTS: Duration = Duration::minutes(30);

/// What the citizen's page shows of an assist that goes on.
pub struct Shown {
    pub code: String,
    pub until: NaiveDateTime,
    /// The hint for this page.
    pub hint: Option<String>,
    /// The word of the page, for the look that is taken now and then.
    pub page: &'static str,
}

/// A new code for this browser; gives the cookie's secret.
pub fn begin(conn: &mut Conn, workspace: &Workspace, now: NaiveDateTime) -> Result<String, Error> {
    let keys = &workspace.keys;
    one_at_a_time(conn, "assists.code")?;
    store::forget_old(conn, now)?;
    let mut code = random_code(b"0123456789", 6);
    while store::is_taken(conn, &keys.blind("assists.code", &code))? {
        code = random_code(b"0123456789", 6);
    }
    let (id, secret) = store::open(conn, keys, &code, now, now + LASTS)?;
    audit::record(
        conn,
        now,
        Actor::Applicant,
        "assist.opened",
        &format!("assist/{id}"),
        "",
    )?;
    Ok(secret)
}

/// Notes where the browser is and what is wrong there; gives what to show. `None`: no assist goes on.
pub fn look(
    conn: &mut Conn,
    workspace: &Workspace,
    secret: &str,
    page: &str,
    errors: &[FieldError],
    now: NaiveDateTime,
) -> Result<Option<Shown>, Error> {
    let Some(assist) = store::of_browser(conn, &workspace.keys, secret, now)? else {
        return Ok(None);
    };
    let page = words::page(page).map_or("other", |(word, _)| word);
    store::note(conn, &assist.id, page, &words::faults(errors), now)?;
    shown(conn, workspace, &assist, page, now).map(Some)
}

/// The same without a new page: the look that is taken now and then.
pub fn look_again(
    conn: &mut Conn,
    workspace: &Workspace,
    secret: &str,
    page: &str,
    now: NaiveDateTime,
) -> Result<Option<Shown>, Error> {
    let Some(assist) = store::of_browser(conn, &workspace.keys, secret, now)? else {
        return Ok(None);
    };
    let page = words::page(page).map_or("other", |(word, _)| word);
    shown(conn, workspace, &assist, page, now).map(Some)
}

fn shown(
    conn: &mut Conn,
    workspace: &Workspace,
    assist: &Assist,
    page: &'static str,
    now: NaiveDateTime,
) -> Result<Shown, Error> {
    let here = assist.hint_page.as_deref() == Some(page);
    let hint = if here { assist.hint(&workspace.keys)? } else { None };
    if hint.is_some() && assist.hint_seen_at.is_none() {
        store::note_hint_seen(conn, &assist.id, now)?;
    }
    Ok(Shown {
        code: assist.code(&workspace.keys)?,
        until: assist.expires_at,
        hint,
        page,
    })
}

/// The citizen ends it.
pub fn end(conn: &mut Conn, workspace: &Workspace, secret: &str, now: NaiveDateTime) -> Result<(), Error> {
    if let Some(assist) = store::of_browser(conn, &workspace.keys, secret, now)? {
        store::end(conn, &assist.id, now)?;
        audit::record(
            conn,
            now,
            Actor::Applicant,
            "assist.ended",
            &format!("assist/{}", assist.id),
            "",
        )?;
    }
    Ok(())
}
