//! Who is asking: the person of a request at the console, put there by the gate.
use super::{NavItem, Permission, Role, roles, store};
use crate::{
    alarms,
    audit::{self, Actor, Person},
    db::Conn,
    web::Error,
    workspace::Workspace,
};
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};
use chrono::{Duration, NaiveDateTime};
use std::future::{Ready, ready};

/// Whether a text can be a 職員番号. A person's name in Japanese is none.
pub fn is_code(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

/// A proof of being there counts as step-up for so long (S3).
pub const STEP_UP: Duration = Duration::minutes(5);

/// The signed-in person. A handler that takes this was let through by the gate.
#[derive(Clone)]
pub struct Staff {
    pub id: String,
    pub code: String,
    pub name: String,
    pub roles: Vec<Role>,
    /// The row of this sign-in.
    pub session: String,
    /// By which word this person's pages say whose they are, at every sign-in the same. It tells nobody who that is.
    pub page_of: String,
    /// The address the person works from.
    pub address: String,
    pub seen_at: NaiveDateTime,
    pub confirmed_at: NaiveDateTime,
    /// Keys and recovery codes that are left: with one alone, losing it locks the person out.
    pub ways_in: i64,
    /// Open alarms that nobody has acknowledged; 0 for who may not see them.
    pub unseen_alarms: i64,
    pub nav: &'static [NavItem],
    /// Where the manual explains the page that is asked for.
    pub guide: Option<String>,
}
crate::hidden::hidden_debug!(Staff);

impl Staff {
    /// The person of a living session row.
    pub fn load(
        conn: &mut Conn,
        workspace: &Workspace,
        row: &str,
        nav: &'static [NavItem],
    ) -> Result<Option<Self>, Error> {
        let Some(session) = store::living(conn, row, workspace.clock.now())? else {
            return Ok(None);
        };
        let person = store::find(conn, &session.staff_id)?;
        let keys = store::keys_of(conn, &person.id)?.len() as i64;
        let roles = store::roles_of(conn, &person.id)?;
        let unseen_alarms = match roles::allows(&roles, Permission::ReadAlarms) {
            true => alarms::unseen(conn)?,
            false => 0,
        };
        Ok(Some(Self {
            name: person.name(&workspace.keys)?,
            roles,
            unseen_alarms,
            page_of: workspace.keys.blind("staff.page_of", &person.id),
            ways_in: keys + store::open_codes(conn, &person.id)?,
            id: person.id,
            code: person.code,
            session: session.id,
            address: session.address,
            seen_at: session.seen_at,
            confirmed_at: session.confirmed_at,
            nav,
            guide: None,
        }))
    }

    pub fn may(&self, permission: Permission) -> bool {
        roles::allows(&self.roles, permission)
    }

    pub fn actor(&self) -> Actor<'_> {
        Actor::Staff {
            id: &self.id,
            address: &self.address,
        }
    }

    /// The same for work that outlives the request.
    pub fn person(&self) -> Person {
        Person {
            id: self.id.clone(),
            address: self.address.clone(),
        }
    }

    /// The word that events, proposals and alarms keep: `staff/ID`.
    pub fn word(&self) -> String {
        self.actor().word().into_owned()
    }

    /// An audit entry of what this person did. `detail` holds no personal data.
    pub fn record(
        &self,
        conn: &mut Conn,
        now: NaiveDateTime,
        action: &str,
        subject: &str,
        detail: &str,
    ) -> Result<(), Error> {
        Ok(audit::record(conn, now, self.actor(), action, subject, detail)?)
    }
}

impl FromRequest for Staff {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let staff = req.extensions().get::<Staff>().cloned();
        ready(staff.ok_or_else(|| Error::Internal("no gate stands before this route".into())))
    }
}
