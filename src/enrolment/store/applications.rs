use crate::{
    audit::{self, Actor},
    crypto::{KeyRing, Place, random_token},
    db::{Conn, Keep, application_events, applications},
    enrolment::{
        answers::Answers,
        states::{Attention, Cause, Registration, actor_of},
    },
    web::Error,
};
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// One application (申込). `answers` is sealed; [`Application::open`] reads it.
#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = applications)]
pub struct Application {
    pub id: String,
    /// From confirmation on: 9 characters, shown as `XXX-XXX-XXX`.
    pub receipt_number: Option<String>,
    #[diesel(deserialize_as = String)]
    pub state: Registration,
    /// The number of the latest event; every change of state is held against it.
    pub event_no: Option<i32>,
    /// Counts the changes of the answers.
    pub rev: i32,
    pub institution_code: Option<String>,
    answers: String,
    pub submit_key: String,
    pub submit_digest: Option<String>,
    pub terms_hash: String,
    pub terms_accepted_at: NaiveDateTime,
    pub mail_wanted: bool,
    pub reason: Option<String>,
    /// The gateway's name of the field that was wrong.
    pub reason_field: Option<String>,
    pub confirmed_at: Option<NaiveDateTime>,
    pub decided_at: Option<NaiveDateTime>,
    attention: Option<String>,
}

/// One edge taken.
#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = application_events)]
pub struct Event {
    #[diesel(deserialize_as = String)]
    pub to_state: Registration,
    pub actor: String,
    pub cause: String,
    pub at: NaiveDateTime,
}

fn answers_place(id: &str) -> Place<'_> {
    Place {
        table: "applications",
        row: id,
        field: "answers",
    }
}

impl Application {
    /// Why a person must look at it although it is decided.
    pub fn attention(&self) -> Vec<Attention> {
        super::attention::reasons(self.attention.as_deref())
    }

    /// The answers, opened.
    pub fn open(&self, keys: &KeyRing) -> Result<Answers, Error> {
        let json = keys.open(answers_place(&self.id), &self.answers)?;
        Answers::from_json(&json).ok_or_else(|| Error::Internal("answers are not readable".into()))
    }
}

/// Begins an application when the terms were accepted; `consent` is their hash and the time.
pub fn create_draft(
    conn: &mut Conn,
    keys: &KeyRing,
    consent: (&str, NaiveDateTime),
    answers: &Answers,
    now: NaiveDateTime,
) -> Result<Application, Error> {
    let id = ulid::Ulid::generate().to_string();
    diesel::insert_into(applications::table)
        .values((
            applications::id.eq(&id),
            applications::state.eq(Registration::Draft.as_str()),
            applications::rev.eq(1),
            applications::institution_code.eq(answers_institution(answers)),
            applications::answers.eq(keys.seal(answers_place(&id), &answers.to_json())?),
            applications::submit_key.eq(random_token()),
            applications::terms_hash.eq(consent.0),
            applications::terms_accepted_at.eq(consent.1),
            applications::mail_wanted.eq(false),
            applications::created_at.eq(now),
            applications::updated_at.eq(now),
        ))
        .execute(conn)?;
    let event = NewEvent {
        no: 1,
        from: "none",
        to: Registration::Draft,
        cause: Cause::TermsAccepted,
        actor: actor_of(Cause::TermsAccepted),
        evidence: "",
    };
    event.write(conn, &id, now)?;
    diesel::update(applications::table.find(&id))
        .set(applications::event_no.eq(1))
        .kept()
        .execute(conn)?;
    find(conn, &id)
}

fn answers_institution(answers: &Answers) -> Option<&str> {
    Some(answers.get("institution")).filter(|code| !code.is_empty())
}

pub fn find(conn: &mut Conn, id: &str) -> Result<Application, Error> {
    Ok(Application::query().filter(applications::id.eq(id)).first(conn)?)
}

/// The application, locked against a second change until the transaction ends (PostgreSQL; SQLite has one writer).
pub fn find_for_change(conn: &mut Conn, id: &str) -> Result<Application, Error> {
    if let Conn::Postgres(_) = conn {
        diesel::update(applications::table.find(id))
            .set(applications::rev.eq(applications::rev))
            .kept()
            .execute(conn)?;
    }
    find(conn, id)
}

/// From now on only a page drawn afterwards can submit.
pub fn renew_submit_key(conn: &mut Conn, id: &str) -> QueryResult<()> {
    diesel::update(applications::table.find(id))
        .set(applications::submit_key.eq(random_token()))
        .kept()
        .execute(conn)
        .map(drop)
}

pub fn find_by_receipt(conn: &mut Conn, receipt_number: &str) -> QueryResult<Option<Application>> {
    Application::query()
        .filter(applications::receipt_number.eq(receipt_number))
        .first(conn)
        .optional()
}

/// Stores answers typed on top of `seen.rev`; `Conflict` when another tab was faster or nothing may be typed any more.
pub fn save_answers(
    conn: &mut Conn,
    keys: &KeyRing,
    seen: &Application,
    answers: &Answers,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let known = crate::institutions::find(conn, answers.get("institution"))?.map(|i| i.code);
    let changed = diesel::update(applications::table.find(&seen.id))
        .filter(applications::rev.eq(seen.rev))
        .filter(applications::state.eq_any(["draft", "rejected"]))
        .set((
            applications::rev.eq(seen.rev + 1),
            applications::institution_code.eq(known),
            applications::answers.eq(keys.seal(answers_place(&seen.id), &answers.to_json())?),
            applications::updated_at.eq(now),
        ))
        .kept()
        .execute(conn)?;
    match changed {
        1 => Ok(()),
        _ => Err(Error::Conflict),
    }
}

/// What the confirmation fixes.
pub struct Submission<'a> {
    pub receipt_number: Option<&'a str>,
    pub customer_index: &'a str,
    pub digest: &'a str,
    pub rev: i32,
    pub mail_wanted: bool,
}

/// Fixes the answers under a receipt number, before the edges are taken.
pub fn mark_submitted(conn: &mut Conn, id: &str, submission: &Submission, now: NaiveDateTime) -> QueryResult<()> {
    if let Some(number) = submission.receipt_number {
        diesel::update(applications::table.find(id))
            .set((
                applications::receipt_number.eq(number),
                applications::confirmed_at.eq(now),
            ))
            .kept()
            .execute(conn)?;
    }
    diesel::update(applications::table.find(id))
        .set((
            applications::customer_index.eq(submission.customer_index),
            applications::submit_digest.eq(submission.digest),
            applications::submitted_rev.eq(submission.rev),
            applications::mail_wanted.eq(submission.mail_wanted),
            applications::reason.eq(None::<String>),
            applications::reason_field.eq(None::<String>),
        ))
        .kept()
        .execute(conn)
        .map(drop)
}

/// Why the latest attempt failed.
pub fn set_reason(conn: &mut Conn, id: &str, reason: Option<&str>, field: &str) -> QueryResult<()> {
    diesel::update(applications::table.find(id))
        .set((
            applications::reason.eq(reason),
            applications::reason_field.eq(Some(field).filter(|f| !f.is_empty())),
        ))
        .kept()
        .execute(conn)
        .map(drop)
}

/// Takes one edge: event, state and audit entry in the caller's transaction (rule 4).
///
/// `Conflict` when the application moved on since it was read.
pub fn transition(
    conn: &mut Conn,
    application: &mut Application,
    to: Registration,
    cause: Cause,
    evidence: &str,
    now: NaiveDateTime,
) -> Result<(), Error> {
    transition_by(conn, application, to, (cause, actor_of(cause)), evidence, now)
}

/// The same, by a person who is known.
pub fn transition_by(
    conn: &mut Conn,
    application: &mut Application,
    to: Registration,
    (cause, actor): (Cause, Actor),
    evidence: &str,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let from = application.state;
    if !from.allows(to, cause) {
        return Err(Error::Internal(format!(
            "no edge {} → {} for {}",
            from.as_str(),
            to.as_str(),
            cause.as_str()
        )));
    }
    let seen = application.event_no.unwrap_or(0);
    let event = NewEvent {
        no: seen + 1,
        from: from.as_str(),
        to,
        cause,
        actor,
        evidence,
    };
    event.write(conn, &application.id, now).map_err(conflict)?;
    let changed = diesel::update(applications::table.find(&application.id))
        .filter(
            applications::event_no
                .eq(seen)
                .and(applications::state.eq(from.as_str())),
        )
        .set((
            applications::state.eq(to.as_str()),
            applications::event_no.eq(seen + 1),
            applications::updated_at.eq(now),
            applications::decided_at.eq(to.is_result().then_some(now)),
            applications::attention.eq(None::<String>),
        ))
        .kept()
        .execute(conn)
        .map_err(conflict)?;
    if changed != 1 {
        return Err(Error::Conflict);
    }
    if to.is_result() && application.receipt_number.is_some() {
        super::outbox::put(conn, &application.id, seen + 1, now)?;
    }
    (application.state, application.event_no) = (to, Some(seen + 1));
    Ok(())
}

/// A unique violation here is a lost race: the same event number, or a second application in flight (rule 3).
fn conflict(error: diesel::result::Error) -> Error {
    use diesel::result::{DatabaseErrorKind::UniqueViolation, Error::DatabaseError};
    match error {
        DatabaseError(UniqueViolation, _) => Error::Conflict,
        error => error.into(),
    }
}

struct NewEvent<'a> {
    no: i32,
    from: &'a str,
    to: Registration,
    cause: Cause,
    actor: Actor<'a>,
    evidence: &'a str,
}

impl NewEvent<'_> {
    fn write(&self, conn: &mut Conn, id: &str, now: NaiveDateTime) -> QueryResult<()> {
        let actor = self.actor;
        diesel::insert_into(application_events::table)
            .values((
                application_events::application_id.eq(id),
                application_events::no.eq(self.no),
                application_events::from_state.eq(self.from),
                application_events::to_state.eq(self.to.as_str()),
                application_events::actor.eq(actor.word()),
                application_events::cause.eq(self.cause.as_str()),
                application_events::evidence.eq(self.evidence),
                application_events::at.eq(now),
            ))
            .execute(conn)?;
        let action = format!("application.{}", self.to.as_str());
        let detail = format!("{} {}", self.cause.as_str(), self.evidence);
        audit::record(
            conn,
            now,
            actor,
            &action,
            &format!("application/{id}"),
            detail.trim_end(),
        )
    }
}

/// The events of an application, oldest first.
pub fn events(conn: &mut Conn, id: &str) -> QueryResult<Vec<Event>> {
    Event::query()
        .filter(application_events::application_id.eq(id))
        .order(application_events::no)
        .load(conn)
}

/// Ids of drafts that nobody touched since `before`.
pub fn drafts_older_than(conn: &mut Conn, before: NaiveDateTime, most: i64) -> QueryResult<Vec<String>> {
    applications::table
        .filter(applications::state.eq("draft").and(applications::updated_at.lt(before)))
        .order(applications::updated_at)
        .limit(most)
        .select(applications::id)
        .load(conn)
}

/// Ids of applications that were accepted and not handed off, in their order, after one of them.
pub fn confirmed(conn: &mut Conn, after: &str, most: i64) -> QueryResult<Vec<String>> {
    applications::table
        .filter(applications::state.eq("confirmed").and(applications::id.gt(after)))
        .order(applications::id)
        .limit(most)
        .select(applications::id)
        .load(conn)
}

/// Forgets what was typed into an application that will not be used.
pub fn erase_answers(conn: &mut Conn, keys: &KeyRing, id: &str) -> Result<(), Error> {
    diesel::update(applications::table.find(id))
        .set(applications::answers.eq(keys.seal(answers_place(id), &Answers::default().to_json())?))
        .kept()
        .execute(conn)?;
    Ok(())
}

/// Opens the newest answers: whether these keys are the ones a database was sealed with.
pub fn can_open(conn: &mut Conn, keys: &KeyRing) -> Result<(), Error> {
    let newest: Option<Application> = Application::query()
        .order(applications::created_at.desc())
        .first(conn)
        .optional()?;
    newest.map_or(Ok(()), |a| a.open(keys).map(drop))
}
