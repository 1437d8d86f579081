use crate::{
    crypto::{KeyRing, Place},
    db::{Conn, Keep, attempt_messages, attempts, text_enum},
    enrolment::snapshot::Snapshot,
    gateways::{Account, Created},
    web::Error,
};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use std::collections::HashMap;

text_enum! {
    /// How a hand-off ended.
    pub enum Outcome {
        Open = "open",
        Success = "success",
        Fail = "fail",
        Cancelled = "cancelled",
        Expired = "expired",
        Unknown = "unknown",
    }
}

/// One hand-off to an institution (試行).
#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = attempts)]
pub struct Attempt {
    pub id: String,
    pub application_id: String,
    pub gateway: String,
    pub institution_code: String,
    request: String,
    details: String,
    pub tran_id: Option<String>,
    token: Option<String>,
    pub start_url: Option<String>,
    pub token_expires_at: Option<NaiveDateTime>,
    #[diesel(deserialize_as = String)]
    pub outcome: Outcome,
    pub raw_code: Option<String>,
    registered_account: Option<String>,
    /// How often the gateway was asked.
    pub inquiries: i32,
    /// When the running inquiry ladder began; jobs of an older ladder do nothing.
    pub ladder_from: Option<NaiveDateTime>,
    pub created_at: NaiveDateTime,
}

fn place<'a>(id: &'a str, field: &'a str) -> Place<'a> {
    Place {
        table: "attempts",
        row: id,
        field,
    }
}

impl Attempt {
    /// The account that was sent; `None` where the institution takes it.
    pub fn account(&self, keys: &KeyRing) -> Result<Option<Account>, Error> {
        open_account(keys, place(&self.id, "request"), Some(&self.request))
    }
    /// What was submitted with this attempt.
    pub fn snapshot(&self, keys: &KeyRing) -> Result<Snapshot, Error> {
        let json = keys.open(place(&self.id, "details"), &self.details)?;
        serde_json::from_str(&json).map_err(|_| Error::Internal("a snapshot is not readable".into()))
    }
    /// The account as the gateway says it was registered.
    pub fn registered_account(&self, keys: &KeyRing) -> Result<Option<Account>, Error> {
        open_account(
            keys,
            place(&self.id, "registered_account"),
            self.registered_account.as_deref(),
        )
    }
    /// The secret that opens the transaction once.
    pub fn token(&self, keys: &KeyRing) -> Result<Option<String>, Error> {
        let open = |sealed: &String| keys.open(place(&self.id, "token"), sealed);
        Ok(self.token.as_ref().map(open).transpose()?)
    }
}

fn open_account(keys: &KeyRing, place: Place, sealed: Option<&str>) -> Result<Option<Account>, Error> {
    let Some(sealed) = sealed else {
        return Ok(None);
    };
    let json = keys.open(place, sealed)?;
    serde_json::from_str(&json).map_err(|_| Error::Internal("an account is not readable".into()))
}

/// The blind token of an account at an institution.
pub fn account_index(keys: &KeyRing, institution: &str, account: &Account) -> String {
    let account = format!("{institution}/{}/{}", account.branch, account.number);
    keys.blind("attempts.account", &account)
}

/// What a new attempt is made of.
pub struct NewAttempt<'a> {
    pub application_id: &'a str,
    pub gateway: &'a str,
    pub institution: &'a str,
    pub account: Option<&'a Account>,
    /// Blind tokens of account and client, for the limits.
    pub account_index: Option<&'a str>,
    pub client_index: Option<&'a str>,
    pub snapshot: &'a Snapshot,
}

/// Writes the next attempt of an application.
pub fn new_attempt(conn: &mut Conn, keys: &KeyRing, new: &NewAttempt, now: NaiveDateTime) -> Result<Attempt, Error> {
    let count: i64 = attempts::table
        .filter(attempts::application_id.eq(new.application_id))
        .count()
        .get_result(conn)?;
    let id = ulid::Ulid::generate().to_string();
    let json = serde_json::to_string(&new.account).unwrap_or_default();
    let details = serde_json::to_string(new.snapshot).unwrap_or_default();
    diesel::insert_into(attempts::table)
        .values((
            attempts::id.eq(&id),
            attempts::application_id.eq(new.application_id),
            attempts::no.eq(i32::try_from(count).unwrap_or(i32::MAX - 1) + 1),
            attempts::gateway.eq(new.gateway),
            attempts::institution_code.eq(new.institution),
            attempts::request.eq(keys.seal(place(&id, "request"), &json)?),
            attempts::details.eq(keys.seal(place(&id, "details"), &details)?),
            attempts::account_index.eq(new.account_index),
            attempts::client_index.eq(new.client_index),
            attempts::outcome.eq(Outcome::Open.as_str()),
            attempts::inquiries.eq(0),
            attempts::created_at.eq(now),
        ))
        .execute(conn)?;
    find_attempt(conn, &id)
}

pub fn find_attempt(conn: &mut Conn, id: &str) -> Result<Attempt, Error> {
    Ok(Attempt::query().filter(attempts::id.eq(id)).first(conn)?)
}

/// The attempt that counts now.
pub fn latest_attempt(conn: &mut Conn, application_id: &str) -> QueryResult<Option<Attempt>> {
    Attempt::query()
        .filter(attempts::application_id.eq(application_id))
        .order(attempts::no.desc())
        .first(conn)
        .optional()
}

/// The attempt that registered the account.
pub fn successful_attempt(conn: &mut Conn, application_id: &str) -> QueryResult<Option<Attempt>> {
    Attempt::query()
        .filter(
            attempts::application_id
                .eq(application_id)
                .and(attempts::outcome.eq("success")),
        )
        .order(attempts::no.desc())
        .first(conn)
        .optional()
}

/// Of each application the attempt that registered its account, or else the newest: in one query for all of them.
pub fn attempts_that_count(conn: &mut Conn, application_ids: Vec<String>) -> QueryResult<HashMap<String, Attempt>> {
    let all: Vec<Attempt> = Attempt::query()
        .filter(attempts::application_id.eq_any(application_ids))
        .order((attempts::application_id, attempts::no))
        .load(conn)?;
    let mut counting: HashMap<String, Attempt> = HashMap::new();
    for attempt in all {
        let kept = counting.get(&attempt.application_id);
        let is_beaten = kept.is_some_and(|k| k.outcome == Outcome::Success && attempt.outcome != Outcome::Success);
        if !is_beaten {
            counting.insert(attempt.application_id.clone(), attempt);
        }
    }
    Ok(counting)
}

/// Keeps what the gateway's `create` gave.
pub fn set_created(
    conn: &mut Conn,
    keys: &KeyRing,
    id: &str,
    created: &Created,
    now: NaiveDateTime,
) -> Result<(), Error> {
    diesel::update(attempts::table.find(id))
        .set((
            attempts::tran_id.eq(&created.tran_id),
            attempts::token.eq(keys.seal(place(id, "token"), &created.token)?),
            attempts::start_url.eq(&created.start_url),
            attempts::token_expires_at.eq(created.expires_at),
            attempts::handed_off_at.eq(now),
        ))
        .kept()
        .execute(conn)?;
    Ok(())
}

/// Begins a new inquiry ladder.
pub fn set_ladder(conn: &mut Conn, id: &str, from: NaiveDateTime) -> QueryResult<()> {
    diesel::update(attempts::table.find(id))
        .set(attempts::ladder_from.eq(from))
        .kept()
        .execute(conn)
        .map(drop)
}

/// How an attempt ended.
pub struct Ending<'a> {
    pub outcome: Outcome,
    pub raw_code: &'a str,
    pub reason: Option<&'a str>,
    pub account: Option<&'a Account>,
}

/// Writes an attempt's end; a token that is no longer needed is forgotten.
pub fn decide_attempt(
    conn: &mut Conn,
    keys: &KeyRing,
    id: &str,
    ending: &Ending,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let account = ending.account.map(|a| {
        let json = serde_json::to_string(a).unwrap_or_default();
        keys.seal(place(id, "registered_account"), &json)
    });
    diesel::update(attempts::table.find(id))
        .set((
            attempts::outcome.eq(ending.outcome.as_str()),
            attempts::raw_code.eq(ending.raw_code),
            attempts::reason.eq(ending.reason),
            attempts::registered_account.eq(account.transpose()?),
            attempts::token.eq(None::<String>),
            attempts::decided_at.eq(now),
        ))
        .kept()
        .execute(conn)?;
    Ok(())
}

/// Writes one line of the exchange; an inquiry is counted.
pub fn note_message(
    conn: &mut Conn,
    attempt_id: &str,
    kind: &str,
    status: &str,
    raw_code: &str,
    now: NaiveDateTime,
) -> QueryResult<()> {
    // A foreign word goes into the timeline at most so long.
    let cut = |text: &str| text.chars().filter(char::is_ascii_graphic).take(40).collect::<String>();
    diesel::insert_into(attempt_messages::table)
        .values((
            attempt_messages::id.eq(ulid::Ulid::generate().to_string()),
            attempt_messages::attempt_id.eq(attempt_id),
            attempt_messages::kind.eq(kind),
            attempt_messages::status.eq(cut(status)),
            attempt_messages::raw_code.eq(cut(raw_code)),
            attempt_messages::at.eq(now),
        ))
        .execute(conn)?;
    if kind == "inquiry" {
        diesel::update(attempts::table.find(attempt_id))
            .set(attempts::inquiries.eq(attempts::inquiries + 1))
            .kept()
            .execute(conn)?;
    }
    Ok(())
}

/// What was said between us and the gateway about one attempt, without secrets.
#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = attempt_messages)]
pub struct Message {
    pub kind: String,
    pub status: String,
    pub raw_code: String,
    pub at: NaiveDateTime,
}

/// Every attempt of an application, oldest first.
pub fn attempts_of(conn: &mut Conn, application_id: &str) -> QueryResult<Vec<Attempt>> {
    Attempt::query()
        .filter(attempts::application_id.eq(application_id))
        .order(attempts::no)
        .load(conn)
}

/// The messages about an attempt, oldest first.
pub fn messages_of(conn: &mut Conn, attempt_id: &str) -> QueryResult<Vec<Message>> {
    Message::query()
        .filter(attempt_messages::attempt_id.eq(attempt_id))
        .order((attempt_messages::at, attempt_messages::id))
        .load(conn)
}
