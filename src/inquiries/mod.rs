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

use crate::{crypto::KeyRing, db::Conn, web::Error};
use store::ImprovementState;

/// Requests for improvement that are neither done nor declined, the newest first.
pub fn open_improvements(conn: &mut Conn, keys: &KeyRing) -> Result<Vec<Improvement>, Error> {
    let all = store::improvements(conn, keys)?.into_iter();
    let open = [ImprovementState::Asked, ImprovementState::Planned];
    Ok(all.filter(|wish| open.contains(&wish.state)).collect())
}

/// The number of an inquiry as people read it.
pub fn number_of(conn: &mut Conn, id: &str) -> Result<String, Error> {
    Ok(store::find(conn, id)?.shown_number())
}
