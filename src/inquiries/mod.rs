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
pub use store::{Improvement, Inquiry, Tally, tally};

use crate::{
    audit::{self, Actor},
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
) -> Result<Inquiry, Error> {
    let question = model::Question {
        category: model::Category::ALL[0],
        body: body.to_owned(),
        contact: model::Contact {
            name: name.to_owned(),
            phone: phone.to_owned(),
            ..Default::default()
        },
    };
    match work::receive(conn, workspace, &question, &random_token(), now)? {
        work::Received::Kept { inquiry, .. } => Ok(*inquiry),
        work::Received::Changed => Err(Error::Conflict),
    }
}

/// When the answer to a citizen's question of that moment is due (UTC).
pub fn due(conn: &mut Conn, asked: NaiveDateTime) -> Result<NaiveDateTime, Error> {
    work::due(conn, asked, model::Priority::Normal)
}

/// An invented question is answered by one of a practice desk's people.
pub fn answer_invented(
    conn: &mut Conn,
    workspace: &Workspace,
    inquiry: &Inquiry,
    staff_id: &str,
    words: &str,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let actor = Actor::Staff {
        id: staff_id,
        address: "10.0.0.9",
    };
    let by = actor.word();
    let kind = model::MessageKind::Reply;
    let message = store::add_message(conn, &workspace.keys, &inquiry.id, kind, &by, words, now)?;
    store::note_answer(conn, inquiry, now)?;
    store::set_status(conn, inquiry, model::Status::Answered, inquiry.due_at, now)?;
    store::add_event(conn, &inquiry.id, &by, "moved", model::Status::Answered.as_str(), now)?;
    let detail = format!("message/{message}");
    Ok(audit::record(
        conn,
        now,
        actor,
        "inquiry.replied",
        &inquiry.subject(),
        &detail,
    )?)
}
