//! Mails: rendered and stored with the change they tell of, sent afterwards by a job (R4).
//!
//! A mail holds the receipt number and a link, never a name, an address or an account (KS9.4); its recipient is sealed.
mod store;
mod transport;
pub mod viewer;

pub use store::{
    MAIL_JOB, NewMail, QueueError, SentMail, find_unsent, laid_aside, mails_about, mark_sent, oldest_unsent, queue,
    retry, sent_to,
};
pub use transport::{MailError, MailFolder, Mailer, Outgoing};
