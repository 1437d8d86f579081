//! Applications of invented people for a practice desk: they go the way of every application, by the gateway, only that
//! nobody types. Nothing here reads an application that it did not make.
use super::{
    answers::Answers,
    form::Details,
    inquiry,
    states::Registration,
    store::{self, Attempt},
    submit::{self, Body, Submitted},
};
use crate::{db::Conn, texts, web::Error, workspace::Workspace};

/// One that was handed off.
pub struct Invented {
    pub id: String,
    /// As people read it.
    pub receipt_number: String,
    /// The gateway's number of the transaction; `None` when it refused to begin.
    pub tran_id: Option<String>,
    attempt: Attempt,
}

/// Fills in the form with `fields`, sends it and begins at the gateway, now.
pub async fn hand_off(workspace: &Workspace, fields: &[(&str, String)]) -> Result<Invented, Error> {
    let mut answers = Answers::default();
    for (field, value) in fields {
        answers.set(field, value);
    }
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let write = move |conn: &mut Conn| {
        let terms = texts::terms(conn, &world, now)?;
        store::keep_terms(conn, &terms, now)?;
        let draft = store::create_draft(conn, &world.keys, (&terms.hash, now), &answers, now)?;
        let context = store::context(conn, &world, &answers)?;
        let incomplete = |step: super::form::Step| Error::Internal(format!("invented answers lack {}", step.word()));
        let details = Details::read(&answers, &context).map_err(incomplete)?;
        let body = Body {
            key: draft.submit_key.clone(),
            rev: draft.rev,
            client: None,
        };
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
    let write = move |conn: &mut Conn| inquiry::take_hint(conn, &attempt, super::states::Cause::Returned, now);
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
    let write = move |conn: &mut Conn| inquiry::take_hint(conn, &attempt, super::states::Cause::Returned, now);
    workspace.db.write(write).await?;
    inquiry::apply_answer(workspace, invented.attempt.clone(), None, super::ladder::last()).await
}
