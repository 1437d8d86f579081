//! Mails to applicants (N4.4): the receipt number and a link, never personal data (KS9.4).
use crate::{
    db::{Conn, text_enum},
    japan::email,
    jobs::{Handler, Job, JobError},
    mail::{self, MAIL_JOB, MailError, NewMail, Outgoing, QueueError},
    workspace::Workspace,
};
use chrono::NaiveDateTime;
use std::sync::Arc;

text_enum! {
    /// The mails an applicant can get.
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
    }
}

impl Notice {
    fn template(self) -> &'static str {
        match self {
            Notice::Receipt => include_str!("../../assets/texts/mails/receipt.txt"),
            Notice::Registered => include_str!("../../assets/texts/mails/result_registered.txt"),
            Notice::Rejected => include_str!("../../assets/texts/mails/result_rejected.txt"),
            Notice::Cancelled => include_str!("../../assets/texts/mails/result_cancelled.txt"),
            Notice::Unknown => include_str!("../../assets/texts/mails/result_unknown.txt"),
            Notice::Expired => include_str!("../../assets/texts/mails/result_expired.txt"),
            Notice::Waiting => include_str!("../../assets/texts/mails/waiting.txt"),
            Notice::LateSuccess => include_str!("../../assets/texts/mails/late_success.txt"),
            Notice::Deferred => include_str!("../../assets/texts/mails/deferred.txt"),
            Notice::Reopened => include_str!("../../assets/texts/mails/reopened.txt"),
        }
    }

    /// Title and body for one receipt number (in its shown form).
    pub fn render(self, workspace: &Workspace, receipt_number: &str) -> (String, String) {
        let site = &workspace.site;
        let text = match site.bureau.survey_url {
            Some(_) => self.template().to_owned(),
            None => without_survey(self.template()),
        };
        let text = site
            .fill(&text)
            .replace("{{receipt_number}}", receipt_number)
            .replace("{{url}}", &format!("{}/receipt", site.url));
        let (title, body) = text.split_once('\n').unwrap_or((&text, ""));
        (
            title.trim_start_matches("件名：").to_owned(),
            body.trim_start().to_owned(),
        )
    }
}

/// Drops the paragraph that names the survey.
fn without_survey(text: &str) -> String {
    let paragraphs = text.split("\n\n").filter(|p| !p.contains("{{survey_url}}"));
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

/// Whom to tell, and of which application.
pub struct Addressee<'a> {
    pub application_id: &'a str,
    pub receipt_number: &'a str,
    pub email: &'a str,
}

/// Writes a mail into the outbox in the caller's transaction.
pub fn queue(
    conn: &mut Conn,
    workspace: &Workspace,
    notice: Notice,
    to: &Addressee,
    now: NaiveDateTime,
) -> Result<(), QueueError> {
    let (title, body) = notice.render(workspace, to.receipt_number);
    let new = NewMail {
        kind: notice.as_str(),
        subject_id: to.application_id,
        recipient: &email::quoted(to.email),
        title: &title,
        body: &body,
    };
    mail::queue(conn, &workspace.keys, now, &new)
}

/// The job that sends a stored mail, at least once.
pub fn handlers(workspace: &Workspace) -> [(&'static str, Handler); 1] {
    let workspace = workspace.clone();
    let send: Handler = Arc::new(move |job| Box::pin(send(workspace.clone(), job)));
    [(MAIL_JOB, send)]
}

async fn send(workspace: Workspace, job: Job) -> Result<(), JobError> {
    let (id, keys) = (job.payload.clone(), workspace.keys.clone());
    let found = workspace
        .db
        .read(move |conn| mail::find_unsent(conn, &keys, &id).map_err(crate::web::Error::from))
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
    let sent = workspace.mailer.send(outgoing).await;
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
