//! Deliveries (還元): the bureau's numbered files of results, in a layout that can be changed (N4.5, N8.5).
//!
//! `layout` is the layout and the writing of a file, `batch` closes one, `pages` is the console's side.
mod batch;
mod jobs;
mod layout;
mod pages;
mod row;
mod store;
mod views;

pub use batch::{Asked, close, reissue, undownloaded};
pub use jobs::{CLOSING, REISSUING, handlers, standing};
pub use layout::{Context, FIELDS, FileWriter, Finding, Kind, Layout, READY, Report, Row, Totals};
pub use pages::routes;
pub use store::{
    Delivery, applications_in, layout_named, layouts_named, made_between, note_download, proposed_layouts,
};

use crate::{db::Conn, web::Error};
use chrono::NaiveDateTime;

/// The layout that ships, where the bureau has none yet.
pub fn seed_when_empty(conn: &mut Conn, now: NaiveDateTime) -> Result<(), Error> {
    let first = READY.first().map_or("", |ready| ready.text);
    Ok(store::seed(conn, first, now)?)
}
