//! 停止予定: a stop that is planned (N8.8). One person proposes it, a second one agrees, citizens read it as a closed time;
//! its begin, its extension and its end are said by a person, and the whole of it is a record that is printed.
mod jobs;
mod model;
mod pages;
mod record;
mod store;
mod views;

pub use jobs::{handlers, standing};
pub use model::State;
pub use pages::routes;
pub use store::{Outage, between, undecided, unsettled};

use crate::{
    alarms,
    db::Conn,
    institutions::{self, Closure},
    web::Error,
    workspace::Workspace,
};
use chrono::NaiveDateTime;

/// The address of an outage at the console.
fn path_of(id: &str) -> String {
    format!("/outages/{id}")
}

/// Ends every alarm about an outage: something was done about it, and the job says what is due now.
fn quiet(conn: &mut Conn, id: &str, now: NaiveDateTime) -> Result<(), Error> {
    for key in jobs::KEYS {
        alarms::end(conn, &format!("{key}:{id}"), now)?;
    }
    Ok(())
}

/// An outage that was agreed upon for the week to come, for a practice desk. `by` are who proposed it and who agreed.
pub fn invent(
    conn: &mut Conn,
    workspace: &Workspace,
    (proposer, approver): (&str, &str),
    now: NaiveDateTime,
) -> Result<(), Error> {
    let night = crate::clock::jst(now).date() + chrono::Days::new(10);
    let at = |hour| {
        crate::clock::utc_from_jst(night.and_time(chrono::NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default()))
    };
    let proposal = model::Proposal {
        institution_code: None,
        starts_at: at(1),
        ends_at: at(4),
        words: model::Words {
            work: "機器の点検".into(),
            notice: "機器の点検のため、申込みを休みます。".into(),
            effect: "申込みができません".into(),
            way_back: "点検の前の状態にもどす".into(),
        },
    };
    let (keys, outage) = (
        &workspace.keys,
        store::add(conn, &workspace.keys, &proposal, proposer, now)?,
    );
    let closure = Closure {
        id: ulid::Ulid::generate().to_string(),
        institution_code: None,
        starts_at: proposal.starts_at,
        ends_at: proposal.ends_at,
        reason: proposal.words.notice,
        owner: Some(owner(&outage.id)),
    };
    institutions::add_closure(conn, &closure, now)?;
    for (step, by) in [(model::Step::Proposed, proposer), (model::Step::Approved, approver)] {
        store::add_step(conn, keys, &outage.id, (step, ""), by, now)?;
    }
    match store::decide(conn, &outage.id, approver, Some(&closure.id))? {
        true => Ok(()),
        false => Err(Error::Conflict),
    }
}

/// Whose a closed time is that follows from an outage.
fn owner(outage: &str) -> String {
    format!("outage/{outage}")
}
