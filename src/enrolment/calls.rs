//! Alarms about one application: what only a person can settle.
use super::{
    states::{Cause, Registration},
    store::{self, Application, Attempt, Outcome},
};
use crate::{
    alarms,
    audit::{self, Actor},
    db::Conn,
    gateways::Answer,
    web::Error,
    workspace::Workspace,
};
use chrono::NaiveDateTime;

/// The key of an application's alarm; it ends when a result comes after all.
pub fn needs_a_person(application: &Application) -> String {
    format!("enrolment.needs_a_person:{}", application.id)
}

/// What an alarm says of its cause.
fn why(cause: Cause) -> &'static str {
    match cause {
        Cause::LadderExhausted => "結果が7日間届かない",
        Cause::Contradiction => "金融機関の答えが食い違う",
        Cause::UnknownCode => "対応表にない結果コード",
        _ => "水道局の契約の確認",
    }
}

/// What only a person can settle: a result that stays unknown, a code nobody knows, a creditor who is not allowed.
pub fn call_a_person(
    conn: &mut Conn,
    workspace: &Workspace,
    application: &Application,
    cause: Cause,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let subject = format!("application/{}", application.id);
    let message = format!(
        "担当者の確認が必要な申込みがあります（理由：{}）。結果不明の一覧で確かめてください。",
        why(cause)
    );
    let cause = alarms::Cause {
        key: &needs_a_person(application),
        subject: &subject,
        message: &message,
    };
    alarms::raise(conn, workspace, &cause, now)
}

/// A success that the application cannot take any more may be a second mandate: a person must look.
pub fn alarm_if_twice(
    conn: &mut Conn,
    workspace: &Workspace,
    application: &Application,
    attempt: &Attempt,
    answer: Option<&Answer>,
    now: NaiveDateTime,
) -> Result<(), Error> {
    // The attempt was read before the gateway was asked: another answer may have been written down meanwhile.
    let known = store::find_attempt(conn, &attempt.id)?.outcome;
    let is_new = matches!(answer, Some(Answer::Success { .. })) && known != Outcome::Success;
    if is_new && application.state != Registration::Unknown {
        let subject = format!("application/{}", application.id);
        let cause = alarms::Cause {
            key: &format!("enrolment.second_success:{}", application.id),
            subject: &subject,
            message: "登録が二重になっている可能性があります。金融機関の登録を確かめてください。",
        };
        alarms::raise(conn, workspace, &cause, now)?;
        audit::record(
            conn,
            now,
            Actor::Gateway,
            "attempt.second_success",
            &subject,
            &attempt.id,
        )?;
    }
    Ok(())
}
