//! Applications of invented people for a practice desk: they go the way of every application, by the gateway, only that
//! nobody types. Nothing here reads an application that it did not make.
use super::{
    answers::Answers,
    form::Details,
    inquiry,
    states::{Cause, Registration},
    store::{self, Application, Attempt},
    submit::{self, Body, Submitted},
};
use crate::{audit::Actor, db::Conn, texts, web::Error, workspace::Workspace};
use chrono::NaiveDateTime;

/// One that was handed off.
pub struct Invented {
    pub id: String,
    /// As people read it.
    pub receipt_number: String,
    /// The gateway's number of the transaction; `None` when it refused to begin.
    pub tran_id: Option<String>,
    attempt: Attempt,
}

fn answers(fields: &[(&str, String)]) -> Answers {
    let mut answers = Answers::default();
    for (field, value) in fields {
        answers.set(field, value);
    }
    answers
}

fn begin_draft(
    conn: &mut Conn,
    workspace: &Workspace,
    answers: &Answers,
    now: NaiveDateTime,
) -> Result<Application, Error> {
    let terms = texts::terms(conn, workspace, now)?;
    store::keep_terms(conn, &terms, now)?;
    store::create_draft(conn, &workspace.keys, (&terms.hash, now), answers, now)
}

/// A draft as somebody would send it.
fn whole(
    conn: &mut Conn,
    workspace: &Workspace,
    answers: &Answers,
    now: NaiveDateTime,
) -> Result<(Application, Details, Body), Error> {
    let draft = begin_draft(conn, workspace, answers, now)?;
    let context = store::context(conn, workspace, answers)?;
    let incomplete = |step: super::form::Step| Error::Internal(format!("invented answers lack {}", step.word()));
    let details = Details::read(answers, &context).map_err(incomplete)?;
    let body = Body {
        key: draft.submit_key.clone(),
        rev: draft.rev,
        client: None,
    };
    Ok((draft, details, body))
}

/// Somebody has begun to fill in the form, and has not sent it.
pub async fn draft(workspace: &Workspace, fields: &[(&str, String)]) -> Result<(), Error> {
    let (answers, world, now) = (answers(fields), workspace.clone(), workspace.clock.now());
    let write = move |conn: &mut Conn| begin_draft(conn, &world, &answers, now);
    workspace.db.write(write).await.map(drop)
}

/// Accepted, and not handed off, as while the service is degraded; gives the application's id.
pub async fn wait(workspace: &Workspace, fields: &[(&str, String)]) -> Result<String, Error> {
    let (answers, world, now) = (answers(fields), workspace.clone(), workspace.clock.now());
    let write = move |conn: &mut Conn| {
        let (draft, details, body) = whole(conn, &world, &answers, now)?;
        let id = draft.id.clone();
        submit::confirm_alone(conn, &world, draft, &details, &body, now)?;
        Ok::<_, Error>(id)
    };
    workspace.db.write(write).await
}

/// Takes one more edge, as the applicant or time would.
pub async fn go_on(workspace: &Workspace, id: &str, to: Registration, cause: Cause) -> Result<(), Error> {
    let (id, now) = (id.to_owned(), workspace.clock.now());
    let write = move |conn: &mut Conn| {
        let mut application = store::find_for_change(conn, &id)?;
        store::transition(conn, &mut application, to, cause, "", now)
    };
    workspace.db.write(write).await
}

/// A clerk writes down that the person takes it back.
pub async fn withdraw(workspace: &Workspace, id: &str, staff_id: &str, words: &str) -> Result<(), Error> {
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let (id, staff_id, words) = (id.to_owned(), staff_id.to_owned(), format!("取下げ：{words}"));
    let write = move |conn: &mut Conn| {
        let mut application = store::find_for_change(conn, &id)?;
        let note = store::add_note(conn, &world.keys, &id, &staff_id, &words, now)?;
        let actor = Actor::Staff {
            id: &staff_id,
            address: "10.0.0.9",
        };
        let (to, by) = (Registration::Withdrawn, (Cause::Withdrawal, actor));
        store::transition_by(conn, &mut application, to, by, &format!("note/{note}"), now)
    };
    workspace.db.write(write).await
}

/// Fills in the form with `fields`, sends it and begins at the gateway, now.
pub async fn hand_off(workspace: &Workspace, fields: &[(&str, String)]) -> Result<Invented, Error> {
    let (answers, world, now) = (answers(fields), workspace.clone(), workspace.clock.now());
    let write = move |conn: &mut Conn| {
        let (draft, details, body) = whole(conn, &world, &answers, now)?;
        match submit::submit(conn, &world, draft, &details, &body, now)? {
            Submitted::Begun(attempt) => Ok(attempt),
            other => Err(Error::Internal(format!(
                "an invented application did not begin: {other:?}"
            ))),
        }
    };
    let attempt = workspace.db.write(write).await?;
    submit::begin(workspace, (*attempt).clone()).await?;
    let id = attempt.id.clone();
    let read = move |conn: &mut Conn| {
        let attempt = store::find_attempt(conn, &id)?;
        let application = store::find(conn, &attempt.application_id)?;
        Ok::<_, Error>((attempt, application))
    };
    let (attempt, application) = workspace.db.read(read).await?;
    let unnumbered = || Error::Internal("an invented application has no receipt number".into());
    let number = application.receipt_number.ok_or_else(unnumbered)?;
    Ok(Invented {
        id: application.id,
        receipt_number: super::receipt::display(&number),
        tran_id: attempt.tran_id.clone(),
        attempt,
    })
}

/// The person came back: the gateway is asked, and its word counts.
pub async fn come_back(workspace: &Workspace, invented: &Invented) -> Result<Registration, Error> {
    let (attempt, now) = (invented.attempt.clone(), workspace.clock.now());
    let write = move |conn: &mut Conn| inquiry::take_hint(conn, &attempt, Cause::Returned, now);
    workspace.db.write(write).await?;
    let Some(gateway) = workspace.gateways.find(&invented.attempt.gateway) else {
        return Err(Error::Internal("an invented application has no gateway".into()));
    };
    let tran_id = invented.tran_id.clone().unwrap_or_default();
    let answer = gateway.inquire(&invented.attempt.id, &tran_id).await;
    let answer = answer.map_err(|e| Error::Internal(e.to_string()))?;
    inquiry::apply_answer(workspace, invented.attempt.clone(), Some(answer), 0).await
}

/// The gateway stays silent to the end of the ladder: nobody knows the result.
pub async fn stay_unknown(workspace: &Workspace, invented: &Invented) -> Result<Registration, Error> {
    let (attempt, now) = (invented.attempt.clone(), workspace.clock.now());
    let write = move |conn: &mut Conn| inquiry::take_hint(conn, &attempt, Cause::Returned, now);
    workspace.db.write(write).await?;
    inquiry::apply_answer(workspace, invented.attempt.clone(), None, super::ladder::last()).await
}
