//! What a person must look at (N8.8): an alarm is raised once, mailed once to the operators, and ends with its cause.
//!
//! Anything may raise one, in the transaction that found the cause. The text is for people and names nobody.
mod store;
mod words;

pub use store::{Alarm, acknowledge, find, open_alarms, settle, unseen};
pub use words::{CAUSES, label, remedy};

use crate::{
    audit::{self, Actor},
    db::Conn,
    mail::{self, NewMail},
    web::Error,
    workspace::Workspace,
};
use chrono::{Duration, NaiveDateTime};

/// Who has seen an alarm looks after it; when its cause stands so long after that, it is news again.
const COMES_BACK: Duration = Duration::hours(24);

/// What is wrong. `key` tells one cause from another: the same key again is the same alarm.
pub struct Cause<'a> {
    pub key: &'a str,
    /// `kind/opaque-id`, or empty.
    pub subject: &'a str,
    /// One Japanese sentence or two: what happened, and what to do.
    pub message: &'a str,
}

/// Raises an alarm, or counts it once more while it is open. A new one is written to the audit record and mailed.
pub fn raise(conn: &mut Conn, workspace: &Workspace, cause: &Cause, now: NaiveDateTime) -> Result<(), Error> {
    tracing::error!(key = cause.key, subject = cause.subject, "an alarm was raised");
    if !store::raise(conn, cause, now)? {
        return Ok(());
    }
    audit::record(conn, now, Actor::System, "alarm.raised", cause.subject, cause.key)?;
    let url = &workspace.site.url;
    let title = format!("【{}】警報：{}", workspace.site.bureau.name, label(cause.key));
    let (kind, id) = audit::subject_label(cause.subject);
    let body = format!(
        "{}\n\n対象：{}\n時刻：{}\nサイト：{url}\n\n確認したら `mizumado alarms acknowledge` で記録してください。\n",
        cause.message,
        if cause.subject.is_empty() {
            "―".to_owned()
        } else {
            format!("{kind} {id}")
        },
        crate::clock::jst(now).format("%Y-%m-%d %H:%M:%S"),
    );
    for operator in &workspace.settings.operators {
        let mail = NewMail {
            kind: "alarm",
            subject_id: cause.subject,
            recipient: operator,
            title: &title,
            body: &body,
        };
        mail::queue(conn, &workspace.keys, now, &mail)?;
    }
    Ok(())
}

/// What a threshold finds each time it looks: raises the alarm, or ends it. One that was acknowledged stays quiet for a
/// day, and comes back when its cause is there still.
pub fn hold(
    conn: &mut Conn,
    workspace: &Workspace,
    crossed: bool,
    cause: &Cause,
    now: NaiveDateTime,
) -> Result<(), Error> {
    hold_quiet(conn, workspace, crossed, cause, COMES_BACK, now)
}

/// The same for a cause that must not rest for a day: one that was acknowledged is quiet for `quiet`.
pub fn hold_quiet(
    conn: &mut Conn,
    workspace: &Workspace,
    crossed: bool,
    cause: &Cause,
    quiet: Duration,
    now: NaiveDateTime,
) -> Result<(), Error> {
    if !crossed {
        return end(conn, cause.key, now);
    }
    match store::seen_at(conn, cause.key)? {
        Some(seen) if now - seen < quiet => Ok(()),
        _ => raise(conn, workspace, cause, now),
    }
}

/// Ends the alarm of a key, if one is open: its cause is gone.
pub fn end(conn: &mut Conn, key: &str, now: NaiveDateTime) -> Result<(), Error> {
    if store::end(conn, key, now)? {
        audit::record(conn, now, Actor::System, "alarm.ended", "", key)?;
    }
    Ok(())
}
