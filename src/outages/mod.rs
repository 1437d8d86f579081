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

use crate::{alarms, db::Conn, web::Error};
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
