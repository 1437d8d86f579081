//! What people ask, by the site, the phone, the counter or by letter, and what staff ask the operator: taken in, answered
//! in time, handed over, found again (N8.7).
//!
//! `model` are its words, `hours` is the clock of the desk, `work` what is done with an inquiry, `pages` the citizen's
//! side, `desk` the console's, `jobs` what happens by itself.
mod desk;
mod files;
mod hours;
mod jobs;
mod model;
mod number;
mod pages;
mod store;
mod views;
mod work;

pub use desk::{View, count, routes as desk_routes};
pub use jobs::{handlers, standing};
pub use model::Source;
pub use pages::routes;
pub use store::{Improvement, Tally, tally};

use crate::{
    crypto::{KeyRing, random_token},
    db::Conn,
    institutions,
    japan::calendar::Calendar,
    web::Error,
    workspace::Workspace,
};
use chrono::{NaiveDate, NaiveDateTime};
use hours::{Hours, Rule, Span};
use store::ImprovementState;

/// When the desk answers, as staff keep it; local times of Japan.
pub struct DeskHours {
    rule: Rule,
    calendar: Calendar,
}

impl DeskHours {
    /// The hours around a time (UTC).
    pub fn read(conn: &mut Conn, now: NaiveDateTime) -> Result<Self, Error> {
        Ok(Self {
            rule: store::rule(conn)?.rule,
            calendar: institutions::calendar(conn, now)?,
        })
    }
    /// From when until when a day is worked; `None` when it is not.
    pub fn of_day(&self, day: NaiveDate) -> Option<Span> {
        let hours = Hours {
            rule: &self.rule,
            calendar: &self.calendar,
        };
        hours.of_day(day)
    }
    /// From when until when most days are worked.
    pub fn usual(&self) -> Span {
        self.rule.span
    }
}

/// Requests for improvement that are neither done nor declined, the newest first.
pub fn open_improvements(conn: &mut Conn, keys: &KeyRing) -> Result<Vec<Improvement>, Error> {
    let open = [ImprovementState::Asked, ImprovementState::Planned];
    store::improvements_in(conn, keys, &open)
}

/// What staff call a template, also one that is used no more.
pub fn template_named(conn: &mut Conn, id: &str) -> Result<String, Error> {
    Ok(store::template_name(conn, id)?)
}

/// The number of an inquiry as people read it.
pub fn number_of(conn: &mut Conn, id: &str) -> Result<String, Error> {
    Ok(store::find(conn, id)?.shown_number())
}

/// The numbers of several inquiries as people read them, by their id.
pub fn numbers_of(conn: &mut Conn, ids: Vec<String>) -> Result<Vec<(String, String)>, Error> {
    let found = store::numbers_of(conn, ids)?.into_iter();
    Ok(found.map(|(id, number)| (id, number::display(&number))).collect())
}

/// A question from the web of an invented person, for a practice desk.
pub fn invent(
    conn: &mut Conn,
    workspace: &Workspace,
    name: &str,
    phone: &str,
    body: &str,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let question = model::Question {
        category: model::Category::ALL[0],
        body: body.to_owned(),
        contact: model::Contact {
            name: name.to_owned(),
            phone: phone.to_owned(),
            ..Default::default()
        },
    };
    work::receive(conn, workspace, &question, &random_token(), now).map(drop)
}
