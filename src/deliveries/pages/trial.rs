//! The rows that a layout is tried on: the newest results of the last days, or an invented one.
use super::super::views::TriedOn;
use crate::{
    db::Conn,
    enrolment::{self, ResultRecord},
    web::Error,
    workspace::Workspace,
};
use chrono::{Duration, NaiveDateTime};

/// Results of so many days are what a draft is tried on.
const DAYS: i64 = 30;
/// The newest of them, and no more: a page must not open a month of a large city's applications.
const MOST: usize = 1_000;

/// Rows for a trial.
pub(super) struct Trial {
    /// By the id of the application, oldest first; an invented one has none.
    rows: Vec<(Option<String>, ResultRecord)>,
    pub on: TriedOn,
}

impl Trial {
    pub fn read(conn: &mut Conn, world: &Workspace, now: NaiveDateTime) -> Result<Self, Error> {
        let newest = enrolment::newest_results(conn, world, (now - Duration::days(DAYS), now), MOST)?;
        if newest.results.is_empty() {
            return Ok(Self::invented(TriedOn::NoResult));
        }
        Ok(Self {
            on: TriedOn::Results {
                count: newest.results.len(),
                is_cut: newest.is_cut,
            },
            rows: newest.results.into_iter().map(|(id, row)| (Some(id), row)).collect(),
        })
    }

    fn invented(on: TriedOn) -> Self {
        Self {
            rows: vec![(None, ResultRecord::sample())],
            on,
        }
    }

    pub fn rows(&self) -> impl Iterator<Item = &ResultRecord> {
        self.rows.iter().map(|(_, row)| row)
    }
}
