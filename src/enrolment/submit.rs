//! From the check page to the institution: the receipt number, the attempt, the gateway's `create`.
use super::{
    answers::Answers,
    form::Details,
    inquiry, ladder,
    limits::{self, Asking, Limit},
    receipt,
    snapshot::Snapshot,
    states::{Cause, Registration},
    store::{self, Application, Attempt, NewAttempt, Submission},
};
use crate::{
    crypto::hmac_sha256,
    db::Conn,
    gateways::{Account, Answer, CreateError, CreateRequest},
    institutions::{self, Mode},
    jobs,
    notices::Notice,
    web::Error,
    workspace::Workspace,
};
use chrono::{Duration, NaiveDateTime};

/// What became of a submission.
#[derive(Debug)]
pub enum Submitted {
    /// Handed to the gateway side; the receipt number exists.
    Begun(Box<Attempt>),
    /// The same body came again: the same receipt (rule 5).
    Again,
    /// Another body under the same key, or a tab that is behind.
    Changed,
    /// Another application for this customer number is not decided (rule 3).
    AlreadyInFlight,
    /// Accepted; the hand-off waits until the service is open again.
    Deferred,
    /// The service accepts nothing now; what was typed stays.
    Stopped,
    /// Too many hand-offs.
    Limited(Limit),
}

/// Payload: the application's id. Reminds of a result that takes long.
pub const REMIND_JOB: &str = "enrolment.remind";

/// Confirms and hands off in one transaction; the gateway is called afterwards by [`begin`].
pub fn submit(
    conn: &mut Conn,
    workspace: &Workspace,
    mut application: Application,
    details: &Details,
    body: &Body,
    now: NaiveDateTime,
) -> Result<Submitted, Error> {
    if body.key != application.submit_key {
        // The key of an attempt that has ended: its receipt, never a second hand-off.
        return Ok(again_if(application.receipt_number.is_some()));
    }
    let digest = body.digest(&application, &application.open(&workspace.keys)?);
    if !application.state.is_editable() {
        return Ok(again_if(application.submit_digest.as_deref() == Some(digest.as_str())));
    }
    if body.rev != application.rev {
        return Ok(Submitted::Changed);
    }
    let is_first = application.receipt_number.is_none();
    let mode = institutions::current_mode(conn)?.mode;
    if mode == Mode::Stopped || (mode == Mode::Degraded && !is_first) {
        return Ok(Submitted::Stopped);
    }
    let customer_index = workspace.keys.blind("applications.customer", &details.customer_number);
    if store::in_flight_for(conn, &customer_index, &application.id)? {
        return Ok(Submitted::AlreadyInFlight);
    }
    let leaving = Leaving::new(workspace, &application, details, body.client.as_deref());
    if mode == Mode::Open
        && let Some(limit) = leaving.limit(conn, workspace, &application, now)?
    {
        return Ok(Submitted::Limited(limit));
    }
    confirm(
        conn,
        workspace,
        &mut application,
        details,
        (&customer_index, &digest),
        now,
    )?;
    if mode == Mode::Degraded {
        let fresh = store::find(conn, &application.id)?;
        inquiry::send_notice(conn, workspace, &fresh, Notice::Deferred, now)?;
        return Ok(Submitted::Deferred);
    }
    let attempt = leaving.begin(conn, workspace, application, details, now)?;
    if is_first {
        let fresh = store::find(conn, &attempt.application_id)?;
        inquiry::send_notice(conn, workspace, &fresh, Notice::Receipt, now)?;
    }
    Ok(Submitted::Begun(Box::new(attempt)))
}

/// Confirms without a hand-off, as while it has to wait.
pub(super) fn confirm_alone(
    conn: &mut Conn,
    workspace: &Workspace,
    mut application: Application,
    details: &Details,
    body: &Body,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let digest = body.digest(&application, &application.open(&workspace.keys)?);
    let customer_index = workspace.keys.blind("applications.customer", &details.customer_number);
    let fixed = (customer_index.as_str(), digest.as_str());
    confirm(conn, workspace, &mut application, details, fixed, now)
}

/// Fixes what was typed: the receipt number at the first time, blind tokens, and the edge to `confirmed`.
fn confirm(
    conn: &mut Conn,
    workspace: &Workspace,
    application: &mut Application,
    details: &Details,
    (customer_index, digest): (&str, &str),
    now: NaiveDateTime,
) -> Result<(), Error> {
    let is_first = application.receipt_number.is_none();
    let number = receipt::new();
    let submission = Submission {
        receipt_number: is_first.then_some(number.as_str()),
        customer_index,
        digest,
        rev: application.rev,
        mail_wanted: details.contact.email.is_some(),
    };
    store::mark_submitted(conn, &application.id, &submission, now)?;
    store::index_application(conn, &workspace.keys, &application.id, details)?;
    if is_first {
        store::transition(conn, application, Registration::Confirmed, Cause::Submitted, "", now)?;
    }
    Ok(())
}

fn again_if(known: bool) -> Submitted {
    match known {
        true => Submitted::Again,
        false => Submitted::Changed,
    }
}

/// Hands an application off that was accepted while the hand-off had to wait.
pub fn resume(
    conn: &mut Conn,
    workspace: &Workspace,
    application: Application,
    details: &Details,
    client: Option<&str>,
    now: NaiveDateTime,
) -> Result<Submitted, Error> {
    if application.state != Registration::Confirmed {
        return Ok(Submitted::Again);
    }
    if institutions::current_mode(conn)?.mode != Mode::Open {
        return Ok(Submitted::Deferred);
    }
    let customer_index = workspace.keys.blind("applications.customer", &details.customer_number);
    if store::in_flight_for(conn, &customer_index, &application.id)? {
        return Ok(Submitted::AlreadyInFlight);
    }
    let leaving = Leaving::new(workspace, &application, details, client);
    if let Some(limit) = leaving.limit(conn, workspace, &application, now)? {
        return Ok(Submitted::Limited(limit));
    }
    let attempt = leaving.begin(conn, workspace, application, details, now)?;
    Ok(Submitted::Begun(Box::new(attempt)))
}

/// One application about to leave for an institution.
struct Leaving {
    institution: String,
    account_index: Option<String>,
    client_index: Option<String>,
}

impl Leaving {
    fn new(workspace: &Workspace, application: &Application, details: &Details, client: Option<&str>) -> Self {
        let institution = application.institution_code.clone().unwrap_or_default();
        let index = |a: &Account| store::account_index(&workspace.keys, &institution, a);
        Self {
            account_index: details.account.as_ref().map(|a| index(&a.sent)),
            client_index: client.map(|c| workspace.keys.blind("attempts.client", c)),
            institution,
        }
    }
    fn limit(
        &self,
        conn: &mut Conn,
        workspace: &Workspace,
        application: &Application,
        now: NaiveDateTime,
    ) -> Result<Option<Limit>, Error> {
        let asking = Asking {
            application,
            account_index: self.account_index.as_deref(),
            client_index: self.client_index.as_deref(),
        };
        limits::reached(conn, workspace, &asking, now)
    }
    /// The attempt, the edge to the institution, the ladder of silence and the reminder.
    fn begin(
        &self,
        conn: &mut Conn,
        workspace: &Workspace,
        mut application: Application,
        details: &Details,
        now: NaiveDateTime,
    ) -> Result<Attempt, Error> {
        let new = NewAttempt {
            application_id: &application.id,
            gateway: workspace.gateways.for_institution(&self.institution),
            institution: &self.institution,
            account: details.account.as_ref().map(|a| &a.sent),
            account_index: self.account_index.as_deref(),
            client_index: self.client_index.as_deref(),
            snapshot: &Snapshot::from(details),
        };
        let attempt = store::new_attempt(conn, &workspace.keys, &new, now)?;
        let is_first = application.state == Registration::Confirmed;
        let (to, cause) = (Registration::AtInstitution, Cause::HandedOff);
        store::transition(conn, &mut application, to, cause, &attempt.id, now)?;
        let silence = workspace.gateways.silence_seconds(&attempt.gateway);
        inquiry::begin_ladder(conn, &attempt.id, now, ladder::step_after(silence), now)?;
        if is_first {
            jobs::enqueue(conn, now, REMIND_JOB, &application.id, now + Duration::hours(24))?;
        }
        Ok(attempt)
    }
}

/// What the check page's form sent.
pub struct Body {
    pub key: String,
    pub rev: i32,
    /// Whose request it is (`web::client_group`).
    pub client: Option<String>,
}

impl Body {
    /// The same key, revision and answers give the same digest.
    fn digest(&self, application: &Application, answers: &Answers) -> String {
        let message = format!(
            "{}\n{}\n{}",
            self.rev,
            application.institution_code.as_deref().unwrap_or(""),
            answers.to_json()
        );
        hex::encode(hmac_sha256(application.submit_key.as_bytes(), message.as_bytes()))
    }
}

/// Asks the gateway to begin; the same attempt again gives the same transaction, so this may be repeated.
pub async fn begin(workspace: &Workspace, attempt: Attempt) -> Result<(), Error> {
    let Some(gateway) = workspace.gateways.find(&attempt.gateway) else {
        return Err(Error::Internal(format!(
            "gateway {} is not configured",
            attempt.gateway
        )));
    };
    let account: Option<Account> = attempt.account(&workspace.keys)?;
    let url = &workspace.site.url;
    let request = CreateRequest {
        attempt_id: attempt.id.clone(),
        institution: attempt.institution_code.clone(),
        account,
        return_url: format!("{url}/gateway/{}/return", attempt.gateway),
        push_url: format!("{url}/gateway/{}/push", attempt.gateway),
    };
    let result = gateway.create(&request).await;
    let (world, now) = (workspace.clone(), workspace.clock.now());
    workspace
        .db
        .write(move |conn| match result {
            Ok(created) => {
                store::note_message(conn, &attempt.id, "create", "ok", "", now)?;
                store::set_created(conn, &world.keys, &attempt.id, &created, now)
            }
            Err(CreateError::NoAnswer(error)) => {
                tracing::warn!(attempt = %attempt.id, %error, "the gateway could not be asked to begin");
                store::note_message(conn, &attempt.id, "create", "no_answer", "", now)?;
                Ok(())
            }
            Err(CreateError::Refused { code, reason, field }) => {
                let mut application = store::find(conn, &attempt.application_id)?;
                if application.state != Registration::AtInstitution {
                    return Ok(());
                }
                let answer = Answer::Fail { code, reason, field };
                inquiry::settle_refused(conn, &world, &mut application, &attempt, &answer, now)
            }
        })
        .await?;
    workspace.jobs.notify_waiters();
    Ok(())
}
