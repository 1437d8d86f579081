//! The rows that a layout is tried on: the newest results of the last days, for whoever may read applications; for everybody
//! else an invented one. Who was shown real rows is on record with them.
use super::super::{
    layout::{Layout, Row},
    views::TriedOn,
};
use crate::{
    accounts::{Permission, Staff},
    db::Conn,
    enrolment::{self, ResultRecord},
    web::Error,
    workspace::Workspace,
};
use actix_web::web::Data;
use chrono::{Duration, NaiveDateTime};
use std::collections::BTreeSet;

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
    pub fn read(conn: &mut Conn, world: &Workspace, staff: &Staff, now: NaiveDateTime) -> Result<Self, Error> {
        // Even their number would tell something of applications.
        if !staff.may(Permission::ReadApplications) {
            return Ok(Self::invented(TriedOn::Invented));
        }
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

    /// As many rows of the file as a sample has: of real ones not more than there are, the invented one as often as it takes.
    pub fn as_many(&self, layout: &Layout, rows: usize) -> Vec<&ResultRecord> {
        let held: Vec<&ResultRecord> = self.rows().filter(|row| layout.holds(row.state())).collect();
        let rows = rows.clamp(1, MOST);
        match self.on.is_real() {
            true => held.into_iter().take(rows).collect(),
            false => held.iter().copied().cycle().take(rows).collect(),
        }
    }

    /// The ids of the real applications with these receipt numbers.
    pub fn ids_of(&self, receipt_numbers: &BTreeSet<&str>) -> Vec<String> {
        let shown = self
            .rows
            .iter()
            .filter(|(_, row)| receipt_numbers.contains(row.receipt_number.as_str()));
        shown.filter_map(|(id, _)| id.clone()).collect()
    }
}

/// Writes down whose rows a page of a layout shows, before it shows them; nothing where none is real.
pub(super) async fn record_seen(
    workspace: &Data<Workspace>,
    staff: &Staff,
    layout_id: &str,
    applications: &[String],
) -> Result<(), Error> {
    if applications.is_empty() {
        return Ok(());
    }
    let words: Vec<String> = applications.iter().map(|id| format!("application/{id}")).collect();
    let (now, by, subject) = (workspace.clock.now(), staff.clone(), format!("layout/{layout_id}"));
    let write = move |conn: &mut Conn| by.record(conn, now, "layout.seen", &subject, &words.join(" "));
    workspace.db.write(write).await
}
