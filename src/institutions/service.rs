//! The two written switches of the whole service (NS インシデント): stop accepting, and degraded (accept, hand off later).
use super::store;
use crate::{
    audit::{self, Actor},
    db::{Conn, text_enum},
    web::Error,
};
use chrono::NaiveDateTime;

text_enum! {
    /// What the service does with a new application.
    pub enum Mode {
        /// Accepts and hands off.
        Open = "open",
        /// Accepts and gives a receipt number; the hand-off waits.
        Degraded = "degraded",
        /// Accepts nothing; drafts and results stay.
        Stopped = "stopped",
    }
}

/// The switch as it stands.
#[derive(Clone, Debug)]
pub struct ServiceMode {
    pub mode: Mode,
    /// Why, for staff.
    pub reason: String,
    /// What citizens read; empty where there is nothing to say.
    pub announcement: String,
    pub decided_by: String,
    pub at: Option<NaiveDateTime>,
}

impl ServiceMode {
    /// Before anybody touched the switch.
    pub fn open() -> Self {
        Self {
            mode: Mode::Open,
            reason: String::new(),
            announcement: String::new(),
            decided_by: String::new(),
            at: None,
        }
    }
    /// The sentence for citizens; `None` while everything is as usual.
    pub fn notice(&self) -> Option<&str> {
        let said = (!self.announcement.is_empty()).then_some(self.announcement.as_str());
        match self.mode {
            Mode::Open => said,
            Mode::Degraded => {
                Some(said.unwrap_or("金融機関での手続きを、いま止めています。申込みは受け付けています。"))
            }
            Mode::Stopped => Some(said.unwrap_or("いま、申込みの受付を止めています。")),
        }
    }
}

/// Turns the switch, with its audit entry.
pub fn set_mode(conn: &mut Conn, actor: Actor<'_>, mode: &ServiceMode, now: NaiveDateTime) -> Result<(), Error> {
    store::add_mode(conn, mode, now)?;
    let action = format!("service.{}", mode.mode.as_str());
    let detail = format!("{}: {}", mode.decided_by, mode.reason);
    Ok(audit::record(conn, now, actor, &action, "service", &detail)?)
}
