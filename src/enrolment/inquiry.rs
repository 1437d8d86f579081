//! Asking the gateway, and what follows: the jobs of the ladder, hints that begin one, and the edges an answer causes.
use super::{
    calls,
    decide::{Decision, Facts, decide},
    ladder,
    states::{Attention, Cause, Registration},
    store::{self, Application, Attempt, Ending, Outcome},
};
use crate::{
    alarms,
    db::Conn,
    gateways::{Answer, DailyLine, Reason},
    japan::email,
    jobs::{self, Handler, Job, JobError},
    notices::{self, Notice},
    web::Error,
    workspace::Workspace,
};
use chrono::NaiveDateTime;
use std::sync::Arc;

/// Payload: `attempt id:rung:beginning of the ladder in microseconds`.
pub const INQUIRE_JOB: &str = "enrolment.inquire";

pub fn handler(workspace: &Workspace) -> Handler {
    let workspace = workspace.clone();
    Arc::new(move |job| {
        let workspace = workspace.clone();
        Box::pin(async move { ask(&workspace, &job).await })
    })
}

/// Begins a new ladder at `rung`; jobs of an older one become idle.
pub fn begin_ladder(
    conn: &mut Conn,
    attempt_id: &str,
    from: NaiveDateTime,
    rung: usize,
    now: NaiveDateTime,
) -> Result<(), Error> {
    store::set_ladder(conn, attempt_id, from)?;
    schedule(conn, attempt_id, from, rung, now)
}

fn schedule(
    conn: &mut Conn,
    attempt_id: &str,
    from: NaiveDateTime,
    rung: usize,
    now: NaiveDateTime,
) -> Result<(), Error> {
    // After a downtime the rungs that were missed are asked once, not one by one.
    let missed = |r: &usize| ladder::due(from, r + 1).is_some_and(|next| next <= now);
    let rung = (rung..).find(|r| !missed(r)).unwrap_or(rung);
    let Some(due) = ladder::due(from, rung) else {
        return Ok(());
    };
    let payload = format!("{attempt_id}:{rung}:{}", from.and_utc().timestamp_micros());
    Ok(jobs::enqueue_once(conn, now, INQUIRE_JOB, &payload, due.max(now))?)
}

/// A return, a push, a daily file or the applicant says "ask now". It changes nothing but that (rule 2).
pub fn take_hint(conn: &mut Conn, attempt: &Attempt, cause: Cause, now: NaiveDateTime) -> Result<(), Error> {
    let mut application = store::find_for_change(conn, &attempt.application_id)?;
    if application.state == Registration::AtInstitution && is_latest(conn, attempt)? {
        store::transition(conn, &mut application, Registration::Checking, cause, &attempt.id, now)?;
    }
    begin_ladder(conn, &attempt.id, now, 0, now)
}

/// Whether no newer attempt was begun: an old one's failure says nothing about the new one.
fn is_latest(conn: &mut Conn, attempt: &Attempt) -> Result<bool, Error> {
    let latest = store::latest_attempt(conn, &attempt.application_id)?;
    Ok(latest.is_some_and(|a| a.id == attempt.id))
}

async fn ask(workspace: &Workspace, job: &Job) -> Result<(), JobError> {
    let Some((attempt_id, rung, from)) = read_payload(&job.payload) else {
        return Err(JobError::Dead("the payload is not readable".into()));
    };
    let id = attempt_id.clone();
    let attempt = workspace.db.read(move |conn| store::find_attempt(conn, &id)).await?;
    if attempt.ladder_from.map(|f| f.and_utc().timestamp_micros()) != Some(from) {
        return Ok(());
    }
    let Some(gateway) = workspace.gateways.find(&attempt.gateway) else {
        return Err(JobError::Retry(format!(
            "gateway {} is not configured",
            attempt.gateway
        )));
    };
    // Nothing moves on a timer alone: the silence is written down, then the gateway is asked.
    break_silence(workspace, &attempt).await?;
    let tran_id = attempt.tran_id.clone().unwrap_or_default();
    let answer = match gateway.inquire(&attempt.id, &tran_id).await {
        Ok(answer) => Some(answer),
        Err(error) => {
            tracing::warn!(attempt = %attempt.id, %error, "an inquiry went unanswered");
            None
        }
    };
    apply_answer(workspace, attempt, answer, rung).await?;
    Ok(())
}

fn read_payload(payload: &str) -> Option<(String, usize, i64)> {
    let mut parts = payload.split(':');
    let id = parts.next()?.to_owned();
    Some((id, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// `at_institution` → `checking`.
async fn break_silence(workspace: &Workspace, attempt: &Attempt) -> Result<(), Error> {
    let (attempt, now) = (attempt.clone(), workspace.clock.now());
    workspace
        .db
        .write(move |conn| {
            let mut application = store::find_for_change(conn, &attempt.application_id)?;
            if application.state == Registration::AtInstitution && is_latest(conn, &attempt)? {
                let (to, cause) = (Registration::Checking, Cause::Silence);
                store::transition(conn, &mut application, to, cause, &attempt.id, now)?;
            }
            Ok(())
        })
        .await
}

/// Writes down what the gateway said and takes the edges that follow, in one transaction.
pub async fn apply_answer(
    workspace: &Workspace,
    attempt: Attempt,
    answer: Option<Answer>,
    rung: usize,
) -> Result<Registration, Error> {
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let state = workspace
        .db
        .write(move |conn| {
            let word = answer.as_ref().map_or("no_answer", Answer::word);
            let code = answer.as_ref().map_or("", Answer::raw_code);
            store::note_message(conn, &attempt.id, "inquiry", word, code, now)?;
            let mut application = store::find_for_change(conn, &attempt.application_id)?;
            if !is_latest(conn, &attempt)? {
                // Only a success of an older attempt counts; it ends the newer one's journey.
                if !matches!(answer, Some(Answer::Success { .. })) {
                    return Ok(application.state);
                }
                if application.state == Registration::AtInstitution {
                    let (to, cause) = (Registration::Checking, Cause::Contradiction);
                    store::transition(conn, &mut application, to, cause, &attempt.id, now)?;
                }
            }
            let facts = Facts {
                state: application.state,
                acknowledged: attempt.tran_id.is_some(),
                journey_over: now > attempt.created_at + ladder::JOURNEY,
                last_rung: attempt.ladder_from.is_none_or(|f| ladder::due(f, rung + 1).is_none()),
            };
            let decision = decide(facts, answer.as_ref());
            carry_out(
                conn,
                &world,
                &mut application,
                &attempt,
                decision,
                answer.as_ref(),
                rung,
                now,
            )?;
            Ok::<_, Error>(application.state)
        })
        .await?;
    workspace.jobs.notify_waiters();
    Ok(state)
}

#[allow(clippy::too_many_arguments, reason = "one caller; a struct would only rename these")]
fn carry_out(
    conn: &mut Conn,
    workspace: &Workspace,
    application: &mut Application,
    attempt: &Attempt,
    decision: Decision,
    answer: Option<&Answer>,
    rung: usize,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let (to, cause, outcome, reason) = match decision {
        Decision::Keep => return calls::alarm_if_twice(conn, workspace, application, attempt, answer, now),
        Decision::AskAgain { at_institution } => {
            if at_institution {
                let (to, cause) = (Registration::AtInstitution, Cause::Inquiry);
                store::transition(conn, application, to, cause, &attempt.id, now)?;
            }
            let from = attempt.ladder_from.unwrap_or(now);
            return schedule(conn, &attempt.id, from, rung + 1, now);
        }
        Decision::Settle {
            to,
            cause,
            outcome,
            reason,
        } => (to, cause, outcome, reason),
    };
    let raw_code = answer.map_or("", Answer::raw_code);
    let (field, account) = match answer {
        Some(Answer::Fail { field, .. }) => (field.as_str(), None),
        Some(Answer::Success { account, .. }) => ("", account.as_ref()),
        _ => ("", None),
    };
    let ending = Ending {
        outcome,
        raw_code,
        reason: reason.map(|r| r.as_str()),
        account,
    };
    store::decide_attempt(conn, &workspace.keys, &attempt.id, &ending, now)?;
    store::set_reason(conn, &application.id, ending.reason, field)?;
    if to == Registration::Rejected {
        // The next attempt is another submission; the old body must not start it.
        store::renew_submit_key(conn, &application.id)?;
    }
    let evidence = format!("{} {}", attempt.id, raw_code);
    store::transition(conn, application, to, cause, evidence.trim_end(), now)?;
    if reason == Some(Reason::NameMismatch) {
        store::call_attention(conn, &application.id, Attention::NameMismatch)?;
    }
    if to == Registration::Unknown || reason.is_some_and(|r| r.alarms()) {
        calls::call_a_person(conn, workspace, application, cause, now)?;
    } else {
        alarms::end(conn, &calls::needs_a_person(application), now)?;
    }
    tell(conn, workspace, application, cause, now)
}

/// The applicant's mail about a result, if mails were asked for.
fn tell(
    conn: &mut Conn,
    workspace: &Workspace,
    application: &Application,
    cause: Cause,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let notice = match (application.state, cause) {
        (Registration::Registered, Cause::LateSuccess) => Notice::LateSuccess,
        (Registration::Registered, _) => Notice::Registered,
        (Registration::Rejected, _) => Notice::Rejected,
        (Registration::Cancelled, _) => Notice::Cancelled,
        (Registration::Unknown, _) => Notice::Unknown,
        (Registration::Expired, _) => Notice::Expired,
        _ => return Ok(()),
    };
    send_notice(conn, workspace, application, notice, now)
}

/// Queues one mail to the applicant; nothing when none was wanted.
pub fn send_notice(
    conn: &mut Conn,
    workspace: &Workspace,
    application: &Application,
    notice: Notice,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let Some(number) = application
        .receipt_number
        .as_deref()
        .filter(|_| application.mail_wanted)
    else {
        return Ok(());
    };
    // What was submitted with the attempt; before the first one, the answers, which nobody can change any more.
    let email = match store::latest_attempt(conn, &application.id)? {
        Some(attempt) => attempt.snapshot(&workspace.keys)?.email,
        None => email::parse(application.open(&workspace.keys)?.get("email")).map_or(String::new(), |e| e.address),
    };
    let to = notices::Addressee {
        subject_id: &application.id,
        number: &super::receipt::display(number),
        email: &email,
    };
    notices::queue(conn, workspace, notice, &to, now)
}

/// An attempt that the gateway refused to begin: all three edges at once, with its reason.
pub fn settle_refused(
    conn: &mut Conn,
    workspace: &Workspace,
    application: &mut Application,
    attempt: &Attempt,
    answer: &Answer,
    now: NaiveDateTime,
) -> Result<(), Error> {
    store::note_message(conn, &attempt.id, "create", answer.word(), answer.raw_code(), now)?;
    let (to, cause) = (Registration::Checking, Cause::CreateRefused);
    store::transition(conn, application, to, cause, &attempt.id, now)?;
    let facts = Facts {
        state: application.state,
        acknowledged: true,
        journey_over: false,
        last_rung: true,
    };
    carry_out(
        conn,
        workspace,
        application,
        attempt,
        decide(facts, Some(answer)),
        Some(answer),
        0,
        now,
    )
}

/// One line of a verified daily file as a hint: says whether it makes us ask, because it says other than we know.
pub fn take_daily_line(conn: &mut Conn, gateway: &str, line: &DailyLine, now: NaiveDateTime) -> Result<bool, Error> {
    let attempt = match store::find_attempt(conn, &line.attempt_id) {
        Ok(attempt) if attempt.gateway == gateway => attempt,
        Ok(_) | Err(Error::NotFound) => {
            tracing::error!(gateway, "the daily file names an attempt that we do not know");
            return Ok(false);
        }
        Err(error) => return Err(error),
    };
    let known = matches!(
        (attempt.outcome, line.status.as_str()),
        (Outcome::Success, "success")
            | (Outcome::Fail | Outcome::Cancelled, "fail")
            | (Outcome::Expired, "unprocessed")
    );
    if !known {
        store::note_message(conn, &attempt.id, "daily_file", &line.status, &line.code, now)?;
        take_hint(conn, &attempt, Cause::DailyFile, now)?;
    }
    Ok(!known)
}
