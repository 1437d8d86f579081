//! Mails to applicants and to who asks (N4.4): a number and a link, never personal data (KS9.4).
use crate::{
    db::{Conn, text_enum},
    japan::email,
    jobs::{Handler, Job, JobError},
    mail::{self, MAIL_JOB, MailError, NewMail, Outgoing},
    texts::{self, TextId},
    web::Error,
    workspace::Workspace,
};
use chrono::NaiveDateTime;
use std::sync::Arc;

text_enum! {
    /// The mails a citizen can get.
    pub enum Notice {
        Receipt = "receipt",
        Registered = "result_registered",
        Rejected = "result_rejected",
        Cancelled = "result_cancelled",
        Unknown = "result_unknown",
        Expired = "result_expired",
        Waiting = "waiting",
        LateSuccess = "late_success",
        Deferred = "deferred",
        Reopened = "reopened",
        InquiryReceived = "inquiry_received",
        InquiryAnswered = "inquiry_answered",
    }
}

impl Notice {
    /// The words it goes out with.
    fn text(self) -> TextId {
        match self {
            Notice::Receipt => TextId::MailReceipt,
            Notice::Registered => TextId::MailRegistered,
            Notice::Rejected => TextId::MailRejected,
            Notice::Cancelled => TextId::MailCancelled,
            Notice::Unknown => TextId::MailUnknown,
            Notice::Expired => TextId::MailExpired,
            Notice::Waiting => TextId::MailWaiting,
            Notice::LateSuccess => TextId::MailLateSuccess,
            Notice::Deferred => TextId::MailDeferred,
            Notice::Reopened => TextId::MailReopened,
            Notice::InquiryReceived => TextId::MailInquiryReceived,
            Notice::InquiryAnswered => TextId::MailInquiryAnswered,
        }
    }
}

/// Whom to tell, and of which application or inquiry: its id, and its number as it is shown.
pub struct Addressee<'a> {
    pub subject_id: &'a str,
    pub number: &'a str,
    pub email: &'a str,
}

/// Writes a mail into the outbox in the caller's transaction.
pub fn queue(
    conn: &mut Conn,
    workspace: &Workspace,
    notice: Notice,
    to: &Addressee,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let template = texts::words(conn, workspace, notice.text(), now)?;
    let (title, body) = texts::fill_mail(workspace, notice.text(), &template, to.number);
    let new = NewMail {
        kind: notice.as_str(),
        subject_id: to.subject_id,
        recipient: &email::quoted(to.email),
        title: &title,
        body: &body,
    };
    Ok(mail::queue(conn, &workspace.keys, now, &new)?)
}

/// The job that sends a stored mail, at least once.
pub fn handlers(workspace: &Workspace) -> [(&'static str, Handler); 1] {
    let workspace = workspace.clone();
    let send: Handler = Arc::new(move |job| Box::pin(send(workspace.clone(), job)));
    [(MAIL_JOB, send)]
}

async fn send(workspace: Workspace, job: Job) -> Result<(), JobError> {
    let _turn = workspace.mailer().turn().await;
    let (id, keys) = (job.payload.clone(), workspace.keys.clone());
    let found = workspace
        .db
        .read(move |conn| mail::find_unsent(conn, &keys, &id).map_err(Error::from))
        .await?;
    let Some(mail) = found else {
        return Ok(());
    };
    let outgoing = Outgoing {
        id: job.payload.clone(),
        from: workspace.settings.mail.from.clone(),
        recipient: mail.recipient,
        title: mail.title,
        body: mail.body,
    };
    let sent = workspace.mailer().send(outgoing).await;
    let outcome = if sent.is_ok() { "sent" } else { "failed" };
    metrics::counter!("mizumado_mails_total", "outcome" => outcome).increment(1);
    match sent {
        Ok(()) => {}
        Err(error @ MailError::Form) => return Err(JobError::Dead(error.to_string())),
        Err(error) => return Err(JobError::Retry(error.to_string())),
    }
    let now = workspace.clock.now();
    workspace
        .db
        .write(move |conn| mail::mark_sent(conn, &job.payload, now))
        .await?;
    Ok(())
}
