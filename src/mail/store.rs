use crate::{
    crypto::{KeyRing, Place},
    db::{Conn, DbError, Keep, mails},
    jobs,
};
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// The job that sends one mail; its payload is the mail's id.
pub const MAIL_JOB: &str = "mail.send";

/// A mail to be sent; `kind` names the template, `subject_id` the application.
pub struct NewMail<'a> {
    pub kind: &'a str,
    pub subject_id: &'a str,
    pub recipient: &'a str,
    pub title: &'a str,
    pub body: &'a str,
}

#[derive(HasQuery)]
#[diesel(table_name = mails)]
pub struct Mail {
    pub id: String,
    pub recipient: String,
    pub title: String,
    pub body: String,
    pub sent_at: Option<NaiveDateTime>,
}

/// What can go wrong while a mail is stored.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    #[error(transparent)]
    Seal(#[from] crate::crypto::SealError),
    #[error(transparent)]
    Query(#[from] diesel::result::Error),
}

fn place(id: &str) -> Place<'_> {
    Place {
        table: "mails",
        row: id,
        field: "recipient",
    }
}

/// Stores a mail and the job that sends it, in the caller's transaction.
pub fn queue(conn: &mut Conn, keys: &KeyRing, now: NaiveDateTime, mail: &NewMail) -> Result<(), QueueError> {
    let id = ulid::Ulid::generate().to_string();
    diesel::insert_into(mails::table)
        .values((
            mails::id.eq(&id),
            mails::kind.eq(mail.kind),
            mails::subject_id.eq(mail.subject_id),
            mails::recipient.eq(keys.seal(place(&id), mail.recipient)?),
            mails::title.eq(mail.title),
            mails::body.eq(mail.body),
            mails::created_at.eq(now),
        ))
        .execute(conn)?;
    jobs::enqueue(conn, now, MAIL_JOB, &id, now)?;
    Ok(())
}

/// The mail of an id with its recipient opened; `None` once it was sent.
pub fn find_unsent(conn: &mut Conn, keys: &KeyRing, id: &str) -> Result<Option<Mail>, QueueError> {
    let mut mail: Mail = Mail::query().filter(mails::id.eq(id)).first(conn)?;
    if mail.sent_at.is_some() {
        return Ok(None);
    }
    mail.recipient = keys.open(place(id), &mail.recipient)?;
    Ok(Some(mail))
}

/// Records that the mail left.
pub fn mark_sent(conn: &mut Conn, id: &str, now: NaiveDateTime) -> Result<(), DbError> {
    diesel::update(mails::table.find(id))
        .set(mails::sent_at.eq(now))
        .kept()
        .execute(conn)?;
    Ok(())
}

/// Kinds of the mails made for one subject, oldest first, with when each left.
pub fn sent_to(conn: &mut Conn, subject_id: &str) -> QueryResult<Vec<(String, Option<NaiveDateTime>)>> {
    mails::table
        .filter(mails::subject_id.eq(subject_id))
        .order((mails::created_at, mails::id))
        .select((mails::kind, mails::sent_at))
        .load(conn)
}

crate::hidden::hidden_debug!(Mail);

/// When the oldest mail that has not left was made.
pub fn oldest_unsent(conn: &mut Conn) -> QueryResult<Option<NaiveDateTime>> {
    mails::table
        .filter(mails::sent_at.is_null())
        .select(diesel::dsl::min(mails::created_at))
        .first(conn)
}

/// A mail about a subject as staff see it: what kind, what it said, whether it left. Not to whom.
#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = mails)]
pub struct SentMail {
    pub id: String,
    pub title: String,
    pub body: String,
    pub created_at: NaiveDateTime,
    pub sent_at: Option<NaiveDateTime>,
}

/// The mails about a subject, oldest first.
pub fn mails_about(conn: &mut Conn, subject_id: &str) -> QueryResult<Vec<SentMail>> {
    SentMail::query()
        .filter(mails::subject_id.eq(subject_id))
        .order((mails::created_at, mails::id))
        .load(conn)
}

/// Which of these mails were laid aside: no further try is made unless a person asks for it.
pub fn laid_aside(conn: &mut Conn, mails: &[SentMail]) -> QueryResult<Vec<String>> {
    let waiting: Vec<&str> = mails
        .iter()
        .filter(|m| m.sent_at.is_none())
        .map(|m| m.id.as_str())
        .collect();
    jobs::dead_payloads(conn, MAIL_JOB, &waiting)
}

/// Tries a mail about a subject again that was laid aside; `false` when it was not.
pub fn retry(conn: &mut Conn, subject_id: &str, id: &str, now: NaiveDateTime) -> QueryResult<bool> {
    let known = mails::table.filter(mails::id.eq(id).and(mails::subject_id.eq(subject_id)));
    if known.count().get_result::<i64>(conn)? == 0 {
        return Ok(false);
    }
    jobs::revive_payload(conn, MAIL_JOB, id, now)
}
