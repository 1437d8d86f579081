use lettre::{
    Address, AsyncFileTransport, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    address::Envelope,
    message::{Mailbox, header::ContentType},
};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

/// Where mails go.
#[derive(Clone)]
pub enum Mailer {
    Smtp(SmtpMailer),
    File(MailFolder),
    /// Kept for a test to read: recipient, title, body.
    Memory(Arc<Mutex<Vec<Outgoing>>>),
}

/// One `.eml` file per mail in a folder. All that a practice desk is given: no way from here leads to a mail server.
#[derive(Clone)]
pub struct MailFolder(PathBuf);

#[derive(Clone)]
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// A mail on its way.
#[derive(Clone)]
pub struct Outgoing {
    /// Names the mail to the receiving side, so that a second copy after a crash can be told: `<id@…>`.
    pub id: String,
    pub from: String,
    pub recipient: String,
    pub title: String,
    pub body: String,
}

/// The text never holds the recipient: it goes into logs and rows.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    #[error("`mail.{setting}` is not a valid value: {cause}")]
    Setting { setting: &'static str, cause: String },
    #[error("the mail's address or text does not form a mail")]
    Form,
    #[error("the mail server does not answer in time")]
    Timeout,
    #[error("the mail server refused or cannot be reached: {0}")]
    Server(String),
    #[error("the mail folder cannot be written: {0}")]
    Folder(String),
}

/// Bounds the whole exchange; lettre's own time-out bounds only the connecting.
const WHOLE_SEND: Duration = Duration::from_secs(30);

impl MailFolder {
    /// Made if missing.
    pub fn open(folder: &Path) -> Result<Self, MailError> {
        std::fs::create_dir_all(folder).map_err(|e| MailError::Folder(e.to_string()))?;
        Ok(Self(folder.to_owned()))
    }
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Mailer {
    /// An SMTP server by URL: `smtps://user:password@host`, `smtp://host:25?tls=required`.
    pub fn smtp(url: &str) -> Result<Self, MailError> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|e| MailError::Setting {
                setting: "smtp_url",
                cause: e.to_string(),
            })?
            .timeout(Some(Duration::from_secs(10)))
            .build();
        let turn = Arc::default();
        Ok(Self::Smtp(SmtpMailer { transport, turn }))
    }

    /// To be held until a mail that was sent is noted: with one mail on its way, a crash sends one again at most.
    pub async fn turn(&self) -> Option<tokio::sync::OwnedMutexGuard<()>> {
        match self {
            Mailer::Smtp(smtp) => Some(smtp.turn.clone().lock_owned().await),
            Mailer::File(_) | Mailer::Memory(_) => None,
        }
    }

    /// Hands one mail over; returns when the other side has taken it.
    pub async fn send(&self, mail: Outgoing) -> Result<(), MailError> {
        match self {
            Mailer::Memory(kept) => {
                kept.lock().unwrap_or_else(|e| e.into_inner()).push(mail);
                Ok(())
            }
            Mailer::File(folder) => AsyncFileTransport::<Tokio1Executor>::new(folder.path())
                .send(message(&mail)?)
                .await
                .map(drop)
                .map_err(|e| MailError::Folder(e.to_string())),
            Mailer::Smtp(smtp) => tokio::time::timeout(WHOLE_SEND, smtp.transport.send(message(&mail)?))
                .await
                .map_err(|_| MailError::Timeout)?
                .map(drop)
                .map_err(|e| MailError::Server(describe(&e))),
        }
    }
}

/// The server's answer may repeat the recipient, so only its code is kept.
fn describe(error: &lettre::transport::smtp::Error) -> String {
    match error.status() {
        Some(code) => format!("answer {code}"),
        None if error.is_timeout() => "time-out".into(),
        None if error.is_tls() => "TLS failed".into(),
        None => "no connection".into(),
    }
}

fn message(mail: &Outgoing) -> Result<Message, MailError> {
    let mailbox = |text: &str| text.parse::<Mailbox>().map_err(|_| MailError::Form);
    let from = mailbox(&mail.from)?;
    // Taken apart by hand: a quoted local part ("taro..y."@docomo.ne.jp) must stay quoted.
    let (local, domain) = mail.recipient.rsplit_once('@').ok_or(MailError::Form)?;
    let to = Address::new(local, domain).map_err(|_| MailError::Form)?;
    // Read back from the header, a quoted name would lose its quotation marks and be refused.
    let envelope = Envelope::new(Some(from.email.clone()), vec![to.clone()]).map_err(|_| MailError::Form)?;
    let id = format!("<{}@{}>", mail.id, from.email.domain());
    Message::builder()
        .envelope(envelope)
        .message_id(Some(id))
        .from(from)
        .to(Mailbox::new(None, to))
        .subject(&mail.title)
        .header(ContentType::TEXT_PLAIN)
        .body(mail.body.clone())
        .map_err(|_| MailError::Form)
}

crate::hidden::hidden_debug!(Outgoing);
